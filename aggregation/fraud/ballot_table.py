"""A campaign's ballots as columns of small numbers, for the signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from aggregation.counts.ratings import scale_points
from aggregation.scheme.scheme import Scheme
from survey_flows.checks import registry
from survey_flows.facts import CheckLevel

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DIRECTIONS = 6
"""Five classes from the lowest to the highest opinion, and `NO_OPINION`."""
NO_OPINION = 5
UTC8 = 32
"""Quarters of an hour by which the city's clock is ahead of UTC."""


@dataclass(frozen=True)
class BallotTable:
    """The ballots of a campaign in columns, one number for each ballot.

    ``direction`` is 0–4, symmetric about 2, or `NO_OPINION`. ``quarter`` counts quarters of an hour
    in the city's time since 1970. ``young`` is the online check's bit; ``risky`` says that an
    online check found more than it only counts. No result depends on the codes of names.
    """

    unit: Ints
    source: Ints
    voter: Ints
    pattern: Ints
    direction: Ints
    quarter: Ints
    young: Bools
    risky: Bools
    units: int
    sources: int
    patterns: int

    def __len__(self) -> int:
        return len(self.unit)

    def count(self, where: Bools | None = None) -> Floats:
        """Ballots by (unit, source, direction), of all or of those that are marked."""
        cell = self.cell if where is None else self.cell[where]
        shape = (self.units, self.sources, DIRECTIONS)
        return np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)

    @property
    def cell(self) -> Ints:
        """Unit, source and direction of each ballot as one number."""
        return (self.unit * self.sources + self.source) * DIRECTIONS + self.direction


@dataclass(frozen=True)
class Comments:
    """Comments of the campaign by unit; no comment can be joined to a ballot."""

    units: Sequence[str] = ()
    texts: Sequence[str] = ()


def opinions(scheme: Scheme) -> dict[str, float]:
    """Each code's place on its scale, from −2 to 2; codes without points have none.

    Where scales share a code, the place on the default scale counts.
    """
    places: dict[str, float] = {}
    for name in [scheme.default_scale, *scheme.scales]:
        valued = [code for code, points in scale_points(scheme, name).items() if points is not None]
        middle = (len(valued) - 1) / 2
        for rank, code in enumerate(valued):
            places.setdefault(code, 2 * (middle - rank) / middle if middle else 0.0)
    return places


def read_ballots(
    columns: Mapping[str, Any] | pd.DataFrame, places: Mapping[str, float], offset: int = UTC8
) -> BallotTable:
    """The table from columns named as in the ballots' table.

    Args:
        columns: unit, voter, source, ratings, bucket and risk, of equal length.
        places: of the codes, from `opinions`.
        offset: quarters of an hour by which the city's clock is ahead of UTC.
    """
    unit, units = pd.factorize(np.asarray(columns["unit"]), sort=True)
    source, sources = pd.factorize(np.asarray(columns["source"]), sort=True)
    voter, _ = pd.factorize(np.asarray(columns["voter"]), sort=False)
    pattern, patterns = pd.factorize(np.asarray(columns["ratings"]), sort=True)
    risk = np.asarray(columns["risk"], dtype=np.int64)
    directions = np.array([_direction(str(text), places) for text in patterns], dtype=np.int64)
    return BallotTable(
        unit=unit.astype(np.int64),
        source=source.astype(np.int64),
        voter=voter.astype(np.int64),
        pattern=pattern.astype(np.int64),
        direction=directions[pattern] if len(pattern) else np.zeros(0, dtype=np.int64),
        quarter=np.asarray(columns["bucket"], dtype=np.int64) + offset,
        young=risk & _bits("young_account") != 0,
        risky=risk
        & _bits(
            *(code for code, check in registry().items() if check.level is not CheckLevel.COUNT)
        )
        != 0,
        units=len(units),
        sources=len(sources),
        patterns=len(patterns),
    )


def _bits(*codes: str) -> int:
    return sum(1 << registry()[code].bit for code in codes)


def _direction(ratings: str, places: Mapping[str, float]) -> int:
    values = [places[code] for code in ratings.split() if code in places]
    # Python rounds halves to even, so that opposite answers get opposite classes.
    return round(sum(values) / len(values)) + 2 if values else NO_OPINION
