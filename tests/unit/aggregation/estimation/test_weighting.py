"""Weighting to the population: R's survey agrees, and the declared rules hold."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from fractions import Fraction

import polars
import pyarrow as pa
import pytest
import svy

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally, tally_table
from aggregation.estimation.estimates import CellSums, common_scale, estimate, numerators, sum_cell
from aggregation.estimation.scores import score_units
from aggregation.estimation.weighting import (
    WeightedEstimate,
    collapse_small_cells,
    weighted_estimate,
)
from aggregation.scheme.population import Population, PopulationFigure, WeightingTarget
from aggregation.scheme.scheme import LATER, Scheme, _plain, parse_scheme
from bot.campaigns.scheme_files import shipped_scheme
from survey_flows.errors import BadInput
from tests.oracles import made, values
from tests.scoring import QUESTIONNAIRES, row, scheme

CELLS = {"N/large": 20, "N/small": 18, "M/large": 9, "M/small": 21, "S/large": 5, "S/small": 27}
MARGINS = {1: {"N": 38, "M": 30, "S": 32}, 2: {"large": 34, "small": 66}}
WIDE = (Fraction(1, 100), Fraction(100))
UNITS = [f"U{number}" for number in range(1, 7)]


def target(
    margins: dict[int, dict[str, int]], least: int = 10, limits: tuple[Fraction, Fraction] = WIDE
) -> WeightingTarget:
    return WeightingTarget(margins, least, *limits)


def strata(rows: list[PatternCount], even: bool = False) -> dict[str, CellSums]:
    """The sums of one unit's ballots by stratum; ``even``: without fraud weights."""
    reader = PatternReader(QUESTIONNAIRES, scheme())
    counts: dict[str, dict[tuple[int, int], int]] = {}
    for r in rows:
        own = counts.setdefault(r.stratum, {})
        key = (4 if even else r.weight, reader.place(r.questionnaire, r.ratings))
        own[key] = own.get(key, 0) + r.count
    scale = common_scale(reader.outcomes)
    return {
        name: sum_cell(own, numerators(reader.outcomes, scale), scale)
        for name, own in counts.items()
    }


def weighted(sums: dict[str, CellSums], to: WeightingTarget) -> WeightedEstimate:
    found = weighted_estimate(sums, to)
    assert found is not None
    return found


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("case", ["post", "raked", "raked_even"])
def test_survey_agrees(unit: str, case: str) -> None:
    theirs = values("survey.csv", case)
    rows = [r for _, r in made() if r.unit == unit]
    found = weighted(
        strata(rows, even=case == "raked_even"), target({0: CELLS} if case == "post" else MARGINS)
    )
    assert (found.fit.joined, found.fit.trimmed) == (0, 0)
    assert found.fit.gap < 1e-11
    assert float(found.estimate.mean) == pytest.approx(theirs[unit, "mean"], rel=1e-9)
    assert float(found.estimate.variance) == pytest.approx(theirs[unit, "variance"], rel=1e-9)


@pytest.mark.parametrize("unit", UNITS)
def test_survey_agrees_without_figures(unit: str) -> None:
    theirs = values("survey.csv", "made")
    rows = [r for _, r in made() if r.unit == unit]
    found = score_units(rows, {unit: "econ"}, QUESTIONNAIRES, scheme(1, 1))[unit]
    assert float(found.score or 0) == pytest.approx(theirs[unit, "mean"], rel=1e-12)
    assert found.variance == pytest.approx(theirs[unit, "variance"], rel=1e-12)


@pytest.mark.parametrize("unit", UNITS)
def test_svy_agrees(unit: str) -> None:
    reader = PatternReader(QUESTIONNAIRES, scheme())
    read = [(r, reader.read(r.questionnaire, r.ratings).score) for _, r in made() if r.unit == unit]
    rows = [(r.stratum, r.weight / 4, float(y)) for r, y in read if y is not None]
    frame = polars.DataFrame(rows, schema=["stratum", "w", "y"], orient="row")
    sample = svy.Sample(frame, svy.Design(wgt="w", stratum="stratum"))
    (theirs,) = (
        sample.weighting.poststratify(dict(CELLS), cells="stratum").estimation.mean("y").estimates
    )
    ours = weighted(strata([r for r, _ in read]), target({0: CELLS})).estimate
    assert (float(ours.mean), float(ours.variance) ** 0.5) == pytest.approx(
        (theirs.est, theirs.se), rel=1e-9
    )


def sums(n: int, y: int) -> CellSums:
    """Return n answers of y and n of y + 20, of full weight."""
    return CellSums(
        1,
        2 * n,
        8 * n,
        4 * n * (2 * y + 20),
        4 * n * (y**2 + (y + 20) ** 2),
        32 * n,
        16 * n * (2 * y + 20),
        16 * n * (y**2 + (y + 20) ** 2),
        2 * n,
        n * (2 * y + 20),
    )


def test_post_stratification_is_a_mean_of_means() -> None:
    found = weighted({"a": sums(50, 80), "b": sums(10, 40)}, target({0: {"a": 30, "b": 70}}))
    assert found.estimate.mean == Fraction(3, 10) * 90 + Fraction(7, 10) * 50
    parts = [estimate(sums(50, 80)), estimate(sums(10, 40))]
    shares = (Fraction(3, 10), Fraction(7, 10))
    assert found.estimate.variance == sum(
        a**2 * p.variance for a, p in zip(shares, parts, strict=True) if p
    )
    assert found.estimate.simple == tuple(zip(shares, parts, strict=True))


def test_small_cells_are_joined_by_the_declared_rule() -> None:
    # c has the fewest and goes to b (same first part);
    # d then goes to the smaller of its neighbours.
    assert collapse_small_cells({"x/a": 50, "x/b": 40, "x/c": 2, "y/d": 9, "z/e": 30}, 10) == {
        "x/a": "x/a", "x/b": "x/b", "x/c": "x/b", "y/d": "y/d", "z/e": "y/d"
    }  # fmt: skip
    assert collapse_small_cells({"a": 3, "b": 4}, 10) == {"a": "a", "b": "a"}
    assert collapse_small_cells({"a": 0, "b": 10, "c": 12}, 10) == {"a": "a", "b": "a", "c": "c"}


def test_people_of_an_unheard_cell_are_spoken_for_by_its_neighbour() -> None:
    found = weighted(
        {"a": sums(50, 80), "c": sums(10, 40)}, target({0: {"a": 30, "b": 20, "c": 50}})
    )
    # b has no answer and goes to c, the smaller neighbour.
    assert found.estimate.mean == Fraction(3, 10) * 90 + Fraction(7, 10) * 50
    assert (found.fit.cells, found.fit.joined) == (2, 1)


def test_weights_stay_within_their_limits_and_the_gap_is_told() -> None:
    limits = (Fraction(1, 2), Fraction(2))
    found = weighted(
        {"a": sums(90, 80), "b": sums(10, 40)}, target({0: {"a": 30, "b": 70}}, limits=limits)
    )
    # b is 10 % of the answers and may become 20 % at most.
    assert found.shares == {("a",): Fraction(4, 5), ("b",): Fraction(1, 5)}
    assert found.estimate.mean == Fraction(4, 5) * 90 + Fraction(1, 5) * 50
    assert (found.fit.trimmed, found.fit.gap) == (1, pytest.approx(0.5))


@pytest.mark.parametrize(
    "asked", [{"a": 1, "b": 98, "c": 1}, {"a": 96, "b": 3, "c": 1}, {"a": 1, "b": 1, "c": 999}]
)
def test_no_cell_leaves_the_limits_where_they_can_be_kept(asked: dict[str, int]) -> None:
    limits = (Fraction(1, 5), Fraction(5))
    sizes = {"a": 81, "b": 19, "c": 40}
    found = weighted(
        {name: sums(n, 50) for name, n in sizes.items()}, target({0: asked}, limits=limits)
    )
    assert sum(found.shares.values()) == 1
    for name, n in sizes.items():
        assert limits[0] <= found.shares[name,] / Fraction(n, 140) <= limits[1]


def test_margins_that_cannot_both_be_met_are_told_by_their_gap() -> None:
    cells = {"N/large": sums(20, 80), "M/small": sums(20, 40)}
    found = weighted(cells, target({1: {"N": 50, "M": 50}, 2: {"large": 30, "small": 70}}))
    assert found.fit.margins
    assert found.fit.gap == pytest.approx(0.2, abs=0.01)


Given = tuple[str, str, int, str, int]


def with_population(*figures: Given) -> Scheme:
    names = ("unit", "group", "margin", "value", "people")
    given = [PopulationFigure(**dict(zip(names, figure, strict=True))) for figure in figures]  # type: ignore[arg-type]
    return scheme(1, 1).model_copy(update={"population": Population(figures=tuple(given))})


RESIDENTS = with_population(
    ("", "resident", 0, "a", 30), ("", "resident", 0, "b", 70), ("V", "resident", 0, "a", 1)
)


def rated(n: int, code: str, stratum: str, **keys: object) -> PatternCount:
    return row(" ".join([code] * 4), n, stratum=stratum, **keys)


def test_open_links_and_unknown_strata_keep_their_own_share() -> None:
    rows = [rated(60, "VS", "a"), rated(20, "B", "b"), rated(20, "VD", "elsewhere")]
    alone = score_units(rows, {"U": "econ"}, QUESTIONNAIRES, RESIDENTS)["U"]
    vouched = Fraction(4, 5) * (Fraction(3, 10) * 100 + Fraction(7, 10) * 60)
    assert alone.score == vouched
    rows += [rated(25, "VD", "a", source="open"), rated(9, "S", "", grp="staff")]
    beside = score_units(rows, {"U": "econ"}, QUESTIONNAIRES, RESIDENTS)["U"]
    assert beside.score == Fraction(4, 5) * vouched
    (group,) = [g for g in beside.groups if g.n]
    assert group.strata == (("a", 60), ("b", 20))
    assert group.fit is not None
    assert (group.fit.margins, group.fit.cells, group.n_valid, group.n_open) == (False, 2, 125, 25)


def test_a_unit_has_its_own_people_and_other_groups_are_left_alone() -> None:
    rows = [rated(60, "VS", "a", unit="V"), rated(20, "B", "b", unit="V")]
    rows += [
        rated(60, "VS", "a", unit="W", grp="enterprise"),
        rated(20, "B", "b", unit="W", grp="enterprise"),
    ]
    found = score_units(rows, dict.fromkeys("VW", "econ"), QUESTIONNAIRES, RESIDENTS)
    plain = score_units(rows, dict.fromkeys("VW", "econ"), QUESTIONNAIRES, scheme(1, 1))
    # V's own figures know stratum a alone, so that its answers are one cell,
    # and b's keep their share.
    assert found["V"].score == plain["V"].score == 90
    assert found["W"] == plain["W"]


def test_a_table_is_counted_like_its_rows() -> None:
    rows = [r for _, r in made()] + [
        rated(5, "S", "N/large", unit="U1", source="open"),
        rated(4, "S", "?", unit="U2"),
    ]
    figures = with_population(
        *(("", "resident", at, value, n) for at, m in MARGINS.items() for value, n in m.items())
    )
    one, other = (PatternReader(QUESTIONNAIRES, figures) for _ in range(2))
    apart, whole = (
        tally(rows, one),
        tally_table(pa.Table.from_pylist([asdict(r) for r in rows]), other),
    )
    assert len({cell.stratum for cell in apart.cells}) == 7
    assert {
        cell: {(w, other.outcomes[at]): n for (w, at), n in counts.items()}
        for cell, counts in whole.cells.items()
    } == {
        cell: {(w, one.outcomes[at]): n for (w, at), n in counts.items()}
        for cell, counts in apart.cells.items()
    }


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (
            [("", "resident", 0, "a", 1), ("", "resident", 1, "b", 1)],
            "give cells or margins, not both",
        ),
        (
            [("", "resident", 1, "a", 100), ("", "resident", 2, "b", 90)],
            "the margins sum to 100, 90",
        ),
        ([("", "resident", 0, "a", 1), ("", "resident", 0, "a", 2)], "resident a stands twice"),
    ],
)
def test_figures_that_contradict_each_other_are_refused(
    figures: list[tuple[str, str, int, str, int]], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        with_population(*figures)


def test_fields_that_say_nothing_leave_the_digest_as_it_was() -> None:
    shipped = shipped_scheme().model_copy(update={"inner": None})
    older = shipped.model_dump()
    parts = {
        "Scheme": older,
        "UnitQuota": older["unit_quota"],
        "LeaderRules": older["leaders"],
        "Procedure": older["procedure"],
    }
    for kind, part in parts.items():
        for name in LATER[kind] & part.keys():
            del part[name]
    body = json.dumps(_plain(older), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert shipped.digest == hashlib.sha256(body.encode()).hexdigest()
    assert shipped.digest != shipped_scheme().digest
    given = Population(figures=(PopulationFigure(group="resident", value="a", people=1),))
    assert shipped.model_copy(update={"population": given}).digest != shipped.digest
    assert shipped.model_copy(update={"graded_score": "shrunken"}).digest != shipped.digest


def test_a_group_that_the_scheme_does_not_know_is_refused() -> None:
    figures = [{"group": "martians", "value": "a", "people": 1}]
    with pytest.raises(BadInput, match="population: 'martians' is unknown"):
        parse_scheme(
            shipped_scheme().model_dump(mode="json") | {"population": {"figures": figures}}
        )
