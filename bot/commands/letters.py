"""``minping letters``: dead letters, which are taken again or dropped; nobody reads one."""

from __future__ import annotations

import argparse
import logging
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot.ballots.gate import Gate
from bot.campaigns.live_campaigns import LiveCampaigns, Trust
from bot.channels.telegram.json import read_json
from bot.channels.telegram.parsing import read_update
from bot.channels.wechat.account import WECHAT, WECOM
from bot.channels.wechat.parsing import number, read_message
from bot.channels.wechat.xml import BadXml, read_fields
from bot.conversations.conductor import AWAY, Conductor
from bot.conversations.contract import Incoming
from bot.conversations.dead_letters import UNREADABLE, DeadLetterOpened, DeadLetterStore, Reader
from bot.core.clock import SystemClock
from bot.core.events import event
from bot.core.settings import Settings
from bot.crypto.gate_keys import GateKeys
from bot.service.composition import make_mixer, open_store
from bot.service.installation_keys import open_keys
from bot.terminal.auditing import READS_ONLY, Audit, all_of, the
from bot.terminal.words import say, worded
from survey_flows.errors import BadInput, Message, Place

log = logging.getLogger(__name__)


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("letters", help=Message("help-letters"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser("show", help=Message("help-letters-show"))
    show.set_defaults(run=run_show, audit=READS_ONLY)
    replay = parts.add_parser("replay", help=Message("help-letters-replay"))
    replay.add_argument("keys", nargs="*", metavar="KEY")
    replay.add_argument("--all", action="store_true", help=Message("help-letters-replay-all"))
    replay.set_defaults(run=run_replay, audit=Audit("letters replay", all_of("keys", "all")))
    drop = parts.add_parser("drop", help=Message("help-letters-drop"))
    drop.add_argument("key", metavar="KEY")
    drop.add_argument("--reason", required=True, help=Message("help-letters-drop-reason"))
    drop.set_defaults(run=run_drop, audit=Audit("letters drop", the("key")))


async def run_show(settings: Settings, _chosen: argparse.Namespace) -> int:
    """List the letters."""
    async with open_store(settings) as database:
        keys = (await open_keys(settings, database)).gate
        letters = await DeadLetterStore(database, keys, SystemClock()).list_letters()
    for letter in letters:
        when = datetime.fromtimestamp(letter.at, ZoneInfo(settings.timezone)).isoformat(
            timespec="minutes"
        )
        tried = worded(
            Message("letters-tried", tries=letter.tries)
            if letter.tries
            else Message("letters-other-key")
        )
        print(f"{letter.key}  {letter.channel or '?'}  {when}  {tried}  {letter.error}")
    if not letters:
        say(Message("letters-none"))
    return 0


async def run_replay(settings: Settings, chosen: argparse.Namespace) -> int:
    """Take letters again; 1 when some failed again."""
    if bool(chosen.keys) == chosen.all:
        raise BadInput(Message("letters-name-some"))
    clock = SystemClock()
    async with open_store(settings) as database:
        opened = await open_keys(settings, database)
        keys, log_key = opened.gate, make_mixer(settings, database, opened.gate, clock).key
        letters = DeadLetterStore(database, keys, clock)
        live_campaigns = LiveCampaigns(database, settings.timezone, Trust(log_key, opened.desk))
        await live_campaigns.refresh()
        gate = Gate(keys, log_key)
        conductor = Conductor(database, keys, live_campaigns, clock, gate)
        found = await letters.open(chosen.keys or None, update_readers(keys))
        failed = [letter for letter in found if not await replay_one(letters, conductor, letter)]
    say(Message("letters-replayed", taken=len(found) - len(failed), failed=len(failed)))
    return 1 if failed else 0


async def replay_one(
    letters: DeadLetterStore, conductor: Conductor, letter: DeadLetterOpened
) -> bool:
    """Returns whether the letter's update was handled; a failure is counted in the letter.

    Raises:
        BadInput: the database or Redis is away.
    """
    if letter.incoming is None:
        await letters.failed(letter, UNREADABLE)
        return False
    try:
        await conductor.replay(letter, letter.incoming)
    except AWAY as error:
        message = Message("letters-store-away", error=type(error).__name__)
        raise BadInput(message, Place(subject=letter.key)) from None
    except Exception as error:
        await letters.failed(letter, type(error).__name__)
        return False
    return True


async def run_drop(settings: Settings, chosen: argparse.Namespace) -> int:
    """Delete one letter."""
    async with open_store(settings) as database:
        keys = (await open_keys(settings, database)).gate
        await DeadLetterStore(database, keys, SystemClock()).drop(chosen.key)
    log.warning(
        "dead letter %s was dropped: %s",
        chosen.key,
        chosen.reason,
        extra=event("dead_letter", reason="dropped"),
    )
    say(Message("letters-dropped", key=chosen.key))
    return 0


def _read_telegram(raw: bytes) -> Incoming | None:
    try:
        taken = read_update(read_json(raw))
    except ValueError:
        return None
    return taken.incoming if taken else None


def update_readers(keys: GateKeys) -> dict[str, Reader]:
    """Returns the reader of a stored update for each channel."""
    return {
        "telegram": _read_telegram,
        **{channel: partial(_read_wechat, keys, channel) for channel in (WECHAT, WECOM)},
    }


def _read_wechat(keys: GateKeys, channel: str, raw: bytes) -> Incoming | None:
    try:
        fields = read_fields(raw)
        taken = read_message(channel, fields, number(fields, "CreateTime"), keys.update)
    except BadXml:
        return None
    return taken.incoming if taken else None
