"""The year's appraisal: from indicators and scores to settled grades, each with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aggregation.appraisal import leaders as people
from aggregation.appraisal.answering import (
    answers_by_finding,
    answers_by_unit,
    gone_people,
    open_tasks,
    states_of_people,
)
from aggregation.appraisal.checks import check_inputs
from aggregation.appraisal.discipline import disciplined
from aggregation.appraisal.grading import grade_family, ranked_families
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.leader_certainty import (
    LeaderRace,
    possible_bases,
    possible_grades_of_leader,
)
from aggregation.appraisal.outlook import other_families
from aggregation.appraisal.presence import unit_shares
from aggregation.appraisal.proposals import propose
from aggregation.appraisal.totals import UnitTotal, unit_total
from aggregation.appraisal.trail import TrailInputs, trails
from aggregation.model.facts import Decision, Finding, FindingKind
from aggregation.model.results import (
    AppraisalResult,
    Certainty,
    ConsequenceKind,
    LeaderResult,
    Proposal,
    ProposalStatus,
    QuotaUse,
    UnitResult,
)
from aggregation.model.situation import Situation, Stage
from aggregation.model.standings import APPRAISED
from aggregation.scheme.scheme import POOLED, Scheme
from survey_flows.messages import Named

if TYPE_CHECKING:
    from aggregation.ranking.draws import Matrix


def appraise(given: AppraisalInputs) -> AppraisalResult:
    """Appraises one year of one city.

    Rules run in four steps: those that bar units before units are graded, those that lower
    leaders' grades, those that follow from the settled grades, then rewards. Only a confirmed
    proposal changes a grade.

    Raises:
        BadInput: the inputs contradict themselves or the scheme; nothing is computed.
    """
    check_inputs(given)
    decisions = {d.proposal: d for d in given.decisions}
    now = _situation(given)
    barring = propose(Stage.BARRING, given.scheme, now, decisions)
    totals = [unit_total(given, unit) for unit in sorted(given.units, key=lambda u: u.code)]
    units, quotas = _units(given, totals, _bars(given.facts, barring))
    now = replace(now, results={u.unit: u for u in units})
    lowering = propose(Stage.LOWERING, given.scheme, now, decisions)
    leaders, pools = _leaders(given, now.results, lowering)
    now = replace(now, leaders={x.leader: x for x in leaders})
    settled = propose(Stage.SETTLED, given.scheme, now, decisions)
    now = replace(now, disciplined=disciplined(given, [*barring, *lowering, *settled]))
    rewards = propose(Stage.REWARDING, given.scheme, now, decisions)
    proposals = tuple(sorted([*barring, *lowering, *settled, *rewards], key=lambda p: p.key))
    findings = TrailInputs(
        given,
        {t.unit.code: t for t in totals},
        units,
        quotas,
        leaders,
        pools,
        proposals,
        now.past,
        now.disciplined,
    )
    return AppraisalResult(
        year=given.year,
        scheme_version=given.scheme.version,
        scheme_digest=given.scheme.digest,
        units=units,
        leagues=_league_tables(units),
        quotas=quotas,
        leaders=leaders,
        proposals=proposals,
        unused=_unused(given.decisions, proposals),
        trail=trails(findings),
        tasks=open_tasks(given, now),
    )


def unit_standings(given: AppraisalInputs) -> tuple[UnitResult, ...]:
    """The units alone, ranked and graded as `appraise` does it, without how sure that is.

    Raises:
        BadInput: as `appraise`.
    """
    check_inputs(given)
    decisions = {d.proposal: d for d in given.decisions}
    barring = propose(Stage.BARRING, given.scheme, _situation(given), decisions)
    totals = [unit_total(given, unit) for unit in sorted(given.units, key=lambda u: u.code)]
    return _units(given, totals, _bars(given.facts, barring), sure=False)[0]


def _situation(given: AppraisalInputs) -> Situation:
    return Situation(
        year=given.year,
        facts=tuple(sorted(given.facts, key=lambda f: f.id)),
        team={x.id: x for x in sorted(given.leaders, key=lambda x: x.id)},
        units={u.code: u for u in sorted(given.units, key=lambda u: u.code)},
        past={(h.subject, h.year): h for h in given.history},
        results={},
        leaders={},
        floor=given.scheme.leaders.personal_floor,
        answers=answers_by_finding(given),
        year_answers=answers_by_unit(given),
        gone=gone_people(given),
        families=_family_names(given.scheme),
    )


def _family_names(scheme: Scheme) -> dict[str, Named]:
    codes = (*scheme.leagues, *scheme.categories, POOLED)
    names = {code: scheme.family_name(code) for code in codes}
    return {code: Named(name.zh, name.en) for code, name in names.items()}


def _bars(facts: Iterable[Finding], barring: Iterable[Proposal]) -> dict[str, tuple[str, ...]]:
    """Why units cannot be first. A veto bars by itself; manipulation bars once it is confirmed."""
    reasons = [
        (f.subject, f"{f.id}: {f.source}, {f.date}") for f in facts if f.kind is FindingKind.VETO
    ]
    reasons += [
        (p.subject, p.key)
        for p in barring
        if p.kind is ConsequenceKind.BAR_FIRST and p.status is ProposalStatus.CONFIRMED
    ]
    return {unit: tuple(sorted(why for u, why in reasons if u == unit)) for unit, _ in reasons}


def _units(
    given: AppraisalInputs,
    totals: Sequence[UnitTotal],
    bars: Mapping[str, tuple[str, ...]],
    sure: bool = True,
) -> tuple[tuple[UnitResult, ...], tuple[QuotaUse, ...]]:
    families = ranked_families(given, totals)
    shapes: dict[str, Matrix] = {}
    if sure and given.scheme.evidence is not None and given.parent is None:
        shapes = other_families(given, {family.name: family.totals for family in families})
    graded = [
        grade_family(given, family, bars, sure, shapes.get(family.name)) for family in families
    ]
    units = sorted((u for results, _ in graded for u in results), key=lambda u: u.unit)
    return (
        tuple(_pinned_unit(given, u) for u in units),
        tuple(use for _, use in graded if use is not None),
    )


def _pinned_unit(given: AppraisalInputs, unit: UnitResult) -> UnitResult:
    """The unit with the grade that an answer to an appeal set; no other unit moves by it."""
    grade = given.pinned.get(unit.unit)
    if grade is None:
        return unit
    pinned = replace(unit, grade=grade, standing=grade, refused=None)
    return replace(pinned, certainty=Certainty.SETTLED, possible=(grade,))


def _pinned_leader(given: AppraisalInputs, leader: LeaderResult) -> LeaderResult:
    grade = given.pinned.get(leader.leader)
    if grade is None:
        return leader
    return replace(leader, grade=grade, certainty=Certainty.SETTLED, possible=(grade,))


def _leaders(
    given: AppraisalInputs, units: Mapping[str, UnitResult], lowering: Sequence[Proposal]
) -> tuple[tuple[LeaderResult, ...], tuple[people.LeaderPool, ...]]:
    ordered = sorted(given.leaders, key=lambda x: x.id)
    states, days = states_of_people(given), unit_shares(given.held_posts, given.year)
    scored = [
        people.leader_result(
            given, leader, units, states.get(leader.id, APPRAISED), days.get(leader.id, ())
        )
        for leader in ordered
    ]
    gates = (ConsequenceKind.GRADE_FOUR, ConsequenceKind.DISMISSAL)
    gated = frozenset(
        p.subject for p in lowering if p.kind in gates and p.status is ProposalStatus.CONFIRMED
    )
    pools = people.leader_pools(given.scheme.leaders, scored, units, gated)
    admitted = frozenset().union(*(pool.admitted for pool in pools))
    about: dict[str, list[Proposal]] = {}
    for proposal in lowering:
        about.setdefault(proposal.subject, []).append(proposal)
    bases = possible_bases(LeaderRace(given, units, scored, gated))
    settled = []
    for leader in scored:
        mine = about.get(leader.leader, [])
        confirmed = [p for p in mine if p.status is ProposalStatus.CONFIRMED]
        possible = possible_grades_of_leader(bases.get(leader.leader, {}), confirmed)
        settled.append(
            people.leader_grade(leader, admitted, units.get(leader.unit), mine, possible)
        )
    return tuple(_pinned_leader(given, x) for x in settled), tuple(pools)


def _league_tables(units: Iterable[UnitResult]) -> dict[str, tuple[str, ...]]:
    tables: dict[str, list[tuple[int, str]]] = {}
    for unit in units:
        if unit.league is not None and unit.rank is not None:
            tables.setdefault(unit.league, []).append((unit.rank, unit.unit))
    return {
        league: tuple(code for _, code in sorted(rows)) for league, rows in sorted(tables.items())
    }


def _unused(decisions: Iterable[Decision], proposals: Iterable[Proposal]) -> tuple[Decision, ...]:
    keys = {p.key for p in proposals}
    return tuple(sorted((d for d in decisions if d.proposal not in keys), key=lambda d: d.proposal))
