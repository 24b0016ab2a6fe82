"""Opens campaigns as somebody who has typed the name and seen the list."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from bot.campaigns import lifecycle
from bot.campaigns.opening import show_opening
from bot.crypto.gate_keys import GateKeys
from bot.transparency.desk import Desk


async def open_campaign(database: AsyncEngine, campaign: str, keys: GateKeys, desk: Desk) -> None:
    """Order a draft to be opened, with its list confirmed."""
    seen = (await show_opening(database, campaign)).digest
    await lifecycle.open_campaign(database, campaign, keys, desk, campaign, seen)


def command_to_open(campaign: str) -> list[str]:
    """Return the command that the list of a counting campaign ends with."""
    said = StringIO()
    with redirect_stdout(said):
        assert main(["campaign", "open", campaign]) == 0
    return said.getvalue().split("minping ")[-1].split()
