"""Comments and presses that wait for the close: sealed with their batch, once a day in one pool.

Nothing of them is stored before the close, so that no batch and no hour joins them to a ballot.
The daily pool is sealed to the newest mixer key: older keys go, and with them who spoke when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.mixer_envelopes import (
    BatchTaken,
    MixerEnvelopes,
    campaign_of,
    take,
    tell_refused,
)
from bot.ballots.refused import CLOSED, Opened, refuse
from bot.ballots.stored_forms import BALLOT, ERASE, HELD_FORM, PRESSURE, Submission
from bot.campaigns.states import CLOSED as STATE_CLOSED
from bot.storage.bulk import insert_all
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.guarded_log import GuardedLog

POOLED = 256
"""Messages of one envelope of a pool."""
POOL_SLOTS = 32
"""An envelope of a pool has whole multiples of this many messages' size (96 kB)."""
COMMENTER, PRESSER = "comment", "pressure"
"""Purposes of pseudonyms: who wrote a comment, and who was told how to rate."""

Pseudonym = Callable[[str, str, bytes], bytes]
"""Makes the mixer's pseudonym of a purpose, a campaign and the gate's pseudonym."""


@dataclass(slots=True)
class HeldWords:
    """What was said in one campaign, with only the newest of a person for a unit.

    ``comments`` are messages by unit and commenter, ``presses`` by unit and presser. ``erased``
    are commenters who took everything back, before what else is here.
    """

    comments: dict[tuple[str, str], Submission] = field(default_factory=dict)
    presses: dict[tuple[str, str], Submission] = field(default_factory=dict)
    erased: dict[str, Submission] = field(default_factory=dict)

    def add(self, message: Submission) -> None:
        """Takes a message that came after all others."""
        voter = message["voter"]
        # What a version before did not write is empty, as it is sealed anew in the newest one.
        if message["kind"] == ERASE:
            self.erased[voter] = {"presser": ""} | message
            self.comments = _without(self.comments, voter)
            self.presses = _without(self.presses, self.erased[voter]["presser"])
        elif message["kind"] == PRESSURE:
            self.presses[message["unit"], voter] = message
        else:
            self.comments[message["unit"], voter] = {"comment": None} | message

    def messages(self, logged: bool) -> list[Submission]:
        """Returns what has to be kept, in an order drawn by lot.

        ``logged``: comments of the campaign are in the log already, from a version that wrote them
        at once. Then those who took theirs back, or rated again without one, are kept too.
        """
        said = [one for one in self.comments.values() if logged or one["text"]]
        drawn = [*said, *self.presses.values()]
        SystemRandom().shuffle(drawn)
        # Erasures come first, as they are older than all that is kept beside them.
        return [*(self.erased.values() if logged else ()), *drawn]


def _without(
    messages: dict[tuple[str, str], Submission], voter: str
) -> dict[tuple[str, str], Submission]:
    return {place: one for place, one in messages.items() if place[1] != voter}


def held_messages(submissions: Iterable[Submission], pseudonym: Pseudonym) -> list[Submission]:
    """Returns what of a batch has to wait for the close, under pseudonyms that no ballot has.

    Empty comments are kept too, so that nobody sees which ballots had one.
    """
    held = []
    for one in submissions:
        if one["kind"] not in (BALLOT, ERASE, PRESSURE):
            continue
        campaign, voter = one["campaign"], bytes.fromhex(one["voter"])
        purpose = PRESSER if one["kind"] == PRESSURE else COMMENTER
        kept = {"kind": one["kind"], "campaign": campaign}
        kept["voter"] = pseudonym(purpose, campaign, voter).hex()
        if one["kind"] == ERASE:
            kept["presser"] = pseudonym(PRESSER, campaign, voter).hex()
        elif one["kind"] == PRESSURE:
            kept["unit"] = one["unit"]
        else:
            # A gate of before signed no comments.
            signed = one.get("comment")
            kept |= {"unit": one["ballot"]["unit"], "text": one["text"], "comment": signed}
        held.append(kept)
    return held


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The sealed rows as they were read, opened; `take_out` finds out whether they changed."""

    opened: Sequence[Opened]

    def of(self, campaign: str) -> list[Opened]:
        """Returns the envelopes of one campaign, and those that no reader takes."""
        return [one for one in self.opened if one.refused or campaign_of(one) == campaign]

    def words(self) -> dict[str, HeldWords]:
        """Returns what was said, by campaign."""
        found: dict[str, HeldWords] = {}
        for one in self.opened:
            for message in one.submissions:
                found.setdefault(message["campaign"], HeldWords()).add(message)
        return found

    async def require_unchanged(self, connection: AsyncConnection) -> None:
        """Checks that no other mixer has added or taken rows; the caller has the log's lock.

        Raises:
            BatchTaken: one has.
        """
        columns = tables.held_comments.c
        query = select(columns.id).order_by(columns.id)
        present = (await connection.execute(query)).scalars().all()
        if list(present) != [one.row.id for one in self.opened]:
            raise BatchTaken("what waits for the close was changed by another mixer")


class Pool:
    """What waits for the close of each campaign.

    Args:
        database: has the sealed rows.
        log: whose lock keeps other mixers from the rows.
        envelopes: opens and seals them.
        now: returns epoch seconds.
    """

    def __init__(
        self,
        database: AsyncEngine,
        log: GuardedLog,
        envelopes: MixerEnvelopes,
        now: Callable[[], int],
    ) -> None:
        self._database = database
        self._log = log
        self._envelopes = envelopes
        self._now = now

    def batch_rows(
        self, submissions: Sequence[Submission], pseudonym: Pseudonym
    ) -> list[dict[str, Any]]:
        """Returns the rows that keep what was said in a batch, one for each campaign.

        Their length tells how many ballots and erasures there were, which the log shows too, and
        nothing of texts and presses.
        """
        by_campaign: dict[str, list[Submission]] = {}
        for message in held_messages(submissions, pseudonym):
            by_campaign.setdefault(message["campaign"], []).append(message)
        return [
            self._envelopes.sealed_row(
                messages, HELD_FORM, sum(one["kind"] != PRESSURE for one in messages)
            )
            for messages in by_campaign.values()
        ]

    async def read(self) -> Snapshot:
        """Opens all rows that wait."""
        columns = tables.held_comments.c
        async with reading(self._database) as connection:
            query = select(tables.held_comments).order_by(columns.id)
            rows = list(await connection.execute(query))
        return Snapshot(await self._envelopes.open(rows, "held_comments"))

    async def merge(self) -> None:
        """Seals all that waits anew when something is sealed to another key than today's.

        What was said twice keeps its newest, and what was taken back goes. A version before kept
        presses in a table; they come into the pool here.
        """
        if not await self._is_due():
            return
        snapshot = await self.read()
        words = snapshot.words()
        async with reading(self._database) as connection:
            over = await _closed_among(connection, words)
            logged = await _logged_among(connection, words)
            presses = [dict(row._mapping) for row in await connection.execute(_pressed())]
        refused = [
            one.refuse(CLOSED) if not one.refused and campaign_of(one) in over else one
            for one in snapshot.opened
        ]
        rows = self._pool_rows(_with_presses(words, presses), over, logged)
        foreign = [one for one in refused if one.refused]
        async with self._log.open() as opened:
            connection = opened.connection
            await snapshot.require_unchanged(connection)
            await take(connection, tables.held_comments, [one.row for one in snapshot.opened])
            await connection.execute(delete(tables.pressure))
            await insert_all(connection, tables.held_comments, rows)
            await refuse(connection, foreign, self._now())
        tell_refused(foreign)

    async def _is_due(self) -> bool:
        columns = tables.held_comments.c
        other = select(columns.id).where(columns.box != self._envelopes.current.id).limit(1)
        async with reading(self._database) as connection:
            for query in (other, _pressed().limit(1)):
                if (await connection.execute(query)).first():
                    return True
        return False

    def _pool_rows(
        self, words: Mapping[str, HeldWords], over: set[str], logged: set[str]
    ) -> list[dict[str, Any]]:
        rows = []
        for campaign in sorted(words.keys() - over):
            messages = words[campaign].messages(campaign in logged)
            for start in range(0, len(messages), POOLED):
                part = messages[start : start + POOLED]
                rows.append(self._envelopes.sealed_row(part, HELD_FORM, POOL_SLOTS))
        return rows

    async def take_out(
        self, connection: AsyncConnection, snapshot: Snapshot, campaign: str
    ) -> HeldWords:
        """Takes what was said in a campaign, within the transaction that closes it.

        Raises:
            BatchTaken: another mixer has changed the rows since they were read.
        """
        await snapshot.require_unchanged(connection)
        own = snapshot.of(campaign)
        await take(connection, tables.held_comments, [one.row for one in own])
        foreign = [one for one in own if one.refused]
        await refuse(connection, foreign, self._now())
        tell_refused(foreign)
        return snapshot.words().get(campaign, HeldWords())


def _with_presses(
    words: dict[str, HeldWords], presses: Sequence[Mapping[str, Any]]
) -> dict[str, HeldWords]:
    """Adds presses that were stored at once, as the oldest: who took all back since has none."""
    for row in presses:
        own = words.setdefault(row["campaign"], HeldWords())
        voter = bytes(row["voter"]).hex()
        if voter not in {one["presser"] for one in own.erased.values()}:
            message = {"kind": PRESSURE, "campaign": row["campaign"], "voter": voter}
            own.presses.setdefault((row["unit"], voter), message | {"unit": row["unit"]})
    return words


def _pressed() -> Any:
    return select(tables.pressure)


async def _closed_among(connection: AsyncConnection, campaigns: Iterable[str]) -> set[str]:
    columns = tables.campaigns.c
    query = select(columns.id).where(columns.id.in_(sorted(campaigns)))
    return set((await connection.execute(query.where(columns.state == STATE_CLOSED))).scalars())


async def _logged_among(connection: AsyncConnection, campaigns: Iterable[str]) -> set[str]:
    columns = tables.comments.c
    query = select(columns.campaign).where(columns.campaign.in_(sorted(campaigns))).distinct()
    return set((await connection.execute(query)).scalars())
