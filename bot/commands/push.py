"""``minping push``: write to who was invited, remind them, hold it, and see how far it is."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import build, open_store
from survey_flows.errors import BadInput

ACTIONS = {
    "pause": "hold every message that is not sent yet",
    "resume": "go on after a pause",
    "cancel": "send nothing more of the present step",
}


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser(
        "push", help="write to who was invited to a campaign, and remind them"
    )
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    begin = parts.add_parser(
        "begin", help="queue the invitation, or the next reminder, for everybody who is invited"
    )
    begin.add_argument("campaign", metavar="CAMPAIGN")
    _add_text(begin)
    begin.add_argument(
        "--hours", metavar="HH:MM-HH:MM", default="", help="local time; default: the settings'"
    )
    begin.add_argument(
        "--not-on",
        metavar="DAY",
        nargs="*",
        help="days without messages, as 2026-10-01; default: the settings'",
    )
    begin.set_defaults(run=run_begin)
    for name, what in ACTIONS.items():
        part = parts.add_parser(name, help=what)
        part.add_argument("campaign", metavar="CAMPAIGN")
        part.set_defaults(run=run_turn, action=name)
    show = parts.add_parser("show", help="how far each step is, and how long it will take")
    show.add_argument("campaign", metavar="CAMPAIGN")
    show.set_defaults(run=run_show)
    test = parts.add_parser(
        "test", help="send the message to one chat of your own, and to nobody else"
    )
    test.add_argument("campaign", metavar="CAMPAIGN")
    test.add_argument("chat", metavar="CHAT", help="your chat id with the bot")
    _add_text(test)
    test.set_defaults(run=run_test)
    work = parts.add_parser(
        "work", help="send what is queued, beside the service, until it is stopped"
    )
    work.set_defaults(run=run_work)


def _add_text(parser: argparse.ArgumentParser) -> None:
    for lang in ("zh", "en"):
        parser.add_argument(
            f"--{lang}",
            type=Path,
            metavar="FILE",
            help="the message; without it a plain invitation",
        )


async def run_begin(settings: Settings, chosen: argparse.Namespace) -> int:
    """Queue a step."""
    from bot.accounts.preferences import read_preferences
    from bot.fieldwork.outreach.push_service import begin_push, plain_texts

    async with open_store(settings) as database:
        texts = await plain_texts(database, chosen.campaign, settings.timezone) | _read_texts(
            chosen
        )
        choices = await read_preferences(database)
        days = choices.not_on if chosen.not_on is None else chosen.not_on
        push = await begin_push(
            database, chosen.campaign, texts, chosen.hours or choices.hours, days
        )
    print(
        f"{chosen.campaign}: {_called(push.step)} is queued and goes out while the service runs; `minping push show`"
    )
    return 0


async def run_turn(settings: Settings, chosen: argparse.Namespace) -> int:
    """Pause, resume or cancel."""
    from bot.fieldwork.outreach import push_service

    turn = {
        "pause": push_service.pause_push,
        "resume": push_service.resume_push,
        "cancel": push_service.cancel_push,
    }[chosen.action]
    async with open_store(settings) as database:
        await turn(database, chosen.campaign)
    return await run_show(settings, chosen)


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print how far each step is."""
    from bot.fieldwork.outreach.push_service import show_pushes

    async with open_store(settings) as database:
        found = await show_pushes(database, chosen.campaign, settings.push_rate)
    for progress in found:
        counts = ", ".join(
            f"{count} {state.replace('_', ' ')}" for state, count in progress.counts.items()
        )
        left = (
            f", about {progress.seconds_left / 60:.0f} minutes left"
            if progress.seconds_left
            else ""
        )
        print(f"{_called(progress.push.step)}: {progress.push.state}; {counts}{left}")
    if not found:
        print("nothing was pushed in this campaign; see `minping push begin`")
    return 0


async def run_test(settings: Settings, chosen: argparse.Namespace) -> int:
    """Send one message."""
    from bot.channels.telegram.messenger import TelegramMessenger
    from bot.channels.telegram.rate_limit import RateLimitPause
    from bot.core.shipped_files import shipped_words
    from bot.fieldwork.outreach.messenger import DeliveryOutcome, OutgoingMessage
    from bot.fieldwork.outreach.push_service import plain_texts

    if not chosen.chat.removeprefix("-").isdecimal():
        raise BadInput("a chat id is a number; the bot @userinfobot tells you yours", chosen.chat)
    _require_telegram(settings)
    async with open_store(settings) as database:
        texts = await plain_texts(database, chosen.campaign, settings.timezone) | _read_texts(
            chosen
        )
    words = shipped_words()
    async with TelegramMessenger(
        settings.telegram_token, settings.telegram_api, RateLimitPause()
    ) as postman:
        for lang, text in texts.items():
            begin, stop = words.say(lang, "invitation-begin"), words.say(lang, "invitation-stop")
            fate = await postman.send(chosen.chat, OutgoingMessage(text, begin, "TEST", stop))
            if fate is not DeliveryOutcome.SENT:
                raise BadInput(
                    f"Telegram did not take it: {fate.value}; has this chat pressed Start?",
                    chosen.chat,
                )
    print("sent; its button leads to the campaign as a link that nobody vouches for")
    return 0


async def run_work(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Send until SIGTERM or SIGINT."""
    from bot.channels.telegram.messenger import TelegramMessenger
    from bot.channels.telegram.rate_limit import RateLimitPause
    from bot.fieldwork.outreach.pace import Pace
    from bot.serving import make_push_sender

    _require_telegram(settings)
    if not settings.redis_url:
        raise BadInput(
            "a sender of its own shares the pace with the service, so name its Redis", "REDIS_URL"
        )
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with build(settings) as service:
        bot = settings.telegram_token.partition(":")[0]
        pause = RateLimitPause(service.redis, bot)
        async with TelegramMessenger(
            settings.telegram_token, settings.telegram_api, pause
        ) as postman:
            pusher = make_push_sender(
                service, {"telegram": postman}, Pace(service.redis, settings.push_rate, bot)
            )
            working = [asyncio.create_task(work) for work in (pusher.run(), pause.watch())]
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait([*working, stopping], return_when=asyncio.FIRST_COMPLETED)
            for task in (*working, stopping):
                task.cancel()
            ended = await asyncio.gather(*working, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error
    return 0


def _read_texts(chosen: argparse.Namespace) -> dict[str, str]:
    from bot.commands.import_ import read_file

    files = {"zh-Hans": chosen.zh, "en": chosen.en}
    return {
        lang: read_file(file).decode("utf-8", "strict").strip()
        for lang, file in files.items()
        if file
    }


def _require_telegram(settings: Settings) -> None:
    if not settings.telegram_token:
        raise BadInput("there is no bot to write with; set its token", "MINPING_TELEGRAM_TOKEN")


def _called(step: int) -> str:
    return f"reminder {step}" if step else "the invitation"
