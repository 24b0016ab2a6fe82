"""Publications for statisticians: pages and counted answers as data with labels.

The same data go to SPSS, a file for each language, and to Parquet.
Suppressed figures (`HIDDEN`) and figures with only a bound have codes of their own.
They are user-missing in SPSS; in Parquet they are null, and a column names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from aggregation.counts.ratings import PatternReader
from aggregation.disclosure.patterns import disclosed_patterns
from aggregation.scheme.scheme import Scheme
from bot.core.labels import HIDDEN, both
from bot.publication.exports.book import (
    CellValue,
    Column,
    LabelledData,
    Page,
    Variable,
    printed_value,
)
from bot.results.scoring import ScoredCampaign
from survey_flows.messages import Message
from survey_flows.questionnaire import NO_ANSWER, Question, Questionnaire

SUPPRESSED, BOUND_ONLY = -9, -8
MISSING: Mapping[int, Message] = {
    SUPPRESSED: Message("publication-missing-suppressed"),
    BOUND_ONLY: Message("publication-missing-bound-only"),
}
DONT_KNOW = 97
"""The number of the first code without points; the next are 98 and so on.

Codes with points are numbered from 1 in the scale's order.
"""
AT_LEAST = Column("ballots", "column-ballots-rounded", 0)


def page_data(page: Page) -> LabelledData:
    """Return a page of a publication as labelled data."""
    columns = (
        list(zip(page.columns, zip(*page.rows, strict=True), strict=True)) if page.rows else []
    )
    settled = [
        [printed_value(value, column) for value in values] for column, values in columns
    ] or [[]] * len(page.columns)
    made = [_variable(column, values) for column, values in zip(page.columns, settled, strict=True)]
    rows = zip(*(cells for _, cells in made), strict=True)
    return LabelledData(page.name, page.zh, tuple(variable for variable, _ in made), tuple(rows))


def _variable(
    column: Column, values: list[str | int | Decimal | None]
) -> tuple[Variable, list[CellValue]]:
    words = [value for value in values if isinstance(value, str)]
    numbers = column.places is not None or any(
        isinstance(value, (int, Decimal)) for value in values
    )
    text = any(not _stands_in(word) for word in words) or not (numbers or HIDDEN in words)
    if text:
        variable = Variable(column.name, column.zh, column.en, text=True)
        return variable, [_text(value) for value in values]
    cells: list[CellValue] = [_number(value) for value in values]
    used = {code: both(message) for code, message in MISSING.items() if code in cells}
    return Variable(
        column.name, column.zh, column.en, False, column.places or 0, used, tuple(used)
    ), cells


def _stands_in(word: str) -> bool:
    """Return whether a word stands in the place of a number."""
    return word in ("", HIDDEN) or (word[0] in "<>" and word.endswith("%"))


def _number(value: str | int | Decimal | None) -> float | None:
    if isinstance(value, str):
        return float(SUPPRESSED if value == HIDDEN else BOUND_ONLY) if value else None
    return None if value is None else float(value)


def _text(value: str | int | Decimal | None) -> str:
    return "" if value is None else str(value)


def answers_data(scored: ScoredCampaign) -> list[LabelledData]:
    """Return a campaign's answers, by questionnaire, with a row for each disclosed pattern.

    No single ballot is in it: `aggregation.disclosure.patterns` decides which are disclosed.
    «Don't know» is user-missing; no answer is system-missing.
    """
    campaign = scored.campaign
    reader = PatternReader(campaign.questionnaires, campaign.scheme)
    found = disclosed_patterns(
        scored.counts, scored.disclosed, reader, campaign.scheme.min_n.publish_cell
    )
    return [
        _answers(campaign.id, campaign.questionnaires[name], campaign.scheme, patterns)
        for name, patterns in found.items()
    ]


def _answers(
    campaign: str, sheet: Questionnaire, scheme: Scheme, patterns: Mapping[str, int]
) -> LabelledData:
    codes = [_codes(question, scheme) for question in sheet.rated]
    items = [
        _item(question, known, scheme) for question, known in zip(sheet.rated, codes, strict=True)
    ]
    count = Variable(AT_LEAST.name, AT_LEAST.zh, AT_LEAST.en)
    rows = [
        (
            *(known.get(code) for known, code in zip(codes, pattern.split(), strict=True)),
            float(ballots),
        )
        for pattern, ballots in patterns.items()
    ]
    return LabelledData(
        f"answers-{campaign}-{sheet.id}",
        sheet.title.get("zh-Hans", sheet.id),
        (*items, count),
        tuple(rows),
    )


def _codes(question: Question, scheme: Scheme) -> dict[str, float]:
    """Return the number of each option's code; `NO_ANSWER` has none."""
    options = scheme.scales[question.scale or scheme.default_scale].options
    numbered = {
        o.code: float(at) for at, o in enumerate((o for o in options if o.points is not None), 1)
    }
    silent = {
        o.code: float(at)
        for at, o in enumerate((o for o in options if o.points is None), DONT_KNOW)
    }
    return {code: number for code, number in (numbered | silent).items() if code != NO_ANSWER}


def _item(question: Question, codes: Mapping[str, float], scheme: Scheme) -> Variable:
    options = {
        o.code: (o.zh, o.en) for o in scheme.scales[question.scale or scheme.default_scale].options
    }
    values = {int(number): options[code] for code, number in codes.items()}
    missing = tuple(number for number in values if number >= DONT_KNOW)
    zh, en = (question.label.get(lang, question.id) for lang in ("zh-Hans", "en"))
    return Variable(question.id, zh, en, values=values, missing=missing)
