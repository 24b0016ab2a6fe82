"""Joins that an attacker tries on the files of a campaign, and how many of them hit.

An attacker guesses once for each person, comment or press, by the best trace that they find, and by
lot among equals. Chance is what somebody hits who has no trace at all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import inspect, text

from bot.conversations.stored_conversation import read_conversation
from bot.crypto.gate_keys import GateKeys, load_gate_keys, pseudonym
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.errors import BadSession
from survey_flows.log_entries import receipt_label
from tests.attacks.honest_campaign import CAMPAIGN, CHANNEL, Played

QUARTER = 900
PURPOSES = ("person", "voter", "holder", "update", "address", "unreachable", "conversation")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of ``tries`` guesses hit, and how many chance alone hits on average.

    ``named``: an exception that the documents name, and which shows that the attack can hit.
    """

    join: str
    tries: int
    hits: int
    chance: float
    named: bool = False

    @property
    def most(self) -> float:
        """Chance and three standard errors (the hits of guesses by lot are Poisson)."""
        return float(self.chance + 3 * max(self.chance, 1.0) ** 0.5)


@dataclass(slots=True)
class Ballots:
    """The standing ballots as the attacker reads them, and the batches in which they came."""

    rows: list[Any]
    ends: list[int]
    xmins: dict[int, str]

    def of(self, unit: str) -> list[Any]:
        return [row for row in self.rows if row.unit == unit]

    def batch(self, position: int) -> int:
        """Return the number of the batch that wrote an entry."""
        return sum(end <= position for end in self.ends)


async def read_ballots(played: Played) -> Ballots:
    rows = sorted(await played.rows(tables.ballots), key=lambda row: row.position)
    ends = sorted(row.size for row in await played.rows(tables.checkpoints))
    return Ballots(rows, ends, await _xmins(played, "ballots", "id"))


async def _xmins(played: Played, table: str, key: str) -> dict[Any, str]:
    """Return the transaction that wrote each row last, which PostgreSQL keeps with it."""
    if played.road.database.dialect.name != "postgresql":
        return {}
    async with reading(played.road.database) as connection:
        query = text(f"SELECT {key}, xmin::text FROM {table}")
        return {_plain(row[0]): row[1] for row in await connection.execute(query)}


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


async def comments_to_ballots(played: Played) -> list[Outcome]:
    """Join comments to ballots without any key: by the batch before, by place, by transaction."""
    ballots, lots = await read_ballots(played), Random(1)
    comments = sorted(await played.rows(tables.comments), key=lambda row: row.position)
    owners = {voter: user for user, voter in played.voters.items()}
    xmins = await _xmins(played, "comments", "id")

    def hit(comment: Any, found: Any) -> bool:
        user, unit = played.said[comment.text]
        return found is not None and (owners[bytes(found.voter)], found.unit) == (user, unit)

    def before(comment: Any) -> Any:
        batch = ballots.batch(comment.position)
        near = [row for row in _own(ballots, comment) if ballots.batch(row.position) < batch]
        last = max((ballots.batch(row.position) for row in near), default=-1)
        return _lot(lots, [row for row in near if ballots.batch(row.position) == last])

    def same_rank(comment: Any) -> Any:
        mine = [row for row in comments if row.unit == comment.unit]
        theirs = _own(ballots, comment)
        return theirs[mine.index(comment) * len(theirs) // len(mine)] if theirs else None

    def same_transaction(comment: Any) -> Any:
        written = xmins.get(comment.id)
        return _lot(
            lots, [row for row in _own(ballots, comment) if ballots.xmins.get(row.id) == written]
        )

    chance = sum(1 / len(own) for one in comments if (own := _own(ballots, one)))
    tried: dict[str, Callable[[Any], Any]] = {"batch before": before, "same place": same_rank}
    if xmins:
        tried["same transaction"] = same_transaction
    return [
        Outcome(
            f"comment to ballot, {name}",
            len(comments),
            sum(hit(one, guess(one)) for one in comments),
            chance,
        )
        for name, guess in tried.items()
    ]


def _own(ballots: Ballots, comment: Any) -> list[Any]:
    """Return the ballots that a comment may belong to: those of its unit, if it says one."""
    return ballots.of(comment.unit) if comment.unit else ballots.rows


def _lot(lots: Random, found: Sequence[Any]) -> Any:
    return lots.choice(found) if found else None


async def presses_to_ballots(played: Played) -> list[Outcome]:
    """Join presses to ballots without any key: by transaction, and by place on SQLite."""
    ballots, lots = await read_ballots(played), Random(2)
    async with reading(played.road.database) as connection:
        found = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        rows = list(await connection.execute(text("SELECT * FROM pressure")))
        places = "xmin::text" if connection.dialect.name == "postgresql" else "rowid"
        order = [
            (row[0], bytes(row[1]), row[2])
            for row in await connection.execute(
                text(f"SELECT unit, voter, {places} FROM pressure WHERE campaign = 'year'")
            )
        ]
    assert "pressure" in found
    assert len(rows) == len(order)
    hits, chance = 0, 0.0
    for at, (unit, voter, place) in enumerate(order):
        own = ballots.of(unit)
        if isinstance(place, str):
            near = [row for row in own if ballots.xmins[row.id] == place]
        else:
            # Rows are numbered in the order of the batches.
            first = at * len(ballots.rows) // len(order)
            near = [row for row in ballots.rows[first:] if row.unit == unit][:1]
        guess = _lot(lots, near)
        chance += 1 / len(own) if own else 0.0
        hits += guess is not None and bytes(guess.voter) == played.voters[played.pressers[voter]]
    return [Outcome("press to ballot", len(order), hits, chance)]


async def people_to_voters(
    played: Played, name: str, users: Sequence[str], named: bool = False
) -> list[Outcome]:
    """Join known people to voters with every key that is left and the whole database."""
    ballots, lots = await read_ballots(played), Random(3)
    keys = load_gate_keys(played.folder / "keys")
    traces = await _traces(played, keys, users)
    voters = sorted({bytes(row.voter) for row in ballots.rows})
    by_bucket: dict[int, list[bytes]] = defaultdict(list)
    for row in ballots.rows:
        by_bucket[row.bucket].append(bytes(row.voter))
    entries = {bytes(row.label): row.position for row in await played.rows(tables.log_entries)}
    by_position = {row.position: bytes(row.voter) for row in ballots.rows}
    hits = {"by moment": 0, "by order": 0}
    ranks = _ranks(traces, ballots)
    for user in users:
        sure = [
            by_position[position]
            for code in traces.receipts.get(user, ())
            if (position := entries.get(receipt_label(code))) in by_position
        ]
        near = [voter for bucket in traces.buckets.get(user, ()) for voter in by_bucket[bucket]]
        moment = _lot(lots, sure or near or voters)
        hits["by moment"] += moment == played.voters[user]
        hits["by order"] += ranks.get(user, _lot(lots, voters)) == played.voters[user]
    chance = len(users) / len(voters)
    return [
        Outcome(f"person to voter, {name}, {how}", len(users), found, chance, named)
        for how, found in hits.items()
    ]


@dataclass(slots=True)
class Traces:
    """What rows and files say of known people: quarters of an hour, receipts, places in a table."""

    buckets: dict[str, list[int]]
    receipts: dict[str, list[str]]
    order: dict[str, list[str]]


async def _traces(played: Played, keys: GateKeys, users: Sequence[str]) -> Traces:
    """Look for every pseudonym that the keys can make in every column of every table."""
    names = dict(_names(played.folder / "keys", users))
    traces = Traces(defaultdict(list), defaultdict(list), {})
    async with reading(played.road.database) as connection:
        for table in tables.metadata.sorted_tables:
            postgres = connection.dialect.name == "postgresql"
            order = "ORDER BY xmin::text::bigint" if postgres else _rowid_order(table)
            rows = (await connection.execute(text(f"SELECT * FROM {table.name} {order}"))).all()
            for row in rows:
                values = [_plain(value) for value in row]
                for value in values:
                    user = names.get(value) or names.get(_hex(value))
                    if user is not None:
                        traces.order.setdefault(table.name, []).append(user)
                        _note(traces, keys, user, bytes.fromhex(_hex(value)), values)
    return traces


def _rowid_order(table: Any) -> str:
    plain = table.dialect_options["sqlite"]["with_rowid"]
    return "ORDER BY rowid" if plain else ""


def _hex(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str) else ""


def _names(folder: Path, users: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Make every pseudonym of these people under every file of 32 bytes that is left."""
    secrets = [path.read_bytes() for path in folder.rglob("*.key")]
    for user in users:
        for secret in secrets:
            for purpose in PURPOSES:
                for parts in ((CHANNEL, user), (CAMPAIGN, CHANNEL, user)):
                    yield pseudonym(secret, purpose, *parts).hex(), user


def _note(traces: Traces, keys: GateKeys, user: str, name: bytes, values: Sequence[Any]) -> None:
    for value in values:
        if isinstance(value, int) and value > 10**9:
            traces.buckets[user].append(value // QUARTER)
        elif isinstance(value, bytes) and len(value) > 40:
            try:
                session = read_conversation(keys.unseal(name, value)).session
            except (BadSession, json.JSONDecodeError, UnicodeDecodeError):
                continue
            if session is not None:
                traces.buckets[user] += [session.seen // QUARTER] if session.seen else []
                traces.receipts[user] += [session.receipt] if session.receipt else []


def _ranks(traces: Traces, ballots: Ballots) -> Mapping[str, bytes]:
    """Guess that people stand in their table in the order in which their ballots were mixed."""
    longest = max(traces.order.values(), key=len, default=[])
    users = list(dict.fromkeys(longest))
    voters = list(dict.fromkeys(bytes(row.voter) for row in ballots.rows))
    return {user: voters[at * len(voters) // len(users)] for at, user in enumerate(users)}
