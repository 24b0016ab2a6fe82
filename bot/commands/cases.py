"""``minping cases``: look for organised rating in a closed campaign, and show the fraud cases."""

from __future__ import annotations

import argparse
import json
from typing import Any

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.installation_keys import open_keys
from bot.service.two_persons import named_people
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.progress import bar
from bot.terminal.words import say, word, worded
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("cases", help=Message("help-cases"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    scan = parts.add_parser("scan", help=Message("help-cases-scan"))
    scan.add_argument("campaign", metavar="CAMPAIGN")
    scan.set_defaults(run=run_scan, audit=Audit("cases scan", the("campaign")))
    listed = parts.add_parser("list", help=Message("help-cases-list"))
    listed.add_argument("campaign", metavar="CAMPAIGN", nargs="?", default="")
    listed.set_defaults(run=run_list, audit=READS_ONLY)
    show = parts.add_parser("show", help=Message("help-cases-show"))
    show.add_argument("case", metavar="CASE")
    show.set_defaults(run=run_show, audit=READS_ONLY)
    effect = parts.add_parser("effect", help=Message("help-cases-effect"))
    effect.add_argument("campaign", metavar="CAMPAIGN")
    effect.add_argument("--json", action="store_true", help=Message("help-cases-effect-json"))
    effect.set_defaults(run=run_effect, audit=Audit("cases effect", the("campaign")))
    again = parts.add_parser("reopen", help=Message("help-cases-reopen"))
    again.add_argument("case", metavar="CASE")
    again.add_argument("--by", required=True, metavar="LOGIN", help=Message("help-cases-reopen-by"))
    again.add_argument("--reason", required=True, help=Message("help-cases-reopen-reason"))
    again.set_defaults(run=run_reopen, audit=Audit("cases reopen", the("case")))


async def run_scan(settings: Settings, chosen: argparse.Namespace) -> int:
    """Find cases and print their numbers."""
    from bot.fraud_review.case_finding import find_cases

    async with open_store(settings) as database:
        desk = (await open_keys(settings, database)).desk
        with bar(worded(Message("bar-cases"))) as progress:
            result = await find_cases(database, chosen.campaign, desk, progress, settings.timezone)
    counts = {"new": result.new, "known": result.known, "dropped": result.dropped}
    say(Message("cases-found", campaign=chosen.campaign, **counts))
    if result.new or result.known:
        say(Message("cases-next", campaign=chosen.campaign))
    return 0


async def run_list(settings: Settings, chosen: argparse.Namespace) -> int:
    """List cases, those that wait first."""
    from bot.fraud_review.case_review import list_cases

    async with open_store(settings) as database:
        for case in await list_cases(database, campaign=chosen.campaign):
            print(f"{_heading(case)}  {', '.join(case.rules)}")
    return 0


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print one case; its votes once it is decided."""
    from bot.fraud_review.case_review import show_case

    async with open_store(settings) as database:
        case = await show_case(database, chosen.case)
    print(_heading(case))
    for name, value in case.evidence.items():
        print(f"  {name}: {json.dumps(value, ensure_ascii=False)}")
    for vote in case.votes:
        line = Message(
            "cases-vote", round=vote.round, verdict=word(vote.verdict), reason=vote.reason
        )
        print("  " + worded(line) + (f" ({vote.note})" if vote.note else ""))
    return 0


def _heading(case: Any) -> str:
    words = (worded(word(code)) for code in (case.state, case.verdict))
    return "  ".join((case.id, case.campaign, *words))


async def run_reopen(settings: Settings, chosen: argparse.Namespace) -> int:
    """Reopen the case."""
    from bot.fraud_review.case_review import reopen_case

    async with open_store(settings) as database:
        desk = (await open_keys(settings, database)).desk
        await named_people(settings, database).find(chosen.by)
        await reopen_case(database, chosen.case, chosen.by, chosen.reason, desk, SystemClock())
    say(Message("cases-reopened", case=chosen.case))
    return 0


async def run_effect(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each rule that found something."""
    from dataclasses import asdict

    from bot.fraud_review.rule_effects import measure_effects
    from bot.terminal.tables import print_table

    async with open_store(settings) as database:
        effects = await measure_effects(database, chosen.campaign, SystemClock(), settings.timezone)
    if chosen.json:
        print(json.dumps([asdict(effect) for effect in effects], indent=1))
        return 0
    rows = [(e.rule, str(e.moved), e.largest, str(e.ranks), str(e.furthest)) for e in effects]
    heads = (
        Message("cases-head-rule"),
        Message("cases-head-scores"),
        Message("cases-head-shift"),
        Message("head-ranks-moved"),
        Message("head-furthest"),
    )
    print_table(chosen.campaign, [worded(head) for head in heads], rows, right=(1, 2, 3, 4))
    return 0
