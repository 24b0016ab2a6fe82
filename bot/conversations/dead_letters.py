"""Dead letters: updates that could not be handled, sealed until they can be taken again.

Nobody reads one. Operators see its key, its channel, the class of the error, the hour and the
number of tries. It holds the citizen's id and words under the key that seals conversations, and is
deleted as early as those.
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

from sqlalchemy import Row, delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.conversations.contract import Incoming
from bot.conversations.store import keep_dead_letter
from bot.core.clock import Clock
from bot.core.events import event, fault
from bot.core.stored_forms import Readers, UnknownForm, read_form, write_form
from bot.crypto.gate_keys import GateKeys, key_hour_of
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, BadSession, Message, Place
from survey_flows.events import Update

log = logging.getLogger(__name__)

BOUND = b"dead letter"
"""The context that a letter's seal is bound to, in place of a person."""
FORM = 2
"""The version in which letters are written."""
MOST = 65_536
"""Bytes of the largest unreadable update that is kept; private chats send less than half of it."""
UNREADABLE = "Unreadable"
_STORED_NAMES = {"TopicRequested": "Asked", "RequestAction": "Followed"}
"""Names that stored letters keep for events whose class has another name."""
EVENTS = {_STORED_NAMES.get(kind.__name__, kind.__name__): kind for kind in get_args(Update)}

Body = dict[str, Any]
"""``channel`` and ``tries``, with ``user``, ``key`` and ``event``, or with ``raw`` in base64."""
READERS: Readers[Body] = {0: json.loads, FORM: json.loads}
"""Readers by version; 0 is the text before versions were written."""
Reader = Callable[[bytes], Incoming | None]
"""Reads an update as its channel sent it; None when it is unreadable or of no concern."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """The facts of a letter that operators see.

    ``channel`` is empty and ``tries`` 0 when the letter was sealed under another key.
    """

    key: str
    error: str
    at: int
    channel: str
    tries: int


@dataclass(frozen=True, slots=True)
class DeadLetterOpened:
    """A letter with the update in it.

    ``incoming`` is None when the update is unreadable or of no concern.
    ``taken``: the update counts as taken because of this letter alone.
    """

    key: str
    body: Body
    incoming: Incoming | None
    taken: bool


def seal_event(keys: GateKeys, incoming: Incoming) -> bytes:
    """Returns the sealed body of a letter for an update that was read and could not be handled."""
    name = type(incoming.event).__name__
    event = {"kind": _STORED_NAMES.get(name, name), **asdict(incoming.event)}
    body = {
        "channel": incoming.channel,
        "user": incoming.user,
        "key": incoming.key,
        "event": event,
        "tries": 1,
    }
    return _seal(keys, body)


async def take_letters(
    connection: AsyncConnection, letters: Sequence[tuple[DeadLetterOpened, str]]
) -> set[str]:
    """Deletes letters; returns the keys of updates that only these letters had marked as taken."""
    new = set()
    for letter, key in letters:
        statement = delete(tables.dead_letters).where(tables.dead_letters.c.key == letter.key)
        if (await connection.execute(statement)).rowcount and letter.taken:
            new.add(key)
    return new


class DeadLetterStore:
    """The letters of one installation."""

    def __init__(self, database: AsyncEngine, keys: GateKeys, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    async def add(self, channel: str, raw: bytes) -> bool:
        """Keeps an unreadable update once; returns False when the database is away."""
        if len(raw) > MOST:
            log.error(
                "an update that cannot be read is too large to be kept",
                extra=event("dead_letter", reason="too_large"),
            )
            return True
        fingerprint = self._keys.person(channel, "dead letter " + raw.decode("latin-1")).hex()
        body = _seal(self._keys, {"channel": channel, "raw": b64encode(raw).decode(), "tries": 1})
        try:
            async with writing(self._database) as connection:
                await keep_dead_letter(
                    connection, fingerprint[:32], body, UNREADABLE, self._clock.now()
                )
        except (DBAPIError, PoolTimeout, OSError) as error:
            log.error(
                "a dead letter cannot be stored: %s",
                type(error).__name__,
                extra=event("dead_letter", reason="not_stored", **fault(error)),
            )
            return False
        return True

    async def list_letters(self) -> list[DeadLetter]:
        """Returns every letter, the oldest first."""
        return [self._described(row) for row in await self._rows()]

    async def open(
        self, chosen: Sequence[str] | None, readers: dict[str, Reader]
    ) -> list[DeadLetterOpened]:
        """Opens the letters of these keys (None: all that can be opened), the oldest first."""
        rows = await self._rows()
        if chosen is not None:
            missing = set(chosen) - {row.key for row in rows}
            if missing:
                place = Place(subject=Message("dead-letter-keys", keys=tuple(sorted(missing))))
                raise BadInput(Message("dead-letter-unknown"), place)
            rows = [row for row in rows if row.key in chosen]
        opened = []
        for row in rows:
            body = _unseal(self._keys, row.body)
            if body is not None:
                incoming = _read(body, readers)
                opened.append(DeadLetterOpened(row.key, body, incoming, "raw" not in body))
            elif chosen is not None:
                raise BadInput(Message("dead-letter-other-key"), Place(subject=row.key))
        return opened

    async def failed(self, letter: DeadLetterOpened, error: str) -> None:
        """Counts one more failed try and its error."""
        body = _seal(self._keys, letter.body | {"tries": letter.body["tries"] + 1})
        columns = tables.dead_letters.c
        async with writing(self._database) as connection:
            changed = update(tables.dead_letters).where(columns.key == letter.key)
            await connection.execute(
                changed.values(body=body, hour=key_hour_of(body), error=error[:80])
            )

    async def drop(self, key: str) -> None:
        """Deletes a letter unread.

        Raises:
            BadInput: there is no such letter.
        """
        async with writing(self._database) as connection:
            dropped = await connection.execute(
                delete(tables.dead_letters).where(tables.dead_letters.c.key == key)
            )
        if not dropped.rowcount:
            raise BadInput(Message("dead-letter-unknown"), Place(subject=key))

    async def _rows(self) -> list[Row[Any]]:
        columns = tables.dead_letters.c
        async with reading(self._database) as connection:
            query = select(tables.dead_letters).order_by(columns.at, columns.key)
            return list((await connection.execute(query)).all())

    def _described(self, row: Row[Any]) -> DeadLetter:
        body = _unseal(self._keys, row.body) or {"channel": "", "tries": 0}
        return DeadLetter(row.key, row.error, row.at, body["channel"], body["tries"])


def _read(body: Body, readers: dict[str, Reader]) -> Incoming | None:
    if "raw" in body:
        reader = readers.get(body["channel"])
        return reader(b64decode(body["raw"])) if reader else None
    event = dict(body["event"])
    kind = EVENTS[event.pop("kind")]
    return Incoming(body["key"], body["channel"], body["user"], kind(**event))


def _seal(keys: GateKeys, body: Body) -> bytes:
    # JSON in ASCII, so that half of a surrogate pair does no harm.
    return keys.seal(BOUND, write_form(FORM, json.dumps(body)))


def _unseal(keys: GateKeys, sealed: bytes) -> Body | None:
    try:
        return read_form(READERS, keys.unseal(BOUND, bytes(sealed)))
    except (BadSession, UnknownForm):
        return None
