"""What a step says of itself is what it did, for any behaviour of a citizen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from survey_flows.effects import ErasePerson, HoldRequest, StoreBallot
from survey_flows.events import Event, TopicRequested, Typed
from survey_flows.session import Session
from tests.conversations import Talk
from tests.laws.test_conversation_laws import DEFINITION, acts, play

WORDS = "13812345678"
media = st.sampled_from(["voice", "photo", "location", "contact", "other"])
strange = st.builds(
    Typed, st.sampled_from(["", WORDS]), token=st.just("TYPEDTOKEN000000"), media=media
)
script = st.lists(st.tuples(strange | st.integers(0, 9), st.just(0)), max_size=12)
TOO_LONG = Typed("长" * 600, token="TYPEDTOKEN000000")
Held = Callable[[Session, Session], bool]


def same(before: Session, after: Session) -> bool:
    return (before.answers, before.place, before.unit) == (after.answers, after.place, after.unit)


def kept(before: Session, after: Session) -> bool:
    return before.answers == after.answers


def cleared(_before: Session, after: Session) -> bool:
    return after.answers == {}


def resumed(before: Session, after: Session) -> bool:
    return any((one.unit, one.answers) == (after.unit, after.answers) for one in before.waiting)


def no_words(before: Session, after: Session) -> bool:
    return before.answers == after.answers and WORDS not in after.query


SAID: Mapping[str, Held] = {
    "stopped": cleared,
    "stopped-redo": cleared,
    "unit-gone": cleared,
    "timed-out": cleared,
    "mend-dropped": cleared,
    "stale": same,
    "early": same,
    "noted": same,
    "link-unknown": lambda _before, _after: True,
    "continuing": kept,
    "hidden": lambda before, after: len(after.answers) <= len(before.answers),
    "redo-note": cleared,
    "resumed": resumed,
    "press-submit": same,
    "text-empty": kept,
    **{f"media-{kind}": no_words for kind in ("voice", "photo", "location", "contact", "other")},
    "said-number": no_words,
}
"""What holds of the session when a sentence is said; none of them submits or deletes anything."""


@settings(max_examples=150, deadline=None)
@given(acts, script, st.booleans())
def test_what_a_step_says_of_itself_is_what_it_did(
    deeds: list[tuple[int | Event, int]], oddities: list[tuple[int | Event, int]], redo: bool
) -> None:
    talk = Talk(DEFINITION)
    talk.start(unit="MIX" if redo else "FIN")
    said = {DEFINITION.wording.say(lang, key): key for key in SAID for lang in ("zh-Hans", "en")}
    for act, hours in [*oddities, *deeds, (TOO_LONG, 0)]:
        before = talk.session
        talk.now += timedelta(hours=hours)
        play(talk, act)
        if before is None or talk.session is None:
            continue
        for key in (said[notice] for notice in talk.notices if notice in said):
            assert SAID[key](before, talk.session), key
            if key != "noted":
                assert not any(
                    isinstance(effect, StoreBallot | HoldRequest | ErasePerson)
                    for effect in talk.effects
                ), key
        if any("您写了" in notice or "You wrote" in notice for notice in talk.notices):
            assert kept(before, talk.session)


def test_a_changed_language_keeps_every_answer() -> None:
    talk = Talk(DEFINITION)
    talk.start(unit="FIN")
    talk.press("办过事")
    answers = dict(talk.session.answers) if talk.session else {}
    talk.take(TopicRequested("language"))
    talk.press("English")
    assert talk.session is not None
    assert (talk.session.answers, talk.session.lang) == (answers, "en")
