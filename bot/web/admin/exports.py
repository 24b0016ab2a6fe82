"""The console's page of exports: every file with its audience, and publishing results."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import select

from bot.accounts.approvals import DONE
from bot.campaigns.registered import RegisteredCampaign, find_registered_campaign
from bot.campaigns.summaries import CampaignSummary, list_campaigns
from bot.publication.early_publication import EarlyOrder, prepare_early, show_early
from bot.publication.public_release import (
    Publication,
    make_public,
    publication_stop,
    read_publications,
    withdraw_publication,
)
from bot.publication.public_table import public_years
from bot.results.releases import read_releases
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.verification.bundle import bundle_path, request_result_entry, save_bundle
from bot.web.admin.bundle_jobs import BUNDLE_JOBS
from bot.web.admin.campaigns import campaign_row
from bot.web.admin.page import Visit, no_such_button, staff_page
from survey_flows.errors import BadInput, Message, Place

ANYBODY, OFFICE, LEADERS = "anybody", "office", "leaders"
"""Audiences of a file: anybody; the appraisal office; people who decide, for it names persons."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file: the key of its name, its address with ``{}`` for campaign or year, its audience."""

    name: str
    address: str
    audience: str


CLOSED = (
    ExportFile("scores", "/admin/campaigns/{}/export.xlsx", ANYBODY),
    ExportFile("scores", "/admin/campaigns/{}/export.zip", ANYBODY),
    ExportFile("labelled", "/admin/campaigns/{}/export.sav", ANYBODY),
    ExportFile("labelled", "/admin/campaigns/{}/export.parquet", ANYBODY),
    ExportFile("ranking", "/admin/campaigns/{}/ranking.png", ANYBODY),
    ExportFile("ranking", "/admin/campaigns/{}/ranking.svg", ANYBODY),
    ExportFile("ranking", "/admin/campaigns/{}/ranking.pdf", ANYBODY),
)
SAMPLE = ExportFile("sample", "/admin/campaigns/{}/push/sample.json", ANYBODY)
BUNDLE = ExportFile("bundle", "/admin/campaigns/{}/bundle.zip", ANYBODY)
OPEN_DATA = tuple(
    ExportFile("open-data", f"/results/{{}}/data.{form}", ANYBODY)
    for form in ("json", "csv", "zip", "xlsx")
)
YEAR_BUNDLE = ExportFile("year-bundle", "/results/years/{}/bundle.zip", ANYBODY)
YEAR = (
    ExportFile("year-public", "/admin/years/{}/export.xlsx?audience=public", ANYBODY),
    ExportFile("year-public", "/admin/years/{}/export.zip?audience=public", ANYBODY),
    ExportFile("year-labelled", "/admin/years/{}/export.sav?audience=public", ANYBODY),
    ExportFile("year-labelled", "/admin/years/{}/export.parquet?audience=public", ANYBODY),
    ExportFile("year-internal", "/admin/years/{}/export.xlsx?audience=internal", LEADERS),
    ExportFile("year-internal", "/admin/years/{}/export.zip?audience=internal", LEADERS),
    ExportFile("circular-public", "/admin/years/{}/circular.pdf?audience=public", ANYBODY),
    ExportFile("circular-public", "/admin/years/{}/circular.html?audience=public", ANYBODY),
    ExportFile("circular-internal", "/admin/years/{}/circular.pdf?audience=internal", LEADERS),
    ExportFile("circular-internal", "/admin/years/{}/circular.html?audience=internal", LEADERS),
    ExportFile("year-ranking", "/admin/years/{}/ranking.png", OFFICE),
    ExportFile("year-ranking", "/admin/years/{}/ranking.svg", OFFICE),
    ExportFile("year-ranking", "/admin/years/{}/ranking.pdf", OFFICE),
)


@staff_page
async def show_exports(visit: Visit) -> web.Response:
    """Shows the files of closed campaigns and of their years."""
    found = list(reversed(await list_campaigns(visit.service.database)))
    public = await read_publications(visit.service.database)
    closed = [summary for summary in found if summary.state == "closed"]
    campaigns = [await _campaign(visit, summary, public.get(summary.id)) for summary in closed]
    appraised = {summary.year for summary in closed if not summary.aim.pilot}
    noticed = await public_years(visit.service.database, visit.today)
    years = {
        year: _addressed((*YEAR, *([YEAR_BUNDLE] if year in noticed else [])), str(year))
        for year in sorted(appraised, reverse=True)
    }
    return visit.render("exports", campaigns=campaigns, years=years)


async def _campaign(
    visit: Visit, summary: CampaignSummary, public: Publication | None
) -> dict[str, object]:
    releases = await read_releases(visit.service.database, summary.id)
    newest, making = releases[-1].number if releases else 0, visit.request.app[BUNDLE_JOBS]
    bundled = await _bundled(visit, summary.id, newest)
    registered = await find_registered_campaign(visit.service.database, summary.id)
    stop = await publication_stop(visit.service.database, registered, visit.today)
    early = await show_early(visit.service.database, registered, visit.today) if stop else None
    files = [
        *CLOSED,
        *([BUNDLE] if bundled else []),
        *([SAMPLE] if await _is_drawn(visit, summary.id) else []),
    ]
    return {
        "campaign": campaign_row(summary, visit),
        "files": _addressed([*files, *(OPEN_DATA if public else ())], summary.id),
        "public": public,
        "day": _day(visit, public.at) if public else "",
        "newest": newest,
        "stop": stop.render(visit.lang) if stop else "",
        "early": early,
        "bundled": bundled,
        "making": summary.id in making.tasks,
        "failed": failed.render(visit.lang) if (failed := making.failed.get(summary.id)) else None,
    }


def _addressed(
    files: list[ExportFile] | tuple[ExportFile, ...], name: str
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Returns form and address of each file, by name and audience."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for file in files:
        address = file.address.format(name)
        form = address.split("?")[0].rpartition(".")[2].upper()
        found.setdefault((file.name, file.audience), []).append((form, address))
    return found


def _day(visit: Visit, seconds: int) -> str:
    return datetime.fromtimestamp(seconds, ZoneInfo(visit.service.settings.timezone)).strftime(
        "%Y-%m-%d"
    )


async def _bundled(visit: Visit, campaign: str, number: int) -> bool:
    path = bundle_path(visit.service.settings.data, campaign, number)
    return await asyncio.to_thread(path.exists)


async def _is_drawn(visit: Visit, campaign: str) -> bool:
    columns = tables.frames.c
    query = select(columns.number).where(columns.campaign == campaign, columns.drawn).limit(1)
    async with reading(visit.service.database) as connection:
        return (await connection.execute(query)).first() is not None


@staff_page
async def take_publish(visit: Visit) -> web.Response:
    """Publishes the last release, withdraws it, or makes its bundle."""
    act = visit.text("act")
    campaign = await find_registered_campaign(visit.service.database, visit.path_param("campaign"))
    if act == "withdraw":
        await withdraw_publication(visit.service.database, campaign.id)
        return visit.redirect("/admin/exports", "withdrawn")
    if act == "bundle":
        _begin_bundle(visit, campaign)
        return visit.redirect("/admin/exports")
    if act == "publish-early":
        return await _publish_early(visit, campaign)
    if act != "publish":
        raise no_such_button(act)
    if visit.text("sure") != "yes":
        raise BadInput(Message("admin-confirm-publication"), Place(subject=campaign.id))
    service = visit.service
    if (await service.approvals.profile()).needs_two:
        waits = await request_result_entry(
            service.database, campaign.id, service.approvals, visit.visitor.login
        )
        if waits is not None:
            return visit.redirect("/admin/exports", "prepared")
    release = visit.text("release")
    seen = int(release) if release.isdecimal() else 0
    by, zone = visit.visitor.login, service.settings.timezone
    await make_public(service.database, campaign, by, service.clock, zone, seen)
    _begin_bundle(visit, campaign)
    return visit.redirect("/admin/exports", "published")


async def _publish_early(visit: Visit, campaign: RegisteredCampaign) -> web.Response:
    order = EarlyOrder(*(visit.text(name) for name in ("reason", "typed", "seen")))
    release, service = visit.text("release"), visit.service
    seen = int(release) if release.isdecimal() else 0
    given = (service.database, service.approvals, campaign, order, visit.office, seen)
    if (await prepare_early(*given)).state != DONE:
        return visit.redirect("/admin/approvals", "prepared")
    _begin_bundle(visit, campaign)
    return visit.redirect("/admin/exports", "published")


def _begin_bundle(visit: Visit, campaign: RegisteredCampaign) -> None:
    service, login = visit.service, visit.visitor.login

    async def make() -> None:
        if await request_result_entry(service.database, campaign.id, service.approvals, login):
            raise BadInput(Message("approval-result-waits"), Place(subject=campaign.id))
        await service.mixer.turn()
        number = (await read_releases(service.database, campaign.id))[-1].number
        await save_bundle(service.database, service.settings.data, campaign.id, number)

    visit.request.app[BUNDLE_JOBS].begin(campaign.id, make)
