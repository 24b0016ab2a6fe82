"""Posters as a citizen meets them: one page each, with a code that a phone reads."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from bot.__main__ import main
from bot.publication.reports.counter_file import read_counters
from bot.publication.reports.posters import Counter, _texts, render_posters
from bot.spreadsheets.reader import read_sheet
from survey_flows.campaign_definition import Unit
from survey_flows.errors import BadInput
from tests.conversations import build_definition
from tests.openings import ORGANISER, command_to_open, name_organiser

DEFINITION = build_definition(organiser=ORGANISER)
A4 = (595, 842)
"""Points of a page: 210 mm by 297 mm at 72 to the inch."""
UNITS = "code,name_zh,name_en,category,questionnaire\nTAX,市税务局,Tax Bureau,B_econ,window\n"
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


def counter(unit: str, zh: str = "1号窗口", en: str = "Counter 1") -> Counter:
    return Counter(unit, {"zh-Hans": zh, "en": en})


def addresses(*counters: Counter) -> Mapping[str, str]:
    return {one.unit: f"https://rate.example.gov/r/ABCDEFGHIJ/{one.unit}" for one in counters}


def read(picture: bytes) -> tuple[tuple[int, int], list[str]]:
    """Return width and height of a page in pixels, and the texts that a phone reads on it."""
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))
    return (pixels.shape[1], pixels.shape[0]), [
        found.text for found in zxingcpp.read_barcodes(pixels)
    ]


def test_each_counter_has_one_page_whose_code_opens_its_unit() -> None:
    counters = [counter("HUD"), counter("430102"), counter("HUD", "2号窗口", "Counter 2")]
    pages = render_posters(DEFINITION, counters, addresses(*counters), "png", 72)
    for page, one in zip(pages, counters, strict=True):
        (width, height), codes = read(page)
        assert (abs(width - A4[0]) <= 1, abs(height - A4[1]) <= 1) == (True, True)
        assert codes == [f"https://rate.example.gov/r/ABCDEFGHIJ/{one.unit}"]
    assert pages[0] != pages[2], "the counter stands on the page"


def test_the_longest_names_that_are_stored_stay_on_their_page() -> None:
    name = {"zh-Hans": "局" * 80, "en": "Bureau of Words " * 7 + "and more"}
    definition = replace(DEFINITION, units={"LONG": Unit("LONG", name, "window", "B")})
    one = counter("LONG", "窗" * 40, "W" * 59 + "!")
    [page] = render_posters(definition, [one], addresses(one), "png", 72)
    assert read(page)[1] == ["https://rate.example.gov/r/ABCDEFGHIJ/LONG"]


def test_a_poster_says_who_asks_until_when_and_what_is_asked_in_both_languages() -> None:
    one = counter("HUD")
    data = _texts(DEFINITION, [one], {"HUD": "https://rate.example.gov/u/HUD"})
    assert data["organiser"] == [
        "主办：清水市考评办　电话：0731-12345678　个人信息事务：0731-12345679"
        "　湘ICP备12345678号　湘公网安备43010202000123号",
        "Run by Qingshui Appraisal Office · 0731-12345678 · privacy: 0731-12345679",
    ]
    assert data["once"] == ["年度评价", "Yearly rating"]
    assert "2026年11月30日 24:00" in str(data["until"])
    assert "'typed': 'rate.example.gov/u/HUD'" in str(data["pages"])


def test_a_name_is_never_taken_for_markup() -> None:
    one = counter("HUD", '#panic("x") *b* $y$ ]', "\\ #import #pagebreak()")
    assert len(render_posters(DEFINITION, [one], addresses(one), "png", 72)) == 1


@pytest.mark.parametrize(
    "name", ["𠮷安✔😀", "a\x0bb", "\u202e公", "\ue000", "\U0010fffd", "👨‍👩‍👧"]
)
def test_no_sign_of_a_name_stops_a_poster(name: str) -> None:
    definition = replace(
        DEFINITION, units={"ODD": Unit("ODD", {"zh-Hans": name, "en": name}, "window", "B")}
    )
    one = counter("ODD", name, name)
    assert render_posters(definition, [one], addresses(one))[0].startswith(b"%PDF-")
    [page] = render_posters(definition, [one], addresses(one), "png", 72)
    assert read(page)[1] == ["https://rate.example.gov/r/ABCDEFGHIJ/ODD"]


def test_a_poster_is_the_same_bytes_every_time_and_carries_its_font() -> None:
    [first], [second] = (
        render_posters(DEFINITION, [counter("HUD")], addresses(counter("HUD"))) for _ in range(2)
    )
    assert first == second
    assert first.startswith(b"%PDF-")
    assert b"NotoSansSC" in first


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "unit,counter_zh\nXXX,一\n",
            ", row 2, column unit: there is no unit of this campaign «XXX»",
        ),
        ("unit,counter_zh\nHUD,\n", ", row 2, column counter_zh: the cell is empty"),
        (
            "unit,counter_zh\nHUD,一\nHUD,一\n",
            ", row 3, column unit: «HUD 一» stands in row 2 already",
        ),
        ("unit,counter_zh\n", ": the table needs 1 to 1000 rows and has 0; split it"),
        (
            "unit,counter_zh\n" + "HUD,一\n" * 1001,
            ": the table needs 1 to 1000 rows and has 1001; split it",
        ),
    ],
)
def test_a_wrong_table_of_counters_is_told_by_row(text: str, complaint: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_counters(read_sheet("counters.csv", text.encode()), DEFINITION.units)
    assert str(refused.value).startswith(f"counters.csv{complaint}")


def test_a_counter_without_an_english_name_bears_its_chinese_one() -> None:
    text = "单位代码,窗口\nHUD,3号窗口\n"
    assert read_counters(read_sheet("counters.csv", text.encode()), DEFINITION.units) == [
        counter("HUD", "3号窗口", "3号窗口")
    ]


def test_posters_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    units, counters, out = (
        tmp_path / "units.csv",
        tmp_path / "counters.csv",
        tmp_path / "posters.pdf",
    )
    units.write_text(UNITS)
    counters.write_text(
        "unit,counter_zh,counter_en\nTAX,1号窗口,Counter 1\nTAX,2号窗口,Counter 2\n"
    )
    assert main(["import", "units", str(units)]) == 0
    assert main(["campaign", "create", "y", "--year", "2026", *DATES]) == 0
    words = ["posters", "y", str(counters), "--out", str(out)]
    assert main(words) == 1
    assert "MINPING_PUBLIC_URL: set it first" in capsys.readouterr().err
    assert main([*words, "--to", "telegram"]) == 1
    assert "MINPING_TELEGRAM_NAME: set it first" in capsys.readouterr().err
    monkeypatch.setenv("MINPING_PUBLIC_URL", "https://rate.example.gov")
    assert main(words) == 1
    assert "a poster says who asks" in capsys.readouterr().err
    name_organiser()
    capsys.readouterr()
    assert main(words) == 0
    assert capsys.readouterr().out == f"{out}: 2 posters\n"
    web = out.read_bytes()
    monkeypatch.setenv("MINPING_TELEGRAM_NAME", "rate_bot")
    assert main([*words, "--to", "telegram"]) == 0
    assert out.read_bytes() != web
    assert main([*words[:-1], str(tmp_path / "none" / "x.pdf")]) == 1
    assert "the file cannot be written" in capsys.readouterr().err
    assert main(command_to_open("y")) == 0
    assert main(["campaign", "close", "y", "--reason", "for a test"]) == 0
    assert main(words) == 1
    assert "y: this campaign is closed" in capsys.readouterr().err
