"""The inputs of an appraisal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.estimation.scores import UnitScore
from aggregation.model.dated import Absence, Discipline, Ending, Period, Post
from aggregation.model.facts import (
    Adjustment,
    AppraisedUnit,
    Decision,
    Finding,
    Grade,
    Leader,
    Parent,
    PastGrade,
    UnitDecision,
)
from aggregation.scheme.parts import UnitQuota
from aggregation.scheme.scheme import Scheme


@dataclass(frozen=True, slots=True)
class AppraisalInputs:
    """The inputs of one year of one city; the order of the tuples never matters.

    ``indicators`` maps (unit, indicator id of the scheme) to points in 0–100, ``personal`` a leader
    id to points in 0–100, and ``public`` a unit code to its public score; a unit without one is
    treated as having too few answers. ``disclosed`` has what reasons may show of that score;
    without it they show no count. ``covariances`` are those of the public scores (points²) under
    two unit codes in order, 0 for a pair that is not listed; None when they are unknown. ``parent``
    is set where the units are the parts of one unit (`aggregation.appraisal.nesting`). ``invited``
    counts by unit and evaluator group the people who were invited personally to rate it.
    ``posts`` are dated, also of people who are gone; without them the leaders held theirs all year.
    ``discipline`` are investigations and sanctions, also those that began before the year.
    ``other_quotas`` are the places of parts under the parent's other possible grades. ``pinned``
    are grades that answers to appeals set, by subject: they stand whatever the rest gives.
    """

    year: int
    scheme: Scheme
    units: tuple[AppraisedUnit, ...]
    leaders: tuple[Leader, ...]
    indicators: Mapping[tuple[str, str], Decimal]
    personal: Mapping[str, Decimal]
    public: Mapping[str, UnitScore]
    adjustments: tuple[Adjustment, ...] = ()
    facts: tuple[Finding, ...] = ()
    decisions: tuple[Decision, ...] = ()
    unit_decisions: tuple[UnitDecision, ...] = ()
    history: tuple[PastGrade, ...] = ()
    disclosed: Mapping[str, DisclosedScore] = field(default_factory=dict)
    covariances: Mapping[tuple[str, str], float] | None = None
    parent: Parent | None = None
    invited: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    pinned: Mapping[str, Grade] = field(default_factory=dict)
    posts: tuple[Post, ...] = ()
    absences: tuple[Absence, ...] = ()
    endings: tuple[Ending, ...] = ()
    discipline: tuple[Discipline, ...] = ()
    other_quotas: tuple[UnitQuota, ...] = ()

    @property
    def held_posts(self) -> tuple[Post, ...]:
        """The posts of the year; those of the leaders, held all year, where none are dated."""
        if self.posts:
            return self.posts
        year = Period(date(self.year, 1, 1), date(self.year, 12, 31))
        return tuple(Post(x.id, x.unit, x.role, x.post, year) for x in self.leaders)
