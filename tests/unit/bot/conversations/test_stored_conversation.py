from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversations.stored_conversation import (
    MOST,
    AnswerMessages,
    Conversation,
    read_conversation,
)
from survey_flows.effects import Screen
from survey_flows.errors import BadSession
from survey_flows.session import Session

ANSWERS = Screen("review", "en", "1. Satisfied")
CHANGED = Screen("q:overall", "en", "How satisfied?", selected="a:S")
OTHER = Screen("receipt", "en", "Thank you")

numbers = st.integers(1, 6)
steps = st.lists(
    st.tuples(st.sampled_from([ANSWERS, CHANGED, OTHER, None]), st.integers(0, 6), st.booleans()),
    max_size=30,
)


@given(steps)
def test_every_message_with_answers_is_remembered_until_it_is_removed_or_shows_others(
    steps: list[tuple[Screen | None, int, bool]],
) -> None:
    """The chat as it really is, beside what is remembered of it.

    A removal may fail, and a new message has a new number.
    """
    chat: dict[int, bool] = {}
    shown, fresh = AnswerMessages(), 100
    for screen, place, removal in steps:
        covers = shown.covers(screen, place)
        shown = shown.after(screen, place)
        if screen is None:
            continue
        removed = shown.stale if removal else ()
        for message in removed:
            chat.pop(message, None)
        assert (
            covers == (chat.get(place, False) and not screen.shows_answers and place not in removed)
            or not covers
        )
        if place == 0:
            fresh += 1
        chat[place or fresh] = screen.shows_answers
        shown = shown.sent(fresh if screen.shows_answers and not place else 0, removed)
        assert {number for number, answers in chat.items() if answers} <= {
            shown.message,
            *shown.stale,
        }
        assert shown.message not in shown.stale


def test_a_crowd_of_stale_messages_is_bounded_and_the_newest_are_kept() -> None:
    shown = AnswerMessages()
    for number in range(1, 3 * MOST):
        shown = shown.sent(number, ())
        shown = shown.after(OTHER, 0)
    assert shown.stale == tuple(range(3 * MOST - MOST, 3 * MOST))


@given(st.builds(AnswerMessages, numbers, st.lists(numbers, max_size=3).map(tuple)), st.booleans())
def test_a_conversation_is_read_back_as_it_was_kept(shown: AnswerMessages, begun: bool) -> None:
    kept = Conversation(
        "c2026" if begun else "", Session("ABCDEF", 1_790_000_000, "en") if begun else None, shown
    )
    assert read_conversation(kept.to_text()) == kept


def test_a_conversation_of_the_last_version_goes_on() -> None:
    session = Session("ABCDEF", 1_790_000_000, "en")
    assert read_conversation(f"c2026\n{session.to_json()}") == Conversation("c2026", session)


def test_what_is_no_conversation_is_refused() -> None:
    for text in ("c2026\n{}\n1", "c2026\n\nx"):
        with pytest.raises(BadSession):
            read_conversation(text)
