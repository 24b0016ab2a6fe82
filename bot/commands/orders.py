"""``minping orders``: acts that the mixer refused, and states that nobody ordered."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.ballots.desk_orders import DIFFERS, LATE, MISFIT, REPEATED, UNPROVEN, UNSIGNED
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.storage.database import reading, writing
from bot.terminal.auditing import READS_ONLY, Audit
from bot.terminal.words import say, word
from survey_flows.errors import Message

WHY = {
    UNSIGNED: Message("orders-unsigned"),
    MISFIT: Message("orders-misfit"),
    REPEATED: Message("orders-repeated"),
    DIFFERS: Message("orders-differs"),
    LATE: Message("orders-late"),
    UNPROVEN: Message("orders-unproven"),
}
"""What each reason of `bot.ballots.desk_orders` says."""


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("orders", help=Message("help-orders"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser("show", help=Message("help-orders-show"))
    show.set_defaults(run=run_show, audit=READS_ONLY)
    seen = parts.add_parser("seen", help=Message("help-orders-seen"))
    seen.set_defaults(run=run_seen, audit=Audit("orders seen"))


async def run_show(settings: Settings, _chosen: argparse.Namespace) -> int:
    """List refused acts and states without an order; 1 when there is anything unseen."""
    from bot.ballots.desk_orders import list_refused_acts
    from bot.campaigns.ordered_states import states_without_order
    from bot.core.clock import SystemClock

    zone = ZoneInfo(settings.timezone)
    now = int(SystemClock().now().timestamp())
    async with open_store(settings) as database, reading(database) as connection:
        rows = await list_refused_acts(connection)
        states = await states_without_order(connection, now)
    for row in rows:
        at = datetime.fromtimestamp(row.at, zone).strftime("%Y-%m-%d %H:%M:%S")
        # Whoever slipped the row in chose its texts.
        shown = {name: ascii(getattr(row, name))[1:-1] for name in ("kind", "campaign", "name")}
        say(Message("orders-refused-act", at=at, why=WHY[row.reason], **shown))
    for campaign, state in sorted(states.items()):
        say(Message("orders-state", campaign=campaign, state=word(state)))
    if not rows and not states:
        say(Message("orders-none"))
    return int(bool(states) or not all(row.seen for row in rows))


async def run_seen(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Note that somebody has looked at what was refused; the rows stay."""
    from bot.ballots.desk_orders import mark_seen

    async with open_store(settings) as database, writing(database) as connection:
        count = await mark_seen(connection)
    say(Message("orders-seen", count=count))
    return 0
