"""Attacks on a unit's score; each writes 30–50 % of the unit's honest volume."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.fraud.ballots import DAYS, QUARTERS, Bools, Ints, Part
from benchmarks.fraud.city import RHYTHM, UNITS, City, after
from benchmarks.fraud.honest import answers

PRAISE, BLAME = 0, 4
COVER = 0.25
"""Share of attackers who also rate another unit."""


@dataclass(frozen=True)
class Order:
    """The target of an attack, its number of ballots, and the first free number for its voters."""

    unit: int
    size: int
    first_voter: int


def sybils(rng: np.random.Generator, order: Order) -> Part:
    """One operator with many new accounts, in two or three sittings of a few hours."""
    target = PRAISE if rng.random() < 0.5 else BLAME
    sittings = rng.integers(0, DAYS * 24, rng.integers(2, 4)) * 4
    quarter = rng.choice(sittings, order.size) + rng.integers(0, rng.integers(8, 28), order.size)
    said = _script(rng, order.size, target, same=0.6)
    return _part("sybil", order, quarter, rng.random(order.size) < 0.85, said)


def staff(rng: np.random.Generator, order: Order) -> Part:
    """Praise by the unit's own people, by order.

    They use the code at its counter, in office hours of two or three days.
    """
    days = rng.choice(
        [day for day in range(DAYS) if day % 7 < 5], rng.integers(2, 4), replace=False
    )
    hour = rng.choice([9, 10, 11, 14, 15, 16], order.size)
    quarter = rng.choice(days, order.size) * 96 + hour * 4 + rng.integers(0, 4, order.size)
    said = _script(rng, order.size, PRAISE, same=0.7)
    return _part("staff", order, quarter, rng.random(order.size) < 0.08, said, source=2)


def brigade(rng: np.random.Generator, order: Order) -> Part:
    """Angry outsiders who were called together elsewhere.

    They come by the open link within a day or two and give mostly the worst answers.
    """
    call = np.full(order.size, int(rng.integers(0, DAYS - 2) * 96 + rng.integers(8, 22) * 4))
    angry = answers(
        rng,
        rng.normal(-2.2, 0.5, order.size),
        np.zeros((order.size, 4)),
        rng.random(order.size) < 0.3,
    )
    said = np.where((rng.random(order.size) < 0.6)[:, None], BLAME, angry)
    return _part("brigade", order, after(rng, call, 4, 0.9), rng.random(order.size) < 0.25, said)


def slow_bot(rng: np.random.Generator, order: Order) -> Part:
    """Ballots that drip in over all of the campaign.

    Half of them come round the clock, from accounts of which half are new.
    """
    target = PRAISE if rng.random() < 0.5 else BLAME
    awake = rng.choice(24, order.size, p=RHYTHM / RHYTHM.sum())
    hour = np.where(rng.random(order.size) < 0.5, rng.integers(0, 24, order.size), awake)
    quarter = rng.integers(0, DAYS, order.size) * 96 + hour * 4 + rng.integers(0, 4, order.size)
    said = _script(rng, order.size, target, same=0.45)
    return _part("slow_bot", order, quarter, rng.random(order.size) < 0.5, said)


def paid_crowd(rng: np.random.Generator, order: Order) -> Part:
    """Real people with old accounts who are paid to be content.

    Their answers vary and come over some days, at human hours.
    """
    start = rng.integers(0, DAYS - 5)
    hour = rng.choice(24, order.size, p=RHYTHM / RHYTHM.sum())
    quarter = (
        (start + rng.integers(0, 5, order.size)) * 96 + hour * 4 + rng.integers(0, 4, order.size)
    )
    straight = rng.random(order.size) < 0.2
    said = answers(rng, rng.normal(1.1, 0.6, order.size), np.zeros((order.size, 4)), straight)
    return _part("paid_crowd", order, quarter, rng.random(order.size) < 0.15, said)


ATTACKS: Mapping[str, Callable[[np.random.Generator, Order], Part]] = {
    "sybil": sybils,
    "staff": staff,
    "brigade": brigade,
    "slow_bot": slow_bot,
    "paid_crowd": paid_crowd,
}


def blame_rival(rng: np.random.Generator, made: Part) -> Part:
    """Draw what ordered staff say of a rival too: four in ten of them have that order."""
    chosen = np.flatnonzero(rng.random(len(made)) < 0.4)
    return replace(
        made,
        truth="rival",
        unit=np.full(len(chosen), rng.integers(UNITS)),
        voter=made.voter[chosen],
        source=made.source[chosen],
        quarter=np.clip(made.quarter[chosen] + 1, 0, QUARTERS - 1),
        young=made.young[chosen],
        answers=_script(rng, len(chosen), BLAME, same=0.7),
        group=made.group[chosen],
        stratum=made.stratum[chosen],
    )


def _script(rng: np.random.Generator, size: int, target: int, same: float) -> Ints:
    """Return the ordered answer to every item.

    Some ballots depart from it on one or two items so as not to look alike.
    """
    said = np.full((size, 4), target)
    step = 1 if target == PRAISE else -1
    for _ in range(2):
        off = rng.random(size) > same**0.5
        said[off, rng.integers(0, 4, int(off.sum()))] = target + step
    return said


def _part(
    truth: str, order: Order, quarter: Ints, young: Bools, said: Ints, source: int = 0
) -> Part:
    size = order.size
    return Part(
        truth=truth,
        unit=np.full(size, order.unit),
        voter=order.first_voter + np.arange(size),
        source=np.full(size, source),
        quarter=np.clip(quarter, 0, QUARTERS - 1),
        young=young,
        answers=said,
        group=np.full(size, "resident" if source == 0 else "service_user"),
        stratum=np.full(size, "" if source == 0 else f"district-{order.unit % 9}"),
    )


def cover(rng: np.random.Generator, city: City, made: Part) -> Part:
    """Return what some attackers say of another unit, as anybody would.

    These ballots manipulate no score and are not honest either.
    """
    chosen = np.flatnonzero(rng.random(len(made)) < COVER)
    unit = rng.choice(UNITS, len(chosen), p=city.size / city.size.sum())
    felt = city.merit[unit] + rng.normal(0, 0.8, len(chosen))
    return Part(
        truth="cover",
        unit=unit,
        voter=made.voter[chosen],
        source=made.source[chosen],
        quarter=np.clip(made.quarter[chosen] + 1, 0, QUARTERS - 1),
        young=made.young[chosen],
        answers=answers(rng, felt, city.strengths[unit], np.zeros(len(chosen), dtype=bool)),
        group=made.group[chosen],
        stratum=made.stratum[chosen],
    )
