"""A year's appraisal: its material out of the database, the result, the decisions on it and its sealing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.nesting import InnerBody, appraise_inside, city_inputs
from aggregation.model.facts import Decision, Grade, PastGrade, UnitDecision, Verdict
from aggregation.model.results import AppraisalResult, ConsequenceKind, ProposalStatus
from aggregation.quality.changes import ScoreChange
from aggregation.ranking.ranks import Covariances
from bot.campaigns.registered import RegisteredCampaign, read_registered_campaigns
from bot.records import store
from bot.results.scoring import ScoredCampaign, score_registered
from bot.results.year_on_year import read_changes
from bot.storage.database import reading, writing
from survey_flows.errors import BadInput

BINDING = (ConsequenceKind.GRADE_FOUR, ConsequenceKind.DOWNGRADE, ConsequenceKind.BAR_FIRST)
"""Proposals that change a grade once confirmed: a year is not sealed before they are decided."""


@dataclass(frozen=True, slots=True)
class AppraisedYear:
    """One year of the city: the campaigns that give its public scores, its material, and the outcome.

    ``inputs`` and ``result`` are the city's own, ``inside`` what became of the parts of its units. ``changes`` are
    those of the public scores since the year before, by unit.
    """

    year: int
    campaigns: tuple[ScoredCampaign, ...]
    inputs: AppraisalInputs
    result: AppraisalResult
    changes: Mapping[str, ScoreChange] = field(default_factory=dict)
    inside: tuple[InnerBody, ...] = ()

    @property
    def bodies(self) -> tuple[AppraisalResult, ...]:
        """The city's outcome and those inside its units, as far as they can be told."""
        return (self.result, *(body.result for body in self.inside if body.result is not None))

    def about(self, subject: str) -> AppraisalResult | None:
        """The outcome that a unit, part or person is in."""
        return next((result for result in self.bodies if subject in result.trail), None)


async def open_year(
    database: AsyncEngine, year: int, campaigns: Sequence[str] = ()
) -> AppraisedYear:
    """Read a year's material, score its campaigns and appraise it.

    Args:
        campaigns: closed campaigns that give the public scores; empty means all of the year's that rate stored units
            and are no trials.

    Raises:
        BadInput: no closed campaign, two campaigns that rate the same unit or run on different schemes, or material
            that is missing or does not fit the scheme.
    """
    polls = await _score(database, year, campaigns)
    material = await _gather(database, year, polls)
    inputs, result, inside = await asyncio.to_thread(_appraise, material)
    return AppraisedYear(
        year, polls, inputs, result, await read_changes(database, year, polls), inside
    )


def _appraise(
    material: AppraisalInputs,
) -> tuple[AppraisalInputs, AppraisalResult, tuple[InnerBody, ...]]:
    inputs = city_inputs(material)
    result = appraise(inputs)
    return inputs, result, appraise_inside(material, result)


async def _run(database: AsyncEngine, year: int, campaigns: Sequence[str]) -> AppraisedYear:
    """The year without what changed since the one before."""
    polls = await _score(database, year, campaigns)
    inputs, result, inside = await asyncio.to_thread(
        _appraise, await _gather(database, year, polls)
    )
    return AppraisedYear(year, polls, inputs, result, inside=inside)


async def _score(
    database: AsyncEngine, year: int, campaigns: Sequence[str]
) -> tuple[ScoredCampaign, ...]:
    async with reading(database) as connection:
        known = {x.unit.code for x in await store.read_units(connection)}
    polls = _choose(await read_registered_campaigns(database, year), year, campaigns, known)
    return tuple([await score_registered(database, poll) for poll in polls])


def _choose(
    polls: Sequence[RegisteredCampaign], year: int, campaigns: Sequence[str], known: set[str]
) -> list[RegisteredCampaign]:
    for campaign in campaigns:
        if campaign not in {poll.id for poll in polls}:
            raise BadInput(
                f"there is no such campaign in {year}; see `minping campaign show`", campaign
            )
    if campaigns:
        chosen = [poll for poll in polls if poll.id in campaigns]
        if trials := [poll.id for poll in chosen if poll.pilot]:
            raise BadInput(
                "a trial counts in no appraisal, as everybody was told who rated in it",
                ", ".join(trials),
            )
    else:
        closed = [poll for poll in polls if poll.state == "closed" and not poll.pilot]
        chosen = [poll for poll in closed if known.intersection(poll.units)]
    if not chosen:
        raise BadInput(
            "no closed campaign of that year rates a stored unit; close one first", str(year)
        )
    _check_compatible(chosen)
    return chosen


def _check_compatible(polls: Sequence[RegisteredCampaign]) -> None:
    rated: dict[str, str] = {}
    for poll in polls:
        if poll.scheme.digest != polls[0].scheme.digest:
            raise BadInput(
                "they run on different schemes; choose campaigns of one",
                f"{polls[0].id}, {poll.id}",
            )
        for unit in poll.units:
            if unit in rated:
                raise BadInput(
                    f"both rate unit {unit}, and answers of two campaigns cannot be joined; choose one (--campaign)",
                    f"{rated[unit]}, {poll.id}",
                )
            rated[unit] = poll.id


async def _gather(
    database: AsyncEngine, year: int, polls: Sequence[ScoredCampaign]
) -> AppraisalInputs:
    async with reading(database) as connection:
        values = await store.read_indicators(connection, year)
        units = await store.read_all_units(connection, year)
        leaders = await store.read_leaders(connection, year)
        codes, ids = {unit.code for unit in units}, {leader.id for leader in leaders}
        return AppraisalInputs(
            year=year,
            scheme=polls[0].campaign.scheme,
            units=units,
            leaders=leaders,
            # Points and grades given of who is no longer listed are kept, and play no part.
            indicators={
                (s, i): p for (s, i), p in values.items() if i != store.PERSONAL and s in codes
            },
            personal={s: p for (s, i), p in values.items() if i == store.PERSONAL and s in ids},
            public={
                code: score
                for part in polls
                for code, score in part.graded.items()
                if code in codes
            },
            adjustments=await store.read_adjustments(connection, year),
            facts=await store.read_findings(connection, year),
            decisions=await store.read_decisions(connection, year),
            unit_decisions=tuple(
                d for d in await store.read_unit_decisions(connection, year) if d.unit in codes
            ),
            history=await store.read_history(connection, last=year - 1),
            disclosed={code: it for part in polls for code, it in part.disclosed.items()},
            covariances=_covariances(polls),
        )


def _covariances(polls: Sequence[ScoredCampaign]) -> Covariances | None:
    """Known for the direct scores of one campaign: nobody can tell which raters of two are the same people."""
    return (
        polls[0].covariances
        if len(polls) == 1 and polls[0].campaign.scheme.graded_score == "direct"
        else None
    )


async def record_decision(
    database: AsyncEngine,
    year: int,
    proposal: str,
    verdict: Verdict,
    by: str,
    reason: str,
    at: datetime,
    campaigns: Sequence[str] = (),
) -> Decision:
    """Append a person's decision on a proposal that stands now; an earlier one stays in the record.

    Raises:
        BadInput: no such proposal, or the name or the reason is missing.
    """
    bodies = (await _run(database, year, campaigns)).bodies
    if proposal not in {p.key for result in bodies for p in result.proposals}:
        raise BadInput(
            "there is no such proposal now; `minping appraise` lists them with their keys", proposal
        )
    decision = Decision(proposal, verdict, *_signed(by, reason, at))
    async with writing(database) as connection:
        await store.append_decisions(connection, year, [decision])
    return decision


async def record_unit_decision(
    database: AsyncEngine,
    year: int,
    unit: str,
    grade: Grade,
    by: str,
    reason: str,
    at: datetime,
    campaigns: Sequence[str] = (),
) -> UnitDecision:
    """Append the grade that a person gives a unit with too few answers to be ranked.

    Raises:
        BadInput: the unit is unknown or has enough answers, the grade is not a unit's, or name or reason is missing.
    """
    bodies = (await _run(database, year, campaigns)).bodies
    waiting = {u.unit for result in bodies for u in result.units if u.insufficient}
    if unit not in waiting:
        raise BadInput(
            "this unit's grade is not for a person to give: only a unit with too few answers is",
            unit,
        )
    if grade is Grade.FOURTH:
        raise BadInput("a unit's grade is first, second or third", unit)
    decision = UnitDecision(unit, grade, *_signed(by, reason, at))
    async with writing(database) as connection:
        await store.append_unit_decisions(connection, year, [decision])
    return decision


def _signed(by: str, reason: str, at: datetime) -> tuple[str, str, str]:
    if not by.strip() or not reason.strip():
        raise BadInput("a decision needs the name of the person and the reason", "decision")
    if len(by.strip()) > 80:
        raise BadInput("the name is longer than 80 characters", "decision")
    return by.strip(), reason.strip(), at.isoformat(timespec="seconds")


async def seal_year(
    database: AsyncEngine, year: int, campaigns: Sequence[str] = ()
) -> list[PastGrade]:
    """Append the year's grades to the history, those inside units with the city's; returns the lines that were added.

    A second sealing appends only what changed since: an amendment. Nothing is ever overwritten, nor a grade that an
    appeal has amended undone.

    Raises:
        BadInput: a unit or leader waits for a person, or a proposal that touches a grade is not decided.
    """
    settled = await _run(database, year, campaigns)
    _check_settled(settled)
    async with writing(database) as connection:
        standing = {line.subject: line for line in await store.read_history(connection, year, year)}
        amended = {
            it.subject
            for it in await store.read_amendments(connection, year)
            if it.kind == store.GRADE
        }
        final = (
            line
            for result in settled.bodies
            for line in _final(result)
            if line.subject not in amended
        )
        added = [line for line in final if standing.get(line.subject) != line]
        await store.append_history(
            connection, added, {u.unit for result in settled.bodies for u in result.units}
        )
    return added


def _final(result: AppraisalResult) -> list[PastGrade]:
    # Districts and counties are ranked: a line without a grade would say that they were not appraised.
    ranked = {u.unit for u in result.units if u.league is not None}
    return [line for line in result.records() if line.subject not in ranked]


def _check_settled(year: AppraisedYear) -> None:
    units = [unit for result in year.bodies for unit in result.units]
    _refuse(
        "wait for a person's grade (`minping appraise --grade`)",
        (u.unit for u in units if u.insufficient and u.standing is None),
    )
    _refuse(
        "have no grade yet",
        (x.leader for result in year.bodies for x in result.leaders if x.grade is None),
    )
    proposals = [proposal for result in year.bodies for proposal in result.proposals]
    _refuse(
        "touch a grade and are not decided (`minping appraise --decide`)",
        (p.key for p in proposals if p.status is ProposalStatus.PROPOSED and p.kind in BINDING),
    )


def _refuse(what: str, found: Iterable[str]) -> None:
    names = sorted(found)
    if names:
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        raise BadInput(f"the year cannot be sealed: {', '.join(names[:5])}{more} {what}")


async def is_sealed(database: AsyncEngine, year: int) -> bool:
    """Whether the year's grades stand in the history."""
    async with reading(database) as connection:
        return bool(await store.read_history(connection, year, year))
