"""Downloads that check a closed campaign or a sealed year, and what auditors alone may open."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.accounts.audit_log import DONE
from bot.accounts.officers import may_open
from bot.campaigns.summaries import show_campaign
from bot.campaigns.titles import file_mark
from bot.publication.year_bundle import make_year_bundle, require_year_grant
from bot.results.releases import read_releases
from bot.verification.bundle import bundle_path, make_bundle, pack
from bot.web.admin.page import Visit, audit_form, staff_page, year_of
from bot.web.shared.downloads import StoredFile, download
from survey_flows.errors import BadInput, Message, Place


@staff_page
async def send_bundle(visit: Visit) -> web.StreamResponse:
    """Sends the bundle of the last release; one that was never saved is made now."""
    service, campaign = visit.service, visit.path_param("campaign")
    releases = await read_releases(service.database, campaign)
    path = bundle_path(service.settings.data, campaign, releases[-1].number if releases else 0)
    if not await asyncio.to_thread(path.exists):
        return await _make(visit, openings=False)
    return StoredFile(path, f"minping-{await _marked(visit, campaign)}-bundle.zip")


@staff_page
async def send_openings(visit: Visit) -> web.Response:
    """Sends the bundle with every ballot and comment opened, to an auditor with a grant for it.

    The audit log records who took it.
    """
    service, campaign = visit.service, visit.path_param("campaign")
    now = int(service.clock.now().timestamp())
    if not await may_open(service.roster, visit.visitor.login, campaign, now):
        raise BadInput(Message("grant-missing"), Place(subject=campaign))
    response = await _make(visit, openings=True)
    await audit_form(visit.request, visit.visitor, None, DONE)
    return response


@staff_page
async def send_year(visit: Visit) -> web.Response:
    """Sends a year's bundle with persons and material, to an auditor with a grant for it.

    The audit log records who took it.
    """
    service, year = visit.service, year_of(visit)
    now = visit.office.now
    login = visit.visitor.login
    await require_year_grant(service.roster, year, int(now.timestamp()), login)
    files = await make_year_bundle(service.database, year, now.date(), auditors=True)
    packed = await asyncio.to_thread(pack, files)
    response = download(packed, "application/zip", f"minping-{year}-auditors.zip")
    await audit_form(visit.request, visit.visitor, None, DONE)
    return response


async def _make(visit: Visit, openings: bool) -> web.Response:
    campaign = visit.path_param("campaign")
    files = await make_bundle(visit.service.database, campaign, openings)
    kind = "openings" if openings else "bundle"
    name = f"minping-{await _marked(visit, campaign)}-{kind}.zip"
    return download(await asyncio.to_thread(pack, files), "application/zip", name)


async def _marked(visit: Visit, campaign: str) -> str:
    """Returns the campaign's name as the names of its files have it."""
    summary = await show_campaign(visit.service.database, campaign)
    return f"{campaign}{file_mark(summary.aim.pilot)}"
