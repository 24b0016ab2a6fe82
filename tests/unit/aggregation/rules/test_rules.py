"""Golden cases of every rule: a small city, its findings, and the proposals that follow."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.model.facts import Finding, FindingKind, Grade, PastGrade, Verdict
from aggregation.model.results import Proposal
from aggregation.rules import registry
from tests.cities import confirm, small_city, small_scheme, with_objective

FOLDER = Path(__file__).parents[3] / "golden" / "rules"
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}-{case['case']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def test_every_rule_has_golden_cases_and_every_golden_file_a_rule() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(registry())


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_rule(rule: str, case: dict[str, Any]) -> None:
    result = appraise(given(case))
    assert [printed(p) for p in result.proposals if p.rule == rule] == case["proposals"]


def given(case: dict[str, Any]) -> AppraisalInputs:
    """The small city with what a case says of its rules, facts, decisions, past and figures."""
    scheme = small_scheme(rules=case.get("rules", {}), leaders=case.get("leaders", {}))
    city = with_objective(small_city(scheme), case.get("objective", {}))
    verdicts = {"confirmed": Verdict.CONFIRMED, "declined": Verdict.DECLINED}
    made = case.get("decisions", {})
    vague = {
        u: replace(city.public[u], variance=float(v)) for u, v in case.get("variance", {}).items()
    }
    return replace(
        city,
        facts=tuple(
            Finding(id_, FindingKind(k), who, "2010-06-01", "document", "")
            for id_, k, who in case.get("facts", [])
        ),
        decisions=tuple(
            d for key, word in made.items() for d in confirm(key, verdict=verdicts[word])
        ),
        history=tuple(_past(*row) for row in case.get("history", [])),
        public={**city.public, **vague},
        personal={**city.personal, **{k: Decimal(v) for k, v in case.get("personal", {}).items()}},
    )


def _past(subject: str, year: int, grade: str | None, confirmed: bool) -> PastGrade:
    return PastGrade(year, subject, Grade(grade) if grade else None, confirmed, "elsewhere")


def printed(proposal: Proposal) -> dict[str, Any]:
    return {
        "key": proposal.key,
        "discretionary": proposal.discretionary,
        "status": proposal.status.value,
        "grounds": [line.text("en") for line in proposal.grounds],
    }


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.yaml")):
        cases = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in cases:
            case["proposals"] = [
                printed(p) for p in appraise(given(case)).proposals if p.rule == path.stem
            ]
        path.write_text(
            yaml.safe_dump(cases, allow_unicode=True, sort_keys=False, width=160), encoding="utf-8"
        )
