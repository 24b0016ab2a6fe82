"""Telegram's updates in the domain's words; any JSON at all is read or dropped."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.parsing import ParsedUpdate, read_update
from bot.conversations.contract import Incoming
from survey_flows.events import (
    Edited,
    Event,
    Pressed,
    RequestAction,
    Started,
    TopicRequested,
    Typed,
    Update,
)

ANN = {"id": 1001, "is_bot": False, "first_name": "Ann", "language_code": "en-GB"}
CHAT = {"id": 1001, "type": "private", "first_name": "Ann"}


def message(**changes: Any) -> dict[str, Any]:
    return {
        "update_id": 7,
        "message": {"message_id": 5, "date": 9, "chat": CHAT, "from": ANN, **changes},
    }


def press(**changes: Any) -> dict[str, Any]:
    pressed = {"message_id": 5, "date": 9, "chat": CHAT}
    return {
        "update_id": 7,
        "callback_query": {"id": "q1", "from": ANN, "message": pressed, "data": "n:a", **changes},
    }


def taken(event: Update, message: int = 0, query: str = "") -> ParsedUpdate:
    typed = 0 if query else 5
    incoming = Incoming("telegram:7", "telegram", "1001", event, message, typed)
    return ParsedUpdate(incoming, 1001, query)


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("/start", Started(lang="en-GB")),
        ("/start ABC", Started(link="ABC", lang="en-GB")),
        ("/start ABC-TAX_1", Started(link="ABC", unit="TAX_1", lang="en-GB")),
        ("/start -430102", Started(unit="430102", lang="en-GB")),
        ("/start ABC-X-Y", Started(link="ABC", unit="X-Y", lang="en-GB")),
        ("/START@minping_bot ABC-TAX", Started(link="ABC", unit="TAX", lang="en-GB")),
        ("/start two words", Started(lang="en-GB")),
        ("/start " + "A" * 65, Started(lang="en-GB")),
        ("/language", TopicRequested("language")),
        ("/help@minping_bot", TopicRequested("help")),
        ("/privacy", TopicRequested("privacy")),
        ("/Delete", TopicRequested("delete")),
        ("/delete everything please", TopicRequested("delete")),
        ("/nonsense", TopicRequested("help")),
        ("/3 of us waited", Typed("/3 of us waited")),
        ("/ a slash", Typed("/ a slash")),
        ("满意", Typed("满意")),
        (" 2 ", Typed(" 2 ")),
        ("", Typed("")),
    ],
)
def test_words_and_commands(text: str, event: Event) -> None:
    assert read_update(message(text=text)) == taken(event)


BOT = {"id": 77, "is_bot": True, "first_name": "Minping"}
ANSWER = {
    "message_id": 3,
    "date": 8,
    "chat": CHAT,
    "from": BOT,
    "text": "The office answers (F-ABCD2345):\n\nWhich?",
}


def test_a_reply_to_an_offices_answer_goes_to_the_office() -> None:
    expected = taken(RequestAction("say", "ABCD2345", "The north one"))
    assert read_update(message(text="The north one", reply_to_message=ANSWER)) == expected
    assert read_update(message(text="/start", reply_to_message=ANSWER)) == taken(
        RequestAction("say", "ABCD2345", "/start")
    )


@pytest.mark.parametrize(
    "original",
    [
        {**ANSWER, "from": ANN},
        {**ANSWER, "text": "F-short"},
        {**ANSWER, "text": None},
        {},
        "odd",
        {**ANSWER, "from": 1},
    ],
)
def test_a_reply_to_anything_else_is_an_ordinary_word(original: object) -> None:
    assert read_update(message(text="4", reply_to_message=original)) == taken(Typed("4"))


def test_follow_ups_have_a_command_and_buttons() -> None:
    assert read_update(message(text="/followup")) == taken(RequestAction("list"))
    told = {
        "follow:stop:ABCD2345": RequestAction("stop", "ABCD2345"),
        "follow:all:": RequestAction("all"),
    }
    for data, event in told.items():
        assert read_update(press(data=data)) == taken(event, 5, "q1")


def test_a_citizen_without_a_language_code() -> None:
    stranger = {"id": 1001, "is_bot": False, "first_name": "Ann"}
    assert read_update(message(text="/start", **{"from": stranger})) == taken(Started())


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("photo", "photo"),
        ("sticker", "other"),
        ("voice", "voice"),
        ("video_note", "voice"),
        ("location", "location"),
        ("venue", "location"),
        ("contact", "contact"),
        ("document", "other"),
        ("story", "photo"),
    ],
)
def test_what_is_not_words_gets_an_answer_too(field: str, kind: str) -> None:
    assert read_update(message(**{field: {}})) == taken(Typed("", media=kind))


def test_a_caption_is_what_was_said() -> None:
    said = taken(Typed("the queue", media="photo"))
    assert read_update(message(photo=[], caption="the queue")) == said


def test_changed_words_name_the_message_that_they_stood_in() -> None:
    changed = {"update_id": 7, "edited_message": INNER}
    assert read_update(changed) == taken(Edited("x", 5))
    assert read_update({"update_id": 7, "edited_message": INNER | {"chat": GROUP}}) is None
    wordless = {name: value for name, value in INNER.items() if name != "text"}
    assert read_update({"update_id": 7, "edited_message": wordless | {"photo": []}}) is None


def test_the_bot_is_part_of_the_updates_name() -> None:
    found = read_update(message(text="x"), "42")
    assert found is not None
    assert found.incoming.key == "telegram:42:7"


def test_an_invitation_stays_as_it_is_when_it_is_pressed() -> None:
    for data in ("invitation:" + "A" * 16, "no-invitations"):
        found = read_update(press(data=data))
        assert found is not None
        assert found.incoming.message == 0


def test_a_press_names_the_message_that_it_changes() -> None:
    assert read_update(press()) == taken(Pressed("n:a"), message=5, query="q1")


def test_a_press_on_a_message_that_is_too_old_is_answered_by_a_new_one() -> None:
    inaccessible = {"message_id": 5, "date": 0, "chat": CHAT}
    assert read_update(press(message=inaccessible)) == taken(Pressed("n:a"), message=0, query="q1")


GROUP = {"id": -100, "type": "supergroup", "title": "neighbours"}
INNER = message(text="x")["message"]


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "text",
        {},
        {"message": INNER},
        {"update_id": "7", "message": INNER},
        {"update_id": True, "message": INNER},
        {"update_id": 7},
        {"update_id": 7, "channel_post": INNER},
        {"update_id": 7, "my_chat_member": {}},
        message(text="x", chat=GROUP),
        message(text="x", chat=None),
        message(text="x", **{"from": None}),
        message(text=["x"]),
        message(pinned_message=INNER),
        message(message_auto_delete_timer_changed={}),
        press(data=None, game_short_name="chess"),
        press(message=None, inline_message_id="i"),
        press(message={"message_id": 5, "date": 9, "chat": GROUP}),
        press(id=5),
        press(**{"from": {"id": "1001"}}),
    ],
)
def test_what_is_malformed_or_not_for_us_is_dropped(raw: object) -> None:
    assert read_update(raw) is None


SCRAPS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.just("private"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "text"]), inner)
    ),
    max_leaves=5,
)
PATHS = [
    ("update_id",), ("message",), ("message", "chat"), ("message", "chat", "id"),
    ("message", "from"), ("message", "from", "id"), ("message", "from", "language_code"),
    ("message", "text"), ("message", "message_id"), ("callback_query",),
    ("callback_query", "message"), ("callback_query", "message", "chat"),
    ("callback_query", "message", "message_id"), ("callback_query", "data"),
    ("callback_query", "from"), ("message", "caption"), ("message", "photo"),
    ("callback_query", "id"),
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_mutation_of_an_update_raises(data: st.DataObject) -> None:
    raw = data.draw(
        st.sampled_from([message(text="/start A-B"), message(photo=[], caption="c"), press()])
    )
    for path in data.draw(st.lists(st.sampled_from(PATHS), max_size=4)):
        raw = replaced(raw, path, data.draw(SCRAPS))
    check(read_update(raw))


@settings(max_examples=150, deadline=None)
@given(SCRAPS)
def test_no_json_raises(raw: object) -> None:
    check(read_update(raw))
    check(read_update({"update_id": 1, "message": raw, "callback_query": raw}))


def check(found: ParsedUpdate | None) -> None:
    """Check everything on which later code relies."""
    if found is None:
        return
    assert found.incoming.key.startswith("telegram:")
    assert found.incoming.user == str(int(found.incoming.user))
    assert (type(found.chat), type(found.incoming.message), type(found.query)) == (int, int, str)
    assert isinstance(found.incoming.event, Started | Typed | Pressed | TopicRequested)
    event = found.incoming.event
    rest = [name for name in type(event).__dataclass_fields__ if name not in ("sent", "told")]
    texts = [getattr(event, name) for name in rest]
    assert all(isinstance(text, str) for text in texts)
    assert getattr(event, "sent", 0) == 0, "Telegram has buttons"
    assert not getattr(event, "told", False), "no page was before it"


def replaced(raw: Any, path: tuple[str, ...], value: Any) -> Any:
    if not isinstance(raw, dict):
        return raw
    first, *rest = path
    return {**raw, first: replaced(raw.get(first, {}), tuple(rest), value) if rest else value}
