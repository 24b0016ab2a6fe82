"""``minping appraise``: results of a year and their reasons, and decisions."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.profiles import SOLO
from bot.core.identity import Office
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.two_persons import read_profile
from bot.terminal.auditing import Audit, AuditByOption, first_of
from bot.terminal.parsing import add_language
from bot.terminal.second_person import office_here
from survey_flows.errors import BadInput, Message, Place
from survey_flows.messages import render

AUDIT = AuditByOption(
    {
        "decide": Audit("appraise decide", first_of("decide")),
        "grade": Audit("appraise grade", first_of("grade")),
    }
)
"""Of the actions these change something; the others only read."""


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-appraise")
    parser = commands.add_parser("appraise", help=text, description=text)
    parser.add_argument("year", type=int, metavar="YEAR")
    parser.add_argument(
        "--campaign",
        nargs="+",
        default=[],
        metavar="ID",
        help=Message("help-closed-campaigns"),
    )
    add_language(parser)
    parser.add_argument("--by", default="", help=Message("help-appraise-by"))
    parser.add_argument("--reason", default="", help=Message("help-appraise-reason"))
    parser.add_argument("--seen", default="", help=Message("help-appraise-seen"))
    parser.add_argument(
        "--heard-on", default="", metavar="DAY", help=Message("help-appraise-heard")
    )
    for option, words in (
        ("--organ", Message("help-appraise-organ")),
        ("--document", Message("help-appraise-document")),
        ("--decided-on", Message("help-appraise-decided-on")),
        ("--released-by", Message("help-appraise-released-by")),
    ):
        parser.add_argument(option, default="", help=words)
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--explain", metavar="UNIT_OR_LEADER", help=Message("help-appraise-explain")
    )
    action.add_argument(
        "--inside",
        metavar="UNIT",
        help=Message("help-appraise-inside"),
    )
    action.add_argument("--proposals", action="store_true", help=Message("help-appraise-proposals"))
    action.add_argument("--open", action="store_true", help=Message("help-appraise-open"))
    action.add_argument(
        "--decide", nargs=2, metavar=("KEY", "VERDICT"), help=Message("help-appraise-decide")
    )
    action.add_argument(
        "--grade", nargs=2, metavar=("UNIT", "GRADE"), help=Message("help-appraise-grade")
    )
    parser.set_defaults(run=run, audit=AUDIT)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Do what was asked, or print the year."""
    async with open_store(settings) as database:
        if chosen.decide or chosen.grade:
            await (_decide if chosen.decide else _grade)(database, chosen, settings)
        else:
            await _show(database, chosen)
    return 0


async def _office(settings: Settings, database: AsyncEngine) -> Office:
    """Return who decides at the machine.

    Raises:
        BadInput: several people decide here, and an account has to say who it was.
    """
    if await read_profile(settings, database) != SOLO:
        raise BadInput(Message("appraisal-decide-at-console"))
    return office_here(settings)


async def _show(database: AsyncEngine, chosen: argparse.Namespace) -> None:
    from aggregation.model.results import ProposalStatus
    from bot.appraisal.year import open_year
    from bot.terminal.listings import (
        print_appraisal,
        print_inside,
        print_left_units,
        print_proposals,
    )

    year = await open_year(database, chosen.year, chosen.campaign)
    if chosen.explain:
        print("\n".join(_reasons(year, chosen.explain, chosen.lang)))
    elif chosen.inside:
        print_inside(year, chosen.inside, chosen.lang)
    elif chosen.proposals or chosen.open:
        print_proposals(year, chosen.lang, ProposalStatus.PROPOSED if chosen.open else None)
    else:
        print_left_units(year, chosen.lang)
        print_appraisal(year.result, year.inputs.scheme, year.seal is not None, chosen.lang)
        for note in year.left_out:
            print(render(note, chosen.lang))


def _reasons(year: Any, subject: str, lang: str) -> list[str]:
    from bot.appraisal.plain_reasons import names_of, plain_texts

    result = year.about(subject)
    if result is None:
        raise BadInput(Message("appraise-subject-unknown"), Place(subject=subject))
    names = names_of(year.bodies, year.inputs.scheme)
    return [*plain_texts(result.trail[subject], names, lang)]


async def _decide(database: AsyncEngine, chosen: argparse.Namespace, settings: Settings) -> None:
    from aggregation.model.facts import Verdict
    from bot.appraisal.deciding import paper_said, record_decision
    from bot.core.labels import name

    key, word = chosen.decide
    verdict = {"confirm": Verdict.CONFIRMED, "decline": Verdict.DECLINED}.get(word)
    if verdict is None:
        raise BadInput(Message("appraise-verdict"), Place(subject=word))
    made = await record_decision(
        database,
        chosen.year,
        key,
        verdict,
        chosen.by,
        chosen.reason,
        await _office(settings, database),
        chosen.seen,
        chosen.heard_on,
        chosen.campaign,
        paper_said(chosen.organ, chosen.document, chosen.decided_on, chosen.released_by),
    )
    verdict_name = name(made.verdict, chosen.lang)
    print(f"{made.proposal}: {verdict_name}, {made.by}, {made.at}")


async def _grade(database: AsyncEngine, chosen: argparse.Namespace, settings: Settings) -> None:
    from aggregation.model.facts import Grade
    from bot.appraisal.deciding import record_unit_decision
    from bot.core.labels import name

    unit, grade = chosen.grade
    if grade not in list(Grade):
        raise BadInput(Message("appraise-grade"), Place(subject=grade))
    made = await record_unit_decision(
        database,
        chosen.year,
        unit,
        Grade(grade),
        chosen.by,
        chosen.reason,
        await _office(settings, database),
        chosen.seen or "0",
        chosen.campaign,
    )
    print(f"{made.unit}: {name(made.grade, chosen.lang)}, {made.by}, {made.at}, №{made.number}")
