"""What checks a closed campaign, as files: the public bundle, and for auditors every ballot opened."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.accounts.audit_log import DONE
from bot.verification.bundle import make_bundle, pack
from bot.web.admin.page import Visit, audit_form, staff_page
from bot.web.shared.downloads import download


@staff_page
async def send_bundle(visit: Visit) -> web.Response:
    """Commitments and totals, for anybody."""
    return await _send(visit, openings=False)


@staff_page
async def send_openings(visit: Visit) -> web.Response:
    """The bundle with every ballot and comment opened; who took it stands in the audit log."""
    response = await _send(visit, openings=True)
    await audit_form(visit.request, visit.visitor, None, DONE)
    return response


async def _send(visit: Visit, openings: bool) -> web.Response:
    campaign = visit.path_param("campaign")
    files = await make_bundle(visit.service.database, campaign, openings)
    name = f"minping-{campaign}-{'openings' if openings else 'bundle'}.zip"
    return download(await asyncio.to_thread(pack, files), "application/zip", name)
