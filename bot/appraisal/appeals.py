"""Reviews and appeals against a year's results, and the amendments of upheld ones."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.appraisal.corrections import Correction, CorrectionKind
from aggregation.procedure.appeals import (
    STATES,
    AppealAct,
    AppealRuling,
    AppealStep,
    check_appeal_step,
)
from aggregation.scheme.parts import Procedure
from bot.accounts.approvals import Approval, Approvals
from bot.accounts.roles import ADMINISTRATOR
from bot.appraisal.amending import chosen_corrections, draw_up, require_standing
from bot.appraisal.amendment_decisions import AMEND
from bot.appraisal.appeal_records import Appeal, find_appeal, read_appeals, show_appeal
from bot.appraisal.appeal_requests import check_request, requests_since
from bot.appraisal.appeal_steps import append_row, append_step, dated_step
from bot.appraisal.deciders import eligible_deciders, previous_deciders
from bot.appraisal.request_times import is_person, own_until
from bot.appraisal.standing_years import StandingYear, corrections_of
from bot.campaigns.registered import find_registered_campaign
from bot.core.identity import Office
from bot.core.stale_forms import StaleForm
from bot.records.notices import notice_for, read_notices
from bot.records.recusals import require_unbarred
from bot.results.releases import publish_correction
from bot.results.scoring import score_registered
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

MAX_TEXT = 4000
"""Characters of grounds or of a reason."""


async def receive_appeal(
    database: AsyncEngine,
    year: int,
    subject: str,
    grounds: str,
    office: Office,
    act: AppealAct = AppealAct.RECEIVED,
) -> Appeal:
    """Receive a request about the result of a unit or a leader, from them or for them.

    Args:
        database: where the year is.
        year: the year of the result.
        subject: the unit or person that it is about.
        grounds: what is wrong, and why; of a late request also the cause of its delay.
        office: who asks, or takes the request.
        act: a review, a late request with a cause, or a person's appeal at once.

    Raises:
        BadInput: there is no such unit or leader, no notice is given, its time is over and no cause
            is named, it was asked for since the last notice, or there are no grounds.
    """
    _check_text(grounds)
    stands = await require_standing(database, year)
    if not any(subject in body.trail for body in stands.content.bodies):
        raise BadInput(Message("appraisal-no-such-subject"), Place(subject=subject))
    days = stands.content.inputs.scheme.procedure
    async with writing(database) as connection:
        step = AppealStep(act, office.login, office.today, grounds.strip())
        await _require_time(connection, stands, subject, step)
        last = (await connection.execute(select(func.max(tables.appeals.c.number)))).scalar()
        number = (last or 0) + 1
        row = {"number": number, "year": year, "subject": subject}
        await append_row(connection, tables.appeals, row)
        dated = await dated_step(connection, step, 1, days, is_person(stands, subject))
        await append_step(connection, number, 0, dated, office.second)
    return await show_appeal(database, number, office.today)


async def _require_time(
    connection: AsyncConnection, stands: StandingYear, subject: str, new: AppealStep
) -> None:
    year = stands.content.year
    notice = notice_for(await read_notices(connection, year), subject)
    if notice is None:
        raise BadInput(Message("appraisal-no-notice"), Place(subject=str(year)))
    until = await own_until(connection, stands, notice, subject)
    appeals = await read_appeals(connection, new.on, year)
    before = requests_since(appeals, subject, notice)
    check_request(new, until, is_person(stands, subject), before)


async def decide_cause(
    database: AsyncEngine, number: int, ruling: AppealRuling, reason: str, office: Office
) -> Appeal:
    """Decide whether the cause of a late request holds; if so it is admitted.

    Raises:
        BadInput: the request is not late, the person is barred, or the reason is missing.
    """
    _check_text(reason)
    async with reading(database) as connection:
        found = await find_appeal(connection, number, office.today)
        if office.login not in await eligible_deciders(connection, found):
            raise BadInput(Message("appraisal-decider-barred"), Place(subject=office.login))
    step = AppealStep(AppealAct.CAUSE, office.login, office.today, reason.strip(), ruling=ruling)
    return await _go_on(database, number, step, office)


async def withdraw_appeal(database: AsyncEngine, number: int, text: str, office: Office) -> Appeal:
    """Take back a request for whoever made it; they may ask once more while the time runs.

    Args:
        database: where the appeal is.
        number: the appeal's number.
        text: what they wrote, since a withdrawal is made in writing.
        office: who takes it back, or registers that.

    Raises:
        BadInput: there is no such appeal, nothing is open in it, or nothing was written.
    """
    _check_text(text)
    step = AppealStep(AppealAct.WITHDRAWN, office.login, office.today, text.strip())
    return await _go_on(database, number, step, office)


async def assign_appeal(
    database: AsyncEngine, number: int, to: str, office: Office, seen: int | None = None
) -> Appeal:
    """Charge a handler with an appeal: an administrator who has decided nothing of it before.

    Args:
        database: where the appeal is.
        number: the appeal.
        to: the handler's login.
        office: who charges; an administrator who must not stand aside.
        seen: how many steps the appeal had on the page; None: a command goes by what stands.

    Raises:
        BadInput: there is no such appeal or administrator, the person is barred, the appeal is
            not at this step, or it went on since the page was made.
    """
    async with reading(database) as connection:
        found = await find_appeal(connection, number, office.today)
        await require_unbarred(connection, found.year, found.subject, office.login)
        if to not in await eligible_deciders(connection, found):
            await _require_administrator(connection, to)
            raise BadInput(Message("appraisal-decider-barred"), Place(subject=to))
    step = AppealStep(AppealAct.ASSIGNED, office.login, office.today, to=to)
    return await _go_on(database, number, step, office, seen)


async def appeal_again(database: AsyncEngine, number: int, grounds: str, office: Office) -> Appeal:
    """Receive an appeal against the answer to a review, or because that is overdue.

    Raises:
        BadInput: there is no such appeal, nothing to appeal against, or the time for it is over.
    """
    _check_text(grounds)
    step = AppealStep(AppealAct.AGAIN, office.login, office.today, grounds.strip())
    return await _go_on(database, number, step, office)


async def reject_appeal(database: AsyncEngine, number: int, reason: str, office: Office) -> Appeal:
    """Answer that an appeal is rejected.

    Raises:
        BadInput: the person is not charged with it or is barred, or the reason is missing.
    """
    _check_text(reason)
    step = AppealStep(
        AppealAct.ANSWERED,
        office.login,
        office.today,
        reason.strip(),
        ruling=AppealRuling.REJECTED,
    )
    return await _go_on(database, number, step, office)


async def uphold_appeal(
    database: AsyncEngine,
    approvals: Approvals,
    number: int,
    chosen: list[str],
    reason: str,
    office: Office,
) -> Approval:
    """Prepare the answer that an appeal is upheld, with the amendment that follows from it.

    Where one person is enough it is done at once; else the appeal stays charged until a second
    person signs.

    Args:
        database: where the appeal is.
        approvals: what two people decide.
        number: the appeal's number.
        chosen: what is put right, one or more of `bot.appraisal.amending.remedies`.
        reason: why it is upheld.
        office: the person who answers.

    Raises:
        BadInput: the person is not charged with it or is barred, a reason or a remedy is missing,
            or whoever asked would fare worse.
    """
    _check_text(reason)
    text = reason.strip()
    step = AppealStep(
        AppealAct.ANSWERED, office.login, office.today, text, ruling=AppealRuling.UPHELD
    )
    async with reading(database) as connection:
        found = await find_appeal(connection, number, office.today)
        await require_unbarred(connection, found.year, found.subject, office.login)
        check_appeal_step(found.steps, step, await previous_deciders(connection, found))
    corrections = await chosen_corrections(database, found, chosen, text, office)
    details = await draw_up(database, found, corrections, text)
    return await _prepare(database, approvals, found, details, office, answer=text)


async def _prepare(
    database: AsyncEngine,
    approvals: Approvals,
    appeal: Appeal,
    details: dict[str, Any],
    office: Office,
    answer: str = "",
) -> Approval:
    stands = await require_standing(database, appeal.year)
    days = stands.content.inputs.scheme.procedure
    more = {
        "answer": bool(answer),
        "text": answer,
        "timezone": office.timezone,
        "procedure": days.model_dump(mode="json"),
        "person": is_person(stands, appeal.subject),
    }
    return await approvals.prepare(AMEND, str(appeal.number), {**details, **more}, office.login)


async def _go_on(
    database: AsyncEngine, number: int, new: AppealStep, office: Office, seen: int | None = None
) -> Appeal:
    async with reading(database) as connection:
        year = (await find_appeal(connection, number, office.today)).year
    stands = await require_standing(database, year)
    days: Procedure = stands.content.inputs.scheme.procedure
    async with writing(database) as connection:
        found = await find_appeal(connection, number, office.today)
        if seen is not None and seen != len(found.steps):
            # A handler who was charged meanwhile would be charged no more, and nobody had seen it.
            charged = found.standing.charged or Message("appraisal-nobody-charged")
            told = {"state": STATES[found.standing.state], "now": charged, "mine": new.to}
            raise StaleForm(Message("appraisal-appeal-changed", **told), Place(subject=str(number)))
        if new.act in (AppealAct.ANSWERED, AppealAct.CAUSE):
            await require_unbarred(connection, year, found.subject, new.by)
        check_appeal_step(found.steps, new, await previous_deciders(connection, found))
        person = is_person(stands, found.subject)
        step = await dated_step(connection, new, found.standing.round, days, person)
        await append_step(connection, number, len(found.steps), step, office.second)
    return await show_appeal(database, number, office.today)


async def publish_amended_score(
    database: AsyncEngine, approvals: Approvals, number: int, office: Office
) -> Approval:
    """Release the score that an upheld appeal amended, as the ballots count now, and amend by it.

    Raises:
        BadInput: no such appeal, it amended no score, the person is barred, or the published
            score is the same.
    """
    async with reading(database) as connection:
        appeal = await find_appeal(connection, number, office.today)
        await require_unbarred(connection, appeal.year, appeal.subject, office.login)
        able = await eligible_deciders(connection, appeal)
    stands = await require_standing(database, appeal.year)
    ordered = _ordered_score(stands, number)
    if ordered is None:
        raise BadInput(Message("appraisal-no-amended-score"), Place(subject=str(number)))
    if office.login not in (ordered.by, *able):
        raise BadInput(Message("appraisal-decider-barred"))
    released = await _release(database, stands, ordered, number, office)
    if released is None:
        raise BadInput(Message("appraisal-score-published"), Place(subject=appeal.subject))
    details = await draw_up(database, appeal, [released], ordered.reason, lenient=True)
    return await _prepare(database, approvals, appeal, details, office)


def _ordered_score(stands: StandingYear, number: int) -> Correction | None:
    """Return the last correction of an appeal that asks for a score."""
    found = [
        one
        for made in stands.amendments
        if made.appeal == number
        for one in corrections_of(made)
        if one.kind is CorrectionKind.SCORE and one.score is None
    ]
    return found[-1] if found else None


async def _release(
    database: AsyncEngine, stands: StandingYear, ordered: Correction, number: int, office: Office
) -> Correction | None:
    """Release the corrected score; return it as a correction, None where nothing changed."""
    unit = ordered.subject
    reason = f"appeal {number}: {ordered.reason}"
    for sealed in stands.releases:
        campaign = await find_registered_campaign(database, sealed.campaign)
        signed = (unit, office.login, reason, office.clock)
        if unit in campaign.units and await publish_correction(database, campaign, *signed):
            scored = await score_registered(database, campaign)
            made = scored.release.number if scored.release else 0
            return Correction(
                CorrectionKind.SCORE,
                unit,
                f"{campaign.id}/{made}",
                "",
                "",
                office.login,
                ordered.reason,
                office.now.isoformat(timespec="seconds"),
                scored.graded[unit],
                scored.disclosed[unit],
            )
    return None


async def _require_administrator(connection: AsyncConnection, login: str) -> None:
    query = select(tables.staff.c.role).where(tables.staff.c.login == login)
    if (await connection.execute(query)).scalar() != ADMINISTRATOR:
        raise BadInput(Message("appraisal-no-administrator"), Place(subject=login))


def _check_text(text: str) -> None:
    if not text.strip():
        raise BadInput(Message("appraisal-reason-missing"), Place(field="reason"))
    if len(text) > MAX_TEXT:
        raise BadInput(Message("appraisal-text-too-long", max=MAX_TEXT), Place(field="reason"))
