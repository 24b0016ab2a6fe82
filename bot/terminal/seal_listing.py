"""Prints where a sealed year differs from what its material gives now."""

from __future__ import annotations

from collections.abc import Sequence

from aggregation.model.facts import Grade
from bot.appraisal.sealing import Difference
from bot.core.labels import name
from bot.terminal.tables import print_table
from survey_flows.messages import Message, render


def print_differences_of_seal(year: int, found: Sequence[Difference], lang: str) -> None:
    """Prints a row for each subject; the seal stands, whatever the material gives."""
    title = Message("listing-seal-differs" if found else "listing-seal-agrees", year=year)
    if not found:
        print(render(title, lang))
        return
    heads = [render(Message(it), lang) for it in ("head-subject", "head-sealed", "head-now")]
    rows = [[it.subject, _told(it.sealed, lang), _told(it.now, lang)] for it in found]
    print_table(render(title, lang), heads, rows)


def _told(standing: tuple[str | None, str | None] | None, lang: str) -> str:
    if standing is None:
        return "—"
    grade, figure = standing
    return f"{name(Grade(grade), lang) if grade else '—'} {figure or '—'}"
