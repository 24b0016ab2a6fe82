"""Made cities whose units come and go, whose people move, with ties, vetoes and decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.checks import check_inputs
from aggregation.appraisal.corrections import (
    Correction,
    CorrectionKind,
    bonus_mark,
    bonus_text,
    post_mark,
    post_text,
)
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.places import with_family_places
from aggregation.model.dated import (
    Absence,
    AbsenceKind,
    Discipline,
    DisciplineKind,
    Ending,
    EndingKind,
    Held,
    Period,
    Post,
    SanctionLevel,
)
from aggregation.model.facts import (
    UNIT_GRADES,
    Adjustment,
    AppraisedUnit,
    Decision,
    Finding,
    FindingKind,
    Grade,
    Leader,
    Membership,
    PastGrade,
    Role,
    UnitDecision,
    Verdict,
)
from aggregation.scheme.scheme import Scheme
from tests.cities import public, small_scheme

YEAR = 2010
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
CATEGORIES = ("B_econ", "C_social", "D_enforce", "E_party")
INDICATORS = ("objective", "superior", "governance")
OF_UNITS = (FindingKind.VETO, FindingKind.MANIPULATION, FindingKind.SAFETY_ACCIDENT)
OF_PEOPLE = (FindingKind.CRIMINAL_OFFENCE, FindingKind.UNFITNESS, FindingKind.REVIEW_FINDING)


def made_city(seed: int) -> AppraisalInputs:
    """A city of ten to forty units; its points are few, so that ties abound."""
    chance = Random(seed)
    units = list(_units(chance))
    scheme = _scheme(chance, [unit for unit in units if unit.category != "A_district"])
    units = list(_after_the_lock(chance, units))
    leaders, posts = _people(chance, units)
    few = chance.sample(units, chance.choice([0, 0, 1, 3]))
    given = AppraisalInputs(
        year=YEAR,
        scheme=scheme,
        units=tuple(units),
        leaders=tuple(leaders),
        indicators={(unit.code, name): _points(chance) for unit in units for name in INDICATORS},
        personal={
            x.id: Decimal(chance.choice([55, 70, 80, 90]))
            for x in leaders
            if chance.random() < 0.97
        },
        public={
            unit.code: public(
                unit.code,
                chance.choice(["60", "241/3", "80", "995/12"]),
                chance.choice([0.0001, 4.0]),
                _flags(chance, unit in few),
            )
            for unit in units
        },
        adjustments=tuple(_adjustments(chance, units)),
        facts=tuple(_findings(chance, units, posts)),
        unit_decisions=tuple(_given_grades(chance, few)),
        history=tuple(_history(chance, leaders)),
        posts=tuple(posts),
        absences=tuple(_absences(chance, leaders)),
        endings=tuple(_endings(chance, leaders)),
        discipline=tuple(_discipline(chance, leaders)),
    )
    for _ in range(3):
        # What is decided gives new proposals, and some of them are decided too.
        given = replace(given, decisions=tuple(_decisions(chance, given)))
    check_inputs(given)
    return given


def made_correction(given: AppraisalInputs, seed: int) -> Correction:
    """Something that an appeal puts right."""
    chance = Random(seed)
    unit = chance.choice(given.units).code
    signed = ("li", "recount", "2011-03-01T09:00:00+08:00")
    if given.facts and chance.random() < 0.3:
        fact = chance.choice(given.facts)
        kind = CorrectionKind.FINDING
        return Correction(kind, fact.subject, fact.id, fact.kind.value, "", *signed)
    if chance.random() < 0.3:
        grade = chance.choice(UNIT_GRADES).value
        return Correction(CorrectionKind.GRADE, unit, "", "", grade, *signed)
    if given.adjustments and chance.random() < 0.3:
        return _other_bonus(chance, given, signed)
    if chance.random() < 0.4:
        return _other_days(chance, given, signed)
    before = given.indicators[unit, "objective"]
    after = str(_points(chance))
    return Correction(CorrectionKind.VALUE, unit, "objective", str(before), after, *signed)


def _other_bonus(chance: Random, given: AppraisalInputs, signed: Sequence[str]) -> Correction:
    """A bonus or deduction had other points, or should not be there."""
    bonus = chance.choice(given.adjustments)
    points = chance.choice([None, Decimal("-3"), Decimal("1.5"), Decimal("6")])
    after = "" if points is None else bonus_text(replace(bonus, points=points))
    said = (bonus.unit, bonus_mark(bonus), bonus_text(bonus), after)
    return Correction(CorrectionKind.BONUS, *said, *signed)


def _other_days(chance: Random, given: AppraisalInputs, signed: Sequence[str]) -> Correction:
    """Somebody held a post from another day on, or until an earlier one."""
    post = chance.choice([it for it in given.posts if it.period.days_in(YEAR) > 1])
    begins = max(post.period.begins, FIRST) + timedelta(chance.randint(0, 300))
    until = post.period.until
    if until is not None and until < begins:
        begins = post.period.begins
    after = post_text(replace(post, period=Period(begins, until)))
    said = (post.person, post_mark(post), post_text(post), after)
    return Correction(CorrectionKind.POST, *said, *signed)


def _points(chance: Random) -> Decimal:
    return Decimal(chance.choice(["70", "80", "80", "82.5", "90", "91.25"]))


def _flags(chance: Random, few: bool) -> tuple[str, ...]:
    if few:
        return ("insufficient",)
    return ("rank_provisional",) if chance.random() < 0.08 else ()


def _units(chance: Random) -> Iterable[AppraisedUnit]:
    for category in CATEGORIES:
        for number in range(chance.choice([1, 2, 4, 7, 11])):
            code = f"{category[0]}{number:02}"
            yield AppraisedUnit(code, code, code, category)
    for number in range(chance.randint(2, 6)):
        league = "district" if number % 2 else "county"
        yield AppraisedUnit(f"A{number:02}", "区", "D", "A_district", (Membership(league),))


def _after_the_lock(chance: Random, units: Sequence[AppraisedUnit]) -> Iterable[AppraisedUnit]:
    """Units are abolished and founded after the places are locked."""
    stays = [unit for unit in units if unit.category == "A_district" or chance.random() > 0.08]
    yield from stays or units
    for number in range(chance.choice([0, 0, 1, 2])):
        code = f"N{number:02}"
        yield AppraisedUnit(code, code, code, chance.choice(CATEGORIES))


def _scheme(chance: Random, units: Sequence[AppraisedUnit]) -> Scheme:
    first, third = len(units) * 18 // 99, len(units) * chance.choice([6, 20]) // 99
    quota = {"first": first, "second": len(units) - first - third, "third": third}
    ways = {
        "ties": chance.choice(["better", "middle"]),
        "small": chance.choice(["apart", "pool", "no_third"]),
        "families": {},
    }
    leaders = {"pool": chance.choice(["unit", "unit", "unit_grade"]), "personal_floor": 60}
    scheme = small_scheme(
        unit_quota=quota | ways, leaders=leaders, rules={"low_personal_score": {}}
    )
    return with_family_places(scheme, units, YEAR) if chance.random() < 0.5 else scheme


def _people(chance: Random, units: Sequence[AppraisedUnit]) -> tuple[list[Leader], list[Post]]:
    leaders: list[Leader] = []
    posts: list[Post] = []
    for unit in units:
        for number in range(chance.choice([2, 5, 9])):
            role = Role.DEPUTY if number else Role.PRINCIPAL
            leader = Leader(f"{unit.code}-{number}", "人", "P", unit.code, role, "post")
            leaders.append(leader)
            posts += _posts(chance, leader, units)
    return leaders, posts


def _posts(chance: Random, leader: Leader, units: Sequence[AppraisedUnit]) -> Iterable[Post]:
    """Most hold one post all year; some were moved, some act beside, some came late."""
    kind = chance.random()
    moved = FIRST + timedelta(chance.randint(20, 330))
    begins = FIRST - timedelta(400)
    if kind < 0.12:
        other = chance.choice(units).code
        yield Post(leader.id, other, leader.role, "", Period(begins, moved - timedelta(1)))
        begins = moved
    elif kind < 0.16:
        begins = moved
    yield Post(leader.id, leader.unit, leader.role, "", Period(begins))
    if kind > 0.95:
        period = Period(FIRST, moved)
        other = chance.choice(units).code
        held = chance.choice([Held.ACTING, Held.SECONDED])
        yield Post(leader.id, other, Role.PRINCIPAL, "", period, held, main=False)


def _adjustments(chance: Random, units: Sequence[AppraisedUnit]) -> Iterable[Adjustment]:
    for unit in chance.sample(units, len(units) // 3):
        points = Decimal(chance.choice(["-4", "-1.5", "0.5", "2", "2.5"]))
        yield Adjustment(unit.code, points, "reason", "document")


def _findings(
    chance: Random, units: Sequence[AppraisedUnit], posts: Sequence[Post]
) -> Iterable[Finding]:
    for number in range(chance.choice([0, 2, 6])):
        kind = chance.choice([*OF_UNITS, *OF_PEOPLE])
        subject = chance.choice(units).code if kind in OF_UNITS else chance.choice(posts).person
        day = FIRST + timedelta(chance.randint(0, 364))
        yield Finding(f"F{number}", kind, subject, day.isoformat(), "document")


def _given_grades(chance: Random, few: Sequence[AppraisedUnit]) -> Iterable[UnitDecision]:
    for number, unit in enumerate(few):
        if chance.random() < 0.8:
            at = f"2011-01-{10 + number}T09:00:00+08:00"
            yield UnitDecision(unit.code, chance.choice(UNIT_GRADES), "li", "few answers", at)


def _history(chance: Random, leaders: Sequence[Leader]) -> Iterable[PastGrade]:
    for leader in leaders:
        if chance.random() < 0.5:
            grade = chance.choice([Grade.SECOND, Grade.THIRD, Grade.FOURTH, None])
            yield PastGrade(YEAR - 1, leader.id, grade, chance.random() < 0.7)


def _absences(chance: Random, leaders: Sequence[Leader]) -> Iterable[Absence]:
    for leader in chance.sample(leaders, len(leaders) // 12):
        begins = FIRST + timedelta(chance.randint(-50, 300))
        until = begins + timedelta(chance.choice([30, 181, 182, 250]))
        yield Absence(leader.id, chance.choice(list(AbsenceKind)), Period(begins, until))


def _endings(chance: Random, leaders: Sequence[Leader]) -> Iterable[Ending]:
    for leader in chance.sample(leaders, len(leaders) // 25):
        on = FIRST + timedelta(chance.randint(100, 500))
        yield Ending(leader.id, chance.choice(list(EndingKind)), on)


def _discipline(chance: Random, leaders: Sequence[Leader]) -> Iterable[Discipline]:
    for number, leader in enumerate(chance.sample(leaders, len(leaders) // 15)):
        begins = FIRST - timedelta(chance.randint(-300, 700))
        if chance.random() < 0.5:
            level = chance.choice(list(SanctionLevel))
            yield Discipline(f"D{number}", leader.id, DisciplineKind.SANCTION, begins, level)
        else:
            ended = begins + timedelta(200) if chance.random() < 0.4 else None
            kind = DisciplineKind.INVESTIGATION
            yield Discipline(f"D{number}", leader.id, kind, begins, ended=ended)


def _decisions(chance: Random, given: AppraisalInputs) -> Iterable[Decision]:
    known = {made.proposal for made in given.decisions}
    yield from given.decisions
    for proposal in appraise(given).proposals:
        if proposal.key not in known and chance.random() < 0.6:
            verdict = chance.choice([Verdict.CONFIRMED, Verdict.CONFIRMED, Verdict.DECLINED])
            # Some decisions rest on grounds that are gone.
            grounds = chance.choice(["", proposal.digest, "0" * 64])
            yield Decision(
                proposal.key, verdict, "li", "seen", "2011-02-01T09:00:00+08:00", grounds=grounds
            )
