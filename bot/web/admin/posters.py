"""The console's page of a campaign's posters, and the codes of its links."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from aiohttp import web

from bot.campaigns.registered import find_registered_campaign
from bot.campaigns.summaries import CampaignSummary, show_campaign
from bot.core.labels import pick
from bot.core.urls import citizen_urls
from bot.web.admin.campaigns import campaign_row
from bot.web.admin.page import Visit, staff_page
from bot.web.shared.app_keys import CHILDREN
from bot.web.shared.downloads import download
from survey_flows.campaign_definition import Link
from survey_flows.errors import BadInput
from survey_flows.messages import Message, render

if TYPE_CHECKING:
    from bot.publication.reports.posters import Counter


@staff_page
async def show_posters(visit: Visit) -> web.Response:
    """Shows the form that makes posters."""
    return await _page(visit)


@staff_page
async def take_posters(visit: Visit) -> web.Response:
    """Returns the posters as a PDF; a refused form keeps what was typed.

    What is wrong with the form is found here. A process of its own draws the posters, by the
    command that a person would type (`bot.service.children`): hundreds of pages take their memory.
    """
    from bot.publication.reports.campaign_posters import PLACES, plan_posters
    from bot.spreadsheets.reader import read_sheet

    campaign, service = visit.path_param("campaign"), visit.service
    file = visit.form.get("file") if visit.form is not None else None
    named = {"zh-Hans": visit.text("counter_zh"), "en": visit.text("counter_en")}
    counters = {lang: words or render(COUNTER, lang) for lang, words in named.items()}
    try:
        sheet = None
        if isinstance(file, web.FileField) and file.filename:
            data = await asyncio.to_thread(file.file.read)
            sheet = await asyncio.to_thread(read_sheet, file.filename, data)
        place = visit.text("place") or PLACES[0]
        plan = await plan_posters(
            service.database,
            service.settings,
            campaign,
            counters if sheet is None else sheet,
            place,
            [visit.text("unit")] if visit.text("unit") else [],
        )
        body = await _drawn(visit, plan.counters, place)
    except BadInput as error:
        return await _page(visit, 422, error.render(visit.lang))
    return download(body, "application/pdf", f"minping-{campaign}-posters.pdf")


async def _drawn(visit: Visit, counters: Sequence[Counter], place: str) -> bytes:
    """Returns the file that the command writes.

    Raises:
        NotNow: as `Children.run`.
    """
    with TemporaryDirectory(prefix="minping-posters-") as folder:
        table, out = Path(folder) / "counters.csv", Path(folder) / "posters.pdf"
        await asyncio.to_thread(_write_table, table, counters)
        words = ("posters", visit.path_param("campaign"), str(table), f"--out={out}")
        await visit.request.app[CHILDREN].run([*words, f"--to={place}"], visit.lang)
        return await asyncio.to_thread(out.read_bytes)


def _write_table(file: Path, counters: Sequence[Counter]) -> None:
    with file.open("w", encoding="utf-8", newline="") as table:
        lines = csv.writer(table)
        lines.writerow(("unit", "counter_zh", "counter_en"))
        lines.writerows((one.unit, one.name["zh-Hans"], one.name["en"]) for one in counters)


COUNTER = Message("admin-poster-counter")
"""What a counter is called where nobody says otherwise."""


@staff_page
async def send_code(visit: Visit) -> web.Response:
    """Sends the code of a link as SVG, where the visitor sees the link."""
    from bot.publication.reports.qr_codes import qr_code

    summary = await show_campaign(visit.service.database, visit.path_param("campaign"))
    link = next((it for it in summary.links if it.token == visit.path_param("link")), None)
    if link is None or not may_see(visit, summary, link):
        raise web.HTTPNotFound
    found = citizen_urls(visit.service.settings, link)
    at = ("web", "telegram").index(visit.path_param("place"))
    if at >= len(found):
        raise web.HTTPNotFound
    drawn = await asyncio.to_thread(qr_code, found[at])
    response = web.Response(body=drawn.encode(), content_type="image/svg+xml", charset="utf-8")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def may_see(visit: Visit, summary: CampaignSummary, link: Link) -> bool:
    """Returns whether a visitor sees a link: with a group's link one can vote in the group."""
    may_hand_out = visit.visitor.may("POST", f"/admin/campaigns/{summary.id}/links")
    return link.source == "open" or may_hand_out


async def _page(visit: Visit, status: int = 200, problem: str = "") -> web.Response:
    from bot.publication.reports.counter_file import FIELDS

    campaign = await find_registered_campaign(visit.service.database, visit.path_param("campaign"))
    summary = await show_campaign(visit.service.database, campaign.id)
    units = [
        (code, pick((it.name["zh-Hans"], it.name.get("en", code)), visit.lang))
        for code, it in campaign.units.items()
    ]
    typed = {name: visit.text(name) for name in ("unit", "place", "counter_zh", "counter_en")}
    return visit.render(
        "posters",
        status=status,
        campaign=campaign_row(summary, visit),
        units=units,
        typed=typed,
        problem=problem,
        fields=FIELDS,
        telegram=bool(visit.service.settings.telegram_name),
        counters={lang: render(COUNTER, lang) for lang in ("zh-Hans", "en")},
    )
