"""The console's pages of sign-in, with password and second factor, and of sign-out."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from bot.accounts.audit_log import DONE, REFUSED, AuditRecord, append_record
from bot.accounts.first_sign_in import (
    FIRST_ADMINISTRATOR,
    PATH,
    fits_link,
    remove_link,
    waiting_account,
)
from bot.accounts.staff import Account, find_account, find_known_account, set_password
from bot.openid.provider_files import CONSOLE
from bot.service.composition import Service
from bot.web.admin.login_throttle import (
    TooManyAttempts,
    clear_attempts,
    count_attempt,
    origin_of,
    remember_browser,
)
from bot.web.admin.page import Visit, staff_page
from bot.web.admin.sessions import (
    cookie_name,
    device_of,
    open_session,
    read_visitor,
    set_cookie,
    sign_out,
)
from bot.web.admin.sign_in_checks import (
    begin_second_step,
    check_code,
    check_password,
    end_second_step,
    pending_login,
    set_second_step,
)
from bot.web.shared.app_keys import OPENID, SERVICE
from bot.web.shared.middleware import close_files, is_secure, read_form
from bot.web.shared.templates import accepted_language, render
from survey_flows.errors import BadInput

SIGN_IN_BYTES = 4096
CODE, FIRST = "/admin/sign-in/code", PATH


async def show_sign_in(request: web.Request) -> web.Response:
    """Shows the sign-in form."""
    if await read_visitor(request, request.app[SERVICE]):
        return _see("/admin")
    return sign_in_page(request, left=request.query.get("left", ""))


def sign_in_page(
    request: web.Request,
    status: int = 200,
    *,
    lang: str = "",
    login: str = "",
    wrong: str = "",
    problem: str = "",
    left: str = "",
) -> web.Response:
    """Returns the page of the sign-in by password, and by the identity providers there are.

    Args:
        request: what is answered.
        status: of the page.
        lang: of the page; empty for the browser's.
        login: what was typed.
        wrong: the key of a warning.
        problem: a warning as a room worded it.
        left: the name of the provider by which somebody has signed in who has just signed out.
    """
    lang = lang or accepted_language(request)
    clients = [one for one in request.app[OPENID].values() if one.provider.use == CONSOLE]
    providers = [(one.provider.name, one.provider.labels[lang]) for one in clients]
    gone = next((one for one in clients if one.provider.name == left), None)
    return render(
        request,
        "admin_sign_in.html",
        lang,
        status=status,
        login=login,
        wrong=wrong,
        problem=problem,
        providers=providers,
        left=gone.provider.labels[lang] if gone else "",
        end=f"/admin/sign-in/out/{gone.provider.name}" if gone and gone.end else "",
    )


async def take_sign_in(request: web.Request) -> web.Response:
    """Checks login and password; the answer is the same whichever of them is wrong."""
    fields, service = await _fields(request), request.app[SERVICE]
    login = fields("login")
    try:
        account = await check_password(
            service, login, fields("password"), origin_of(request, service)
        )
    except TooManyAttempts:
        return sign_in_page(request, 429, login=login, wrong="sign-in-often")
    if account is None:
        await record_refused(service, login, "/admin/sign-in")
        return sign_in_page(request, 401, login=login, wrong="sign-in-wrong")
    if account.has_second_factor:
        response = _see(CODE)
        set_second_step(response, service, await begin_second_step(service, account))
        return response
    return await enter(request, _see("/admin"), account, "/admin/sign-in")


async def show_first(request: web.Request) -> web.Response:
    """Shows the form of an installation's first sign-in; 404 once somebody has signed in."""
    if await waiting_account(request.app[SERVICE].roster) is None:
        raise web.HTTPNotFound
    return render(request, "admin_first.html", wrong="", problem="")


async def take_first(request: web.Request) -> web.Response:
    """Takes the link's token and the password that the first administrator chooses."""
    fields, service = await _fields(request), request.app[SERVICE]
    if await waiting_account(service.roster) is None:
        raise web.HTTPNotFound
    try:
        tries = await count_attempt(
            service, "password", FIRST_ADMINISTRATOR, origin_of(request, service)
        )
    except TooManyAttempts:
        return render(request, "admin_first.html", status=429, wrong="sign-in-often", problem="")
    token, chosen = fields("token").strip(), fields("new")
    if not await fits_link(service.settings.data, token):
        await record_refused(service, FIRST_ADMINISTRATOR, FIRST)
        return render(request, "admin_first.html", status=401, wrong="first-wrong", problem="")
    if chosen != fields("again"):
        return render(request, "admin_first.html", status=422, wrong="password-differs", problem="")
    try:
        await set_password(service.roster, FIRST_ADMINISTRATOR, chosen)
    except BadInput as error:
        said = error.render(accepted_language(request))
        return render(request, "admin_first.html", status=422, wrong="", problem=said)
    await remove_link(service.settings.data)
    await clear_attempts(service, tries)
    account = await find_known_account(service.roster, FIRST_ADMINISTRATOR)
    if account is None:
        raise web.HTTPNotFound
    return await enter(request, _see("/admin"), account, FIRST)


async def show_code(request: web.Request) -> web.Response:
    """Shows the form for the code, after the password."""
    if await pending_login(request, request.app[SERVICE]) is None:
        return _see("/admin/sign-in")
    return render(request, "admin_code.html", wrong="")


async def take_code(request: web.Request) -> web.Response:
    """Checks the code, which completes the sign-in."""
    fields, service = await _fields(request), request.app[SERVICE]
    account = await pending_login(request, service)
    if account is None:
        return _see("/admin/sign-in")
    try:
        fits = await check_code(service, account, fields("code"), origin_of(request, service))
    except TooManyAttempts:
        return render(request, "admin_code.html", status=429, wrong="sign-in-often")
    if not fits:
        await record_refused(service, account.login, CODE)
        return render(request, "admin_code.html", status=401, wrong="code-wrong")
    response = await enter(request, _see("/admin"), account, CODE)
    await end_second_step(request, response, service)
    return response


async def enter(
    request: web.Request, response: web.Response, account: Account, by: str, what: str = ""
) -> web.Response:
    """Opens a session under a new token and ends the one that the browser carried before.

    Args:
        request: the last step of the sign-in.
        response: gets the cookies, and is returned.
        account: who signs in.
        by: the way, as the audit log knows it.
        what: the provider that vouched for them, empty for a password.
    """
    service = request.app[SERVICE]
    old = await read_visitor(request, service)
    if old is not None:
        await sign_out(service, old)
    await append_record(
        service.database,
        AuditRecord(account.login, account.role, by, what, DONE),
        service.desk,
        service.clock,
    )
    set_cookie(response, service, await open_session(service, account, device_of(request)))
    remember_browser(response, service, account.login, origin_of(request, service))
    return response


async def record_refused(service: Service, login: str, by: str, what: str = "") -> None:
    """Records a refused attempt; an unknown login is left out, as it may be a password.

    ``by`` and ``what`` are as in `enter`.
    """
    known = await find_account(service.database, login)
    act = AuditRecord(known.login if known else "", known.role if known else "", by, what, REFUSED)
    await append_record(service.database, act, service.desk, service.clock)


async def _fields(request: web.Request) -> Callable[[str], str]:
    form = await read_form(request, SIGN_IN_BYTES)
    close_files(form)
    return lambda name: str(form.get(name, ""))


def _see(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path})


@staff_page
async def take_sign_out(visit: Visit) -> web.Response:
    """Ends the session."""
    await sign_out(visit.service, visit.visitor)
    by = visit.visitor.provider
    response = visit.redirect(f"/admin/sign-in?left={by}" if by else "/admin/sign-in")
    secure = is_secure(visit.service.settings)
    response.headers["Clear-Site-Data"] = '"cache"'
    response.del_cookie(cookie_name(visit.service), secure=secure, httponly=True, samesite="Strict")
    return response
