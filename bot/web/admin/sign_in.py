"""The console's pages of sign-in, with password and second factor, and of sign-out."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from bot.accounts.audit_log import DONE, REFUSED, AuditRecord, append_record
from bot.accounts.staff import Account, find_account
from bot.service.composition import Service
from bot.web.admin.login_throttle import TooManyAttempts, origin_of, remember_browser
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
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.middleware import close_files, is_secure, read_form
from bot.web.shared.templates import render

SIGN_IN_BYTES = 4096
CODE = "/admin/sign-in/code"


async def show_sign_in(request: web.Request) -> web.Response:
    """Shows the sign-in form."""
    if await read_visitor(request, request.app[SERVICE]):
        return _see("/admin")
    return render(request, "admin_sign_in.html", login="", wrong="")


async def take_sign_in(request: web.Request) -> web.Response:
    """Checks login and password; the answer is the same whichever of them is wrong."""
    fields, service = await _fields(request), request.app[SERVICE]
    login = fields("login")
    try:
        account = await check_password(
            service, login, fields("password"), origin_of(request, service)
        )
    except TooManyAttempts:
        return render(request, "admin_sign_in.html", status=429, login=login, wrong="sign-in-often")
    if account is None:
        await _record_refused(service, login, "/admin/sign-in")
        return render(request, "admin_sign_in.html", status=401, login=login, wrong="sign-in-wrong")
    if account.has_second_factor:
        response = _see(CODE)
        set_second_step(response, service, await begin_second_step(service, account))
        return response
    return await _enter(request, account, "/admin/sign-in")


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
        await _record_refused(service, account.login, CODE)
        return render(request, "admin_code.html", status=401, wrong="code-wrong")
    response = await _enter(request, account, CODE)
    await end_second_step(request, response, service)
    return response


async def _enter(request: web.Request, account: Account, by: str) -> web.Response:
    """Opens a session under a new token and ends the one that the browser carried before."""
    service = request.app[SERVICE]
    old = await read_visitor(request, service)
    if old is not None:
        await sign_out(service, old)
    await append_record(
        service.database,
        AuditRecord(account.login, account.role, by, "", DONE),
        service.desk,
        service.clock,
    )
    response = _see("/admin")
    set_cookie(response, service, await open_session(service, account, device_of(request)))
    remember_browser(response, service, account.login, origin_of(request, service))
    return response


async def _record_refused(service: Service, login: str, by: str) -> None:
    """Records a refused attempt; an unknown login is left out, as it may be a password."""
    known = await find_account(service.database, login)
    act = AuditRecord(known.login if known else "", known.role if known else "", by, "", REFUSED)
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
    response = visit.redirect("/admin/sign-in")
    secure = is_secure(visit.service.settings)
    response.headers["Clear-Site-Data"] = '"cache"'
    response.del_cookie(cookie_name(visit.service), secure=secure, httponly=True, samesite="Strict")
    return response
