"""The material of a unit or person that can be put right, and what was put right, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aggregation.appraisal.corrections import (
    PERSONAL,
    Correction,
    CorrectionKind,
    read_bonus,
    read_post,
)
from aggregation.scheme.scheme import Scheme, scheme_levels
from bot.appraisal.correctable import BONUS, NEW, POST, Correctable, days_text
from bot.core.labels import pick
from bot.web.shared.templates import page_words

NONE = "–"


def correctable_rows(
    found: Iterable[Correctable], scheme: Scheme, names: Mapping[str, str], lang: str
) -> list[tuple[str, str, str]]:
    """Returns for each what names it in a form, what it is called, and what stands."""
    known = [scheme.indicators, *(level.indicators for level in scheme_levels(scheme))]
    called = {id_: pick((it.zh, it.en), lang) for part in known for id_, it in part.items()}
    called[PERSONAL] = page_words().say(lang, "personal")
    return [(it.what, _called(it, called, names, lang), it.stands or NONE) for it in found]


def _called(
    it: Correctable, indicators: Mapping[str, str], names: Mapping[str, str], lang: str
) -> str:
    words = page_words()
    if it.what in (BONUS + NEW, POST + NEW):
        return words.say(lang, f"remedy-{it.kind}-new")
    if it.kind is CorrectionKind.BONUS:
        return words.say(lang, "remedy-bonus-of", why=it.about)
    if it.kind is CorrectionKind.POST:
        unit = it.what.split("/")[1]
        return words.say(lang, "remedy-post-of", unit=names.get(unit, unit))
    return indicators.get(it.what, it.what)


def told_bonus(it: Correction, lang: str) -> str:
    """Returns how a bonus or deduction was put right."""
    before, after = (read_bonus(text) if text else None for text in (it.before, it.after))
    why = next(bonus.reason for bonus in (after, before) if bonus is not None)
    points = {
        name: f"{bonus.points:+f}" if bonus else NONE
        for name, bonus in (("before", before), ("after", after))
    }
    return page_words().say(lang, "remedy-bonus", why=why, **points)


def told_post(it: Correction, names: Mapping[str, str], lang: str) -> str:
    """Returns how the days of a post were put right."""
    before, after = (read_post(text) if text else None for text in (it.before, it.after))
    unit = next(post.unit for post in (after, before) if post is not None)
    days = {
        name: days_text(post.period) if post else NONE
        for name, post in (("before", before), ("after", after))
    }
    return page_words().say(lang, "remedy-post", unit=names.get(unit, unit), **days)
