"""``minping questionnaire``: check a questionnaire before it is used."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.settings import Settings


def register(commands: Any) -> None:
    """Add the command and its part."""
    parser = commands.add_parser("questionnaire", help="check a questionnaire file")
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    check = parts.add_parser("check", help="say whether a file is a questionnaire, or what is wrong and where")
    check.add_argument("file", type=Path, metavar="FILE", help="YAML, or XLSForm as .xlsx")
    check.set_defaults(run=run_check)


async def run_check(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Read the file and list its questions."""
    from bot.imports.questionnaires import read_questionnaire

    paper = await asyncio.to_thread(read_questionnaire, chosen.file)
    print(
        f"{paper.id} (version {paper.version}): {len(paper.questions)} questions, {len(paper.rated)} rated; good to use"
    )
    for position, question in enumerate(paper.questions, 1):
        label = question.label[paper.languages[0]]
        print(f"  {position}. {question.id} [{question.kind}{', optional' if question.optional else ''}] {label}")
    return 0
