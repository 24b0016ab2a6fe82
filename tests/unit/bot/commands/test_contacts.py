"""Contacts from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.__main__ import main

LIST = "channel,address,language,group,consent\n" + "".join(
    f"telegram,{number},en,{group},{consent}\n"
    for number, group, consent in (
        (1, "resident", "2026-01-02"),
        (2, "deputy", "2026-01-02"),
        (3, "resident", ""),
    )
)


@pytest.fixture(autouse=True)
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_a_list_is_imported_counted_and_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people, leaving = tmp_path / "people.csv", tmp_path / "leaving.csv"
    people.write_text(LIST)
    leaving.write_text("channel,address\ntelegram,1\n")
    assert main(["contacts", "import", str(people), "--dry-run"]) == 0
    assert main(["contacts", "import", str(people)]) == 0
    assert main(["contacts", "opt-out", str(leaving)]) == 0
    assert main(["contacts", "import", str(people)]) == 0
    assert main(["contacts", "count"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "contacts: would be 3 new, 0 changed, 0 as they were",
        "contacts: 3 new, 0 changed, 0 as they were",
        "1 have opted out, 0 of them before",
        "contacts: 0 new, 0 changed, 2 as they were",
        "  1 have opted out and stay so",
        "1 can be invited",
        "  deputy: 1",
        "2 cannot",
        "  opted out: 1",
        "  no consent: 1",
        "people by kind of address",
        "  telegram: 1",
    ]
