"""Laws of scoring method 2: no answer works against its rater, and none moves more than is said."""

from __future__ import annotations

from dataclasses import asdict, replace
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.estimation.method2.contrasts import campaign_contrasts
from aggregation.estimation.method2.evidence import (
    NOTHING,
    AnswerSums,
    GroupEvidence,
    UnitEvidence,
)
from aggregation.estimation.method2.own_score import Contrasts, GroupContrast, own_score
from aggregation.estimation.method2.trial import (
    loose_cells,
    vouched_cells,
    with_ballots,
    worst_move,
)
from aggregation.estimation.scores import PatternCount, score_table, score_units
from aggregation.scheme.evidence import EvidenceRules
from tests.method2 import naive_contrasts, naive_score
from tests.scoring import GROUPS, QUESTIONNAIRES, bounded_scheme, row

RULES = EvidenceRules()
SHARES = {"resident": 40, "enterprise": 35, "deputy": 20, "grassroots": 5}
CHANNELS = ("invited", "open")
WEIGHTS = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 4)])
POINTS = st.one_of(st.sampled_from([0, 30, 60, 80, 100]), st.integers(0, 100)).map(Fraction)


@st.composite
def answers(draw: st.DrawFn) -> AnswerSums:
    """Sums of up to four kinds of answers, each of up to 300 people."""
    found = NOTHING
    for _ in range(draw(st.integers(0, 4))):
        count = draw(st.integers(1, 300)) * draw(WEIGHTS)
        found = found.with_ballots(draw(POINTS), Fraction(count))
    return found


@st.composite
def groups(draw: st.DrawFn, share: int) -> GroupEvidence:
    """A group with or without population cells, and with loose answers of up to two channels."""
    people = draw(st.sampled_from([(1,), (1,), (3, 1), (97, 2, 1)]))
    cells = tuple((Fraction(n, sum(people)), draw(answers())) for n in people)
    unplaced = draw(answers()) if len(people) > 1 else NOTHING
    loose = tuple((name, draw(answers())) for name in CHANNELS if draw(st.booleans()))
    return GroupEvidence(Fraction(share, 100), cells, unplaced, loose)


@st.composite
def units(draw: st.DrawFn) -> UnitEvidence:
    return {name: draw(groups(share)) for name, share in SHARES.items()}


@st.composite
def contrasts(draw: st.DrawFn) -> Contrasts:
    """Any contrasts within their limits."""
    steep = st.integers(-9900, 9900).map(lambda n: Fraction(n, 10**6))
    one = st.builds(GroupContrast, steep, steep, steep, steep)
    return {name: draw(one) for name in SHARES}


@settings(max_examples=150, deadline=None)
@given(units(), contrasts())
def test_the_score_is_that_of_the_page_step_by_step(unit: UnitEvidence, all_: Contrasts) -> None:
    found = own_score(unit, all_, RULES)
    if found is None:
        assert not any(group.weight for group in unit.values())
    else:
        assert float(found.score) == pytest.approx(naive_score(unit, all_), abs=1e-9)
        assert 0 <= found.score <= 100


@settings(max_examples=150, deadline=None)
@given(units(), contrasts(), WEIGHTS)
def test_one_more_best_answer_never_lowers_and_one_more_worst_never_raises(
    unit: UnitEvidence, all_: Contrasts, weight: Fraction
) -> None:
    before = own_score(unit, all_, RULES)
    if before is None:
        return
    for cell in (*vouched_cells(unit), *loose_cells(unit, (*CHANNELS, "new"))):
        for end, sign in ((Fraction(100), 1), (Fraction(0), -1)):
            changed = with_ballots(unit[cell[0]], cell, end, weight)
            after = own_score({**unit, cell[0]: changed}, all_, RULES)
            assert after is not None
            assert sign * (after.score - before.score) >= 0


@settings(max_examples=60, deadline=None)
@given(units(), contrasts(), POINTS, WEIGHTS)
def test_no_ballot_moves_the_score_by_more_than_the_published_worst_move(
    unit: UnitEvidence, all_: Contrasts, points: Fraction, weight: Fraction
) -> None:
    before = own_score(unit, all_, RULES)
    if before is None:
        return
    most = worst_move(unit, before, CHANNELS, RULES)
    for cell in (*vouched_cells(unit), *loose_cells(unit, CHANNELS)):
        changed = with_ballots(unit[cell[0]], cell, points, weight)
        after = own_score({**unit, cell[0]: changed}, all_, RULES)
        assert after is not None
        assert abs(after.score - before.score) <= most


@settings(max_examples=60, deadline=None)
@given(units(), contrasts())
def test_real_weights_of_answers_and_of_imagined_ones_are_all_there_is(
    unit: UnitEvidence, all_: Contrasts
) -> None:
    found = own_score(unit, all_, RULES)
    if found is None or any(len(group.cells) > 1 for group in unit.values()):
        return
    filled = sum((t.share * (1 - t.phantom) for t in found.terms.values()), Fraction())
    assert filled + found.imagined == 1
    assert filled == sum((t.pull for t in found.terms.values()), Fraction())


CITIES = st.lists(units(), min_size=2, max_size=7)


@settings(max_examples=40, deadline=None)
@given(CITIES, st.randoms(use_true_random=False))
def test_no_order_of_units_changes_a_contrast(city: list[UnitEvidence], chance: object) -> None:
    named = {f"U{at}": unit for at, unit in enumerate(city)}
    families = {code: "even" if int(code[1:]) % 2 else "odd" for code in named}
    codes = list(named)
    chance.shuffle(codes)  # type: ignore[attr-defined]
    shuffled = {code: named[code] for code in codes}
    assert campaign_contrasts(shuffled, families, RULES) == campaign_contrasts(
        named, families, RULES
    )


@settings(max_examples=40, deadline=None)
@given(CITIES)
def test_contrasts_are_those_of_least_squares_and_know_nothing_of_their_own_unit(
    city: list[UnitEvidence],
) -> None:
    named = {f"U{at}": unit for at, unit in enumerate(city)}
    families = {code: "even" if int(code[1:]) % 2 else "odd" for code in named}
    found = campaign_contrasts(named, families, RULES)
    for name, (_, level) in naive_contrasts(named, families, "U0").items():
        assert float(found["U0"][name].level) == pytest.approx(level, abs=3e-5)
    silent = {**named, "U0": {name: GroupEvidence(g.share) for name, g in named["U0"].items()}}
    assert campaign_contrasts(silent, families, RULES)["U0"] == found["U0"]


CODES = st.sampled_from(["VS", "S", "B", "D", "VD", "DK", "-"])
ROWS = st.lists(
    st.builds(
        lambda codes, count, unit, grp, source, weight: row(
            " ".join(codes), count, unit=unit, grp=grp, source=source, weight=weight
        ),
        st.lists(CODES, min_size=4, max_size=4),
        st.integers(1, 40),
        st.sampled_from("ABC"),
        st.sampled_from(GROUPS),
        st.sampled_from(["personal", "open", "invited", "elsewhere"]),
        st.sampled_from([0, 1, 2, 4]),
    ),
    max_size=25,
)
FAMILIES = {"A": "econ", "B": "econ", "C": "district"}


@settings(max_examples=30, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_no_order_or_splitting_of_rows_changes_a_bit(
    rows: list[PatternCount], chance: object
) -> None:
    split = [replace(r, count=1) for r in rows for _ in range(r.count)]
    chance.shuffle(split)  # type: ignore[attr-defined]
    scheme = bounded_scheme(unit=1)
    made = score_units(rows, FAMILIES, QUESTIONNAIRES, scheme)
    assert repr(score_units(split, FAMILIES, QUESTIONNAIRES, scheme)) == repr(made)
    if rows:
        table = pa.Table.from_pylist([asdict(r) for r in rows])
        assert repr(score_table(table, FAMILIES, QUESTIONNAIRES, scheme)) == repr(made)
