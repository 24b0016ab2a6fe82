"""``minping migrate``: the version of the database, and the way to this program's version."""

from __future__ import annotations

import argparse
from typing import Any

from bot.core.settings import Settings
from bot.service.upgrades import DatabaseState, read_state, told_differences, upgrade
from bot.storage.database import open_database
from bot.storage.migrate import HEAD
from bot.terminal.auditing import Audit, AuditByOption
from bot.terminal.words import say
from survey_flows.errors import Message

DIFFERS = 3
"""The exit code where only a person can put the database right."""


def register(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("migrate", help=Message("help-migrate"))
    parser.add_argument("--apply", action="store_true", help=Message("help-migrate-apply"))
    parser.add_argument("--backed-up", action="store_true", help=Message("help-migrate-backed-up"))
    parser.set_defaults(run=run, audit=AuditByOption({"apply": Audit("migrate apply")}))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Tell what a migration would do, or do it."""
    database = open_database(settings.database)
    try:
        state = await read_state(database)
        _say(state)
        if not chosen.apply:
            return DIFFERS if state.differences else 0
        copy = await upgrade(settings, database, chosen.backed_up)
        if copy:
            say(Message("migrate-copy", file=str(copy)))
        say(Message("migrate-done", version=HEAD))
        return 0
    finally:
        await database.dispose()


def _say(state: DatabaseState) -> None:
    say(Message("migrate-version", version=state.version or "–", known=HEAD))
    if state.missing:
        say(Message("migrate-missing", migrations=state.missing))
    if state.running:
        say(Message("migrate-running", campaigns=state.running))
    for difference in told_differences(state.differences):
        say(difference)
