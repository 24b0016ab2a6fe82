"""The desk: signs what is done on somebody's order, before it waits for the log.

The mixer writes only acts that the desk has signed (`bot.ballots.desk_orders`).
Who owns the database alone can put rows where acts wait, and gets none of them into the log.
The desk's key lies in a folder of its own, beside the gate's keys and apart from the log's key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, literal, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.crypto.act_signatures import sign_act
from bot.crypto.gate_keys import pseudonym
from bot.crypto.note_signatures import public_key
from bot.storage.schema import all as tables
from bot.transparency.log_entry import canonical_signatures
from survey_flows.log_entries import SEEN, canonical, numbered_name
from survey_flows.signed_notes import Signature, VerifierKey

DESK = "desk"
LOCK = 7013
"""PostgreSQL's advisory lock of orders, which keeps them in line; SQLite has one writer anyway."""


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

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._origin

    def sign(self, body: str) -> Signature:
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
        again: bool = True,
    ) -> None:
        """Puts a signed act where the mixer takes it from, in the caller's transaction.

        Without a ``name`` it is named after the campaign and numbered from the second on.
        It says how many entries the log had, so that nobody keeps it back and puts it in later.

        Args:
            connection: the transaction in which what is ordered is done.
            kind: the act's kind.
            campaign: the campaign that it is about; ``-`` for the log itself.
            facts: what it says beside kind, campaign and name.
            name: its own name in the log, which never stands twice.
            again: whether it is logged also when the last of its kind says the same.
        """
        before = await _earlier(connection, kind, campaign)
        if not name:
            if before and not again and facts_of(before[-1]) == dict(facts):
                return
            name = numbered_name(campaign, len(before) + 1)
        seen = {SEEN: await _log_size(connection)}
        body = canonical({**facts, **seen, "kind": kind, "campaign": campaign, "name": name})
        row = {"kind": kind, "name": name, "campaign": campaign, "body": body}
        row["signatures"] = canonical_signatures([self.sign(body)])
        await connection.execute(tables.notices.insert(), [row])


def facts_of(body: str) -> dict[str, Any]:
    """Returns what an act says beside kind, campaign, name and the log's size at its order."""
    found: dict[str, Any] = json.loads(body)
    beside = ("kind", "campaign", "name", SEEN)
    return {key: value for key, value in found.items() if key not in beside}


async def _log_size(connection: AsyncConnection) -> int:
    """Returns the number of entries; the caller holds the lock of orders, so that it only grows."""
    newest = (await connection.execute(select(func.max(tables.log_entries.c.position)))).scalar()
    return 0 if newest is None else int(newest) + 1


async def is_ordered(
    connection: AsyncConnection, kind: str, campaign: str, facts: Mapping[str, object]
) -> bool:
    """Returns whether the last act of a kind, logged or waiting, says this already."""
    before = await _earlier(connection, kind, campaign)
    return bool(before) and facts_of(before[-1]) == dict(facts)


async def _earlier(connection: AsyncConnection, kind: str, campaign: str) -> list[str]:
    """Returns the bodies of a campaign's acts of a kind, the logged ones first."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    logged, waiting = tables.log_entries.c, tables.notices.c
    # One statement sees an act once that the mixer moves into the log meanwhile.
    parts = (
        select(literal(0).label("part"), logged.position.label("place"), logged.body).where(
            logged.kind == kind, logged.campaign == campaign, logged.body.is_not(None)
        ),
        select(literal(1).label("part"), waiting.id.label("place"), waiting.body).where(
            waiting.kind == kind, waiting.campaign == campaign
        ),
    )
    found = union_all(*parts).subquery()
    query = select(found.c.body).order_by(found.c.part, found.c.place)
    return list((await connection.execute(query)).scalars())
