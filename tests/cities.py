"""Cities to appraise: a small one that can be checked by hand, and the whole synthetic one.

``python -m tests.cities`` prints what `tests/golden/founding/city-2010.yaml` should hold.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import yaml

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import tally
from aggregation.estimation.method2.own_score import Contrasts
from aggregation.estimation.scores import PatternCount, UnitScore, score_contrasts, score_units
from aggregation.model.facts import AppraisedUnit, Decision, Leader, Membership, Role, Verdict
from aggregation.model.results import AppraisalResult, ConsequenceKind, ProposalStatus
from aggregation.scheme.scheme import Scheme, parse_scheme
from bot.campaigns.scheme_files import offered_scheme, shipped_scheme
from bot.core.shipped_files import shipped_questionnaires
from bot.demo.city import City, make_city
from bot.demo.city_ballots import latest_ballots
from bot.results.scoring import enterable_score

SEED = 2010
YEAR = 2010
SMALL_QUOTA = {"first": 2, "second": 7, "third": 1}


def scheme_data() -> dict[str, Any]:
    """The shipped scheme as plain data, to be changed."""
    data: dict[str, Any] = shipped_scheme().model_dump(mode="json")
    return data


def small_scheme(**changes: Any) -> Scheme:
    """Return the shipped scheme for ten departments, with fields replaced.

    A mapping updates the mapping that is there.
    """
    data = scheme_data() | {"unit_quota": SMALL_QUOTA}
    for name, value in changes.items():
        data[name] = data[name] | value if isinstance(value, Mapping) else value
    return parse_scheme(data)


def public(
    unit: str,
    score: int | str | Fraction = 80,
    variance: float = 0.0001,
    flags: tuple[str, ...] = (),
) -> UnitScore:
    exact = Fraction(score)
    return UnitScore(unit, 200, 200, exact, variance, None, None, Fraction(0), None, {}, (), flags)


def small_city(scheme: Scheme | None = None) -> AppraisalInputs:
    """Ten departments U01 (best) … U10, two districts X1 and X2, a county Y1.

    In each there are a principal and four deputies.
    Objectives fall by 3 from 95; all else is 80. In unit U01, P01 is the principal,
    and A01 the deputy with the best personal score, then B01, C01, E01.
    """
    departments = [
        AppraisedUnit(f"U{n:02}", f"单位{n}", f"Unit {n}", "B_econ") for n in range(1, 11)
    ]
    ranked = [
        AppraisedUnit(code, code, code, "A_district", (Membership(league),))
        for code, league in (("X1", "district"), ("X2", "district"), ("Y1", "county"))
    ]
    units = (*ranked, *departments)
    leaders = tuple(leader for unit in units for leader in _team(unit.code))
    return AppraisalInputs(
        year=YEAR,
        scheme=scheme or small_scheme(),
        units=units,
        leaders=leaders,
        indicators=_small_indicators(units),
        personal={x.id: Decimal(85 - 2 * "PABCE".index(x.id[0])) for x in leaders},
        public={unit.code: public(unit.code) for unit in units},
    )


def _team(unit: str) -> Iterable[Leader]:
    for letter in "PABCE":
        role = Role.PRINCIPAL if letter == "P" else Role.DEPUTY
        yield Leader(letter + unit[-2:], letter, letter, unit, role, role.value)


def _small_indicators(units: tuple[AppraisedUnit, ...]) -> dict[tuple[str, str], Decimal]:
    points = {
        (unit.code, id_): Decimal(80)
        for unit in units
        for id_ in ("objective", "superior", "governance")
    }
    for place, unit in enumerate(u for u in units if u.category == "B_econ"):
        points[unit.code, "objective"] = Decimal(95 - 3 * place)
    points["X1", "objective"] = Decimal(90)
    return points


def confirm(*keys: str, verdict: Verdict = Verdict.CONFIRMED) -> tuple[Decision, ...]:
    return tuple(
        Decision(key, verdict, "周正平", "核实", "2011-02-10T09:00:00+08:00") for key in keys
    )


def with_objective(given: AppraisalInputs, points: Mapping[str, Decimal | int]) -> AppraisalInputs:
    changed = {(unit, "objective"): Decimal(value) for unit, value in points.items()}
    return replace(given, indicators={**given.indicators, **changed})


@cache
def the_city() -> City:
    return make_city(SEED, shipped_questionnaires())


def score_city(
    city: City, units: frozenset[str] | None = None, scheme: Scheme | None = None
) -> dict[str, UnitScore]:
    """The public scores of all units, or of some, as they enter totals.

    By method 2 contrasts are those of the founding city, as later releases keep them.
    """
    scheme = scheme or offered_scheme()
    categories = {
        x.unit.code: x.unit.category for x in city.units if units is None or x.unit.code in units
    }
    votes = tuple(vote for vote in city.ballots if vote.ballot.unit in categories)
    rows = (PatternCount(*key, count) for key, count in latest_ballots(votes))
    sheets = shipped_questionnaires()
    found = score_units(rows, categories, sheets, scheme, founding_contrasts())
    return {code: enterable_score(it) for code, it in found.items()} if scheme.evidence else found


@cache
def founding_contrasts() -> Mapping[str, Contrasts] | None:
    """The contrasts of the first release of the founding city."""
    city, scheme = the_city(), offered_scheme()
    rows = [PatternCount(*key, count) for key, count in latest_ballots(city.ballots)]
    counted = tally(rows, PatternReader(shipped_questionnaires(), scheme))
    return score_contrasts(counted, {x.unit.code: x.unit.category for x in city.units}, scheme)


@cache
def founding_inputs() -> AppraisalInputs:
    return founding_by(offered_scheme())


def founding_by(scheme: Scheme) -> AppraisalInputs:
    """The founding city by a scheme; the figures are the same by both scoring methods."""
    city = the_city()
    return AppraisalInputs(
        year=city.year,
        scheme=scheme,
        units=tuple(x.unit for x in city.units),
        leaders=city.leaders,
        indicators=city.indicators,
        personal=city.personal,
        public=score_city(city, scheme=scheme),
        adjustments=city.adjustments,
        facts=city.facts,
        decisions=city.decisions,
        history=city.history,
    )


@cache
def founding_result() -> AppraisalResult:
    return appraise(founding_inputs())


def founding_document(given: AppraisalInputs, result: AppraisalResult) -> dict[str, Any]:
    """Return the outcome as the golden file holds it: tables, counts, and every sanction."""
    grades = sorted({u.grade for u in result.units if u.grade})
    return {
        "leagues": {name: list(codes) for name, codes in result.leagues.items()},
        "departments": {str(g): [u.unit for u in result.units if u.grade is g] for g in grades},
        "leaders": {
            str(grade): count for grade, count in sorted(result.leader_grades().items(), key=str)
        },
        "third": [_who(result, x.leader) for x in result.leaders if x.grade == "third"],
        "fourth": [_who(result, x.leader) for x in result.leaders if x.grade == "fourth"],
        "removals": _sanctions(given, result, ConsequenceKind.REMOVAL_FROM_POSTS),
        "dismissals": _sanctions(given, result, ConsequenceKind.DISMISSAL),
        "admonition_talks": _sanctions(given, result, ConsequenceKind.ADMONITION_TALK),
    }


def _who(result: AppraisalResult, subject: str) -> str:
    leader = result.leader(subject)
    return f"{leader.leader} {leader.zh} {leader.unit} {leader.post}"


def _sanctions(
    given: AppraisalInputs, result: AppraisalResult, kind: ConsequenceKind
) -> list[dict[str, Any]]:
    return [
        {
            "who": _who(result, subject),
            "grounds": [_ground(given, p) for p in result.about(subject) if _holds(p, kind)],
        }
        for subject in result.subjects(kind)
    ]


def _holds(proposal: Any, kind: ConsequenceKind) -> bool:
    return proposal.kind is kind and proposal.status is ProposalStatus.CONFIRMED


def _ground(given: AppraisalInputs, proposal: Any) -> dict[str, str]:
    facts = {f.id: f for f in given.facts}
    fact = facts.get(proposal.fact)
    why = (
        f"{fact.id} {fact.date} {fact.source}"
        if fact
        else "; ".join(g.text("en") for g in proposal.grounds)
    )
    return {
        "rule": proposal.rule,
        "from": why,
        "confirmed": f"{proposal.decision.by} {proposal.decision.at}",
    }


if __name__ == "__main__":
    document = founding_document(founding_inputs(), founding_result())
    yaml.safe_dump(document, sys.stdout, allow_unicode=True, sort_keys=False, width=160)
