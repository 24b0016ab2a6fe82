"""The effect of an attack on a unit's rank, by the product's own scores."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from aggregation.counts.scan import PatternCount
from aggregation.estimation.scores import score_units
from aggregation.fraud.ballot_table import Bools, Ints
from aggregation.scheme.scheme import Scheme
from benchmarks.fraud.ballots import unit_names
from benchmarks.fraud.city import UNITS
from bot.campaigns.scheme_files import shipped_scheme
from bot.core.shipped_files import shipped_questionnaires

KEYS = ["unit", "questionnaire", "grp", "stratum", "source", "weight", "ratings"]


@cache
def scheme() -> Scheme:
    """The default scheme."""
    return shipped_scheme()


def ranks(ballots: pd.DataFrame, weights: Ints, kept: Bools | None = None) -> dict[str, int]:
    """The rank of each unit by its public score, the best being 1."""
    table = ballots.assign(weight=weights)
    table = table if kept is None else table[kept]
    counts = table.groupby(KEYS, observed=True).size()
    rows = [PatternCount(*key, count) for key, count in counts.items()]
    kinds = [name for name in scheme().categories if name != "A_district"]
    categories = {
        unit: kinds[at % len(kinds)]
        for at, unit in enumerate(unit_names(np.arange(UNITS)).tolist())
    }
    scores = score_units(rows, categories, shipped_questionnaires(), scheme())
    order = sorted(categories, key=lambda unit: -float(scores[unit].score or 0))
    return {unit: rank for rank, unit in enumerate(order, start=1)}


def shifts(
    before: Mapping[str, int], after: Mapping[str, int], targets: Mapping[str, str]
) -> dict[str, list[int]]:
    """Return by kind of attack how many ranks each of its units moved."""
    result: dict[str, list[int]] = {}
    for unit, kind in targets.items():
        result.setdefault(kind, []).append(abs(after[unit] - before[unit]))
    return result
