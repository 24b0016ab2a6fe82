"""A citizen's conversation as it is stored, with the messages of the chat that show answers."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass, replace

from bot.core.stored_forms import read_form, write_form
from bot.fieldwork.monitoring.progress import NOT_BEGUN, Progress, read_progress
from survey_flows.effects import Screen
from survey_flows.errors import BadSession, Message
from survey_flows.front_door import Brought
from survey_flows.session import Session, read_session

FORM, WITH_MORE = 2, 3
"""The versions in which conversations are written; the second has `brought`, `typed`, `promise`."""
NOTHING_TYPED = (0, "")
RECENT = 512
MOST = 20
"""The most messages that are remembered for removal; there are hardly ever two."""


@dataclass(frozen=True, slots=True)
class AnswerMessages:
    """The chat's messages that show answers, and which a buyer of votes could ask to see.

    ``message`` shows answers now, 0 when none does. ``stale`` messages are still to be removed.
    """

    message: int = 0
    stale: tuple[int, ...] = ()

    def after(self, screen: Screen | None, place: int) -> AnswerMessages:
        """Returns the state once ``screen`` stands in message ``place`` (0: a new message)."""
        if screen is None:
            return self
        old = (*self.stale, self.message) if self.message else self.stale
        stale = tuple(dict.fromkeys(message for message in old if message != place))
        return AnswerMessages(place if screen.shows_answers else 0, stale[-MOST:])

    def covers(self, screen: Screen | None, place: int) -> bool:
        """Whether ``screen`` replaces answers without showing any."""
        return screen is not None and not screen.shows_answers and 0 != place == self.message

    def and_typed(self, message: int) -> AnswerMessages:
        """Returns the state with a message of the citizen's that holds an answer, to be removed."""
        stale = tuple(dict.fromkeys((*self.stale, message)))
        return AnswerMessages(self.message, stale[-MOST:])

    def sent(self, message: int, removed: tuple[int, ...]) -> AnswerMessages:
        """Returns the state once the new ``message`` shows answers (0: none does)."""
        old = (
            (*self.stale, self.message)
            if message and self.message not in (0, message)
            else self.stale
        )
        return AnswerMessages(
            message or self.message, tuple(number for number in old if number not in removed)
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """A session with its campaign and its progress; without a session only messages are left.

    ``brought`` is what waits to be taken: links that came too early, or another campaign's.
    ``typed`` is the citizen's last message with words, as its number, and the place it was meant
    for. ``promise`` is the gate's signature of its promise about the session's receipt.
    """

    campaign: str = ""
    session: Session | None = None
    answer_messages: AnswerMessages = AnswerMessages()
    progress: Progress = NOT_BEGUN
    brought: tuple[Brought, ...] = ()
    typed: tuple[int, str] = NOTHING_TYPED
    promise: str = ""

    def to_text(self) -> str:
        """Returns the text that `read_conversation` reads back as an equal value."""
        session = self.session.to_json() if self.session else ""
        numbers = " ".join(map(str, (self.answer_messages.message, *self.answer_messages.stale)))
        lines = [self.campaign, session, numbers, self.progress.to_text()]
        if not (self.brought or self.promise) and self.typed == NOTHING_TYPED:
            return write_form(FORM, "\n".join(lines))
        more: dict[str, object] = {
            "brought": [astuple(one) for one in self.brought],
            "typed": self.typed,
        }
        lines.insert(3, json.dumps(more | ({"promise": self.promise} if self.promise else {})))
        return write_form(WITH_MORE, "\n".join(lines))


def read_conversation(text: str) -> Conversation:
    """Reads what `Conversation.to_text` wrote, in this version of the program or an earlier one.

    Raises:
        BadSession: its lines are not those of its version.
        UnknownForm: a later version wrote it.
    """
    return read_form(READERS, text)


def _read_with_more(text: str) -> Conversation:
    try:
        *heads, line, course = text.split("\n", 4)
        more = json.loads(line)
        brought = tuple(Brought(*one) for one in more["brought"])
        number, place = more["typed"]
        typed = (int(number), str(place))
        promise = str(more.get("promise", ""))
    except (ValueError, TypeError, KeyError):
        raise BadSession(Message("conversation-other-form")) from None
    found = _read_lines("\n".join([*heads, course]))
    return replace(found, brought=brought, typed=typed, promise=promise)


def _read_lines(text: str) -> Conversation:
    campaign, _, rest = text.partition("\n")
    session, _, rest = rest.partition("\n")
    numbers, _, course = rest.partition("\n")
    try:
        message, *stale = (int(number) for number in numbers.split() or ["0"])
    except ValueError:
        raise BadSession(Message("conversation-other-form")) from None
    shown = AnswerMessages(message, tuple(stale))
    return Conversation(
        campaign, read_session(session) if session else None, shown, read_progress(course)
    )


READERS = {1: _read_lines, FORM: _read_lines, WITH_MORE: _read_with_more}
"""Readers by version; 1 is the text before versions were written."""


class RecentConversations:
    """Recently sealed conversations, so that the next tap need not open and parse them again.

    A conversation is found by its person and its sealed bytes, so a row that was changed or copied
    is never mistaken for it. Each is given once, and none outlives the key it was sealed under.
    """

    def __init__(self) -> None:
        self._hour = 0
        self._found: dict[tuple[bytes, bytes], Conversation] = {}

    def put(self, hour: int, person: bytes, sealed: bytes, conversation: Conversation) -> None:
        """Remembers a conversation that was sealed under the key of this hour."""
        if hour != self._hour:
            self._hour = hour
            self._found.clear()
        while len(self._found) >= RECENT:
            del self._found[next(iter(self._found))]
        self._found[person, sealed] = conversation

    def take(self, person: bytes, sealed: bytes) -> Conversation | None:
        """Returns the conversation of these sealed bytes, if it is remembered, and forgets it."""
        return self._found.pop((person, sealed), None)


def conversation_to_keep(after: Conversation | None, shown: AnswerMessages) -> Conversation | None:
    """Returns the conversation to store after a step, or None when nothing is left to keep."""
    kept = after is not None and (after.session is not None or bool(after.brought))
    if not kept and shown == AnswerMessages():
        return None
    return without_old_promise(replace(after or Conversation(), answer_messages=shown))


def without_old_promise(conversation: Conversation) -> Conversation:
    """Returns the conversation; a promise without its receipt is not kept."""
    if conversation.session is not None and conversation.session.receipt:
        return conversation
    return replace(conversation, promise="") if conversation.promise else conversation
