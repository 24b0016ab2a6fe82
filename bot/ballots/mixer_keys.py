"""The mixer's key pairs, to which the gate seals envelopes; they change daily."""

from __future__ import annotations

import logging
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ballots.refused import keeps_key
from bot.core.clock import Clock
from bot.core.events import event
from bot.crypto.keyrings import Keyring
from bot.crypto.sealed_envelopes import MixerKey, mixer_key_text, public_key
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables

log = logging.getLogger(__name__)

KEY_SECONDS = 86_400
KEY_GRACE_SECONDS = 3600
"""Seconds in which a gate may not know of a new mixer key."""


def key_name(name: str) -> str:
    """Return the name of a mixer key's secret in the ring."""
    return f"box-{name}"


class MixerKeys:
    """Makes mixer keys and destroys old ones.

    Args:
        database: holds the public keys.
        ring: holds the secrets.
        signing: the log's key, which vouches for each public key.
        clock: the present time.
    """

    current: MixerKey
    """The key of today, after `renew`."""

    def __init__(
        self, database: AsyncEngine, ring: Keyring, signing: Ed25519PrivateKey, clock: Clock
    ) -> None:
        self._database = database
        self._ring = ring
        self._signing = signing
        self._clock = clock

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    async def renew(self) -> None:
        """Make a mixer key every day, and destroy the secrets of keys that are no longer in use."""
        columns = tables.mixer_keys.c
        async with reading(self._database) as connection:
            query = select(tables.mixer_keys).order_by(columns.made, columns.id)
            known = (await connection.execute(query)).all()
        newest = known[-1] if known else None
        if (
            newest is None
            or self._now() - newest.made >= KEY_SECONDS
            or self._ring.find(key_name(newest.id)) is None
        ):
            if newest is not None and self._ring.find(key_name(newest.id)) is None:
                # Another key takes its place, or nobody could rate; what it sealed goes aside.
                log.error(
                    "mixer key %s is missing: what was sealed to it waits aside",
                    newest.id,
                    extra=event("mixer_key"),
                )
            await self._make()
            return
        self.current = MixerKey(newest.id, newest.public)
        for older in known[:-1]:
            if self._now() - newest.made >= KEY_GRACE_SECONDS:
                await self._drop(older.id)

    async def _make(self) -> None:
        name = secrets.token_hex(8)
        public = public_key(self._ring.find_or_create(key_name(name)))
        row = {
            "id": name,
            "public": public,
            "signature": self._signing.sign(mixer_key_text(name, public)),
        }
        async with writing(self._database) as connection:
            await connection.execute(tables.mixer_keys.insert(), [row | {"made": self._now()}])
        self.current = MixerKey(name, public)

    async def _drop(self, name: str) -> None:
        async with writing(self._database) as connection:
            for table in (tables.staging, tables.held_comments, tables.held_follow_ups):
                if (
                    await connection.execute(select(table.c.id).where(table.c.box == name).limit(1))
                ).first():
                    return
            if await keeps_key(connection, name):
                return
            await connection.execute(
                delete(tables.mixer_keys).where(tables.mixer_keys.c.id == name)
            )
            # A process that is killed before the commit tries again, since the row still stands.
            self._ring.destroy(key_name(name))
