"""The page of a person's own result, which the code of their letter opens.

The code is typed into a form, so that no address, history or log of a proxy keeps it. A code may
stand alone in an address (`/7K3M9P2QXB`): that page shows a button and nobody's name, because
messengers and mail programs fetch addresses before anybody reads them.

Wrong codes make whoever guesses wait, and refuse nobody: a whole office shares one address.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from datetime import date
from zoneinfo import ZoneInfo

from aiohttp import web
from redis.exceptions import RedisError

from aggregation.procedure.appeals import AppealAct
from bot.appraisal.appeal_records import list_appeals
from bot.appraisal.own_appeals import OWN_ACTS, contest, own_challenges
from bot.appraisal.own_results import OwnResult, read_own_result
from bot.appraisal.receipts import acknowledge
from bot.core.identity import Office
from bot.records.tellings import find_letter, fold_code
from bot.service.composition import Service
from bot.storage.database import reading
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.middleware import client_address, increment_counter, read_form
from bot.web.shared.own_view import own_view
from bot.web.shared.templates import accepted_language, render
from survey_flows.errors import BadInput

MAX_BYTES = 64 * 1024
HOUR, PATIENCE = 3600, 2.0
FREE = 10
"""Wrong codes of one address in an hour after which its next ones wait."""
MOST = 50
"""Wrong codes in a second, of all addresses, after which every code waits."""
PAUSE = 2.0
"""Seconds that a code waits then."""
pause = asyncio.sleep
_wrong: deque[float] = deque(maxlen=MOST)
"""When the last wrong codes came to this process."""


async def show_entry(request: web.Request) -> web.Response:
    """Shows the form for a code."""
    return _entry(request)


async def show_door(request: web.Request) -> web.Response:
    """Shows a button for the code in the address; looks nothing up and tells nothing."""
    code = fold_code(request.match_info["code"])
    if not code:
        raise web.HTTPNotFound
    return _entry(request, code=code)


def _entry(request: web.Request, code: str = "", problem: str = "") -> web.Response:
    status = 422 if problem else 200
    given = {"code": code, "problem": problem}
    return render(request, "own_entry.html", accepted_language(request), status=status, **given)


async def take_code(request: web.Request) -> web.Response:
    """Shows the result that a code opens, and takes what the person does about it."""
    service, form = request.app[SERVICE], await read_form(request, MAX_BYTES)
    code, act = fold_code(str(form.get("code", ""))), str(form.get("act", ""))
    await _wait(request, service)
    async with reading(service.database) as connection:
        letter = await find_letter(connection, service.keys.result_code(code)) if code else None
    if letter is None:
        await _count_wrong(request, service)
        return _entry(request, problem="own-wrong")
    given = (service.database, letter.year, letter.subject)
    own = await read_own_result(*given, _today(service))
    if own is None:
        raise web.HTTPNotFound
    who = f"{'unit' if own.person is None else 'person'}:{letter.subject}"
    office = Office(who, service.clock, service.settings.timezone)
    await acknowledge(*given, office)
    problem = ""
    if act in OWN_ACTS:
        grounds = str(form.get("reason", "")).replace("\x00", "")
        try:
            await contest(*given, AppealAct(act), grounds, office)
        except BadInput as error:
            problem = error.render(accepted_language(request))
    own = await read_own_result(*given, office.today) or own
    return await _page(request, service, own, code, problem)


async def _page(
    request: web.Request, service: Service, own: OwnResult, code: str, problem: str
) -> web.Response:
    lang, today = accepted_language(request), _today(service)
    appeals = await list_appeals(service.database, today, own.year)
    challenges = await own_challenges(service.database, own.subject)
    return render(
        request,
        "own_result.html",
        lang,
        status=422 if problem else 200,
        it=own_view(own, lang),
        code=code,
        problem=problem,
        appeals=[appeal for appeal in appeals if appeal.subject == own.subject],
        challenges=[it for it in challenges if it.asked.year == own.year],
    )


def _today(service: Service) -> date:
    return service.clock.now().astimezone(ZoneInfo(service.settings.timezone)).date()


async def _wait(request: web.Request, service: Service) -> None:
    """Makes a code wait where many wrong ones came, from its address or in all."""
    crowded = len(_wrong) == MOST and time.monotonic() - _wrong[0] < 1
    if crowded or await _wrong_of(request, service) >= FREE:
        await pause(PAUSE)


async def _wrong_of(request: web.Request, service: Service) -> int:
    """Returns how many wrong codes came from this address in the hour; 0 while Redis is away."""
    try:
        async with asyncio.timeout(PATIENCE):
            return int(await service.redis.get(_counter(request, service)) or 0)
    except (RedisError, OSError):
        return 0


async def _count_wrong(request: web.Request, service: Service) -> None:
    _wrong.append(time.monotonic())
    try:
        async with asyncio.timeout(PATIENCE):
            await increment_counter(service.redis, _counter(request, service), HOUR)
    except (RedisError, OSError):
        return


def _counter(request: web.Request, service: Service) -> str:
    address = client_address(request, service.settings)
    return f"minping:web:code:{service.keys.passing_name('address', address).hex()}"
