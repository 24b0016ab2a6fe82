"""Who asks: what is needed, that nothing is opened without it, and where citizens read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot.__main__ import main
from bot.campaigns.definition import read_definition
from bot.campaigns.lifecycle import create_campaign, open_campaign
from bot.campaigns.opening import show_opening
from bot.campaigns.organiser import chosen_organiser, read_organiser, save_organiser
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.scheme_files import offered_scheme, shipped_scheme
from bot.core.shipped_files import offered_questionnaires, shipped_words
from bot.storage.database import reading, writing
from bot.storage.schema.all import preferences
from survey_flows.campaign_aim import PURPOSES, Aim
from survey_flows.campaign_definition import Organiser
from survey_flows.errors import BadInput
from survey_flows.load import dump_questionnaire
from survey_flows.organiser import organiser_line
from survey_flows.overlays import explain
from tests.contract.test_conductor import DESK, draft, make_road
from tests.conversations import Talk, build_definition
from tests.openings import NAMED, ORGANISER

WHOLE: Mapping[str, str] = {
    "name_zh": "清水市考评办",
    "name_en": "Qingshui Appraisal Office",
    "phone": "0731-12345678",
    "privacy": "0731-12345679",
    "country": "CN",
    "icp": "湘ICP备12345678号",
    "police": "湘公网安备43010202000123号",
}
LINES = {
    "zh-Hans": "主办：清水市考评办　电话：0731-12345678　个人信息事务：0731-12345679"
    "　湘ICP备12345678号　湘公网安备43010202000123号",
    "en": "Run by Qingshui Appraisal Office · 0731-12345678 · privacy: 0731-12345679"
    " · 湘ICP备12345678号 · 湘公网安备43010202000123号",
}


def test_what_is_typed_becomes_the_line_that_citizens_read() -> None:
    made = chosen_organiser(**WHOLE)
    assert made == ORGANISER
    words = shipped_words()
    assert {lang: organiser_line(made, lang, words) for lang in words.languages} == LINES
    assert organiser_line(None, "en", words) == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("name_zh", value) for value in ("", "  ", "局" * 61, "局\x07")),
        *(("phone", value) for value in ("", "12345 # call", "tel", "1")),
        *(("privacy", value) for value in ("", "x")),
        *(("country", value) for value in ("", "cn", "China")),
        *(("icp", value) for value in ("", "12345678", "湘ICP备号")),
        *(("police", value) for value in ("", "43010202000123")),
    ],
)
def test_what_is_missing_or_wrong_is_told_by_its_field(field: str, value: str) -> None:
    with pytest.raises(BadInput) as refused:
        chosen_organiser(**{**WHOLE, field: value})
    assert [problem.place.field for problem in refused.value.problems] == [field]


def test_outside_china_no_filing_number_is_asked_for_and_a_wrong_one_is_refused() -> None:
    abroad = {**WHOLE, "country": "SG", "icp": "", "police": ""}
    assert chosen_organiser(**abroad).icp == ""
    with pytest.raises(BadInput):
        chosen_organiser(**{**abroad, "icp": "none"})


@pytest.mark.parametrize("purpose", PURPOSES)
async def test_no_campaign_is_opened_without_it_and_the_registration_keeps_it(
    sqlite_url: str, tmp_path: Path, purpose: str
) -> None:
    async with make_road(sqlite_url, tmp_path) as road:
        async with writing(road.database) as connection:
            await connection.execute(delete(preferences))
        await create_campaign(road.database, replace(draft("next"), aim=Aim(purpose)), road.clock)

        async def opened() -> None:
            seen = (await show_opening(road.database, "next")).digest
            await open_campaign(road.database, "next", road.keys, DESK, "next", seen)

        with pytest.raises(BadInput) as refused:
            await opened()
        assert refused.value.message.id == "opening-organiser-missing"
        await save_organiser(road.database, ORGANISER)
        seen_before = (await show_opening(road.database, "next")).digest
        await save_organiser(road.database, replace(ORGANISER, phone="12345"))
        assert (await show_opening(road.database, "next")).digest != seen_before
        await save_organiser(road.database, ORGANISER)
        await opened()
        await road.mixer.turn()
        await save_organiser(road.database, replace(ORGANISER, phone="110110"))
        async with reading(road.database) as connection:
            row = await read_campaign_row(connection, "next")
        assert read_definition(row).organiser == ORGANISER
        assert (await read_organiser(road.database)) != ORGANISER


async def test_no_campaign_is_opened_whose_scheme_cannot_read_its_answers(
    sqlite_url: str, tmp_path: Path
) -> None:
    forms = {name: dump_questionnaire(form) for name, form in offered_questionnaires().items()}
    async with make_road(sqlite_url, tmp_path) as road:
        old = replace(
            draft("next"), questionnaires=forms, scheme=shipped_scheme().model_dump_json()
        )
        await create_campaign(road.database, old, road.clock)
        found = await show_opening(road.database, "next")
        assert {stop.message.id for stop in found.stops} == {"opening-scale-unread"}
        assert len(found.stops) == 9
        new = replace(old, id="new", scheme=offered_scheme().model_dump_json())
        await create_campaign(road.database, new, road.clock)
        assert (await show_opening(road.database, "new")).stops == ()


def test_every_way_into_a_conversation_says_who_asks() -> None:
    talk = Talk(build_definition(organiser=ORGANISER))
    talk.start()
    assert LINES["zh-Hans"] in talk.notices[0]
    for lang, line in LINES.items():
        assert line in explain(talk.definition, lang, "help")


def test_the_command_stores_and_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    assert main(["organiser", "show"]) == 1
    assert main(["organiser", "set", *NAMED]) == 0
    capsys.readouterr()
    assert main(["organiser", "show"]) == 0
    assert capsys.readouterr().out.splitlines() == list(LINES.values())
    assert main(["organiser", "set", *NAMED[:-2]]) == 1
    assert "police" in capsys.readouterr().err


def test_names_are_shown_in_their_language_or_in_chinese() -> None:
    one = Organiser({"zh-Hans": "办"}, "1", "2", "SG")
    assert organiser_line(one, "en", shipped_words()) == "Run by 办 · 1 · privacy: 2"
