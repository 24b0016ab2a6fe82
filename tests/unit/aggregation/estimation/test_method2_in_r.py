"""Method 2 against R: a script that follows docs/scoring.md alone, from single ballots to the ends.

`tests/golden/oracles/method2.R` was written without a look at our code.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.disclosure.made_cities import Answer, MadeCity, Unit
from tests.oracles import read


@pytest.fixture(scope="module")
def city() -> MadeCity:
    units: dict[str, Unit] = {}
    for row in read("method2_ballots.csv"):
        key: Answer = (row["group"], row["source"], row["code"])
        units.setdefault(row["unit"], Counter())[key] += int(row["count"])
    return MadeCity("one item", units)


def test_contrasts_are_those_of_the_page_to_the_last_digit(city: MadeCity) -> None:
    assert city.contrasts is not None
    for row in read("method2.csv"):
        for group, contrast in city.contrasts[row["unit"]].items():
            told = float(contrast.level), float(contrast.loose), float(contrast.expected)
            assert told == tuple(float(row[it]) for it in _names(group))


def _names(group: str) -> tuple[str, str, str]:
    return f"rho_{group}", "rho_o", f"phi_{group}"


def test_scores_and_both_intervals_are_those_of_the_page(city: MadeCity) -> None:
    rows = read("method2.csv")
    assert len(rows) == len(city.units)
    for row in rows:
        score = city.scored.scores[row["unit"]]
        bounded = score.bounded
        assert bounded is not None
        found = {
            "score": float(bounded.own.score),
            "low": score.low,
            "high": score.high,
            "among_low": bounded.low,
            "among_high": bounded.high,
        }
        assert found == pytest.approx({name: float(row[name]) for name in found}, abs=1e-6)
