"""The desk: signs what is done on somebody's order, before it waits for the log.

The mixer writes only acts that the desk has signed (`bot.ballots.desk_orders`).
Who owns the database alone can put rows where acts wait, and gets none of them into the log.
The desk's key lies in a folder of its own, beside the gate's keys and apart from the log's key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.crypto.act_signatures import ActSignature, sign_act, write_signatures
from bot.crypto.gate_keys import pseudonym
from bot.crypto.note_signatures import public_key
from bot.storage.schema import all as tables
from survey_flows.log_entries import canonical
from survey_flows.signed_notes import VerifierKey

DESK = "desk"
LOCK = 7013
"""PostgreSQL's advisory lock of acts that are numbered; SQLite has one writer anyway."""


def desk_name(origin: str) -> str:
    """Returns the name of the desk's key of the log ``origin``."""
    return f"{origin}/{DESK}"


class Desk:
    """Signs acts for one log.

    Args:
        seed: the desk's secret, 32 bytes.
        origin: the log's name.
    """

    def __init__(self, seed: bytes, origin: str) -> None:
        self._seed = seed
        self._origin = origin

    @property
    def key(self) -> VerifierKey:
        """The public key by which everybody checks the desk's signatures."""
        return public_key(self._seed, desk_name(self._origin))

    def sign(self, body: str) -> ActSignature:
        """Returns the desk's signature of an act's body."""
        return sign_act(self._seed, desk_name(self._origin), self._origin, body)

    def mark(self, purpose: str, *parts: str) -> bytes:
        """Returns 32 bytes by which the desk knows its own rows again (HMAC-SHA256)."""
        return pseudonym(pseudonym(self._seed, "desk mark"), purpose, *parts)

    async def order(
        self,
        connection: AsyncConnection,
        kind: str,
        campaign: str,
        facts: Mapping[str, object],
        name: str = "",
    ) -> None:
        """Puts a signed act where the mixer takes it from, in the caller's transaction.

        Without a ``name`` it is numbered, and left out when the last of its kind says the same.

        Args:
            connection: the transaction in which what is ordered is done.
            kind: the act's kind.
            campaign: the campaign that it is about; ``-`` for the log itself.
            facts: what it says beside kind, campaign and name.
            name: its own name in the log, which never stands twice.
        """
        if not name:
            count, last = await _earlier(connection, kind, campaign)
            if last is not None and facts_of(last) == dict(facts):
                return
            name = f"{campaign}/{count + 1}" if count else campaign
        body = canonical({**facts, "kind": kind, "campaign": campaign, "name": name})
        row = {"kind": kind, "name": name, "campaign": campaign, "body": body}
        row["signatures"] = write_signatures([self.sign(body)])
        await connection.execute(tables.notices.insert(), [row])


def facts_of(body: str) -> dict[str, Any]:
    """Returns what an act says beside kind, campaign and name."""
    found: dict[str, Any] = json.loads(body)
    return {key: value for key, value in found.items() if key not in ("kind", "campaign", "name")}


async def _earlier(connection: AsyncConnection, kind: str, campaign: str) -> tuple[int, str | None]:
    """Returns how many acts of a kind a campaign has, logged or waiting, and the last body."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    count, last = 0, None
    for table, order in (
        (tables.log_entries, tables.log_entries.c.position),
        (tables.notices, tables.notices.c.id),
    ):
        own = (table.c.kind == kind, table.c.campaign == campaign)
        query = select(func.count()).select_from(table).where(*own)
        found = int((await connection.execute(query)).scalar_one())
        if found:
            newest = select(table.c.body).where(*own).order_by(order.desc()).limit(1)
            count, last = count + found, (await connection.execute(newest)).scalar_one()
    return count, last
