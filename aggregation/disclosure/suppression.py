"""Disclosure control of a campaign's scores: no count of 1 to ``floor`` − 1 people is disclosed.

Nor does any such count follow from the disclosed ones. Terms and rules are those of A. Hundepool
and others, *Statistical Disclosure Control* (Wiley, 2012), chapter 4: a small cell is suppressed
(primary), and others with it (secondary), until the interval in which an outsider can place it is
wide enough. Shares of few people are disclosed by a bound, as in NCES 2011-603 (SLDS Technical
Brief 3).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from aggregation.disclosure.coarsening import coarsened, few_links
from aggregation.disclosure.disclosed import (
    Count,
    DisclosedGroup,
    DisclosedScore,
    Share,
    ShareBound,
    below_floor,
)
from aggregation.estimation.scores import SATISFIED, GroupScore, UnitScore
from aggregation.scheme.scheme import Scheme
from survey_flows.ballot import STAFF
from survey_flows.questionnaire import NO_ANSWER


def suppressed_cells(
    counts: Mapping[str, int],
    floor: int,
    least: Mapping[str, int] | None = None,
    most: Mapping[str, int] | None = None,
    also: Collection[str] = (),
) -> set[str]:
    """The cells that are suppressed when their sum is known.

    These are the small cells, those in ``also``, and further ones, the smallest that are not empty
    first, until each suppressed cell could be anything in an interval of at least ``floor``. If
    even all cells do not suffice, all are suppressed, and the caller has to suppress the sum (see
    `sum_protects`).

    Args:
        counts: the cells.
        floor: the smallest count that is disclosed.
        least: a known lower bound of a cell, where it is above 0.
        most: a known upper bound of a cell.
        also: cells that are suppressed in any case.
    """
    gone = {name for name, count in counts.items() if below_floor(count, floor)} | set(also)
    rest = sorted((count == 0, count, name) for name, count in counts.items() if name not in gone)
    while gone and rest and not sum_protects(counts, gone, floor, least, most):
        gone.add(rest.pop(0)[2])
    return gone


def sum_protects(
    counts: Mapping[str, int],
    gone: Collection[str],
    floor: int,
    least: Mapping[str, int] | None = None,
    most: Mapping[str, int] | None = None,
) -> bool:
    """Whether the sum and the other cells leave each cell in ``gone`` an interval of ``floor``."""
    total = sum(counts[name] for name in gone)
    low = {name: (least or {}).get(name, 0) for name in gone}
    high = {name: min(total, (most or {}).get(name, total)) for name in gone}
    lows, highs = sum(low.values()), sum(high.values())
    return all(
        min(high[name], total - lows + low[name]) - max(low[name], total - highs + high[name])
        >= floor
        for name in gone
    )


def disclose(
    scores: Mapping[str, UnitScore],
    weights: Mapping[str, Mapping[int, int]],
    scheme: Scheme,
    alone: Collection[str] = (),
    staff: int = 0,
) -> dict[str, DisclosedScore]:
    """The disclosed units of a campaign, when the number of all its ballots is known.

    Args:
        scores: by unit.
        weights: for each unit, its ballots by fraud weight in quarters.
        scheme: its ``min_n.publish_cell`` is the floor.
        alone: units of `aggregation.disclosure.precision.units_alone`.
        staff: the number of ballots of own staff, which are in no unit's counts.
    """
    disclosed = {
        unit: _unit(score, weights.get(unit, {}), scheme, unit in alone)
        for unit, score in scores.items()
    }
    for unit in _complementary_suppression(disclosed, scores, scheme, staff):
        disclosed[unit] = _without_counts(disclosed[unit])
    return {
        unit: coarsened(scores[unit], it, unit in alone, scheme.min_n.publish_cell)
        if scheme.evidence is not None or unit in alone
        else it
        for unit, it in disclosed.items()
    }


def _unit(
    score: UnitScore, weights: Mapping[int, int], scheme: Scheme, alone: bool
) -> DisclosedScore:
    floor = scheme.min_n.publish_cell
    if score.n_valid < floor:
        return _withheld(score)
    answers = _answers(score, scheme, alone)
    gone, safe_groups = _hidden_groups(score, scheme)
    scored_not = score.n - score.n_valid - score.excluded
    n = (
        None
        if answers.silent_gone
        or below_floor(score.excluded, floor)
        or below_floor(scored_not, floor)
        else score.n
    )
    disclosed = DisclosedScore(
        unit=score.unit,
        withheld=False,
        n=n,
        n_valid=score.n_valid,
        excluded=None if below_floor(score.excluded, floor) else score.excluded,
        score=score.score,
        low=score.low,
        high=score.high,
        unweighted=None
        if any(below_floor(count, floor) for count in weights.values())
        else score.unweighted,
        dont_know=answers.dont_know,
        top_two=answers.top_two,
        distribution={
            code: None if code in answers.gone else count
            for code, count in score.distribution.items()
        },
        groups=_groups(score, gone, n, floor),
        flags=_flags(score.flags, gone),
    )
    return disclosed if safe_groups else _without_counts(disclosed)


def _withheld(score: UnitScore) -> DisclosedScore:
    """A unit with too few counted answers: it discloses only that there are none."""
    count = None if score.n else 0
    groups = tuple(
        DisclosedGroup(g.group, bool(score.n), count, count, count, None, g.weight, None, ())
        for g in score.groups
    )
    return DisclosedScore(
        unit=score.unit,
        withheld=True,
        n=count,
        n_valid=count,
        excluded=count,
        score=None,
        low=None,
        high=None,
        unweighted=None,
        dont_know=None,
        top_two=None,
        distribution=dict.fromkeys(score.distribution, count),
        groups=groups,
        flags=("insufficient",),
    )


def _without_counts(disclosed: DisclosedScore) -> DisclosedScore:
    """The unit with its score alone."""
    groups = tuple(
        replace(
            g,
            hidden=True,
            n=None,
            n_valid=None,
            n_open=None,
            score=None,
            weight_used=None,
            flags=(),
            fit=None,
        )
        for g in disclosed.groups
    )
    return replace(
        disclosed,
        n=None,
        n_valid=None,
        excluded=None,
        unweighted=None,
        dont_know=None,
        top_two=None,
        distribution=dict.fromkeys(disclosed.distribution),
        groups=groups,
        flags=_flags(disclosed.flags, {group.group for group in groups}),
    )


@dataclass(frozen=True, slots=True)
class _Answers:
    gone: set[str]
    silent_gone: bool
    dont_know: Share
    top_two: Share


def _answers(score: UnitScore, scheme: Scheme, alone: bool) -> _Answers:
    """The disclosed distribution of the overall answer, and its two shares.

    The shares are exact only where numerator and denominator are sums of disclosed counts.
    """
    floor, given = scheme.min_n.publish_cell, score.distribution
    silent = _silent(score, scheme)
    good = {code: given[code] for code in given if code in SATISFIED}
    rest = {code: given[code] for code in given if code not in SATISFIED and code not in silent}
    gone = suppressed_cells(good, floor) | suppressed_cells(rest, floor)
    exact = all(sum_protects(part, gone & part.keys(), floor) for part in (good, rest))
    exact = exact and not any(below_floor(sum(part.values()), floor) for part in (good, rest))
    if not exact:
        gone = suppressed_cells(good | rest, floor, also=gone)
    if alone and (gone or few_links(score, floor)):
        # Two hidden cells would follow from their sum and the mean, and the answers of a part of
        # few people from the sum of all and a mean in which that part has another weight.
        exact, gone = False, {*good, *rest}
    known = sum_protects(good | rest, gone, floor)
    silent_gone = (
        {code for code in silent if below_floor(given[code], floor)} if known else set(silent)
    )
    answered = sum(good.values()) + sum(rest.values())
    top = _share(sum(good.values()), answered, answered, exact, floor)
    unknown = _dont_know(score, bool(silent_gone), silent, floor)
    if alone and gone & {*good, *rest}:
        # Either share would narrow the number of answers, and with the mean a hidden count.
        top, unknown = None, unknown if unknown == 0 else None
    return _Answers(gone | silent_gone, bool(silent_gone), unknown, top)


def _dont_know(score: UnitScore, silent_gone: bool, silent: Sequence[str], floor: int) -> Share:
    heard = score.n - score.excluded
    rate = score.dont_know_rate
    if rate is None:
        return None
    unknown = int(rate * heard)
    # A person without an overall answer may not know the unit: the share would reveal these.
    said = sum(score.distribution[code] for code in silent if code != NO_ANSWER)
    parts = (unknown - said, score.distribution.get(NO_ANSWER, 0) - (unknown - said))
    exact = not silent_gone and not any(below_floor(abs(part), floor) for part in parts)
    answered = sum(count for code, count in score.distribution.items() if code not in silent)
    return _share(unknown, heard, answered, exact, floor)


def _share(part: int, whole: int, known: int, exact: bool, floor: int) -> Share:
    """A share, exact if that is allowed, and otherwise only a bound at twice the floor.

    A bound at the floor itself would narrow the interval of the small side, together with other
    known figures. The bound refers to the people in ``known``, who are disclosed anyway: a bound
    that depended on a small count would disclose it.
    """
    if exact and whole:
        return Fraction(part, whole)
    step = ceil(Fraction(200 * floor, known)) if known else 100
    if step <= 50 and below_floor(part, floor):
        return ShareBound(step, more=False)
    if step <= 50 and below_floor(whole - part, floor):
        return ShareBound(100 - step, more=True)
    return None


def _silent(score: UnitScore, scheme: Scheme) -> list[str]:
    """The codes of a unit's distribution that have no points."""
    pointless = {
        option.code
        for scale in scheme.scales.values()
        for option in scale.options
        if option.points is None
    }
    return [code for code in score.distribution if code == NO_ANSWER or code in pointless]


def _hidden_groups(score: UnitScore, scheme: Scheme) -> tuple[set[str], bool]:
    """The suppressed groups, and whether they suffice when the sum of groups with weight is known.

    Whether a group counted is disclosed, so its side of the floor of groups is known.
    """
    floor, reach = scheme.min_n.publish_cell, scheme.min_n.group
    weighing = {g.group: g.n_valid for g in score.groups if g.weight}
    if scheme.evidence is not None:
        reach = 0  # Method 2 has no floor of groups.
    least = {g.group: reach for g in score.groups if _counted(g)}
    most = {g.group: reach - 1 for g in score.groups if not _counted(g) and reach > 2 * floor}
    gone = suppressed_cells(weighing, floor, least, most)
    alone = {g.group for g in score.groups if not g.weight and below_floor(g.n_valid, floor)}
    return gone | alone, sum_protects(weighing, gone, floor, least, most)


def _counted(group: GroupScore) -> bool:
    return group.score is not None and "below_floor" not in group.flags


def _groups(score: UnitScore, gone: set[str], n: Count, floor: int) -> tuple[DisclosedGroup, ...]:
    # Received less valid are few in nearly every group; they are disclosed only if in none.
    received = n is not None and not any(below_floor(g.n - g.n_valid, floor) for g in score.groups)
    return tuple(_group(g, g.group in gone, received, floor) for g in score.groups)


def _group(group: GroupScore, gone: bool, received: bool, floor: int) -> DisclosedGroup:
    if gone:
        return DisclosedGroup(group.group, True, None, None, None, None, group.weight, None, ())
    links = below_floor(group.n_open, floor) or below_floor(group.n_valid - group.n_open, floor)
    return DisclosedGroup(
        group=group.group,
        hidden=False,
        n=group.n if received else None,
        n_valid=group.n_valid,
        n_open=None if links else group.n_open,
        score=group.score,
        weight=group.weight,
        weight_used=group.weight_used,
        flags=group.flags,
        fit=group.fit,
    )


def _flags(flags: Iterable[str], gone: set[str]) -> tuple[str, ...]:
    """The flags without those of a suppressed group, except that it did not reach the floor.

    Its weight discloses that anyway.
    """
    return tuple(
        f for f in flags if f.startswith("group_below_floor:") or f.partition(":")[2] not in gone
    )


def unpointed_suppressed(score: UnitScore, disclosed: DisclosedScore, scheme: Scheme) -> int:
    """How many ballots without an overall answer that has points lie in hidden cells of a unit."""
    if disclosed.withheld or disclosed.n_valid is None:
        return score.n - score.n_valid - score.excluded
    return sum(
        score.distribution[code]
        for code in _silent(score, scheme)
        if disclosed.distribution[code] is None
    )


def _complementary_suppression(
    disclosed: Mapping[str, DisclosedScore],
    scores: Mapping[str, UnitScore],
    scheme: Scheme,
    staff: int,
) -> list[str]:
    """Units whose counts are suppressed too, since few ballots lie outside the disclosed units.

    The smallest units join them; every unit does if even all others together are few.
    """
    floor = scheme.min_n.publish_cell
    unknown = {
        unit: _unknown(scores[unit], it, scheme) for unit, it in disclosed.items() if it.n is None
    }
    cells = {unit: count for unit, count in unknown.items() if count}
    if below_floor(staff, floor):
        cells[STAFF] = staff
    more: list[str] = []
    others = sorted(
        (scores[unit].n, unit) for unit in disclosed if unit not in cells and scores[unit].n
    )
    while others and not sum_protects(cells, cells, floor):
        n, unit = others.pop(0)
        cells[unit] = n
        more.append(unit)
    return (
        more
        if sum_protects(cells, cells, floor)
        else [unit for unit in disclosed if scores[unit].n]
    )


def _unknown(score: UnitScore, disclosed: DisclosedScore, scheme: Scheme) -> int:
    """The number of a unit's ballots that do not follow from its disclosed figures."""
    if disclosed.withheld or disclosed.n_valid is None:
        return score.n
    return unpointed_suppressed(score, disclosed, scheme) + (
        score.excluded if disclosed.excluded is None else 0
    )
