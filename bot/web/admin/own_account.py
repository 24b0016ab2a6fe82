"""What a signed-in person has of their own: password, second factor, sessions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web
from markupsafe import Markup

from bot.accounts.second_factor import (
    begin_factor,
    confirm_factor,
    pending_uri,
    renew_codes,
    reset_factor,
)
from bot.accounts.staff import Account, find_account, set_password
from bot.web.admin.login_throttle import TooManyAttempts, clear_attempts, count_attempt, origin_of
from bot.web.admin.page import Visit, staff_page
from bot.web.admin.sessions import (
    device_of,
    list_sessions,
    name_of,
    open_session,
    revoke,
    revoke_others,
    set_cookie,
    sign_out,
)
from bot.web.admin.sign_in_checks import check_code, check_password
from survey_flows.errors import BadInput


@staff_page
async def show_password(visit: Visit) -> web.Response:
    """The form for another password."""
    return visit.render("password", wrong="")


@staff_page
async def take_password(visit: Visit) -> web.Response:
    """Change one's own password, which ends every other session; the old one is asked for as at the sign-in."""
    status, wrong = await _password_wrong(visit, "old")
    if not wrong and visit.secret("new") != visit.secret("again"):
        status, wrong = 422, "password-differs"
    if not wrong and visit.secret("new") == visit.secret("old"):
        status, wrong = 422, "password-same"
    if wrong:
        return visit.render("password", status=status, wrong=wrong)
    await set_password(visit.service.database, visit.visitor.login, visit.secret("new"))
    await sign_out(visit.service, visit.visitor)
    response = visit.redirect("/admin", "password")
    token = await open_session(visit.service, await _account(visit), device_of(visit.request))
    set_cookie(response, visit.service, token)
    return response


async def _account(visit: Visit) -> Account:
    account = await find_account(visit.service.database, visit.visitor.login)
    if account is None:
        raise BadInput("nobody has this login", visit.visitor.login)
    return account


async def _password_wrong(visit: Visit, field: str = "password") -> tuple[int, str]:
    """Status and sentence when the password in the form is not the person's; (200, "") when it is."""
    origin = origin_of(visit.request, visit.service)
    try:
        account = await check_password(
            visit.service, visit.visitor.login, visit.secret(field), origin
        )
    except TooManyAttempts:
        return 429, "sign-in-often"
    return (200, "") if account else (422, "password-wrong")


@staff_page
async def show_factor(visit: Visit) -> web.Response:
    """Whether there is a second factor, and the way to get one or to be rid of it."""
    return await _factor_page(visit)


async def _factor_page(
    visit: Visit, status: int = 200, wrong: str = "", codes: Sequence[str] = ()
) -> web.Response:
    account, service = await _account(visit), visit.service
    uri = await pending_uri(service.database, service.factor_keys, account.login, "Minping")
    secret = parse_qs(urlsplit(uri).query).get("secret", [""])[0].rstrip("=")
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    shown = {
        "second": account.has_second_factor,
        "picture": _picture(uri),
        "secret": grouped,
        "codes": codes,
    }
    return visit.render(
        "factor", status=status, wrong=wrong, must=bool(visit.visitor.required_page), **shown
    )


def _picture(uri: str) -> Markup:
    """A QR code as part of the page: a file of its own would be one more place where the secret is."""
    import segno

    if not uri:
        return Markup()
    out = io.BytesIO()
    segno.make(uri, error="m", micro=False).save(
        out,
        kind="svg",
        scale=5,
        border=4,
        dark="#000",
        light="#fff",
        xmldecl=False,
        svgclass=None,
        lineclass=None,
    )
    return Markup(out.getvalue().decode())  # noqa: S704  (drawn from a fixed alphabet; no text of anybody's is in it)


@staff_page
async def take_factor(visit: Visit) -> web.Response:
    """Begin, confirm, renew the recovery codes, or turn it off; all but the code ask for the password."""
    acts = {"begin": _begin, "confirm": _confirm, "codes": _renew, "off": _turn_off}
    act = acts.get(visit.text("act"))
    if act is None:
        raise BadInput("there is no such button", visit.text("act"))
    if act is not _confirm:
        status, wrong = await _password_wrong(visit)
        if wrong:
            return await _factor_page(visit, status, wrong)
    return await act(visit)


async def _begin(visit: Visit) -> web.Response:
    await begin_factor(visit.service.database, visit.service.factor_keys, visit.visitor.login)
    return visit.redirect("/admin/second-factor")


async def _confirm(visit: Visit) -> web.Response:
    service, login = visit.service, visit.visitor.login
    try:
        tries = await count_attempt(service, "code", login, origin_of(visit.request, service))
    except TooManyAttempts:
        return await _factor_page(visit, 429, "sign-in-often")
    now = service.clock.now().timestamp()
    codes = await confirm_factor(
        service.database, service.factor_keys, login, visit.text("code").replace(" ", ""), now
    )
    if not codes:
        return await _factor_page(visit, 422, "code-wrong")
    await clear_attempts(service, tries)
    await revoke_others(service, visit.visitor)
    return await _factor_page(visit, codes=codes)


async def _renew(visit: Visit) -> web.Response:
    account = await _account(visit)
    if not account.has_second_factor:
        raise BadInput("there is no second factor yet", account.login)
    return await _factor_page(
        visit,
        codes=await renew_codes(visit.service.database, visit.service.factor_keys, account.login),
    )


async def _turn_off(visit: Visit) -> web.Response:
    """The code is asked for too: who knows the password alone must not get rid of what it is not enough for."""
    account = await _account(visit)
    try:
        fits = await check_code(
            visit.service, account, visit.text("code"), origin_of(visit.request, visit.service)
        )
    except TooManyAttempts:
        return await _factor_page(visit, 429, "sign-in-often")
    if not fits:
        return await _factor_page(visit, 422, "code-wrong")
    await reset_factor(visit.service.database, account.login)
    return visit.redirect("/admin/second-factor", "factor-off")


@staff_page
async def show_sessions(visit: Visit) -> web.Response:
    """Where one is signed in."""
    zone = ZoneInfo(visit.service.settings.timezone)
    found = await list_sessions(visit.service, await _account(visit))
    rows = [
        (session, *(_time(at, zone) for at in (session.started_at, session.last_seen_at)))
        for session in found
    ]
    return visit.render("sessions", rows=rows, present=name_of(visit.visitor.key))


def _time(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M")


@staff_page
async def take_sessions(visit: Visit) -> web.Response:
    """End one of one's sessions, or all but the present one."""
    if visit.text("act") == "others":
        await revoke_others(visit.service, visit.visitor)
    elif not await revoke(visit.service, visit.visitor.login, visit.text("session")):
        raise BadInput("there is no such session any more", visit.text("session")[:20])
    return visit.redirect("/admin/sessions", "sessions")
