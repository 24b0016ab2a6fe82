"""Reviews and appeals against a year's results, and the amendments of upheld ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.model.facts import Decision, Grade, Verdict
from aggregation.procedure.appeals import (
    AppealAct,
    AppealRuling,
    AppealStep,
    check_appeal_step,
    due_day,
)
from aggregation.scheme.parts import Procedure
from bot.accounts.roles import ADMINISTRATOR
from bot.appraisal.appeal_records import Appeal, find_appeal, show_appeal
from bot.appraisal.deciders import eligible_deciders, own_units, previous_deciders
from bot.campaigns.registered import counting_campaigns, year_scheme
from bot.core.identity import Office
from bot.records import amendments, store
from bot.records.notices import read_notices
from bot.records.working_days import stored_calendar
from bot.results.releases import publish_correction
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

MAX_TEXT = 4000
"""Characters of grounds or of a reason."""


async def receive_appeal(
    database: AsyncEngine, year: int, subject: str, grounds: str, office: Office
) -> Appeal:
    """Receive a request for review of the result of a unit or a leader.

    Raises:
        BadInput: there is no such unit or leader, no notice is given or its time is over,
            or there are no grounds.
    """
    _check_text(grounds)
    days = (await year_scheme(database, year)).procedure
    async with writing(database) as connection:
        await _require_subject(connection, year, subject)
        notices = await read_notices(connection, year)
        if not notices:
            raise BadInput(Message("appraisal-no-notice"), Place(subject=str(year)))
        if office.today > notices[-1].until:
            message = Message("appraisal-review-time-over", until=notices[-1].until.isoformat())
            raise BadInput(message, Place(subject=str(year)))
        same = select(tables.appeals.c.number).where(
            tables.appeals.c.year == year, tables.appeals.c.subject == subject
        )
        if known := (await connection.execute(same)).scalar():
            appeal = Message("appraisal-appeal", number=known)
            raise BadInput(Message("appraisal-review-asked"), Place(subject=appeal))
        last = (await connection.execute(select(func.max(tables.appeals.c.number)))).scalar()
        number = (last or 0) + 1
        await _add(connection, tables.appeals, {"number": number, "year": year, "subject": subject})
        step = await _dated(
            connection,
            AppealStep(AppealAct.RECEIVED, office.login, office.today, grounds.strip()),
            1,
            days,
        )
        await _append(connection, number, 0, step, office)
    return await show_appeal(database, number, office.today)


async def assign_appeal(database: AsyncEngine, number: int, to: str, office: Office) -> Appeal:
    """Charge a handler with an appeal: an administrator who has decided nothing of it before.

    Raises:
        BadInput: there is no such appeal or administrator, the person is barred, or the appeal
            is not at this step.
    """
    async with reading(database) as connection:
        found = await find_appeal(connection, number, office.today)
        if to not in await eligible_deciders(connection, found):
            await _require_administrator(connection, to)
            raise BadInput(Message("appraisal-decider-barred"), Place(subject=to))
    return await _go_on(
        database, number, AppealStep(AppealAct.ASSIGNED, office.login, office.today, to=to), office
    )


async def appeal_again(database: AsyncEngine, number: int, grounds: str, office: Office) -> Appeal:
    """Receive an appeal against the answer to a review.

    Raises:
        BadInput: as `receive_appeal`, or the review was not answered or its time is over.
    """
    return await _go_on(
        database,
        number,
        AppealStep(AppealAct.AGAIN, office.login, office.today, grounds.strip()),
        office,
    )


async def answer_appeal(
    database: AsyncEngine,
    number: int,
    ruling: AppealRuling,
    reason: str,
    remedy: str,
    office: Office,
) -> Appeal:
    """Uphold or reject an appeal; an upheld one amends the result by appending.

    Args:
        database: where the appeal is.
        number: the appeal's number.
        ruling: the ruling.
        reason: its reason.
        remedy: for an upheld appeal one of `remedies`.
        office: the person who answers.

    Raises:
        BadInput: the person is not charged with it or is barred, or a reason or a remedy is
            missing.
    """
    step = AppealStep(AppealAct.ANSWERED, office.login, office.today, reason.strip(), ruling=ruling)
    return await _go_on(database, number, step, office, remedy)


async def _go_on(
    database: AsyncEngine, number: int, new: AppealStep, office: Office, remedy: str = ""
) -> Appeal:
    async with reading(database) as connection:
        year = (await find_appeal(connection, number, office.today)).year
    days = (await year_scheme(database, year)).procedure
    if new.act is not AppealAct.ASSIGNED:
        _check_text(new.text)
    async with writing(database) as connection:
        found = await find_appeal(connection, number, office.today)
        check_appeal_step(found.steps, new, await previous_deciders(connection, found))
        step = await _dated(connection, new, found.standing.round, days)
        await _append(connection, number, len(found.steps), step, office)
        if new.ruling is AppealRuling.UPHELD:
            await _amend(connection, found, remedy, new.text, office)
    return await show_appeal(database, number, office.today)


async def _dated(
    connection: AsyncConnection, step: AppealStep, round_: int, days: Procedure
) -> AppealStep:
    return replace(
        step, due=due_day(step.act, step.on, round_, await stored_calendar(connection), days)
    )


async def publish_amended_score(database: AsyncEngine, number: int, office: Office) -> None:
    """Publish the score that an upheld appeal amended, as the ballots count now.

    The year is sealed again by hand.

    Raises:
        BadInput: no such appeal, it amended no score, the person is barred, or the published
            score is the same.
    """
    async with reading(database) as connection:
        appeal = await find_appeal(connection, number, office.today)
        made = [
            it
            for it in await amendments.read_amendments(connection, appeal.year)
            if it.appeal == number
        ]
        scores = [it for it in made if it.kind == amendments.SCORE]
        if not scores:
            raise BadInput(Message("appraisal-no-amended-score"), Place(subject=str(number)))
        if office.login not in (
            scores[-1].by,
            *await eligible_deciders(connection, appeal),
        ):
            raise BadInput(Message("appraisal-decider-barred"))
        units = await own_units(connection, appeal)
    campaigns = await counting_campaigns(database, appeal.year)
    closed = [campaign for campaign in campaigns if campaign.state == "closed"]
    found = [(it, unit) for it in closed for unit in sorted(units & it.units.keys())]
    signed = (office.login, scores[-1].reason, office.clock)
    changed = [await publish_correction(database, it, unit, *signed) for it, unit in found]
    if not any(changed):
        raise BadInput(Message("appraisal-score-published"), Place(subject=appeal.subject))


async def remedies(connection: AsyncConnection, appeal: Appeal) -> list[tuple[str, str, str]]:
    """Return the changes that an upheld appeal can make: (kind, after, what).

    Joined by «:», each is a remedy.
    """
    found = [
        (amendments.GRADE, str(grade), "")
        for grade in Grade
        if await _may_grade(connection, appeal, grade)
    ]
    for made in await store.read_decisions(connection, appeal.year):
        if made.proposal.split("/")[3:4] == [appeal.subject]:
            found.append((amendments.DECISION, str(_other(made.verdict)), made.proposal))
    return [*found, (amendments.SCORE, "", "")]


async def _may_grade(connection: AsyncConnection, appeal: Appeal, grade: Grade) -> bool:
    standing = await _standing_grade(connection, appeal)
    unit = appeal.subject in await own_units(connection, appeal)
    return (
        standing is not None
        and standing.grade is not grade
        and not (unit and grade is Grade.FOURTH)
    )


async def _standing_grade(connection: AsyncConnection, appeal: Appeal) -> Any:
    lines = await store.read_history(connection, appeal.year, appeal.year)
    return next((line for line in reversed(lines) if line.subject == appeal.subject), None)


def _other(verdict: Verdict) -> Verdict:
    return Verdict.DECLINED if verdict is Verdict.CONFIRMED else Verdict.CONFIRMED


async def _amend(
    connection: AsyncConnection, appeal: Appeal, remedy: str, reason: str, office: Office
) -> None:
    """Append the amended result; the earlier one stays in the record."""
    known = {":".join(parts): parts for parts in await remedies(connection, appeal)}
    if remedy not in known:
        raise BadInput(Message("appraisal-remedy-missing"), Place(field="remedy"))
    kind, after, what = known[remedy]
    before = ""
    why = f"appeal {appeal.number}: {reason}"
    if kind == amendments.GRADE:
        line = await _standing_grade(connection, appeal)
        before = line.grade or store.NOT_APPRAISED
        units = await own_units(connection, appeal)
        await store.append_history(
            connection, [replace(line, grade=Grade(after), confirmed=True)], units
        )
    elif kind == amendments.DECISION:
        before = _other(Verdict(after))
        decision = Decision(
            what, Verdict(after), office.login, why, office.now.isoformat(timespec="seconds")
        )
        await store.append_decisions(connection, appeal.year, [decision])
    row = {
        "appeal": appeal.number,
        "round": appeal.standing.round,
        "year": appeal.year,
        "subject": appeal.subject,
    }
    row |= {
        "kind": kind,
        "what": what,
        "before": before,
        "after": after,
        "by": office.login,
        "reason": why,
    }
    await _add(connection, tables.amendments, row | {"at": office.second})


async def _append(
    connection: AsyncConnection, number: int, place: int, step: AppealStep, office: Office
) -> None:
    row = {
        "appeal": number,
        "step": place,
        "act": step.act,
        "by": step.by,
        "to": step.to,
        "text": step.text,
    }
    row |= {
        "ruling": step.ruling or "",
        "on": step.on.isoformat(),
        "due": step.due.isoformat() if step.due else "",
    }
    await _add(connection, tables.appeal_steps, row | {"at": office.second})


async def _add(connection: AsyncConnection, table: Any, row: dict[str, Any]) -> None:
    try:
        await connection.execute(table.insert(), [row])
    except IntegrityError as error:
        raise BadInput(Message("appraisal-changed-just-now")) from error


async def _require_subject(connection: AsyncConnection, year: int, subject: str) -> None:
    units = (unit.code for unit in await store.read_all_units(connection, year))
    leaders = (leader.id for leader in await store.read_leaders(connection, year))
    if subject not in {*units, *leaders}:
        raise BadInput(Message("appraisal-no-such-subject"), Place(subject=subject))


async def _require_administrator(connection: AsyncConnection, login: str) -> None:
    query = select(tables.staff.c.role).where(tables.staff.c.login == login)
    if (await connection.execute(query)).scalar() != ADMINISTRATOR:
        raise BadInput(Message("appraisal-no-administrator"), Place(subject=login))


def _check_text(text: str) -> None:
    if not text.strip():
        raise BadInput(Message("appraisal-reason-missing"), Place(field="reason"))
    if len(text) > MAX_TEXT:
        raise BadInput(Message("appraisal-text-too-long", max=MAX_TEXT), Place(field="reason"))
