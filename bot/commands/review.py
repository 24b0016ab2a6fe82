"""``minping review``: look for ballots that are organised, and see what became of the cases."""

from __future__ import annotations

import argparse
from typing import Any

from bot.app import open_store, settle
from bot.clock import SystemClock
from bot.keys import keep_keys
from bot.settings import Settings


def register(commands: Any) -> None:
    """Add the command and its parts."""
    text = "look for organised ballots in a closed campaign; reviewers decide on the administrator's pages"
    parser = commands.add_parser("review", help=text, description=text)
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    for name, help_text, run in (
        (
            "scan",
            "let every signal look at a campaign; what it finds weighs less until two people have looked",
            run_scan,
        ),
        ("show", "the cases of a campaign and their states", run_show),
        ("effect", "what the scores would be without each rule", run_effect),
    ):
        part = parts.add_parser(name, help=help_text)
        part.add_argument("campaign", metavar="CAMPAIGN")
        part.set_defaults(run=run)
    again = parts.add_parser("reopen", help="let a decided case be voted on anew")
    again.add_argument("case", type=int, metavar="CASE")
    again.add_argument("--by", required=True, metavar="NAME", help="who decides so")
    again.add_argument("--reason", required=True, help="why")
    again.set_defaults(run=run_reopen)


async def run_scan(settings: Settings, chosen: argparse.Namespace) -> int:
    """Scan and say what was found."""
    from bot.review import count_cases
    from bot.scanning import scan

    clock = SystemClock()
    async with open_store(settings) as database:
        new = await scan(database, chosen.campaign, settings.timezone)
        await settle(settings, database, keep_keys(settings.data / "keys"), clock)
        states = await count_cases(database, chosen.campaign)
    print(f"{chosen.campaign}: {new} new cases; {_states(states)}")
    if states:
        print("reviewers vote at /admin/review; afterwards: minping release " + chosen.campaign)
    return 0


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """List the cases, without unit and opinion."""
    from bot.review import list_cases

    async with open_store(settings) as database:
        cases = await list_cases(database, "", chosen.campaign)
    for case in cases:
        rules = ", ".join(found["rule"] for found in case.evidence)
        print(f"{case.id}  {case.state}  {case.votes} votes  {rules}")
    if not cases:
        print("there are no cases; `minping review scan` looks for them")
    return 0


async def run_effect(settings: Settings, chosen: argparse.Namespace) -> int:
    """What each rule changes."""
    from bot.printing import print_table
    from bot.scanning import effects

    async with open_store(settings) as database:
        found = await effects(database, chosen.campaign, settings.timezone)
    rows = [[e.rule or "all rules", str(e.units), f"{e.points:.2f}", str(e.ranks)] for e in found]
    heads = ["without", "units whose score moves", "largest move, points", "largest move, ranks"]
    print_table(f"{chosen.campaign}: the score with all rules against the score without", heads, rows, right=[1, 2, 3])
    return 0


async def run_reopen(settings: Settings, chosen: argparse.Namespace) -> int:
    """Open a case again."""
    from bot.review import reopen

    clock = SystemClock()
    async with open_store(settings) as database:
        await reopen(database, chosen.case, chosen.by, chosen.reason, clock)
        await settle(settings, database, keep_keys(settings.data / "keys"), clock)
    print(f"case {chosen.case} waits for reviewers again")
    return 0


def _states(states: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "nothing looks organised"
