"""The pipeline of every console page: identify, authorise, check the form, answer, record."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from yarl import URL

from bot.accounts.audit_log import DONE as ACT_DONE
from bot.accounts.audit_log import FAILED, REFUSED, AuditRecord, append_record
from bot.accounts.roles import RIGHTS, roles_that_may
from bot.appraisal.year import AppraisedYear
from bot.core.checked_input import refuse_forbidden
from bot.core.identity import Office
from bot.service.composition import Service
from bot.web.admin.frame import Frame, read_frame
from bot.web.admin.menu import menu_of
from bot.web.admin.refilled import refilled
from bot.web.admin.sessions import Visitor, knows_csrf, read_visitor
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.middleware import Form, close_files, read_form
from bot.web.shared.result_cache import RESULT_CACHE
from bot.web.shared.templates import render, render_text
from survey_flows.errors import BadInput, Message, Place
from survey_flows.messages import render as say
from survey_flows.readers import word_for

BUTTONS = ("act", "verdict", "kind")
"""Fields of forms that name a button or a table; other fields hold what people typed."""
WORD = re.compile(r"[a-z_-]{1,20}")
OBJECTS = {"decisions": "proposal", "grades": "unit", "appeals": "subject", "letters": "whose"}
OBJECTS |= {"amendments": "subject", "reports": "kind", "templates": "account"}
"""The field that names by its code what an act is about, by the end of the form's address."""
CODE = re.compile(r"[\w.:/-]{1,100}", re.ASCII)
MAX_BYTES = 8 * 1024 * 1024
DONE = frozenset(
    {"opened", "closed", "linked", "voted", "decided", "imported", "checked", "password", "graded"}
)
DONE |= {
    "sessions",
    "factor-off",
    "organiser",
    "backup",
    "settings",
    "person-changed",
    "person-disabled",
    "person-enabled",
    "person-factor",
}
DONE |= {"paused", "resumed"} | {
    "planned",
    "handout-allowed",
    "handout-dropped",
    "handout-returns",
    "invited",
    "pushed",
    "push-pause",
    "push-resume",
    "push-cancel",
    "template-written",
    "template-turned",
}
DONE |= {f"request-{act}" for act in ("say", "assigned", "planned", "fixed", "closed", "reopened")}
DONE |= {"notice", "received", "appeal-assign", "appeal-answer", "appeal-again", "appeal-correct"}
DONE |= {"appeal-withdrawn", "appeal-cause"}
DONE |= {"sealed", "seal-lifted", "material-closed", "report-none", "report-take-back"}
DONE |= {"recusal", "amended", "executed"}
DONE |= {"acknowledged", "ordered", "delivered"}
DONE |= {"prepared", "approved", "refused", "waived", "granted", "profile"}
DONE |= {"revoked", "published", "withdrawn"}
DONE |= {"scanning", "released", "release-same", "reopened"}
DONE |= {"quotas", "targets", "drafted", "discarded", "chosen"}
APPEAL_DONE = {"again": "appeal-again", "withdrawn": "appeal-withdrawn", "challenged": "recusal"}
"""What is said once a request is appealed about or taken back."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a signed-in person; only a POST has a ``form``."""

    request: web.Request
    service: Service
    visitor: Visitor
    frame: Frame
    form: Form | None = None

    def text(self, name: str) -> str:
        """Returns a field of the form without outer white space; empty when it is missing.

        Raises:
            BadInput: it holds a character that no stored text may hold.
        """
        value = self.form.get(name) if self.form is not None else None
        # PostgreSQL keeps no NUL.
        text = value.replace("\x00", "").strip() if isinstance(value, str) else ""
        refuse_forbidden({name: text})
        return text

    def secret(self, name: str) -> str:
        """Returns a password in the form exactly as it was typed."""
        value = self.form.get(name) if self.form is not None else None
        return value if isinstance(value, str) else ""

    def query(self, name: str) -> str:
        """Returns a parameter of the address."""
        return self.request.query.get(name, "").strip()

    def path_param(self, name: str) -> str:
        """Returns a part of the path."""
        return self.request.match_info[name]

    @property
    def lang(self) -> str:
        """The language of the visitor's pages."""
        return self.visitor.lang or "zh-Hans"

    @property
    def today(self) -> date:
        """Today's date in the city."""
        return self.office.today

    @property
    def office(self) -> Office:
        """The visitor as the official who acts."""
        return Office(self.visitor.login, self.service.clock, self.service.settings.timezone)

    async def year(self) -> AppraisedYear:
        """Returns the results of the year that the path names."""
        return await self.appraised(year_of(self))

    async def appraised(self, year: int) -> AppraisedYear:
        """Returns the results of a year; raises as `bot.appraisal.year.open_year`."""
        return await self.request.app[RESULT_CACHE].year(self.service, year)

    async def year_as_of(self) -> AppraisedYear:
        """Returns these results as a file tells them: with what is still open today."""
        from bot.publication.as_of import year_as_of

        return await year_as_of(self.service.database, await self.year(), self.today)

    def render(self, template: str, *, status: int = 200, **context: Any) -> web.Response:
        """Returns a page of the console."""
        done = self.query("done")
        context |= {
            "visitor": self.visitor,
            "done": done if done in DONE else "",
            "path": self.request.path,
        }
        frame = self.frame
        menu = menu_of(lambda page: self.visitor.may("GET", page), self.request.path, frame)
        context |= {"frame": frame, "menu": menu}
        return render(
            self.request, f"admin_{template}.html", self.visitor.lang, status=status, **context
        )

    def clear_result_cache(self) -> None:
        """Has the next page compute its results anew, because something was changed."""
        self.request.app[RESULT_CACHE].clear()

    def redirect(self, path: str, done: str = "") -> web.Response:
        """Redirects to a page after an act; ``done`` is the key of its confirmation."""
        self.clear_result_cache()
        location = f"{path}{'&' if '?' in path else '?'}done={done}" if done else path
        return web.Response(status=303, headers={"Location": location})


def no_such_button(act: str) -> BadInput:
    """Returns the error for a form whose button the page does not have."""
    return BadInput(Message("admin-no-such-button"), Place(subject=act[:20]))


Page = Callable[[Visit], Awaitable[web.StreamResponse]]


def year_of(visit: Visit) -> int:
    """Returns the year in the path."""
    return int(visit.path_param("year"))


def staff_page(page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Wraps a page: only a visitor whose role may see it does (`bot.accounts.roles`).

    A visitor who is not signed in is redirected to the sign-in. A request that cannot be met
    (`BadInput`) gets a page with its sentence; nothing was stored then.
    """

    @wraps(page)
    async def guarded(request: web.Request) -> web.StreamResponse:
        word_for("console")
        service = request.app[SERVICE]
        visitor = await read_visitor(request, service)
        if visitor is None:
            return web.Response(status=303, headers={"Location": "/admin/sign-in"})
        if visitor.required_page and request.path not in (visitor.required_page, "/admin/sign-out"):
            return web.Response(status=303, headers={"Location": visitor.required_page})
        if request.method != "POST":
            if not visitor.may("GET", request.path):
                return _home_or_forbidden(await open_visit(request, service, visitor))
            return await page_or_error(page, await open_visit(request, service, visitor))
        around = await _page_of_form(request)
        form = await read_form(request, MAX_BYTES, files=True)
        try:
            if not (knows_csrf(visitor, form.get("csrf")) and visitor.may("POST", request.path)):
                await audit_form(request, visitor, form, REFUSED)
                raise web.HTTPForbidden
            answer = await _acted(page, await open_visit(request, service, visitor, form))
            return await _shown_again(answer, around, form)
        finally:
            close_files(form)

    return guarded


class Refused(web.Response):
    """The page of a refusal, whose sentence the form's own page can say as well."""

    said = lang = path = ""


async def _page_of_form(request: web.Request) -> web.Request | None:
    """Returns the request of the page on which a form stands, as the browser names it.

    It is made before the form is read: a request that was read cannot be copied.
    """
    came = urlsplit(request.headers.get("Referer", ""))
    if not came.path.startswith("/admin"):
        return None
    url = URL.build(path=came.path, query_string=came.query).without_query_params("done")
    again = request.clone(method="GET", rel_url=url)
    found = await request.app.router.resolve(again)
    if found.http_exception is not None:
        return None
    found.add_app(request.app)
    found.freeze()
    again._match_info = found  # as aiohttp does with each request
    return again


async def _shown_again(
    answer: web.StreamResponse, around: web.Request | None, form: Form
) -> web.StreamResponse:
    """Returns a refused form's own page with what was typed, where it can be shown."""
    if not isinstance(answer, Refused) or around is None:
        return answer
    page = await around.match_info.handler(around)
    if not isinstance(page, web.Response) or page.status != 200 or page.text is None:
        return answer
    alert = render_text(around, "admin_refused_form.html", answer.lang, said=answer.said)
    text = refilled(page.text, answer.path, form, alert)
    if text is None:
        return answer
    return web.Response(text=text, status=answer.status, content_type="text/html")


async def open_visit(
    request: web.Request, service: Service, visitor: Visitor, form: Form | None = None
) -> Visit:
    """Returns the request of a signed-in person, with the frame of its page."""
    today = Office(visitor.login, service.clock, service.settings.timezone).today
    frame = await read_frame(request, service, visitor.lang or "zh-Hans", today)
    return Visit(request, service, visitor, frame, form)


async def _acted(page: Page, visit: Visit) -> web.StreamResponse:
    """Answers a form, and records its outcome."""
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
    """Records a form: its address, its button and its subject, and nothing that was typed."""
    route = request.match_info.route.resource
    where = route.canonical if route else request.path
    button = next(
        (str(form[name]) for name in BUTTONS if form and isinstance(form.get(name), str)), ""
    )
    act = " ".join(filter(None, (where, button if WORD.fullmatch(button) else "")))
    what = _subject(request, form)
    service = request.app[SERVICE]
    await append_record(
        service.database,
        AuditRecord(visitor.login, visitor.role, act, what, outcome),
        service.desk,
        service.clock,
    )


def _subject(request: web.Request, form: Form | None) -> str:
    """Returns what a form is about: the names in its address, and the code of its object."""
    field = OBJECTS.get(request.path.rpartition("/")[2], "")
    named = str(form.get(field, "")) if form else ""
    code, place = named if CODE.fullmatch(named) else "", " ".join(request.match_info.values())
    # The key of a proposal begins with its year, which is in the address too.
    return code if code.startswith(f"{place}/") else f"{place} {code}".strip()


async def page_or_error(page: Page, visit: Visit) -> web.StreamResponse:
    """Returns the page, or the page of the error that a room raised."""
    try:
        return await page(visit)
    except BadInput as error:
        said = error.render(visit.lang)
        shown = visit.render("refused", status=409 if visit.form is None else 422, said=said)
        refused = Refused(text=shown.text, status=shown.status, content_type="text/html")
        refused.said, refused.lang, refused.path = said, visit.lang, visit.request.path
        return refused


def done_part(visit: Visit) -> str:
    """Returns the part of an address that confirms an act, where a page leads on to another."""
    done = visit.query("done")
    return f"?done={done}" if done in DONE else ""


def _home_or_forbidden(visit: Visit) -> web.Response:
    """Redirects from `/admin` to the role's own first page; another page names who may see it."""
    home, path = RIGHTS[visit.visitor.role].home, visit.request.path
    if path.rstrip("/") == "/admin" and home != "/admin":
        return web.Response(status=303, headers={"Location": home + done_part(visit)})
    roles = roles_that_may("GET", path)
    if not roles:
        raise web.HTTPForbidden
    said = Message("admin-page-of-other-roles", roles=roles)
    return visit.render("refused", status=403, said=say(said, visit.lang))
