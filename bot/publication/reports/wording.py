"""Sentences and figures of reports, in each language that has a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from aggregation.appraisal.standing import Amendment, Change, is_after_review
from aggregation.disclosure.disclosed import Count, Share, ShareBound
from aggregation.model.results import Certainty, UnitResult
from aggregation.numbers import half_up
from aggregation.quality.changes import ScoreChange
from bot.core.labels import HIDDEN, bound_text, name, pick
from survey_flows.messages import Message, render
from survey_flows.wording import Wording

DASH = "—"


@cache
def report_words() -> Wording:
    """Return every sentence of the reports."""
    found = [
        file
        for file in files("bot.publication.reports").joinpath("words").iterdir()
        if file.name.endswith(".ftl")
    ]
    return Wording({file.name.removesuffix(".ftl"): file.read_text("utf-8") for file in found})


@dataclass(frozen=True, slots=True)
class ReportSpeaker:
    """Words sentences in one language, and writes figures as they are printed."""

    lang: str
    timezone: str
    places: int

    def __call__(self, key: str, **args: str | int) -> str:
        """Return a sentence.

        Numbers become text first: Fluent would group the thousands of a year.
        """
        return report_words().say(
            self.lang, key, **{name: str(value) for name, value in args.items()}
        )

    def pick(self, zh: str, en: str) -> str:
        """Return the text in this language."""
        return pick((zh, en), self.lang)

    def listed(self, texts: Iterable[str]) -> str:
        """Return texts joined as this language joins the parts of a list."""
        return render(Message("joint-list"), self.lang).join(texts)

    def number(self, value: Fraction | Decimal | float | None, places: int | None = None) -> str:
        """Return a number rounded half up, or a dash."""
        if value is None:
            return DASH
        return str(half_up(Fraction(value), self.places if places is None else places))

    def span(self, low: float | None, high: float | None) -> str:
        """Return an interval with one decimal."""
        if low is None or high is None:
            return DASH
        return f"{self.number(low, 1)}–{self.number(high, 1)}"

    def count(self, count: Count) -> str:
        """Return a count, or `HIDDEN` for a suppressed one."""
        return HIDDEN if count is None else str(count)

    def share(self, share: Share) -> str:
        """Return a share in percent, or its bound."""
        if isinstance(share, ShareBound):
            return bound_text(share)
        return HIDDEN if share is None else f"{half_up(share * 100, 1)}%"

    def day(self, seconds: int) -> str:
        """Return a day in the city's time zone."""
        return datetime.fromtimestamp(seconds, ZoneInfo(self.timezone)).strftime("%Y-%m-%d")


def change_text(change: ScoreChange, say: ReportSpeaker) -> str:
    """Return the sentence on a unit's public score compared with the year before."""
    p = DASH if change.p is None else say.number(change.p, 3)
    return say(
        "change-line",
        before=say.number(change.before),
        after=say.number(change.after),
        difference=f"{'+' if change.difference > 0 else ''}{say.number(change.difference)}",
        error=say.number(change.error),
        p=p,
        verdict=name(change.verdict, say.lang),
    )


def grade_words(unit: UnitResult, amendments: Sequence[Amendment], say: ReportSpeaker) -> str:
    """Return a unit's grade as it stands: provisional or not, amended or not."""
    grade = name(unit.grade, say.lang) or say("no-grade")
    if unit.certainty is Certainty.PROVISIONAL:
        grade = say("provisional", grade=grade)
    return amended_words(grade, unit.amended, amendments, say)


def amended_words(
    grade: str, numbers: Sequence[int], amendments: Sequence[Amendment], say: ReportSpeaker
) -> str:
    """Return a grade in words, and that it was amended: after a review, or for another cause."""
    if not numbers:
        return grade
    reviewed = is_after_review(numbers, amendments)
    return say("amended" if reviewed else "amended-other", grade=grade)


def changed_words(change: Change, say: ReportSpeaker) -> str:
    """Return what an amendment does to a unit or person."""
    if change.kept:
        return say("amended-kept")
    if change.before is change.after:
        return say("amended-figures")
    grades = (name(it, say.lang) or say("no-grade") for it in (change.before, change.after))
    return " → ".join(grades)
