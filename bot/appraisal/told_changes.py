"""What an amendment changes of one subject, in signs that need no language.

Grades are numbers, «Σ» is the total or the score, «№» the rank, «+», «−» and «~» a proposal that is
new, falls away or is decided otherwise, and «=» means that the subject keeps what it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from aggregation.appraisal.standing import Change, Standing, YearView
from aggregation.model.facts import Grade
from aggregation.model.results import LeaderResult, Proposal, UnitResult

NUMBERS = {grade: str(number) for number, grade in enumerate(Grade, 1)}
ARROW = " → "


def told_change(standing: YearView, change: Change) -> str:
    """Return what a change does to its subject, such as ``2 → 1 · Σ 81.35 → 82.10``."""
    if change.kept:
        return "="
    before, after = _grade(change.before), _grade(change.after)
    grade = before if before == after else f"{before}{ARROW}{after}"
    now = change.unit or change.leader
    figures = _figures(standing.results.get(change.subject), now) if now else ()
    proposals = _proposals(standing.about(change.subject), change.proposals)
    return " · ".join([grade, *figures, *proposals])


def _grade(grade: Grade | None) -> str:
    return "–" if grade is None else NUMBERS[grade]


def _figures(was: Standing | None, now: Standing) -> Iterator[str]:
    for sign, before, after in (("Σ", _total(was), _total(now)), ("№", _rank(was), _rank(now))):
        if before != after:
            yield f"{sign} {before}{ARROW}{after}"


def _total(result: Standing | None) -> str:
    figure: Decimal | None = None
    if isinstance(result, UnitResult):
        figure = result.total
    elif isinstance(result, LeaderResult):
        figure = result.score
    return "–" if figure is None else f"{figure:f}"


def _rank(result: Standing | None) -> str:
    return str(result.rank or "–") if isinstance(result, UnitResult) else "–"


def _proposals(was: Sequence[Proposal], now: Sequence[Proposal]) -> Iterator[str]:
    before, after = ({p.key: p for p in part} for part in (was, now))
    for key in sorted(before.keys() | after.keys()):
        sign = "−" if key not in after else "+" if key not in before else "~"
        if sign != "~" or before[key].status is not after[key].status:
            yield f"{sign} {_short(key)}"


def _short(key: str) -> str:
    """Return a proposal's key without its year and its subject, which the line says already."""
    _, rule, kind, _, *fact = key.split("/")
    return "/".join([rule, kind, *fact])
