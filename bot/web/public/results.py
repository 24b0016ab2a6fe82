"""The public results: for each published campaign a page, its open data and its bundle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from aggregation.disclosure.disclosed import Count
from aggregation.disclosure.rounding import part_at_least
from bot.campaigns.choice_records import read_choices, told
from bot.campaigns.early_closes import EarlyClose
from bot.campaigns.summaries import CampaignSummary, list_campaigns
from bot.campaigns.titles import file_mark, marked_title, printed_title
from bot.core.labels import label, pick
from bot.fieldwork.audience.invitations import count_responses
from bot.publication.charts.ranking import Ranking, campaign_ranking
from bot.publication.early_publication import marked, units_under_review
from bot.publication.exclusions import REASONS
from bot.publication.exports import Book, campaign_book, csv_archive, csv_files, workbook
from bot.publication.exports.about_page import units_alone
from bot.publication.exports.field_lines import field_lines
from bot.publication.exports.method_page import definitions
from bot.publication.exports.open_data import open_data
from bot.publication.public_account import PublicAccount, read_public_account
from bot.publication.public_release import Publication, read_publications
from bot.publication.public_table import public_years
from bot.storage.database import reading
from bot.verification.bundle import bundle_path
from bot.verification.stand_alone import VERIFIER, stand_alone_verifier
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.attachments import attachment
from bot.web.shared.disclosed_release import DisclosedRelease
from bot.web.shared.downloads import StoredFile
from bot.web.shared.middleware import is_over_limit
from bot.web.shared.result_cache import RESULT_CACHE
from bot.web.shared.templates import accepted_language, render
from survey_flows.messages import render as render_message

MAX_REQUESTS = 1200
"""Requests from one address in an hour; a whole school or office may share one address."""
KINDS = {
    "json": "application/json",
    "csv": "text/csv",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """The number of personal invitations, and a lower bound on the number answered."""

    invited: int
    answered: int

    @property
    def percent(self) -> int:
        """The lower bound on the response rate, in whole percent."""
        return 100 * self.answered // self.invited


async def list_results(request: web.Request) -> web.Response:
    """Shows the published campaigns, the newest first."""
    await _limit_rate(request)
    service, lang = request.app[SERVICE], accepted_language(request)
    public = await read_publications(service.database)
    found = [
        summary
        for summary in reversed(await list_campaigns(service.database))
        if summary.id in public
    ]
    rows = [
        {
            "id": summary.id,
            "pilot": summary.aim.pilot,
            "title": printed_title(summary.title, summary.aim.pilot, _is_void(summary)).text(lang),
            "window": _window(request, *_ends(summary)),
            "planned": _planned(request, summary.early),
            "day": _local(request, public[summary.id].at).strftime("%Y-%m-%d"),
        }
        for summary in found
    ]
    today = _today(request)
    noticed = await public_years(service.database, today)
    years = sorted({*noticed, *(summary.year for summary in found)}, reverse=True)
    return render(
        request,
        "results.html",
        lang,
        rows=rows,
        noticed=noticed,
        accounts=[await _account(request, year) for year in years],
    )


async def _account(request: web.Request, year: int) -> PublicAccount:
    """Returns the public account of a year; it changes once a day, so that no act shows in it."""
    service, today = request.app[SERVICE], _today(request)
    key = ("account", str(year), today.isoformat())
    return await request.app[RESULT_CACHE].cached(
        key, lambda: read_public_account(service.database, year, today)
    )


def _today(request: web.Request) -> date:
    service = request.app[SERVICE]
    return service.clock.now().astimezone(ZoneInfo(service.settings.timezone)).date()


async def show_result(request: web.Request) -> web.Response:
    """Shows one campaign's results with their method, uncertainty and exclusions."""
    public, shown, review = await _public(request)
    lang, campaign = accepted_language(request), shown.scored.campaign
    key = (public.campaign, str(public.number), *review, "ranking", lang)
    ranking = await request.app[RESULT_CACHE].cached(key, _thread(_ranking, shown, lang))
    service, response = request.app[SERVICE], await _response(request, public, shown)
    bundle = bundle_path(service.settings.data, public.campaign, public.number)
    async with reading(service.database) as connection:
        choice = (await read_choices(connection)).get(campaign.id)
    void = choice is not None and choice.void
    return render(
        request,
        "result.html",
        lang,
        campaign=campaign,
        title=printed_title(campaign.title, campaign.aim.pilot, void).text(lang),
        choice=render_message(told(choice), lang) if choice else "",
        review=[_name(shown, code, lang) for code in review],
        window=_window(request, *shown.scored.in_field),
        planned=_planned(request, shown.scored.closed_early),
        day=_local(request, public.at).strftime("%Y-%m-%d"),
        public=public,
        shown=shown,
        ranking=ranking,
        units=len(campaign.units),
        exclusions=_exclusions(shown, lang),
        response=response,
        definitions=[
            (label(term, lang), label(text, lang))
            for key, term, text in definitions(campaign.scheme)
            if key != "response_rate" or response is None
        ]
        + [
            (label(term, lang), label(text, lang))
            for _, term, text in field_lines(shown.scored, partial(_day, request))
        ],
        scheme=campaign.scheme,
        corrected=[
            (_name(shown, code, lang), made) for code, made in shown.release.corrections.items()
        ],
        bundle=await asyncio.to_thread(bundle.exists),
    )


def _ranking(shown: DisclosedRelease, lang: str) -> Ranking:
    """Returns the ranking without shrinkage estimates; those are in the tables."""
    ranking = campaign_ranking(shown.scored, lang)
    panels = [
        replace(panel, marks=tuple(replace(mark, shrunken=None) for mark in panel.marks))
        for panel in ranking.panels
    ]
    return replace(ranking, panels=tuple(panels))


async def _public(
    request: web.Request,
) -> tuple[Publication, DisclosedRelease, tuple[str, ...]]:
    """Returns what is public of a campaign, and the units that bear the mark of a review.

    The mark changes once a day, so that no answer shows in the moment in which it is given.
    """
    await _limit_rate(request)
    service, campaign = request.app[SERVICE], request.match_info["campaign"]
    public = (await read_publications(service.database)).get(campaign)
    if public is None:
        raise web.HTTPNotFound
    cache, today = request.app[RESULT_CACHE], _today(request)
    shown = await cache.release(service, campaign, public.number)
    registered = shown.scored.campaign
    named = (campaign, str(public.number), "review", str(public.at), today.isoformat())
    review = await cache.cached(
        named, lambda: units_under_review(service.database, registered, today)
    )
    if not review:
        return public, shown, ()
    shown = await cache.cached((*named, *review), _thread(_marked, shown, review))
    return public, shown, review


def _marked(shown: DisclosedRelease, review: tuple[str, ...]) -> DisclosedRelease:
    """Returns a release in which units under review bear the mark in their names."""
    scored = replace(shown.scored, campaign=marked(shown.scored.campaign, review))
    return replace(shown, scored=scored)


async def _limit_rate(request: web.Request) -> None:
    if await is_over_limit(request, "results", MAX_REQUESTS):
        raise web.HTTPTooManyRequests


def _thread(work: Callable[..., Any], *arguments: Any) -> Callable[[], Awaitable[Any]]:
    return lambda: asyncio.to_thread(work, *arguments)


def _local(request: web.Request, seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, ZoneInfo(request.app[SERVICE].settings.timezone))


def _window(request: web.Request, opens: int, closes: int) -> tuple[str, str]:
    return _local(request, opens).strftime("%Y-%m-%d"), _local(request, closes - 1).strftime(
        "%Y-%m-%d"
    )


def _is_void(summary: CampaignSummary) -> bool:
    return summary.choice is not None and summary.choice.void


def _ends(summary: CampaignSummary) -> tuple[int, int]:
    """When a campaign opened, and when it really ended."""
    return summary.opens_at, summary.early.at if summary.early else summary.closes_at


def _planned(request: web.Request, early: EarlyClose | None) -> str:
    """The planned last day of a campaign that was closed early."""
    return _local(request, early.planned - 1).strftime("%Y-%m-%d") if early else ""


def _day(request: web.Request, seconds: int) -> str:
    return _local(request, seconds).strftime("%Y-%m-%d")


def _name(shown: DisclosedRelease, code: str, lang: str) -> str:
    name = shown.scored.campaign.units[code].name
    return pick((name["zh-Hans"], name.get("en") or name["zh-Hans"]), lang)


def _exclusions(shown: DisclosedRelease, lang: str) -> list[tuple[str, str, Count]]:
    return [(code, label(REASONS[code], lang), count) for code, count in shown.exclusions.items()]


async def _response(
    request: web.Request, public: Publication, shown: DisclosedRelease
) -> ResponseRate | None:
    """Returns the response rate of personal invitations; None, unknown, when there were none."""
    database, cell = request.app[SERVICE].database, shown.scored.campaign.scheme.min_n.publish_cell

    async def count() -> ResponseRate | None:
        found = await count_responses(database, public.campaign)
        invited = sum(response.invited for response in found)
        answered = sum(
            part_at_least(response.answered, response.invited, cell) or 0 for response in found
        )
        return ResponseRate(invited, answered) if invited else None

    return await request.app[RESULT_CACHE].cached(
        (public.campaign, str(public.number), "response"), count
    )


async def send_data(request: web.Request) -> web.Response:
    """Sends the released figures as JSON, as CSV of the units, as ZIP of all tables, or as XLSX."""
    public, shown, review = await _public(request)
    form = request.match_info["form"]
    response = await _response(request, public, shown)
    settings = request.app[SERVICE].settings

    def make() -> bytes:
        book = campaign_book(shown.scored, settings.timezone, settings.city)
        zone = ZoneInfo(settings.timezone)
        return _written(book, form, _about(public, shown, response, review, book, zone))

    body = await request.app[RESULT_CACHE].cached(
        (public.campaign, str(public.number), *review, form), _thread(make)
    )
    mark = file_mark(shown.scored.campaign.aim.pilot)
    return open_file(request, body, KINDS[form], f"minping-{public.campaign}{mark}.{form}")


def _written(book: Book, form: str, about: dict[str, Any]) -> bytes:
    if form == "json":
        return open_data(book, about)
    if form == "csv":
        return csv_files(units_alone(book))["units.csv"]
    return workbook(book) if form == "xlsx" else csv_archive(book)


def _about(
    public: Publication,
    shown: DisclosedRelease,
    response: ResponseRate | None,
    review: tuple[str, ...],
    book: Book,
    zone: ZoneInfo,
) -> dict[str, Any]:
    campaign = shown.scored.campaign

    def iso(seconds: int) -> str:
        return datetime.fromtimestamp(seconds, zone).isoformat()

    return {
        "sponsor": book.sponsor,
        "issuer": book.issuer,
        "city": book.city,
        "campaign": campaign.id,
        "year": campaign.year,
        "pilot": campaign.aim.pilot,
        "title": marked_title(campaign.title, campaign.aim.pilot),
        "opens_at": iso(shown.scored.in_field[0]),
        "closes_at": iso(shown.scored.in_field[1]),
        "planned_until": iso(campaign.closes_at),
        "published_at": iso(public.at),
        "release": {"number": public.number, "at": iso(shown.release.at)},
        "metric": "public_score",
        "under_review": list(review),
        "response": {"invited": response.invited, "answered_at_least": response.answered}
        if response
        else None,
    }


def open_file(request: web.Request, body: bytes, kind: str, name: str) -> web.Response:
    """Returns a file that other sites' pages may fetch too; 304 when the client has it already."""
    from bot.web.shared.caching import etag_of, not_modified_or

    headers = attachment(name)
    response = not_modified_or(
        request,
        etag_of(body),
        lambda: web.Response(body=body, content_type=kind, charset=_charset(kind), headers=headers),
    )
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _charset(kind: str) -> str | None:
    return "utf-8" if kind in ("text/csv", "application/json") else None


async def send_bundle(request: web.Request) -> web.StreamResponse:
    """Sends the bundle with which anybody can check the result without us."""
    public, shown, _ = await _public(request)
    path = bundle_path(request.app[SERVICE].settings.data, public.campaign, public.number)
    if not await asyncio.to_thread(path.exists):
        raise web.HTTPNotFound
    marked = f"{public.campaign}{file_mark(shown.scored.campaign.aim.pilot)}"
    return StoredFile(path, f"minping-{marked}-bundle.zip")


async def send_verifier(request: web.Request) -> web.StreamResponse:
    """Sends the program that checks the bundle without ours."""
    await _public(request)
    return web.Response(
        body=await asyncio.to_thread(stand_alone_verifier),
        content_type="text/x-python",
        charset="utf-8",
        headers=attachment(VERIFIER),
    )
