"""The table of attacks runs what it names, and says when something is not found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.rows import (
    FAILED,
    FOUND,
    OPEN,
    ROWS,
    Row,
    missing_tests,
    outcome_of,
    read_report,
)
from tests.attacks.table import honest, play, tampering_lines
from tests.verifying.tamperings import EVERYBODY, LK, TAMPERINGS, Tampering


def test_every_row_of_the_issue_is_there_and_names_tests_that_there_are() -> None:
    assert [row.number for row in ROWS] == list(range(1, len(ROWS) + 1))
    assert missing_tests() == []


PLAYED = Row(
    20,
    "rows are deleted",
    "numbers",
    (
        "contract/test_streams.py::test_deleted_rows_hold_their_own_campaign_and_no_other",
        "verifying/test_vectors.py::test_a_bad_bundle_fails_at_its_check",
    ),
)
REPORT = """<testsuites><testsuite>
<testcase classname="tests.contract.test_streams" name="test_deleted_rows_hold_their_own_campaign_and_no_other[sqlite]"/>
<testcase classname="tests.contract.test_streams" name="test_deleted_rows_hold_their_own_campaign_and_no_other[postgres]">{state}</testcase>
<testcase classname="tests.verifying.test_vectors" name="test_a_bad_bundle_fails_at_its_check[x]"/>
</testsuite></testsuites>"""  # noqa: E501


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("", f"{FOUND}, 3 of 3 cases"),
        ("<skipped/>", f"{FOUND}, 2 of 3 cases"),
        ("<failure/>", f"{FAILED}: 1 of 3 cases"),
    ],
)
def test_an_outcome_is_what_the_tests_say(tmp_path: Path, state: str, outcome: str) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT.format(state=state))
    assert outcome_of(PLAYED, read_report(report)) == outcome
    assert outcome_of(Row(21, "untried", "nobody knows"), read_report(report)) == OPEN
    assert outcome_of(ROWS[12], read_report(report)).startswith(FAILED), "it did not run"


def test_a_line_says_who_found_a_tampering_by_which_check() -> None:
    case = next(case for case in TAMPERINGS if (case.kind, case.holder) == ("re-votes", LK))
    assert play(case, 2, both=1).line() == "| re-votes (LK) | 0 of 2 | 2 of 2: again | yes |"


def test_a_line_says_when_a_tampering_is_not_found() -> None:
    case = Tampering("none at all", LK, EVERYBODY, honest)
    assert [line.rpartition(" |")[0] for line in tampering_lines(1, [case])][2:] == [
        "| none, an honest campaign (–) | 0 of 1 | 0 of 1 | yes",
        "| none at all (LK) | 0 of 1 | 0 of 1 | NO",
    ]
