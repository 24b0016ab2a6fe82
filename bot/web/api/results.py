"""Operations on results: released scores of closed campaigns, a year's appraisal, files."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import func, select

from aggregation.disclosure.disclosed import DisclosedGroup, DisclosedScore, Share, ShareBound
from aggregation.model.results import LeaderResult, Proposal, UnitResult
from aggregation.numbers import half_up
from bot.appraisal.plain_reasons import Names, names_of, plain_texts
from bot.appraisal.year import AppraisedYear
from bot.campaigns.registered import RegisteredCampaign
from bot.campaigns.titles import file_mark
from bot.core.labels import disclosed_flags
from bot.publication.public_release import read_publications
from bot.results.releases import Release, read_releases
from bot.results.scoring import UnitRank
from bot.storage.database import reading
from bot.storage.schema.all import releases
from bot.web.api.call import ApiCall, RequestRefused
from bot.web.api.campaigns import names, utc_datetime
from bot.web.api.models import (
    BoundedPercent,
    CampaignResults,
    ExclusionCount,
    PublicGroupScore,
    PublicUnitScore,
    ReleaseList,
    ReleaseSummary,
    YearLeader,
    YearLeaderList,
    YearProposal,
    YearProposalList,
    YearUnit,
    YearUnitList,
)
from bot.web.api.operation import VERSION
from bot.web.shared.caching import etag_of, matches_etag, not_modified_or
from bot.web.shared.disclosed_release import DisclosedRelease
from bot.web.shared.result_cache import RESULT_CACHE
from survey_flows.errors import BadInput, Message, Place

DECIMALS = 4


def exact(value: Fraction | Decimal | float | None, decimals: int = DECIMALS) -> str | None:
    """Returns a figure as a decimal in a string, rounded half up."""
    return None if value is None else f"{half_up(Fraction(value), decimals):f}"


async def show_results(call: ApiCall) -> web.StreamResponse:
    """Answers with a page of scores."""
    campaign = await _closed(call)
    tag = await _known_tag(call, campaign)
    if matches_etag(call.request, tag):
        return not_modified_or(call.request, tag, web.Response)
    shown = await call.request.app[RESULT_CACHE].last_release(call.service, campaign)
    body = await asyncio.to_thread(_results, call, shown)
    tag = _tag(call, shown.release.number)
    return not_modified_or(
        call.request, tag, lambda: web.Response(body=body, content_type="application/json")
    )


def _results(call: ApiCall, shown: DisclosedRelease) -> bytes:
    campaign, codes = shown.scored.campaign, list(shown.scores)
    page, following = call.paged(codes)
    results = CampaignResults(
        campaign=campaign.id,
        purpose=campaign.aim.purpose,  # type: ignore[arg-type]
        confidence_percent=f"{campaign.scheme.confidence_pct:f}",
        scheme=campaign.scheme.version,
        scheme_digest=campaign.scheme.digest,
        release=release_model(shown.release),
        exclusions=[
            ExclusionCount(reason=reason, ballots=count)
            for reason, count in shown.exclusions.items()
        ],
        items=[unit_model(campaign, shown.scores[code], shown.ranks.get(code)) for code in page],
        total=len(codes),
        next=following,
    )
    return results.model_dump_json(by_alias=True).encode()


def release_model(release: Release) -> ReleaseSummary:
    """Returns the model of a release, without its counts."""
    return ReleaseSummary(
        number=release.number,
        released_at=utc_datetime(release.at),
        corrected=sorted(release.corrections),
    )


def unit_model(
    campaign: RegisteredCampaign, disclosed: DisclosedScore, place: UnitRank | None
) -> PublicUnitScore:
    """Returns the model of a unit's disclosed score and its rank."""
    unit = campaign.units[disclosed.unit]
    return PublicUnitScore(
        unit=disclosed.unit,
        name=names(unit.name["zh-Hans"], unit.name.get("en", "")),
        category=unit.category,
        withheld=disclosed.withheld,
        corrected=disclosed.corrected,
        score=exact(disclosed.score),
        low=exact(disclosed.low),
        high=exact(disclosed.high),
        unweighted=exact(disclosed.unweighted),
        rank=place.rank if place else None,
        of=place.of if place else None,
        rank_low=place.low if place else None,
        rank_high=place.high if place else None,
        n=disclosed.n,
        n_valid=disclosed.n_valid,
        excluded=disclosed.excluded,
        dont_know=_share(disclosed.dont_know),
        top_two=_share(disclosed.top_two),
        distribution=dict(disclosed.distribution),
        groups=[_group(group) for group in disclosed.groups],
        flags=list(disclosed_flags(disclosed)),
    )


def _share(share: Share) -> BoundedPercent | None:
    if isinstance(share, ShareBound):
        return (
            BoundedPercent(above_percent=share.percent)
            if share.more
            else BoundedPercent(below_percent=share.percent)
        )
    return None if share is None else BoundedPercent(exact=exact(share))


def _group(group: DisclosedGroup) -> PublicGroupScore:
    return PublicGroupScore(
        group=group.group,
        hidden=group.hidden,
        n=group.n,
        n_valid=group.n_valid,
        n_open=group.n_open,
        score=exact(group.score),
        weight=exact(group.weight) or "0",
        weight_used=exact(group.weight_used),
        flags=list(group.flags),
    )


async def _closed(call: ApiCall) -> str:
    """Returns the campaign's name; raises `RequestRefused` while it is not closed."""
    summary = await call.summary()
    if summary.state != "closed":
        raise RequestRefused(409, Message("api-not-closed"), Place(subject=summary.id))
    return summary.id


async def _known_tag(call: ApiCall, campaign: str) -> str:
    """Returns the tag of an answer from the last release; empty before the first release."""
    query = select(func.max(releases.c.number)).where(releases.c.campaign == campaign)
    async with reading(call.service.database) as connection:
        number = (await connection.execute(query)).scalar()
    return _tag(call, number) if number else ""


def _tag(call: ApiCall, number: int) -> str:
    # Not the release's digest: from it and the disclosed counts, suppressed ones could be guessed.
    return etag_of(str(call.request.rel_url).encode(), str(number).encode(), VERSION.encode())


async def list_releases(call: ApiCall) -> web.Response:
    """Answers with every release."""
    campaign = await _closed(call)
    found = await read_releases(call.service.database, campaign)
    public = (await read_publications(call.service.database)).get(campaign)
    items = [release_model(release) for release in found]
    return call.response(ReleaseList(items=items, public=public.number if public else None))


async def send_campaign_xlsx(call: ApiCall) -> web.Response:
    """Answers with the campaign's scores as a workbook."""
    return await _campaign_file(call, "xlsx")


async def send_campaign_zip(call: ApiCall) -> web.Response:
    """Answers with the campaign's scores as CSV files in an archive."""
    return await _campaign_file(call, "zip")


async def _campaign_file(call: ApiCall, form: str) -> web.Response:
    from bot.publication.exports import export_campaign

    campaign = await _closed(call)
    settings = call.service.settings
    named = (campaign, settings.timezone, settings.city)
    book = await export_campaign(call.service.database, *named)
    mark = file_mark((await call.summary()).aim.pilot)
    return await _file(call, book, form, f"minping-{campaign}{mark}")


async def _file(call: ApiCall, book: Any, form: str, name: str) -> web.Response:
    from bot.web.shared.downloads import book_file

    response = await book_file(book, form, name)
    body = bytes(response.body)  # type: ignore[arg-type]
    if matches_etag(call.request, etag_of(body)):
        return not_modified_or(call.request, etag_of(body), web.Response)
    return not_modified_or(call.request, etag_of(body), lambda: response)


async def _year(call: ApiCall) -> AppraisedYear:
    number = int(call.path_param("year"))
    try:
        return await call.request.app[RESULT_CACHE].year(call.service, number)
    except BadInput as error:
        missing = error.where == str(number)
        raise RequestRefused.because(404 if missing else 409, error) from error


async def list_units(call: ApiCall) -> web.Response:
    """Answers with a page of a year's units."""
    year = await _year(call)
    page, following = call.paged(list(year.result.units))
    return call.response(
        YearUnitList(
            year=year.year,
            scheme=year.result.scheme_version,
            scheme_digest=year.result.scheme_digest,
            items=[_year_unit(unit) for unit in page],
            total=len(year.result.units),
            next=following,
        )
    )


def _year_unit(unit: UnitResult) -> YearUnit:
    return YearUnit(
        unit=unit.unit,
        name=names(unit.zh, unit.en),
        category=unit.category,
        league=unit.league,
        total=_points(unit.total),
        rank=unit.rank,
        of=unit.of,
        rank_low=unit.low,
        rank_high=unit.high,
        grade=unit.grade,
        certainty=unit.certainty,
        insufficient=unit.insufficient,
        barred=list(unit.barred),
        decided_by=unit.decided_by,
        amended=list(unit.amended),
    )


def _points(value: Decimal | None) -> str | None:
    """Returns a total with the decimals that the scheme gave it."""
    return None if value is None else f"{value:f}"


async def list_leaders(call: ApiCall) -> web.Response:
    """Answers with a page of a year's leaders."""
    year = await _year(call)
    page, following = call.paged(list(year.result.leaders))
    items, total = [_leader(leader) for leader in page], len(year.result.leaders)
    return call.response(YearLeaderList(year=year.year, items=items, total=total, next=following))


def _leader(leader: LeaderResult) -> YearLeader:
    return YearLeader(
        leader=leader.leader,
        name=names(leader.zh, leader.en),
        unit=leader.unit,
        role=leader.role,
        post=leader.post,
        score=_points(leader.score),
        grade=leader.grade,
        certainty=leader.certainty,
        lowered_by=list(leader.lowered_by),
        amended=list(leader.amended),
    )


async def list_proposals(call: ApiCall) -> web.Response:
    """Answers with a page of a year's proposals."""
    year, status = await _year(call), call.query.status
    found = [proposal for proposal in year.result.proposals if status in (None, proposal.status)]
    page, following = call.paged(found)
    called = names_of(year.bodies, year.inputs.scheme)
    items = [_proposal(proposal, called) for proposal in page]
    return call.response(
        YearProposalList(year=year.year, items=items, total=len(found), next=following)
    )


def _proposal(proposal: Proposal, called: Names) -> YearProposal:
    decision = proposal.decision
    paper = decision.paper if decision else None
    return YearProposal(
        key=proposal.key,
        rule=proposal.rule,
        kind=proposal.kind,
        subject=proposal.subject,
        discretionary=proposal.discretionary,
        status=proposal.status,
        grounds=[*plain_texts(proposal.grounds, called, "en")],
        decided_by=decision.by if decision else "",
        decided_at=decision.at if decision else "",
        reason=decision.reason if decision else "",
        organ=paper.organ if paper else "",
        document=paper.document if paper else "",
        decided_on=paper.decided_on if paper else "",
        released_by=paper.released_by if paper else "",
    )


async def send_year_xlsx(call: ApiCall) -> web.Response:
    """Answers with the year as a workbook."""
    return await _year_file(call, "xlsx")


async def send_year_zip(call: ApiCall) -> web.Response:
    """Answers with the year as CSV files in an archive."""
    return await _year_file(call, "zip")


async def _year_file(call: ApiCall, form: str) -> web.Response:
    from bot.publication.as_of import year_as_of
    from bot.publication.exports import Audience, year_book

    audience = Audience(call.query.audience)
    if audience is Audience.INTERNAL and not call.may("results:internal"):
        raise RequestRefused(
            403,
            Message("api-scope-missing", scope="results:internal"),
            Place(field="Authorization"),
        )
    timezone = call.service.settings.timezone
    today = call.service.clock.now().astimezone(ZoneInfo(timezone)).date()
    year = await year_as_of(call.service.database, await _year(call), today)
    city = call.service.settings.city
    book = await asyncio.to_thread(year_book, year, audience, timezone, city)
    return await _file(call, book, form, f"minping-{call.path_param('year')}-{audience}")
