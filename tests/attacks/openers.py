"""Attacker E: holds the openings and knows when a person rated a unit, from a proxy or a colleague.

The log says which batch was written when. So a moment leads to a batch, and the promise is that it
leads no further: «one of a batch». While asides are kept, ballots say their quarter of an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from tests.attacks.honest_campaign import NOW, QUARTER, Played, Visit
from tests.attacks.outcomes import Outcome, lot, read_ballots

Candidates = Callable[[Visit], Sequence[Any]]


async def moments_to_ballots(played: Played) -> list[Outcome]:
    """Guess the ballot of each visit whose moment is known, by lot among those that fit."""
    ballots, lots = await read_ballots(played), Random(7)

    def of_batch(visit: Visit) -> Sequence[Any]:
        return ballots.between(*grown(played, visit.quarter))

    def of_batch_and_unit(visit: Visit) -> Sequence[Any]:
        return [row for row in of_batch(visit) if row.unit == visit.unit]

    def of_quarter(visit: Visit) -> Sequence[Any]:
        bucket = int((NOW + visit.quarter * QUARTER).timestamp()) // 900
        return [row for row in ballots.of(visit.unit) if row.bucket == bucket]

    tried: dict[str, tuple[Candidates, bool]] = {
        "moment alone": (of_batch, False),
        "moment and unit": (of_batch_and_unit, False),
        "moment and unit, asides kept": (of_quarter, True),
    }
    whole = sum(1 / len(own) for visit in played.visits if (own := ballots.of(visit.unit)))
    outcomes = []
    for name, (candidates, named) in tried.items():
        hits, chance = 0, 0.0
        for visit in played.visits:
            near = candidates(visit)
            guess = lot(lots, near)
            chance += 1 / len(near) if near else 0.0
            right = (played.voters[visit.user], visit.unit)
            hits += guess is not None and (bytes(guess.voter), guess.unit) == right
        chance = whole if named else chance
        outcomes.append(Outcome(f"moment to ballot, openings, {name}",
                                len(played.visits), hits, chance, named))  # fmt: skip
    return outcomes


def grown(played: Played, quarter: int) -> tuple[int, int]:
    """The entries by which the log first grew in or after a quarter of an hour."""
    before = played.dumps[quarter - 1].size if quarter else 0
    sizes = (dump.size for dump in played.dumps[quarter:])
    # What waits longer is mixed at the close.
    return before, next((size for size in sizes if size > before), 10**9)
