"""``minping review``: look for organised rating in a closed campaign, and let people decide on what was found."""

from __future__ import annotations

import argparse
import json
from typing import Any

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.progress import bar


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser(
        "review", help="look for organised rating; two blind reviewers decide on each case"
    )
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    scan = parts.add_parser(
        "scan", help="look at a closed campaign; what is found waits for reviewers"
    )
    scan.add_argument("campaign", metavar="CAMPAIGN")
    scan.set_defaults(run=run_scan)
    listed = parts.add_parser("list", help="list the cases, without units")
    listed.add_argument("campaign", metavar="CAMPAIGN", nargs="?", default="")
    listed.set_defaults(run=run_list)
    show = parts.add_parser("show", help="what reviewers are told of a case")
    show.add_argument("case", metavar="CASE")
    show.set_defaults(run=run_show)
    effect = parts.add_parser(
        "effect", help="how scores and ranks would move without each rule; kept for the pages"
    )
    effect.add_argument("campaign", metavar="CAMPAIGN")
    effect.add_argument("--json", action="store_true", help="print JSON")
    effect.set_defaults(run=run_effect)
    again = parts.add_parser(
        "reopen", help="let a decided case be looked at again; until then its verdict stands"
    )
    again.add_argument("case", metavar="CASE")
    again.add_argument("--by", required=True, metavar="LOGIN", help="who asks for it")
    again.add_argument("--reason", required=True, help="why")
    again.set_defaults(run=run_reopen)


async def run_scan(settings: Settings, chosen: argparse.Namespace) -> int:
    """Find cases and say how many there are."""
    from bot.fraud_review.case_finding import find_cases

    async with open_store(settings) as database:
        with bar("review") as tell:
            result = await find_cases(database, chosen.campaign, tell, settings.timezone)
    print(
        f"{chosen.campaign}: {result.new} new cases, {result.known} known, {result.dropped} dropped"
    )
    if result.new or result.known:
        print(
            f"reviewers vote at /admin/review; scores change with the next `minping release {chosen.campaign}`"
        )
    return 0


async def run_list(settings: Settings, chosen: argparse.Namespace) -> int:
    """List cases, those that wait first."""
    from bot.fraud_review.case_review import list_cases

    async with open_store(settings) as database:
        for case in await list_cases(database, campaign=chosen.campaign):
            print(
                f"{case.id}  {case.campaign}  {case.state}  {case.verdict}  {', '.join(case.rules)}"
            )
    return 0


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print one case; its votes once it is decided."""
    from bot.fraud_review.case_review import show_case

    async with open_store(settings) as database:
        case = await show_case(database, chosen.case)
    print(f"{case.id}  {case.campaign}  {case.state}  {case.verdict}")
    for name, value in case.evidence.items():
        print(f"  {name}: {json.dumps(value, ensure_ascii=False)}")
    for vote in case.votes:
        print(
            f"  round {vote.round}: {vote.verdict}, {vote.reason}{f' ({vote.note})' if vote.note else ''}"
        )
    return 0


async def run_reopen(settings: Settings, chosen: argparse.Namespace) -> int:
    """Reopen the case."""
    from bot.fraud_review.case_review import reopen_case

    async with open_store(settings) as database:
        await reopen_case(database, chosen.case, chosen.by, chosen.reason, SystemClock())
    print(f"{chosen.case}: open again; what was decided stands until two reviewers agree")
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
    heads = ("without the rule", "scores that move", "largest shift", "ranks that move", "furthest")
    print_table(chosen.campaign, heads, rows, right=(1, 2, 3, 4))
    return 0
