"""The results of a year's appraisal as frozen values, with the reasons for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil

from aggregation.model.facts import Decision, Grade, PastGrade, Role
from aggregation.model.reason_lines import ReasonLine
from aggregation.model.standings import APPRAISED, AppraisalState, SubjectState
from survey_flows.messages import Message


class Certainty(StrEnum):
    """``confirmed``: one grade over the whole rank set; ``provisional``: several are possible."""

    SETTLED = "confirmed"
    PROVISIONAL = "provisional"


class ConsequenceKind(StrEnum):
    """Kinds of proposals. Only ``grade_four``, ``downgrade`` and ``bar_first`` touch a grade."""

    GRADE_FOUR = "grade_four"
    REMOVAL_FROM_POSTS = "removal_from_posts"
    DISMISSAL = "dismissal"
    DOWNGRADE = "downgrade"
    ADMONITION_TALK = "admonition_talk"
    VERIFICATION_REVIEW = "verification_review"
    BAR_FIRST = "bar_first"
    VOID_ANSWERS = "void_answers"
    DISCIPLINE_REFERRAL = "discipline_referral"
    COMMENDATION = "commendation"
    PROMOTION_FILE = "promotion_file"


HEARD = frozenset(
    {
        ConsequenceKind.GRADE_FOUR,
        ConsequenceKind.DOWNGRADE,
        ConsequenceKind.DISMISSAL,
        ConsequenceKind.REMOVAL_FROM_POSTS,
    }
)
"""What is confirmed only after the person was heard."""
ON_PAPER = frozenset({ConsequenceKind.DISMISSAL, ConsequenceKind.REMOVAL_FROM_POSTS})
"""What is confirmed only on a document of the organ that may decide it (公务员法 37, 111)."""


class ProposalStatus(StrEnum):
    """Nothing takes effect before a person has confirmed it."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class TotalComponent:
    """One weighted component of a total: ``contribution`` = points (0–100) × weight / 100."""

    id: str
    weight: Decimal
    points: Fraction | None
    contribution: Fraction | None


@dataclass(frozen=True, slots=True)
class GradeCut:
    """The distance to a grade next to one's own.

    ``gap`` is the difference of the published totals to the unit whose place would be taken,
    ``points`` the same in points of the public score (None where it has no weight). ``ballots`` are
    the fewest with the best or the worst rating that would close it; None where that is suppressed,
    or where ``never`` says that no number would do. By method 2 they are vouched ballots, and
    ``loose`` and ``never_loose`` say the same of ballots that nobody vouches for. ``apart`` are the
    points by which those who stayed away would have to differ; None where nobody was invited.
    """

    grade: Grade
    up: bool
    gap: Decimal
    points: float | None
    ballots: int | None
    never: bool = False
    loose: int | None = None
    never_loose: bool = False
    apart: float | None = None

    @property
    def safe(self) -> float | None:
        """Points by which every unit's score may be off while the grade holds: under half the way.

        In whole tenths. Exactly half the way makes a tie, which may change the grade.
        """
        return None if self.points is None else max(0, ceil(5 * self.points - 1e-9) - 1) / 10


@dataclass(frozen=True, slots=True)
class RankOutlook:
    """The certainty of a ranked unit's standing.

    [``low``, ``high``] is its own 95 % rank set, for a reader of this unit alone. ``odds`` are the
    probabilities of the grades (in a league, of the standing for its leaders' ceilings), ``cuts``
    the distances to the grades beside its own. ``coarse``: odds are tenths, and at most 0.9.
    """

    low: int
    high: int
    odds: Mapping[Grade, float]
    cuts: tuple[GradeCut, ...]
    coarse: bool = False


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One unit's year.

    ``total`` is ``exact`` rounded half up to the scheme's places; both are None without a usable
    public score. ``rank`` counts from 1 among the ``of`` ranked units of its ``family`` (a league,
    or a category graded by quota), equal ranks for ties that stand; [``low``, ``high``] is its
    simultaneous 95 % rank set. ``grade`` is None for units of a league (they are only ranked) and
    for a unit that waits for a person. ``standing`` is the grade that counts for its leaders'
    ceilings. ``barred`` says why the first grade is closed to it. ``outlook`` is None for a unit
    that is not ranked. ``tentative``: it rests on answers nobody vouches for, so that no third
    grade, no first one that is not settled and no proposal follows. ``possible`` are the grades
    that it may have, best first; ``error`` is the standard error of the total by which that is
    judged. ``refused``: why the grade that a person gave it does not stand. ``amended`` are the
    numbers of the amendments that it comes from.
    """

    unit: str
    zh: str
    en: str
    category: str
    league: str | None
    family: str
    components: tuple[TotalComponent, ...]
    adjustment: Decimal
    exact: Fraction | None
    total: Decimal | None
    variance: float
    rank: int | None
    of: int
    low: int | None
    high: int | None
    grade: Grade | None
    standing: Grade | None
    certainty: Certainty | None
    barred: tuple[str, ...] = ()
    insufficient: bool = False
    decided_by: str = ""
    outlook: RankOutlook | None = None
    tentative: bool = False
    possible: tuple[Grade, ...] = ()
    error: float = 0.0
    refused: Message | None = None
    amended: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LeaderResult:
    """One leader's year.

    ``score`` = unit share × unit total + personal share × personal score, rounded half up; ``base``
    is the grade by score and ceiling, ``grade`` the one after confirmed lowerings. All are None
    while the unit waits for a person (except a confirmed fourth grade). ``lowered_by`` holds the
    keys of the confirmed proposals that lowered it. ``possible`` are the grades that it may have,
    best first; the grade is settled if there is one. ``state`` says whether the leader is appraised
    at all, and why not: then there is no score and no grade. ``unit_total`` is the mean of totals
    by ``unit_days``, the days in the main post of each unit. ``amended`` are the numbers of
    the amendments that the grade comes from.
    """

    leader: str
    zh: str
    en: str
    unit: str
    role: Role
    post: str
    unit_total: Decimal | None
    personal: Decimal | None
    score: Decimal | None
    base: Grade | None
    grade: Grade | None
    certainty: Certainty | None
    lowered_by: tuple[str, ...] = ()
    amended: tuple[int, ...] = ()
    possible: tuple[Grade, ...] = ()
    state: SubjectState = APPRAISED
    unit_days: tuple[tuple[str, int], ...] = ()

    @property
    def appraised(self) -> bool:
        """Whether the leader is graded and counts in ceilings."""
        return self.state.state is AppraisalState.APPRAISED

    @property
    def to_grade(self) -> bool:
        """Whether a grade is there or still to come."""
        return self.state.state in (AppraisalState.APPRAISED, AppraisalState.WAITING)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """What a person has to see to. It keeps the year from being sealed if ``stops``."""

    subject: str
    message: Message
    stops: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """A consequence that a rule of the scheme proposes and a person decides.

    ``key`` is ``year/rule/kind/subject`` or ``year/rule/kind/subject/fact``; ``discretionary``
    means that the scheme leaves it to the office (R9: *some* third-grade units). ``grounds`` are
    never empty. ``fact`` is the id of the event that it follows from; empty when it follows from a
    grade or a rank. ``digest`` is that of its grounds; ``lapsed`` is a decision that rested on
    other grounds, and has no effect any more.
    """

    key: str
    rule: str
    kind: ConsequenceKind
    subject: str
    discretionary: bool
    grounds: tuple[ReasonLine, ...]
    fact: str = ""
    status: ProposalStatus = ProposalStatus.PROPOSED
    decision: Decision | None = None
    digest: str = ""
    lapsed: Decision | None = None


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """A category's locked and given places; ``notes`` record ties, bars, shortfalls, overruns."""

    category: str
    size: int
    places: Mapping[Grade, int]
    given: Mapping[Grade, int]
    waiting: int
    notes: tuple[ReasonLine, ...] = ()


@dataclass(frozen=True, slots=True)
class AppraisalResult:
    """The whole result.

    ``units`` and ``leaders`` are sorted by code and id, ``proposals`` by key. ``leagues`` lists
    each league's ranked unit codes, best first. ``unused`` are decisions that meet no proposal (of
    a rule whose ground fell away): they are shown and never applied. ``trail`` maps a unit code or
    leader id to its reasons. ``tasks`` are for a person.
    """

    year: int
    scheme_version: str
    scheme_digest: str
    units: tuple[UnitResult, ...]
    leagues: Mapping[str, tuple[str, ...]]
    quotas: tuple[QuotaUse, ...]
    leaders: tuple[LeaderResult, ...]
    proposals: tuple[Proposal, ...]
    unused: tuple[Decision, ...]
    trail: Mapping[str, tuple[ReasonLine, ...]]
    tasks: tuple[OpenTask, ...] = ()

    def unit(self, code: str) -> UnitResult:
        """The unit with this code. Raises KeyError."""
        return {u.unit: u for u in self.units}[code]

    def leader(self, leader: str) -> LeaderResult:
        """The leader with this id. Raises KeyError."""
        return {x.leader: x for x in self.leaders}[leader]

    def unit_grades(self) -> Counter[Grade | None]:
        """Numbers of units graded by quota by grade; None counts those that wait for a person."""
        return Counter(u.grade for u in self.units if u.league is None)

    def leader_grades(self) -> Counter[Grade | None]:
        """Numbers of leaders by grade; None counts those who wait, and not who gets no grade."""
        return Counter(x.grade for x in self.leaders if x.to_grade or x.grade is not None)

    def subjects(
        self, kind: ConsequenceKind, status: ProposalStatus = ProposalStatus.CONFIRMED
    ) -> tuple[str, ...]:
        """The subjects of proposals of this kind and status, each once, sorted."""
        return tuple(
            sorted({p.subject for p in self.proposals if p.kind is kind and p.status is status})
        )

    def about(self, subject: str) -> tuple[Proposal, ...]:
        """The proposals that concern a unit code or leader id."""
        return tuple(p for p in self.proposals if p.subject == subject)

    def records(self) -> tuple[PastGrade, ...]:
        """This year as lines of history for the years to come (immutable; amendments append)."""
        version = self.scheme_version
        units = [
            PastGrade(
                self.year, u.unit, u.grade, u.certainty is Certainty.SETTLED, u.unit, "", version
            )
            for u in self.units
        ]
        leaders = [
            PastGrade(
                self.year,
                x.leader,
                x.grade,
                x.certainty is Certainty.SETTLED,
                x.unit,
                x.post,
                version,
            )
            for x in self.leaders
        ]
        return (*units, *leaders)


def explain(result: AppraisalResult, subject: str, lang: str = "zh-Hans") -> list[str]:
    """The reason trail of a unit code or leader id as printed lines.

    Raises:
        KeyError: the subject is unknown.
    """
    return [line.text(lang) for line in result.trail[subject]]
