"""Ranks and grades of units: by quota or by league, each with its certainty (R3, R4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from aggregation.appraisal import quota
from aggregation.appraisal.checks import league_of
from aggregation.appraisal.given_grades import sift_given_grades
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.outlook import GradedField, RankCertainty, rank_certainty
from aggregation.appraisal.places import graded_families
from aggregation.appraisal.totals import UnitTotal
from aggregation.model.facts import UNIT_GRADES, Grade, UnitDecision
from aggregation.model.reason_lines import ReasonLine
from aggregation.model.results import Certainty, QuotaUse, UnitResult
from aggregation.numbers import competition_ranks
from aggregation.ranking.ranks import RankSet
from aggregation.scheme.inner_units import PARENT
from survey_flows.messages import Message

if TYPE_CHECKING:
    from aggregation.ranking.draws import Matrix

FirstGradeBars = Mapping[str, tuple[str, ...]]
"""Why the first grade is closed, by unit code."""


@dataclass(frozen=True, slots=True)
class RankedFamily:
    """Units that are ranked against each other, and their places of the first and third grade."""

    name: str
    league: str | None
    totals: tuple[UnitTotal, ...]
    first: int
    third: int
    ties: str


def ranked_families(given: AppraisalInputs, totals: Iterable[UnitTotal]) -> list[RankedFamily]:
    """The leagues and the families graded by quota, each sorted by name."""
    by_league: dict[str, list[UnitTotal]] = {}
    by_quota: list[UnitTotal] = []
    for total in totals:
        unit = total.unit
        if given.scheme.categories[unit.category].graded_by == "league":
            by_league.setdefault(str(league_of(unit, given.year)), []).append(total)
        else:
            by_quota.append(total)
    return [*_leagues(given, by_league), *_departments(given, by_quota)]


def _leagues(
    given: AppraisalInputs, members: Mapping[str, list[UnitTotal]]
) -> Iterable[RankedFamily]:
    rules = given.scheme.leaders
    for name in sorted(members):
        first = min(rules.league_first, len(members[name]))
        third = min(rules.league_third, len(members[name]) - first)
        yield RankedFamily(
            name, name, tuple(members[name]), first, third, given.scheme.unit_quota.ties
        )


def _departments(given: AppraisalInputs, totals: Iterable[UnitTotal]) -> Iterable[RankedFamily]:
    by_code = {total.unit.code: total for total in totals}
    units = [total.unit for total in by_code.values()]
    for family in graded_families(given.scheme, units, given.year):
        members = tuple(by_code[u.code] for u in units if u.category in family.categories)
        first, third = family.places[Grade.FIRST], family.places[Grade.THIRD]
        ties = given.scheme.unit_quota.ties
        yield RankedFamily(family.name, None, members, first, third, ties)


def grade_family(
    given: AppraisalInputs,
    family: RankedFamily,
    bars: FirstGradeBars,
    sure: bool = True,
    shapes: Matrix | None = None,
) -> tuple[list[UnitResult], QuotaUse | None]:
    """Grades every unit of a family. Returns the units and, by quota, the use of the places.

    A grade that a person gave a unit with too few answers takes one of the family's places, and
    stands only while there is one. A unit that still waits for a person takes none and is marked as
    waiting. Unless ``sure``, rank sets
    and certainty are left out. ``shapes`` are from `aggregation.appraisal.outlook.other_families`.
    """
    entries = [
        quota.GradeCandidate(t.unit.code, t.key, t.unit.code in bars)
        for t in family.totals
        if t.key is not None
    ]
    unranked = {t.unit.code for t in family.totals} - {e.unit for e in entries}
    places = {Grade.FIRST: family.first, Grade.THIRD: family.third}
    asked = [made for made in given.unit_decisions if made.unit in unranked]
    decided, refused = sift_given_grades(asked, places, bars)
    taken = Counter(made.grade for made in decided.values())
    first, third = family.first - taken[Grade.FIRST], family.third - taken[Grade.THIRD]
    grader = _Grader(
        given, family, bars, decided, refused, tuple(entries), first, third, sure, shapes
    )
    results = grader.results()
    return results, None if family.league is not None else _use(family, results, entries)


class _Grader:
    """Ranks and grades of one family, worked out once."""

    def __init__(
        self,
        given: AppraisalInputs,
        family: RankedFamily,
        bars: FirstGradeBars,
        decided: Mapping[str, UnitDecision],
        refused: Mapping[str, Message],
        entries: tuple[quota.GradeCandidate, ...],
        first: int,
        third: int,
        sure: bool,
        shapes: Matrix | None,
    ) -> None:
        self.family, self.bars, self.decided, self.first, self.third = (
            family,
            bars,
            decided,
            first,
            third,
        )
        self.refused = refused
        self.grades = quota.assign_grades(entries, first, third, family.ties)
        self.ranks = competition_ranks({e.unit: e.key for e in entries})
        ranked = GradedField(family.name, family.totals, entries, self.grades, first, third)
        self.parent = given.parent
        self.sure = (
            rank_certainty(given, ranked, shapes)
            if sure and given.parent is None
            else RankCertainty()
        )
        self.under_parent = [self.grades, *_under_other_grades(given, family, entries)]
        self.tentative = frozenset(e.unit for e in entries if _tentative(given, e.unit))

    def results(self) -> list[UnitResult]:
        return [self._result(t) for t in self.family.totals]

    def _result(self, total: UnitTotal) -> UnitResult:
        unit, code = total.unit, total.unit.code
        ranked = code in self.ranks
        made = None if ranked else self.decided.get(code)
        standing = self._standing(code) if ranked else made.grade if made else None
        places = self.sure.sets.get(code)
        return UnitResult(
            unit=code,
            zh=unit.zh,
            en=unit.en,
            category=unit.category,
            league=self.family.league,
            family=self.family.name,
            components=total.components,
            adjustment=total.adjustment,
            exact=total.exact,
            total=total.rounded,
            variance=total.variance,
            rank=self.ranks.get(code),
            of=len(self.ranks),
            low=places.low if places else None,
            high=places.high if places else None,
            grade=standing if self.family.league is None else None,
            standing=standing,
            certainty=self._certainty(code, standing),
            barred=self.bars.get(code, ()),
            insufficient=not ranked,
            decided_by=f"{made.by} {made.at}: {made.reason}" if made else "",
            outlook=self.sure.outlooks.get(code),
            tentative=code in self.tentative,
            possible=self._grades(code, standing),
            error=self._error(total),
            refused=self.refused.get(code),
        )

    def _error(self, total: UnitTotal) -> float:
        """The standard error of a total; that of a part comes with its parent's total alone."""
        if self.parent is None:
            return total.estimate.error if total.estimate else 0.0
        weight = next((c.weight for c in total.components if c.id == PARENT), Decimal(0))
        return float(weight) / 100 * self.parent.error

    def _standing(self, code: str) -> Grade:
        """The grade by quota; that of a tentative unit is a first only if settled, never a third.

        A place that it leaves stays empty: no other unit's answers are worse or better for it.
        """
        given = self.grades[code]
        if code not in self.tentative or given is Grade.SECOND:
            return given
        settled = code in self.sure.settled and self._possible(code) == {given}
        return given if settled and given is Grade.FIRST else Grade.SECOND

    def _grades(self, code: str, standing: Grade | None) -> tuple[Grade, ...]:
        """The grades that a unit may have, best first.

        All that are open to it if a person gave the grade for want of answers; inside a unit those
        under every possible grade of the unit; else those of its rank set.
        """
        if standing is None:
            return ()
        if code not in self.ranks:
            closed = {Grade.FIRST} if code in self.bars or not self.family.first else set()
            closed |= set() if self.family.third else {Grade.THIRD}
            found = set(UNIT_GRADES) - closed
        elif self.parent is not None:
            found = {grades[code] for grades in self.under_parent}
        elif code in self.sure.settled:
            found = self._possible(code)
        else:
            found = set()
        if code in self.tentative:
            found -= {Grade.THIRD}
        return tuple(grade for grade in UNIT_GRADES if grade in found | {standing})

    def _certainty(self, code: str, standing: Grade | None) -> Certainty | None:
        """The certainty of a grade: settled when no other one is possible.

        A grade that a person gave for want of answers is not settled.
        """
        if standing is None:
            return None
        given = code not in self.ranks or (self.parent is None and code not in self.sure.settled)
        one = len(self._grades(code, standing)) == 1
        moved = code in self.ranks and standing is not self.grades[code]
        return Certainty.SETTLED if one and not given and not moved else Certainty.PROVISIONAL

    def _possible(self, code: str) -> set[Grade]:
        eligible = None if code in self.bars else self.sure.eligible[code]
        return possible_grades(
            self.sure.settled[code], eligible, len(self.ranks), self.first, self.third
        )


def _under_other_grades(
    given: AppraisalInputs, family: RankedFamily, entries: Sequence[quota.GradeCandidate]
) -> Iterable[Mapping[str, Grade]]:
    """The grades of a family of parts under the other possible grades of their unit."""
    for other in given.other_quotas:
        scheme = given.scheme.model_copy(update={"unit_quota": other})
        for it in graded_families(scheme, given.units, given.year):
            if it.name == family.name:
                first, third = it.places[Grade.FIRST], it.places[Grade.THIRD]
                yield quota.assign_grades(entries, first, third, other.ties)


def _tentative(given: AppraisalInputs, unit: str) -> bool:
    """Whether a ranked unit's score rests on answers that nobody vouches for."""
    score = given.public.get(unit)
    return score is not None and "rank_provisional" in score.flags


def possible_grades(
    all_: RankSet, eligible: RankSet | None, size: int, first: int, third: int
) -> set[Grade]:
    """The grades within a rank set among ``size`` units.

    ``eligible`` is the rank set among the units that may be first.
    """
    possible = set()
    if all_.high > size - third:
        possible.add(Grade.THIRD)
    if eligible is not None and eligible.low <= first:
        possible.add(Grade.FIRST)
    surely_first = eligible is not None and eligible.high <= first
    if all_.low <= size - third and not surely_first:
        possible.add(Grade.SECOND)
    return possible


def _use(
    family: RankedFamily, results: Sequence[UnitResult], entries: Sequence[quota.GradeCandidate]
) -> QuotaUse:
    given = Counter(r.grade for r in results)
    second = len(results) - family.first - family.third
    places = {Grade.FIRST: family.first, Grade.SECOND: second, Grade.THIRD: family.third}
    counts = {grade: given[grade] for grade in places}
    waiting = tuple(sorted(r.unit for r in results if r.grade is None))
    notes = quota.tie_notes(entries, counts, places)
    if waiting:
        notes.append(
            ReasonLine(Message("appraisal-waiting-units"), str(len(waiting)), waiting, "min_n.unit")
        )
    return QuotaUse(family.name, len(results), places, counts, len(waiting), tuple(notes))
