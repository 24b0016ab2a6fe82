"""The console's page of what waits for a second person's signature."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from aggregation.appraisal.corrections import Correction
from bot.accounts.approvals import APPROVED, Approval
from bot.accounts.officers import LONGEST_GRANT
from bot.accounts.profiles import PROFILES
from bot.accounts.roles import ADMINISTRATOR, AUDITOR
from bot.accounts.staff import list_accounts
from bot.appraisal.plain_form import read_plain
from bot.appraisal.standing_years import read_shown_year
from bot.appraisal.year_bundle_format import year_name
from bot.campaigns.summaries import list_campaigns
from bot.records.seals import sealed_years
from bot.storage.database import reading
from bot.web.admin.appeals import correction_words, read_names
from bot.web.admin.page import Visit, no_such_button, staff_page
from survey_flows.errors import BadInput, Message, Place

PATH = "/admin/approvals"
SAID = (
    *("was", "role", "unit", "missing", "reason", "days", "totals", "profile", "places"),
    *("organ", "document", "decided_on", "digest", "appeal", "file", "told"),
    *("form", "kind", "purpose", "fingerprint"),
)
"""What is shown of a prepared thing; never a password's hash."""


@staff_page
async def show_approvals(visit: Visit) -> web.Response:
    """Shows what waits, the profile, and for administrators the forms of grants and profile."""
    service = visit.service
    rows = [await _row(visit, one) for one in await service.approvals.list()]
    # What waits for this person's signature comes first.
    rows.sort(key=lambda row: not row["mine"])
    profile = await service.approvals.profile()
    forms: dict[str, Any] = {}
    if visit.visitor.role == ADMINISTRATOR:
        accounts = await list_accounts(service.database)
        forms = {
            "auditors": [one.login for one in accounts if one.role == AUDITOR and not one.disabled],
            "closed": [one.id for one in await list_campaigns(service.database)],
            "years": [(year_name(year), year) for year in await _sealed_years(visit)],
            "longest": LONGEST_GRANT,
            "profiles": PROFILES,
        }
    return visit.render(
        "approvals",
        rows=rows,
        profile=profile,
        since=_moment(visit, profile.since) if profile.since else "",
        forms=forms,
        **await banner(visit),
    )


async def _sealed_years(visit: Visit) -> list[int]:
    async with reading(visit.service.database) as connection:
        return await sealed_years(connection)


async def _row(visit: Visit, one: Approval) -> dict[str, Any]:
    approvals, login = visit.service.approvals, visit.visitor.login
    return {
        "it": one,
        "mine": await approvals.may_sign(one, login),
        "own": one.prepared_by == login,
        "waits": one.state == APPROVED,
        "until": _moment(visit, one.due) if one.due else "",
        "at": _moment(visit, one.prepared_at),
        "said": await _put_right(visit, one)
        | {name: one.details[name] for name in SAID if one.details.get(name)},
    }


async def _put_right(visit: Visit, one: Approval) -> dict[str, str]:
    """Returns whom an amendment is about and what of the material it puts right, in words."""
    given = one.details.get("corrections")
    if not given:
        return {}
    corrections: tuple[Correction, ...] = read_plain(given, tuple[Correction, ...])
    async with reading(visit.service.database) as connection:
        names = await read_names(connection, one.details["year"], visit.lang)
        await read_shown_year(connection, one.details["year"])
    lines = (
        f"{names.get(it.subject, it.subject)} · {correction_words(visit, it, names)}"
        for it in corrections
    )
    return {"put_right": "\n".join(lines)}


async def banner(visit: Visit) -> dict[str, Any]:
    """Returns what every officer is told: appointments and grants that hold from a day on."""
    waiting = await visit.service.approvals.list((APPROVED,))
    return {
        "coming": [
            {"kind": one.kind, "subject": one.subject, "until": _moment(visit, one.due)}
            for one in waiting
        ]
    }


@staff_page
async def take_signature(visit: Visit) -> web.Response:
    """Approves, refuses or waives, as the pressed button says."""
    number, act = int(visit.path_param("approval")), visit.text("act")
    approvals, login = visit.service.approvals, visit.visitor.login
    if act == "approve":
        await approvals.approve(number, login, visit.text("seen"))
        await visit.service.mixer.turn()
        return visit.redirect(PATH, "approved")
    if act == "refuse":
        await approvals.refuse(number, login)
        return visit.redirect(PATH, "refused")
    if act == "waive":
        await approvals.waive(number, login)
        return visit.redirect(PATH, "waived")
    raise no_such_button(act)


@staff_page
async def take_new(visit: Visit) -> web.Response:
    """Prepares a grant or another profile."""
    act, by, officers = visit.text("act"), visit.visitor.login, visit.service.officers
    if act == "grant":
        days = visit.text("days")
        if not (days.isascii() and days.isdigit() and len(days) < 4):
            raise BadInput(Message("grant-days", most=LONGEST_GRANT), Place(field="days"))
        made = await officers.grant(visit.text("auditor"), visit.text("campaign"), int(days), by)
        return visit.redirect(PATH, "granted" if made.state == "done" else "prepared")
    if act == "profile":
        made = await officers.set_profile(visit.text("profile"), by)
        return visit.redirect(PATH, "profile" if made.state == "done" else "prepared")
    raise no_such_button(act)


def _moment(visit: Visit, at: int) -> str:
    zone = ZoneInfo(visit.service.settings.timezone)
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M")
