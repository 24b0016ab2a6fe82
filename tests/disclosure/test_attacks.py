"""What an attacker who holds every figure of a made city gets of its small cells (rows 8 to 10)."""

from __future__ import annotations

from collections import Counter

import pytest

from aggregation.disclosure import suppression
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.estimation.unit_score import UnitScore
from bot.publication.exports import campaign_book
from bot.publication.exports.writers import page_records
from tests.disclosure.__main__ import costs
from tests.disclosure.made_cities import made_city
from tests.disclosure.twins import attack

TRIES = 150
CITIES = [("one item", 1), ("overall 100", 1), ("overall 100", 0), ("several items", 2)]


@pytest.mark.parametrize(("kind", "seed"), CITIES)
def test_no_small_cell_of_a_made_city_is_solved(kind: str, seed: int) -> None:
    city = made_city(seed, kind)
    found = attack(city, TRIES, ("code", "group"))
    assert found.cells
    assert found.solved == ()


def test_the_attack_solves_cells_where_figures_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 10: with n, mean and interval as they were told before, it finds small cells."""

    def as_before(_score: UnitScore, told: DisclosedScore, _alone: bool) -> DisclosedScore:
        return told

    monkeypatch.setattr(suppression, "coarsened", as_before)
    assert attack(made_city(1, "one item"), 40, ("code",)).solved


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
    for row in [*pages["units"], *pages["groups"]]:
        for name in ("n", "n_valid", "n_open", "excluded"):
            value = row.get(name)
            assert not isinstance(value, int) or value % 10 == 0


def test_a_bundle_of_a_made_city_has_the_figures_of_its_pages() -> None:
    city = made_city(2, "several items")
    bundle = city.told()["bundle"]
    assert isinstance(bundle, list)
    assert {"wy", "wy2", "w2", "low"}.isdisjoint(bundle)


def test_the_cost_is_counted() -> None:
    found: Counter[str] = costs(made_city(0, "one item"))
    assert found["units"] == 4
    assert found["codes not told"] <= found["codes with answers"]
