"""How a campaign is opened: at once, or prepared by one person and signed by another.

A pilot counts nowhere and is opened at once. The service loads this at its start; what looks at
the year's rules is loaded when somebody opens a campaign.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.approvals import Approval, Approvals, Decision
from bot.accounts.roster import Book
from bot.campaigns.definition import read_definition
from bot.campaigns.lifecycle import order_opening
from bot.campaigns.registered import read_campaign_row
from bot.crypto.gate_keys import GateKeys
from bot.storage.database import reading
from bot.transparency.desk import Desk

OPENING = "opening"
PLACES = "places"
"""What the approval says of the places that are locked."""


def opening_decision(keys: GateKeys, desk: Desk) -> Decision:
    """Returns what two people decide of a counting campaign: its rules and places are locked."""

    async def order(connection: AsyncConnection, _book: Book, one: Approval, _now: int) -> None:
        seen = str(one.details.get("list", ""))
        await order_opening(connection, one.subject, keys, desk, one.subject, seen)

    return Decision(order)


async def prepare_opening(
    approvals: Approvals, campaign: str, by: str, name: str = "", seen: str = ""
) -> Approval:
    """Opens a campaign, or prepares that for a second person; a pilot needs one person alone.

    Args:
        approvals: what waits for a second person.
        campaign: the draft.
        by: who prepares it.
        name: the campaign's name as it was typed.
        seen: the digest of the list that was seen (`bot.campaigns.opening.Opening`).

    Raises:
        BadInput: something stops it, or the list was not confirmed.
    """
    from bot.campaigns.opening import check_opening, read_opening

    async with reading(approvals.roster.database) as connection:
        row = await read_campaign_row(connection, campaign)
        opening = await read_opening(connection, row)
        pilot = read_definition(row).aim.pilot
    check_opening(opening, name, seen)
    places = "; ".join(
        f"{it.name.zh} {'/'.join(str(count) for count in it.places)}" for it in opening.locks
    )
    details = {"list": opening.digest} | ({PLACES: places} if places else {})
    return await approvals.prepare(OPENING, campaign, details, by, alone=pilot)
