"""``minping questionnaire``: show a shipped questionnaire, and check a file before its use."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.core.settings import Settings
from bot.core.shipped_files import OFFERED, VERSIONS, offered_questionnaires, questionnaire_text
from bot.terminal.auditing import READS_ONLY
from bot.terminal.words import say, worded
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("questionnaire", help=Message("help-questionnaire"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser("show", help=Message("help-questionnaire-show"))
    show.add_argument("id", choices=sorted(offered_questionnaires()), metavar="ID")
    show.add_argument(
        "--version",
        choices=sorted(VERSIONS),
        default=OFFERED,
        help=Message("help-questionnaire-version", version=OFFERED),
    )
    show.set_defaults(run=run_show, audit=READS_ONLY)
    check = parts.add_parser("check", help=Message("help-questionnaire-check"))
    check.add_argument(
        "file", type=Path, metavar="FILE", help=Message("help-questionnaire-check-file")
    )
    check.set_defaults(run=run_check, audit=READS_ONLY)


async def run_show(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a shipped questionnaire."""
    print(await asyncio.to_thread(questionnaire_text, chosen.id, chosen.version), end="")
    return 0


async def run_check(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Read the file and list its questions."""
    from bot.campaigns.questionnaire_files import read_questionnaire

    questionnaire = await asyncio.to_thread(read_questionnaire, chosen.file)
    say(
        Message(
            "questionnaire-good",
            id=questionnaire.id,
            version=questionnaire.version,
            questions=len(questionnaire.questions),
            rated=len(questionnaire.rated),
        )
    )
    for position, question in enumerate(questionnaire.questions, 1):
        label = question.label[questionnaire.languages[0]]
        optional = worded(Message("questionnaire-optional")) if question.optional else ""
        print(f"  {position}. {question.id} [{question.kind}{optional}] {label}")
    return 0
