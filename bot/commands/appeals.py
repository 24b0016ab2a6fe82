"""``minping appeals``: what was appealed against, and until when it has to be answered. Decisions are made on pages."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from bot.core.settings import Settings
from bot.service.composition import open_store

if TYPE_CHECKING:
    from bot.appraisal.appeals import Appeal


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser(
        "appeals", help="list appeals against results, with their deadlines"
    )
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    listed = parts.add_parser(
        "list", help="list appeals, the newest first; overdue ones are marked"
    )
    listed.add_argument("year", type=int, nargs="?", default=0, metavar="YEAR")
    listed.set_defaults(run=run_list)
    show = parts.add_parser("show", help="one appeal with its steps")
    show.add_argument("appeal", type=int, metavar="APPEAL")
    show.set_defaults(run=run_show)


async def run_list(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each."""
    from bot.appraisal.appeals import list_appeals
    from bot.commands.contacts import today

    async with open_store(settings) as database:
        for appeal in await list_appeals(database, today(settings), chosen.year):
            print(_line(appeal, appeal.standing.late(today(settings))))
    return 0


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print one."""
    from bot.appraisal.appeals import show_appeal
    from bot.commands.contacts import today

    async with open_store(settings) as database:
        appeal = await show_appeal(database, chosen.appeal, today(settings))
    print(_line(appeal, appeal.standing.late(today(settings))))
    for step in appeal.steps:
        who = f"{step.by} → {step.to}" if step.to else step.by
        print(
            f"  {step.on}  {step.act}{f' {step.ruling}' if step.ruling else ''}  {who}  {step.text}".rstrip()
        )
    return 0


def _line(appeal: Appeal, late: bool) -> str:
    standing = appeal.standing
    due = (
        f"  due {standing.due}{' OVERDUE' if late else ''}"
        if standing.state in ("waiting", "charged")
        else ""
    )
    return f"{appeal.number}  {appeal.year}  {appeal.subject}  {standing.state}  round {standing.round}{due}"
