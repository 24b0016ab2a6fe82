"""Honest citizens, and a wave of honestly angry ones."""

from __future__ import annotations

import numpy as np

from benchmarks.fraud.ballots import (
    DAYS,
    HONEST,
    ITEMS,
    QUARTERS,
    SOURCES,
    Bools,
    Floats,
    Ints,
    Part,
)
from benchmarks.fraud.city import City, after, by_rhythm

SINGLE = 0.7
"""Share of raters who rate one unit only."""
PUSHED = 0.45
STRAIGHT = 0.15
YOUNG_SHARE = np.array([0.14, 0.08, 0.09, 0.08])
"""Share of new accounts by source; 10 % of all."""
CUTS = np.array([1.0, 0.1, -0.7, -1.5])
DISTRICTS = 9
INVITED_GROUPS = np.array(["resident", "enterprise", "deputy", "grassroots", "supervisor"])
INVITED_SHARES = np.array([0.55, 0.25, 0.08, 0.08, 0.04])


def crowd(rng: np.random.Generator, city: City, ballots: int) -> Part:
    """Draw about ``ballots`` honest ballots of citizens who rate one unit or several."""
    raters = int(ballots / 1.61)
    rated = np.where(
        rng.random(raters) < SINGLE, 1, 2 + np.minimum(rng.geometric(0.45, raters) - 1, 8)
    )
    source_of = rng.choice(len(SOURCES), raters, p=(city.size @ city.mix) / city.size.sum())
    voter = np.repeat(np.arange(raters), rated)
    source = source_of[voter]
    unit = np.empty(len(voter), dtype=np.int64)
    for s in range(len(SOURCES)):
        here = source == s
        weight = city.size * city.mix[:, s]
        unit[here] = rng.choice(len(city.size), here.sum(), p=weight / weight.sum())
    quarter = _sessions(rng, city, voter, source_of, unit, rated)
    return _part(rng, city, HONEST, unit, voter, source_of, quarter, rng.normal(0, 0.6, raters))


def wave(
    rng: np.random.Generator,
    city: City,
    unit: int,
    size: int,
    first_voter: int,
    viral: bool = False,
) -> Part:
    """Draw a scandal: many people who are angry in their own ways.

    They come as news spread, with the unit's usual mix of sources.
    A ``viral`` one brings nine in ten by the open link.
    """
    mix = rng.dirichlet(city.mix[unit] * 60 + 0.5)  # news tilt the mix a little
    mix = np.array([0.9, 0.04, 0.03, 0.03]) if viral else mix
    source = rng.choice(len(SOURCES), size, p=mix)
    broke = int(rng.integers(1, DAYS - 4) * 96 + rng.integers(8, 20) * 4)
    heard = after(rng, np.full(size, broke), 7, 1.1)
    later = broke + rng.integers(0, 4 * 96, size) // 96 * 96
    usual = later - later % 96 + by_rhythm(rng, source) % 96
    quarter = np.where(rng.random(size) < 0.6, heard, np.maximum(usual, broke))
    voter = first_voter + np.arange(size)
    anger = rng.normal(-1.9, 0.7, size) - city.merit[unit]
    return _part(rng, city, "wave", np.full(size, unit), voter, source, quarter, anger)


def _sessions(
    rng: np.random.Generator, city: City, voter: Ints, source_of: Ints, unit: Ints, rated: Ints
) -> Ints:
    """Draw when each ballot comes: after a reminder or by the day's rhythm.

    A rater's next units come a little later.
    """
    begin = by_rhythm(rng, source_of)
    pushed = rng.random(len(source_of)) < PUSHED
    for s in range(len(SOURCES)):
        calls = np.array(
            [push.quarter for push in city.pushes if push.unit < 0 and s in push.sources]
        )
        here = np.flatnonzero(pushed & (source_of == s))
        if len(calls):
            begin[here] = after(rng, rng.choice(calls, len(here)), 0.9, 1.2)
    first = np.concatenate([[0], np.cumsum(rated)[:-1]])
    for push in city.pushes:
        if push.unit >= 0:
            asked = (
                (unit[first] == push.unit)
                & np.isin(source_of, push.sources)
                & (rng.random(len(first)) < 0.25)
            )
            begin[asked] = after(rng, np.full(int(asked.sum()), push.quarter), 0.9, 1.2)
    order = np.arange(len(voter)) - first[voter]
    quarter = begin[voter] + np.where(order > 0, rng.geometric(0.5, len(voter)), 0)
    return np.clip(quarter, 0, QUARTERS - 1)


def _part(
    rng: np.random.Generator,
    city: City,
    truth: str,
    unit: Ints,
    voter: Ints,
    source_of: Ints,
    quarter: Ints,
    temper: Floats,
) -> Part:
    who = voter - voter.min()
    source = source_of[who]
    people = len(source_of)
    district = rng.integers(0, DISTRICTS, people)
    invited = rng.choice(INVITED_GROUPS, people, p=INVITED_SHARES)
    group_of = np.select([source_of == 0, source_of == 1], ["resident", invited], "service_user")
    stratum_of = np.where(source_of == 0, "", np.char.add("district-", district.astype(str)))
    felt = city.merit[unit] + city.bias[unit, source] + temper[who] + rng.normal(0, 0.5, len(unit))
    return Part(
        truth=truth,
        unit=unit,
        voter=voter,
        source=source,
        quarter=np.clip(quarter, 0, QUARTERS - 1),
        young=(rng.random(people) < YOUNG_SHARE[source_of])[who],
        answers=answers(rng, felt, city.strengths[unit], (rng.random(people) < STRAIGHT)[who]),
        group=group_of[who],
        stratum=stratum_of[who],
    )


def answers(rng: np.random.Generator, felt: Floats, strengths: Floats, straight: Bools) -> Ints:
    """Draw the codes of the items (ballots × items).

    The latent opinion is cut into options, with «don't know» and gaps.
    """
    items = felt[:, None] + strengths + rng.normal(0, 0.5, (len(felt), ITEMS))
    items[:, 0] = felt
    codes = np.searchsorted(-CUTS, -items, side="left")
    codes[straight] = codes[straight, :1]
    codes[rng.random(codes.shape) < 0.03] = 5
    codes[rng.random(codes.shape) < 0.02] = 6
    codes[rng.random(len(codes)) < 0.04] = 5  # knows nothing of the unit
    return codes
