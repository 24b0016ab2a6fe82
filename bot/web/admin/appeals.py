"""The console's pages of public notice and appeals: the list, one appeal and its next steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from aggregation.appraisal.corrections import Correction, CorrectionKind
from aggregation.appraisal.standing import CAUSES, Change
from aggregation.model.facts import Grade, Verdict
from aggregation.model.results import ConsequenceKind
from aggregation.procedure.appeals import BEGINNINGS, AppealAct, AppealRuling, AppealState
from bot.accounts.approvals import DONE, WAITING
from bot.appraisal.amending import VALUE, Remedies, remedies, require_standing
from bot.appraisal.amendment_decisions import AMEND
from bot.appraisal.appeal_records import Appeal, list_appeals, show_appeal
from bot.appraisal.appeals import (
    appeal_again,
    assign_appeal,
    decide_cause,
    publish_amended_score,
    receive_appeal,
    reject_appeal,
    uphold_appeal,
    withdraw_appeal,
)
from bot.appraisal.deciders import eligible_deciders
from bot.appraisal.request_times import request_until
from bot.appraisal.standing_years import amendment_of, corrections_of, read_shown_year
from bot.campaigns.registered import read_registered_campaigns, year_scheme
from bot.core.identity import Office
from bot.core.labels import name, pick
from bot.records import store
from bot.records.amendments import StoredAmendment, read_amendments
from bot.records.notices import read_notices
from bot.records.unit_periods import read_all_units
from bot.records.working_days import read_calendar, unknown_years
from bot.storage.database import reading
from bot.web.admin.correctable_rows import correctable_rows, told_bonus, told_post
from bot.web.admin.page import Visit, no_such_button, staff_page
from bot.web.shared.templates import page_words
from survey_flows.errors import BadInput, Message, Place
from survey_flows.messages import render

RECEIVE = "receive"
ASSIGN, ANSWER, AGAIN, CORRECT = "assign", "answer", "again", "correct"
CAUSE, WITHDRAWN = "cause", "withdrawn"


@staff_page
async def show_list(visit: Visit) -> web.Response:
    """Shows every year's notice and every appeal, the newest first; overdue ones are marked."""
    database, today = visit.service.database, visit.today
    appeals = await list_appeals(database, today)
    years = sorted(
        {campaign.year for campaign in await read_registered_campaigns(database)}
        | {appeal.year for appeal in appeals},
        reverse=True,
    )
    async with reading(database) as connection:
        notices = {year: await read_notices(connection, year) for year in years}
        names = {year: await read_names(connection, year, visit.lang) for year in years}
    calendar = await read_calendar(database)
    last = {year: found[-1] for year, found in notices.items() if found}
    return visit.render(
        "appeals",
        person_until={
            year: request_until(
                notice, calendar, (await year_scheme(database, year)).procedure, person=True
            )
            for year, notice in last.items()
        },
        appeals=[_row(visit, appeal, names[appeal.year]) for appeal in appeals],
        notices=last,
        years=years,
        names=names,
        today=today,
        kinds=BEGINNINGS,
        amended=[row for year in years for row in await amendment_rows(visit, year)],
        unknown=unknown_years(calendar, today),
    )


def _row(visit: Visit, appeal: Appeal, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "it": appeal,
        "name": names.get(appeal.subject, appeal.subject),
        "late": appeal.standing.late(visit.today),
    }


async def read_names(connection: Any, year: int, lang: str) -> dict[str, str]:
    """Returns the names of a year's units and leaders by code."""
    units = {
        unit.code: pick((unit.zh, unit.en), lang) for unit in await read_all_units(connection, year)
    }
    leaders = await store.read_leaders(connection, year)
    return units | {
        x.id: f"{pick((x.zh, x.en), lang)} · {units.get(x.unit, x.unit)} {x.post}" for x in leaders
    }


@staff_page
async def take_new(visit: Visit) -> web.Response:
    """Registers a request about a year's results for a unit or a leader."""
    year, act = visit.text("year"), visit.text("act")
    if not (year.isdecimal() and len(year) == 4):
        raise BadInput(Message("admin-choose-year"), Place(field="year"))
    database, office = visit.service.database, visit.office
    if act != RECEIVE:
        raise no_such_button(act)
    if visit.text("kind") not in BEGINNINGS:
        raise BadInput(Message("admin-choose-request"), Place(field="kind"))
    given = (database, int(year), visit.text("subject"), visit.text("reason"), office)
    appeal = await receive_appeal(*given, AppealAct(visit.text("kind")))
    return visit.redirect(f"/admin/appeals/{appeal.number}", "received")


@staff_page
async def show_one(visit: Visit) -> web.Response:
    """Shows one appeal with its steps, and the forms for its next steps."""
    appeal = await _appeal(visit)
    async with reading(visit.service.database) as connection:
        names = await read_names(connection, appeal.year, visit.lang)
        able = await eligible_deciders(connection, appeal)
    found = await _remedies(visit, appeal)
    return visit.render(
        "appeal",
        appeal=_row(visit, appeal, names),
        able=able,
        ways=[(":".join(way), _remedy(visit, way)) for way in found.choices],
        values=await _values(visit, appeal, found, names),
        waits=await _waiting(visit, appeal),
        names=names,
        name=lambda code: name(code, visit.lang),
        rulings=tuple(AppealRuling),
        states=AppealState,
        amended=[
            row
            for row in await amendment_rows(visit, appeal.year)
            if row.stored.appeal == appeal.number
        ],
        mine=appeal.standing.charged == visit.visitor.login,
        me=visit.visitor.login,
    )


async def _remedies(visit: Visit, appeal: Appeal) -> Remedies:
    """Returns what could be put right, for the person who is to answer."""
    charged = appeal.standing.state is AppealState.CHARGED
    if not charged or appeal.standing.charged != visit.visitor.login:
        return Remedies((), ())
    return await remedies(visit.service.database, appeal)


async def _values(
    visit: Visit, appeal: Appeal, found: Remedies, names: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Returns the material that can be put right: its mark, its name, and what stands."""
    if not found.values:
        return []
    stands = await require_standing(visit.service.database, appeal.year)
    return correctable_rows(found.values, stands.content.inputs.scheme, names, visit.lang)


async def _waiting(visit: Visit, appeal: Appeal) -> bool:
    """Returns whether an answer to the appeal waits for a second person."""
    waiting = await visit.service.approvals.list((WAITING,))
    return any((it.kind, it.subject) == (AMEND, str(appeal.number)) for it in waiting)


@staff_page
async def take_step(visit: Visit) -> web.Response:
    """Takes the next step of an appeal."""
    database, number, office = visit.service.database, (await _appeal(visit)).number, visit.office
    act, reason = visit.text("act"), visit.text("reason")
    if act == ASSIGN:
        await assign_appeal(database, number, visit.text("to"), office, _steps_seen(visit))
    elif act == ANSWER:
        if await _answered(visit, number, reason, office):
            return visit.redirect("/admin/approvals", "prepared")
    elif act == CORRECT:
        approvals = visit.service.approvals
        made = await publish_amended_score(database, approvals, number, office)
        if made.state != DONE:
            return visit.redirect("/admin/approvals", "prepared")
    elif act == AGAIN:
        await appeal_again(database, number, reason, office)
    elif act == CAUSE:
        await decide_cause(database, number, _ruling(visit), reason, office)
    elif act == WITHDRAWN:
        await withdraw_appeal(database, number, reason, office)
    else:
        raise no_such_button(act)
    return visit.redirect(f"/admin/appeals/{number}", f"appeal-{act}")


def _steps_seen(visit: Visit) -> int:
    """Returns how many steps the form showed; a form that does not say has shown none."""
    seen = visit.text("seen")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else 0


async def _answered(visit: Visit, number: int, reason: str, office: Office) -> bool:
    """Answers an appeal; returns whether the answer waits for a second person."""
    service = visit.service
    if _ruling(visit) is AppealRuling.REJECTED:
        await reject_appeal(service.database, number, reason, office)
        return False
    form = visit.form
    chosen = [str(it) for it in form.getall("remedy", [])] if form is not None else []
    if visit.text("value"):
        chosen.append(f"{VALUE}:{visit.text('value')}:{visit.text('value_of')}")
    given = (number, chosen, reason, office)
    made = await uphold_appeal(service.database, service.approvals, *given)
    if made.state == DONE:
        await service.mixer.turn()
    return made.state != DONE


def _ruling(visit: Visit) -> AppealRuling:
    if visit.text("ruling") not in tuple(AppealRuling):
        raise BadInput(Message("admin-choose-ruling"), Place(field="ruling"))
    return AppealRuling(visit.text("ruling"))


async def _appeal(visit: Visit) -> Appeal:
    return await show_appeal(visit.service.database, int(visit.path_param("appeal")), visit.today)


def _remedy(visit: Visit, way: Sequence[str]) -> str:
    """Returns a remedy in words."""
    kind, after, what = way
    words = page_words()
    if kind == CorrectionKind.GRADE:
        return words.say(visit.lang, "remedy-grade", grade=name(Grade(after), visit.lang))
    if kind == CorrectionKind.DECISION:
        verdict = name(Verdict(after), visit.lang)
        kind_name = name(ConsequenceKind(what.split("/")[2]), visit.lang)
        return words.say(visit.lang, "remedy-decision", what=kind_name, verdict=verdict)
    if kind == CorrectionKind.FINDING:
        return words.say(visit.lang, "remedy-finding", what=what)
    if kind == CorrectionKind.VALUE:
        return words.say(visit.lang, "remedy-value", what=what, value=after)
    if kind in (CorrectionKind.ADDED, CorrectionKind.CLEARED, CorrectionKind.LINE):
        return words.say(visit.lang, f"remedy-{kind}", what=what)
    return words.say(visit.lang, "remedy-score")


@dataclass(frozen=True, slots=True)
class AmendmentRow:
    """An amendment of a year, with what it put right and whom it changes, in words."""

    stored: StoredAmendment
    cause: str
    words: tuple[str, ...]
    changes: tuple[Change, ...]
    orders_score: bool

    @property
    def moved(self) -> int:
        """How many it changes beside the one who asked."""
        others = (it for it in self.changes if it.subject != self.stored.subject)
        return sum(not it.kept for it in others)

    @property
    def kept(self) -> int:
        """How many it would have worsened, who keep what they have."""
        return sum(it.kept for it in self.changes)


async def amendment_rows(visit: Visit, year: int) -> list[AmendmentRow]:
    """Returns the amendments of a year, each with its words."""
    async with reading(visit.service.database) as connection:
        found = await read_amendments(connection, year)
        names = await read_names(connection, year, visit.lang) if found else {}
        if found:
            await read_shown_year(connection, year)
    return [_row_of(visit, it, names) for it in found]


def _row_of(visit: Visit, it: StoredAmendment, names: Mapping[str, str]) -> AmendmentRow:
    corrections = corrections_of(it)
    ordered = any(one.kind is CorrectionKind.SCORE and one.score is None for one in corrections)
    words = tuple(correction_words(visit, one, names) for one in corrections)
    made = amendment_of(it)
    cause = render(CAUSES[made.cause], visit.lang)
    return AmendmentRow(it, cause, words, made.changes, ordered)


def correction_words(visit: Visit, it: Correction, names: Mapping[str, str]) -> str:
    """Returns a correction in words."""
    if it.kind is CorrectionKind.BONUS:
        return told_bonus(it, visit.lang)
    if it.kind is CorrectionKind.POST:
        return told_post(it, names, visit.lang)
    after = f"{it.before} → {it.after}" if it.kind is CorrectionKind.VALUE else it.after
    remedy = _remedy(visit, (it.kind, after, it.what))
    if it.kind is CorrectionKind.GRADE and it.before in tuple(Grade):
        return f"{name(Grade(it.before), visit.lang)} → {remedy}"
    return remedy
