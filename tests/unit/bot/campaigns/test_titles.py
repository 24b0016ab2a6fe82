"""A pilot says so in its own title: on pages, in tables, pictures and files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.campaigns.titles import file_mark, printed_title
from bot.publication.exports import campaign_book
from tests.unit.bot.publication.test_statistical_files import GIVEN

TITLE = {"zh-Hans": "春季民评", "en": "Spring ratings"}


@pytest.mark.parametrize(
    ("pilot", "void", "expected"),
    [
        (False, False, ("春季民评", "Spring ratings")),
        (True, False, ("春季民评（试评）", "Spring ratings (pilot)")),
        (False, True, ("春季民评（已作废）", "Spring ratings (withdrawn)")),
    ],
)
def test_a_title_says_what_counts_nowhere(
    pilot: bool, void: bool, expected: tuple[str, str]
) -> None:
    title = printed_title(TITLE, pilot, void)
    assert (title.zh, title.en) == expected
    assert (file_mark(True), file_mark(False)) == ("-pilot", "")


def test_the_book_of_a_pilot_and_its_method_page_carry_the_mark() -> None:
    pilot = replace(GIVEN, campaign=replace(GIVEN.campaign, pilot=True))
    book = campaign_book(pilot, "Asia/Shanghai")
    assert "（试评）" in book.title
    assert "(pilot)" in book.title
    method = next(page for page in book.pages if page.name == "method")
    assert any("（试评）" in str(cell) for row in method.rows for cell in row)
    plain = campaign_book(GIVEN, "Asia/Shanghai")
    assert "试评" not in plain.title


def test_the_command_prints_the_mark_with_the_title(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    units = "code,name_zh,name_en,category,questionnaire\nFIN,市财政局,Finance,B_econ,econ\n"
    (tmp_path / "units.csv").write_text(units)
    assert main(["import", "units", str(tmp_path / "units.csv")]) == 0
    words = ["--year", "2026", "--title-zh", "试用", "--title-en", "Test", "--pilot"]
    window = ["--opens", "2026-11-01", "--closes", "2027-01-31"]
    assert main(["campaign", "create", "y", *words, *window]) == 0
    assert "y  试用（试评） / Test (pilot)" in capsys.readouterr().out
