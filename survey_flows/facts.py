"""What is known of one submission when it is admitted, and what a check may say of it.

No answer is among the facts: what a citizen thinks of a unit cannot raise a finding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class CheckLevel(StrEnum):
    """What follows from a finding: nothing, a lower weight, no weight for now, or two people look at it."""

    COUNT = "count"
    DOWN_WEIGHT = "down_weight"
    QUARANTINE = "quarantine"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """What is known of one submission.

    ``seconds`` since the rating began (None when its beginning is not known) and ``questions`` that were shown.
    ``ballots`` of this person in this campaign within the window, this one included. ``*_rate`` tells that the person,
    the source or the unit has had more than its rate. ``link_users`` is how many persons used this link, which is meant
    for ``link_limit`` (None: for anyone). ``burst`` is the number of ballots of this unit and source in this quarter of
    an hour, ``expected`` what was to be expected (None when nothing is known yet). ``young`` tells that the account is
    new on its channel, ``stale`` how many buttons of other steps were pressed. ``unchecked`` tells that counters could
    not be read: all that comes from them is at its default.
    """

    seconds: float | None
    questions: int
    replayed: bool = False
    ballots: int = 1
    user_rate: bool = False
    source_rate: bool = False
    unit_rate: bool = False
    link_users: int = 0
    link_limit: int | None = None
    burst: int = 0
    expected: float | None = None
    young: bool = False
    stale: int = 0
    unchecked: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a fact is a finding. Plain data: a campaign registers them before the first invitation."""

    seconds_per_question: float = 1.0
    """Reading a question and pressing a button takes a practised person longer than that."""
    ballots: int = 30
    """In a day nobody has business with so many units; deputies and supervisors, who rate many, stay below it."""
    burst_floor: int = 20
    """Fewer ballots of a unit and source in a quarter of an hour are no burst, whatever was expected."""
    burst_factor: float = 4.0
    """A reminder multiplies what comes in a quarter of an hour by two or three."""
    stale: int = 8
    """A hesitant person presses an old button a few times; a script that does not read screens, all the time."""


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What a check found: its name, its bit in a ballot's risk, and what follows from it alone."""

    code: str
    bit: int
    level: CheckLevel


@dataclass(frozen=True, slots=True)
class OnlineCheck:
    """One question to the facts. ``bit`` never changes its meaning once ballots are stored with it."""

    code: str
    bit: int
    level: CheckLevel
    holds: Callable[[SubmissionFacts, Limits], bool]

    def examine(self, facts: SubmissionFacts, limits: Limits) -> CheckFinding | None:
        """The finding when what this check looks for is there."""
        return CheckFinding(self.code, self.bit, self.level) if self.holds(facts, limits) else None
