"""Stores the amendments of sealed years: rows are only added, and each names the one before."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables
from survey_flows.canonical_json import canonical
from survey_flows.errors import BadInput, Message, Place


@dataclass(frozen=True, slots=True)
class StoredAmendment:
    """An amendment as it is stored.

    Args:
        year: the year.
        number: from 1 within the year.
        seal: the number of the seal that it amends; 0: it was made before there were seals.
        appeal: the number of the review or appeal; 0: it follows from something else.
        round: the round of the procedure, in which a review comes before an appeal.
        subject: the unit or leader whose result was contested.
        corrections: JSON of what is put right.
        changes: JSON of what follows for each subject.
        before: the digest of the result that stood.
        by: the login of the handler.
        approved_by: who signed it as the second person.
        reason: the reason that the handler gave.
        at: epoch seconds.
        cause: JSON of what else it follows from; empty: an appeal.
    """

    year: int
    number: int
    seal: int
    appeal: int
    round: int
    subject: str
    corrections: str = field(repr=False)
    changes: str = field(repr=False)
    before: str
    by: str
    approved_by: str
    reason: str
    at: int
    cause: str = ""

    @property
    def body(self) -> str:
        """The canonical text whose SHA-256 stands for the result from then on."""
        names = ("year", "number", "seal", "appeal", "round", "subject", "before", "reason", "at")
        body: dict[str, object] = {name: getattr(self, name) for name in names}
        body |= {"corrections": json.loads(self.corrections)}
        body |= {"changes": json.loads(self.changes or "[]"), "by": self.by}
        # Amendments from before other causes keep their digests.
        body |= {"cause": self.cause} if self.cause else {}
        return canonical(body)

    @property
    def after(self) -> str:
        """The digest of the result from then on; empty for one from before seals."""
        return sha256(self.body.encode()).hexdigest() if self.seal else ""


async def read_amendments(connection: AsyncConnection, year: int) -> tuple[StoredAmendment, ...]:
    """Read the amendments of a year, the first one first.

    Raises:
        BadInput: one does not follow from the one before, or is not what its digest says.
    """
    columns = tables.amendments.c
    query = select(tables.amendments).where(columns.year == year).order_by(columns.number)
    return tuple([_amendment(row) for row in await connection.execute(query)])


def _amendment(row: Row[Any]) -> StoredAmendment:
    said = {name: value for name, value in row._mapping.items() if name not in ("after", "changes")}
    changes = gzip.decompress(row.changes).decode() if row.changes else ""
    found = StoredAmendment(**said, changes=changes)
    if found.after != row.after:
        message = Message("records-amendment-differs", number=row.number)
        raise BadInput(message, Place(subject=str(row.year)))
    return found


async def next_number(connection: AsyncConnection, year: int) -> int:
    """Return the number of the year's next amendment."""
    query = select(func.max(tables.amendments.c.number)).where(tables.amendments.c.year == year)
    return ((await connection.execute(query)).scalar() or 0) + 1


async def add_amendment(connection: AsyncConnection, made: StoredAmendment) -> None:
    """Append an amendment.

    Raises:
        BadInput: somebody else has appended this number just now.
    """
    names = ("year", "number", "seal", "appeal", "round", "subject", "corrections", "before")
    row: dict[str, object] = {name: getattr(made, name) for name in names}
    row |= {name: getattr(made, name) for name in ("after", "by", "approved_by", "reason", "at")}
    row["cause"] = made.cause
    packed = gzip.compress(made.changes.encode(), mtime=0) if made.changes else b""
    try:
        await connection.execute(tables.amendments.insert(), [row | {"changes": packed}])
    except IntegrityError as error:
        raise BadInput(Message("records-changed-just-now")) from error
