"""The conversation as a pure function: one event in, the next session and effects out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from survey_flows import typed_text
from survey_flows.button_presses import apply_press, ignore_stale, waiting_rating
from survey_flows.campaign_definition import CampaignDefinition, Link
from survey_flows.effects import LookUpReceipt, ShowNotice, ShowScreen
from survey_flows.events import (
    Event,
    Identified,
    Pressed,
    Returned,
    Started,
    TimedOut,
    TopicRequested,
    Typed,
)
from survey_flows.front_door import START
from survey_flows.localized_names import known_language, show_end
from survey_flows.log_entries import find_code
from survey_flows.organiser import organiser_line
from survey_flows.outside_window import Phase, answer_outside_window, idle_screen, phase
from survey_flows.questionnaire import QuestionKind
from survey_flows.session import IDENTITY, NONCE_LENGTH, OTHER, PROMISE, Session
from survey_flows.session_repair import fit_session
from survey_flows.transitions import StepResult, Turn, begin, choose_unit, put_aside, show
from survey_flows.typed_commands import RECEIPT, TOPICS


def step(
    definition: CampaignDefinition, session: Session | None, event: Event, now: datetime
) -> StepResult:
    """The next session (None: keep nothing) and the effects of one event, at least one visible.

    The function is total: any text, any button data and any stored session gives an answer. ``now``
    is aware, as are the definition's times. A `StoreBallot` is only returned while the campaign is
    open.
    """
    if code := _receipt(definition, session, event, now):
        lifted = replace(session, overlay="") if session else None
        after, effects = step(definition, lifted, Returned(), now)
        lang = session.lang if session else definition.wording.languages[0]
        return after, (LookUpReceipt(code, known_language(definition, lang)), *effects)
    now_phase = phase(definition, now)
    if now_phase is not Phase.OPEN:
        return answer_outside_window(definition, session, event, now_phase, now)
    if session is None:
        return _first(definition, event, now)
    session, notices = fit_session(
        definition, session, int(now.timestamp()), timed_out=isinstance(event, TimedOut)
    )
    restarted = "timed-out" in notices
    after, effects = _step(Turn(definition, session, now, _token(event)), event, restarted)
    said = tuple(ShowNotice(definition.wording.say(session.lang, key)) for key in notices)
    return after, said + effects


def _receipt(
    definition: CampaignDefinition, session: Session | None, event: Event, now: datetime
) -> str:
    """The receipt's code in a citizen's text; only by the command where words are expected."""
    code, meant = find_code(event.text) if isinstance(event, Typed) else ("", False)
    if not code or meant or session is None or not session.rating:
        return code
    fitting, _ = fit_session(definition, session, session.seen, timed_out=False)
    question = Turn(definition, fitting, now).question if fitting.rating else None
    return "" if question is not None and question.kind is QuestionKind.TEXT else code


def _step(turn: Turn, event: Event, restarted: bool) -> StepResult:
    if isinstance(event, Returned | TimedOut):
        return turn.session, (ShowScreen(turn.screen()),)
    shown, turn = turn.session.seen, turn.with_session(seen=int(turn.now.timestamp()))
    if isinstance(event, Started):
        return _started(turn, event)
    if isinstance(event, TopicRequested):
        return _asked(turn, event)
    if isinstance(event, Identified):
        return _identified(turn, event)
    if isinstance(event, Pressed) and (tag := _language_of(turn, event)):
        overlay = "" if turn.session.overlay == "language" else turn.session.overlay
        return show(turn.with_session(lang=tag, overlay=overlay))
    if restarted:
        return show(turn)  # the press or the words belonged to answers that are gone
    if isinstance(event, Pressed):
        return apply_press(turn, event.data)
    if 0 < event.sent <= shown:
        return ignore_stale(turn, "early")
    if event.key and event.key != turn.session.key:
        # Words of a page that shows another rating must not land in this one.
        waiting = waiting_rating(turn, event.key)
        if waiting is None and turn.session.place != "unit":
            return ignore_stale(turn, "stale")
        turn = waiting or turn
    return typed_text.apply_text(
        turn, event.text, without_buttons=event.sent > 0, media=event.media
    )


def _first(definition: CampaignDefinition, event: Event, now: datetime) -> StepResult:
    """Begins a conversation for an event without one, if the citizen did anything to begin it."""
    if isinstance(event, Returned | TimedOut):
        guess = event.lang if isinstance(event, Returned) else ""
        return None, (ShowScreen(idle_screen(definition, known_language(definition, guess))),)
    lang = known_language(definition, _wanted_language(event))
    session = Session(nonce=_nonce(event, now), seen=int(now.timestamp()), lang=lang)
    turn = Turn(definition, session, now, _token(event))
    if isinstance(event, Started):
        return _started(turn, event)
    if isinstance(event, TopicRequested):
        return _asked(turn, event)
    if isinstance(event, Identified):
        return _identified(turn, event)
    if (
        isinstance(event, Typed)
        and (typed_text.clean(event.text) or event.media)
        and not (event.sent and typed_text.is_number(event.text))
    ):
        return typed_text.apply_text(turn, event.text, media=event.media)
    return choose_unit(turn, _welcome(turn))


def _wanted_language(event: Event) -> str:
    if isinstance(event, Started | Identified):
        return event.lang
    if isinstance(event, Pressed) and event.data.startswith(START):
        return event.data.removeprefix(START)
    return ""


def _language_of(turn: Turn, event: Pressed) -> str:
    """The language that a button of the beginning names, or a word such as «English»."""
    tag = event.data.removeprefix(START) if event.data.startswith(START) else ""
    return tag if tag in turn.definition.wording.languages else ""


def _token(event: Event) -> str:
    return "" if isinstance(event, TopicRequested | Returned | TimedOut) else event.token


def _nonce(event: Event, now: datetime) -> str:
    return _token(event)[:NONCE_LENGTH] or f"{int(now.timestamp()) & 0xFFFFFF:06x}"


def _welcome(turn: Turn) -> str:
    said = turn.say("welcome", date=show_end(turn.definition, turn.session.lang))
    asks = organiser_line(turn.definition.organiser, turn.session.lang, turn.definition.wording)
    return "\n".join(filter(None, (said, asks)))


def _started(turn: Turn, event: Started) -> StepResult:
    notices: list[str] = []
    link = turn.definition.link(event.link)
    if event.link and link is None:
        notices.append(turn.say("link-unknown"))
    known = turn.definition.unit_code(event.unit)
    unfinished = turn.session.rating and bool(turn.session.answers)
    if not unfinished and known not in ("", turn.session.unit):
        turn = put_aside(turn)
    turn = turn.with_session(
        # The buttons of an unfinished rating go on working in the page that shows it.
        nonce=(not unfinished and event.token[:NONCE_LENGTH]) or turn.session.nonce,
        link=_stronger(turn.definition, turn.session.link, link),
        overlay="",
    )
    if event.unit and not known:
        notices.append(turn.say("unit-unknown"))
    if unfinished and known in ("", turn.session.unit):
        return show(turn, *notices, turn.say("continuing"))
    if unfinished:
        # Another unit's poster puts nothing aside unasked.
        return show(turn.with_session(overlay=OTHER, query=known), *notices)
    rated = turn.definition.rated
    # Who is asked whose rating it is was welcomed before.
    if not event.told and not (rated.browser and known in rated.units):
        notices.append(_welcome(turn))
    return begin(turn, known, *notices) if known else choose_unit(turn, *notices)


def _identified(turn: Turn, event: Identified) -> StepResult:
    """Takes an identity; a rating in the making goes on and will be stored under it.

    The receipt on the screen goes: what was rated here without an identity is withdrawn
    (`bot.conversations.step_identities`), and what was rated under another one is not theirs.
    """
    if not turn.definition.identity:
        return show(turn)
    known = turn.with_session(identity=event.identity, overlay="")
    if known.session.place == "receipt" or not known.session.rating:
        return choose_unit(known, turn.say("identity-done"))
    return show(known, turn.say("identity-done"))


def _stronger(definition: CampaignDefinition, present: str, new: Link | None) -> str:
    """The link that counts: an open one never takes away what an invitation vouches for."""
    old = definition.links.get(present)
    if new is None or (new.source == "open" and old is not None and old.source != "open"):
        return present
    return new.token


def _asked(turn: Turn, event: TopicRequested) -> StepResult:
    if event.topic == RECEIPT or (event.topic == PROMISE and not turn.session.receipt):
        # The answer alone: the screen before it, such as a long text, stays where it is.
        lifted = turn.with_session(overlay="")
        said = lifted.say("receipt-how" if event.topic == RECEIPT else "promise-none")
        return lifted.session, (ShowNotice(said),)
    if event.topic == IDENTITY and not turn.definition.identity:
        return show(turn.with_session(overlay=""), turn.say("identity-none"))
    if event.topic not in (*TOPICS, PROMISE, IDENTITY):
        return show(turn.with_session(overlay="help"))
    return show(turn.with_session(overlay=event.topic))
