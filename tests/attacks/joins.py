"""Joins of people to voters that an attacker tries, and how many of them hit.

An attacker guesses once for each person, by the best trace that they find, and by lot among equals.
Chance is what somebody hits who has no trace at all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import text

from bot.conversations.stored_conversation import read_conversation
from bot.crypto.gate_keys import GateKeys, load_gate_keys, pseudonym
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.errors import BadSession
from survey_flows.log_entries import RECEIPT, SEALED, receipt_label
from tests.attacks.honest_campaign import CAMPAIGN, CHANNEL, Played
from tests.attacks.outcomes import Ballots, Outcome, lot, plain, read_ballots

QUARTER = 900
PURPOSES = (
    *("person", "voter", "holder", "update", "address", "unreachable", "conversation"),
    *("place", "link", "rated", "counter"),
)


async def people_to_voters(
    played: Played,
    name: str,
    users: Sequence[str],
    named: bool = False,
    secrets: Path | None = None,
) -> list[Outcome]:
    """Join known people to voters with the keys of a folder and the whole database.

    Without ``secrets`` it is every key that is left.
    """
    ballots, lots = await read_ballots(played), Random(3)
    keys = load_gate_keys(played.folder / "keys") if secrets is None else None
    traces = await _traces(played, keys, users, secrets or played.folder / "keys")
    voters = sorted({bytes(row.voter) for row in ballots.rows})
    by_bucket: dict[int, list[bytes]] = defaultdict(list)
    for row in ballots.rows:
        by_bucket[row.bucket].append(bytes(row.voter))
    batches = _batches(await played.rows(tables.log_entries))
    by_position = {row.position: bytes(row.voter) for row in ballots.rows}
    hits = {"by moment": 0, "by order": 0}
    ranks = _ranks(traces, ballots)
    for user in users:
        sure = [
            by_position[position]
            for code in traces.receipts.get(user, ())
            for position in batches.get(receipt_label(CAMPAIGN, code), ())
            if position in by_position
        ]
        near = [voter for bucket in traces.buckets.get(user, ()) for voter in by_bucket[bucket]]
        moment = lot(lots, sure or near or voters)
        hits["by moment"] += moment == played.voters[user]
        hits["by order"] += ranks.get(user, lot(lots, voters)) == played.voters[user]
    chance = len(users) / len(voters)
    return [
        Outcome(f"person to voter, {name}, {how}", len(users), found, chance, named)
        for how, found in hits.items()
    ]


def _batches(rows: Iterable[Any]) -> dict[bytes, list[int]]:
    """Return for each receipt the sealed entries of its batch: nothing says which is its."""
    found: dict[bytes, list[int]] = {}
    sealed: list[int] = []
    before = ""
    for row in sorted(rows, key=lambda row: row.position):
        if row.kind == RECEIPT:
            sealed = sealed if before == RECEIPT else []
            found[bytes(row.label)] = sealed
        elif row.kind == SEALED:
            sealed.append(row.position)
        before = row.kind
    return found


async def people_by_their_units(played: Played) -> list[Outcome]:
    """Ask the gate's marks which units known people rated, and look for voters of the same units.

    Whoever can say of a ballot that it replaces one can say this, while the campaign is open.
    """
    ballots, lots, keys = await read_ballots(played), Random(6), played.road.keys
    marks = {bytes(row.mark) for row in await played.rows(tables.gate_marks)}
    units = sorted({row.unit for row in ballots.rows})
    rated: dict[bytes, set[str]] = defaultdict(set)
    for row in ballots.rows:
        rated[bytes(row.voter)].add(row.unit)
    alike: dict[frozenset[str], list[bytes]] = defaultdict(list)
    for voter, own in rated.items():
        alike[frozenset(own)].append(voter)
    users = played.users if keys.voters.find(CAMPAIGN) else []
    hits = 0
    for user in users:
        known = {unit for unit in units if keys.rated(CAMPAIGN, unit, CHANNEL, user) in marks}
        hits += lot(lots, alike[frozenset(known)]) == played.voters[user]
    name = "person to voter, open, gate's keys, by the units rated"
    return [Outcome(name, len(users), hits, len(users) / len(rated), named=True)]


@dataclass(slots=True)
class Traces:
    """What rows and files say of known people: quarters of an hour, receipts, places in a table."""

    buckets: dict[str, list[int]]
    receipts: dict[str, list[str]]
    order: dict[str, list[str]]


async def _traces(
    played: Played, keys: GateKeys | None, users: Sequence[str], secrets: Path
) -> Traces:
    """Look for every pseudonym that the keys can make in every column of every table."""
    names = dict(_names(secrets, users))
    traces = Traces(defaultdict(list), defaultdict(list), {})
    async with reading(played.road.database) as connection:
        for table in tables.metadata.sorted_tables:
            postgres = connection.dialect.name == "postgresql"
            order = "ORDER BY xmin::text::bigint" if postgres else _rowid_order(table)
            rows = (await connection.execute(text(f"SELECT * FROM {table.name} {order}"))).all()
            for row in rows:
                values = [plain(value) for value in row]
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
            for name in _names_under(secret, user):
                yield name, user


@lru_cache(maxsize=100_000)
def _names_under(secret: bytes, user: str) -> tuple[str, ...]:
    """Make the pseudonyms once: most secrets are still there when the next attacker looks."""
    ways = ((CHANNEL, user), (CAMPAIGN, CHANNEL, user))
    return tuple(pseudonym(secret, it, *parts).hex() for it in PURPOSES for parts in ways)


def _note(
    traces: Traces, keys: GateKeys | None, user: str, name: bytes, values: Sequence[Any]
) -> None:
    for value in values:
        if isinstance(value, int) and value > 10**9:
            traces.buckets[user].append(value // QUARTER)
        elif isinstance(value, bytes) and len(value) > 40 and keys is not None:
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
