"""The days of a decision: first its ground, then the hearing, then the decision, none ahead.

An older decision never takes the place of a newer one. The same rules hold for a form, a command
and a row of a table (公务员法 63: who is lowered is heard first).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from aggregation.model.facts import Paper
from survey_flows.messages import Message

MADE, HEARD, ORGAN, DECIDED = "at", "heard_on", "organ", "decided_on"
"""The fields that a problem is about."""


@dataclass(frozen=True, slots=True)
class DecisionLimits:
    """What the days of a decision are checked against.

    Args:
        since: the day from which its ground can stand.
        last: when the decision that stands was made, in ISO, or empty.
        now: the present moment in the city, in ISO.
    """

    since: date
    last: str
    now: str


def day_problems(
    limits: DecisionLimits, made: str, heard_on: str = "", must_hear: bool = False
) -> Iterator[tuple[str, Message]]:
    """Yield what is wrong with the days of a decision, each with its field.

    Args:
        limits: what they are checked against.
        made: the ISO day or moment of the decision; empty: it is no day, which was said already.
        heard_on: the ISO day of the hearing, or empty.
        must_hear: whether the person has to be heard.
    """
    if must_hear and not heard_on:
        yield HEARD, Message("procedure-not-heard")
    if not made:
        return
    day = made[:10]
    if is_older(limits.now, made):
        yield MADE, Message("procedure-decided-ahead")
    elif day < limits.since.isoformat():
        yield MADE, Message("procedure-decided-before-ground", day=limits.since.isoformat())
    elif limits.last and is_older(made, limits.last):
        yield MADE, Message("procedure-decided-over-newer", day=limits.last[:10])
    elif heard_on and not limits.since.isoformat() <= heard_on <= day:
        first = limits.since.isoformat()
        yield HEARD, Message("procedure-heard-between", first=first, last=day)


def paper_problems(
    since: date, made: str, heard_on: str, paper: Paper | None, must_rest: bool
) -> Iterator[tuple[str, Message]]:
    """Yield what is wrong with the paper of a decision, each with its field.

    Args:
        since: the day from which the ground of the decision can stand.
        made: the ISO day or moment of the decision; empty: it is no day, which was said already.
        heard_on: the ISO day of the hearing, or empty.
        paper: the paper as it was given; its day is empty if it is none.
        must_rest: whether the decision has to rest on a paper.
    """
    if paper is None:
        if must_rest:
            yield ORGAN, Message("procedure-no-paper")
        return
    if not all((paper.organ, paper.document, paper.decided_on, paper.released_by)):
        yield ORGAN, Message("procedure-paper-not-whole")
    elif made:
        first, last = max(since.isoformat(), heard_on), made[:10]
        if not first <= paper.decided_on <= last:
            yield DECIDED, Message("procedure-paper-between", first=first, last=last)


def is_older(made: str, other: str) -> bool:
    """Return whether an ISO day or moment lies before another; a day alone lies before no time."""
    if "T" not in made or "T" not in other:
        return made[:10] < other[:10]
    first, second = datetime.fromisoformat(made), datetime.fromisoformat(other)
    if first.tzinfo is None or second.tzinfo is None:
        # Whoever names no zone means the city's, as the service does.
        first, second = first.replace(tzinfo=None), second.replace(tzinfo=None)
    return first < second
