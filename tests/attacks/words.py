"""Joins of comments and presses to ballots that an attacker tries without any key.

The attacker reads the database after the close, and copies of it from any moment before. For a
press they are even told its unit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import text

from bot.ballots.mixer import Mixer
from bot.crypto.sealed_envelopes import PAD_BYTES
from bot.storage.database import reading
from bot.storage.schema import all as tables
from tests.attacks.honest_campaign import Played
from tests.attacks.outcomes import Ballots, Outcome, lot, plain, read_ballots, read_xmins

Guess = Callable[[Any], Any]
"""Guesses the ballot of a comment or of a press's unit."""


async def comments_to_ballots(played: Played) -> list[Outcome]:
    """Join comments to ballots: by the batch before, by place, by transaction, by what waited."""
    ballots, lots = await read_ballots(played), Random(1)
    comments = sorted(await played.rows(tables.comments), key=lambda row: row.position)
    owners = {voter: user for user, voter in played.voters.items()}
    xmins = await read_xmins(played, "comments", "id")

    def hit(comment: Any, found: Any) -> bool:
        user, unit = played.said[comment.text]
        return found is not None and (owners[bytes(found.voter)], found.unit) == (user, unit)

    def before(comment: Any) -> Any:
        return lot(lots, ballots.of_batch_before(comment.unit, comment.position))

    ranks = _ranks((row.unit, row.id) for row in comments)

    def same_rank(comment: Any) -> Any:
        return _at_rank(ballots.of(comment.unit), *ranks[comment.unit, comment.id])

    def same_transaction(comment: Any) -> Any:
        written = xmins.get(comment.id)
        own = ballots.of(comment.unit)
        return lot(lots, [row for row in own if ballots.xmins.get(row.id) == written])

    chance = sum(1 / len(own) for one in comments if (own := ballots.of(one.unit)))
    tried: dict[str, Guess] = {"batch before": before, "same place": same_rank}
    tried["long rows"] = _by_long_rows(played, ballots, Random(4), lambda comment: comment.unit)
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


async def requests_to_ballots(played: Played) -> list[Outcome]:
    """Join requests to ballots of their units: by their day, by their order, by transaction.

    Request and rating leave in one press, so that whatever kept their nearness would join them.
    Chance is one among the ballots of the unit on the request's day.
    """
    road = played.road
    road.clock.time += timedelta(days=1)
    await road.mixer.turn()
    assert isinstance(road.mixer, Mixer)
    await road.mixer.release_requests()
    ballots, lots = await read_ballots(played), Random(7)
    rows = {row.id: row for row in await played.rows(tables.requests)}
    words = sorted(await played.rows(tables.request_messages), key=lambda row: row.id)
    xmins = await read_xmins(played, "request_messages", "id")

    places = _ranks((rows[word.request].unit, word.id) for word in words)
    names = _ranks(sorted((row.unit, bytes(row.lookup)) for row in rows.values()))
    by_voter = {
        unit: sorted(own, key=lambda ballot: bytes(ballot.voter))
        for unit, own in ballots.by_unit.items()
    }

    def by_place(word: Any) -> Any:
        unit = rows[word.request].unit
        return _at_rank(ballots.of(unit), *places[unit, word.id])

    def by_name(word: Any) -> Any:
        row = rows[word.request]
        return _at_rank(by_voter.get(row.unit, []), *names[row.unit, bytes(row.lookup)])

    def by_transaction(word: Any) -> Any:
        own, written = ballots.of(rows[word.request].unit), xmins.get(word.id)
        near = [row for row in own if ballots.xmins.get(row.id) == written]
        return lot(lots, near or own)

    # The day of a request is no secret: offices get it in the lot of its day.
    days = Counter((visit.unit, visit.day) for visit in played.visits)
    left = {visit.request: (visit.unit, visit.day) for visit in played.visits if visit.request}
    chance = sum(1 / days[left[one.text]] for one in words)
    tried = {"by place": by_place, "by name": by_name, "by transaction": by_transaction}
    return [
        Outcome(
            f"request to ballot, {name}",
            len(words),
            sum(_is(played, guess(one), played.asked[one.text][0]) for one in words),
            chance,
        )
        for name, guess in tried.items()
    ]


async def presses_to_ballots(played: Played) -> list[Outcome]:
    """Join each press to a ballot of its unit: by transaction and place, and by what waited."""
    ballots, lots = await read_ballots(played), Random(2)
    pressed = sorted({(visit.user, visit.unit) for visit in played.visits if visit.presses})
    rows = await _press_rows(played)
    stored = [(played.pressers.get(voter, ""), unit, place) for unit, voter, place in rows]
    tries = [(user, unit, place) for user, unit, place in stored if user]
    known = {(user, unit) for user, unit, _ in tries}
    # What no row says is tried all the same, with the count of its unit.
    counted = {unit: place for user, unit, place in stored if not user}
    tries += [(*one, counted.get(one[1], 0)) for one in pressed if one not in known]

    def by_row(at: int, unit: str, place: Any) -> Any:
        own = ballots.of(unit)
        if isinstance(place, str):
            return lot(lots, [row for row in own if ballots.xmins[row.id] == place] or own)
        # Rows are numbered in the order of the batches.
        first = at * len(ballots.rows) // len(tries)
        return lot(lots, [row for row in ballots.rows[first:] if row.unit == unit][:1] or own)

    long_rows = _by_long_rows(played, ballots, Random(5), lambda unit: unit)
    hits = {"by row": 0, "by long rows": 0}
    for at, (user, unit, place) in enumerate(tries):
        hits["by row"] += _is(played, by_row(at, unit, place), user)
        hits["by long rows"] += _is(played, long_rows(unit), user)
    chance = sum(1 / len(own) for _, unit, _ in tries if (own := ballots.of(unit)))
    return [
        Outcome(f"press to ballot, {how}", len(tries), found, chance) for how, found in hits.items()
    ]


def _ranks(listed: Iterable[tuple[str, Any]]) -> dict[tuple[str, Any], tuple[int, int]]:
    """Return the place of each of some among those of its unit, from 0, and how many they are."""
    found: dict[str, dict[Any, int]] = defaultdict(dict)
    for unit, name in listed:
        found[unit].setdefault(name, len(found[unit]))
    return {
        (unit, name): (place, len(own))
        for unit, own in found.items()
        for name, place in own.items()
    }


def _at_rank(own: Sequence[Any], place: int, count: int) -> Any:
    """Return the one among a unit's ballots that stands as far down their list."""
    return own[place * len(own) // count] if own else None


def _is(played: Played, guess: Any, user: str) -> bool:
    return guess is not None and bytes(guess.voter) == played.voters[user]


async def _press_rows(played: Played) -> list[tuple[str, bytes, Any]]:
    """Return unit, voter and transaction or row number of what is stored of presses."""
    found = []
    async with reading(played.road.database) as connection:
        place = "xmin::text" if connection.dialect.name == "postgresql" else "rowid"
        for table, voter in (("pressure", "voter"), ("pressure_counts", "campaign")):
            query = text(f"SELECT unit, {voter}, {place} FROM {table} WHERE campaign = 'year'")
            for row in await connection.execute(query):
                name = plain(row[1])
                found.append((row[0], name if isinstance(name, bytes) else b"", row[2]))
    return found


def _by_long_rows(
    played: Played, ballots: Ballots, lots: Random, unit_of: Callable[[Any], str]
) -> Guess:
    """Guess that ballots of batches have a comment or press of which a longer row waited."""
    longer = []
    for earlier, later in zip(played.dumps, played.dumps[1:], strict=False):
        entries = later.size - earlier.size
        grown = sum(later.waiting[id_] for id_ in later.waiting.keys() - earlier.waiting.keys())
        if grown // PAD_BYTES > entries > 0 and earlier.waiting.keys() <= later.waiting.keys():
            longer.append((earlier.size, later.size))

    near: dict[str, list[Any]] = defaultdict(list)
    for first, end in longer:
        for row in ballots.between(first, end):
            for unit in (row.unit, ""):
                near[unit].append(row)

    def guess(what: Any) -> Any:
        unit = unit_of(what)
        return lot(lots, near[unit] or ballots.of(unit))

    return guess
