"""Opens campaigns as somebody who has typed the name and seen the list."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from bot.campaigns import lifecycle
from bot.campaigns.opening import show_opening
from bot.campaigns.organiser import read_organiser, save_organiser
from bot.crypto.gate_keys import GateKeys
from bot.transparency.desk import Desk
from survey_flows.campaign_definition import Organiser

ORGANISER = Organiser(
    {"zh-Hans": "清水市考评办", "en": "Qingshui Appraisal Office"},
    "0731-12345678",
    "0731-12345679",
    "CN",
    "湘ICP备12345678号",
    "湘公网安备43010202000123号",
)
NAMED = (
    *("--name-zh", "清水市考评办", "--name-en", "Qingshui Appraisal Office"),
    *("--phone", "0731-12345678", "--privacy", "0731-12345679"),
    *("--icp", "湘ICP备12345678号", "--police", "湘公网安备43010202000123号"),
)


async def open_campaign(database: AsyncEngine, campaign: str, keys: GateKeys, desk: Desk) -> None:
    """Order a draft to be opened, with its list confirmed, by somebody who has said who asks."""
    if await read_organiser(database) is None:
        await save_organiser(database, ORGANISER)
    seen = (await show_opening(database, campaign)).digest
    await lifecycle.open_campaign(database, campaign, keys, desk, campaign, seen)


def name_organiser() -> None:
    """Say who asks by the command."""
    assert main(["organiser", "set", *NAMED]) == 0


def command_to_open(campaign: str) -> list[str]:
    """Return the command that the list of a counting campaign ends with."""
    said = StringIO()
    with redirect_stdout(StringIO()):
        name_organiser()
    with redirect_stdout(said):
        assert main(["campaign", "open", campaign]) == 0
    return said.getvalue().split("minping ")[-1].split()
