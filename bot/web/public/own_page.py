"""The page of a person's own result, which the code of their letter opens.

The code is typed into a form, so that no address, history or log of a proxy keeps it. A code may
stand alone in an address (`bot.web.public.code_door`).
"""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from aiohttp import web

from aggregation.procedure.appeals import AppealAct
from bot.appraisal.appeal_records import list_appeals
from bot.appraisal.own_appeals import OWN_ACTS, contest, own_challenges
from bot.appraisal.own_results import OwnResult, read_own_result
from bot.appraisal.receipts import acknowledge
from bot.core.checked_input import refuse_forbidden
from bot.core.identity import Office
from bot.core.short_codes import fold_code
from bot.records.tellings import find_letter
from bot.service.composition import Service
from bot.storage.database import reading
from bot.web.public.code_guard import count_wrong_code, slow_down
from bot.web.shared.app_keys import SERVICE
from bot.web.shared.middleware import read_form
from bot.web.shared.own_view import own_view
from bot.web.shared.templates import accepted_language, render
from survey_flows.errors import BadInput

MAX_BYTES = 64 * 1024


async def show_entry(request: web.Request) -> web.Response:
    """Shows the form for a code."""
    return _entry(request)


def _entry(request: web.Request, problem: str = "") -> web.Response:
    status = 422 if problem else 200
    lang = accepted_language(request)
    return render(request, "own_entry.html", lang, status=status, problem=problem)


async def take_code(request: web.Request) -> web.Response:
    """Shows the result that a code opens, and takes what the person does about it."""
    service, form = request.app[SERVICE], await read_form(request, MAX_BYTES)
    code, act = fold_code(str(form.get("code", ""))), str(form.get("act", ""))
    await slow_down(request)
    async with reading(service.database) as connection:
        letter = await find_letter(connection, service.keys.result_code(code)) if code else None
    if letter is None:
        await count_wrong_code(request)
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
            refuse_forbidden({"reason": grounds})
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
