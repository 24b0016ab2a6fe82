"""The console's downloads of a year's reports: the circular, and a unit's evidence page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from bot.publication.exports import Audience
from bot.publication.reports.circular import circular_document
from bot.publication.reports.document_model import Document
from bot.publication.reports.evidence import evidence_page
from bot.publication.reports.html import to_html
from bot.publication.reports.material import report_material
from bot.publication.reports.pdf import to_pdf
from bot.web.admin.page import Visit, staff_page, year_of
from bot.web.shared.downloads import report_file

DRAW: dict[str, Callable[[Document], bytes]] = {"pdf": to_pdf, "html": to_html}


@staff_page
async def send_circular(visit: Visit) -> web.Response:
    """Sends the year's circular; with ``?audience=internal`` it names leaders."""
    material = await report_material(visit.service.database, await visit.year_as_of())
    audience, zone = _audience(visit), visit.service.settings.timezone

    def make() -> bytes:
        return DRAW[visit.path_param("form")](
            circular_document(material, audience, visit.lang, zone)
        )

    return report_file(
        await asyncio.to_thread(make), visit.path_param("form"), f"minping-circular-{_tail(visit)}"
    )


@staff_page
async def send_evidence(visit: Visit) -> web.Response:
    """Sends a unit's evidence page."""
    material = await report_material(visit.service.database, await visit.year_as_of())
    audience, zone, unit = (
        _audience(visit),
        visit.service.settings.timezone,
        visit.path_param("unit"),
    )

    def make() -> bytes:
        return DRAW[visit.path_param("form")](
            evidence_page(material, unit, audience, visit.lang, zone)
        )

    return report_file(
        await asyncio.to_thread(make),
        visit.path_param("form"),
        f"minping-evidence-{unit}-{_tail(visit)}",
    )


def _audience(visit: Visit) -> Audience:
    return Audience.INTERNAL if visit.query("audience") == Audience.INTERNAL else Audience.PUBLIC


def _tail(visit: Visit) -> str:
    return f"{year_of(visit)}-{visit.lang[:2]}-{_audience(visit)}"
