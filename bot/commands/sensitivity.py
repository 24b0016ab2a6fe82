"""``minping sensitivity``: how ranks and grades of a year would move under other rules."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.core.settings import Settings
from bot.service.composition import open_store

if TYPE_CHECKING:
    from aggregation.appraisal.stability import ResultShift
    from bot.appraisal.year import AppraisedYear


def register(commands: Any) -> None:
    """Add the command."""
    text = "how ranks and grades of a year would move under other scales, weights and exclusion rules; nothing is stored"
    parser = commands.add_parser("sensitivity", help=text, description=text)
    parser.add_argument("year", type=int, metavar="YEAR")
    parser.add_argument(
        "--campaign",
        nargs="+",
        default=[],
        metavar="ID",
        help="closed campaigns to take scores from",
    )
    parser.add_argument(
        "--rules",
        action="store_true",
        help="also without each fraud rule: looks at all ballots again",
    )
    parser.add_argument(
        "--lang", choices=["zh-Hans", "en"], default="zh-Hans", help="default zh-Hans"
    )
    parser.set_defaults(run=run)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each other rule, then every unit whose grade would be another."""
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
