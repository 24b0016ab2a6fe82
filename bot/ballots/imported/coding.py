"""Turns the texts of a table into the codes of ballots."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING

from bot.ballots.imported import mapping as plans
from bot.ballots.imported.moments import parse_moment
from bot.spreadsheets.coded_columns import (
    Codes,
    Column,
    ColumnarTable,
    FaultFinder,
    TextColumn,
    complain_of,
)
from bot.spreadsheets.reader import Problems, normalise_width
from survey_flows.characters import clean_text, one_line
from survey_flows.errors import Message
from survey_flows.identity_numbers import is_identity_number
from survey_flows.questionnaire import NO_ANSWER, Question, QuestionKind, Questionnaire

if TYPE_CHECKING:
    from bot.spreadsheets.coded_columns import Places

QUARTER_HOUR = 900
CLOSED = (QuestionKind.RATING, QuestionKind.CHOICE, QuestionKind.YES_NO)
MAX_STRATUM_LENGTH, MAX_SOURCE_LENGTH, MAX_COMMENT_LENGTH = 32, 16, 2000
"""Characters."""
SHOWN = 20
"""So many characters of a wrong text are repeated to the person who brought it."""

SCIENTIFIC = re.compile(r"[-+]?\d(?:[.,]\d+)?[eE]\+?\d{1,3}")
"""A long number as a spreadsheet shows it."""
MOST_COUNTED = 1 << 22
"""Up to so many numbers a table of all of them is faster than sorting those that are there."""
DIGITS = 15
"""A spreadsheet keeps so many digits of a number."""


@dataclass(frozen=True, slots=True)
class ImportTarget:
    """The campaign that ballots go to.

    Args:
        campaign: its id.
        units: the questionnaire's name by unit.
        questionnaires: questionnaires by name.
        groups: the scheme's evaluator groups and own staff.
        opens_at: epoch seconds.
        closes_at: epoch seconds; answers are of the years from opening to close.
    """

    campaign: str
    units: Mapping[str, str]
    questionnaires: Mapping[str, Questionnaire]
    groups: tuple[str, ...]
    opens_at: int
    closes_at: int


@dataclass(frozen=True, slots=True)
class CodedBallots:
    """The rows of a table as ballots, by column; ``seconds`` are since 1970."""

    rows: int
    respondent: tuple[Column, ...]
    unit: TextColumn
    questionnaire: TextColumn
    group: TextColumn
    stratum: TextColumn
    source: TextColumn
    ratings: TextColumn
    facts: TextColumn
    comment: Column
    seconds: Places

    def people(self, first: int, last: int) -> list[str]:
        """Return who answered in the rows from ``first`` to before ``last``, as JSON."""
        texts = (column.between(first, last) for column in self.respondent)
        quoted = ([encode_basestring_ascii(one_line(it)) for it in some] for some in texts)
        return [f"[{', '.join(person)}]" for person in zip(*quoted, strict=True)]

    def unanswered(self, rows: Places) -> int:
        """Return how many of these rows are without any rating."""
        import numpy as np

        silent = [
            place
            for place, text in enumerate(self.ratings.texts)
            if not set(text) - {NO_ANSWER, " "}
        ]
        return int(np.isin(self.ratings.places[rows], silent).sum())


def check_mapping(plan: plans.BallotMapping, target: ImportTarget, file: str) -> None:
    """Check the mapping's items, codes and constants against the campaign.

    Raises:
        BadInput: by field, the campaign has no such question, option, unit or group.
    """
    problems = Problems(file)
    for name, place in plan.items.items():
        questions = _questions(target, name)
        known = {code for question in questions for code in question.choices} | {NO_ANSWER}
        if not questions:
            problems.add(Message("imported-no-closed-question"), name=f"items.{name}")
            continue
        for code in _codes(place):
            if code not in known:
                codes = tuple(sorted(known))
                problems.add(
                    Message("imported-mapped-option-unknown", code=code, codes=codes),
                    name=f"items.{name}",
                )
    for field, fault_in in _fault_finders(target).items():
        for code in _codes(getattr(plan, field)):
            if fault := fault_in(code):
                problems.add(fault, name=field)
    problems.settle()


def code_table(
    table: ColumnarTable, plan: plans.BallotMapping, target: ImportTarget, file: str
) -> CodedBallots:
    """Turn every cell into its code.

    Raises:
        BadInput: by row and column, the texts that have no place in the campaign.
    """
    problems = Problems(file)
    places = {
        field: _code(table, getattr(plan, field), fault_in, problems)
        for field, fault_in in _fault_finders(target).items()
    }
    items = {
        name: _code(table, place, _item_fault(target, name), problems, NO_ANSWER)
        for name, place in plan.items.items()
    }
    seconds = _seconds(table, plan, target, problems)
    respondent = tuple(table.columns[name] for name in plan.respondent)
    for name, column in zip(plan.respondent, respondent, strict=True):
        complain_of(table.numbers, name, column, _respondent_fault, problems)
    comment: Column = table.columns[plan.comment] if plan.comment else _constant("", table)
    comment_fault = _length_fault(MAX_COMMENT_LENGTH, "imported-comment-too-long")
    complain_of(table.numbers, plan.comment, comment, comment_fault, problems)
    problems.settle()
    unit = places["unit"]
    asked = TextColumn([target.units[text] for text in unit.texts], unit.places)
    ratings, facts = _answers(table, asked, items, target, plan, problems)
    problems.settle()
    return CodedBallots(
        rows=len(table.numbers),
        respondent=respondent,
        unit=unit,
        questionnaire=asked,
        group=places["group"],
        stratum=places["stratum"],
        source=places["source"],
        ratings=ratings,
        facts=facts,
        comment=comment,
        seconds=seconds,
    )


def _codes(place: plans.ColumnMapping) -> list[str]:
    return [*place.values.values(), *([] if place.constant is None else [place.constant])]


def _questions(target: ImportTarget, name: str) -> list[Question]:
    found = [questionnaire.by_id.get(name) for questionnaire in target.questionnaires.values()]
    return [question for question in found if question is not None and question.kind in CLOSED]


def _fault_finders(target: ImportTarget) -> dict[str, FaultFinder]:
    return {
        "unit": lambda text: (
            None if text in target.units else Message("imported-no-unit", unit=text)
        ),
        "group": lambda text: (
            None if text in target.groups else Message("imported-no-group", group=text)
        ),
        "stratum": _length_fault(MAX_STRATUM_LENGTH, "imported-stratum-too-long"),
        "source": _length_fault(MAX_SOURCE_LENGTH, "imported-source-too-long"),
    }


def _length_fault(longest: int, name: str) -> FaultFinder:
    return lambda text: None if len(text) <= longest else Message(name, max=longest)


def _item_fault(target: ImportTarget, name: str) -> FaultFinder:
    codes = {code for question in _questions(target, name) for code in question.choices}
    return lambda text: (
        None
        if text in codes | {NO_ANSWER}
        else Message("imported-option-unknown", question=name, code=text[:SHOWN])
    )


def _respondent_fault(text: str) -> Message | None:
    """Return why a text identifies nobody: different people may have become one."""
    if text.isdecimal() and len(text) <= DIGITS:
        return None
    text = one_line(text)
    if not text:
        return Message("imported-respondent-missing")
    if SCIENTIFIC.fullmatch(text) or _is_cut(text):
        return Message("imported-respondent-cut", text=text[:SHOWN])
    return None


def _is_cut(text: str) -> bool:
    """Return whether a spreadsheet wrote zeros for the last digits of a long number."""
    if not (len(text) > DIGITS + 1 and text.isdecimal() and text.isascii()):
        return False
    return not text[DIGITS:].strip("0") and not is_identity_number(text)


def _as_cell(text: str) -> str:
    """Return a text as a cell with it is read."""
    return one_line(clean_text(text))


def _on_one_line(column: TextColumn) -> TextColumn:
    """Return a column whose texts have no line breaks."""
    import numpy as np

    if not any("\n" in text for text in column.texts):
        return column
    codes = Codes()
    places = np.array([codes[one_line(text)] for text in column.texts], dtype=np.int32)
    return TextColumn(codes.texts, places[column.places])


def _constant(text: str, table: ColumnarTable) -> TextColumn:
    import numpy as np

    return TextColumn([text], np.zeros(len(table.numbers), dtype=np.int8))


def _code(
    table: ColumnarTable,
    place: plans.ColumnMapping,
    fault_in: FaultFinder,
    problems: Problems,
    blank: str = "",
) -> TextColumn:
    """Return the codes of a column; an empty cell is ``blank``."""
    if place.constant is not None:
        return _constant(place.constant, table)
    found = _on_one_line(table.coded(place.column))
    mapped = {_as_cell(text): code for text, code in place.values.items()}
    codes = [
        mapped.get(text, blank if not text else None if mapped else text) for text in found.texts
    ]
    wrong = {
        text: (
            Message("imported-value-not-mapped", text=text[:SHOWN])
            if code is None
            else fault_in(code)
        )
        for text, code in zip(found.texts, codes, strict=True)
    }
    complain_of(table.numbers, place.column, found, wrong.__getitem__, problems)
    return TextColumn([code or "" for code in codes], found.places)


def _seconds(
    table: ColumnarTable, plan: plans.BallotMapping, target: ImportTarget, problems: Problems
) -> Places:
    import numpy as np

    if plan.time is None:
        return np.full(len(table.numbers), target.opens_at, dtype=np.int64)
    column, zone = table.coded(plan.time.column), plan.time.zone
    first, last = (
        datetime.fromtimestamp(at, zone).year for at in (target.opens_at, target.closes_at)
    )
    parsed = [parse_moment(normalise_width(text), zone) for text in column.texts]

    def fault_of(text: str, seconds: int | None) -> Message | None:
        if seconds is None:
            return Message("imported-no-time", text=text[:SHOWN])
        if not first <= datetime.fromtimestamp(seconds, zone).year <= last:
            return Message("imported-time-outside", text=text[:SHOWN], first=first, last=last)
        return None

    pairs = zip(column.texts, parsed, strict=True)
    wrong = {text: fault_of(text, seconds) for text, seconds in pairs}
    complain_of(table.numbers, plan.time.column, column, wrong.__getitem__, problems)
    return np.array([seconds or 0 for seconds in parsed], dtype=np.int64)[column.places]


def _combine(columns: Sequence[TextColumn]) -> tuple[list[tuple[str, ...]], Places]:
    """Return the distinct combinations of texts and, for each row, the index of its own."""
    import numpy as np

    combined: list[tuple[str, ...]] = [(text,) for text in columns[0].texts]
    places: Places = columns[0].places
    for column in columns[1:]:
        width = len(column.texts)
        wide = np.int64 if len(combined) * width > MOST_COUNTED else np.int32
        found, places = _distinct(places.astype(wide) * width + column.places.astype(wide))
        combined = [(*combined[at // width], column.texts[at % width]) for at in found.tolist()]
    return combined, places


def _distinct(numbers: Places) -> tuple[Places, Places]:
    """Return the distinct numbers in their order and, for each number, the index of its own."""
    import numpy as np

    most = int(numbers.max(initial=0)) + 1
    if most > MOST_COUNTED:
        found, places = np.unique(numbers, return_inverse=True)
        return found, places.astype(np.int32)
    there = np.zeros(most, dtype=bool)
    there[numbers] = True
    return np.flatnonzero(there), (np.cumsum(there, dtype=np.int32) - 1)[numbers]


def _answers(
    table: ColumnarTable,
    asked: TextColumn,
    items: Mapping[str, TextColumn],
    target: ImportTarget,
    plan: plans.BallotMapping,
    problems: Problems,
) -> tuple[TextColumn, TextColumn]:
    """Return rating patterns, and the other closed answers as JSON."""
    combined, places = _combine([asked, *items.values()])
    ratings, facts = [], []
    for name, *codes in combined:
        questionnaire = target.questionnaires[name]
        given = {
            item: code
            for item, code in zip(items, codes, strict=True)
            if code not in (NO_ANSWER, "")
        }
        ratings.append(
            " ".join(given.get(question.id, NO_ANSWER) for question in questionnaire.rated)
        )
        rest = {
            q.id: given[q.id]
            for q in questionnaire.questions
            if q.kind is not QuestionKind.RATING and q.id in given
        }
        facts.append(json.dumps(rest, ensure_ascii=False))
    for index, item in enumerate(items):
        faults = [_misplaced(target, name, item, codes[index]) for name, *codes in combined]
        column = TextColumn([str(place) for place in range(len(combined))], places)

        def fault_of(text: str, faults: list[Message | None] = faults) -> Message | None:
            return faults[int(text)]

        complain_of(table.numbers, plan.items[item].column, column, fault_of, problems)
    return TextColumn(ratings, places), TextColumn(facts, places)


def _misplaced(target: ImportTarget, questionnaire: str, item: str, code: str) -> Message | None:
    question = target.questionnaires[questionnaire].by_id.get(item)
    if code in (NO_ANSWER, "") or (question is not None and code in question.choices):
        return None
    return Message(
        "imported-question-not-of-unit", questionnaire=questionnaire, question=item, code=code
    )
