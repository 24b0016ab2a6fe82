"""``minping appraise``: the year's totals, ranks, grades and proposals; the reasons, decisions and sealing."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store
from survey_flows.errors import BadInput


def register(commands: Any) -> None:
    """Add the command."""
    text = "appraise a year: leagues, grades, proposals; explain, decide, seal"
    parser = commands.add_parser("appraise", help=text, description=text)
    parser.add_argument("year", type=int, metavar="YEAR")
    parser.add_argument(
        "--campaign",
        nargs="+",
        default=[],
        metavar="ID",
        help="closed campaigns to take scores from",
    )
    parser.add_argument(
        "--lang", choices=["zh-Hans", "en"], default="zh-Hans", help="default zh-Hans"
    )
    parser.add_argument("--by", default="", help="who decides (with --decide and --grade)")
    parser.add_argument("--reason", default="", help="why (with --decide and --grade)")
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--explain", metavar="UNIT_OR_LEADER", help="print every reason for one result"
    )
    action.add_argument(
        "--inside",
        metavar="UNIT",
        help="print the parts of a unit or section, and the people in them",
    )
    action.add_argument(
        "--proposals", action="store_true", help="list the proposals with their keys and grounds"
    )
    action.add_argument(
        "--open", action="store_true", help="list only the proposals that nobody has decided"
    )
    action.add_argument(
        "--decide", nargs=2, metavar=("KEY", "VERDICT"), help="confirm or decline a proposal"
    )
    action.add_argument(
        "--grade", nargs=2, metavar=("UNIT", "GRADE"), help="grade a unit with too few answers"
    )
    action.add_argument(
        "--seal", action="store_true", help="append the year's grades to the history, for good"
    )
    parser.set_defaults(run=run)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Do what was asked, or print the year."""
    async with open_store(settings) as database:
        if chosen.decide:
            await _decide(database, chosen)
        elif chosen.grade:
            await _grade(database, chosen)
        elif chosen.seal:
            await _seal(database, chosen)
        else:
            await _show(database, chosen)
    return 0


async def _show(database: AsyncEngine, chosen: argparse.Namespace) -> None:
    from aggregation.model.results import ProposalStatus
    from bot.appraisal.year import is_sealed, open_year
    from bot.terminal.listings import print_appraisal, print_inside, print_proposals

    year = await open_year(database, chosen.year, chosen.campaign)
    if chosen.explain:
        print("\n".join(_reasons(year, chosen.explain, chosen.lang)))
    elif chosen.inside:
        print_inside(year, chosen.inside, chosen.lang)
    elif chosen.proposals or chosen.open:
        print_proposals(year.bodies, chosen.lang, ProposalStatus.PROPOSED if chosen.open else None)
    else:
        print_appraisal(
            year.result, year.inputs.scheme, await is_sealed(database, chosen.year), chosen.lang
        )


def _reasons(year: Any, subject: str, lang: str) -> list[str]:
    from aggregation.model.results import explain

    result = year.about(subject)
    if result is None:
        raise BadInput(
            "there is no such unit or leader in that year; give a unit's code or a leader's id",
            subject,
        )
    return explain(result, subject, lang)


async def _decide(database: AsyncEngine, chosen: argparse.Namespace) -> None:
    from aggregation.model.facts import Verdict
    from bot.appraisal.year import record_decision

    key, word = chosen.decide
    verdict = {"confirm": Verdict.CONFIRMED, "decline": Verdict.DECLINED}.get(word)
    if verdict is None:
        raise BadInput("the verdict is confirm or decline", word)
    made = await record_decision(
        database,
        chosen.year,
        key,
        verdict,
        chosen.by,
        chosen.reason,
        SystemClock().now(),
        chosen.campaign,
    )
    print(f"{made.proposal}: {made.verdict}, {made.by}, {made.at}")


async def _grade(database: AsyncEngine, chosen: argparse.Namespace) -> None:
    from aggregation.model.facts import Grade
    from bot.appraisal.year import record_unit_decision

    unit, grade = chosen.grade
    if grade not in list(Grade):
        raise BadInput("the grade is first, second or third", grade)
    made = await record_unit_decision(
        database,
        chosen.year,
        unit,
        Grade(grade),
        chosen.by,
        chosen.reason,
        SystemClock().now(),
        chosen.campaign,
    )
    print(f"{made.unit}: {made.grade}, {made.by}, {made.at}")


async def _seal(database: AsyncEngine, chosen: argparse.Namespace) -> None:
    from bot.appraisal.year import seal_year

    added = await seal_year(database, chosen.year, chosen.campaign)
    print(f"{chosen.year}: {len(added)} grades appended to the history")
