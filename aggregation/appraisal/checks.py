"""Refuses inputs that contradict themselves or the scheme, all at once, before anything is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.quota import quota_misfit
from aggregation.model.facts import AppraisedUnit, FindingKind, Grade
from aggregation.scheme.inner_units import PARENT
from aggregation.scheme.scheme import PUBLIC, Scheme
from survey_flows.errors import BadInput

ABOUT_UNITS = (FindingKind.SAFETY_ACCIDENT, FindingKind.MANIPULATION, FindingKind.VETO)
SHOWN = 10


def check_inputs(given: AppraisalInputs) -> None:
    """Raise `BadInput` with the first problems, each naming its place and what to do."""
    problems = [
        *_doubles(given),
        *_units(given.scheme, given.units, given.year),
        *_leaders(given),
        *_indicators(given),
        *_subjects(given),
        *_decisions(given),
    ]
    if problems:
        more = f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise BadInput("; ".join(problems[:SHOWN]) + more, f"inputs of {given.year}")


def scheme_misfits(scheme: Scheme, units: Sequence[AppraisedUnit], year: int) -> list[str]:
    """What would keep the city's units from being appraised on a scheme that is about to be locked.

    Args:
        scheme: its categories, leagues and quota.
        units: those that stand in the year, without the parts inside them.
        year: the year that is appraised.
    """
    by_quota = [unit for unit in units if _graded_by_quota(scheme, unit)]
    return [
        *_units(scheme, units, year),
        *filter(None, [quota_misfit(scheme.unit_quota, len(by_quota))]),
    ]


def _graded_by_quota(scheme: Scheme, unit: AppraisedUnit) -> bool:
    category = scheme.categories.get(unit.category)
    return category is not None and category.graded_by == "quota"


def league_of(unit: AppraisedUnit, year: int) -> str | None:
    """The league the unit belonged to in ``year``; None if none is dated so."""
    return next((m.league for m in unit.memberships if m.covers(year)), None)


def _doubles(given: AppraisalInputs) -> Iterator[str]:
    yield from _twice("unit", (u.code for u in given.units))
    yield from _twice("leader", (x.id for x in given.leaders))
    yield from _twice("fact", (f.id for f in given.facts))
    yield from _twice("decision on", (d.proposal for d in given.decisions))
    yield from _twice("decision on unit", (d.unit for d in given.unit_decisions))
    yield from _twice("history of", (f"{h.subject} in {h.year}" for h in given.history))
    yield from _twice(
        "code of both a unit and a leader,", {*_codes(given)} & {*_ids(given)}, once=0
    )


def _twice(what: str, names: Iterable[str], once: int = 1) -> Iterator[str]:
    for name, times in sorted(Counter(names).items()):
        if times > once:
            yield f"{what} {name} stands twice; keep one"


def _codes(given: AppraisalInputs) -> set[str]:
    return {u.code for u in given.units}


def _ids(given: AppraisalInputs) -> set[str]:
    return {x.id for x in given.leaders}


def _units(scheme: Scheme, units: Iterable[AppraisedUnit], year: int) -> Iterator[str]:
    for unit in units:
        category = scheme.categories.get(unit.category)
        if category is None:
            yield f"unit {unit.code}: category {unit.category!r} is not in the scheme; correct one of them"
        elif category.graded_by == "league":
            yield from _league(scheme, unit, year)


def _league(scheme: Scheme, unit: AppraisedUnit, year: int) -> Iterator[str]:
    covering = [m.league for m in unit.memberships if m.covers(year)]
    if len(covering) != 1:
        yield f"unit {unit.code}: {len(covering)} leagues in {year}; date its memberships so that one holds"
    elif covering[0] not in scheme.leagues:
        yield f"unit {unit.code}: league {covering[0]!r} is not in the scheme; correct one of them"


def _leaders(given: AppraisalInputs) -> Iterator[str]:
    codes, ids = _codes(given), _ids(given)
    for leader in given.leaders:
        if leader.unit not in codes:
            yield f"leader {leader.id}: unit {leader.unit!r} is unknown; add the unit or correct the leader"
        if leader.role not in given.scheme.leaders.shares:
            yield f"leader {leader.id}: the scheme has no shares for the role {leader.role}; change one of them"
        if leader.id not in given.personal:
            yield f"leader {leader.id}: the personal score is missing; add it"
    for leader_id, points in given.personal.items():
        if leader_id not in ids:
            yield f"personal score of {leader_id}: no such leader; add the leader or remove the score"
        elif not 0 <= points <= 100:
            yield f"leader {leader_id}: the personal score {points} is not in 0-100; correct it"


def _indicators(given: AppraisalInputs) -> Iterator[str]:
    known = set(given.scheme.indicators)
    categories = {u.code: given.scheme.categories.get(u.category) for u in given.units}
    for (unit, indicator), points in given.indicators.items():
        if unit not in categories or indicator not in known:
            yield f"indicator {indicator} of {unit}: the unit or the indicator is unknown; correct or remove it"
        elif not 0 <= points <= 100:
            yield f"indicator {indicator} of {unit}: {points} is not in 0-100; correct it"
    for unit, category in categories.items():
        for indicator in category.weights if category else ():
            if indicator not in (PUBLIC, PARENT) and (unit, indicator) not in given.indicators:
                yield f"indicator {indicator} of {unit} is missing; add it"


def _subjects(given: AppraisalInputs) -> Iterator[str]:
    codes, ids = _codes(given), _ids(given)
    for adjustment in given.adjustments:
        if adjustment.unit not in codes:
            yield f"adjustment of {adjustment.unit}: no such unit; correct or remove it"
    for fact in given.facts:
        if fact.subject not in (codes if fact.kind in ABOUT_UNITS else ids):
            what = "unit" if fact.kind in ABOUT_UNITS else "leader"
            yield f"fact {fact.id} ({fact.kind}): {fact.subject!r} is no {what}; correct the subject"
        if not _is_date(fact.date):
            yield f"fact {fact.id}: {fact.date!r} is not a date; write it as YYYY-MM-DD"
        if not fact.source.strip():
            yield f"fact {fact.id}: the source is missing; name the document it comes from"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _decisions(given: AppraisalInputs) -> Iterator[str]:
    codes = _codes(given)
    for made in given.decisions:
        if not (made.by.strip() and made.reason.strip() and made.at.strip()):
            yield f"decision on {made.proposal}: name, reason and time are all needed; add what is missing"
    for settled in given.unit_decisions:
        if settled.unit not in codes or settled.grade is Grade.FOURTH:
            yield f"decision on unit {settled.unit}: a known unit and grade first, second or third are needed"
        if not (settled.by.strip() and settled.reason.strip() and settled.at.strip()):
            yield f"decision on unit {settled.unit}: name, reason and time are all needed; add what is missing"
