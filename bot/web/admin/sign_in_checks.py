"""Signing in: the password, then the second factor of who has one."""

from __future__ import annotations

import hashlib
import json
import secrets

from aiohttp import web

from bot.accounts.second_factor import check_factor
from bot.accounts.staff import Account, find_account, normalize_login, verify_password
from bot.service.composition import Service
from bot.web.admin.login_throttle import AttemptOrigin, clear_attempts, count_attempt
from bot.web.shared.middleware import is_secure

STEP_SECONDS = 300
"""Between the password and the code."""


async def check_password(
    service: Service, login: str, password: str, origin: AttemptOrigin
) -> Account | None:
    """The account whose login and password these are; None when they do not fit, or the account is closed.

    An unknown login takes as long as a wrong password, and is answered in the same way.

    Raises:
        TooManyAttempts: nothing was verified.
        redis.exceptions.RedisError: without Redis nobody signs in.
    """
    tries = await count_attempt(service, "password", normalize_login(login), origin)
    account = await find_account(service.database, login)
    hashed = "" if account is None or account.disabled else account.password
    if not await verify_password(hashed, password) or account is None or _expired(service, account):
        return None
    await clear_attempts(service, tries)
    return account


def _expired(service: Service, account: Account) -> bool:
    """Whether the password was handed out and has not been changed in time."""
    return 0 < account.initial_until < service.clock.now().timestamp()


async def check_code(service: Service, account: Account, code: str, origin: AttemptOrigin) -> bool:
    """Whether this is the present code of a person's second factor, or a recovery code; it is used up by that.

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
    """Note that a person knew the password, until the code comes; returns a token that opens nothing else."""
    token = secrets.token_urlsafe(32)
    kept = json.dumps([account.login, hashlib.sha256(account.password.encode()).hexdigest()])
    await service.redis.set(_step_key(token), kept, ex=STEP_SECONDS)
    return token


async def pending_login(request: web.Request, service: Service) -> Account | None:
    """Whose password was right a moment ago in this browser."""
    token = request.cookies.get(_step_cookie(service), "")
    kept = await service.redis.get(_step_key(token)) if token and token.isascii() else None
    if not kept:
        return None
    login, mark = json.loads(kept)
    account = await find_account(service.database, login)
    if (
        account is None
        or account.disabled
        or hashlib.sha256(account.password.encode()).hexdigest() != mark
    ):
        return None
    return account


def set_second_step(response: web.StreamResponse, service: Service, token: str) -> None:
    """Let the browser come back with the code."""
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
    """The code came: the token is worth nothing any more."""
    await service.redis.delete(_step_key(request.cookies.get(_step_cookie(service), "")))
    response.del_cookie(
        _step_cookie(service), secure=is_secure(service.settings), httponly=True, samesite="Strict"
    )


def _step_key(token: str) -> str:
    return f"minping:staff:step:{hashlib.sha256(token.encode()).hexdigest()}"


def _step_cookie(service: Service) -> str:
    return "__Host-step" if is_secure(service.settings) else "step"
