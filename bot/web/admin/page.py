"""What each administrator's page begins with: who is there, may they do this, in which language."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.accounts.audit_log import DONE as ACT_DONE
from bot.accounts.audit_log import FAILED, REFUSED, AuditRecord, append_record
from bot.accounts.roles import RIGHTS
from bot.appraisal.year import AppraisedYear
from bot.service.composition import Service
from bot.web.admin.sessions import Visitor, knows_csrf, read_visitor
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.error_translation import told
from bot.web.shared.middleware import Form, close_files, read_form
from bot.web.shared.result_cache import RESULT_CACHE
from bot.web.shared.templates import render
from survey_flows.errors import BadInput

BUTTONS = ("act", "verdict", "kind")
"""Fields of forms that say which button was pressed, or which table is meant; the rest is what people typed."""
WORD = re.compile(r"[a-z_-]{1,20}")
MOST_BYTES = 8 * 1024 * 1024
DONE = frozenset(
    {"opened", "closed", "linked", "decided", "imported", "checked", "password", "graded"}
)
DONE |= {
    "sessions",
    "factor-off",
    "settings",
    "person-changed",
    "person-disabled",
    "person-enabled",
    "person-factor",
}
DONE |= {"paused", "resumed"} | {
    "planned",
    "invited",
    "pushed",
    "push-pause",
    "push-resume",
    "push-cancel",
}
DONE |= {f"mend-{act}" for act in ("say", "assigned", "planned", "fixed", "closed", "reopened")}
DONE |= {"notice", "received", "appeal-assign", "appeal-answer", "appeal-again", "appeal-correct"}
DONE |= {"revoked", "published", "withdrawn"}
DONE |= {"quotas", "drafted", "discarded"}
ROOMS = (
    ("/admin", "admin-overview"),
    ("/admin/exports", "exports-title"),
    ("/admin/contacts", "contacts-title"),
    ("/admin/appeals", "appeals-title"),
    ("/admin/shortcomings", "mend-title"),
    ("/admin/themes", "themes-title"),
    ("/admin/review", "review"),
    ("/admin/audit", "audit-title"),
    ("/admin/tokens", "tokens-title"),
    ("/admin/people", "people-title"),
    ("/admin/settings", "settings-title"),
)
"""What every page leads to, as far as its reader may look at it: the address and the sentence's key."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a signed-in person; ``form`` is empty but for a POST."""

    request: web.Request
    service: Service
    visitor: Visitor
    form: Form | None = None

    def text(self, name: str) -> str:
        """A field of the form, without outer white space; empty when it is missing."""
        value = self.form.get(name) if self.form is not None else None
        # PostgreSQL keeps no NUL.
        return value.replace("\x00", "").strip() if isinstance(value, str) else ""

    def secret(self, name: str) -> str:
        """A password in the form, exactly as it was typed."""
        value = self.form.get(name) if self.form is not None else None
        return value if isinstance(value, str) else ""

    def query(self, name: str) -> str:
        """A parameter of the address."""
        return self.request.query.get(name, "").strip()

    def path_param(self, name: str) -> str:
        """A part of the path."""
        return self.request.match_info[name]

    @property
    def lang(self) -> str:
        """The language that this person reads."""
        return self.visitor.lang or "zh-Hans"

    @property
    def today(self) -> date:
        """The present day in the city."""
        return self.service.clock.now().astimezone(ZoneInfo(self.service.settings.timezone)).date()

    async def year(self) -> AppraisedYear:
        """The year that the path names."""
        return await self.request.app[RESULT_CACHE].year(self.service, year_of(self))

    def render(self, template: str, *, status: int = 200, **context: Any) -> web.Response:
        """A page."""
        done = self.query("done")
        context |= {
            "visitor": self.visitor,
            "done": done if done in DONE else "",
            "path": self.request.path,
        }
        context |= {"rooms": ROOMS}
        return render(
            self.request, f"admin_{template}.html", self.visitor.lang, status=status, **context
        )

    def clear_result_cache(self) -> None:
        """Let the next page be appraised anew, because something was changed."""
        self.request.app[RESULT_CACHE].clear()

    def redirect(self, path: str, done: str = "") -> web.Response:
        """Lead to a page after something was done."""
        self.clear_result_cache()
        location = f"{path}{'&' if '?' in path else '?'}done={done}" if done else path
        return web.Response(status=303, headers={"Location": location})


Page = Callable[[Visit], Awaitable[web.StreamResponse]]


def year_of(visit: Visit) -> int:
    """The year in the path."""
    return int(visit.path_param("year"))


def staff_page(page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A page for who is signed in and may (`bot.accounts.roles`); others are led to the sign-in.

    A request that cannot be met (`BadInput`) gets a page with its sentence; nothing was stored then.
    """

    @wraps(page)
    async def guarded(request: web.Request) -> web.StreamResponse:
        service = request.app[SERVICE]
        visitor = await read_visitor(request, service)
        if visitor is None:
            return web.Response(status=303, headers={"Location": "/admin/sign-in"})
        if visitor.required_page and request.path not in (visitor.required_page, "/admin/sign-out"):
            return web.Response(status=303, headers={"Location": visitor.required_page})
        if request.method != "POST":
            if not visitor.may("GET", request.path):
                return _elsewhere(visitor, request)
            return await page_or_error(page, Visit(request, service, visitor))
        form = await read_form(request, MOST_BYTES)
        try:
            if not (knows_csrf(visitor, form.get("csrf")) and visitor.may("POST", request.path)):
                await audit_form(request, visitor, form, REFUSED)
                raise web.HTTPForbidden
            return await _acted(page, Visit(request, service, visitor, form))
        finally:
            close_files(form)

    return guarded


async def _acted(page: Page, visit: Visit) -> web.StreamResponse:
    """Do what a form asks for, and note what came of it."""
    outcome = FAILED
    try:
        response = await page_or_error(page, visit)
        outcome = ACT_DONE if response.status < 400 else REFUSED
    except web.HTTPException:
        outcome = REFUSED
        raise
    finally:
        await audit_form(visit.request, visit.visitor, visit.form, outcome)
    return response


async def audit_form(
    request: web.Request, visitor: Visitor, form: Form | None, outcome: str
) -> None:
    """Note a form that was sent: where to, which of its buttons, and about what; nothing that was typed."""
    route = request.match_info.route.resource
    where = route.canonical if route else request.path
    button = next(
        (str(form[name]) for name in BUTTONS if form and isinstance(form.get(name), str)), ""
    )
    act = " ".join(filter(None, (where, button if WORD.fullmatch(button) else "")))
    what = " ".join(request.match_info.values())
    service = request.app[SERVICE]
    await append_record(
        service.database,
        AuditRecord(visitor.login, visitor.role, act, what, outcome),
        service.clock,
    )


async def page_or_error(page: Page, visit: Visit) -> web.StreamResponse:
    """The page, or the sentence that says why not."""
    try:
        return await page(visit)
    except BadInput as error:
        return visit.render(
            "refused", status=409 if visit.form is None else 422, said=told(error, visit.lang)
        )


def _elsewhere(visitor: Visitor, request: web.Request) -> web.Response:
    """To the person's own first page, if they opened everybody's."""
    home = RIGHTS[visitor.role].home
    if request.path.rstrip("/") != "/admin" or home == "/admin":
        raise web.HTTPForbidden
    return web.Response(status=303, headers={"Location": home})
