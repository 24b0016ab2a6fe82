"""Whether the service has an identity provider by which citizens confirm who they are."""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema.campaigns import citizens_provider


async def announce_citizens_provider(connection: AsyncConnection, name: str, issuer: str) -> None:
    """Stores which provider a service that begins has for citizens, in place of what stood there.

    Args:
        connection: the caller's transaction.
        name: the name of the provider's file; empty for none.
        issuer: the provider's name for itself.
    """
    await connection.execute(delete(citizens_provider))
    if name:
        await connection.execute(insert(citizens_provider), [{"name": name, "issuer": issuer}])


async def has_citizens_provider(connection: AsyncConnection) -> bool:
    """Returns whether the service that began last has a provider for citizens."""
    return (await connection.execute(select(citizens_provider.c.name))).first() is not None
