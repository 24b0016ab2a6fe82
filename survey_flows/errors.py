"""The errors of the core as one tree; each branch says whose fault it is.

MinpingError
├── BadInput            the file or the request is wrong: say what, where, and what to do
│   ├── BadQuestionnaire
│   └── BadSession      a stored conversation cannot be read back
└── Misuse              the calling code is wrong

A citizen's typing error is never an exception: the engine answers it with a reply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from sys import maxsize

from survey_flows.base_errors import MinpingError, Misuse
from survey_flows.messages import ENGLISH, NOWHERE, Message, Place, render, render_place

__all__ = ["BadInput", "BadQuestionnaire", "BadSession", "Message", "MinpingError", "Misuse"]
__all__ += ["NOWHERE", "Place", "Problem", "gathered", "with_renamed_files"]

MAX_PROBLEMS = 20
"""At most this many problems of one file are worded; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a person has to correct, and its place."""

    message: Message
    place: Place = NOWHERE

    def render(self, lang: str) -> str:
        """The problem as one line, its place first."""
        place, text = render_place(self.place, lang), render(self.message, lang)
        return render(Message("problem", place=place, text=text), lang) if place else text


class BadInput(MinpingError):
    """Input that a person can correct.

    Args:
        message: the problem and the remedy, in one sentence.
        place: file, sheet, row, column or field; nowhere if only one place is possible.
    """

    problems: tuple[Problem, ...]
    """The problems, at least one; the first `MAX_PROBLEMS` are rendered."""
    file: str
    """The file that all problems are of, when there are several."""

    def __init__(self, message: Message, place: Place = NOWHERE) -> None:
        super().__init__(message, place)
        self.problems = (Problem(message, place),)
        self.file = ""

    def __str__(self) -> str:
        return self.render(ENGLISH)

    @property
    def what(self) -> str:
        """The first problem's sentence in English; each further problem has a line of its own."""
        first = render(self.message, ENGLISH)
        return "\n".join([first, *(it.render(ENGLISH) for it in self.problems[1:MAX_PROBLEMS])])

    @property
    def where(self) -> str:
        """The first problem's place in English."""
        return render_place(self.place, ENGLISH)

    @property
    def message(self) -> Message:
        """The first problem's message."""
        return self.problems[0].message

    @property
    def place(self) -> Place:
        """The first problem's place."""
        return self.problems[0].place

    def render(self, lang: str) -> str:
        """The whole error in a language: a line, or a heading and a line for each problem."""
        if len(self.problems) == 1:
            return self.problems[0].render(lang)
        heading = Message("problems", count=len(self.problems))
        lines = [Problem(heading, Place(file=self.file)).render(lang)]
        lines += [problem.render(lang) for problem in self.problems[:MAX_PROBLEMS]]
        if more := len(self.problems) - MAX_PROBLEMS:
            lines += [render(Message("problems-more", count=more), lang)] if more > 0 else []
        return "\n  ".join(lines)


def gathered(
    problems: Sequence[Problem], file: str = "", kind: type[BadInput] | None = None
) -> BadInput:
    """One error for all that is wrong with a file.

    A single problem is an error of its own, whose place names the file too. Several stand in the
    order in which a reader of the file meets them: sheets as they were first named, then rows,
    then what is of no row.

    Args:
        problems: at least one.
        file: the file that all of them are of; empty when their places name it themselves.
        kind: the error's class, `BadInput` by default.
    """
    ordered = _by_row(problems)
    error = (kind or BadInput)(ordered[0].message, _within(ordered[0].place, file))
    if len(ordered) > 1:
        error.problems, error.file = ordered, file
    return error


def with_renamed_files(error: BadInput, renamed: Callable[[str], str]) -> BadInput:
    """The same error, whose files have the names that ``renamed`` gives them."""
    problems = [Problem(it.message, _renamed(it.place, renamed)) for it in error.problems]
    return gathered(problems, renamed(error.file) if error.file else "", type(error))


def _by_row(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    sheets: dict[tuple[str, str], int] = {}
    for it in problems:
        sheets.setdefault((it.place.file, it.place.sheet), len(sheets))
    return tuple(
        sorted(
            problems,
            key=lambda it: (
                sheets[it.place.file, it.place.sheet],
                it.place.row or it.place.line or maxsize,
            ),
        )
    )


def _within(place: Place, file: str) -> Place:
    return replace(place, file=file) if file else place


def _renamed(place: Place, renamed: Callable[[str], str]) -> Place:
    return replace(place, file=renamed(place.file)) if place.file else place


class BadQuestionnaire(BadInput):
    """A questionnaire file that contradicts itself or the format."""


class BadSession(BadInput):
    """A stored conversation that this version cannot read."""
