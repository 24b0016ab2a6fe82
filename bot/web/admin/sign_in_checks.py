"""Checks of the sign-in: the password, then the second factor of accounts that have one."""

from __future__ import annotations

import hashlib
import json
import secrets

from aiohttp import web

from bot.accounts.second_factor import check_factor
from bot.accounts.staff import Account, find_known_account, normalize_login, verify_password
from bot.service.composition import Service
from bot.web.admin.login_throttle import AttemptOrigin, clear_attempts, count_attempt
from bot.web.shared.middleware import is_secure

STEP_SECONDS = 300
"""Seconds from the password to the code."""


async def check_password(
    service: Service, login: str, password: str, origin: AttemptOrigin
) -> Account | None:
    """Returns the account of login and password; None when they are wrong or it is disabled.

    An unknown login takes as long as a wrong password and has the same answer.

    Raises:
        TooManyAttempts: nothing was verified.
        redis.exceptions.RedisError: without Redis nobody signs in.
    """
    tries = await count_attempt(service, "password", normalize_login(login), origin)
    account = await find_known_account(service.roster, login)
    hashed = "" if account is None or account.disabled else account.password
    if not await verify_password(hashed, password) or account is None or _expired(service, account):
        return None
    await clear_attempts(service, tries)
    return account


def _expired(service: Service, account: Account) -> bool:
    """Returns whether the password was handed out and not changed in time."""
    return 0 < account.initial_until < service.clock.now().timestamp()


async def check_code(service: Service, account: Account, code: str, origin: AttemptOrigin) -> bool:
    """Checks a code of the second factor or a recovery code, which is then used up.

    Raises:
        TooManyAttempts: nothing was verified.
    """
    tries = await count_attempt(service, "code", account.login, origin)
    now = service.clock.now().timestamp()
    if not await check_factor(service.database, service.factor_keys, account.login, code, now):
        return False
    await clear_attempts(service, tries)
    return True


async def begin_second_step(service: Service, account: Account) -> str:
    """Remembers, until the code comes, that the password was right. Returns a token for that."""
    token = secrets.token_urlsafe(32)
    kept = json.dumps([account.login, hashlib.sha256(account.password.encode()).hexdigest()])
    await service.redis.set(_step_key(token), kept, ex=STEP_SECONDS)
    return token


async def pending_login(request: web.Request, service: Service) -> Account | None:
    """Returns the account whose password was right in this browser within `STEP_SECONDS`."""
    token = request.cookies.get(_step_cookie(service), "")
    kept = await service.redis.get(_step_key(token)) if token and token.isascii() else None
    if not kept:
        return None
    login, mark = json.loads(kept)
    account = await find_known_account(service.roster, login)
    if (
        account is None
        or account.disabled
        or hashlib.sha256(account.password.encode()).hexdigest() != mark
    ):
        return None
    return account


def set_second_step(response: web.StreamResponse, service: Service, token: str) -> None:
    """Sets the cookie with which the browser comes back with the code."""
    secure = is_secure(service.settings)
    response.set_cookie(
        _step_cookie(service),
        token,
        max_age=STEP_SECONDS,
        httponly=True,
        samesite="Strict",
        secure=secure,
    )


async def end_second_step(
    request: web.Request, response: web.StreamResponse, service: Service
) -> None:
    """Deletes token and cookie of the second step."""
    await service.redis.delete(_step_key(request.cookies.get(_step_cookie(service), "")))
    response.del_cookie(
        _step_cookie(service), secure=is_secure(service.settings), httponly=True, samesite="Strict"
    )


def _step_key(token: str) -> str:
    return f"minping:staff:step:{hashlib.sha256(token.encode()).hexdigest()}"


def _step_cookie(service: Service) -> str:
    return "__Host-step" if is_secure(service.settings) else "step"
