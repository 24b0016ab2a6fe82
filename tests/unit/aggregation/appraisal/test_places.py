"""Places of each grade: offered for any city, by family, and fitted to units that come and go."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.checks import place_misfits
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.places import graded_families, with_family_places
from aggregation.appraisal.quota import offered_quota
from aggregation.model.facts import AppraisedUnit, Grade
from aggregation.model.results import AppraisalResult, explain
from aggregation.scheme.scheme import Scheme
from bot.campaigns.scheme_files import offered_scheme, shipped_scheme
from survey_flows.errors import BadInput
from tests.cities import public, small_city, small_scheme

YEAR = 2010
F, S, T = Grade.FIRST, Grade.SECOND, Grade.THIRD
BIG = {"B_econ": 27, "C_social": 24, "D_enforce": 18, "E_party": 30}


def units(sizes: dict[str, int]) -> list[AppraisedUnit]:
    return [
        AppraisedUnit(f"{category[0]}{n:02}", f"单位{n}", f"Unit {n}", category)
        for category, size in sizes.items()
        for n in range(size)
    ]


def places(scheme: Scheme, sizes: dict[str, int]) -> dict[str, str]:
    return {
        family.name: "/".join(str(family.places[grade]) for grade in (F, S, T))
        for family in graded_families(scheme, units(sizes), YEAR)
    }


def offered(sizes: dict[str, int]) -> Scheme:
    quota = offered_quota(offered_scheme().unit_quota, sum(sizes.values()))
    scheme = offered_scheme().model_copy(update={"unit_quota": quota})
    return with_family_places(scheme, units(sizes), YEAR)


def locked(scheme: Scheme) -> tuple[int, int, int]:
    return scheme.unit_quota.first, scheme.unit_quota.second, scheme.unit_quota.third


@pytest.mark.parametrize(
    ("city", "expected"),
    [(99, (18, 75, 6)), (46, (8, 36, 2)), (17, (3, 13, 1)), (16, (2, 14, 0)), (0, (0, 0, 0))],
)
def test_row_open_a_draft_offers_places_in_the_founding_ratio(
    city: int, expected: tuple[int, int, int]
) -> None:
    quota = offered_quota(offered_scheme().unit_quota, city)
    assert (quota.first, quota.second, quota.third) == expected


def test_one_unit_more_never_means_fewer_first_or_third_places() -> None:
    offers = [offered_quota(offered_scheme().unit_quota, n) for n in range(1001)]
    for fewer, more in pairwise(offers):
        assert more.first >= fewer.first
        assert more.third >= fewer.third
    assert all(q.first + q.second + q.third == n for n, q in enumerate(offers))
    assert next(n for n in range(301) if offers[n].third) == 17


def test_the_places_of_each_family_are_locked_with_the_draft() -> None:
    scheme = offered(BIG)
    assert locked(scheme) == (18, 75, 6)
    assert places(scheme, BIG) == {
        "B_econ": "5/20/2",
        "C_social": "4/19/1",
        "D_enforce": "3/14/1",
        "E_party": "6/22/2",
    }
    assert place_misfits(scheme, units(BIG), YEAR) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"B_econ": 26}, {"B_econ": "5/19/2"}),
        ({"B_econ": 28}, {"B_econ": "5/21/2"}),
        ({"B_econ": 6}, {"B_econ": "5/0/1"}),
        ({"B_econ": 4}, {"B_econ": "4/0/0"}),
        ({"C_social": 0, "X_new": 0}, {"C_social": ""}),
    ],
)
def test_row_unit_n_second_takes_the_difference_then_third(
    change: dict[str, int], expected: dict[str, str]
) -> None:
    scheme, changed = offered(BIG), BIG | change
    expected = {k: v for k, v in (places(scheme, BIG) | expected).items() if v}
    assert places(scheme, changed) == expected


def test_row_unit_n_one_of_99_is_abolished_after_the_lock() -> None:
    for scheme in (offered(BIG), shipped_scheme()):
        found = graded_families(scheme, units(BIG | {"E_party": 29}), YEAR)
        sums = [sum(family.places[grade] for family in found) for grade in (F, S, T)]
        assert sums == [18, 74, 6]


def test_row_unit_n_the_city_is_appraised_without_the_unit_and_nobody_is_refused() -> None:
    given = small_city()
    without = replace(
        given,
        units=tuple(u for u in given.units if u.code != "U05"),
        leaders=tuple(x for x in given.leaders if x.unit != "U05"),
        indicators={k: v for k, v in given.indicators.items() if k[0] != "U05"},
        public={k: v for k, v in given.public.items() if k != "U05"},
        personal={k: v for k, v in given.personal.items() if not k.endswith("05")},
    )
    assert appraise(without).unit_grades() == {F: 2, S: 6, T: 1}


def test_units_that_moved_since_the_draft_are_told_before_anything_is_locked() -> None:
    scheme = offered(BIG)
    less = units({**BIG, "E_party": 29, "C_social": 25})
    assert place_misfits(scheme, less, YEAR) == []
    gone = {"B_econ": 51, "D_enforce": 18, "E_party": 30}
    assert [it.render("en") for it in place_misfits(scheme, units(gone), YEAR)] == [
        "unit_quota.families: units have changed since the draft: C_social have other families "
        "now; draft the campaign again"
    ]
    thin = {"B_econ": 66, "C_social": 24, "D_enforce": 3, "E_party": 6}
    found = [it.render("en") for it in place_misfits(scheme, units(thin), YEAR)]
    assert found
    assert all("draft the campaign again" in text for text in found)


def test_a_scheme_without_families_is_apportioned_when_it_is_applied() -> None:
    assert place_misfits(shipped_scheme(), units(BIG), YEAR) == []
    assert places(shipped_scheme(), BIG) == places(offered(BIG), BIG)


# Small families


def three_of_one(small: str, **quota: Any) -> AppraisalInputs:
    """Three categories of one unit each, with totals 93.25 (U01), 80 and 69 (U10)."""
    counts = {"first": 1, "second": 1, "third": 1} | quota
    scheme = small_scheme(unit_quota=counts | {"small": small})
    given = small_city(scheme)
    kept = {"U01": "B_econ", "U06": "C_social", "U10": "D_enforce"}
    listed = [replace(u, category=kept[u.code]) for u in given.units if u.code in kept]
    objective = {"U01": Decimal(101), "U06": Decimal(80), "U10": Decimal(58)}
    points = {k: v for k, v in given.indicators.items() if k[0] in kept}
    points |= {(code, "objective"): min(value, Decimal(100)) for code, value in objective.items()}
    return replace(
        given,
        units=tuple(listed),
        leaders=tuple(x for x in given.leaders if x.unit in kept),
        indicators=points,
        personal={k: v for k, v in given.personal.items() if k[1:] in ("01", "06", "10")},
        public={code: public(code) for code in kept},
    )


def graded(result: AppraisalResult) -> dict[str, Grade | None]:
    return {unit.unit: unit.grade for unit in result.units}


def test_row_ones_pooled_the_best_is_first_and_nobody_is_third() -> None:
    result = appraise(three_of_one("pool"))
    assert graded(result) == {"U01": F, "U06": S, "U10": S}
    assert {unit.family for unit in result.units} == {"pooled"}
    assert [(use.category, use.given) for use in result.quotas] == [("pooled", {F: 1, S: 2, T: 0})]
    assert any("from Pooled categories" in line for line in explain(result, "U10", "en"))
    assert any("合并组" in line for line in explain(result, "U10"))


def test_row_ones_without_pooling_nobody_is_third_either() -> None:
    result = appraise(three_of_one("no_third"))
    assert T not in graded(result).values()
    assert sum(use.given[T] for use in result.quotas) == 0


def test_row_ones_as_it_was_for_years_that_are_over() -> None:
    assert sorted(graded(appraise(three_of_one("apart"))).values()) == [F, S, T]


def test_third_places_of_small_families_go_to_the_others_or_stay_unfilled() -> None:
    sizes = {"B_econ": 30, "C_social": 4, "D_enforce": 3, "E_party": 20}
    quota = {"first": 10, "second": 43, "third": 4, "small": "no_third"}
    found = graded_families(small_scheme(unit_quota=quota), units(sizes), YEAR)
    assert {family.name: family.places[T] for family in found} == {
        "B_econ": 2,
        "C_social": 0,
        "D_enforce": 0,
        "E_party": 2,
    }
    quota |= {"small": "pool"}
    pooled = graded_families(small_scheme(unit_quota=quota), units(sizes), YEAR)
    assert {family.name: family.size for family in pooled} == {
        "B_econ": 30,
        "E_party": 20,
        "pooled": 7,
    }
    assert sum(family.places[T] for family in pooled) == 4


def test_leagues_are_never_pooled() -> None:
    scheme = small_scheme(unit_quota={"small": "pool", "min_family": 10})
    result = appraise(small_city(scheme))
    assert result.leagues == {"county": ("Y1",), "district": ("X1", "X2")}


def test_one_small_category_has_nothing_to_be_pooled_with() -> None:
    sizes = {"B_econ": 20, "C_social": 3}
    found = graded_families(small_scheme(unit_quota={"small": "pool"}), units(sizes), YEAR)
    assert [(family.name, family.no_third) for family in found] == [
        ("B_econ", False),
        ("C_social", True),
    ]


def test_equal_remainders_are_drawn_from_the_public_seed_and_not_by_code() -> None:
    sizes = dict.fromkeys(BIG, 10)
    quota = {"first": 2, "second": 38, "third": 0, "small": "pool"}
    scheme = small_scheme(unit_quota=quota)

    def drawn(year: int) -> list[str]:
        lots = {
            name: sha256(f"{scheme.digest}/{year}/{name}/places".encode()).hexdigest()
            for name in sizes
        }
        return sorted(sorted(sizes, key=lambda name: lots[name])[:2])

    def winners(year: int) -> list[str]:
        found = graded_families(scheme, units(sizes), year)
        return [family.name for family in found if family.places[F]]

    assert [winners(year) for year in range(2000, 2030)] == [drawn(y) for y in range(2000, 2030)]
    assert {name for year in range(2000, 2030) for name in winners(year)} == set(sizes)
    # What is locked is what was drawn: the places themselves do not change the draw.
    again = with_family_places(scheme, units(sizes), YEAR)
    assert [n for n, it in again.unit_quota.families.items() if it.first] == winners(YEAR)


def test_the_new_fields_leave_the_digest_of_an_older_scheme_as_it_was() -> None:
    before = "f7e3eeb810eb2ad85c69f4ea954db3e26ecc922e42198996ce4c782e123b1383"
    assert shipped_scheme().digest == before
    assert offered(BIG).digest != offered_scheme().digest


@pytest.mark.parametrize(
    ("families", "problem"),
    [
        ({"X": {"first": 2, "third": 1}}, "X"),
        (
            {"B_econ": {"first": 1, "third": 1}},
            "the families have 1 such places and the quota has 2",
        ),
    ],
)
def test_families_that_contradict_the_counts_are_refused(
    families: dict[str, dict[str, int]], problem: str
) -> None:
    with pytest.raises(BadInput, match=problem):
        small_scheme(unit_quota={"first": 2, "second": 7, "third": 1, "families": families})
