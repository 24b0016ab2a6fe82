"""Pages of changes since the year before, and of the year under other rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregation.appraisal.stability import ResultShift
from bot.appraisal.year import AppraisedYear
from bot.core.labels import both
from bot.publication.exports.about_page import add_about
from bot.publication.exports.appraisal_pages import names_in_both, pair
from bot.publication.exports.book import EXACT, SHARE, Book, Column, Page, Value, named_in
from bot.publication.exports.dictionary import add_dictionary
from bot.publication.exports.score_pages import UNIT
from survey_flows.messages import Message


def changes_page(year: AppraisedYear) -> Page:
    """Return each unit's public score and that of the year before, with a Holm-adjusted test."""
    columns = (
        *UNIT,
        Column("before", "column-before", EXACT),
        Column("after", "column-after", EXACT),
        Column("difference", "column-difference", EXACT),
        Column("standard_error", "column-standard-error", EXACT),
        Column("p_holm", "column-p-holm", SHARE),
        Column("verdict", "column-verdict"),
        Column("verdict_zh", "column-verdict-name"),
        Column("verdict_en", "column-verdict-en"),
    )
    names = {unit.unit: (unit.zh, unit.en) for unit in year.result.units}
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            *(unit, *names[unit], c.before, c.after, c.difference),
            *(c.error, c.p, c.verdict, *names_in_both(c.verdict)),
        )
        for unit, c in year.changes.items()
        if unit in names
    )
    return Page("changes", "page-changes", columns, rows)


def shifts_page(year: AppraisedYear, shifts: Sequence[ResultShift]) -> Page:
    """Return the shift that each other rule would have caused."""
    names = {unit.unit: (unit.zh, unit.en) for unit in year.result.units}
    columns = (
        Column("key", "column-code"),
        Column("rule_zh", "column-rule-name"),
        Column("rule_en", "column-rule-en"),
        Column("tau_b", "column-tau-b", EXACT),
        Column("moved", "column-moved"),
        Column("furthest", "column-furthest"),
        Column("furthest_unit", "column-furthest-unit"),
        Column("furthest_unit_zh", "column-unit-name"),
        Column("furthest_unit_en", "column-unit-name-en"),
        Column("graded", "column-graded"),
    )
    rows = tuple(
        (
            *(s.key, *pair(s.label), s.tau, s.moved, s.furthest),
            *(s.furthest_unit, *names.get(s.furthest_unit, ("", "")), len(s.graded)),
        )
        for s in shifts
    )
    return Page("sensitivity", "page-sensitivity", columns, rows)


def moves_page(year: AppraisedYear, shifts: Sequence[ResultShift]) -> Page:
    """Return every unit whose grade would have differed."""
    columns = (
        Column("key", "column-code"),
        *UNIT,
        Column("rank_before", "column-rank-before"),
        Column("rank_after", "column-rank-after"),
        Column("grade_before", "column-grade-before"),
        Column("grade_after", "column-grade-after"),
        Column("grade_before_zh", "column-grade-before-name"),
        Column("grade_before_en", "column-grade-before-en"),
        Column("grade_after_zh", "column-grade-after-name"),
        Column("grade_after_en", "column-grade-after-en"),
    )
    names: Mapping[str, tuple[str, str]] = {
        unit.unit: (unit.zh, unit.en) for unit in year.result.units
    }
    rows: list[tuple[Value, ...]] = [
        (
            s.key,
            m.unit,
            *names[m.unit],
            *m.ranks,
            *(g or "" for g in m.grades),
            *(called for g in m.grades for called in names_in_both(g)),
        )
        for s in shifts
        for m in s.graded
    ]
    return Page("grades_that_change", "page-grades-that-change", columns, tuple(rows))


def sensitivity_book(
    year: AppraisedYear, shifts: Sequence[ResultShift], timezone: str, city: str = ""
) -> Book:
    """Return a year's sensitivity as a book of its own, because it takes seconds to make."""
    closed = max(part.in_field[1] for part in year.campaigns)
    title = " ".join(both(Message("publication-sensitivity-title", year=year.year)))
    day = datetime.fromtimestamp(closed, ZoneInfo(timezone)).date()
    pages = (shifts_page(year, shifts), moves_page(year, shifts))
    book = Book(title, day, pages, (), *named_in(year.campaigns), city)
    return add_dictionary(add_about(book, timezone))
