"""Unfinished ratings side by side in one conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from survey_flows.box import GOES
from survey_flows.effects import RatingBegun, StoreBallot
from survey_flows.events import Returned, TimedOut, Typed
from survey_flows.session import MOST_WAITING, without_expired, worn
from tests.conversations import MORNING, Talk, build_definition


def labels(talk: Talk) -> list[str]:
    assert talk.screen is not None
    return [button.label for row in talk.screen.rows for button in row]


def two_ratings() -> Talk:
    """A rating of the finance office with two answers waits, one of the police goes on."""
    talk = Talk(build_definition())
    talk.start(unit="FIN")
    talk.press("办过事")
    talk.press("不满意")
    talk.start(unit="POL")
    talk.press("先评市公安局")
    return talk


def finish(talk: Talk, level: str) -> StoreBallot:
    for _ in range(12):
        known = [one for one in ("办过事", level, "跳过", "提交") if one in labels(talk)]
        talk.press(known[0])
        for effect in talk.effects:
            if isinstance(effect, StoreBallot):
                return effect
    raise AssertionError(talk.screen)


def test_both_ratings_go_on_and_each_has_its_own_answers() -> None:
    talk = two_ratings()
    assert finish(talk, "满意").ballot.unit == "POL"
    assert "未提交的评价（1）" in labels(talk)
    talk.press("未提交的评价（1）")
    assert labels(talk)[0] == "未提交：接着评市财政局"
    talk.press("未提交：接着评市财政局")
    assert talk.notices == ("这是您还没有提交的评价，接着填就行。",)
    ballot = finish(talk, "满意").ballot
    assert (ballot.unit, ballot.ratings.split()[0], ballot.facts) == (
        "FIN",
        "D",
        (("contact", "used"),),
    )
    assert talk.session is not None
    assert talk.session.waiting == ()


def test_the_poster_of_a_rating_that_waits_goes_on_with_it() -> None:
    talk = two_ratings()
    talk.press("办过事")
    talk.start(unit="FIN")
    talk.press("先评市财政局")
    assert talk.session is not None
    assert dict(talk.session.answers) == {"contact": "used", "overall": "D"}
    assert [one.unit for one in talk.session.waiting] == ["POL"]


def test_each_page_goes_on_with_the_rating_that_it_shows() -> None:
    """Two tabs: the older one shows the finance office, the newer one the police."""
    talk = Talk(build_definition())
    talk.start(unit="FIN")
    talk.press("办过事")
    first = talk.data("不满意")
    talk.start(unit="POL")
    talk.press("先评市公安局")
    second = talk.data("办过事")
    talk.press_data(first)
    assert talk.session is not None
    assert (talk.session.unit, talk.session.answers["overall"]) == ("FIN", "D")
    talk.press_data(second)
    assert (talk.session.unit, dict(talk.session.answers)) == ("POL", {"contact": "used"})
    assert [dict(one.answers) for one in talk.session.waiting] == [
        {"contact": "used", "overall": "D"}
    ]


def test_words_of_a_page_land_in_the_rating_that_it_shows() -> None:
    talk = Talk(build_definition())
    talk.start(unit="FIN")
    for answer in ("办过事", "满意", "满意", "满意", "满意"):
        talk.press(answer)
    assert talk.screen is not None
    assert talk.screen.input == "text"
    key = talk.screen.key
    talk.start(unit="POL")
    talk.press("先评市公安局")
    talk.press("办过事")
    talk.take(Typed("路灯太暗", token=talk.token(), key=key))
    assert talk.session is not None
    assert (talk.session.unit, talk.session.place) == ("FIN", GOES)
    assert talk.session.answers["comment"] == "路灯太暗"


def test_words_of_a_page_whose_rating_is_over_land_nowhere() -> None:
    talk = Talk(build_definition())
    talk.start(unit="FIN")
    for answer in ("办过事", "满意", "满意", "满意", "满意"):
        talk.press(answer)
    assert talk.screen is not None
    key = talk.screen.key
    talk.press("停止")
    talk.start(unit="MIX")
    talk.take(Typed("路灯太暗", token=talk.token(), key=key))
    assert talk.session is not None
    assert talk.session.answers == {}
    assert talk.notices == ("这个按钮已经过时，没有任何改动。请看当前这一步。",)


def test_a_button_of_a_waiting_rating_that_no_longer_fits_changes_nothing() -> None:
    talk = two_ratings()
    assert talk.session is not None
    before = replace(talk.session, stale=0)
    talk.press_data(f"{talk.session.waiting[0].key}:y")
    assert replace(talk.session, stale=0) == before


def test_the_list_puts_the_present_rating_aside_too() -> None:
    talk = two_ratings()
    talk.press("办过事")
    talk.press("未提交的评价（1）")
    assert labels(talk)[:2] == ["未提交：接着评市财政局", "未提交：接着评市公安局"]


def test_with_many_unfinished_ratings_one_has_to_end_first() -> None:
    talk = Talk(build_definition())
    units = ["FIN", "POL", "HUD", "TRA"]
    for unit in units:
        talk.start(unit=unit)
        if unit != units[0]:
            talk.press(next(one for one in labels(talk) if one.startswith("先评")))
        talk.press("办过事")
    assert talk.session is not None
    before = talk.session.waiting
    assert [one.unit for one in before] == units[:MOST_WAITING]
    assert not [one for one in labels(talk) if one.startswith("未提交的评价")]
    talk.start(unit="MIX")
    assert labels(talk) == [
        "接着评市交通运输局",
        "未提交：接着评市财政局",
        "未提交：接着评市公安局",
        "未提交：接着评市住房和城乡建设局",
        "清除市交通运输局的回答，评市图书馆",
    ]
    talk.press_data(f"{talk.session.key}:h")
    assert (talk.session.unit, talk.session.waiting) == ("TRA", before)
    talk.press("接着评市交通运输局")
    talk.press("停止")
    talk.start(unit="FIN")
    assert [one.unit for one in talk.session.waiting] == ["POL", "HUD"]


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_of_many_unfinished_ratings_each_can_go_on_or_the_present_one_be_given_up(
    lang: str,
) -> None:
    for choice in range(5):
        talk = Talk(build_definition())
        for unit in ("FIN", "POL", "HUD", "TRA"):
            talk.start(unit=unit, lang=lang)
            if talk.screen and talk.screen.step == "other":
                talk.press(labels(talk)[1])
            talk.press(next(one for one in labels(talk) if one in ("办过事", "Used a service")))
        talk.start(unit="430102", lang=lang)
        talk.press(labels(talk)[choice])
        assert talk.session is not None
        waiting = {one.unit for one in talk.session.waiting if one.answers}
        assert talk.session.unit == ("TRA", "FIN", "POL", "HUD", "430102")[choice]
        assert waiting == {"FIN", "POL", "HUD", "TRA"} - {talk.session.unit} - (
            {"TRA"} if choice == 4 else set()
        )


def test_a_new_rating_never_takes_the_key_of_one_that_waits() -> None:
    talk = two_ratings()
    talk.press("办过事")
    talk.press("未提交的评价（1）")
    talk.press("未提交：接着评市财政局")
    talk.press("停止")
    assert talk.session is not None
    talk.press("市交通运输局")
    assert talk.session.key not in {one.key for one in talk.session.waiting}


def test_a_rating_that_timed_out_never_takes_the_key_of_one_that_waits() -> None:
    """Its buttons would be those of the other."""
    talk = two_ratings()
    talk.press("办过事")
    talk.press("未提交的评价（1）")
    talk.press("未提交：接着评市财政局")
    assert talk.session is not None
    [waits] = talk.session.waiting
    talk.session = replace(talk.session, round=waits.round - 1, nonce=waits.key.split(".")[0])
    talk.take(TimedOut())
    assert talk.session.answers == {}
    assert talk.session.waiting == (waits,)
    assert talk.session.key != waits.key


def test_what_waits_ends_after_the_idle_time_and_outlasts_the_wear_of_a_conversation() -> None:
    talk = two_ratings()
    talk.press("停止")
    assert talk.session is not None
    later = int(MORNING.timestamp()) + 2 * 3600
    rested = worn(without_expired(talk.session, later, 72 * 3600), later, "NEWONE", "")
    assert (rested.nonce, rested.waiting) == ("NEWONE", talk.session.waiting)
    gone = later + 72 * 3600
    assert without_expired(rested, gone, 72 * 3600).waiting == ()
    talk.now += timedelta(hours=73)
    talk.take(Returned())
    assert not [one for one in labels(talk) if one.startswith("未提交")]


def test_a_rating_of_a_unit_that_is_gone_waits_no_longer() -> None:
    talk = two_ratings()
    units = {code: unit for code, unit in talk.definition.units.items() if code != "FIN"}
    talk.definition = replace(talk.definition, units=units)
    talk.press("停止")
    assert talk.session is not None
    assert talk.session.waiting == ()


@pytest.mark.parametrize("state", ["closed", "closing"])
def test_the_close_says_that_unfinished_ratings_are_not_counted(state: str) -> None:
    talk = two_ratings()
    talk.press("停止")
    talk.definition = replace(talk.definition, state=state)
    talk.take(Returned())
    assert talk.session is None
    assert any("没有提交" in notice for notice in talk.notices)


def test_only_a_rating_that_begins_asks_whether_the_unit_was_rated() -> None:
    talk = Talk(build_definition())
    talk.start(unit="FIN")
    assert RatingBegun("c2026", "FIN") in talk.effects
    talk.press("办过事")
    assert RatingBegun("c2026", "FIN") not in talk.effects
    talk.start(unit="POL")
    talk.press("先评市公安局")
    assert RatingBegun("c2026", "POL") in talk.effects
    talk.start(unit="FIN")
    assert not any(isinstance(effect, RatingBegun) for effect in talk.effects)
