"""``minping push``: send invitations and reminders to a sample; pause, cancel and watch them."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import build, open_store
from bot.storage.database import reading
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.files import read_text
from bot.terminal.words import say, word
from survey_flows.errors import BadInput, Message, Place

ACTIONS = {
    "pause": Message("help-push-pause"),
    "resume": Message("help-push-resume"),
    "cancel": Message("help-push-cancel"),
}


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("push", help=Message("help-push"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    begin = parts.add_parser("begin", help=Message("help-push-begin"))
    begin.add_argument("campaign", metavar="CAMPAIGN")
    _add_text(begin)
    begin.add_argument(
        "--hours", metavar="HH:MM-HH:MM", default="", help=Message("help-push-begin-hours")
    )
    begin.add_argument(
        "--not-on",
        metavar="DAY",
        nargs="*",
        help=Message("help-push-begin-not-on"),
    )
    begin.add_argument(
        "--kind", choices=("invitation", "reminder"), help=Message("help-push-begin-kind")
    )
    begin.add_argument("--to", choices=("unopened", "all"), help=Message("help-push-begin-to"))
    for lang in ("zh", "en"):
        begin.add_argument(
            f"--short-{lang}", type=Path, metavar="FILE", help=Message("help-push-short")
        )
    begin.set_defaults(run=run_begin, audit=Audit("push begin", the("campaign")))
    for name, what in ACTIONS.items():
        part = parts.add_parser(name, help=what)
        part.add_argument("campaign", metavar="CAMPAIGN")
        part.set_defaults(run=run_turn, audit=Audit(f"push {name}", the("campaign")), action=name)
    show = parts.add_parser("show", help=Message("help-push-show"))
    show.add_argument("campaign", metavar="CAMPAIGN")
    show.set_defaults(run=run_show, audit=READS_ONLY)
    test = parts.add_parser("test", help=Message("help-push-test"))
    test.add_argument("campaign", metavar="CAMPAIGN")
    test.add_argument("chat", metavar="CHAT", help=Message("help-push-test-chat"))
    _add_text(test)
    test.set_defaults(run=run_test, audit=READS_ONLY)
    work = parts.add_parser("work", help=Message("help-push-work"))
    work.set_defaults(run=run_work, audit=READS_ONLY)


def _add_text(parser: Any) -> None:
    for lang in ("zh", "en"):
        parser.add_argument(
            f"--{lang}",
            type=Path,
            metavar="FILE",
            help=Message("help-push-message"),
        )


async def run_begin(settings: Settings, chosen: argparse.Namespace) -> int:
    """Queue a step."""
    from bot.accounts.preferences import read_preferences
    from bot.fieldwork.outreach.outbox import read_pushes
    from bot.fieldwork.outreach.push_service import begin_push, reminder_number
    from bot.fieldwork.outreach.push_texts import plain_texts

    async with open_store(settings) as database:
        texts = await plain_texts(database, chosen.campaign, settings.timezone) | _read_texts(
            chosen
        )
        choices = await read_preferences(database)
        days = choices.not_on if chosen.not_on is None else chosen.not_on
        push = await begin_push(
            database,
            chosen.campaign,
            texts,
            chosen.hours or choices.hours,
            days,
            chosen.kind or "",
            chosen.to or "",
            short=_read_files({"zh-Hans": chosen.short_zh, "en": chosen.short_en}),
        )
        async with reading(database) as connection:
            number = reminder_number(await read_pushes(connection, chosen.campaign), push)
    say(Message("push-queued", campaign=chosen.campaign, step=_step_name(number)))
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
    """Print the progress of each step."""
    from bot.fieldwork.outreach.push_service import show_pushes

    async with open_store(settings) as database:
        found = await show_pushes(database, chosen.campaign, settings.push_rate)
    for progress in found:
        counts = [
            Message("push-count", count=count, state=word(state))
            for state, count in progress.counts.items()
        ]
        if progress.seconds_left:
            minutes = round(progress.seconds_left / 60)
            counts.append(Message("push-minutes-left", minutes=minutes))
        step, state = _step_name(progress.reminder), word(progress.push.state)
        say(Message("push-progress", step=step, state=state, counts=tuple(counts)))
        if progress.push.stopped:
            kind, _, code = progress.push.stopped.partition(" ")
            say(Message("push-stopped", kind=word(kind), code=code))
    if not found:
        say(Message("push-none"))
    return 0


async def run_test(settings: Settings, chosen: argparse.Namespace) -> int:
    """Send one message."""
    from bot.channels.telegram.messenger import TelegramMessenger
    from bot.channels.telegram.rate_limit import RateLimitPause
    from bot.core.shipped_files import shipped_words
    from bot.fieldwork.outreach.messenger import DeliveryOutcome, OutgoingMessage
    from bot.fieldwork.outreach.push_texts import plain_texts

    if not chosen.chat.removeprefix("-").isdecimal():
        raise BadInput(Message("push-chat-id"), Place(subject=chosen.chat))
    _require_telegram(settings)
    async with open_store(settings) as database:
        texts = await plain_texts(database, chosen.campaign, settings.timezone) | _read_texts(
            chosen
        )
    words = shipped_words()
    async with TelegramMessenger(
        settings.telegram_token, settings.telegram_api, RateLimitPause()
    ) as messenger:
        for lang, text in texts.items():
            begin, stop = words.say(lang, "invitation-begin"), words.say(lang, "invitation-stop")
            answer = await messenger.send(chosen.chat, OutgoingMessage(text, begin, "TEST", stop))
            if answer.outcome is not DeliveryOutcome.ACCEPTED:
                message = Message("push-test-failed", outcome=answer.outcome.value)
                raise BadInput(message, Place(subject=chosen.chat))
    say(Message("push-test-sent"))
    return 0


async def run_work(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Send until SIGTERM or SIGINT."""
    from bot.channels.telegram.messenger import TelegramMessenger
    from bot.channels.telegram.rate_limit import RateLimitPause
    from bot.fieldwork.outreach.pace import Pace
    from bot.serving import make_push_sender

    _require_telegram(settings)
    if not settings.redis_url:
        raise BadInput(Message("push-redis-unset"), Place(field="REDIS_URL"))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with build(settings) as service:
        bot = settings.telegram_token.partition(":")[0]
        pause = RateLimitPause(service.redis, bot)
        async with TelegramMessenger(
            settings.telegram_token, settings.telegram_api, pause, settings.push_rate
        ) as messenger:
            pace = Pace(service.redis, settings.push_rate, bot)
            sender = make_push_sender(service, messenger, pace)
            working = [asyncio.create_task(work) for work in (sender.run(), pause.watch())]
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
    return _read_files({"zh-Hans": chosen.zh, "en": chosen.en})


def _read_files(files: dict[str, Path | None]) -> dict[str, str]:
    return {lang: read_text(file).strip() for lang, file in files.items() if file}


def _require_telegram(settings: Settings) -> None:
    if not settings.telegram_token:
        raise BadInput(Message("push-token-unset"), Place(field="MINPING_TELEGRAM_TOKEN"))


def _step_name(reminder: int) -> Message:
    if reminder:
        return Message("push-reminder", number=reminder)
    return Message("push-invitation")
