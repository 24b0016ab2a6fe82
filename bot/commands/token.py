"""``minping token``: tokens with which programs use the interface."""

from __future__ import annotations

import argparse
import getpass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.accounts.api_tokens import SCOPES, USUAL_DAYS, create_token, list_tokens, revoke_token
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.two_persons import open_officers
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.words import say, word
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("token", help=Message("help-token"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    add = parts.add_parser("add", help=Message("help-token-add"))
    add.add_argument("name", metavar="NAME", help=Message("help-token-add-name"))
    add.add_argument("--scope", nargs="+", required=True, metavar="SCOPE", help=", ".join(SCOPES))
    add.add_argument(
        "--days",
        default=USUAL_DAYS,
        help=Message("help-token-add-days", days=USUAL_DAYS),
    )
    add.set_defaults(run=run_add, audit=Audit("token add", the("name")))
    list_ = parts.add_parser("list", help=Message("help-token-list"))
    list_.set_defaults(run=run_list, audit=READS_ONLY)
    revoke = parts.add_parser("revoke", help=Message("help-token-revoke"))
    revoke.add_argument("name", metavar="NAME")
    revoke.set_defaults(run=run_revoke, audit=Audit("token revoke", the("name")))


async def run_add(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make one token."""
    async with open_store(settings) as database:
        by = f"cli:{getpass.getuser()}"
        roster = (await open_officers(settings, database, SystemClock())).roster
        token = await create_token(
            roster, chosen.name, chosen.scope, chosen.days, by, SystemClock()
        )
    scopes = " ".join(chosen.scope)
    say(Message("token-added", name=chosen.name, scopes=scopes, token=token))
    return 0


async def run_list(settings: Settings, _chosen: argparse.Namespace) -> int:
    """List every token."""
    now, zone = SystemClock().now().timestamp(), ZoneInfo(settings.timezone)
    async with open_store(settings) as database:
        found = await list_tokens(database)
    for token in found:
        until = datetime.fromtimestamp(token.expires, zone).date()
        used = Message("token-never-used")
        if token.last_used_on:
            used = Message("token-last-used", day=str(token.last_used_on))
        line = Message(
            "token-listed",
            name=token.name,
            state=word(token.state(now)),
            until=str(until),
            used=used,
            account=token.created_by,
            scopes=" ".join(token.scopes),
        )
        say(line)
    if not found:
        say(Message("token-none"))
    return 0


async def run_revoke(settings: Settings, chosen: argparse.Namespace) -> int:
    """End one token."""
    async with open_store(settings) as database:
        roster = (await open_officers(settings, database, SystemClock())).roster
        await revoke_token(roster, chosen.name, SystemClock())
    say(Message("token-revoked", name=chosen.name))
    return 0
