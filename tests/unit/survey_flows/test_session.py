from __future__ import annotations

import json

import pytest

from survey_flows.errors import BadSession
from survey_flows.session import Session, read_session

SESSION = Session(
    nonce="ABCDEF",
    seen=1_793_840_400,
    lang="en",
    round=3,
    link="deputy",
    unit="FIN",
    answers={"contact": "used", "comment": "路灯\n“太暗”"},
    place="q:overall",
    overlay="help",
    query="jtj",
    page=2,
)


def test_a_session_reads_back_as_it_was_written() -> None:
    assert read_session(SESSION.to_json()) == SESSION
    assert SESSION.key == "ABCDEF.3"


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "{}", '"x"', "[" * 100_000, "1e999"])
def test_what_is_no_session_is_refused(text: str) -> None:
    with pytest.raises(BadSession):
        read_session(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("v", 1),
        ("n", "TOOLONGNONCE"),
        ("r", -1),
        ("r", True),
        ("t", 1.5),
        ("a", []),
        ("a", {"x": 1}),
        ("q", None),
    ],
)
def test_a_field_of_another_kind_is_refused(field: str, value: object) -> None:
    data = json.loads(SESSION.to_json())
    with pytest.raises(BadSession):
        read_session(json.dumps({**data, field: value}))


def test_a_missing_or_extra_field_is_refused() -> None:
    data = json.loads(SESSION.to_json())
    for changed in ({k: v for k, v in data.items() if k != "p"}, {**data, "z": 1}):
        with pytest.raises(BadSession):
            read_session(json.dumps(changed))
