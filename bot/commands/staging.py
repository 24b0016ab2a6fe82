"""``minping staging``: envelopes that no reader takes; they are counted and never read."""

from __future__ import annotations

import argparse
from typing import Any

from bot.ballots.refused import (
    REASONS,
    count_refused,
    drop_refused,
    require_refusers,
    retry_refused,
)
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.two_persons import named_people, read_profile
from bot.storage.database import reading, writing
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.second_person import confirm_people
from bot.terminal.words import say
from survey_flows.errors import Message

WHY = {
    "unknown_key": Message("staging-unknown-key"),
    "bad_signature": Message("staging-bad-signature"),
    "unknown_form": Message("staging-unknown-form"),
    "broken": Message("staging-broken"),
    "repeated": Message("staging-repeated"),
    "closed": Message("staging-closed"),
    "lost_key": Message("staging-lost-key"),
}
"""What each reason of `bot.ballots.refused` says."""


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("staging", help=Message("help-staging"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser("show", help=Message("help-staging-show"))
    show.set_defaults(run=run_show, audit=READS_ONLY)
    retry = parts.add_parser("retry", help=Message("help-staging-retry"))
    retry.add_argument("--reason", choices=REASONS, help=Message("help-staging-reason"))
    retry.set_defaults(run=run_retry, audit=Audit("staging retry", the("reason")))
    refuse = parts.add_parser("refuse", help=Message("help-staging-refuse"))
    refuse.add_argument(
        "--reason", choices=REASONS, required=True, help=Message("help-staging-reason")
    )
    refuse.add_argument(
        "--by",
        action="append",
        default=[],
        metavar="LOGIN",
        help=Message("help-staging-refuse-by"),
    )
    refuse.set_defaults(run=run_refuse, audit=Audit("staging refuse", the("reason")))


async def run_show(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Count refused envelopes by reason and table."""
    async with open_store(settings) as database, reading(database) as connection:
        counts = await count_refused(connection)
    for one in counts:
        say(
            Message(
                "staging-count",
                reason=one.reason,
                why=WHY[one.reason],
                source=one.source,
                kept=one.kept,
                dropped=one.dropped,
            )
        )
    if not counts:
        say(Message("staging-none"))
    return 0


async def run_retry(settings: Settings, chosen: argparse.Namespace) -> int:
    """Put refused envelopes back to where the mixer takes them from."""
    async with open_store(settings) as database, writing(database) as connection:
        count = await retry_refused(connection, chosen.reason or "")
    say(Message("staging-retried", count=count))
    return 0


async def run_refuse(settings: Settings, chosen: argparse.Namespace) -> int:
    """Refuse envelopes of one reason for good, where it needs people by their decision."""
    async with open_store(settings) as database:
        accounts, profile = named_people(settings, database), await read_profile(settings, database)
        await require_refusers(accounts, chosen.by, profile, chosen.reason)
        await confirm_people(accounts, chosen.by, settings.data / "keys", SystemClock())
        async with writing(database) as connection:
            count = await drop_refused(connection, chosen.reason)
    say(Message("staging-dropped", count=count))
    return 0
