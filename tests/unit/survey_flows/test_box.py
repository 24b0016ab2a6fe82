"""The one box for words: its destination, what leaves with the rating, and personal data in it."""

from __future__ import annotations

import pytest

from survey_flows.box import BOX_LENGTH, HIDDEN, personal_data, without_personal_data
from survey_flows.effects import HoldRequest, StoreBallot
from tests.conversations import Talk, build_definition

COUNT = "只作统计：按主题计数，没有人答复"
OFFICE = "交办公室答复、督促整改，原话不给该单位"
UNIT = "交办公室，原话也给该单位看"
WORDS = "大厅的门开得太晚"


def at_box(unit: str = "FIN") -> Talk:
    talk = Talk(build_definition())
    talk.start(unit=unit)
    talk.press("不了解")
    return talk


def places(talk: Talk) -> str:
    assert talk.session is not None
    return talk.session.place


@pytest.mark.parametrize(
    ("destination", "comment", "shared"),
    [(COUNT, WORDS, None), (OFFICE, "", False), (UNIT, "", True)],
)
def test_only_counted_words_are_the_ballots_comment_and_only_others_a_request(
    destination: str, comment: str, shared: bool | None
) -> None:
    talk = at_box()
    talk.write(WORDS)
    assert places(talk) == "goes"
    assert not any(isinstance(effect, HoldRequest) for effect in talk.press(destination))
    assert places(talk) == "review"
    effects = talk.press("提交")
    [ballot] = [effect.ballot for effect in effects if isinstance(effect, StoreBallot)]
    requests = [effect for effect in effects if isinstance(effect, HoldRequest)]
    assert ballot.comment == comment
    assert [(one.text, one.shared, one.unit, one.day) for one in requests] == (
        [] if shared is None else [(WORDS, shared, "FIN", "2026-11-05")]
    )
    assert any("交给办公室" in notice for notice in talk.notices) == (shared is not None)
    assert talk.session is not None
    assert (talk.session.answers, talk.session.goes) == ({}, "")


def test_no_destination_is_preset_and_skipping_asks_for_none() -> None:
    talk = at_box()
    talk.write(WORDS)
    assert talk.screen is not None
    assert talk.screen.selected == ""
    talk.press("‹ 上一步")
    talk.press("跳过")
    assert places(talk) == "review"
    assert not any(isinstance(effect, HoldRequest) for effect in talk.press("提交"))


@pytest.mark.parametrize(("number", "goes"), [("1", "count"), ("2", "office"), ("3", "unit")])
def test_a_destination_may_be_typed_as_its_number(number: str, goes: str) -> None:
    talk = at_box()
    talk.write(WORDS)
    talk.write(number)
    assert talk.session is not None
    assert (talk.session.place, talk.session.goes) == ("review", goes)


def test_other_words_or_the_same_again_choose_their_destination_anew() -> None:
    talk = at_box()
    talk.write(WORDS)
    talk.press(OFFICE)
    talk.press("改 2")
    talk.press("不改，继续")
    assert talk.screen is not None
    assert (talk.screen.step, talk.screen.selected[-9:]) == ("goes", ":w:office")
    talk.press("‹ 上一步")
    talk.write("路灯太暗")
    assert talk.session is not None
    assert (talk.session.place, talk.session.goes) == ("goes", "")


def test_the_box_takes_what_a_sealed_request_has_room_for() -> None:
    talk = at_box()
    talk.write("长" * (BOX_LENGTH + 1))
    assert talk.notices == (
        f"您写了 {BOX_LENGTH + 1} 字，最多 {BOX_LENGTH} 字。请缩短后再发一次，其他回答都还在。",
    )
    talk.write("长" * BOX_LENGTH)
    assert places(talk) == "goes"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        *(("打13800138000", ["phone"]), ("１３８ ００１３ ８０００", ["phone"])),
        *(("+86 138-0013-8000", ["phone"]), ("0731-84801234", ["phone"])),
        *(("身份证11010519491231002X", ["identity"]), ("卡6222021234567890129", [])),
        *(("卡4111 1111 1111 1111", ["card"]), ("湘A12345的车", ["plate"])),
        *(("粤B·D12345", ["plate"]), ("写信 ann.li@example.org", ["email"])),
        ("13800138000和a@b.cn", ["phone", "email"]),
        *(("110105194912310021", []), ("2026年11月5日10点", []), ("等了120分钟", [])),
        *(("12345热线没人接", []), ("罚款2000元，编号20261105001", []), ("", [])),
    ],
)
def test_what_looks_like_personal_data_is_found_by_its_check_digits(
    text: str, kinds: list[str]
) -> None:
    assert [kind for _, _, kind in personal_data(text)] == kinds
    hidden = without_personal_data(text)
    assert personal_data(hidden) == []
    assert len(hidden) == len(text)
    assert (HIDDEN in hidden) == bool(kinds)


def test_personal_data_is_pointed_out_before_anything_is_chosen() -> None:
    for choice, kept in (("隐去", False), ("保留", True)):
        talk = at_box()
        talk.write("请打 13800138000")
        assert talk.screen is not None
        assert talk.screen.text.startswith("其中像是电话号码，要隐去吗？")
        talk.press(choice)
        talk.press(COUNT)
        [ballot] = [e.ballot for e in talk.press("提交") if isinstance(e, StoreBallot)]
        assert ("13800138000" in ballot.comment) == kept
