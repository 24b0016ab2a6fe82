"""A year's appraisal: from its seal, or computed from its material; and decisions on it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.nesting import InnerBody, appraise_inside, city_inputs
from aggregation.appraisal.standing import Amendment
from aggregation.model.dated import Period, Post
from aggregation.model.facts import Leader
from aggregation.model.results import AppraisalResult, ConsequenceKind, ProposalStatus
from aggregation.quality.changes import ScoreChange
from aggregation.ranking.ranks import Covariances
from bot.appraisal.city_result import appraise_city
from bot.appraisal.left_out import LeftOut
from bot.appraisal.past_grades import read_past
from bot.appraisal.sealed_content import SealedRelease
from bot.appraisal.settling import OpenResults
from bot.appraisal.standing_years import StandingYear, amendment_of, read_standing
from bot.appraisal.units_of_year import merged_scores, read_year_units
from bot.appraisal.year_findings import read_year_findings
from bot.campaigns.choice_records import (
    CampaignChoice,
    campaigns_without_ballots,
    read_choices,
    told,
)
from bot.campaigns.registered import (
    RegisteredCampaign,
    find_registered_campaign,
    read_registered_campaigns,
)
from bot.records import store
from bot.records.dated_store import read_absences, read_discipline, read_endings, read_posts
from bot.records.seals import Seal
from bot.results.releases import read_releases
from bot.results.scoring import ScoredCampaign, score_registered, score_release
from bot.results.year_on_year import read_changes
from bot.storage.database import reading
from survey_flows.errors import BadInput, Message, Place
from survey_flows.spoken_terms import speak

BINDING = (ConsequenceKind.GRADE_FOUR, ConsequenceKind.DOWNGRADE, ConsequenceKind.BAR_FIRST)
"""Proposals that change a grade once confirmed: a year is not sealed before they are decided."""


@dataclass(frozen=True, slots=True)
class AppraisedYear:
    """One year of the city: the campaigns that give its public scores, its material, its result.

    ``inputs`` and ``result`` are the city's own; ``inside`` has the results inside its units.
    ``changes`` are those of the public scores since the year before, by unit. ``seal`` is what the
    year was read from; None while it is computed from its material. ``amended`` are the amendments
    that the result has in it. ``left_out`` says which closed campaigns give no scores, and why;
    ``not_appraised`` are units that ended or are too young, and their leaders. ``open`` is what may
    still change of it, where a document says so (`bot.publication.as_of`).
    """

    year: int
    campaigns: tuple[ScoredCampaign, ...]
    inputs: AppraisalInputs
    result: AppraisalResult
    changes: Mapping[str, ScoreChange] = field(default_factory=dict)
    inside: tuple[InnerBody, ...] = ()
    seal: Seal | None = None
    amended: tuple[Amendment, ...] = ()
    left_out: tuple[Message, ...] = ()
    not_appraised: tuple[LeftOut, ...] = ()
    open: OpenResults | None = None

    @property
    def bodies(self) -> tuple[AppraisalResult, ...]:
        """The city's result and those inside its units, where there is one."""
        return (self.result, *(body.result for body in self.inside if body.result is not None))

    def about(self, subject: str) -> AppraisalResult | None:
        """Return the result that contains a unit, inner unit or person."""
        return next((result for result in self.bodies if subject in result.trail), None)


def undecided(year: AppraisedYear) -> tuple[int, int]:
    """Returns how many proposals wait that change a grade (`BINDING`), and how many others.

    A sealed year has none: what it left open is a task of its execution.
    """
    waits = [
        proposal.kind in BINDING
        for result in (year.bodies if year.seal is None else ())
        for proposal in result.proposals
        if proposal.status is ProposalStatus.PROPOSED
    ]
    return sum(waits), len(waits) - sum(waits)


async def open_year(
    database: AsyncEngine, year: int, campaigns: Sequence[str] = ()
) -> AppraisedYear:
    """Read a sealed year as it stands; score and appraise any other one from its material.

    What the caller's task says afterwards calls the grades as this year's scheme does.

    Args:
        database: where the year's material is.
        year: the year that is appraised.
        campaigns: closed campaigns that give the public scores; empty: all counting campaigns of
            the year that rate stored units.

    Raises:
        BadInput: no closed campaign, two campaigns that rate the same unit or run on different
            schemes, material that is missing or does not fit the scheme, or the year is sealed with
            other campaigns than these.
    """
    async with reading(database) as connection:
        stands = await read_standing(connection, year)
    if stands is None:
        return await compute_year(database, year, campaigns)
    found = await _open_sealed(database, stands, campaigns)
    speak(found.inputs.scheme.terms)
    return found


async def _open_sealed(
    database: AsyncEngine, stands: StandingYear, campaigns: Sequence[str]
) -> AppraisedYear:
    content = stands.content
    used = {it.campaign for it in content.releases}
    if campaigns and set(campaigns) != used:
        message = Message("appraisal-sealed-with-others", campaigns=tuple(sorted(used)))
        raise BadInput(message, Place(subject=str(content.year)))
    parts = [await _sealed_scores(database, it) for it in stands.releases]
    found = (stands.inputs, content.result, content.changes, content.inside)
    amended = tuple(amendment_of(it) for it in stands.amendments)
    year = AppraisedYear(content.year, tuple(parts), *found, stands.seal, amended)
    return replace(year, left_out=content.left_out, not_appraised=content.not_appraised)


async def _sealed_scores(database: AsyncEngine, sealed: SealedRelease) -> ScoredCampaign:
    """Return a campaign as it was released when the year was sealed."""
    campaign = await find_registered_campaign(database, sealed.campaign)
    releases = {it.number: it for it in await read_releases(database, sealed.campaign)}
    if sealed.release not in releases:
        message = Message("appraisal-sealed-release-missing", number=sealed.release)
        raise BadInput(message, Place(subject=sealed.campaign))
    return await asyncio.to_thread(score_release, campaign, releases[sealed.release])


async def compute_year(
    database: AsyncEngine, year: int, campaigns: Sequence[str] = ()
) -> AppraisedYear:
    """Score and appraise a year from its material as it is now, whether it is sealed or not.

    Raises:
        BadInput: as `open_year`.
    """
    found = await run_year(database, year, campaigns)
    changes = await read_changes(database, year, found.campaigns)
    speak(found.inputs.scheme.terms)
    return replace(found, changes=changes)


def _appraise(
    material: AppraisalInputs,
) -> tuple[AppraisalInputs, AppraisalResult, tuple[InnerBody, ...]]:
    inputs = city_inputs(material)
    result = appraise_city(inputs)
    return inputs, result, appraise_inside(material, result)


async def run_year(database: AsyncEngine, year: int, campaigns: Sequence[str]) -> AppraisedYear:
    """Read and appraise the year without its changes since the year before.

    What the caller's task says afterwards calls the grades as this year's scheme does.
    """
    scored, left_out = await _score(database, year, campaigns)
    material, others = await _gather(database, year, scored)
    inputs, result, inside = await asyncio.to_thread(_appraise, material)
    found = AppraisedYear(year, scored, inputs, result, inside=inside)
    speak(inputs.scheme.terms)
    return replace(found, left_out=left_out, not_appraised=others)


async def _score(
    database: AsyncEngine, year: int, campaigns: Sequence[str]
) -> tuple[tuple[ScoredCampaign, ...], tuple[Message, ...]]:
    registered = await read_registered_campaigns(database, year)
    async with reading(database) as connection:
        known = {x.unit.code for x in await store.read_units(connection)}
        choices = await read_choices(connection)
        empty = await campaigns_without_ballots(connection, {it.id for it in registered})
    chosen = _choose(registered, year, campaigns, known, choices, empty)
    used = {campaign.id for campaign in chosen}
    closed = [it for it in registered if it.state == "closed" and not it.aim.pilot]
    left = [it for it in closed if it.id not in used]
    notes = tuple(_left_out(it.id, choices.get(it.id), it.id in empty) for it in left)
    scored = tuple([await score_registered(database, campaign) for campaign in chosen])
    return scored, notes


def _left_out(campaign: str, choice: CampaignChoice | None, empty: bool) -> Message:
    """Why a closed campaign gives the year no scores."""
    if choice is not None and not choice.counts:
        return Message("appraisal-left-out-why", campaign=campaign, why=told(choice))
    kind = "appraisal-without-ballots" if empty else "appraisal-not-used"
    return Message(kind, campaign=campaign)


def _choose(
    registered: Sequence[RegisteredCampaign],
    year: int,
    names: Sequence[str],
    known: set[str],
    choices: Mapping[str, CampaignChoice],
    empty: set[str],
) -> list[RegisteredCampaign]:
    """Returns the campaigns that give the year its scores.

    One without ballots gives none, nor does one that was withdrawn or chosen not to count.
    """
    for name in names:
        if name in choices and not choices[name].counts:
            raise BadInput(Message("appraisal-campaign-left-out"), Place(subject=name))
        if name not in {campaign.id for campaign in registered}:
            raise BadInput(Message("appraisal-no-such-campaign", year=year), Place(subject=name))
    if names:
        chosen = [campaign for campaign in registered if campaign.id in names]
        if pilots := [campaign.id for campaign in chosen if campaign.aim.pilot]:
            raise BadInput(
                Message("appraisal-pilot-counts-nowhere"), Place(subject=", ".join(pilots))
            )
    else:
        closed = [it for it in registered if it.state == "closed" and not it.aim.pilot]
        left = {name for name, it in choices.items() if not it.counts}
        rated = [it for it in closed if it.id not in left and known.intersection(it.units)]
        chosen = [it for it in rated if it.id not in empty] or rated
    if not chosen:
        raise BadInput(Message("appraisal-no-closed-campaign"), Place(subject=str(year)))
    _check_compatible(chosen)
    return chosen


def _check_compatible(campaigns: Sequence[RegisteredCampaign]) -> None:
    rated: dict[str, str] = {}
    for campaign in campaigns:
        if campaign.scheme.digest != campaigns[0].scheme.digest:
            both = Place(subject=f"{campaigns[0].id}, {campaign.id}")
            raise BadInput(Message("appraisal-different-schemes"), both)
        for unit in campaign.units:
            if unit in rated:
                both = Place(subject=f"{rated[unit]}, {campaign.id}")
                raise BadInput(Message("appraisal-unit-rated-twice", unit=unit), both)
            rated[unit] = campaign.id


async def _gather(
    database: AsyncEngine, year: int, scored: Sequence[ScoredCampaign]
) -> tuple[AppraisalInputs, tuple[LeftOut, ...]]:
    async with reading(database) as connection:
        values = await store.read_indicators(connection, year)
        scheme = scored[0].campaign.scheme
        registered = datetime.fromtimestamp(scored[0].campaign.opens_at, UTC).date()
        of_year = await read_year_units(connection, year, scheme, registered)
        units, everybody = of_year.appraised, await store.read_leaders(connection, year)
        gone = {unit.code for unit in of_year.left}
        leaders = tuple(x for x in everybody if x.unit not in gone)
        codes, ids = {unit.code for unit in units}, {leader.id for leader in leaders}
        graded = {code: score for part in scored for code, score in part.graded.items()}
        graded |= merged_scores(of_year, year, graded, _covariances(scored))
        inputs = AppraisalInputs(
            year=year,
            scheme=scheme,
            units=units,
            leaders=leaders,
            # Points and grades of subjects that are no longer listed stay stored and play no part.
            indicators={
                (s, i): p for (s, i), p in values.items() if i != store.PERSONAL and s in codes
            },
            personal={s: p for (s, i), p in values.items() if i == store.PERSONAL and s in ids},
            public={code: score for code, score in graded.items() if code in codes},
            adjustments=await store.read_adjustments(connection, year),
            facts=await read_year_findings(connection, year, scheme.late),
            decisions=await store.read_decisions(connection, year),
            unit_decisions=tuple(
                d for d in await store.read_unit_decisions(connection, year) if d.unit in codes
            ),
            invited={
                code: part.facts.invited_by_group
                for part in scored
                for code in part.campaign.units
                if part.facts.invited_by_group
            },
            history=await read_past(connection, last=year - 1),
            posts=_posts(await read_posts(connection), everybody, year),
            absences=await read_absences(connection),
            endings=await read_endings(connection),
            discipline=await read_discipline(connection),
            disclosed={code: it for part in scored for code, it in part.disclosed.items()},
            covariances=_covariances(scored),
        )
        return inputs, (*of_year.left, *_without_unit(everybody, gone))


def _without_unit(leaders: Sequence[Leader], gone: set[str]) -> list[LeftOut]:
    """Return the leaders of units that are not appraised: nothing is there to grade them by."""
    return [
        LeftOut(x.id, x.zh, x.en, Message("appraisal-left-with-unit", unit=x.unit))
        for x in leaders
        if x.unit in gone
    ]


def _posts(dated: Sequence[Post], leaders: Sequence[Leader], year: int) -> tuple[Post, ...]:
    """Return all posts; a leader of whom no dates are known held theirs all year.

    Without any dated post there are none, and the appraisal takes the same for granted.
    """
    if not dated:
        return ()
    known = {post.person for post in dated}
    whole = Period(date(year, 1, 1), date(year, 12, 31))
    others = (Post(x.id, x.unit, x.role, x.post, whole) for x in leaders if x.id not in known)
    return (*dated, *others)


def _covariances(scored: Sequence[ScoredCampaign]) -> Covariances | None:
    """Return the covariances of one campaign's direct scores.

    Of two campaigns there are none: their pseudonyms do not show who rated in both.
    """
    direct = len(scored) == 1 and scored[0].campaign.scheme.graded_score == "direct"
    return scored[0].covariances if direct else None
