"""The console's page of the audit log."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.accounts.acts import describe_act
from bot.accounts.audit_log import read_records
from bot.web.admin.page import Visit, staff_page

PAGE = 50


@staff_page
async def show_audit(visit: Visit) -> web.Response:
    """Shows a page of records, the newest first; with ``?login=`` those of one person."""
    login, before = visit.query("login")[:80], visit.query("before")
    number = int(before) if before.isdecimal() and len(before) < 16 else 0
    records = await read_records(visit.service.database, login, most=PAGE + 1, before=number)
    zone = ZoneInfo(visit.service.settings.timezone)
    rows = [
        (
            record,
            describe_act(record, visit.lang),
            datetime.fromtimestamp(record.at, zone).strftime("%Y-%m-%d %H:%M:%S"),
        )
        for record in records[:PAGE]
    ]
    return visit.render(
        "audit",
        rows=rows,
        login=login,
        older=records[PAGE - 1].number if len(records) > PAGE else 0,
    )
