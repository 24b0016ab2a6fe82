"""Ranks that attackers and honest anger move.

By the rule alone, without any fraud weight; and with the weights that two people would decide who
follow each proposal of the fraud rules, right or wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from aggregation.counts.scan import PatternCount
from aggregation.estimation.scores import score_units
from aggregation.fraud.ballot_table import Bools, opinions, read_ballots
from aggregation.fraud.suspicion import FULL_WEIGHT, find_clusters, fraud_weights, posteriors
from aggregation.scheme.scheme import Scheme
from benchmarks.fraud import comments
from benchmarks.fraud.ballots import unit_names
from benchmarks.fraud.city import UNITS
from benchmarks.fraud.measure import THRESHOLDS
from benchmarks.fraud.ranking import KEYS, shifts
from benchmarks.fraud.scenario import Scenario, angered, attacked, is_honest
from bot.campaigns.scheme_files import offered_scheme
from bot.core.shipped_files import shipped_questionnaires

SOURCES = {"invite": "personal", "sms": "personal", "counter": "invited", "open": "open"}
"""The benchmark's sources as the product has them: a text message goes to a registered contact."""
COPIES: Mapping[str, tuple[str, ...]] = {
    "copies, open": ("open",),
    "copies, open and counter": ("open", "invited"),
    "copies, all sources": ("open", "invited", "personal"),
}


@cache
def scheme() -> Scheme:
    """The offered scheme."""
    return offered_scheme()


def ranks(ballots: pd.DataFrame) -> dict[str, int]:
    """The rank of each unit by its exact score, the best being 1."""
    counts = ballots.groupby(KEYS, observed=True).size()
    rows = [PatternCount(*key, count) for key, count in counts.items()]
    kinds = [name for name in scheme().categories if name != "A_district"]
    categories = {
        unit: kinds[at % len(kinds)]
        for at, unit in enumerate(unit_names(np.arange(UNITS)).tolist())
    }
    found = score_units(rows, categories, shipped_questionnaires(), scheme())
    exact = {unit: float(it.bounded.own.score) if it.bounded else 0.0 for unit, it in found.items()}
    order = sorted(categories, key=lambda unit: -exact[unit])
    return {unit: rank for rank, unit in enumerate(order, start=1)}


def _table(scenario: Scenario) -> pd.DataFrame:
    """Ballots at full weight; ``link`` keeps the source by which fraud rules compare."""
    ballots = scenario.ballots
    return ballots.assign(
        weight=FULL_WEIGHT, source=ballots["source"].map(SOURCES), link=ballots["source"]
    )


def _reviewed(table: pd.DataFrame, said: comments.Comments) -> pd.DataFrame:
    """The table with the weights that the fraud rules propose; two people follow each proposal."""
    ballots = read_ballots(table.assign(source=table["link"]), opinions(scheme()))
    found = find_clusters(ballots, said, THRESHOLDS)
    return table.assign(weight=fraud_weights(posteriors(ballots, found, THRESHOLDS), THRESHOLDS))


@dataclass
class Moved:
    """Ranks moved by kind of attack, and the shares of ballots with less than full weight."""

    alone: dict[str, list[int]] = field(default_factory=dict)
    reviewed: dict[str, list[int]] = field(default_factory=dict)
    flagged: dict[str, list[float]] = field(default_factory=dict)

    def add(self, other: Moved) -> None:
        """Add another seed's."""
        for name in ("alone", "reviewed", "flagged"):
            for kind, values in getattr(other, name).items():
                getattr(self, name).setdefault(kind, []).extend(values)

    def measure(
        self,
        before: Mapping[str, int],
        table: pd.DataFrame,
        said: comments.Comments,
        targets: Mapping[str, str],
        theirs: Bools,
    ) -> None:
        """Add what the attack on these targets moves; ``theirs`` are the attackers' ballots."""
        reviewed = _reviewed(table, said)
        less = np.asarray(reviewed["weight"] < FULL_WEIGHT)
        names = np.asarray(table["unit"])
        for unit, kind in targets.items():
            mine = theirs & (names == unit)
            self.flagged.setdefault(kind, []).append(float(less[mine].mean()))
        self.flagged.setdefault("honest ballots", []).append(float(less[~theirs].mean()))
        for found, ballots in ((self.alone, table), (self.reviewed, reviewed)):
            for kind, moved in shifts(before, ranks(ballots), targets).items():
                found.setdefault(kind, []).extend(moved)


def attacks(seed: int) -> Moved:
    """Ranks moved by kind of attack: the benchmark's own, and copies of honest ballots."""
    scenario, found = attacked(seed), Moved()
    said = comments.write(scenario, seed)
    table, good = _table(scenario), is_honest(scenario.truth)
    honest = table[good]
    before = ranks(honest)
    found.measure(before, table, said, scenario.targets, ~good)
    rng = np.random.default_rng([20261130, seed])
    free = [unit for unit in before if unit not in scenario.targets]
    for kind, sources in COPIES.items():
        targets = rng.choice(free, 2, replace=False)
        parts = [_copies(honest, str(unit), sources, before, rng) for unit in targets]
        after = pd.concat([honest, *parts], ignore_index=True)
        made = np.arange(len(after)) >= len(honest)
        # Each copy comes from a person of its own, with the moment of the ballot it copies.
        after.loc[made, "voter"] = int(honest["voter"].max()) + 1 + np.arange(made.sum())
        found.measure(before, after, comments.Comments(), dict.fromkeys(targets, kind), made)
    return found


def _copies(
    honest: pd.DataFrame,
    unit: str,
    sources: tuple[str, ...],
    before: Mapping[str, int],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Ballots for a unit that copy honest ones about the best unit, or about the worst."""
    best = rng.random() < 0.5
    model = min(before, key=lambda it: before[it] if best else -before[it])
    own = honest[honest["unit"] == unit]
    size = int(len(own) * rng.uniform(0.3, 0.5))
    pool = honest[honest["unit"] == model]
    made = pool.iloc[rng.integers(0, len(pool), size)].copy()
    made["unit"] = unit
    # A source leads to groups: the open link to residents, a counter's code to service users.
    usable = own[own["source"].isin(sources)]
    like = usable.iloc[rng.integers(0, len(usable), size)]
    for column in ("source", "grp", "stratum"):
        made[column] = like[column].to_numpy()
    return made


def waves(seed: int) -> dict[str, tuple[int, int]]:
    """Ranks that honest anger moves, by method 2 and with every ballot worth the same.

    The usual mix of sources, and the open link alone.
    """
    found = {}
    for name, viral in (("usual mix", False), ("open link alone", True)):
        scenario = angered(seed, viral=viral)
        table, angry = _table(scenario), scenario.truth == "wave"
        moved = []
        for part in (table, table.assign(source="personal")):
            before, after = ranks(part[~angry]), ranks(part)
            moved.append(next(iter(shifts(before, after, scenario.targets).values()))[0])
        found[name] = (moved[0], moved[1])
    return found
