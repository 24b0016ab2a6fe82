"""``minping token``: tokens by which programs use the interface."""

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


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser(
        "token", help="tokens by which programs use the interface (docs/api.md)"
    )
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    add = parts.add_parser("add", help="make a token; prints it once")
    add.add_argument("name", help="1 to 32 characters: a–z, 0–9, dot, - and _; never given twice")
    add.add_argument(
        "--scope", nargs="+", required=True, choices=SCOPES, metavar="SCOPE", help=", ".join(SCOPES)
    )
    add.add_argument(
        "--days",
        type=int,
        default=USUAL_DAYS,
        help=f"how long it is good for; default: {USUAL_DAYS}",
    )
    add.set_defaults(run=run_add)
    list_ = parts.add_parser("list", help="list tokens, without their secrets")
    list_.set_defaults(run=run_list)
    revoke = parts.add_parser("revoke", help="end a token now and for good")
    revoke.add_argument("name")
    revoke.set_defaults(run=run_revoke)


async def run_add(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make one token."""
    async with open_store(settings) as database:
        by = f"cli:{getpass.getuser()}"
        token = await create_token(
            database, chosen.name, chosen.scope, chosen.days, by, SystemClock()
        )
    print(f"{chosen.name} ({' '.join(chosen.scope)}), token (shown only now): {token}")
    return 0


async def run_list(settings: Settings, _chosen: argparse.Namespace) -> int:
    """List every token."""
    now, zone = SystemClock().now().timestamp(), ZoneInfo(settings.timezone)
    async with open_store(settings) as database:
        found = await list_tokens(database)
    for token in found:
        until = datetime.fromtimestamp(token.expires, zone).date()
        used = f"last used {token.last_used_on}" if token.last_used_on else "never used"
        print(
            f"{token.name}  {token.state(now)}, until {until}, {used}; by {token.created_by}; {' '.join(token.scopes)}"
        )
    if not found:
        print("there is no token yet; `minping token add --help` tells how to make one")
    return 0


async def run_revoke(settings: Settings, chosen: argparse.Namespace) -> int:
    """End one token."""
    async with open_store(settings) as database:
        await revoke_token(database, chosen.name, SystemClock())
    print(f"{chosen.name}: revoked")
    return 0
