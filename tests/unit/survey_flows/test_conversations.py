"""Points of a conversation that deserve a name; the whole of it is in tests/golden/flows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from survey_flows.ballot import Ballot
from survey_flows.campaign_definition import Unit
from survey_flows.conditions import condition_holds, parse_condition, write_condition
from survey_flows.effects import EndConversation, ErasePerson, Screen, StoreBallot
from survey_flows.errors import BadInput
from survey_flows.events import TopicRequested, Typed
from survey_flows.localized_names import end_in_figures, known_language, show_end
from survey_flows.outside_window import Phase, phase
from survey_flows.questionnaire import AnswerComparison, Condition
from survey_flows.unit_list import search_units
from tests.conversations import CITY_TIME, MORNING, Talk, build_definition

SHORT_ROAD = ["办过事", "满意", "非常满意", "不了解", "不满意", "跳过", "提交"]


def cast(talk: Talk) -> Ballot:
    (ballot,) = (effect.ballot for effect in talk.effects if isinstance(effect, StoreBallot))
    return ballot


def rated(talk: Talk, unit: str, link: str = "", road: list[str] | None = None) -> Ballot:
    talk.start(unit=unit, link=link)
    for label in road or SHORT_ROAD:
        talk.press(label)
    return cast(talk)


def test_eight_presses_lead_from_a_deep_link_to_the_receipt() -> None:
    talk = Talk(build_definition())
    ballot = rated(talk, "HUD")
    assert 1 + len(SHORT_ROAD) == 8
    assert ballot == Ballot(
        campaign="c2026",
        unit="HUD",
        questionnaire="window",
        group="service_user",
        stratum="",
        source="open",
        ratings="S VS DK D",
        facts=(("contact", "used"),),
        comment="",
        bucket=int(MORNING.timestamp()) // 900,
        receipt="000008RECEIPT008",
    )


def test_the_receipt_shows_the_code_and_no_answer() -> None:
    talk = Talk(build_definition())
    rated(talk, "HUD")
    screen: Screen | None = talk.screen
    assert screen is not None
    assert "0000-08RE-CEIP-T008" in screen.text
    assert not any(answer in screen.text for answer in ("办过事", "满意", "不了解"))
    assert talk.session is not None
    assert talk.session.answers == {}


@pytest.mark.parametrize(
    ("link", "contact", "expected"),
    [
        ("", "办过事", ("service_user", "open", "")),
        ("poster", "被检查、执法或走访过", ("service_user", "open", "")),
        ("poster", "没有，但了解其工作", ("resident", "open", "")),
        ("gone", "办过事", ("service_user", "open", "")),
        ("deputy", "办过事", ("deputy", "invited", "430102")),
        ("staff", "办过事", ("resident", "invited", "")),
        ("", "我在该单位工作", ("staff", "open", "")),
        ("staff", "我在该单位工作", ("staff", "invited", "")),
        ("deputy", "我在该单位工作", ("staff", "invited", "430102")),
    ],
)
def test_only_an_open_link_resident_is_moved_by_the_answers_but_staff_always_are(
    link: str, contact: str, expected: tuple[str, str, str]
) -> None:
    ballot = rated(Talk(build_definition()), "FIN", link, [contact, *SHORT_ROAD[1:]])
    assert (ballot.group, ballot.source, ballot.stratum) == expected


def test_an_open_link_does_not_take_an_invitation_away() -> None:
    talk = Talk(build_definition())
    talk.start(link="deputy")
    assert rated(talk, "FIN", "poster").group == "deputy"


def test_another_units_poster_clears_nothing_unasked() -> None:
    for goes in (False, True):
        talk = Talk(build_definition())
        talk.start(unit="FIN")
        talk.press("办过事")
        talk.press("不满意")
        assert talk.session is not None
        answers = dict(talk.session.answers)
        talk.start(unit="POL")
        assert talk.screen is not None
        assert talk.screen.step == "other"
        assert talk.session.answers == answers
        talk.press("先评市公安局" if goes else "接着评市财政局")
        assert talk.session.overlay == ""
        assert (talk.session.unit, talk.session.answers) == (
            ("POL", {}) if goes else ("FIN", answers)
        )
        assert [one.unit for one in talk.session.waiting] == (["FIN"] if goes else [])
        assert any("市财政局的评价还没提交，已留着" in one for one in talk.notices) == goes


def test_several_texts_are_told_apart_in_the_comment() -> None:
    talk = Talk(build_definition())
    talk.start(unit="MIX")
    for text in ("继续", "是", "9", "查资料", "满意", "很好", "1", "提交"):
        talk.write(text)
    ballot = cast(talk)
    assert ballot.comment == "[why] 查资料\n[more] 很好"
    assert ballot.facts == (("visited", "yes"), ("times", "9"))
    assert ballot.ratings == "S"


def test_the_last_moment_counts_and_the_closing_moment_does_not() -> None:
    definition = build_definition()
    second = timedelta(seconds=1)
    assert phase(definition, definition.opens_at - second) is Phase.BEFORE
    assert phase(definition, definition.opens_at) is Phase.OPEN
    assert phase(definition, definition.closes_at - second) is Phase.OPEN
    assert phase(definition, definition.closes_at) is Phase.AFTER


@pytest.mark.parametrize(
    ("closes", "zh", "en"),
    [
        ((2026, 12, 1, 0, 0), "2026年11月30日 24:00", "the end of 30 November 2026"),
        ((2027, 1, 1, 0, 0), "2026年12月31日 24:00", "the end of 31 December 2026"),
        ((2026, 12, 1, 18, 30), "2026年12月1日 18:30", "1 December 2026, 18:30"),
    ],
)
def test_midnight_is_told_as_the_end_of_the_day_before(
    closes: tuple[int, int, int, int, int], zh: str, en: str
) -> None:
    definition = build_definition(closes_at=datetime(*closes, tzinfo=CITY_TIME))
    assert [show_end(definition, lang) for lang in ("zh-Hans", "en")] == [zh, en]


def test_deleting_leaves_nothing_of_the_conversation() -> None:
    talk = Talk(build_definition())
    rated(talk, "FIN")
    talk.write("/start")
    talk.take(TopicRequested("delete"))
    talk.press("全部删除")
    assert talk.session is None
    assert talk.effects[0] == ErasePerson("c2026")
    assert talk.effects[-1] == EndConversation()


def test_a_number_never_submits_and_never_deletes() -> None:
    talk = Talk(build_definition())
    talk.start(unit="FIN")
    talk.press("不了解")
    talk.press("跳过")
    talk.write("1")
    assert talk.session is not None
    assert talk.session.place == "q:contact"
    talk.take(TopicRequested("delete"))
    talk.write("1")
    assert talk.session is not None
    assert talk.session.overlay == "delete"


def test_submitting_without_a_token_asks_for_the_button() -> None:
    talk = Talk(build_definition())
    talk.start(unit="FIN")
    talk.press("不了解")
    talk.press("跳过")
    talk.take(Typed("提交"))
    assert talk.notices == ("请按“提交”按钮来提交。",)
    assert talk.session is not None
    assert talk.session.place == "review"


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("jtj", ["TRA"]),
        ("fin", ["FIN"]),
        ("43010", ["430102", "430103", "430104"]),
        ("局", ["TRA", "HUD", "FIN", "POL"]),
        ("security public", ["POL"]),
        ("  区 芙蓉 ", ["430102"]),
        ("OLD", []),
        ("zzz", []),
    ],
)
def test_a_unit_is_found_by_any_part_of_its_names(query: str, codes: list[str]) -> None:
    assert [unit.code for unit in search_units(build_definition(), query)] == codes


@pytest.mark.parametrize(
    ("tag", "lang"),
    [
        ("zh-CN", "zh-Hans"),
        ("zh_TW", "zh-Hans"),
        ("ZH", "zh-Hans"),
        ("en-GB", "en"),
        ("fr", "zh-Hans"),
        ("", "zh-Hans"),
    ],
)
def test_a_language_tag_finds_the_nearest_language(tag: str, lang: str) -> None:
    assert known_language(build_definition(), tag) == lang


def test_a_unit_code_that_fits_no_button_is_refused() -> None:
    with pytest.raises(BadInput, match="a unit's code has 1 to 32 bytes"):
        Unit("单" * 11, {"en": "x"}, "window", "B")


@pytest.mark.parametrize(
    ("text", "answers", "expected"),
    [
        ("a = x", {"a": "x"}, True),
        ("a = x", {}, False),
        ("a != x", {}, True),
        ("n >= 10", {"n": "9"}, False),
        ("n >= 10", {"n": "10"}, True),
        ("n < -1", {"n": "-2"}, True),
        ("n > 1", {"n": ""}, False),
        ("a = x and b = y", {"a": "x"}, False),
        ("a = x or b = y", {"a": "x"}, True),
        ("${a} = 'x' or ${b} = \"y\"", {"b": "y"}, True),
    ],
)
def test_conditions_hold_over_the_answers_given(
    text: str, answers: dict[str, str], expected: bool
) -> None:
    condition = parse_condition(text)
    assert condition_holds(condition, answers) is expected
    assert parse_condition(write_condition(condition)) == condition


def test_a_condition_is_read_into_its_parts() -> None:
    assert parse_condition("${a} != 'x' and b<=3") == Condition(
        (AnswerComparison("a", "!=", "x"), AnswerComparison("b", "<=", "3"))
    )


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2027-01-01T00:00:00+08:00", "2026-12-31 24:00"),
        ("2026-12-31T18:30:00+08:00", "2026-12-31 18:30"),
        ("2027-01-01T00:00:00+00:00", "2027-01-01 00:00"),
    ],
)
def test_staff_read_a_midnight_deadline_as_the_end_of_the_day_before(
    moment: str, told: str
) -> None:
    assert end_in_figures(datetime.fromisoformat(moment)) == told
