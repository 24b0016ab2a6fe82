"""The synthetic city: alike for the same seed, of the stated size, with every kind of answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from aggregation.appraisal.checks import league_of
from aggregation.model.facts import Role
from bot.core.shipped_files import shipped_questionnaires
from bot.demo.city import City, make_city, read_units
from survey_flows.ballot import STAFF
from tests.cities import SEED, founding_inputs, the_city


def small(seed: int) -> City:
    return make_city(seed, shipped_questionnaires(), ballots=108 * 160)


def test_the_same_seed_draws_the_same_city() -> None:
    assert small(3) == small(3)


def test_another_seed_draws_another_city_of_the_same_frame() -> None:
    one, other = small(3), small(4)
    assert one.units == other.units
    assert one.ballots != other.ballots
    assert one.decisions != other.decisions


def test_fewer_ballots_change_nothing_but_ballots() -> None:
    assert replace(small(SEED), ballots=()) == replace(the_city(), ballots=())


def test_the_city_has_the_size_of_the_founding_one() -> None:
    city = the_city()
    leagues = Counter(league_of(x.unit, city.year) for x in city.units)
    assert leagues == {"district": 5, "county": 4, None: 99}
    assert (len(city.leaders), len(city.ballots)) == (835, 30_000)
    assert len({x.zh for x in city.leaders}) == 835
    heads = Counter(x.unit for x in city.leaders if x.role is Role.PRINCIPAL)
    assert {heads[x.unit.code] for x in city.units if x.unit.memberships} == {2}
    assert {heads[x.unit.code] for x in city.units if not x.unit.memberships} == {1}


@pytest.mark.parametrize(
    ("year", "wangcheng", "ningxiang", "leagues"),
    [
        (2010, "430122", "430124", {"district": 5, "county": 4}),
        (2011, "430112", "430124", {"district": 6, "county": 3}),
        (2017, "430112", "430182", {"district": 6, "county": 3}),
    ],
)
def test_codes_and_leagues_are_those_of_the_year(
    year: int, wangcheng: str, ningxiang: str, leagues: dict[str, int]
) -> None:
    districts = [x.unit for x in read_units(year) if x.unit.memberships]
    assert Counter(league_of(unit, year) for unit in districts) == leagues
    assert {wangcheng, ningxiang} <= {unit.code for unit in districts}


def test_a_citizen_rates_a_unit_once() -> None:
    votes = the_city().ballots
    assert len({(vote.voter, vote.ballot.unit) for vote in votes}) == len(votes)
    assert len({vote.ballot.receipt for vote in votes}) == len(votes)


def test_every_unit_is_heard_by_enough_people_and_unevenly() -> None:
    public = founding_inputs().public
    assert min(score.n_valid for score in public.values()) >= 100
    assert not any("insufficient" in score.flags for score in public.values())
    assert max(score.n for score in public.values()) > 2 * min(score.n for score in public.values())


def test_answers_of_every_kind_are_there() -> None:
    ballots = [vote.ballot for vote in the_city().ballots]
    codes = {code for ballot in ballots for code in ballot.ratings.split()}
    assert codes == {"VS", "S", "B", "D", "VD", "DK", "-"}
    assert {ballot.group for ballot in ballots} == {*founding_inputs().scheme.groups, STAFF}
    assert {ballot.source for ballot in ballots} == {"open", "invited", "personal"}
    assert {fact for ballot in ballots for fact in ballot.facts} == {
        ("contact", contact) for contact in ("used", "met", "none", "own", "dk")
    }
    assert {bool(ballot.comment) for ballot in ballots} == {True, False}


def test_who_does_not_know_a_unit_rates_nothing_of_it() -> None:
    unknown = [v.ballot for v in the_city().ballots if ("contact", "dk") in v.ballot.facts]
    assert {ballot.ratings for ballot in unknown} == {"- - - -"}
    assert {ballot.comment for ballot in unknown} == {""}


def test_only_an_open_link_is_moved_by_the_answer_but_staff_are_staff() -> None:
    for vote in the_city().ballots:
        contact = dict(vote.ballot.facts).get("contact")
        assert (vote.ballot.group == STAFF) == (contact == "own")
        if vote.ballot.source == "open" and contact != "own":
            assert vote.ballot.group == (
                "service_user" if contact in ("used", "met") else "resident"
            )


def test_ballots_come_over_fourteen_days() -> None:
    city = the_city()
    days = {(vote.ballot.bucket + 8 * 4) // 96 for vote in city.ballots}
    first = (city.opens - date(1970, 1, 1)).days
    assert days == set(range(first, first + 14))
