"""``minping appeals``: reviews and appeals with their deadlines; the console decides them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY
from bot.terminal.words import word, worded
from survey_flows.errors import Message

if TYPE_CHECKING:
    from bot.appraisal.appeal_records import Appeal


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("appeals", help=Message("help-appeals"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    listed = parts.add_parser("list", help=Message("help-appeals-list"))
    listed.add_argument("year", type=int, nargs="?", default=0, metavar="YEAR")
    listed.set_defaults(run=run_list, audit=READS_ONLY)
    show = parts.add_parser("show", help=Message("help-appeals-show"))
    show.add_argument("appeal", type=int, metavar="APPEAL")
    show.set_defaults(run=run_show, audit=READS_ONLY)


async def run_list(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each."""
    from bot.appraisal.appeal_records import list_appeals
    from bot.commands.contacts import today

    async with open_store(settings) as database:
        for appeal in await list_appeals(database, today(settings), chosen.year):
            print(_line(appeal, appeal.standing.late(today(settings))))
    return 0


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print one."""
    from bot.appraisal.appeal_records import show_appeal
    from bot.commands.contacts import today

    async with open_store(settings) as database:
        appeal = await show_appeal(database, chosen.appeal, today(settings))
    print(_line(appeal, appeal.standing.late(today(settings))))
    for step in appeal.steps:
        who = f"{step.by} → {step.to}" if step.to else step.by
        words = " ".join(worded(word(code)) for code in (step.act, step.ruling) if code)
        print(f"  {step.on}  {words}  {who}  {step.text}".rstrip())
    return 0


def _line(appeal: Appeal, late: bool) -> str:
    standing = appeal.standing
    parts = [str(appeal.number), str(appeal.year), appeal.subject, worded(word(standing.state))]
    parts.append(worded(Message("appeals-round", round=standing.round)))
    if standing.state in ("waiting", "charged"):
        day = str(standing.due)
        due = Message("appeals-overdue", day=day) if late else Message("appeals-due", day=day)
        parts.append(worded(due))
    return "  ".join(parts)
