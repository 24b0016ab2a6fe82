"""The data dictionary: meaning and unit of measurement of each column of a publication.

A unit is found by the column's label and not by its name, because one name (``n``, ``score``)
means several things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.core.labels import Pair, both
from bot.publication.exports.book import Book, Column, Page
from survey_flows.messages import Message

UNITS: Mapping[str, tuple[str, ...]] = {
    "measure-code": (
        "column-item-code",
        "column-parent",
        "column-category",
        "column-unit-code",
        "column-weighted-to",
        "column-flags",
        "column-campaign",
        "column-about",
        "column-code",
        "column-measure",
        "column-other",
        "column-group",
        "column-questionnaire",
        "column-version",
        "column-question",
        "column-question-kind",
        "column-options",
        "column-scale",
        "column-exclusion-code",
        "column-grade",
        "column-certainty",
        "column-league",
        "column-id",
        "column-role",
        "column-base",
        "column-final-grade",
        "column-proposal-key",
        "column-rule",
        "column-proposal-kind",
        "column-subject",
        "column-status",
        "column-verdict",
        "column-furthest-unit",
        "column-grade-before",
        "column-grade-after",
        "column-page",
        "column-column",
    ),
    "measure-text": (
        "column-item",
        "column-item-en",
        "column-value-name",
        "column-value-en",
        "column-parent-name",
        "column-parent-en",
        "column-components",
        "column-components-en",
        "column-barred",
        "column-decided-by",
        "column-unit-name",
        "column-unit-name-en",
        "column-flags-name",
        "column-flags-en",
        "column-category-name",
        "column-category-en",
        "column-measure-name",
        "column-measure-en",
        "column-group-name",
        "column-group-en",
        "column-question-text",
        "column-question-en",
        "column-options-name",
        "column-options-en",
        "column-show-if",
        "column-exclusion",
        "column-exclusion-en",
        "column-grade-name",
        "column-grade-en",
        "column-certainty-name",
        "column-certainty-en",
        "column-league-name",
        "column-league-en",
        "column-notes-name",
        "column-notes-en",
        "column-person-name",
        "column-person-name-en",
        "column-role-name",
        "column-role-en",
        "column-post",
        "column-final-grade-name",
        "column-final-grade-en",
        "column-lowered-by",
        "column-lowered-by-name",
        "column-lowered-by-en",
        "column-amended",
        "column-kind-name",
        "column-kind-en",
        "column-subject-name",
        "column-subject-en",
        "column-status-name",
        "column-status-en",
        "column-by",
        "column-at",
        "column-decision-reason",
        "column-paper-organ",
        "column-paper-document",
        "column-paper-day",
        "column-paper-released",
        "column-grounds-name",
        "column-grounds-en",
        "column-trail-reason",
        "column-trail-reason-en",
        "column-verdict-name",
        "column-verdict-en",
        "column-rule-name",
        "column-rule-called",
        "column-rule-called-en",
        "column-base-name",
        "column-base-en",
        "column-rule-en",
        "column-grade-before-name",
        "column-grade-before-en",
        "column-grade-after-name",
        "column-grade-after-en",
        "column-page-name",
        "column-meaning",
        "column-meaning-en",
        "column-measure-unit",
        "column-measure-unit-en",
    ),
    "measure-count": (
        "column-level",
        "column-of",
        "column-n",
        "column-n-valid",
        "column-excluded",
        "column-cells",
        "column-joined",
        "column-trimmed",
        "column-rounds",
        "column-n-open",
        "column-position",
        "column-ballots",
        "column-n-none",
        "column-ballots-rounded",
        "column-up-ballots",
        "column-down-ballots",
        "column-units",
        "column-waiting",
        "column-moved",
        "column-furthest",
        "column-graded",
        "column-overall-answers",
        "column-grade-places",
        "column-grade-given",
    ),
    "measure-points": (
        "column-adjustment",
        "column-total",
        "column-up-gap",
        "column-up-safe",
        "column-up-apart",
        "column-down-gap",
        "column-down-safe",
        "column-down-apart",
        "column-unit-total",
        "column-composite-score",
        "column-difference",
        "column-standard-error",
        "column-part-contribution",
    ),
    "measure-place": (
        "column-rank",
        "column-rank-in-category",
        "column-rank-low",
        "column-rank-high",
        "column-own-rank-low",
        "column-own-rank-high",
        "column-rank-before",
        "column-rank-after",
    ),
    "measure-points-100": (
        "column-public-score",
        "column-low",
        "column-high",
        "column-unweighted-score",
        "column-shrunken-score",
        "column-score",
        "column-personal",
        "column-before",
        "column-after",
        "column-part-points",
    ),
    "measure-share": (
        "column-dont-know-rate",
        "column-top-two-rate",
        "column-gap",
        "column-p-first",
        "column-p-second",
        "column-p-third",
        "column-p-holm",
    ),
    "measure-of-measure": ("column-value",),
    "measure-squared-points": ("column-covariance",),
    "measure-percent": (
        "column-scheme-weight",
        "column-weight-used",
        "column-question-weight",
        "column-part-weight",
    ),
    "measure-flag": (
        "column-overall",
        "column-optional",
        "column-discretionary",
    ),
    "measure-correlation": ("column-tau-b",),
}
"""Columns by their unit of measurement: ids of messages."""
UNIT_OF = {column: unit for unit, columns in UNITS.items() for column in columns}


def unit_of_measure(column: Column) -> Pair:
    """Return the unit of a column in Chinese and English.

    Raises:
        KeyError: its label stands in no list of `UNITS`; add it there.
    """
    return both(Message(UNIT_OF[column.label]))


COLUMNS = (
    Column("page", "column-page"),
    Column("page_zh", "column-page-name"),
    Column("column", "column-column"),
    Column("label_zh", "column-meaning"),
    Column("label_en", "column-meaning-en"),
    Column("unit_zh", "column-measure-unit"),
    Column("unit_en", "column-measure-unit-en"),
)


def add_dictionary(book: Book) -> Book:
    """Add a page to a book that explains each column."""
    rows = tuple(
        (
            page.name,
            page.zh,
            column.name,
            column.zh,
            column.en,
            *unit_of_measure(column),
        )
        for page in book.pages
        for column in page.columns
    )
    return replace(book, pages=(*book.pages, Page("columns", "page-columns", COLUMNS, rows)))
