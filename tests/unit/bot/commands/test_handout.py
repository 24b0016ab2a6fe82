"""Files with invitations from the command line: asked for, made, given up, and what came back."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest
from openpyxl import load_workbook

from bot.__main__ import main
from tests.openings import command_to_open, name_organiser
from tests.unit.bot.commands.test_sample import DATES, UNITS

PEOPLE = "channel,address,language,group,consent\n" + "".join(
    f"letter,Hill Road {n},en,deputy,2026-01-02\nsms,{13800000000 + n},en,resident,2026-01-02\n"
    for n in range(12)
)


@pytest.fixture(autouse=True)
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MINPING_PUBLIC_URL", "https://mp.cs.cn")
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_letters_and_a_sealed_table_are_asked_for_and_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "units.csv").write_text(UNITS)
    (tmp_path / "people.csv").write_text(PEOPLE)
    name_organiser()
    for command in (
        ["import", "units", str(tmp_path / "units.csv")],
        ["campaign", "create", "y", "--year", "2026", *DATES],
        ["contacts", "import", str(tmp_path / "people.csv")],
        ["sample", "plan", "y", "--size", "24"],
    ):
        assert main(command) == 0
    assert main(command_to_open("y")) == 0
    assert main(["sample", "draw", "y", "--out", str(tmp_path / "sample.json")]) == 0
    assert main(["invitations", "make", "y"]) == 0
    capsys.readouterr()
    assert main(["handout", "show", "y"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "  12 wait for a file (SMS)",
        "  12 wait for a file (letter)",
    ]
    key, asked = pyrage.x25519.Identity.generate(), ["handout", "ask", "y", "--purpose", "By post"]
    table, pdf, back = (tmp_path / name for name in ("t.xlsx.age", "l.pdf", "back.csv"))
    assert main([*asked, "--form", "sealed", "--recipient", "age1x"]) == 1
    assert "this is no age key" in capsys.readouterr().err
    assert main([*asked, "--form", "sealed", "--recipient", str(key.to_public())]) == 0
    assert main([*asked, "--form", "letters"]) == 0
    shown = capsys.readouterr().out
    assert "0: sealed table (SMS), 12 people, allowed, not made, asked for by" in shown
    assert "1: letters as PDF (letter), 12 people, allowed, not made, asked for by" in shown
    assert main(["handout", "make", "y", "0", "--out", str(table)]) == 0
    assert main(["handout", "make", "y", "1", "--out", str(pdf)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{table}: 12 invitations; the file is not kept here",
        f"{pdf}: 12 invitations; the file is not kept here",
    ]
    assert pdf.read_bytes().startswith(b"%PDF")
    opened = tmp_path / "t.xlsx"
    opened.write_bytes(pyrage.decrypt(table.read_bytes(), [key]))
    rows = list(load_workbook(opened).worksheets[0].values)
    back.write_text(f"reference,outcome\n{rows[1][5]},returned\n{rows[2][5]},opted_out\n")
    assert main(["handout", "returns", "y", str(back)]) == 0
    assert capsys.readouterr().out == "0 delivered, 1 came back, 1 opted out\n"
    assert main(["handout", "drop", "y", "0"]) == 1
    assert "made already" in capsys.readouterr().err
