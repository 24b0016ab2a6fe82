"""Golden cases of every signal: blocks of ballots beside a regular campaign, and its findings."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from aggregation.fraud.ballot_table import Comments
from aggregation.fraud.clusters import Cluster
from aggregation.fraud.signals import registry
from aggregation.fraud.thresholds import Thresholds
from tests.campaigns import SIZE, SOURCES, background, block, remarks, table

FOLDER = Path(__file__).parents[3] / "golden" / "signals"
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}-{case['case']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def test_every_signal_has_golden_cases_and_every_golden_file_a_signal() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(registry())


@pytest.mark.parametrize("signal", sorted(registry()))
def test_every_signal_has_a_case_with_a_finding_and_one_without(signal: str) -> None:
    cases = yaml.safe_load((FOLDER / f"{signal}.yaml").read_text(encoding="utf-8"))
    assert {bool(case["clusters"]) for case in cases} == {True, False}


@pytest.mark.parametrize(("signal", "case"), CASES)
def test_signal(signal: str, case: dict[str, Any]) -> None:
    assert found(signal, case) == case["clusters"]


def found(signal: str, case: dict[str, Any]) -> list[dict[str, Any]]:
    rows, names = given(case)
    said = remarks(case["comments"]) if "comments" in case else Comments()
    return [
        printed(cluster, names, said)
        for cluster in registry()[signal].find(table(rows), said, Thresholds())
    ]


def given(case: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows, and for each the name of its origin."""
    rows = background()
    if "everybody_rates" in case:  # each voter of the background rates the next unit too
        rows = [row | {"voter": _shared(at)} for at, row in enumerate(rows)]
    names = ["background"] * len(rows)
    for number, spec in enumerate(case.get("blocks", ())):
        more = block(f"block {number}", spec)
        rows += more
        names += [f"block {number}"] * len(more)
    return rows, names


def _shared(at: int) -> str:
    unit, rest = divmod(at, len(SOURCES) * SIZE)
    return f"{unit // 2}-{rest * 77 % (len(SOURCES) * SIZE) if unit % 2 else rest}"


def printed(cluster: Cluster, names: list[str], said: Comments) -> dict[str, Any]:
    return {
        "members": dict(sorted(Counter(names[row] for row in cluster.members).items())),
        "posterior": round(cluster.posterior, 3),
        "level": cluster.level.value,
        "evidence": dict(cluster.evidence),
        **({"look": cluster.look} if cluster.look else {}),
        **({"comments": [said.texts[at] for at in cluster.comments]} if cluster.comments else {}),
    }


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.yaml")):
        cases = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in cases:
            case["clusters"] = found(path.stem, case)
        path.write_text(
            yaml.safe_dump(cases, allow_unicode=True, sort_keys=False, width=160), encoding="utf-8"
        )
