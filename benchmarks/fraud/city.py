"""The simulated city: its units, which differ in size, merit and habits, and its reminders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.fraud.ballots import DAYS, SOURCES, Floats, Ints

UNITS = 108
LEAST = 120
MIX = np.array([0.32, 0.28, 0.24, 0.16])
"""Shares of the sources: open link, personal invitation, code at the counter, text message."""
MIX_FIRMNESS = 20.0
"""How close units keep to the city's mix (a Dirichlet's concentration).

A tenth more or less of a source is usual.
"""
RHYTHM = np.array(
    [1, 1, 0.5, 0.3, 0.3, 1, 4, 9, 14, 15, 13, 12, 16, 12, 11, 12, 12, 13, 16, 20, 22, 18, 9, 4]
)
OFFICE = np.array([0, 0, 0, 0, 0, 0, 0, 0.5, 5, 10, 10, 7, 2, 4, 8, 8, 7, 3, 0.5, 0, 0, 0, 0, 0])


@dataclass(frozen=True)
class Push:
    """A reminder: when (in quarters), to whom (sources), about which unit (-1: about all)."""

    quarter: int
    sources: tuple[int, ...]
    unit: int = -1


@dataclass(frozen=True)
class City:
    """Units of a city in columns.

    ``size`` and ``mix`` are by unit.
    Merits are in the units of the answers' cuts, by unit, (unit, item), (unit, source).
    """

    size: Floats
    mix: Floats
    merit: Floats
    strengths: Floats
    bias: Floats
    pushes: tuple[Push, ...]


def build(rng: np.random.Generator, ballots: int) -> City:
    """Draw a city for about that many honest ballots."""
    appeal = 1 + rng.pareto(1.4, UNITS)
    size = LEAST + (ballots - LEAST * UNITS) * appeal / appeal.sum()
    return City(
        size=size,
        mix=rng.dirichlet(MIX * MIX_FIRMNESS, UNITS),
        merit=rng.normal(0.35, 0.45, UNITS),
        strengths=rng.normal(0, 0.25, (UNITS, 4)),
        # Raters by the open link are mostly a little less content,
        # and those asked at the counter a little more.
        bias=np.array([-0.15, 0.0, 0.15, 0.0]) + rng.normal(0, 0.15, (UNITS, len(SOURCES))),
        pushes=(*_city_pushes(rng), *_unit_pushes(rng)),
    )


def _city_pushes(rng: np.random.Generator) -> list[Push]:
    days = rng.choice(DAYS, 6, replace=False)
    hours = rng.choice([10, 12, 19, 20], 6)
    kinds = [(1,), (3,), (1, 3), (0,), (0, 1, 3), (1,)]
    return [
        Push(int(day * 96 + hour * 4), kind)
        for day, hour, kind in zip(days, hours, kinds, strict=True)
    ]


def _unit_pushes(rng: np.random.Generator) -> list[Push]:
    """Draw a unit's reminders to its own users, up to three times: honest bursts."""
    return [
        Push(
            int(rng.integers(DAYS) * 96 + rng.integers(9, 20) * 4),
            (int(rng.choice([1, 2, 3])),),
            unit,
        )
        for unit in range(UNITS)
        for _ in range(rng.integers(0, 4))
    ]


def by_rhythm(rng: np.random.Generator, source: Ints) -> Ints:
    """Draw quarters by day and night.

    Three in four at the counter are in office hours of working days.
    """
    size = len(source)
    day = np.minimum(rng.exponential(6, size).astype(np.int64), DAYS - 1)
    hour = rng.choice(24, size, p=RHYTHM / RHYTHM.sum())
    counter = (source == 2) & (rng.random(size) < 0.75)
    hour = np.where(counter, rng.choice(24, size, p=OFFICE / OFFICE.sum()), hour)
    day = np.where(counter & (day % 7 >= 5), day - 2, day)
    return day * 96 + hour * 4 + rng.integers(0, 4, size)


def after(rng: np.random.Generator, start: Ints, median_hours: float, spread: float) -> Ints:
    """Draw quarters after a call, log-normally.

    Most of those that would fall into the night are left for the next day.
    """
    quarter = start + (rng.lognormal(np.log(median_hours * 4), spread, len(start))).astype(np.int64)
    late = ((quarter // 4 % 24) < 6) & (rng.random(len(start)) < 0.9)
    return np.where(late, quarter + 28 + rng.integers(0, 16, len(start)), quarter)
