"""``minping audit``: who did what, and whether the log of it is whole."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.settings import Settings
from bot.service.composition import open_store
from survey_flows.errors import BadInput


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("audit", help="who did what on the pages and by commands")
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser("show", help="the newest acts first")
    show.add_argument("--login", default="", help="of one person, or cli:ACCOUNT")
    show.add_argument("--since", default="", metavar="DAY", help="from this day on, as 2026-11-24")
    show.add_argument(
        "--most", type=int, default=100, metavar="N", help="so many at most; default: 100"
    )
    show.set_defaults(run=run_show)
    verify = parts.add_parser("verify", help="check that no row was changed or taken out")
    verify.set_defaults(run=run_verify)


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each act."""
    from bot.accounts.audit_log import read_records

    zone = ZoneInfo(settings.timezone)
    async with open_store(settings) as database:
        acts = await read_records(database, chosen.login, _second(chosen.since, zone), chosen.most)
    for act in acts:
        at = datetime.fromtimestamp(act.at, zone).strftime("%Y-%m-%d %H:%M:%S")
        print(
            f"{act.number:>6}  {at}  {act.who} ({act.role})  {act.act}  {act.what}  {act.outcome}"
        )
    if not acts:
        print("nothing was done yet")
    return 0


async def run_verify(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Walk the chain; 1 when it is broken."""
    from bot.accounts.audit_log import verify_rows

    async with open_store(settings) as database:
        count, wrong = await verify_rows(database)
    print(
        f"FAIL  row {wrong} is not what it was"
        if wrong
        else f"ok    {count} rows, each rests on the one before"
    )
    return int(bool(wrong))


def _second(day: str, zone: ZoneInfo) -> int:
    if not day:
        return 0
    try:
        return int(datetime.fromisoformat(day).replace(tzinfo=zone).timestamp())
    except ValueError:
        raise BadInput("write a day like 2026-11-24", day) from None
