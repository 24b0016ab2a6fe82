"""``minping audit``: the audit log, and the check that no row of it was changed."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.settings import Settings, read_language
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY
from bot.terminal.words import say, word, worded
from survey_flows.errors import BadInput, Message, Place


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("audit", help=Message("help-audit"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser("show", help=Message("help-audit-show"))
    show.add_argument("--login", default="", help=Message("help-audit-show-login"))
    show.add_argument("--since", default="", metavar="DAY", help=Message("help-audit-show-since"))
    show.add_argument(
        "--last", type=int, default=100, metavar="N", help=Message("help-audit-show-last")
    )
    show.set_defaults(run=run_show, audit=READS_ONLY)
    verify = parts.add_parser("verify", help=Message("help-audit-verify"))
    verify.set_defaults(run=run_verify, audit=READS_ONLY)


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each act."""
    from bot.accounts.acts import describe_act
    from bot.accounts.audit_log import read_records

    zone = ZoneInfo(settings.timezone)
    async with open_store(settings) as database:
        records = await read_records(
            database, chosen.login, _second(chosen.since, zone), chosen.last
        )
    for record in records:
        at = datetime.fromtimestamp(record.at, zone).strftime("%Y-%m-%d %H:%M:%S")
        who = f"{record.who} ({worded(word(record.role))})" if record.role else record.who
        act, outcome = describe_act(record, read_language()), worded(word(record.outcome))
        print(f"{record.number:>6}  {at}  {who}  {act}  {outcome}")
    if not records:
        say(Message("audit-empty"))
    return 0


async def run_verify(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Walk the chain and compare it with the log; 1 when they differ."""
    from bot.accounts.audit_anchors import check_rows
    from bot.core.clock import SystemClock
    from bot.service.composition import audit_anchors
    from bot.service.installation_keys import open_desk
    from bot.storage.database import reading

    async with open_store(settings) as database:
        desk = await open_desk(settings, database, SystemClock())
        anchors = await audit_anchors(settings, database, desk)
        async with reading(database) as connection:
            found = await check_rows(connection, desk, anchors)
    if found.problem:
        say(Message("audit-broken", problem=found.problem))
    else:
        say(Message("audit-intact", rows=found.rows))
    said = {"row": found.anchored, "position": found.position}
    say(Message("audit-anchored", **said) if found.anchored else Message("audit-not-anchored"))
    return int(found.problem is not None)


def _second(day: str, zone: ZoneInfo) -> int:
    if not day:
        return 0
    try:
        return int(datetime.fromisoformat(day).replace(tzinfo=zone).timestamp())
    except ValueError:
        raise BadInput(Message("audit-day"), Place(subject=day)) from None
