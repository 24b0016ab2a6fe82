"""Decisions of persons on proposals, and grades that they give: by an account, on known grounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.appraise import unit_standings
from aggregation.appraisal.ground_days import GroundDays
from aggregation.model.facts import Decision, Grade, Paper, UnitDecision, Verdict
from aggregation.model.names import GRADES, VERDICTS
from aggregation.model.results import HEARD, ON_PAPER, ConsequenceKind, Proposal
from aggregation.procedure.decision_days import DecisionLimits, day_problems, paper_problems
from bot.appraisal.ground_days import ground_days_of, parts_of
from bot.appraisal.year import BINDING, AppraisedYear, run_year
from bot.core.identity import Office
from bot.core.stale_forms import StaleForm
from bot.records import store
from bot.records.recusals import require_unbarred
from bot.records.seals import refuse_sealed
from bot.storage.database import writing
from survey_flows.errors import BadInput, Message, Place

MAX_NAME = 80
"""Characters of a signature."""
MOST_AT_ONCE = 200
"""So many proposals may be decided together."""
SINGLE = frozenset({*BINDING, *HEARD, *ON_PAPER, ConsequenceKind.DISCIPLINE_REFERRAL})
"""The kinds of proposals that are decided one by one, each with a reason of its own."""


def seen_of(proposal: Proposal) -> str:
    """Return what comes back with a decision: the grounds and the last decision as they are now."""
    standing = proposal.decision or proposal.lapsed
    return f"{proposal.digest[:16]}-{standing.number if standing else 0}"


async def record_decision(
    database: AsyncEngine,
    year: int,
    proposal: str,
    verdict: Verdict,
    name: str,
    reason: str,
    office: Office,
    seen: str,
    heard_on: str = "",
    campaigns: Sequence[str] = (),
    paper: Paper | None = None,
) -> Decision:
    """Append a person's decision on a current proposal; an earlier decision stays in the record.

    Args:
        database: where the year is.
        year: the year.
        proposal: the proposal's key.
        verdict: what is decided.
        name: what is printed as the signature.
        reason: why.
        office: the account that decides; it is barred by its unit, not by its signature.
        seen: what `seen_of` said of the proposal that the person saw.
        heard_on: the ISO day of the hearing, for a disadvantage that is confirmed.
        campaigns: as in `bot.appraisal.year.open_year`.
        paper: the document that the decision rests on, as it was typed (`paper_said`).

    Raises:
        BadInput: there is no such proposal, it rests on other grounds by now or was decided
            meanwhile, the person is barred, name, reason, hearing or paper is missing, or a day
            does not fit: the ground comes first, then the hearing, then the paper, then the
            decision, over an older one.
    """
    signed = _signed(name, reason, office)
    given = (year, {proposal: seen}, verdict, signed, office, heard_on, campaigns, paper)
    return (await _record(database, *given))[0]


async def record_decisions(
    database: AsyncEngine,
    year: int,
    seen: Mapping[str, str],
    verdict: Verdict,
    name: str,
    reason: str,
    office: Office,
) -> list[Decision]:
    """Append one decision on many proposals: all of them, or none.

    Args:
        database: where the year is.
        year: the year.
        seen: by key of a proposal what `seen_of` said of it when the person saw it.
        verdict: what is decided about all of them.
        name: what is printed as the signature.
        reason: why; it is that of each.
        office: the account that decides.

    Raises:
        BadInput: none or more than `MOST_AT_ONCE` are named, one of them is decided one by one
            (`is_single`), or as `record_decision` for any of them.
    """
    if not 0 < len(seen) <= MOST_AT_ONCE:
        raise BadInput(Message("appraisal-decided-how-many", most=MOST_AT_ONCE))
    return await _record(database, year, seen, verdict, _signed(name, reason, office), office)


def is_single(proposal: Proposal) -> bool:
    """Return whether a proposal is decided by itself: it touches a grade or a person's posts."""
    return proposal.kind in SINGLE


async def _record(
    database: AsyncEngine,
    year: int,
    seen: Mapping[str, str],
    verdict: Verdict,
    signed: tuple[str, str, str],
    office: Office,
    heard_on: str = "",
    campaigns: Sequence[str] = (),
    paper: Paper | None = None,
) -> list[Decision]:
    """Append a decision on each of the proposals, in one transaction."""
    appraised = await run_year(database, year, campaigns)
    known, made = standing_proposals(appraised), []
    days = await ground_days_of(database, appraised, office.timezone)
    for key, digest in seen.items():
        if key not in known:
            raise BadInput(Message("appraisal-no-such-proposal"), Place(subject=key))
        found = known[key]
        if digest != seen_of(found):
            raise StaleForm(_changed(found.decision, _told(verdict, *signed)), Place(subject=key))
        if len(seen) > 1 and is_single(found):
            raise BadInput(Message("appraisal-decided-alone"), Place(subject=key))
        heard = check_days(days, found, verdict, heard_on, office)
        standing = found.decision or found.lapsed
        number = standing.number + 1 if standing else 1
        limits = (days.since(found), signed[-1], heard)
        for _, message in paper_problems(*limits, paper, must_rest(found, verdict)):
            raise BadInput(message, Place(subject=key))
        said = (*signed, office.login, found.digest, number, heard, paper)
        made.append(Decision(key, verdict, *said))
    async with writing(database) as connection:
        await refuse_sealed(connection, year)
        for key in seen:
            await require_unbarred(connection, year, known[key].subject, office.login)
        await store.append_decisions(connection, year, made)
    return made


def _said(by: str, reason: str, at: str) -> dict[str, str]:
    return {"by": by, "reason": reason, "at": at}


def _told(verdict: Verdict, by: str, reason: str, at: str) -> Message:
    return Message("appraisal-decision-told", verdict=VERDICTS[verdict], **_said(by, reason, at))


def _changed(made: Decision | UnitDecision | None, mine: Message) -> Message:
    """Return the refusal of a form that something overtook: what stands now, and what it says.

    Nothing stands where the grounds have changed and nobody has decided on the new ones.
    """
    if made is None:
        now = Message("appraisal-not-decided-now")
    elif isinstance(made, Decision):
        now = _told(made.verdict, made.by, made.reason, made.at)
    else:
        said = _said(made.by, made.reason, made.at)
        now = Message("appraisal-given-told", grade=GRADES[made.grade], **said)
    return Message("appraisal-decision-changed", now=now, mine=mine)


def standing_proposals(year: AppraisedYear) -> dict[str, Proposal]:
    """Return the proposals of a year, of the city and inside units, by their keys."""
    return {p.key: p for result in year.bodies for p in result.proposals}


def limits_of(days: GroundDays, proposal: Proposal, office: Office) -> DecisionLimits:
    """Return what the days of a decision on a proposal are checked against."""
    standing = proposal.decision or proposal.lapsed
    last = standing.at if standing else ""
    return DecisionLimits(days.since(proposal), last, office.now.isoformat(timespec="seconds"))


def must_hear(proposal: Proposal, verdict: Verdict) -> bool:
    """Return whether a verdict is taken only after the person was heard."""
    return verdict is Verdict.CONFIRMED and proposal.kind in HEARD


def is_unheard(proposal: Proposal, made: Decision) -> bool:
    """Return whether a decision was taken without the hearing that it needs."""
    return must_hear(proposal, made.verdict) and not made.heard_on


def must_rest(proposal: Proposal, verdict: Verdict) -> bool:
    """Return whether a verdict rests on a document of the organ that may decide it."""
    return verdict is Verdict.CONFIRMED and proposal.kind in ON_PAPER


def lacks_paper(proposal: Proposal, made: Decision) -> bool:
    """Return whether a decision was taken without the paper that it needs."""
    return must_rest(proposal, made.verdict) and made.paper is None


def paper_said(organ: str, document: str, decided_on: str, released_by: str) -> Paper | None:
    """Return a paper as it was typed; None if nothing was. A day that is none is left empty.

    Raises:
        BadInput: a text is too long, or has a sign that no line has.
    """
    texts = (organ.strip(), document.strip(), released_by.strip())
    if not any((*texts, decided_on.strip())):
        return None
    for text, field in zip(texts, ("organ", "document", "released_by"), strict=True):
        if len(text) > MAX_NAME or not text.isprintable():
            message = Message("appraisal-paper-line", max=MAX_NAME)
            raise BadInput(message, Place(field=field))
    return Paper(texts[0], texts[1], _a_day(decided_on), texts[2])


def check_days(
    days: GroundDays, proposal: Proposal, verdict: Verdict, heard_on: str, office: Office
) -> str:
    """Return the day of the hearing, for a decision of this moment; empty where none is needed.

    Raises:
        BadInput: the ground is of a later day, a newer decision stands, or the hearing is missing
            or does not lie between the ground and the decision.
    """
    needed = must_hear(proposal, verdict)
    heard = _a_day(heard_on) if needed else ""
    limits = limits_of(days, proposal, office)
    for _, message in day_problems(limits, limits.now, heard, needed):
        raise BadInput(message, Place(subject=proposal.key))
    return heard


def _a_day(text: str) -> str:
    """Return a text that is a day in ISO; empty for any other, which says no day."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        return ""


async def record_unit_decision(
    database: AsyncEngine,
    year: int,
    unit: str,
    grade: Grade,
    name: str,
    reason: str,
    office: Office,
    seen: str,
    campaigns: Sequence[str] = (),
) -> UnitDecision:
    """Append the grade that a person gives a unit with too few ballots to be ranked.

    Raises:
        BadInput: the unit is unknown or has enough ballots, the grade is not a unit's, the unit is
            barred from it or no place is left, another grade was given meanwhile, the person is
            barred, the name or the reason is missing, or its day does not fit: the campaigns closed
            later, or a newer grade stands.
    """
    signed = _signed(name, reason, office)
    appraised = await run_year(database, year, campaigns)
    units = {u.unit: u for result in appraised.bodies for u in result.units}
    if unit not in units:
        raise BadInput(Message("appraisal-no-such-unit", year=year), Place(subject=unit))
    if not units[unit].insufficient:
        raise BadInput(Message("appraisal-grade-not-decided"), Place(subject=unit))
    if grade is Grade.FOURTH:
        raise BadInput(Message("appraisal-no-fourth-grade"), Place(subject=unit))
    before = last_given(appraised, unit)
    if seen != str(before):
        mine = Message("appraisal-given-told", grade=GRADES[grade], **_said(*signed))
        raise StaleForm(_changed(_last(appraised, unit), mine), Place(subject=unit))
    decision = UnitDecision(unit, grade, *signed, office.login, before + 1)
    days = await ground_days_of(database, appraised, office.timezone)
    limits = DecisionLimits(days.closed, _given_at(appraised, unit), decision.at)
    for _, message in day_problems(limits, decision.at):
        raise BadInput(message, Place(subject=unit))
    _check_given_grade(appraised, decision)
    async with writing(database) as connection:
        await refuse_sealed(connection, year)
        await require_unbarred(connection, year, unit, office.login)
        await store.append_unit_decisions(connection, year, [decision])
    return decision


def last_given(year: AppraisedYear, unit: str) -> int:
    """Return the number of the last grade that a person gave a unit; 0 where there is none."""
    return max((d.number for d in _given(year, unit)), default=0)


def _last(year: AppraisedYear, unit: str) -> UnitDecision | None:
    """Return the last grade that a person gave a unit; None where there is none."""
    return max(_given(year, unit), key=lambda made: made.number, default=None)


def _given_at(year: AppraisedYear, unit: str) -> str:
    """Return when the last grade that a person gave a unit was given, or empty."""
    return max(((d.number, d.at) for d in _given(year, unit)), default=(0, ""))[1]


def _given(year: AppraisedYear, unit: str) -> list[UnitDecision]:
    return [d for part in parts_of(year) for d in part.unit_decisions if d.unit == unit]


def _check_given_grade(year: AppraisedYear, decision: UnitDecision) -> None:
    """Refuses a grade that would not stand: barred, or without a place."""
    parts = [year.inputs, *(body.inputs for body in year.inside if body.result is not None)]
    for inputs in parts:
        if decision.unit not in {unit.code for unit in inputs.units}:
            continue
        others = [made for made in inputs.unit_decisions if made.unit != decision.unit]
        tried = unit_standings(replace(inputs, unit_decisions=(*others, decision)))
        refused = next(unit.refused for unit in tried if unit.unit == decision.unit)
        if refused is not None:
            raise BadInput(refused, Place(subject=decision.unit))


def _signed(name: str, reason: str, office: Office) -> tuple[str, str, str]:
    if not name.strip() or not reason.strip():
        raise BadInput(Message("appraisal-decision-unsigned"), Place(field="decision"))
    if len(name.strip()) > MAX_NAME:
        raise BadInput(Message("appraisal-name-too-long", max=MAX_NAME), Place(field="decision"))
    return name.strip(), reason.strip(), office.now.isoformat(timespec="seconds")
