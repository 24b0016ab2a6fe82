"""The console's page of the audit log."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import select

from bot.accounts.acts import describe_act
from bot.accounts.audit_anchors import read_anchors
from bot.accounts.audit_log import AuditRecord, read_records
from bot.accounts.roles import AUDITOR
from bot.storage.database import reading
from bot.storage.schema.accounts import grants
from bot.web.admin.page import Visit, staff_page
from bot.web.shared.dates import told_day

PAGE = 50
FILTERS = ("login", "about", "from", "to", "undone")
PLACES = (
    (re.compile(r"/admin/campaigns/\{campaign\}"), "/admin/campaigns/{}"),
    (re.compile(r"/admin/(?:review|cases)/\{case\}"), "/admin/cases/{}"),
    (re.compile(r"/admin/appeals/\{appeal"), "/admin/appeals/{}"),
    (re.compile(r"/admin/people/\{login\}"), "/admin/people/{}"),
    (re.compile(r"/admin/years/\{year"), "/admin/years/{}"),
    (re.compile(r"campaign "), "/admin/campaigns/{}"),
)
"""The page of an act's object, by the form or command that did it."""


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A record in words; ``link`` leads to its object, where the visitor may open it."""

    number: int
    at: str
    who: str
    role: str
    act: str
    link: str
    outcome: str


@staff_page
async def show_audit(visit: Visit) -> web.Response:
    """Shows a page of records by day, the newest first, of what the address asks for."""
    asked = {name: visit.query(name)[:80] for name in FILTERS}
    before = visit.query("before")
    zone = ZoneInfo(visit.service.settings.timezone)
    records = await read_records(
        visit.service.database,
        asked["login"],
        since=_second(asked["from"], zone),
        most=PAGE + 1,
        before=int(before) if before.isdecimal() and len(before) < 16 else 0,
        about=asked["about"],
        until=_second(asked["to"], zone, days=1),
        undone=asked["undone"] == "yes",
    )
    shown = [(_local(record, zone), _shown(record, visit, zone)) for record in records[:PAGE]]
    days = [
        (told_day(day, visit.lang, visit.today.year), [row for _, row in rows])
        for day, rows in groupby(shown, key=lambda pair: pair[0].date())
    ]
    kept = {name: value for name, value in asked.items() if value}
    older = urlencode(kept | {"before": records[PAGE - 1].number}) if len(records) > PAGE else ""
    return visit.render(
        "audit",
        days=days,
        asked=asked,
        filtered=bool(kept),
        older=older,
        **await read_chain(visit),
    )


def _local(record: AuditRecord, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(record.at, zone)


def _second(text: str, zone: ZoneInfo, days: int = 0) -> int:
    """Returns the first second of an ISO day, or of one some days later; 0 for no day."""
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
        return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
    except (ValueError, OverflowError):
        return 0


def _shown(record: AuditRecord, visit: Visit, zone: ZoneInfo) -> ShownRecord:
    link = object_page(record)
    return ShownRecord(
        record.number,
        f"{_local(record, zone):%H:%M:%S}",
        record.who or "–",
        record.role,
        describe_act(record, visit.lang),
        link if link and visit.visitor.may("GET", link) else "",
        record.outcome,
    )


def object_page(record: AuditRecord) -> str:
    """Returns the address of the page of what an act was about; empty where there is none."""
    name = record.what.partition(" ")[0].partition("/")[0]
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,79}", name, re.ASCII):
        return ""
    return next((page.format(name) for form, page in PLACES if form.match(record.act)), "")


async def read_chain(visit: Visit) -> Mapping[str, Any]:
    """Returns what the public log holds of the audit log, and an auditor's grants that hold."""
    zone = ZoneInfo(visit.service.settings.timezone)
    now = int(visit.service.clock.now().timestamp())
    query = select(grants.c.campaign, grants.c.ends).where(
        grants.c.auditor == visit.visitor.login, grants.c.begins <= now, grants.c.ends > now
    )
    async with reading(visit.service.database) as connection:
        anchors = await read_anchors(connection, visit.service.desk, newest=True)
        granted = (await connection.execute(query.order_by(grants.c.ends))).all()

    def moment(at: int) -> str:
        then = datetime.fromtimestamp(at, zone)
        return f"{told_day(then.date(), visit.lang, visit.today.year)} {then:%H:%M}"

    return {
        "anchor": (anchors[-1].rows, moment(anchors[-1].at)) if anchors else None,
        "grants": [(row.campaign, moment(row.ends)) for row in granted],
        "auditor": visit.visitor.role == AUDITOR,
    }
