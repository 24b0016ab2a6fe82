"""What is stored in flight begins with its version; what was stored before stays readable."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.conversations.contract import Incoming
from bot.conversations.dead_letters import BOUND, _read, _unseal, seal_event
from bot.conversations.stored_conversation import (
    AnswerMessages,
    Conversation,
    read_conversation,
)
from bot.core.stored_forms import UnknownForm, form_of, read_form, write_form
from bot.crypto.gate_keys import make_gate_keys
from bot.fieldwork.monitoring.progress import Progress
from survey_flows.errors import BadSession
from survey_flows.events import Typed
from survey_flows.front_door import Brought
from survey_flows.session import Session

OLD = json.loads(Path("tests/golden/stored_forms/unversioned.json").read_text("utf-8"))
SESSION = Session(
    nonce="abc",
    round=2,
    seen=1795420800,
    lang="en",
    link="LINK",
    unit="TAX",
    answers={"contact": "none"},
)
CONVERSATION = Conversation("year", SESSION, AnswerMessages(7, (5,)), Progress(True, "", None))
LETTER = Incoming("k:1", "telegram", "4711", Typed("好"))


def test_a_conversation_of_before_is_read_and_written_with_a_version() -> None:
    assert read_conversation(OLD["conversation"]) == CONVERSATION
    assert read_conversation("\n\n7") == Conversation(answer_messages=AnswerMessages(7))
    text = CONVERSATION.to_text()
    assert (form_of(text), text[1:]) == (2, OLD["conversation"])
    assert read_conversation(text) == CONVERSATION


def test_a_conversation_of_a_later_version_is_not_guessed_at() -> None:
    with pytest.raises(UnknownForm, match="version 4"):
        read_conversation(write_form(4, "anything"))


def test_a_conversation_with_what_was_brought_along_is_read_again() -> None:
    brought = (Brought("next", "TOKEN", "TAX", "en"), Brought("", words="水\n利"))
    for whole in (
        replace(CONVERSATION, brought=brought, typed=(7, "q:overall")),
        Conversation("next", brought=brought),
    ):
        text = whole.to_text()
        assert form_of(text) == 3
        assert read_conversation(text) == whole
    for broken in ("a\nb", "a\n\n0\n5\n", "a\n\n0\n[[1, 2, 3, 4, 5, 6, 7]]\n"):
        with pytest.raises(BadSession):
            read_conversation(write_form(3, broken))


def test_a_dead_letter_of_before_is_read_and_written_with_a_version(tmp_path: Path) -> None:
    keys = make_gate_keys(tmp_path)
    for sealed in (keys.seal(BOUND, OLD["dead_letter"]), seal_event(keys, LETTER)):
        body = _unseal(keys, sealed)
        assert body is not None
        assert _read(body, {}) == LETTER
    assert form_of(keys.unseal(BOUND, seal_event(keys, LETTER))) == 2
    assert _unseal(keys, keys.seal(BOUND, write_form(3, OLD["dead_letter"]))) is None


def test_versions_are_told_from_what_had_none() -> None:
    assert [form_of(text) for text in ("{}", "[]", "", "\n", "year", "\x02{}", "\x09x")] == [
        0,
        1,
        1,
        1,
        1,
        2,
        9,
    ]
    assert read_form({2: str.upper}, write_form(2, "a")) == "A"
    with pytest.raises(UnknownForm, match="version 1"):
        read_form({2: str.upper}, "a")
