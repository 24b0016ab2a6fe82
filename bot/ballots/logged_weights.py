"""What ballots weigh by the decisions of the log, whatever the table of ballots says.

A decision commits to the weights of its case's ballots. Cases and their ballots never change, so
that from the decisions in their order follow the weights of each moment, and those of today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import all as tables
from bot.transparency.verdicts import PROPOSED, REOPEN, UPHOLD, weights_digest

FULL_WEIGHT = 4
"""The weight of a ballot that no decision touched, in quarters."""
LIGHTENING = (PROPOSED, UPHOLD)
"""Verdicts by which the proposed weights stand; by others those from before do."""


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A fraud case as it is stored: its salt, and position, proposed and earlier weight by ballot.

    Weights are in quarters. What it says counts for nothing before a decision has committed to it.
    """

    salt: bytes
    ballots: Sequence[tuple[int, int, int]]

    def weights(self, lighter: bool) -> list[tuple[int, int]]:
        """Returns position and weight of each ballot, ascending, as decisions commit to them."""
        return sorted((at, new if lighter else old) for at, new, old in self.ballots)


Weights = Mapping[int, int]
"""Weights in quarters by position."""


@dataclass(frozen=True, slots=True)
class LoggedWeights:
    """What each decision set the weights of which ballots to, and the cases that contradict one."""

    changes: Sequence[Weights]
    contradicted: frozenset[str]

    @property
    def now(self) -> Weights:
        """The weights below a full one after the last decision."""
        found: dict[int, int] = {}
        for change in self.changes:
            found |= change
        return {at: weight for at, weight in found.items() if weight != FULL_WEIGHT}


async def read_stored_cases(connection: AsyncConnection, campaign: str) -> dict[str, StoredCase]:
    """Returns the cases of a registered campaign by id, also those that were dropped."""
    cases, mine, ballots = tables.cases.c, tables.case_ballots.c, tables.ballots.c
    query = select(cases.id, cases.salt).where(cases.campaign == campaign)
    salts = {row.id: bytes(row.salt) for row in await connection.execute(query)}
    query_of_ballots = (
        select(mine.case_id, ballots.position, mine.weight, mine.before)
        .join(tables.cases, cases.id == mine.case_id)
        .join(tables.ballots, ballots.id == mine.ballot)
        .where(cases.campaign == campaign, ballots.position.is_not(None))
    )
    found: dict[str, list[tuple[int, int, int]]] = {name: [] for name in salts}
    for row in await connection.execute(query_of_ballots):
        found[row.case_id].append((row.position, row.weight, row.before))
    return {name: StoredCase(salt, found[name]) for name, salt in salts.items()}


def logged_weights(
    decisions: Iterable[Mapping[str, Any]], cases: Mapping[str, StoredCase]
) -> LoggedWeights:
    """Returns the weights that follow from decisions.

    Args:
        decisions: the bodies of the acts, in the order of the log.
        cases: what is stored of them.
    """
    standing: dict[str, bool] = {}
    changes: list[Weights] = []
    contradicted: set[str] = set()
    for said in decisions:
        name, verdict = str(said.get("case")), said.get("verdict")
        lighter = standing.get(name, True) if verdict == REOPEN else verdict in LIGHTENING
        standing[name] = lighter
        case = cases.get(name)
        weights = case.weights(lighter) if case else []
        if case is None or weights_digest(case.salt, weights) != said.get("weights"):
            contradicted.add(name)
        else:
            changes.append(dict(weights))
    return LoggedWeights(changes, frozenset(contradicted))
