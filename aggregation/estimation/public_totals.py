"""Unit scores from published sums, which anybody can recompute without seeing a ballot.

Published are, by unit, evaluator group and kind of link, the integer sums that
`aggregation.estimation.estimates` works with. Groups whose sums would disclose few people are
suppressed; a score that rests on one of them cannot be recomputed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from aggregation.estimation.estimates import CellSums, estimate
from aggregation.estimation.weights import open_link_share, redistributed_weights
from aggregation.scheme.scheme import Scheme
from survey_flows.errors import BadInput, Message, Place

TOTALS = Place(field="totals")

Shares = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class PublicCell:
    """The sums of one kind of link in a group.

    ``spread`` says whether the sums of squares and those without fraud weights are disclosed. They
    are suppressed where a fraud weight was given to few ballots, whose answers they would disclose;
    the score follows without them.
    """

    open_link: bool
    sums: CellSums
    spread: bool


@dataclass(frozen=True, slots=True)
class PublicGroup:
    """A group of a unit; ``cells`` is None if suppressed, ``counted``: it reached the floor."""

    group: str
    counted: bool
    cells: tuple[PublicCell, ...] | None


@dataclass(frozen=True, slots=True)
class RecomputedScore:
    """A unit's score from public sums; all fields are None for a unit without a valid answer.

    ``unweighted`` and ``variance`` (points²) are None where squares are suppressed. ``n_valid`` is
    as in `aggregation.estimation.scores.UnitScore`.
    """

    score: Fraction | None
    variance: Fraction | None
    unweighted: Fraction | None
    n_valid: int | None


def recompute_score(
    groups: Sequence[PublicGroup], category: str, scheme: Scheme
) -> RecomputedScore | None:
    """The unit's score, equal to that of `aggregation.estimation.scores`.

    Returns None when it rests on a suppressed group, and always by method 2.

    Raises:
        BadInput: the scheme has no such category, or a group contradicts its sums.
    """
    if category not in scheme.categories:
        raise BadInput(Message("estimation-category-unknown", category=category), TOTALS)
    if scheme.evidence is not None:
        # Sums of squares and of small channels, on which it rests, are never public.
        return None
    given = scheme.categories[category].group_weights
    weights = {group.group: Fraction(given.get(group.group, 0)) for group in groups}
    by_name = {group.group: group for group in groups}
    if len(by_name) < len(groups):
        raise BadInput(Message("estimation-group-twice"), TOTALS)
    for group in groups:
        _check(group, scheme)
    used = _used(weights, by_name)
    if used is None or any(by_name[name].cells is None for name, share in used.items() if share):
        return None
    parts = [
        (share, part)
        for name, share in used.items()
        if share and (part := _part(by_name[name], scheme))
    ]
    return RecomputedScore(
        score=sum((share * part.mean for share, part in parts), Fraction()) if parts else None,
        variance=_mixed([(share**2, part.variance) for share, part in parts]),
        unweighted=_mixed([(share, part.plain) for share, part in parts]),
        n_valid=_n_valid(groups, weights, scheme),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    mean: Fraction
    variance: Fraction | None
    plain: Fraction | None


def _used(weights: Shares, groups: Mapping[str, PublicGroup]) -> dict[str, Fraction] | None:
    """The groups' shares of 1 after redistribution.

    They follow the answers when no group reached the floor; None if one of those is suppressed.
    """
    used = redistributed_weights(weights, {name for name, group in groups.items() if group.counted})
    if any(used.values()):
        return {name: weight / 100 for name, weight in used.items()}
    weighing = [group for name, group in groups.items() if weights[name]]
    if any(group.cells is None for group in weighing):
        return None
    answers = {group.group: sum(cell.sums.w for cell in group.cells or ()) for group in weighing}
    total = sum(answers.values())
    return {
        name: Fraction(count, total) if total else Fraction() for name, count in answers.items()
    }


def _part(group: PublicGroup, scheme: Scheme) -> _Part | None:
    """A group's mean, its open-link answers under their cap."""
    cells = {cell.open_link: cell for cell in group.cells or () if cell.sums.n}
    share = _capped_share(cells, scheme)
    if share is None:
        every = group.cells or ()
        whole = sum((cell.sums for cell in every[1:]), every[0].sums) if cells else None
        return _one(whole, all(cell.spread for cell in every)) if whole else None
    shares = {True: share, False: 1 - share}
    ones = [
        (shares[link], _one(cell.sums, cell.spread)) for link, cell in cells.items() if shares[link]
    ]
    return _Part(
        sum((share * part.mean for share, part in ones), Fraction()),
        _mixed([(share**2, part.variance) for share, part in ones]),
        _mixed([(share, part.plain) for share, part in ones]),
    )


def _capped_share(cells: Mapping[bool, PublicCell], scheme: Scheme) -> Fraction | None:
    """The share of the open-link answers where the cap holds them down."""
    if len(cells) < 2:
        return None
    opened, vouched = cells[True].sums.w, cells[False].sums.w
    share = open_link_share(opened, vouched, Fraction(scheme.open_link_cap_pct) / 100)
    return share if share < Fraction(opened, opened + vouched) else None


def _answers(group: PublicGroup, scheme: Scheme) -> int:
    """The number of valid answers that count, without open-link ones if the cap leaves no share."""
    cells = {cell.open_link: cell for cell in group.cells or () if cell.sums.n}
    left_out = _capped_share(cells, scheme) == 0
    return sum(cell.sums.n for link, cell in cells.items() if not (link and left_out))


def _one(sums: CellSums, spread: bool) -> _Part:
    if spread and (whole := estimate(sums)):
        return _Part(whole.mean, whole.variance, whole.plain)
    return _Part(Fraction(sums.wy, sums.w * sums.scale), None, None)


def _mixed(parts: Sequence[tuple[Fraction, Fraction | None]]) -> Fraction | None:
    known = [share * value for share, value in parts if value is not None]
    return sum(known, Fraction()) if parts and len(known) == len(parts) else None


def _n_valid(groups: Sequence[PublicGroup], weights: Shares, scheme: Scheme) -> int | None:
    counts = [
        None if group.cells is None else _answers(group, scheme)
        for group in groups
        if weights[group.group]
    ]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _check(group: PublicGroup, scheme: Scheme) -> None:
    if group.cells is None:
        return
    n = _answers(group, scheme)
    if group.counted != (n > 0 and n >= scheme.min_n.group):
        raise BadInput(Message("estimation-group-floor", group=group.group, n=n), TOTALS)
    if len({cell.open_link for cell in group.cells}) < len(group.cells):
        raise BadInput(Message("estimation-link-kind-twice", group=group.group), TOTALS)
    if any(cell.sums.n < 0 or (cell.sums.n > 0) != (cell.sums.w > 0) for cell in group.cells):
        raise BadInput(Message("estimation-sums-impossible", group=group.group), TOTALS)
