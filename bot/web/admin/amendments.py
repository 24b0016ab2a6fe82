"""The console's page of a sealed year's amendments: tasks, previews, and what is carried out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from aggregation.appraisal.corrections import corrected
from aggregation.appraisal.standing import CAUSES, Cause, Change
from aggregation.model.facts import Verdict
from aggregation.model.names import rule_name
from aggregation.model.reason_lines import worded
from aggregation.model.results import ConsequenceKind
from aggregation.procedure.recalls import ENDS_POSTS
from bot.accounts.approvals import DONE
from bot.appraisal.amended_content import sealed_material
from bot.appraisal.amending import standing_material
from bot.appraisal.cause_requests import CauseRequest
from bot.appraisal.causes import CausePreview, prepare_cause, preview_cause
from bot.appraisal.correctable import correctables
from bot.appraisal.executing import (
    ExecutionList,
    ExecutionOrder,
    record_execution,
    show_execution,
)
from bot.appraisal.executions import (
    ExecutionAct,
    carried_out,
    confirmed_proposals,
    read_executions,
    recalled,
)
from bot.appraisal.standing_years import StandingYear, read_shown_year
from bot.appraisal.year_tasks import list_year_tasks
from bot.core.labels import name, pick
from bot.records.dated_store import read_posts
from bot.storage.database import reading
from bot.web.admin.appeals import amendment_rows
from bot.web.admin.correctable_rows import correctable_rows
from bot.web.admin.page import Visit, no_such_button, staff_page, year_of
from bot.web.shared.templates import page_words
from survey_flows.errors import BadInput, Message, Place
from survey_flows.messages import render

LOOK, SIGN = "look", "sign"
FIELDS = ("cause", "what", "subject", "on", "value", "document", "reason", "heard_on")
VERDICT = "verdict:"
"""Begins the field of a decision that is made with an amendment."""


@staff_page
async def show_amendments(visit: Visit) -> web.Response:
    """Shows the tasks of a sealed year, its amendments, and the form for another."""
    return await _page(visit)


@staff_page
async def take_amendment(visit: Visit) -> web.Response:
    """Shows what an amendment would do, prepares it, or takes that a decision was carried out."""
    year, act, service = year_of(visit), visit.text("act"), visit.service
    office = visit.office
    if act == LOOK and visit.text("cause") == Cause.CORRECTION and not visit.text("what"):
        await standing_material(service.database, year, visit.text("subject"))
        return await _page(visit)
    if act in tuple(ExecutionAct):
        said = (visit.text("proposal"), ExecutionAct(act), visit.text("on"))
        order = ExecutionOrder(*said, *(visit.text(it) for it in ("document", "typed", "seen")))
        if not order.seen:
            found = await show_execution(service.database, year, order, office)
            return await _page(visit, execution=found)
        await record_execution(service.database, year, order, office)
        return visit.redirect(visit.request.path, "executed")
    if act not in (LOOK, SIGN):
        raise no_such_button(act)
    request = _request(visit)
    if act == LOOK:
        return await _page(visit, await preview_cause(service.database, year, request, office))
    given = (year, request, visit.text("seen"), office)
    made = await prepare_cause(service.database, service.approvals, *given)
    if made.state != DONE:
        return visit.redirect("/admin/approvals", "prepared")
    await service.mixer.turn()
    return visit.redirect(visit.request.path, "amended")


def _request(visit: Visit) -> CauseRequest:
    """Returns what the form asks for."""
    said = {field: visit.text(field) for field in FIELDS}
    if said["cause"] not in tuple(Cause):
        raise BadInput(Message("admin-choose-cause"), Place(field="cause"))
    names = visit.form.keys() if visit.form is not None else ()
    verdicts = {
        field.removeprefix(VERDICT): Verdict(visit.text(field))
        for field in names
        if field.startswith(VERDICT) and visit.text(field) in tuple(Verdict)
    }
    cause, false = Cause(said.pop("cause")), bool(visit.text("false_material"))
    return CauseRequest(cause, **said, false_material=false, verdicts=verdicts)


async def _page(
    visit: Visit, preview: CausePreview | None = None, execution: ExecutionList | None = None
) -> web.Response:
    year = year_of(visit)
    async with reading(visit.service.database) as connection:
        stands = await read_shown_year(connection, year)
        tasks = await list_year_tasks(connection, year)
        executions = await read_executions(connection, year)
        posts = await read_posts(connection)
    open_ = carried_out(executions)
    elected = {it.person for it in posts if it.elected}
    confirmed = confirmed_proposals(stands) if stands else {}
    names = _names(stands, visit.lang)
    return visit.render(
        "amendments",
        year=year,
        sealed=stands is not None,
        tasks=[(it, render(it.message, visit.lang)) for it in tasks],
        amended=await amendment_rows(visit, year),
        causes=[
            (str(cause), cause_name(cause, visit.lang))
            for cause in Cause
            if cause is not Cause.FALSE
        ],
        preview=preview,
        material=_material(stands, _asked(visit), names, visit.lang) if stands else (),
        groups=_groups(visit, preview) if preview else (),
        asked=_asked(visit),
        names=names,
        name=lambda code: name(code, visit.lang),
        executions=executions,
        execution=execution,
        stops=[it.render(visit.lang) for it in execution.stops] if execution else (),
        asks=[render(it, visit.lang) for it in execution.asks] if execution else (),
        to_execute=sorted(set(confirmed) - set(open_)),
        to_recall=sorted(
            key
            for key in set(confirmed) - set(open_) - set(recalled(executions))
            if confirmed[key].kind in ENDS_POSTS and confirmed[key].subject in elected
        ),
        to_restore=sorted(set(open_) - set(confirmed)),
        decision_of=lambda key: _decision(key, names, visit.lang),
        verdicts=tuple(Verdict),
        today=visit.today,
    )


def _decision(key: str, names: Mapping[str, str], lang: str) -> str:
    """Returns the key of a decision in words: what, about whom, and by which rule and finding."""
    _, rule, kind, subject, *finding = key.split("/")
    why = " ".join((worded(rule_name(rule), lang), *finding))
    return " · ".join((name(ConsequenceKind(kind), lang), names.get(subject, subject), why))


def _material(
    stands: StandingYear, asked: Mapping[str, str], names: Mapping[str, str], lang: str
) -> list[tuple[str, str, str]]:
    """Returns what can be put right of whoever a correction is asked about."""
    if asked["cause"] != Cause.CORRECTION or asked["what"]:
        return []
    material = corrected(sealed_material(stands.content), stands.corrections)
    found = correctables(material, asked["subject"])
    return correctable_rows(found, stands.content.inputs.scheme, names, lang)


def _asked(visit: Visit) -> dict[str, str]:
    """Returns what the form had, or what a task asks for."""
    if visit.form is not None:
        return {field: visit.text(field) for field in (*FIELDS, "false_material")}
    return {field: visit.query(field) for field in (*FIELDS, "false_material")}


def cause_name(cause: str, lang: str) -> str:
    """Returns what an amendment follows from, in words."""
    return render(CAUSES[cause], lang)


def _groups(visit: Visit, preview: CausePreview) -> list[tuple[str, tuple[Change, ...]]]:
    words = page_words()
    groups = (("changed", preview.changed), ("kept", preview.protected), ("moved", preview.moved))
    return [(words.say(visit.lang, f"cause-{title}", n=len(it)), it) for title, it in groups]


def _names(stands: StandingYear | None, lang: str) -> dict[str, Any]:
    if stands is None:
        return {}
    bodies = stands.content.bodies
    units = {u.unit: pick((u.zh, u.en), lang) for body in bodies for u in body.units}
    return units | {x.leader: pick((x.zh, x.en), lang) for body in bodies for x in body.leaders}
