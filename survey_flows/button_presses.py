"""The effect of each button, whose data is ``key:verb:argument…``.

A button of another rating or another place is stale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from survey_flows.box import COUNTED, GOES, KEPT, TO_OFFICE, TO_UNIT, box_of
from survey_flows.effects import (
    CountPressure,
    EndConversation,
    ErasePerson,
    OptOut,
    RatingBegun,
    ShowScreen,
)
from survey_flows.localized_names import unit_name
from survey_flows.outside_window import deleted_screen
from survey_flows.overlays import DROP, may_report_pressure
from survey_flows.questionnaire import QuestionKind
from survey_flows.route import CLOSED, previous_question
from survey_flows.session import (
    IDENTITY,
    LEAVE,
    OTHER,
    PROMISE,
    PROMISED,
    STOP,
    WHOSE,
    begun,
    is_full,
)
from survey_flows.transitions import (
    StepResult,
    Turn,
    answer,
    begin,
    begin_anew,
    choose_destination,
    choose_unit,
    hide_personal_data,
    put_aside,
    resumed,
    show,
    submit,
)

MOST_STALE = 99
"""More are not counted."""


def apply_press(turn: Turn, data: str) -> StepResult:
    """Applies a button that belongs to the present screen; otherwise says that it does not.

    A button of a rating that waits, such as one in another tab, lets that rating go on.
    """
    present = waiting_rating(turn, data) or turn
    lead = present.session.key + ":"
    if data.startswith(lead):
        verb, _, argument = data[len(lead) :].partition(":")
        move = _MOVES.get(verb)
        result = move(present, argument) if move else None
        if result is not None:
            return result
    return ignore_stale(turn, "stale")


def ignore_stale(turn: Turn, key: str) -> StepResult:
    """Says by the sentence ``key`` that this was meant for another step; shows the present one."""
    return show(turn.with_session(stale=min(turn.session.stale + 1, MOST_STALE)), turn.say(key))


def waiting_rating(turn: Turn, data: str) -> Turn | None:
    """The turn in which the rating goes on that a button or a page belongs to, if it waits."""
    of = [one for one in turn.session.waiting if data == one.key or data.startswith(f"{one.key}:")]
    return resumed(turn, of[0]) if of else None


def _answer(turn: Turn, argument: str) -> StepResult | None:
    name, _, code = argument.partition(":")
    question = turn.question
    if question is not None and question.id == name:
        return answer(turn, code) if question.kind in CLOSED and code in question.choices else None
    if turn.session.rating and code and turn.session.answers.get(name) == code:
        return show(turn, turn.say("noted"))  # a double tap
    return None


def _keep(turn: Turn, argument: str) -> StepResult | None:
    question = turn.question
    if question is None or question.id != argument:
        return None
    if argument not in turn.session.answers and question.kind is not QuestionKind.NOTE:
        return None
    kept = turn.session.answers.get(argument, "")
    box = box_of(turn.questionnaire, turn.session.answers)
    if kept and box is not None and box.id == argument:
        # Whoever comes back to the box may want another destination for the same words.
        return show(turn.with_session(place=GOES, overlay=""))
    return answer(turn, kept)


def _skip(turn: Turn, argument: str) -> StepResult | None:
    question = turn.question
    here = question is not None and question.id == argument and question.optional
    return answer(turn, "") if here else None


def _back(turn: Turn, argument: str) -> StepResult | None:
    if turn.session.place == GOES and argument in turn.session.answers:
        return show(turn.with_session(place=f"q:{argument}", overlay=""))
    if turn.session.place != f"q:{argument}":
        return None
    previous = previous_question(turn.questionnaire, turn.session.answers, argument)
    return show(turn.with_session(place=f"q:{previous.id}", overlay="")) if previous else None


def _stop(turn: Turn, argument: str) -> StepResult | None:
    places = (f"q:{argument}",) if argument else ("review", GOES)
    here = turn.session.place in places
    said = "stopped-redo" if turn.session.redo else "stopped"
    return choose_unit(turn, turn.say(said)) if here else None


def _change(turn: Turn, argument: str) -> StepResult | None:
    if turn.session.place != "review" or argument not in turn.session.answers:
        return None
    return show(turn.with_session(place=f"q:{argument}", overlay=""))


def _submit(turn: Turn, _argument: str) -> StepResult | None:
    if turn.session.place == "receipt":
        return show(turn, turn.say("noted"))  # a double tap
    if turn.session.place != "review":
        return None
    return submit(turn) if turn.token else show(turn, turn.say("press-submit"))


def _unit(turn: Turn, argument: str) -> StepResult | None:
    unit = turn.definition.units.get(argument)
    known = unit is not None and unit.questionnaire in turn.definition.questionnaires
    return begin(turn, argument) if known and turn.session.place == "unit" else None


def _waiting(turn: Turn, argument: str) -> StepResult | None:
    """Goes on with a rating that waits, or shows which do; the present one waits then, too."""
    if argument:
        of = [one for one in turn.session.waiting if one.unit == argument]
        return show(resumed(turn, of[0]), turn.say("resumed")) if of else None
    full = turn.session.rating and turn.session.answers and is_full(turn.session)
    return choose_unit(put_aside(turn)) if begun(turn.session) and not full else None


def _page(turn: Turn, argument: str) -> StepResult | None:
    if turn.session.place != "unit" or not (
        argument.isascii() and argument.isdigit() and len(argument) < 6
    ):
        return None
    return show(turn.with_session(page=int(argument), overlay=""))


def _all(turn: Turn, _argument: str) -> StepResult | None:
    return (
        show(turn.with_session(query="", page=0, overlay=""))
        if turn.session.place == "unit"
        else None
    )


def _again(turn: Turn, _argument: str) -> StepResult | None:
    return choose_unit(turn) if turn.session.place == "receipt" else None


def _redo(turn: Turn, _argument: str) -> StepResult | None:
    if turn.session.place != "receipt":
        return None
    if turn.session.unit not in turn.definition.units:
        return choose_unit(turn, turn.say("unit-gone"))
    if turn.definition.rated.browser:
        return begin(turn, turn.session.unit)
    session, effects = begin_anew(turn, turn.session.unit, turn.say("redo-note"), redo=True)
    return session, (RatingBegun(turn.definition.campaign, turn.session.unit), *effects)


def _mine(turn: Turn, _argument: str) -> StepResult | None:
    """Begins a rating in place of the one that was submitted from this browser."""
    unit = turn.session.query
    if turn.session.overlay != WHOSE or not turn.definition.unit_code(unit):
        return None
    return begin_anew(turn, unit, turn.say("redo-note"), redo=True)


def _count(turn: Turn, _argument: str) -> StepResult | None:
    return choose_destination(turn, COUNTED) if turn.session.place == GOES else None


def _hand_over(turn: Turn, argument: str) -> StepResult | None:
    here = turn.session.place == GOES and argument in (TO_OFFICE, TO_UNIT)
    return choose_destination(turn, argument) if here else None


def _hide(turn: Turn, _argument: str) -> StepResult | None:
    return hide_personal_data(turn) if turn.session.place == GOES else None


def _keep_data(turn: Turn, _argument: str) -> StepResult | None:
    return choose_destination(turn, KEPT) if turn.session.place == GOES else None


def _pressured(turn: Turn, _argument: str) -> StepResult | None:
    """Counts the report and keeps the screen, so that a later onlooker sees no difference."""
    if not may_report_pressure(turn.session):
        return None
    session, effects = show(turn, turn.say("pressured-noted"))
    return session, (CountPressure(turn.definition.campaign, turn.session.unit), *effects)


def _promise(turn: Turn, argument: str) -> StepResult | None:
    """Says what the gate's promise proves, then shows it; it is never shown unasked."""
    if not turn.session.receipt:
        return None
    if argument:
        asked = turn.session.overlay in (PROMISE, PROMISED)
        return show(turn.with_session(overlay=PROMISED)) if asked and argument == "show" else None
    return show(turn.with_session(overlay=PROMISE)) if turn.session.place == "receipt" else None


def _show_identity(turn: Turn, _argument: str) -> StepResult | None:
    """Says what an identity is for, over the step at which it was asked."""
    return show(turn.with_session(overlay=IDENTITY)) if turn.definition.identity else None


def _language(turn: Turn, argument: str) -> StepResult | None:
    if argument not in turn.definition.wording.languages or turn.session.overlay != "language":
        return None
    return show(turn.with_session(lang=argument, overlay=""))


def _opt_out(turn: Turn, _argument: str) -> StepResult | None:
    if turn.session.overlay != STOP:
        return None
    session, effects = show(turn.with_session(overlay="", query=""))
    return session, (OptOut(), *effects)


def _opinion(turn: Turn, _argument: str) -> StepResult | None:
    """Takes words that could have been an opt-out as the opinion that they are."""
    words, lifted = turn.session.query, turn.with_session(overlay="", query="")
    if turn.session.overlay != STOP:
        return None
    question = turn.question
    free_words = question is not None and question.kind is QuestionKind.TEXT
    return answer(lifted, words) if free_words else None


def _go_to_other(turn: Turn, argument: str) -> StepResult | None:
    """Puts an unfinished rating aside for the unit of another poster, or gives it up as asked."""
    if turn.session.overlay == OTHER and argument == DROP:
        said, unit = "stopped-redo" if turn.session.redo else "stopped", turn.session.query
        session, _ = choose_unit(turn)
        dropped = Turn(turn.definition, session, turn.now, turn.token) if session else turn
        return begin(dropped, unit, turn.say(said))
    if turn.session.overlay != OTHER or is_full(turn.session, turn.session.query):
        return None
    left = unit_name(turn.definition, turn.session.unit, turn.session.lang)
    return begin(put_aside(turn), turn.session.query, turn.say("put-aside", unit=left))


def _lift(turn: Turn, argument: str) -> StepResult | None:
    if argument == IDENTITY and not turn.session.overlay:
        return show(turn)  # the page lifted it, and the chat still shows it
    if not argument or turn.session.overlay != argument:
        return None
    # The unit or the words that a question was about are no search.
    changes = {"query": ""} if argument in (OTHER, LEAVE, WHOSE, STOP) else {}
    return show(turn.with_session(overlay="", **changes))


def _erase(turn: Turn, _argument: str) -> StepResult | None:
    if turn.session.overlay != "delete":
        return None
    screen = deleted_screen(turn.definition, turn.session.lang)
    return None, (ErasePerson(turn.definition.campaign), ShowScreen(screen), EndConversation())


_MOVES: Mapping[str, Callable[[Turn, str], StepResult | None]] = {
    "a": _answer,
    "k": _keep,
    "s": _skip,
    "b": _back,
    "x": _stop,
    "f": _pressured,
    "h": _go_to_other,
    "g": _waiting,
    "q": _mine,
    "i": _count,
    "w": _hand_over,
    "z": _hide,
    "j": _keep_data,
    "c": _change,
    "y": _submit,
    "u": _unit,
    "p": _page,
    "all": _all,
    "n": _again,
    "r": _redo,
    "v": _promise,
    "l": _language,
    "d": _show_identity,
    "o": _lift,
    "t": _opt_out,
    "m": _opinion,
    "e": _erase,
}
