"""Public notice of a year's results, reviews and appeals, and the amendments of upheld ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.appraisal.nesting import ancestors
from aggregation.model.facts import Decision, Grade, Verdict
from aggregation.procedure.appeals import (
    AppealAct,
    AppealRuling,
    AppealStatus,
    AppealStep,
    PublicNotice,
    appeal_status,
    barred_deciders,
    check_appeal_step,
    due_day,
    public_notice,
)
from aggregation.scheme.parts import Procedure
from bot.accounts.roles import ADMINISTRATOR
from bot.campaigns.registered import counting_campaigns, year_scheme
from bot.core.identity import Office
from bot.records import amendments, store
from bot.records.working_days import stored_calendar
from bot.results.releases import publish_correction, read_releases
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

MAX_TEXT = 4000
"""Characters of grounds or of a reason."""
LOGIN = re.compile(r"\(([^()]+)\)\s*$")
"""The login at the end of a signature such as «Zhou Min (zhou)»."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal with its steps and its status today."""

    number: int
    year: int
    subject: str
    steps: Sequence[AppealStep]
    standing: AppealStatus


async def give_public_notice(database: AsyncEngine, year: int, office: Office) -> PublicNotice:
    """Give public notice of a year's results (公示).

    Raises:
        BadInput: nothing of the year was released or sealed, or a notice still runs.
    """
    if not await _has_results(database, year):
        raise BadInput(Message("appraisal-nothing-to-notice"), Place(subject=str(year)))
    days = (await year_scheme(database, year)).procedure
    async with writing(database) as connection:
        before = await read_notices(connection, year)
        if before and office.today <= before[-1].ends:
            message = Message("appraisal-notice-runs", ends=before[-1].ends.isoformat())
            raise BadInput(message, Place(subject=str(year)))
        notice = public_notice(office.today, await stored_calendar(connection), days)
        row = {
            "year": year,
            "number": len(before) + 1,
            "begins": notice.begins,
            "ends": notice.ends,
        }
        row |= {"until": notice.until}
        texts = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in row.items()
        }
        await _add(
            connection, tables.public_notices, texts | {"by": office.login, "at": office.second}
        )
    return notice


async def _has_results(database: AsyncEngine, year: int) -> bool:
    async with reading(database) as connection:
        if await store.read_history(connection, year, year):
            return True
    campaigns = await counting_campaigns(database, year)
    return any([bool(await read_releases(database, campaign.id)) for campaign in campaigns])


async def read_notices(connection: AsyncConnection, year: int) -> list[PublicNotice]:
    """Read the notices of a year, the newest last."""
    columns = tables.public_notices.c
    query = select(tables.public_notices).where(columns.year == year).order_by(columns.number)
    return [_notice(row) for row in await connection.execute(query)]


def _notice(row: Row[Any]) -> PublicNotice:
    return PublicNotice(*(date.fromisoformat(text) for text in (row.begins, row.ends, row.until)))


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
        found = await _find(connection, number, office.today)
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
        year = (await _find(connection, number, office.today)).year
    days = (await year_scheme(database, year)).procedure
    if new.act is not AppealAct.ASSIGNED:
        _check_text(new.text)
    async with writing(database) as connection:
        found = await _find(connection, number, office.today)
        check_appeal_step(found.steps, new, await _deciders(connection, found))
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
        appeal = await _find(connection, number, office.today)
        made = [
            it
            for it in await amendments.read_amendments(connection, appeal.year)
            if it.appeal == number
        ]
        scores = [it for it in made if it.kind == amendments.SCORE]
        if not scores:
            raise BadInput(Message("appraisal-no-amended-score"), Place(subject=str(number)))
        if office.login not in (scores[-1].by, *await eligible_deciders(connection, appeal)):
            raise BadInput(Message("appraisal-decider-barred"))
        units = await _own_units(connection, appeal)
    campaigns = await counting_campaigns(database, appeal.year)
    closed = [campaign for campaign in campaigns if campaign.state == "closed"]
    found = [(it, unit) for it in closed for unit in sorted(units & it.units.keys())]
    signed = (office.login, scores[-1].reason, office.clock)
    changed = [await publish_correction(database, it, unit, *signed) for it, unit in found]
    if not any(changed):
        raise BadInput(Message("appraisal-score-published"), Place(subject=appeal.subject))


async def list_appeals(database: AsyncEngine, today: date, year: int = 0) -> list[Appeal]:
    """Return the appeals of a year, or all, the newest first."""
    query = select(tables.appeals.c.number).order_by(tables.appeals.c.number.desc())
    async with reading(database) as connection:
        rows = await connection.execute(
            query.where(tables.appeals.c.year == year) if year else query
        )
        return [await _find(connection, number, today) for number in rows.scalars().all()]


async def show_appeal(database: AsyncEngine, number: int, today: date) -> Appeal:
    """Return one appeal; raises `BadInput` when there is none of this number."""
    async with reading(database) as connection:
        return await _find(connection, number, today)


async def _find(connection: AsyncConnection, number: int, today: date) -> Appeal:
    row = (
        await connection.execute(select(tables.appeals).where(tables.appeals.c.number == number))
    ).first()
    if row is None:
        raise BadInput(Message("appraisal-no-such-appeal"), Place(subject=str(number)))
    columns = tables.appeal_steps.c
    query = select(tables.appeal_steps).where(columns.appeal == number).order_by(columns.step)
    steps = [_step(found) for found in await connection.execute(query)]
    return Appeal(number, row.year, row.subject, steps, appeal_status(steps, today))


def _step(row: Row[Any]) -> AppealStep:
    ruling = AppealRuling(row.ruling) if row.ruling else None
    end = date.fromisoformat(row.due) if row.due else None
    return AppealStep(
        AppealAct(row.act), row.by, date.fromisoformat(row.on), row.text, row.to, ruling, end
    )


async def eligible_deciders(connection: AsyncConnection, appeal: Appeal) -> list[str]:
    """Return the logins that could be charged with an appeal."""
    out = barred_deciders(appeal.steps, await _deciders(connection, appeal))
    columns = tables.staff.c
    rows = await connection.execute(
        select(columns.login, columns.unit).where(columns.role == ADMINISTRATOR)
    )
    own = await _own_units(connection, appeal)
    return sorted(login for login, unit in rows if login not in out and unit not in own)


async def _deciders(connection: AsyncConnection, appeal: Appeal) -> set[str]:
    """Return the logins that decided on the subject or a leader's unit before the appeal."""
    about = await _own_units(connection, appeal) | {appeal.subject}
    decisions, given = tables.decisions.c, tables.unit_decisions.c
    made = await connection.execute(
        select(decisions.by, decisions.proposal).where(decisions.year == appeal.year)
    )
    signed = [
        by for by, proposal in made if proposal.split("/")[3:4] and proposal.split("/")[3] in about
    ]
    rows = await connection.execute(
        select(given.by).where(given.year == appeal.year, given.unit.in_(about))
    )
    return {login_of(by) for by in [*signed, *rows.scalars()]}


def login_of(signature: str) -> str:
    """Return the login in a signature; the whole signature where it names none."""
    found = LOGIN.search(signature)
    return (found[1] if found else signature).strip().lower()


async def _own_units(connection: AsyncConnection, appeal: Appeal) -> set[str]:
    """Return the unit, or the leader's unit, and the units that it is part of."""
    columns = tables.leaders.c
    query = select(columns.unit).where(
        columns.year == appeal.year, columns.leader == appeal.subject
    )
    parents = {part.code: part.parent for part in await store.read_inner(connection, appeal.year)}
    return set(ancestors((await connection.execute(query)).scalar() or appeal.subject, parents))


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
    unit = appeal.subject in await _own_units(connection, appeal)
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
        units = await _own_units(connection, appeal)
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
