"""``minping questionnaire``: show a shipped questionnaire, and check one before it is used."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.core.shipped_files import questionnaire_text, shipped_questionnaires


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser(
        "questionnaire", help="show a shipped questionnaire, check one of your own"
    )
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser(
        "show", help="print a shipped questionnaire as YAML, to begin one's own with"
    )
    show.add_argument("id", choices=sorted(shipped_questionnaires()), metavar="ID")
    show.set_defaults(run=run_show)
    check = parts.add_parser(
        "check", help="say whether a file is a questionnaire, or what is wrong and where"
    )
    check.add_argument("file", type=Path, metavar="FILE", help="YAML, or XLSForm as .xlsx")
    check.set_defaults(run=run_check)


async def run_show(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a shipped questionnaire."""
    print(await asyncio.to_thread(questionnaire_text, chosen.id), end="")
    return 0


async def run_check(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Read the file and list its questions."""
    from bot.campaigns.questionnaire_files import read_questionnaire

    questionnaire = await asyncio.to_thread(read_questionnaire, chosen.file)
    print(
        f"{questionnaire.id} (version {questionnaire.version}): {len(questionnaire.questions)} questions, {len(questionnaire.rated)} rated; good to use"
    )
    for position, question in enumerate(questionnaire.questions, 1):
        label = question.label[questionnaire.languages[0]]
        print(
            f"  {position}. {question.id} [{question.kind}{', optional' if question.optional else ''}] {label}"
        )
    return 0
