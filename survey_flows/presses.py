"""What each button does. Its data is ``key:verb:argument…``; a button of another rating or another place is stale."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from survey_flows.effects import Ask, Close, Erase, Pressured
from survey_flows.moves import Result, Turn, answer, begin, choose_unit, shortcoming, show, submit
from survey_flows.outside import farewell
from survey_flows.questionnaire import Kind
from survey_flows.route import CLOSED, before
from survey_flows.screens import may_tell
from survey_flows.session import MEND

MOST_STALE = 99
"""More are not counted."""


def press(turn: Turn, data: str) -> Result:
    """Do what the button says if it belongs here; otherwise say gently that it does not."""
    lead = turn.session.key + ":"
    if data.startswith(lead):
        verb, _, argument = data[len(lead) :].partition(":")
        move = _MOVES.get(verb)
        result = move(turn, argument) if move else None
        if result is not None:
            return result
    return stale(turn, "stale")


def stale(turn: Turn, key: str) -> Result:
    """Say gently, by the sentence ``key``, that this was meant for another step, and show the present one."""
    return show(turn.at(stale=min(turn.session.stale + 1, MOST_STALE)), turn.say(key))


def _answer(turn: Turn, argument: str) -> Result | None:
    name, _, code = argument.partition(":")
    question = turn.question
    if question is not None and question.id == name:
        return answer(turn, code) if question.kind in CLOSED and code in question.choices else None
    if turn.session.rating and code and turn.session.answers.get(name) == code:
        return show(turn, turn.say("noted"))  # a double tap
    return None


def _keep(turn: Turn, argument: str) -> Result | None:
    question = turn.question
    if question is None or question.id != argument:
        return None
    if argument not in turn.session.answers and question.kind is not Kind.NOTE:
        return None
    return answer(turn, turn.session.answers.get(argument, ""))


def _skip(turn: Turn, argument: str) -> Result | None:
    question = turn.question
    here = question is not None and question.id == argument and question.optional
    return answer(turn, "") if here else None


def _back(turn: Turn, argument: str) -> Result | None:
    if turn.session.place != f"q:{argument}":
        return None
    previous = before(turn.questionnaire, turn.session.answers, argument)
    return show(turn.at(place=f"q:{previous.id}", overlay="")) if previous else None


def _stop(turn: Turn, argument: str) -> Result | None:
    here = turn.session.place == (f"q:{argument}" if argument else "review")
    return choose_unit(turn, turn.say("stopped")) if here else None


def _change(turn: Turn, argument: str) -> Result | None:
    if turn.session.place != "review" or argument not in turn.session.answers:
        return None
    return show(turn.at(place=f"q:{argument}", overlay=""))


def _submit(turn: Turn, _argument: str) -> Result | None:
    if turn.session.place == "receipt":
        return show(turn, turn.say("noted"))  # a double tap
    if turn.session.place != "review":
        return None
    return submit(turn) if turn.token else show(turn, turn.say("press-submit"))


def _unit(turn: Turn, argument: str) -> Result | None:
    unit = turn.paper.units.get(argument)
    known = unit is not None and unit.questionnaire in turn.paper.questionnaires
    return begin(turn, argument) if known and turn.session.place == "unit" else None


def _page(turn: Turn, argument: str) -> Result | None:
    if turn.session.place != "unit" or not (
        argument.isascii() and argument.isdigit() and len(argument) < 6
    ):
        return None
    return show(turn.at(page=int(argument), overlay=""))


def _all(turn: Turn, _argument: str) -> Result | None:
    return show(turn.at(query="", page=0, overlay="")) if turn.session.place == "unit" else None


def _again(turn: Turn, _argument: str) -> Result | None:
    return choose_unit(turn) if turn.session.place == "receipt" else None


def _redo(turn: Turn, _argument: str) -> Result | None:
    if turn.session.place != "receipt":
        return None
    if turn.session.unit not in turn.paper.units:
        return choose_unit(turn, turn.say("unit-gone"))
    return begin(turn, turn.session.unit, turn.say("redo-note"))


def _mend(turn: Turn, _argument: str) -> Result | None:
    """To what should be mended: the same offer whatever the rating was, which is gone from the session by now."""
    if turn.session.place not in ("receipt", MEND):
        return None
    if turn.session.unit not in turn.paper.units:
        return choose_unit(turn, turn.say("unit-gone"))
    return show(turn.at(place=MEND, overlay=""))


def _leave(turn: Turn, _argument: str) -> Result | None:
    if turn.session.place not in (MEND, "send"):
        return None
    said = (turn.say("mend-dropped"),) if turn.session.answers else ()
    return show(turn.at(place="receipt", answers={}, overlay=""), *said)


def _send(turn: Turn, argument: str) -> Result | None:
    # A double tap is stale like any other: after words that were cleared «noted» would not be true.
    if turn.session.place != "send" or argument not in ("unit", "office"):
        return None
    done = turn.at(place="receipt", answers={}, overlay="")
    session, effects = show(done, turn.say("mend-sent"))
    return session, (shortcoming(turn, shared=argument == "unit"), *effects)


def _pressured(turn: Turn, _argument: str) -> Result | None:
    """The screen stays as it was: whoever looks over a shoulder later sees no difference."""
    if not may_tell(turn.session):
        return None
    session, effects = show(turn, turn.say("pressured-noted"))
    return session, (Pressured(turn.paper.campaign, turn.session.unit), *effects)


def _language(turn: Turn, argument: str) -> Result | None:
    if argument not in turn.paper.words.languages or turn.session.overlay != "language":
        return None
    return show(turn.at(lang=argument, overlay=""))


def _lift(turn: Turn, argument: str) -> Result | None:
    return show(turn.at(overlay="")) if argument and turn.session.overlay == argument else None


def _erase(turn: Turn, _argument: str) -> Result | None:
    if turn.session.overlay != "delete":
        return None
    screen = farewell(turn.paper, turn.session.lang)
    return None, (Erase(turn.paper.campaign), Ask(screen), Close())


_MOVES: Mapping[str, Callable[[Turn, str], Result | None]] = {
    "a": _answer,
    "k": _keep,
    "s": _skip,
    "b": _back,
    "x": _stop,
    "f": _pressured,
    "g": _mend,
    "h": _leave,
    "w": _send,
    "c": _change,
    "y": _submit,
    "u": _unit,
    "p": _page,
    "all": _all,
    "n": _again,
    "r": _redo,
    "l": _language,
    "o": _lift,
    "e": _erase,
}
