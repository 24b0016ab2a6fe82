"""A pilot says so in its own title: on pages, in tables, pictures and files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.titles import file_mark, marked_title, printed_title
from bot.fieldwork.outreach.push_texts import plain_texts, texts_as_sent
from bot.publication.exports import campaign_book
from bot.publication.reports.posters import Counter, _texts
from survey_flows.campaign_aim import COUNTING, PILOT, PURPOSES, Aim
from tests.contract.test_conductor import Road, make_road
from tests.conversations import build_definition
from tests.openings import ORGANISER
from tests.unit.bot.publication.test_statistical_files import GIVEN
from tests.web_city import make_draft

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
    pilot = replace(GIVEN, campaign=replace(GIVEN.campaign, aim=Aim("pilot")))
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
    words = ["--year", "2026", "--title-zh", "试用", "--title-en", "Test", "--purpose", "pilot"]
    window = ["--opens", "2026-11-01", "--closes", "2027-01-31"]
    assert main(["campaign", "create", "y", *words, *window]) == 0
    assert "y  试用（试评） / Test (pilot)" in capsys.readouterr().out


def test_row_pilot_posters_and_invitations_carry_the_mark() -> None:
    definition = build_definition(organiser=ORGANISER)
    one = Counter("HUD", {"zh-Hans": "1号窗口", "en": "Counter 1"})
    address = {"HUD": "https://rate.example.gov/r/ABCDEFGHIJ/HUD"}
    told = [
        _texts(replace(definition, aim=Aim(purpose)), [one], address)["title"]
        for purpose in PURPOSES
    ]
    assert ["试评" in str(title) and "(pilot)" in str(title) for title in told] == [False, True]


@pytest.fixture
async def road(tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(f"sqlite+aiosqlite:///{tmp_path}/pilot.sqlite3", tmp_path) as made:
        yield made


async def test_row_pilot_an_invitation_names_it_and_so_does_the_open_data(road: Road) -> None:
    for name, pilot in (("trial", True), ("count", False)):
        draft = replace(make_draft(), id=name, aim=Aim(PILOT if pilot else COUNTING))
        await create_campaign(road.database, draft, road.clock)
        texts = await plain_texts(road.database, name, "Asia/Shanghai")
        assert ("（试评）" in texts["zh-Hans"], "(pilot)" in texts["en"]) == (pilot, pilot)
        own = {"zh-Hans": "请来评价", "en": "Please rate"}
        sent = await texts_as_sent(road.database, name, own)
        said = ("这是试评" in sent["zh-Hans"], "This is a pilot" in sent["en"])
        assert said == (pilot, pilot), "whoever writes the message cannot leave it out"
        assert await texts_as_sent(road.database, name, sent) == sent
    assert marked_title(TITLE, True) == {
        "zh-Hans": "春季民评（试评）",
        "en": "Spring ratings (pilot)",
    }
