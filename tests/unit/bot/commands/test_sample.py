"""A sample from the command line: planned, drawn, and drawn again by a stranger with the bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.__main__ import main
from bot.verification.stand_alone import VERIFIER, stand_alone_verifier
from tests.openings import command_to_open

UNITS = "code,name_zh,name_en,category,questionnaire\nTAX,市税务局,Tax Bureau,B_econ,window\n"
PEOPLE = "channel,address,language,group,area,consent\n" + "".join(
    f"telegram,{number},en,{group},{area},2026-01-02\n"
    for number, (group, area) in enumerate([("resident", "furong")] * 30 + [("deputy", "")] * 15, 1)
)
DATES = [
    "--opens",
    "2026-01-01",
    "--closes",
    "2036-01-01",
    "--title-zh",
    "民评",
    "--title-en",
    "Rating",
]


@pytest.fixture(autouse=True)
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_a_sample_is_planned_drawn_and_verified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "units.csv": UNITS,
        "people.csv": PEOPLE,
        "cells.csv": "group,area,value\nresident,furong,20\ndeputy,,10\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    sample, bundle = tmp_path / "sample.json", tmp_path / "bundle.zip"
    assert main(["import", "units", str(tmp_path / "units.csv")]) == 0
    assert main(["campaign", "create", "y", "--year", "2026", *DATES]) == 0
    assert main(["contacts", "import", str(tmp_path / "people.csv")]) == 0
    capsys.readouterr()
    plan = ["sample", "plan", "y", "--allocation", "fixed", "--cells", str(tmp_path / "cells.csv")]
    assert main(plan) == 0
    assert capsys.readouterr().out.splitlines() == [
        "30 of 45 will be drawn",
        "  deputy: 10 of 15",
        "  resident/furong: 20 of 30",
        "0 cannot",
    ]
    assert main(command_to_open("y")) == 0
    assert main(["sample", "draw", "y", "--out", str(sample)]) == 0
    assert main(["sample", "draw", "y", "--out", str(sample)]) == 1
    assert "the file cannot be written" in capsys.readouterr().err
    assert main(["sample", "verify", str(sample)]) == 0
    assert capsys.readouterr().out.startswith("ok    the 30 of 45 are those that the seed draws\n")
    assert main(["invitations", "count", "y"]) == 0
    assert main(["invitations", "make", "y"]) == 0
    assert main(["invitations", "count", "y"]) == 0
    assert capsys.readouterr().out.splitlines()[-5:] == [
        "there are no invitations; see `minping invitations make`",
        "y: 30 invitations, for 30 people who can be reached",
        "0 cannot",
        "deputy: 10 invited, 0 opened theirs, 0 answered",
        "resident/furong: 20 invited, 0 opened theirs, 0 answered",
    ]
    assert main(["contacts", "count"]) == 0
    assert "  invited too recently: 30\n" in capsys.readouterr().out
    assert main(["campaign", "show", "y"]) == 0
    assert "personal" not in capsys.readouterr().out, "the links of cells are shown to nobody"
    assert main(["campaign", "close", "y", "--reason", "for a test"]) == 0
    assert main(["bundle", "y", str(bundle)]) == 0
    assert (tmp_path / VERIFIER).read_bytes() == stand_alone_verifier()
    capsys.readouterr()
    assert main(["sample", "verify", str(sample), "--bundle", str(bundle)]) == 0
    assert (
        "ok    seed, frame and design are those that the bundle's log registered"
        in capsys.readouterr().out
    )
    other = tmp_path / "other.json"
    other.write_text(sample.read_text().replace('"fixed"', '"proportional"'))
    assert main(["sample", "verify", str(other), "--bundle", str(bundle)]) == 1
    assert "FAIL  the design is not the registered one" in capsys.readouterr().out
    other.write_text(sample.read_text().replace('"campaign": "y"', '"campaign": "z"'))
    assert main(["sample", "verify", str(other), "--bundle", str(bundle)]) == 1
    assert "this is the bundle of y, and the sample is of z" in capsys.readouterr().err


def test_a_table_of_cells_is_told_by_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = tmp_path / "cells.csv"
    cells.write_text("group,area,value\nresident,a,1\nresident,a,2\n")
    assert main(["sample", "plan", "y", "--cells", str(cells)]) == 1
    assert capsys.readouterr().err == (
        "minping: cells.csv, row 3, column group: "
        "the cell resident/a stands in an earlier row already\n"
    )
