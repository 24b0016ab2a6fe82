"""The roster: what the desk knows of accounts, tokens, second factors and approvals.

A file beside the desk's key has a digest of each row. What somebody wrote into the database behind
the service's back (another role, an older row, an account of their own) has another digest or none:
it signs in as nobody, and it is named to the operator.

Every change goes through `Roster.change`: it takes the file's lock, opens the transaction, and
notes the rows that the transaction changed. The new digests stand in the file before the commit,
beside the old ones, so that a process that is killed at any point leaves no account behind.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.profiles import PROFILE, SOLO
from bot.core.events import event
from bot.core.folder_lock import locked_folder
from bot.storage.database import reading, writing
from bot.storage.schema.accounts import approvals, grants, provider_accounts, second_factors, staff
from bot.storage.schema.all import log_entries
from bot.storage.schema.api import tokens
from bot.transparency.desk import Desk
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import LOG_ITSELF

log = logging.getLogger(__name__)

ROSTER = "accounts"
"""The name of the file."""
FRESH_SECONDS = 1.0
"""Seconds for which an answer about all rows is good enough."""
COLUMNS: Mapping[str, tuple[Table, str, tuple[str, ...]]] = {
    "staff": (staff, "login", ("login", "password", "role", "unit", "disabled", "initial_until")),
    "factors": (second_factors, "login", ("login", "sealed")),
    "providers": (
        provider_accounts,
        "login",
        ("login", "provider", "issuer", "subject", "name"),
    ),
    "tokens": (tokens, "name", ("name", "id", "digest", "scopes", "made", "expires", "revoked")),
    "approvals": (
        approvals,
        "id",
        (
            "id",
            "kind",
            "subject",
            "details",
            "prepared_by",
            "prepared_at",
            "signers",
            "state",
            "due",
        ),
    ),
    "grants": (grants, "id", ("id", "auditor", "campaign", "begins", "ends")),
}
"""Table, name of a row, and the columns that its digest covers.

What a tap at the console moves is left out: days of use, steps of codes, ends of sessions.
"""

Digests = dict[str, dict[str, str | None]]
"""Digests by table and row; None: there is no row."""


class AccountsChanged(BadInput):
    """A row is not the one that the service wrote; nothing is done with it."""

    def __init__(self, name: str) -> None:
        super().__init__(Message("roster-changed"), Place(subject=name))


@dataclass(slots=True)
class Book:
    """The file: digests by table and row, those before a change under way, and the profile."""

    digests: Digests = field(default_factory=dict)
    before: Digests = field(default_factory=dict)
    profile: str = SOLO
    since: int = 0

    def knows(self, part: str, name: str, digest: str | None) -> bool:
        """Returns whether a row is the one that was written, also by a change under way."""
        return digest in self.written(part, name)

    def written(self, part: str, name: str) -> set[str | None]:
        """Returns the digests that a row may have."""
        found = {self.digests.get(part, {}).get(name)}
        earlier = self.before.get(part, {})
        return found | {earlier[name]} if name in earlier else found


class Roster:
    """The rows of accounts with their digests.

    Args:
        database: has the rows.
        desk: makes the digests.
        folder: that of the desk's key.
    """

    def __init__(self, database: AsyncEngine, desk: Desk, folder: Path) -> None:
        self.database = database
        self.desk = desk
        self._file = folder / ROSTER
        self._looked = 0.0
        self._wrong: tuple[str, ...] = ()

    async def book(self) -> Book:
        """Returns what the file says; an installation from before has its rows taken over once.

        Where the file went astray they are taken over as well, in the profile that the log has.
        """
        if not self._file.exists():
            async with locked_folder(self._file.parent):
                if not self._file.exists():
                    async with reading(self.database) as connection:
                        found = await self._digests(connection)
                        profile = await logged_profile(connection)
                    if found["staff"]:
                        log.warning(
                            "%d accounts were taken over once",
                            len(found["staff"]),
                            extra=event("accounts_taken_over", count=len(found["staff"])),
                        )
                    await asyncio.to_thread(self._write, Book(found, profile=profile))
        return await asyncio.to_thread(self._read)

    async def settled_book(self) -> Book:
        """Returns what the file says, without what a change noted that was killed."""
        book = await self.book()
        if not book.before:
            return book
        # A change under way holds the folder; nothing is left of it once it has ended well.
        async with locked_folder(self._file.parent):
            book = await asyncio.to_thread(self._read)
            async with reading(self.database) as connection:
                _settle(book, await self._digests(connection))
            await asyncio.to_thread(self._write, book)
        return book

    async def knows(self, connection: AsyncConnection, part: str, name: str) -> bool:
        """Returns whether a row is the one that the service wrote, or none where it wrote none."""
        book = await self.book()
        found = (await self._digests(connection, part, name))[part].get(name)
        return book.knows(part, name, found)

    async def require(self, connection: AsyncConnection, part: str, name: str) -> None:
        """Refuses a row that the service did not write.

        Raises:
            AccountsChanged: there is another row under this name.
        """
        if not await self.knows(connection, part, name):
            raise AccountsChanged(name)

    async def wrong(self, at_once: bool = False) -> tuple[str, ...]:
        """Returns the rows that differ from what was written, as ``part/name``; missing ones too.

        The answer may be a second old, unless it is needed ``at_once``.
        """
        if not at_once and time.monotonic() - self._looked < FRESH_SECONDS:
            return self._wrong
        async with locked_folder(self._file.parent):
            book = await asyncio.to_thread(self._read) if self._file.exists() else None
            async with reading(self.database) as connection:
                found = await self._digests(connection)
        self._wrong = () if book is None else tuple(_differences(book, found))
        self._looked = time.monotonic()
        return self._wrong

    async def accept(self) -> tuple[str, ...]:
        """Takes over all rows as they stand now; returns those that differed."""
        await self.book()
        wrong = await self.wrong(at_once=True)
        async with locked_folder(self._file.parent):
            book = await asyncio.to_thread(self._read)
            async with reading(self.database) as connection:
                book.digests = await self._digests(connection)
            book.before = {}
            await asyncio.to_thread(self._write, book)
        return wrong

    @asynccontextmanager
    async def change(self) -> AsyncIterator[AsyncConnection]:
        """Opens a transaction; the rows that it changes are known from then on, and no others.

        Raises:
            AccountsChanged: it changes a row that is not the one that the service wrote.
        """
        async with self.change_with_book() as (connection, _):
            yield connection

    @asynccontextmanager
    async def change_with_book(self) -> AsyncIterator[tuple[AsyncConnection, Book]]:
        """Does what `change` does; what is set in the book's profile is kept with it."""
        await self.book()
        async with locked_folder(self._file.parent):
            book = await asyncio.to_thread(self._read)
            async with writing(self.database) as connection:
                old = await self._digests(connection)
                if book.before:
                    _settle(book, old)
                    await asyncio.to_thread(self._write, book)
                profile = {"name": book.profile, "since": str(book.since)}
                yield connection, book
                new = await self._digests(connection)
                _note(book, old, new)
                if profile["name"] != book.profile:
                    # It is in no table; the other parts are.
                    book.before[PROFILE] = dict(profile)
                await asyncio.to_thread(self._write, book)
            book.before = {}
            await asyncio.to_thread(self._write, book)
        self._looked = 0.0

    async def _digests(
        self, connection: AsyncConnection, part: str = "", name: str = ""
    ) -> Digests:
        found: Digests = {}
        for each, (table, key, columns) in COLUMNS.items():
            if part and each != part:
                continue
            query = select(*(table.c[column] for column in columns))
            if each == "factors":
                query = query.where(table.c.confirmed)
            if name:
                query = query.where(table.c[key] == (int(name) if key == "id" else name))
            rows = (await connection.execute(query)).all()
            found[each] = {str(row._mapping[key]): self._digest(each, row) for row in rows}
        return found

    def _digest(self, part: str, row: Any) -> str:
        values = [
            value.hex() if isinstance(value, bytes | memoryview) else value
            for value in (bytes(v) if isinstance(v, memoryview) else v for v in row)
        ]
        return self.desk.mark("roster", part, json.dumps(values, ensure_ascii=False)).hex()[:32]

    def _read(self) -> Book:
        found = json.loads(self._file.read_text())
        return Book(found["digests"], found["before"], found["profile"], found["since"])

    def _write(self, book: Book) -> None:
        text = json.dumps(
            {
                "digests": book.digests,
                "before": book.before,
                "profile": book.profile,
                "since": book.since,
            }
        )
        draft = self._file.with_name("accounts.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)


async def logged_profile(connection: AsyncConnection) -> str:
    """Returns the profile of the newest act about it; solo where there is none."""
    columns = log_entries.c
    query = select(columns.body).where(columns.kind == PROFILE, columns.campaign == LOG_ITSELF)
    newest = query.order_by(columns.position.desc()).limit(1)
    body = (await connection.execute(newest)).scalar()
    return SOLO if body is None else str(json.loads(body)["profile"])


def _settle(book: Book, found: Digests) -> None:
    """Takes back what a change noted that was killed before it was committed.

    Nobody else changes rows meanwhile, so that what stands now is what came of it.
    """
    profile, lost = book.before.pop(PROFILE, None), False
    for part, rows in book.before.items():
        known = book.digests.setdefault(part, {})
        for name, was in rows.items():
            if found[part].get(name) == was:
                lost = True
                known.pop(name, None)
                if was is not None:
                    known[name] = was
    if lost and profile is not None:
        book.profile, book.since = str(profile["name"]), int(profile["since"] or 0)
    book.before = {}


def _note(book: Book, old: Digests, new: Digests) -> None:
    """Notes in the book what a transaction changed, and keeps what was there before beside it."""
    for part in COLUMNS:
        known = book.digests.setdefault(part, {})
        for name in old[part].keys() | new[part].keys():
            was, now = old[part].get(name), new[part].get(name)
            if was == now:
                continue
            if was != known.get(name):
                raise AccountsChanged(name)
            book.before.setdefault(part, {})[name] = was
            if now is None:
                known.pop(name)
            else:
                known[name] = now


def _differences(book: Book, found: Digests) -> list[str]:
    wrong: list[str] = []
    for part in COLUMNS:
        known, rows = book.digests.get(part, {}), found[part]
        names = sorted(known.keys() | rows.keys())
        wrong += [f"{part}/{name}" for name in names if not book.knows(part, name, rows.get(name))]
    return wrong
