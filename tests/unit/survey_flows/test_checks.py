"""Golden cases of every check: a submission's facts, all findings, and the stored risk."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from survey_flows.ballot import Ballot
from survey_flows.checks import registry
from survey_flows.facts import SubmissionFacts
from survey_flows.submission_risk import codes, failed_checks, risk

FOLDER = Path(__file__).parents[2] / "golden" / "checks"
CASES = [
    pytest.param(case, id=f"{path.stem}-{case['case']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def test_every_check_has_golden_cases_and_every_golden_file_a_check() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(registry())


def test_every_check_has_a_bit_of_its_own_that_a_database_integer_can_hold() -> None:
    bits = [check.bit for check in registry().values()]
    assert len(set(bits)) == len(bits)
    assert set(bits) <= set(range(31))


@pytest.mark.parametrize("case", CASES)
def test_check(case: dict[str, Any]) -> None:
    facts = SubmissionFacts(**case["facts"])
    assert {
        "findings": [asdict(finding) for finding in failed_checks(facts)],
        "risk": risk(facts),
    } == {
        "findings": case["findings"],
        "risk": case["risk"],
    }


def test_a_risk_is_read_back_as_the_names_of_its_findings() -> None:
    facts = SubmissionFacts(seconds=1, questions=5, young=True, unchecked=True)
    assert (
        codes(risk(facts))
        == tuple(finding.code for finding in failed_checks(facts))
        == ("too_fast", "young_account", "unchecked")
    )


def test_no_answer_is_among_the_facts() -> None:
    assert {field.name for field in fields(SubmissionFacts)} & {
        field.name for field in fields(Ballot)
    } == set()
