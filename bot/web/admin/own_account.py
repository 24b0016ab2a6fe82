"""The console's pages of one's own account: password, second factor, sessions."""

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
from bot.web.admin.page import Visit, no_such_button, staff_page
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
from survey_flows.errors import BadInput, Message, Place


@staff_page
async def show_password(visit: Visit) -> web.Response:
    """Shows the form for another password."""
    return _password_page(visit)


def _password_page(
    visit: Visit, status: int = 200, wrong: str = "", problem: str = ""
) -> web.Response:
    """Returns the form; ``wrong`` is the key of its warning, ``problem`` a sentence of a room."""
    return visit.render("password", status=status, wrong=wrong, problem=problem)


@staff_page
async def take_password(visit: Visit) -> web.Response:
    """Changes one's own password, which ends every other session; the old one is asked for."""
    status, wrong = await _password_wrong(visit, "old")
    if not wrong and visit.secret("new") != visit.secret("again"):
        status, wrong = 422, "password-differs"
    if not wrong and visit.secret("new") == visit.secret("old"):
        status, wrong = 422, "password-same"
    if wrong:
        return _password_page(visit, status, wrong)
    try:
        await set_password(visit.service.roster, visit.visitor.login, visit.secret("new"))
    except BadInput as error:
        return _password_page(visit, 422, problem=error.render(visit.lang))
    await sign_out(visit.service, visit.visitor)
    response = visit.redirect("/admin", "password")
    token = await open_session(visit.service, await _account(visit), device_of(visit.request))
    set_cookie(response, visit.service, token)
    return response


async def _account(visit: Visit) -> Account:
    account = await find_account(visit.service.database, visit.visitor.login)
    if account is None:
        raise BadInput(Message("admin-no-such-login"), Place(subject=visit.visitor.login))
    return account


async def _password_wrong(visit: Visit, field: str = "password") -> tuple[int, str]:
    """Returns status and sentence when the form's password is wrong, (200, "") when it is right."""
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
    """Shows whether there is a second factor, and the forms to set it up or turn it off."""
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
    """Returns a QR code as part of the page, so that no file or address holds the secret."""
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
    return Markup(out.getvalue().decode())  # noqa: S704  (segno's drawing holds no text)


@staff_page
async def take_factor(visit: Visit) -> web.Response:
    """Begins or confirms a second factor, renews its recovery codes, or turns it off.

    All but the confirmation ask for the password.
    """
    acts = {"begin": _begin, "confirm": _confirm, "codes": _renew, "off": _turn_off}
    act = acts.get(visit.text("act"))
    if act is None:
        raise no_such_button(visit.text("act"))
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
        service.roster, service.factor_keys, login, visit.text("code").replace(" ", ""), now
    )
    if not codes:
        return await _factor_page(visit, 422, "code-wrong")
    await clear_attempts(service, tries)
    await revoke_others(service, visit.visitor)
    return await _factor_page(visit, codes=codes)


async def _renew(visit: Visit) -> web.Response:
    account = await _account(visit)
    if not account.has_second_factor:
        raise BadInput(Message("admin-no-second-factor"), Place(subject=account.login))
    return await _factor_page(
        visit,
        codes=await renew_codes(visit.service.database, visit.service.factor_keys, account.login),
    )


async def _turn_off(visit: Visit) -> web.Response:
    """Turns the second factor off, after a code: the password alone must not be enough."""
    account = await _account(visit)
    try:
        fits = await check_code(
            visit.service, account, visit.text("code"), origin_of(visit.request, visit.service)
        )
    except TooManyAttempts:
        return await _factor_page(visit, 429, "sign-in-often")
    if not fits:
        return await _factor_page(visit, 422, "code-wrong")
    await reset_factor(visit.service.roster, account.login)
    return visit.redirect("/admin/second-factor", "factor-off")


@staff_page
async def show_sessions(visit: Visit) -> web.Response:
    """Shows one's sessions."""
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
    """Ends one of one's sessions, or all but the present one."""
    if visit.text("act") == "others":
        await revoke_others(visit.service, visit.visitor)
    elif not await revoke(visit.service, visit.visitor.login, visit.text("session")):
        raise BadInput(Message("admin-no-such-session"), Place(subject=visit.text("session")[:20]))
    return visit.redirect("/admin/sessions", "sessions")
