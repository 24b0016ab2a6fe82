"""Laws of the public score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally, tally_table
from aggregation.estimation.scores import UnitScore, score_table, score_tally, score_units
from aggregation.estimation.weights import redistributed_weights
from survey_flows.ballot import STAFF
from tests.scoring import (
    DISTRICT,
    ECON,
    GROUPS,
    POINTS,
    QUESTIONNAIRES,
    WINDOW,
    naive_mean,
    naive_score,
    row,
    scheme,
)

CODES = st.sampled_from(["VS", "S", "B", "D", "VD", "DK", "-"])
RATINGS = st.lists(CODES, min_size=4, max_size=4).map(" ".join)
CATEGORIES = {
    "econ": dict(zip(GROUPS, ECON, strict=True)),
    "district": dict(zip(GROUPS, DISTRICT, strict=True)),
}


def drawn(groups: Sequence[str], sources: Sequence[str]) -> st.SearchStrategy[list[PatternCount]]:
    """Rows of the scan, each of 1–40 ballots."""
    one = st.builds(
        lambda ratings, count, grp, source, weight: row(
            ratings, count, grp=grp, source=source, weight=weight
        ),
        RATINGS,
        st.integers(1, 40),
        st.sampled_from(groups),
        st.sampled_from(sources),
        st.sampled_from([0, 1, 2, 4]),
    )
    return st.lists(one, max_size=25)


ROWS = drawn(GROUPS, ["open", "invited"])
INVITED = drawn(["resident"], ["invited"])


def score(rows: list[PatternCount], floor: int = 1, category: str = "econ") -> UnitScore:
    return score_units(rows, {"U": category}, QUESTIONNAIRES, scheme(floor, 1))["U"]


Ballots = list[tuple[Fraction, Fraction]]
"""The fraud weight and score of every valid ballot, one by one."""


def one_by_one(rows: list[PatternCount], group: str, opened: bool) -> Ballots:
    mine = [r for r in rows if r.grp == group and (r.source == "open") is opened and r.weight]
    scored = [(Fraction(r.weight, 4), naive_score(WINDOW, r.ratings), r.count) for r in mine]
    return [(w, y) for w, y, count in scored if y is not None for _ in range(count)]


def mean_and_variance(ballots: Ballots) -> tuple[Fraction, Fraction]:
    """The weighted mean with V = n/(n−1)·Σw²(y−ȳ)²/(Σw)².

    A single answer has the widest variance.
    """
    n, mass = len(ballots), sum((w for w, _ in ballots), Fraction())
    mean = sum((w * y for w, y in ballots), Fraction()) / mass
    spread = sum(((w * (y - mean)) ** 2 for w, y in ballots), Fraction())
    return mean, Fraction(n, n - 1) * spread / mass**2 if n > 1 else Fraction(2500)


def naive_group(vouched: Ballots, opened: Ballots) -> tuple[Fraction, Fraction]:
    share = Fraction(sum(w for w, _ in opened)) / sum(w for w, _ in [*vouched, *opened])
    if not vouched or share <= Fraction(30, 100):
        return mean_and_variance([*vouched, *opened])
    (high, high_variance), (low, low_variance) = (
        mean_and_variance(vouched),
        mean_and_variance(opened),
    )
    return (70 * high + 30 * low) / 100, (4900 * high_variance + 900 * low_variance) / 10_000


def naive_unit(
    rows: list[PatternCount], weights: dict[str, int], floor: int
) -> tuple[Fraction, Fraction] | None:
    """Score and variance of a unit, ballot by ballot and group by group."""
    ballots = {
        g: (one_by_one(rows, g, False), one_by_one(rows, g, True)) for g in GROUPS if weights[g]
    }
    heard = {g: both for g, both in ballots.items() if any(both)}
    shares = {g: Fraction(weights[g]) for g, both in heard.items() if sum(map(len, both)) >= floor}
    if not shares:  # pooled: every ballot counts by its own weight
        shares = {
            g: sum((w for part in both for w, _ in part), Fraction()) for g, both in heard.items()
        }
    if not shares:
        return None
    total, parts = sum(shares.values()), {g: naive_group(*heard[g]) for g in shares}
    mean = sum((shares[g] * parts[g][0] for g in shares), Fraction()) / total
    return mean, sum((shares[g] ** 2 * parts[g][1] for g in shares), Fraction()) / total**2


@settings(max_examples=80, deadline=None)
@given(ROWS, st.sampled_from(["econ", "district"]), st.sampled_from([1, 30, 60]))
def test_a_unit_is_what_its_ballots_give_one_by_one(
    rows: list[PatternCount], category: str, floor: int
) -> None:
    made = score(rows, floor, category)
    expected = naive_unit(rows, CATEGORIES[category], floor)
    assert (made.score, made.variance) == (
        (expected[0], float(expected[1])) if expected else (None, 2500)
    )
    assert sum(g.weight_used for g in made.groups) == (100 if expected else 0)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_the_rates_are_those_of_the_ballots_one_by_one(rows: list[PatternCount]) -> None:
    made = score(rows)
    codes = [r.ratings.split() for r in rows if r.weight for _ in range(r.count)]
    unknown = [
        c
        for c in codes
        if c[0] == "DK" or (c[0] == "-" and not set(c) & {"VS", "S", "B", "D", "VD"})
    ]
    answered = [c[0] for c in codes if c[0] not in ("DK", "-")]
    assert made.dont_know_rate == (Fraction(len(unknown), len(codes)) if codes else None)
    top = [code for code in answered if code in ("VS", "S")]
    assert made.top_two_rate == (Fraction(len(top), len(answered)) if answered else None)
    assert made.distribution == {code: sum(c[0] == code for c in codes) for code in (*POINTS, "-")}
    assert made.excluded == sum(r.count for r in rows if not r.weight)


@settings(max_examples=40, deadline=None)
@given(ROWS, ROWS)
def test_parts_counted_apart_and_merged_give_the_score_of_all(
    here: list[PatternCount], there: list[PatternCount]
) -> None:
    reader = PatternReader(QUESTIONNAIRES, scheme(1, 1))
    merged, rest = tally(there, reader), tally(here, reader)
    merged.merge(rest)
    assert score_tally(merged, {"U": "econ"}, scheme(1, 1))["U"] == score([*here, *there])


@settings(max_examples=40, deadline=None)
@given(ROWS.filter(bool))
def test_a_table_gives_the_score_of_its_rows(rows: list[PatternCount]) -> None:
    table = pa.Table.from_pylist([asdict(r) for r in rows])
    assert score_table(table, {"U": "econ"}, QUESTIONNAIRES, scheme(1, 1))["U"] == score(rows)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_and_their_splitting_change_nothing(
    rows: list[PatternCount], chance: object
) -> None:
    split = [PatternCount(**{**_fields(r), "count": 1}) for r in rows for _ in range(r.count)]
    chance.shuffle(split)  # type: ignore[attr-defined]
    assert score(split) == score(rows)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_a_score_lies_on_the_scale_and_in_its_interval(rows: list[PatternCount]) -> None:
    made = score(rows)
    if made.score is not None and made.low is not None and made.high is not None:
        assert 0 <= made.low <= made.score <= made.high <= 100


@settings(max_examples=60, deadline=None)
@given(INVITED)
def test_a_group_is_the_mean_over_its_ballots(rows: list[PatternCount]) -> None:
    assert score(rows).score == naive_mean(rows)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([1, 2, 4]))
def test_equal_weights_are_no_weights(rows: list[PatternCount], weight: int) -> None:
    made = score([PatternCount(**{**_fields(r), "weight": weight}) for r in rows])
    assert made.score == made.unweighted


@settings(max_examples=60, deadline=None)
@given(INVITED)
def test_one_more_best_ballot_never_lowers_the_score_of_a_group(rows: list[PatternCount]) -> None:
    before, after = score(rows).score, score([*rows, row("VS VS VS VS")]).score
    assert after is not None
    assert before is None or after >= before


@given(
    st.dictionaries(st.sampled_from(GROUPS), st.integers(0, 100).map(Fraction), min_size=1),
    st.sets(st.sampled_from(GROUPS)),
)
def test_redistributed_weights_keep_their_ratio_and_sum_to_a_hundred(
    weights: dict[str, Fraction], counted: set[str]
) -> None:
    used = redistributed_weights(weights, counted)
    kept = {group: weight for group, weight in weights.items() if group in counted and weight}
    assert sum(used.values()) == (100 if kept else 0)
    for group, weight in kept.items():
        assert used[group] * sum(kept.values()) == 100 * weight


def _fields(r: PatternCount) -> dict[str, object]:
    return {name: getattr(r, name) for name in PatternCount.__slots__}


@settings(max_examples=40, deadline=None)
@given(ROWS.filter(bool), drawn([STAFF], ["open", "invited"]))
def test_what_staff_say_of_their_own_unit_is_counted_and_changes_no_figure(
    rows: list[PatternCount], staff: list[PatternCount]
) -> None:
    every = [*staff, *rows]
    assert score(every) == score(rows)
    table = pa.Table.from_pylist([asdict(r) for r in every])
    assert score_table(table, {"U": "econ"}, QUESTIONNAIRES, scheme(1, 1))["U"] == score(rows)
    reader = PatternReader(QUESTIONNAIRES, scheme(1, 1))
    said = sum(r.count for r in staff)
    assert (tally(every, reader).staff, tally_table(table, reader).staff) == (said, said)
    merged = tally(rows, reader)
    merged.merge(tally(staff, reader))
    assert merged.staff == said
