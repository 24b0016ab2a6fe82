"""Laws of scoring method 2: no answer works against its rater, and none moves more than is said."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import asdict, replace
from fractions import Fraction
from math import inf

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.appraisal.totals import as_estimate
from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import KEYS, tally
from aggregation.estimation.method2.contrasts import campaign_contrasts
from aggregation.estimation.method2.evidence import (
    NOTHING,
    AnswerSums,
    GroupEvidence,
    UnitEvidence,
)
from aggregation.estimation.method2.figures import BoundedFigures
from aggregation.estimation.method2.own_score import Contrasts, GroupContrast, own_score
from aggregation.estimation.method2.trial import (
    loose_cells,
    vouched_cells,
    with_ballots,
    worst_move,
)
from aggregation.estimation.method2.variance import NORMAL, ScoreVariance, interval
from aggregation.estimation.scores import PatternCount, score_contrasts, score_table, score_units
from aggregation.ranking.ranks import JointInference, PairwiseComparison
from aggregation.scheme.evidence import EvidenceRules
from bot.results.scan import COLUMNS, in_order, scan_sql
from survey_flows.questionnaire import Questionnaire
from tests.method2 import naive_contrasts, naive_score
from tests.scoring import GROUPS, QUESTIONNAIRES, TITLE, bounded_scheme, rating, row

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


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.sampled_from([0.0, 0.5, 96.7, 98.5, 99.0, 100.0]), st.floats(0, 100)),
    st.floats(0, 1),
    st.lists(st.floats(1e-4, 60), min_size=2, max_size=2),
    st.sampled_from([1.0, 3.1, 5.0, 40.0, inf]),
)
def test_the_interval_holds_the_score_and_never_narrows_with_the_variance(
    score: float, prior: float, errors: list[float], freedom: float
) -> None:
    """Also at the ends of the scale, where a Beta distribution would have two peaks."""
    less, more = sorted(errors)
    # The prior draws the mean towards the middle, by less than a standard error.
    pull = min(prior * less, abs(50 - score)) * (1 if score < 50 else -1)
    known = ScoreVariance({}, 0.0, less**2, 0.0, 0.0, pull, 0.0, freedom, {})
    low, high = interval(score, less**2, known)
    lower, higher = interval(score, more**2, known)
    assert 0 <= lower <= low + 1e-9
    assert low <= score <= high
    assert high <= higher + 1e-9 <= 100 + 1e-9
    # Away from the nearer end it reaches as far as a normal one, or to the end of the scale.
    if abs(score + pull - 50) >= 10:
        far = score + pull - low if score > 50 else high - score - pull
        room = score + pull if score > 50 else 100 - score - pull
        assert far >= min(NORMAL * less, room) - 1e-4


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_nobody_with_the_lower_score_is_ever_surely_better(rows: list[PatternCount]) -> None:
    """Though sets compare means with the prior, which moves each by less than its error."""
    scheme = bounded_scheme(unit=1)
    found = score_units(rows, dict.fromkeys("ABC", "econ"), QUESTIONNAIRES, scheme)
    exact = {code: it.bounded.own.score for code, it in found.items() if it.bounded is not None}
    codes = sorted(exact)
    compared = PairwiseComparison(
        {code: as_estimate(exact[code], found[code]) for code in codes},
        together=JointInference({}, "law"),
    )
    for one, better in zip(codes, compared.better, strict=True):
        for other, surely in zip(codes, better, strict=True):
            assert not surely or exact[one] > exact[other]


ON_THREE = st.lists(
    st.builds(
        lambda code, count, unit, grp, source: row(
            code, count, unit=unit, grp=grp, source=source, questionnaire="three"
        ),
        st.sampled_from(["S", "B", "D", "D"]),
        st.integers(1, 60),
        st.sampled_from("AB"),
        st.sampled_from(GROUPS[:3]),
        st.sampled_from(["personal", "open"]),
    ),
    min_size=1,
    max_size=12,
)
THREE = Questionnaire("three", "1", TITLE, (rating("y", 0, scale="three_dk"),))


@settings(max_examples=25, deadline=None)
@given(ON_THREE, st.sampled_from(GROUPS[:3]), st.sampled_from(["personal", "open"]))
def test_on_a_scale_that_ends_at_thirty_the_best_answer_counts_for_a_unit_and_none_too_far(
    rows: list[PatternCount], grp: str, source: str
) -> None:
    """The worst answer of such a scale is no 0, so that nothing is promised of its direction."""
    families, scheme = {"A": "econ", "B": "econ"}, bounded_scheme(unit=1)

    def scored(code: str = "") -> BoundedFigures | None:
        more = [row(code, 1, unit="A", grp=grp, source=source, questionnaire="three")]
        given = [*rows, *(more if code else [])]
        found = score_units(given, families, {"three": THREE}, scheme, frozen)
        return found["A"].bounded

    frozen = score_contrasts(tally(rows, PatternReader({"three": THREE}, scheme)), families, scheme)
    before = scored()
    if before is None:
        return
    for code in ("S", "B", "D"):
        after = scored(code)
        assert after is not None
        assert abs(after.own.score - before.own.score) <= before.move
        assert code != "S" or after.own.score >= before.own.score
    assert 0 <= before.own.score <= 100


@settings(max_examples=10, deadline=None)
@given(ROWS)
def test_two_databases_count_every_table_of_ballots_alike(rows: list[PatternCount]) -> None:
    """And so give the same scores to the bit: from the counts on one code does the rest."""
    ballots = [("C", *(getattr(r, name) for name in KEYS)) for r in rows for _ in range(r.count)]
    columns = ", ".join(COLUMNS)
    with closing(sqlite3.connect(":memory:")) as lite, duckdb.connect() as duck:
        lite.execute(f"CREATE TABLE ballots ({columns})")
        lite.executemany(f"INSERT INTO ballots VALUES ({'?, ' * 7}?)", ballots)
        found = in_order(lite.execute(scan_sql("sqlite", "C")).fetchall())
        kinds = {
            name: pa.int64() if kind == "int64" else pa.string() for name, kind in COLUMNS.items()
        }
        given = pa.Table.from_pylist(
            [dict(zip(COLUMNS, ballot, strict=True)) for ballot in ballots], pa.schema(kinds)
        )
        duck.register("ballots", given)
        assert in_order(duck.execute(scan_sql("duckdb", "C")).fetchall()) == found
    counts: Counter[tuple[object, ...]] = Counter(ballot[1:] for ballot in ballots)
    assert found == in_order([(*key, count) for key, count in counts.items()])
    scheme = bounded_scheme(unit=1)
    made, counted = (score_units(it, FAMILIES, QUESTIONNAIRES, scheme) for it in (rows, found))
    assert repr(counted) == repr(made)
