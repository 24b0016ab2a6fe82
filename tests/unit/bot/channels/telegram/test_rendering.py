"""The citizen's screens as calls of the Bot API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.parsing import ParsedUpdate
from bot.channels.telegram.rendering import clip, render, render_toast
from bot.conversations.contract import Incoming, Reply
from survey_flows.effects import Button, Screen
from survey_flows.events import Pressed, Typed
from survey_flows.outside_window import deleted_screen
from tests.botapi.schema import check_call
from tests.conversations import build_definition

TYPED = ParsedUpdate(Incoming("telegram:7", "telegram", "1001", Typed("x")), 1001)
PRESSED = ParsedUpdate(Incoming("telegram:7", "telegram", "1001", Pressed("n:a"), 5), 1001, "q1")
TOO_OLD = ParsedUpdate(Incoming("telegram:7", "telegram", "1001", Pressed("n:a")), 1001, "q1")
SCREEN = Screen(
    "q:overall",
    "en",
    "How was it?",
    ((Button("Good", "n:g"), Button("Bad", "n:b")),),
    progress=(2, 7),
)
TOAST = {"method": "answerCallbackQuery"}
SHOWN = {
    "chat_id": 1001,
    "text": "2/7 · How was it?",
    "link_preview_options": {"is_disabled": True},
    "reply_markup": {
        "inline_keyboard": [
            [{"text": "Good", "callback_data": "n:g"}, {"text": "Bad", "callback_data": "n:b"}]
        ]
    },
}


def checked(taken: ParsedUpdate, reply: Reply) -> dict[str, Any] | None:
    """The call, if the published types and limits allow it."""
    call = render(taken, reply)
    if call is not None:
        check(call)
    if taken.query:
        check(render_toast(taken, reply))
    return call


def check(call: dict[str, Any]) -> None:
    check_call(call["method"], {name: value for name, value in call.items() if name != "method"})


def test_words_are_answered_below_them() -> None:
    assert checked(TYPED, Reply(("Noted.",), SCREEN)) == SHOWN | {
        "method": "sendMessage",
        "text": "Noted.\n\n2/7 · How was it?",
    }


def test_a_press_changes_its_message_and_the_notice_is_a_toast() -> None:
    reply = Reply(("Noted.",), SCREEN)
    assert checked(PRESSED, reply) == SHOWN | {"method": "editMessageText", "message_id": 5}
    assert render_toast(PRESSED, reply) == TOAST | {"callback_query_id": "q1", "text": "Noted."}


def test_a_press_without_a_notice_is_answered_in_silence() -> None:
    assert render_toast(PRESSED, Reply(screen=SCREEN)) == TOAST | {"callback_query_id": "q1"}


def test_a_message_that_is_too_old_is_followed_by_a_new_one() -> None:
    assert checked(TOO_OLD, Reply(screen=SCREEN)) == SHOWN | {"method": "sendMessage"}


def test_after_a_deletion_it_says_what_the_chat_keeps() -> None:
    screen = deleted_screen(build_definition(), "zh-Hans")
    call = checked(TYPED, Reply(screen=screen))
    assert call is not None
    assert call["text"].startswith(screen.text)
    assert "48 小时内的已替您撤下；更早的请自行删除" in call["text"]


def test_a_notice_too_long_for_a_toast_stands_above_the_screen() -> None:
    notice = "长" * 201
    reply = Reply((notice,), SCREEN)
    call = checked(PRESSED, reply)
    assert call is not None
    assert call["text"] == f"{notice}\n\n2/7 · How was it?"
    assert render_toast(PRESSED, reply) == TOAST | {"callback_query_id": "q1"}


def test_a_notice_alone_leaves_the_screen_where_it_is() -> None:
    assert checked(PRESSED, Reply(("Sorry.",))) is None
    assert render_toast(PRESSED, Reply(("Sorry.",))) == TOAST | {
        "callback_query_id": "q1",
        "text": "Sorry.",
        "show_alert": True,
    }
    long = checked(PRESSED, Reply(("Sorry." * 50,)))
    assert long is not None
    assert (long["method"], long.get("message_id")) == ("sendMessage", None)


def test_nothing_to_say_is_nothing_sent() -> None:
    assert render(TYPED, Reply()) is None


def test_the_present_answer_is_marked() -> None:
    rows = ((Button("Good", "n:g"),), (Button("Bad", "n:b"),))
    call = checked(PRESSED, Reply(screen=Screen("q:overall", "en", "?", rows, selected="n:b")))
    assert call is not None
    labels = [button["text"] for row in call["reply_markup"]["inline_keyboard"] for button in row]
    assert labels == ["Good", "✓ Bad"]


def test_what_can_be_kept_is_a_link_or_where_there_is_no_https_the_text() -> None:
    shown = Screen("promised", "en", "Yours", ((Button("Done", "n:o"),),), keep="note\n")
    linked = replace(shown, address="https://rate.example/p/2026#abc")
    call = checked(PRESSED, Reply(screen=linked))
    assert call is not None
    assert call["text"] == "Yours"
    assert call["reply_markup"]["inline_keyboard"] == [
        [{"text": "Open its page, to keep it", "url": "https://rate.example/p/2026#abc"}],
        [{"text": "Done", "callback_data": "n:o"}],
    ]
    call = checked(PRESSED, Reply(screen=replace(shown, address="/p/2026#abc")))
    assert call is not None
    assert call["text"] == "Yours\n\nnote\n"
    assert len(call["reply_markup"]["inline_keyboard"]) == 1


def test_the_page_that_confirms_is_opened_by_a_button_of_its_own() -> None:
    shown = Screen("identity", "en", "Confirm", ((Button("Back", "n:o:identity"),),))
    call = checked(PRESSED, Reply(screen=replace(shown, address="https://rate.example/i/abc")))
    assert call is not None
    assert call["reply_markup"]["inline_keyboard"][0] == [
        {"text": "Open the page to confirm", "url": "https://rate.example/i/abc"}
    ]


def test_what_citizens_write_is_not_taken_for_markup() -> None:
    call = checked(TYPED, Reply(screen=Screen("review", "en", "<b>_*[x](y)")))
    assert call is not None
    assert (call["text"], "parse_mode" in call) == ("<b>_*[x](y)", False)


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abcd", 4, "abcd"),
        ("abcde", 4, "abc…"),
        ("😀😀", 4, "😀😀"),
        ("😀😀😀", 4, "😀…"),
        ("a😀😀", 4, "a😀…"),
    ],
)
def test_cutting_never_breaks_a_character(text: str, limit: int, kept: str) -> None:
    assert clip(text, limit) == kept


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=3).map(
            lambda scrap: scrap * 900
        ),
        max_size=2,
    ),
    st.sampled_from([TYPED, PRESSED, TOO_OLD]),
)
def test_no_reply_breaks_the_published_limits(notices: list[str], taken: ParsedUpdate) -> None:
    call = checked(taken, Reply(tuple(notices), SCREEN))
    assert call is not None
