"""Laws of the public score."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.cells import PatternCount
from aggregation.scores import UnitScore, score_units
from aggregation.weights import redistribute
from tests.scoring import GROUPS, QUESTIONNAIRES, naive_mean, row, scheme

CODES = st.sampled_from(["VS", "S", "B", "D", "VD", "DK", "-"])
RATINGS = st.lists(CODES, min_size=4, max_size=4).map(" ".join)
ROWS = st.lists(
    st.builds(
        lambda ratings, count, grp, source, weight: row(ratings, count, grp=grp, source=source, weight=weight),
        RATINGS,
        st.integers(1, 40),
        st.sampled_from(GROUPS),
        st.sampled_from(["open", "invited"]),
        st.sampled_from([0, 1, 2, 4]),
    ),
    max_size=25,
)


def score(rows: list[PatternCount], floor: int = 1) -> UnitScore:
    return score_units(rows, {"U": "econ"}, QUESTIONNAIRES, scheme(floor, 1))["U"]


@settings(max_examples=60, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_and_their_splitting_change_nothing(rows: list[PatternCount], chance: object) -> None:
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
@given(ROWS)
def test_a_group_is_the_mean_over_its_ballots(rows: list[PatternCount]) -> None:
    one_group = [r for r in rows if r.grp == "resident" and r.source == "invited"]
    assert score(one_group).score == naive_mean(one_group)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([1, 2, 4]))
def test_equal_weights_are_no_weights(rows: list[PatternCount], weight: int) -> None:
    made = score([PatternCount(**{**_fields(r), "weight": weight}) for r in rows])
    assert made.score == made.unweighted


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_one_more_best_ballot_never_lowers_the_score_of_a_group(rows: list[PatternCount]) -> None:
    mine = [r for r in rows if r.grp == "resident" and r.source == "invited"]
    before, after = score(mine).score, score([*mine, row("VS VS VS VS")]).score
    assert after is not None
    assert before is None or after >= before


@given(
    st.dictionaries(st.sampled_from(GROUPS), st.integers(0, 100).map(Fraction), min_size=1),
    st.sets(st.sampled_from(GROUPS)),
)
def test_redistributed_weights_keep_their_ratio_and_sum_to_a_hundred(
    weights: dict[str, Fraction], counted: set[str]
) -> None:
    used = redistribute(weights, counted)
    kept = {group: weight for group, weight in weights.items() if group in counted and weight}
    assert sum(used.values()) == (100 if kept else 0)
    for group, weight in kept.items():
        assert used[group] * sum(kept.values()) == 100 * weight


def _fields(r: PatternCount) -> dict[str, object]:
    return {name: getattr(r, name) for name in PatternCount.__slots__}
