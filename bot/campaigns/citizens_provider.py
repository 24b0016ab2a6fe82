"""The identity provider by which citizens confirm who they are, as every process may know of it."""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.definition import read_definition
from bot.campaigns.states import OPEN, OPENING, PAUSED
from bot.storage.schema.campaigns import campaigns, citizens_provider
from survey_flows.errors import BadInput, Message, Place
from survey_flows.identity_kinds import OPENID


async def announce_citizens_provider(connection: AsyncConnection, name: str, issuer: str) -> None:
    """Stores which provider a service that begins has for citizens, in place of what stood there.

    While a campaign takes its word, the issuer is remembered also if the provider is gone.

    Args:
        connection: the caller's transaction.
        name: the name of the provider's file; empty for none.
        issuer: the provider's name for itself.

    Raises:
        BadInput: a campaign takes the word of another issuer, so that a person could count twice.
    """
    known = (await connection.execute(select(citizens_provider.c.issuer))).scalar() or ""
    campaign = await _taken_in(connection) if known else ""
    if campaign and issuer and issuer != known:
        message = Message("citizens-provider-changed", issuer=known, campaign=campaign)
        raise BadInput(message, Place(subject=issuer))
    await connection.execute(delete(citizens_provider))
    if kept := issuer or (known if campaign else ""):
        await connection.execute(insert(citizens_provider), [{"name": name, "issuer": kept}])


async def _taken_in(connection: AsyncConnection) -> str:
    """Returns a campaign that takes the provider's word and is not over; empty for none."""
    query = select(campaigns).where(campaigns.c.state.in_((OPENING, OPEN, PAUSED)))
    for row in await connection.execute(query.order_by(campaigns.c.id)):
        if OPENID in read_definition(row).identity:
            return str(row.id)
    return ""


async def has_citizens_provider(connection: AsyncConnection) -> bool:
    """Returns whether the service that began last has a provider for citizens."""
    query = select(citizens_provider.c.name).where(citizens_provider.c.name != "")
    return (await connection.execute(query)).first() is not None
