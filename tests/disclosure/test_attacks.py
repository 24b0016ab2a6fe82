"""What an attacker who holds every figure of a made city gets of its small cells.

The twins that save a cell agree with its city on every page, file, answer of the API, bundle and
picture, of two releases.
"""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from aggregation.disclosure import suppression
from aggregation.disclosure.disclosed import DisclosedScore
from bot.publication.exports import campaign_book
from bot.publication.exports.writers import page_records
from tests.disclosure.__main__ import costs
from tests.disclosure.directed import Around, Demand, Freedom, Search, figures
from tests.disclosure.linear import FLOOR, FORM
from tests.disclosure.made_cities import (
    CODES,
    KINDS,
    Answer,
    MadeCity,
    Unit,
    demo_cities,
    made_city,
)
from tests.disclosure.twins import Twin, attack, cell_counts, nearest_twin, small_cells

TRIES = 600
"""The search ends with the first twin: only a cell that may be solved takes so many."""
FEW = 40
"""Tries where one unit's own figures are compared."""
CITIES = [("one item", 1), ("one item", 2), ("overall 100", 1), ("several items", 8)]


@pytest.mark.parametrize(("kind", "seed"), CITIES)
def test_no_small_cell_of_a_made_city_is_solved(kind: str, seed: int) -> None:
    city = made_city(seed, kind)
    found = attack(city, TRIES, ("code", "group"))
    assert found.cells
    assert found.solved == ()
    assert found.together == ()


def test_the_attack_solves_cells_where_figures_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 10: with n, mean and interval as they were told before, it finds small cells."""

    def as_before(_score: object, told: DisclosedScore, *_rest: object) -> DisclosedScore:
        return told

    monkeypatch.setattr(suppression, "coarsened", as_before)
    assert attack(made_city(1, "one item"), FEW, ("code",)).solved


@pytest.mark.parametrize("kind", ["one item", "several items"])
def test_no_file_has_variances_or_shares_of_own_data(kind: str) -> None:
    book = campaign_book(made_city(2, kind).scored, "Asia/Shanghai")
    pages = {page.name: list(page_records(page)) for page in book.pages}
    assert pages["covariances"] == []
    assert "own_share" not in pages["units"][0]
    assert {row["measure"] for row in pages["reliability"]} <= {
        "alpha",
        "omega",
        "reliability",
        "units",
    }
    for row in pages["reliability"]:
        # Four units with some hundred ballots: hundredths gave single codes away.
        value = row["value"]
        assert value is None or round(float(str(value)), 1) == float(str(value))
    for row in [*pages["units"], *pages["groups"]]:
        for name in ("n", "n_valid", "n_open", "excluded"):
            value = row.get(name)
            assert not isinstance(value, int) or value % 10 == 0


def test_a_bundle_of_a_made_city_has_the_figures_of_its_pages() -> None:
    city = made_city(2, "several items")
    bundle = city.told_ever[0]["bundle"]
    assert isinstance(bundle, list)
    assert {"wy", "wy2", "w2", "low"}.isdisjoint(bundle)


def test_the_cost_is_counted() -> None:
    found: Counter[str] = costs(made_city(0, "one item"))
    assert found["units"] == 4
    assert found["codes not told"] <= found["codes with answers"]


SAID = ("VD", "D", "B", "VD", "D", "B", "VD", "D")
"""What the one invited resident of each unit says, far from all others."""


def lonely_voices() -> MadeCity:
    """Row 2: units with 400 residents by the open link, 200 service users, and one invited."""
    chance = Random(17)
    items = len(FORM.rated)
    units: dict[str, Unit] = {}
    for at, code in enumerate(SAID):
        answers: Unit = Counter({("resident", "personal", " ".join([code] * items)): 1})
        for group, source, people in (("resident", "open", 400), ("service_user", "personal", 200)):
            for _ in range(people):
                ratings = " ".join(chance.choices(CODES, (40, 35, 15, 7, 3), k=items))
                answers[group, source, ratings] += 1
        units[f"U{at}"] = answers
    return MadeCity("several items", units)


def test_the_answer_of_one_invited_person_cannot_be_read_off_the_tables() -> None:
    """Row 2: by method 1, (group score − 0.3·M)/0.7 gave 8 of 8 within two points."""
    city = lonely_voices()
    book = campaign_book(city.scored, "Asia/Shanghai")
    pages = {page.name: list(page_records(page)) for page in book.pages}
    groups = {(row["code"], row["group"]): row for row in pages["groups"]}
    for unit in city.units:
        for group in ("resident", "service_user"):  # the other would follow from the unit's score
            assert groups[unit, group]["score"] is None


def test_no_weight_and_no_mean_is_told_of_a_group_with_a_kind_of_link_of_few() -> None:
    """From b in tenths followed how many they are, and from the mean what they said."""
    few, told = 0, 0
    for kind in KINDS:
        for seed in range(8):
            city = made_city(seed, kind)
            for unit, it in city.disclosed.items():
                counts = Counter[str]()
                for (group, source, _), count in city.units[unit].items():
                    counts[f"{group}/{source}"] += count
                small = {name.partition("/")[0] for name, n in counts.items() if n < FLOOR}
                heard = [group for group in it.groups if group.n_valid != 0]
                for group in heard:
                    few += group.group in small
                    told += group.evidence is not None and group.score is not None
                    if group.group in small:
                        assert (group.evidence, group.score) == (None, None)
                        assert all(other.weight_used is None for other in heard)
                missing = [group for group in heard if group.score is None]
                assert len(missing) != 1 or len(heard) == 1
    assert few > 20
    assert told > 20


def test_one_interval_is_told_in_fives_where_few_are_vouched_for_beside_many() -> None:
    mixed, plain, two = 0, 0, 0
    for kind in KINDS:
        for seed in range(8):
            city = made_city(seed, kind)
            for unit, it in city.disclosed.items():
                parts = Counter[tuple[str, str]]()
                for (group, source, _), count in city.units[unit].items():
                    parts[group, source] += count
                own = Counter(group for group, _ in parts)
                few = any(n < FLOOR and own[group] > 1 for (group, _), n in parts.items())
                ends = [] if it.low is None else [it.low, it.high]
                other = it.bounds.among if it.bounds else None
                if few:
                    mixed += bool(ends)
                    assert all(end is not None and end % 5 == 0 for end in ends)
                    assert other is None, "with both of them one vouched answer was solved"
                else:
                    plain += any(end is not None and end % 5 for end in [*ends, *(other or ())])
                    two += other is not None
    assert mixed > 10
    assert plain > 10
    assert two > 3


def test_who_sent_the_other_ballots_of_a_group_does_not_read_the_one_invited() -> None:
    """A bureau knows the 120 open ballots that it sent; the group's mean gave away the other."""
    chance = Random(5)
    items = len(FORM.rated)

    def others(group: str, source: str, people: int) -> Unit:
        return Counter(
            (group, source, " ".join(chance.choices(CODES, (45, 30, 15, 6, 4), k=items)))
            for _ in range(people)
        )

    rest = others("service_user", "personal", 150)
    second = {f"U{at}": others("resident", "personal", 60) for at in range(1, 5)}
    shown = set()
    for said in CODES:
        answers: Unit = rest + Counter({("resident", "open", " ".join(["VS"] * items)): 120})
        answers["resident", "personal", " ".join([said] * items)] += 1
        told = MadeCity("several items", {"U0": answers, **second}).disclosed["U0"]
        shown.add(tuple((group.score, group.evidence) for group in told.groups))
    assert len(shown) == 1


def test_shrunken_scores_give_no_size_of_a_hidden_group() -> None:
    """Row 8: from the share of own data follow the variance and the sizes of hidden groups."""
    hidden = 0
    for kind in KINDS:
        for seed in range(4):
            city = made_city(seed, kind)
            shrunken = city.scored.borrowed(city.disclosed)
            for unit in city.units:
                small = {name for name, _ in small_cells(city, unit)} & {"group", "channel"}
                hidden += bool(small)
                assert not (small and unit in shrunken), (kind, seed, unit)
    assert hidden > 10


def test_two_releases_are_compared() -> None:
    city = made_city(6, "several items")
    first, second = city.told_ever
    assert set(first) == set(second)
    assert first != second
    assert sum(sum(gone.values()) for gone in city.struck.values()) >= 10


def test_the_demonstration_is_a_city_to_attack() -> None:
    cities = demo_cities(units=2)
    assert len(cities) > 2
    found = attack(cities[0], FEW, ("code", "group"), Twin.UNIT)
    assert found.cells
    assert found.solved == ()


def test_a_directed_search_changes_a_cell_and_nothing_that_is_told() -> None:
    """City 26 had five cells for which chance found no twin in 150 tries."""
    city = made_city(8, "several items")
    cell = ("code", "B")
    found = next(
        changed["U3"]
        for changed in Search((Around(city, "U3"),)).twins(cell, 48)
        if city.with_units(changed).looks_like(city)
    )
    assert cell_counts(city, city.units["U3"])[cell] == 1
    assert cell_counts(city, found).get(cell, 0) != 1
    assert found.total() == city.units["U3"].total()


@pytest.mark.parametrize(
    ("kind", "seed", "unit", "cell"),
    [
        # An interval that is cut off at 100: its window has no other end.
        ("one item", 17, "U2", ("code", "B")),
        # Omega leaps, since these items hardly go together.
        ("several items", 30, "U2", ("code", "D")),
        # What the one invited person said: a twin lies further away than figures are straight.
        ("overall 100", 0, "U0", ("answer", "enterprise/personal")),
        # How many were invited: halves of a point of the interval gave it away.
        ("several items", 0, "U2", ("channel", "enterprise/personal")),
        # That one was: one interval ended below a step, and the other above one.
        ("several items", 1, "U1", ("channel", "enterprise/personal")),
    ],
)
def test_a_cell_that_a_search_once_left_open_has_a_twin(
    kind: str, seed: int, unit: str, cell: tuple[str, str]
) -> None:
    around = Around(made_city(seed, kind), unit)
    assert cell in small_cells(around.city, unit)
    assert nearest_twin(around, cell, TRIES) is Twin.EVERYTHING


def test_units_that_change_together_keep_the_number_of_all_ballots() -> None:
    city = made_city(0, "overall 100")
    search = Search((Around(city, "U0"), Around(city, "U2")))
    found = next(
        changed
        for changed in search.far_twins(("answer", "enterprise/personal"), 2)
        if city.with_units(changed).looks_like(city)
    )
    assert set(found) == {"U0", "U2"}
    assert sum(own.total() for own in found.values()) == sum(
        city.units[unit].total() for unit in found
    )


def test_a_directed_search_keeps_the_ballots_by_kind_of_link_in_their_tens() -> None:
    """The method page tells them; city 157 had 89 vouched ballots, and each proposal had 90."""
    around = Around(made_city(52, "overall 100"), "U2")
    search = Search((around,))
    demand = Demand(("group", "deputy"), 1, 0.0, Freedom.ALL)

    def allowed(more: Answer, less: Answer) -> bool:
        change = [(key == more) - (key == less) for key in around.kinds]
        found = [(float(inside @ change), window) for inside, window in search.limits(demand)]
        return all(low <= value <= high for value, (low, high) in found)

    more, loose, vouched = (
        next(key for key in around.kinds if key[:2] == part and around.code(key) == "VS")
        for part in (
            ("deputy", "personal"),
            ("enterprise", "open"),
            ("enterprise", "personal"),
        )
    )
    assert not allowed(more, loose)
    assert allowed(more, vouched)


def test_each_exact_figure_lies_in_the_window_that_its_print_leaves() -> None:
    for kind in KINDS:
        for seed in range(6):
            city = made_city(seed, kind)
            around = Around(city, "U0")
            exact = figures(city, around.windows)
            assert len(around.windows) > 3 or kind != "several items"
            for name, (low, high) in around.windows.items():
                assert low - 1e-9 <= exact[name] <= high + 1e-9, (kind, seed, name)
