"""The conversation: one event in, the next session and what should happen out. Nothing is done here."""

from __future__ import annotations

from datetime import datetime

from survey_flows import reading
from survey_flows.effects import Ask, Check, Say
from survey_flows.entries import find_code
from survey_flows.events import Asked, Event, Pressed, Returned, Started, TimedOut, Typed
from survey_flows.moves import Result, Turn, begin, choose_unit, show
from survey_flows.outside import Phase, idle, outside, phase
from survey_flows.paper import Link, Paper
from survey_flows.presses import press, stale
from survey_flows.questionnaire import Kind
from survey_flows.session import NONCE_LENGTH, Session
from survey_flows.settle import settled
from survey_flows.speech import known_language, show_date

TOPICS = frozenset({"language", "help", "privacy", "delete"})
RECEIPT = "receipt"


def step(paper: Paper, session: Session | None, event: Event, now: datetime) -> Result:
    """The next session (None: keep nothing) and the effects of one event, of which at least one can be seen.

    Total: any text, any button data, any stored session gives an answer. ``now`` is aware, as are the paper's times.
    A `Cast` is only returned while the campaign is open.
    """
    if code := _receipt(paper, session, event, now):
        after, effects = step(paper, session, Returned(), now)
        lang = session.lang if session else paper.words.languages[0]
        return after, (Check(code, known_language(paper, lang)), *effects)
    now_phase = phase(paper, now)
    if now_phase is not Phase.OPEN:
        return outside(paper, session, event, now_phase, now)
    if session is None:
        return _first(paper, event, now)
    session, notices = settled(
        paper, session, int(now.timestamp()), timed_out=isinstance(event, TimedOut)
    )
    restarted = "timed-out" in notices
    after, effects = _step(Turn(paper, session, now, _token(event)), event, restarted)
    said = tuple(Say(paper.words.say(session.lang, key)) for key in notices)
    return after, said + effects


def _receipt(paper: Paper, session: Session | None, event: Event, now: datetime) -> str:
    """The code of the receipt that a citizen asks about; where words are asked for it has to come by the command."""
    code, meant = find_code(event.text) if isinstance(event, Typed) else ("", False)
    if not code or meant or session is None or not session.rating:
        return code
    fitting, _ = settled(paper, session, session.seen, timed_out=False)
    question = Turn(paper, fitting, now).question if fitting.rating else None
    return "" if question is not None and question.kind is Kind.TEXT else code


def _step(turn: Turn, event: Event, restarted: bool) -> Result:
    if isinstance(event, Returned | TimedOut):
        return turn.session, (Ask(turn.screen()),)
    shown, turn = turn.session.seen, turn.at(seen=int(turn.now.timestamp()))
    if isinstance(event, Started):
        return _started(turn, event)
    if isinstance(event, Asked):
        return _asked(turn, event)
    if restarted:
        return show(turn)  # the press or the words belonged to answers that are gone
    if isinstance(event, Pressed):
        return press(turn, event.data)
    if 0 < event.sent <= shown:
        return stale(turn, "early")
    return reading.typed(turn, event.text, without_buttons=event.sent > 0)


def _first(paper: Paper, event: Event, now: datetime) -> Result:
    """An event without a conversation: begin one, unless the citizen has done nothing to begin it."""
    if isinstance(event, Returned | TimedOut):
        return None, (Ask(idle(paper, paper.words.languages[0])),)
    lang = known_language(paper, _wanted_language(event))
    session = Session(nonce=_nonce(event, now), seen=int(now.timestamp()), lang=lang)
    turn = Turn(paper, session, now, _token(event))
    if isinstance(event, Started):
        return _started(turn, event)
    if isinstance(event, Asked):
        return _asked(turn, event)
    if (
        isinstance(event, Typed)
        and reading.clean(event.text)
        and not (event.sent and reading.is_number(event.text))
    ):
        return reading.typed(turn, event.text)
    return choose_unit(turn, _welcome(turn))


def _wanted_language(event: Event) -> str:
    if isinstance(event, Started):
        return event.lang
    if isinstance(event, Pressed) and event.data.startswith("start:"):
        return event.data.removeprefix("start:")
    return ""


def _token(event: Event) -> str:
    return "" if isinstance(event, Asked | Returned | TimedOut) else event.token


def _nonce(event: Event, now: datetime) -> str:
    return _token(event)[:NONCE_LENGTH] or f"{int(now.timestamp()) & 0xFFFFFF:06x}"


def _welcome(turn: Turn) -> str:
    said = turn.say("welcome", date=show_date(turn.paper, turn.session.lang, turn.paper.closes_at))
    return f"{turn.say('trial')}\n{said}" if turn.paper.trial else said


def _started(turn: Turn, event: Started) -> Result:
    notices: list[str] = []
    link = turn.paper.links.get(event.link)
    if event.link and link is None:
        notices.append(turn.say("link-unknown"))
    turn = turn.at(
        nonce=event.token[:NONCE_LENGTH] or turn.session.nonce,
        link=_stronger(turn.paper, turn.session.link, link),
        overlay="",
    )
    known = (
        event.unit in turn.paper.units
        and turn.paper.units[event.unit].questionnaire in turn.paper.questionnaires
    )
    if event.unit and not known:
        notices.append(turn.say("unit-unknown"))
    unfinished = turn.session.rating and bool(turn.session.answers)
    if unfinished and (not known or event.unit == turn.session.unit):
        return show(turn, *notices, turn.say("continuing"))
    if unfinished:
        notices.append(turn.say("dropped"))
    if turn.session.place == "send":
        notices.append(turn.say("mend-dropped"))
    notices.append(_welcome(turn))
    return begin(turn, event.unit, *notices) if known else choose_unit(turn, *notices)


def _stronger(paper: Paper, present: str, new: Link | None) -> str:
    """The link that counts: an open one never takes away what an invitation vouches for."""
    old = paper.links.get(present)
    if new is None or (new.source == "open" and old is not None and old.source != "open"):
        return present
    return new.token


def _asked(turn: Turn, event: Asked) -> Result:
    if event.topic == RECEIPT:
        return show(turn, turn.say("receipt-how"))
    if event.topic not in TOPICS:
        return show(turn, turn.say("help"))
    return show(turn.at(overlay=event.topic))
