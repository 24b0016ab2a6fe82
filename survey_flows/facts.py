"""The facts of a submission at its admission, and the findings of online checks.

No answer is among the facts: an opinion of a unit cannot raise a finding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class CheckLevel(StrEnum):
    """The consequence of a finding: none, lower weight, no weight for now, or a check."""

    COUNT = "count"
    DOWN_WEIGHT = "down_weight"
    QUARANTINE = "quarantine"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """The facts of one submission.

    ``seconds`` have passed since the rating began (None when unknown) and ``questions`` were shown.
    ``ballots`` counts this person's in this campaign within the window, this one included.
    ``*_rate`` says that the person, the source or the unit exceeded its rate. ``link_users``
    persons used this link, which is meant for ``link_limit`` (None: for anyone). ``burst`` is the
    number of ballots of this unit and source in this quarter of an hour, ``expected`` the expected
    number (None when unknown). ``young`` says that the account is new on its channel, ``stale`` how
    many buttons of other steps were pressed. ``unchecked`` says that counters could not be read;
    their facts are at their defaults.
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
    """The limits of the checks; a campaign registers them before the first invitation."""

    seconds_per_question: float = 1.0
    """Reading a question and pressing a button takes a practised person longer than that."""
    ballots: int = 30
    """Nobody has business with so many units in a day; deputies and supervisors stay below it."""
    burst_floor: int = 20
    """Fewer ballots of a unit and source in a quarter of an hour are no burst."""
    burst_factor: float = 4.0
    """A reminder multiplies the ballots of a quarter of an hour by two or three."""
    stale: int = 8
    """A hesitant person presses an old button a few times; a script does it all the time."""


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """A check's finding: its name, its bit in a ballot's risk, and its level by itself."""

    code: str
    bit: int
    level: CheckLevel


@dataclass(frozen=True, slots=True)
class OnlineCheck:
    """One check of the facts. ``bit`` never changes its meaning once ballots are stored with it."""

    code: str
    bit: int
    level: CheckLevel
    holds: Callable[[SubmissionFacts, Limits], bool]

    def examine(self, facts: SubmissionFacts, limits: Limits) -> CheckFinding | None:
        """The finding of this check, if the facts give one."""
        return CheckFinding(self.code, self.bit, self.level) if self.holds(facts, limits) else None
