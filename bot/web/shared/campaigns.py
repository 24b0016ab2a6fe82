"""Finds the registered campaign that a request names."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.registered import RegisteredCampaign, read_registered_campaigns
from survey_flows.errors import BadInput, Message, Place


async def find_campaign(database: AsyncEngine, name: str) -> RegisteredCampaign:
    """Returns the campaign of this name.

    Raises:
        BadInput: there is none.
    """
    for campaign in await read_registered_campaigns(database):
        if campaign.id == name:
            return campaign
    raise BadInput(Message("web-no-such-campaign"), Place(subject=name))
