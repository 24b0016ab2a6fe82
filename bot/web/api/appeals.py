"""Reviews, appeals and amendments for programs: they read and register; nobody decides."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from aggregation.procedure.appeals import AppealAct, AppealStep
from bot.appraisal.appeal_records import Appeal, list_appeals, show_appeal
from bot.appraisal.appeals import appeal_again, receive_appeal, withdraw_appeal
from bot.appraisal.standing_years import amendment_of, corrections_of
from bot.core.identity import Office
from bot.records.amendments import StoredAmendment, read_amendments
from bot.storage.database import reading
from bot.web.api.call import ApiCall, RequestRefused
from bot.web.api.models import (
    AppealActModel,
    ChangeModel,
    CorrectionModel,
    YearAmendment,
    YearAmendmentList,
    YearAppeal,
    YearAppealList,
)
from survey_flows.errors import BadInput


async def list_year_appeals(call: ApiCall) -> web.StreamResponse:
    """Answers with the reviews and appeals of a year, the newest first."""
    year = int(call.path_param("year"))
    found = await list_appeals(call.service.database, _office(call).today, year)
    return call.response(YearAppealList(year=year, items=[_model(it) for it in found]))


async def ask_for_review(call: ApiCall) -> web.StreamResponse:
    """Registers a request, by the checks of the console; a second one is refused."""
    wanted, year = call.body, int(call.path_param("year"))
    given = (call.service.database, year, wanted.subject, wanted.text, _office(call))
    return call.response(_model(await receive_appeal(*given, AppealAct(wanted.act))), 201)


async def register_step(call: ApiCall) -> web.StreamResponse:
    """Registers an appeal against an answer or its delay, or a withdrawal."""
    database, office = call.service.database, _office(call)
    try:
        number = (await show_appeal(database, int(call.path_param("appeal")), office.today)).number
    except BadInput as error:
        raise RequestRefused.because(404, error) from error
    follow = withdraw_appeal if call.body.act == AppealAct.WITHDRAWN else appeal_again
    return call.response(_model(await follow(database, number, call.body.text, office)))


async def list_amendments(call: ApiCall) -> web.StreamResponse:
    """Answers with the amendments of a year as they stand, the first one first."""
    year = int(call.path_param("year"))
    async with reading(call.service.database) as connection:
        found = await read_amendments(connection, year)
    return call.response(YearAmendmentList(year=year, items=[_amendment(it) for it in found]))


def _amendment(it: StoredAmendment) -> YearAmendment:
    said = amendment_of(it)
    return YearAmendment(
        number=it.number,
        appeal=it.appeal or None,
        cause=said.cause or None,
        subject=it.subject,
        reason=it.reason,
        at=datetime.fromtimestamp(it.at, UTC),
        by=it.by,
        approved_by=it.approved_by,
        corrections=[
            CorrectionModel(
                kind=one.kind,
                subject=one.subject,
                what=one.what,
                before=one.before,
                after=one.after,
            )
            for one in corrections_of(it)
        ],
        changes=[
            ChangeModel(subject=one.subject, before=one.before, after=one.after, kept=one.kept)
            for one in said.changes
        ],
    )


def _office(call: ApiCall) -> Office:
    service = call.service
    return Office(f"api:{call.token.name}", service.clock, service.settings.timezone)


def _model(it: Appeal) -> YearAppeal:
    return YearAppeal(
        number=it.number,
        year=it.year,
        subject=it.subject,
        state=it.standing.state,
        round=it.standing.round,
        due=it.standing.due,
        overdue=it.overdue,
        steps=[_step(step) for step in it.steps],
    )


def _step(step: AppealStep) -> AppealActModel:
    return AppealActModel(
        act=step.act,
        on=step.on,
        by=step.by,
        to=step.to,
        ruling=step.ruling.value if step.ruling else None,
        due=step.due,
        text=step.text,
    )
