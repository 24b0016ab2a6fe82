"""``minping sensitivity``: ranks and grades of a year under other rules (what-if)."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY
from bot.terminal.parsing import add_language
from survey_flows.errors import Message

if TYPE_CHECKING:
    from aggregation.appraisal.stability import ResultShift
    from bot.appraisal.year import AppraisedYear


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-sensitivity")
    parser = commands.add_parser("sensitivity", help=text, description=text)
    parser.add_argument("year", type=int, metavar="YEAR")
    parser.add_argument(
        "--campaign",
        nargs="+",
        default=[],
        metavar="ID",
        help=Message("help-closed-campaigns"),
    )
    parser.add_argument(
        "--rules",
        action="store_true",
        help=Message("help-sensitivity-rules"),
    )
    add_language(parser)
    parser.set_defaults(run=run, audit=READS_ONLY)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each other rule, then every unit whose grade would change."""
    from bot.appraisal.year import open_year
    from bot.terminal.listings import print_shifts

    async with open_store(settings) as database:
        year = await open_year(database, chosen.year, chosen.campaign)
        shifts = await _shifts(database, year, settings.timezone if chosen.rules else "")
    print_shifts(year.result, shifts, chosen.lang)
    return 0


async def _shifts(database: Any, year: AppraisedYear, timezone: str) -> Sequence[ResultShift]:
    from bot.appraisal.sensitivity import effects_of_fraud_rules, sensitivity

    found = await asyncio.to_thread(sensitivity, year)
    return [*found, *(await effects_of_fraud_rules(database, year, timezone) if timezone else [])]
