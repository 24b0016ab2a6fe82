"""A form that is older than what it would overwrite is refused, so that nobody undoes unseen work.

The form carries a digest of what stood when it was made; the store compares it in the transaction
that writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from survey_flows.canonical_json import canonical
from survey_flows.errors import BadInput, Message

LOCK = 7019
"""PostgreSQL's advisory lock of whoever changes a setting; SQLite has one writer."""


class StaleForm(BadInput):
    """Something else stands than when the form was made."""


def seen_of(said: Mapping[str, object]) -> str:
    """Return the digest of what a form shows."""
    return sha256(canonical(dict(said)).encode()).hexdigest()[:16]


def require_seen(said: Mapping[str, object], seen: str | None) -> None:
    """Refuse a form that was made when something else stood.

    Args:
        said: what stands now.
        seen: the digest that the form carries; None: a command replaces whatever stands.

    Raises:
        StaleForm: something else stands now.
    """
    if seen is not None and seen != seen_of(said):
        raise StaleForm(Message("core-form-stale"))


async def lock_settings(connection: AsyncConnection) -> None:
    """Let nobody else change a setting until this transaction ends."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": LOCK})
