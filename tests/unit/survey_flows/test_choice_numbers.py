"""Choices by number, where there are no buttons."""

from __future__ import annotations

from datetime import timedelta

import pytest

from survey_flows.choice_numbers import by_number, by_word, verb
from survey_flows.effects import StoreBallot
from survey_flows.events import TopicRequested, Typed
from tests.conversations import MORNING, Talk, build_definition


def write(talk: Talk, text: str, after: int = 4) -> str:
    """Write words ``after`` that many seconds; return the step that is shown then."""
    talk.now += timedelta(seconds=max(after, 1))
    sent = int(talk.now.timestamp()) - max(after, 1) + after
    talk.take(Typed(text, token=talk.token(), sent=sent))
    assert talk.screen
    return talk.screen.step


def asked(unit: str = "HUD") -> Talk:
    talk = Talk(build_definition())
    talk.start(unit=unit)
    return talk


def labels(talk: Talk) -> tuple[list[str], list[str]]:
    assert talk.screen
    return [b.label for b in by_number(talk.screen)], [b.label for b in by_word(talk.screen)]


def test_a_number_stands_for_what_it_is_shown_with() -> None:
    talk = asked()
    for _ in range(40):
        assert talk.screen
        for number, button in enumerate(by_number(talk.screen), 1):
            number_talk, by_button = (
                Talk(talk.definition, talk.now),
                Talk(talk.definition, talk.now),
            )
            number_talk.session = by_button.session = talk.session
            number_talk.screen = by_button.screen = talk.screen
            write(number_talk, str(number))
            by_button.now = number_talk.now
            by_button.press_data(button.data)
            assert number_talk.screen == by_button.screen
        if talk.screen.step == "receipt":
            return
        write(talk, {"q:comment": "跳过", "review": "提交"}.get(talk.screen.step, "1"))
    raise AssertionError(talk.screen)


def test_what_submits_stops_or_deletes_has_no_number() -> None:
    talk = asked()
    for text in ("1", "2", "1", "1", "1", "跳过"):
        write(talk, text)
    for text in (*map(str, range(20)), "-1", "07x", "submit!"):
        again = Talk(talk.definition, talk.now)
        again.session = talk.session
        write(again, text)
        assert not any(isinstance(effect, StoreBallot) for effect in again.effects)
    assert labels(talk) == ([f"改 {n}" for n in range(1, 7)], ["提交", "停止"])
    talk.take(TopicRequested("delete"))
    assert labels(talk) == (["不删除，返回"], ["全部删除"])


def test_where_words_are_asked_for_a_number_is_an_answer_but_in_the_box_a_habit() -> None:
    talk = asked("MIX")
    for text in ("1", "1", "7"):
        write(talk, text)
    assert write(talk, "3") == "q:overall"
    assert talk.session is not None
    assert talk.session.answers["why"] == "3"
    talk = asked()
    for text in ("1", "2", "1", "1", "1"):
        write(talk, text)
    assert labels(talk) == ([], ["跳过", "‹ 上一步", "停止"])
    assert write(talk, "3") == "q:comment"
    assert talk.session is not None
    assert "comment" not in talk.session.answers
    assert write(talk, "跳过") == "review"


@pytest.mark.parametrize("text", ["提交", "“提交”", "提交。", " 提交！", "【提交】"])
def test_words_may_be_copied_with_their_quotes(text: str) -> None:
    talk = asked("ARC")
    talk.press("不了解")
    talk.press("跳过")
    assert write(talk, text) == "receipt"


@pytest.mark.parametrize("text", ["2", "２", "②", "2.", " 2、", "2️⃣", "满意", "S"])
def test_an_option_may_be_written_in_many_ways(text: str) -> None:
    talk = asked()
    write(talk, "1")
    assert write(talk, text) == "q:ease"
    assert talk.session is not None
    assert talk.session.answers["overall"] == "S"


@pytest.mark.parametrize("text", ["2", "满意", "提交", "停止", "跳过", "一段意见"])
@pytest.mark.parametrize("after", [-3, 0])
def test_what_was_written_before_the_screen_was_shown_changes_nothing(
    text: str, after: int
) -> None:
    talk = asked()
    write(talk, "1")
    before = talk.session
    assert before is not None
    assert write(talk, text, after) == "q:overall"
    assert talk.session is not None
    assert (talk.session.answers, talk.session.place, talk.session.stale) == (
        before.answers,
        before.place,
        1,
    )
    assert talk.notices == ("这条消息是在您看到这一步之前发出的，没有任何改动。请看当前这一步。",)
    assert write(talk, "2") == "q:ease"


def test_a_number_is_no_answer_while_nothing_was_shown() -> None:
    talk = Talk(build_definition())
    assert write(talk, "1") == "unit"
    assert talk.notices[0].startswith("您好！")


def test_other_channels_read_as_before() -> None:
    talk = asked()
    talk.write("1")
    talk.write("上一步")
    assert "不改，继续" in labels(talk)[0]
    talk.write("6")
    assert talk.screen is not None
    assert (talk.screen.step, talk.notices) == (
        "q:contact",
        ("请点选下面的一项，或输入它的序号。",),
    )
    talk.write("1")  # in the same second
    assert talk.screen.step == "q:overall"
    assert talk.now == MORNING


def test_every_button_has_a_number_or_a_word() -> None:
    talk = asked()
    for text in ("1", "2", "1", "1", "1", "跳过", "提交"):
        assert talk.screen
        buttons = {button for row in talk.screen.rows for button in row}
        assert set(by_number(talk.screen)) | set(by_word(talk.screen)) == buttons
        assert not set(by_number(talk.screen)) & set(by_word(talk.screen))
        assert not {verb(button) for button in by_number(talk.screen)} & set("yxe")
        write(talk, text)
