"""What stays of the keys and reminders of a unit's ballots once these are erased: whole sums.

A place of few answers says little of a place and much of people, so that its sums join those of the
next key. So do those of few people who came after as many reminders. From the sums that stay every
variance can be computed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import Counts, cell_of
from aggregation.estimation.estimates import common_scale, numerators, sum_cell
from aggregation.estimation.method2.clusters import Clusters, ClusterSums
from aggregation.estimation.method2.evidence import QUARTERS
from survey_flows.ballot import STAFF

FEWEST_ANSWERS = 10
"""Answers of a unit's group under one key, or after so many reminders; fewer join the next ones."""


class PlacedCount(NamedTuple):
    """Ballots that agree in all that scores need, in the key of their link and in reminders."""

    unit: str
    questionnaire: str
    grp: str
    stratum: str
    source: str
    weight: int
    ratings: str
    cluster: int
    reminders: int
    ballots: int


class Moments(NamedTuple):
    """n, Σw in quarters, and Σwy and Σwy² in units of 1/scale points, of answers that count."""

    n: int = 0
    w: int = 0
    wy: int = 0
    wy2: int = 0

    def plus(self, other: Moments) -> Moments:
        """The sums of both."""
        return Moments(*(one + two for one, two in zip(self, other, strict=True)))


Part = tuple[str, str, int]
"""Evaluator group, loose channel (empty: vouched) and key."""


ExactMoments = tuple[int, int, Fraction, Fraction]
"""n, Σw in quarters, Σwy in quarters of points, and Σwy² in quarters of squared points."""


@dataclass(frozen=True, slots=True)
class KeptSums:
    """The sums of one unit by group, channel and key, and those of vouched ones by reminders."""

    scale: int
    clusters: Mapping[Part, Moments] = field(default_factory=dict)
    reminders: Mapping[int, Moments] = field(default_factory=dict)


def exact_sums(kept: KeptSums) -> tuple[Mapping[Part, ExactMoments], Mapping[int, ExactMoments]]:
    """The sums in points and their squares, by part and by reminders.

    The scale is the least one for all answers that were read together, so that the same sums of a
    unit have another one where other units were read beside it.
    """
    return (
        {part: _exact(sums, kept.scale) for part, sums in kept.clusters.items()},
        {had: _exact(sums, kept.scale) for had, sums in kept.reminders.items()},
    )


def _exact(sums: Moments, scale: int) -> ExactMoments:
    return sums.n, sums.w, Fraction(sums.wy, scale), Fraction(sums.wy2, scale * scale)


def kept_sums(
    rows: Iterable[PlacedCount], reader: PatternReader, older: bool = False
) -> dict[str, KeptSums]:
    """The sums of each unit with ballots that have a key, from their counts.

    Args:
        rows: the counts.
        reader: reads their patterns.
        older: as releases kept them once: few answers without a key, and after reminders, apart.

    Raises:
        BadInput: a row's questionnaire or pattern cannot be read.
    """
    clusters: dict[tuple[str, Part], Counts] = {}
    reminders: dict[tuple[str, int], Counts] = {}
    for row in rows:
        if row.grp == STAFF:
            continue
        place = (row.weight, reader.place(row.questionnaire, row.ratings))
        cell = cell_of(row.unit, row.grp, row.source, row.stratum, reader)
        found = [clusters.setdefault((row.unit, (row.grp, cell.channel, row.cluster)), {})]
        if not cell.open_link:
            found.append(reminders.setdefault((row.unit, row.reminders), {}))
        for counts in found:
            counts[place] = counts.get(place, 0) + row.ballots
    summed = _Summed(reader)
    return {
        unit: KeptSums(
            summed.scale,
            _joined({part: summed(counts) for (code, part), counts in own if code == unit}, older),
            _gathered(
                {
                    had: summed(counts)
                    for (code, had), counts in sorted(reminders.items())
                    if code == unit
                },
                older,
            ),
        )
        for unit, own in _by_unit(clusters).items()
    }


class _Summed:
    def __init__(self, reader: PatternReader) -> None:
        self.scale = common_scale(reader.outcomes)
        self._scores = numerators(reader.outcomes, self.scale)

    def __call__(self, counts: Counts) -> Moments:
        sums = sum_cell(counts, self._scores, self.scale)
        return Moments(sums.n, sums.w, sums.wy, sums.wy2)


def _by_unit(
    found: Mapping[tuple[str, Part], Counts],
) -> dict[str, list[tuple[tuple[str, Part], Counts]]]:
    by_unit: dict[str, list[tuple[tuple[str, Part], Counts]]] = {}
    for key, counts in sorted(found.items()):
        by_unit.setdefault(key[0], []).append((key, counts))
    return by_unit


def _joined(found: Mapping[Part, Moments], older: bool) -> dict[Part, Moments]:
    """Hands the sums of few answers to the next key, those of the last key to the one before.

    Where all keys of a group have few answers together, these count as if they had none. Few
    answers without a key beside whole keys join the last of these.
    """
    left: dict[Part, Moments] = {}
    for group, channel in dict.fromkeys(part[:2] for part in found):
        keys = {key: sums for (*own, key), sums in found.items() if own == [group, channel]}
        scattered = keys.pop(0, Moments())
        whole, carried = _whole(keys)
        if whole and not older and scattered.n < FEWEST_ANSWERS:
            carried, scattered = carried.plus(scattered), Moments()
        if whole:
            last = max(whole)
            whole[last] = whole[last].plus(carried)
        else:
            scattered = scattered.plus(carried)
        whole |= {0: scattered} if scattered.w else {}
        left |= {(group, channel, key): sums for key, sums in sorted(whole.items())}
    return left


def _gathered(found: Mapping[int, Moments], older: bool) -> dict[int, Moments]:
    """Hands the sums of few answers to the next number of reminders, the last to the one before.

    Of few answers in all nothing is kept.
    """
    if older:
        return dict(found)
    whole, carried = _whole(found)
    if whole:
        last = max(whole)
        whole[last] = whole[last].plus(carried)
    return whole


def _whole(found: Mapping[int, Moments]) -> tuple[dict[int, Moments], Moments]:
    """The sums of enough answers, in the order of their keys, and what is left over at the end."""
    whole: dict[int, Moments] = {}
    carried = Moments()
    for key, sums in sorted(found.items()):
        carried = carried.plus(sums)
        if carried.n >= FEWEST_ANSWERS:
            whole[key], carried = carried, Moments()
    return whole, carried


def clusters_of(units: Mapping[str, KeptSums]) -> Clusters:
    """The answers by key as the variance takes them."""
    found: dict[tuple[str, str, str], list[ClusterSums]] = {}
    for unit, kept in sorted(units.items()):
        for (group, channel, key), sums in sorted(kept.clusters.items()):
            below = QUARTERS * kept.scale
            found.setdefault((unit, group, channel), []).append(
                ClusterSums(
                    str(key),
                    sums.n,
                    sums.w / QUARTERS,
                    sums.wy / below,
                    sums.wy2 / (below * kept.scale),
                )
            )
    return found


def dump_kept(kept: KeptSums) -> dict[str, Any]:
    """The sums of a unit as they are stored."""
    return {
        "scale": kept.scale,
        "clusters": [[*part, *sums] for part, sums in sorted(kept.clusters.items())],
        "reminders": [[had, *sums] for had, sums in sorted(kept.reminders.items())],
    }


def load_kept(stored: Mapping[str, Any]) -> KeptSums:
    """The sums that `dump_kept` gave."""

    def moments(row: Sequence[Any]) -> Moments:
        return Moments(*(int(number) for number in row))

    return KeptSums(
        int(stored["scale"]),
        {(str(g), str(c), int(key)): moments(rest) for g, c, key, *rest in stored["clusters"]},
        {int(had): moments(rest) for had, *rest in stored["reminders"]},
    )


def gathered_again(kept: KeptSums) -> KeptSums:
    """The sums of an older release, few answers joined as `kept_sums` joins them now."""
    clusters = _joined(kept.clusters, older=False)
    return KeptSums(kept.scale, clusters, _gathered(kept.reminders, older=False))
