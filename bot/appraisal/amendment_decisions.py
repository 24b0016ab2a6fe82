"""What two people decide of an amendment: an upheld appeal with its answer, or another cause.

All of it was worked out when it was prepared (`bot.appraisal.amending`), so that the service, which
loads this at its start, knows nothing of scores.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.procedure.appeals import (
    AppealAct,
    AppealRuling,
    AppealStep,
    check_appeal_step,
)
from aggregation.procedure.notices import public_notice
from aggregation.scheme.parts import Procedure
from bot.accounts.approvals import COMMAND, Approval, Decision
from bot.accounts.profiles import SOLO
from bot.accounts.programs import who_answers
from bot.accounts.roster import Book
from bot.appraisal.appeal_records import Appeal, find_appeal
from bot.appraisal.appeal_steps import append_step, dated_step
from bot.appraisal.commitments import (
    AMENDMENT,
    head_facts,
    public_text,
    salt_of,
    text_digest,
)
from bot.appraisal.deciders import contested_logins, previous_deciders
from bot.appraisal.given_notices import give_notice
from bot.records.amendments import StoredAmendment, add_amendment, next_number, read_amendments
from bot.records.notices import GivenNotice, notice_for, read_notices
from bot.records.recusals import require_others_unbarred, require_unbarred
from bot.records.seals import Seal, lock_year, standing_seal
from bot.records.tellings import Telling, TellingAct, add_tellings
from bot.records.working_days import stored_calendar
from bot.transparency.desk import Desk
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import LOG_ITSELF

AMEND, ACT = "year-amend", "year-amendment"
"""The kind of what is decided, and that of the act in the log."""


def amendment_decision(desk: Desk) -> Mapping[str, Decision]:
    """Return what two people decide of an upheld appeal."""

    async def amend(connection: AsyncConnection, book: Book, one: Approval, now: int) -> None:
        # In solo the one who signs what a program has prepared stands where the preparer does.
        alone = book.profile == SOLO
        await carry_out_amendment(connection, desk, one, now, alone)

    return {AMEND: Decision(amend)}


async def carry_out_amendment(
    connection: AsyncConnection, desk: Desk, one: Approval, now: int, alone: bool = False
) -> StoredAmendment:
    """Append the answer, the amendment, its act in the log, and a notice to whom it changes.

    ``alone`` says that one person decides, so that whoever wrote the material may sign.

    Raises:
        BadInput: the result that stands is not the one that the amendment was worked out from, the
            appeal has moved on, or somebody who signs is barred.
    """
    said = one.details
    await lock_year(connection, said["year"])
    today = datetime.fromtimestamp(now, ZoneInfo(said["timezone"])).date()
    appeal = await find_appeal(connection, said["appeal"], today) if said["appeal"] else None
    await _require_unbarred(connection, one, appeal, alone)
    seal, stood = await _what_stands(connection, said["year"])
    if stood != said["before"]:
        raise BadInput(Message("appraisal-standing-changed"), Place(subject=str(said["year"])))
    if appeal is not None and said["answer"]:
        await _answer(connection, appeal, one, today, now)
    number = await next_number(connection, said["year"])
    names = ("year", "seal", "appeal", "round", "subject", "before", "reason")
    made = StoredAmendment(
        **{name: said[name] for name in names},
        number=number,
        corrections=json.dumps(said["corrections"], ensure_ascii=False),
        changes=json.dumps(said["changes"], ensure_ascii=False),
        by=one.prepared_by,
        approved_by=", ".join(one.approvers),
        at=now,
        cause=json.dumps(said["cause"], ensure_ascii=False) if said.get("cause") else "",
    )
    await add_amendment(connection, made)
    salt = salt_of(seal.content)
    facts: dict[str, object] = {"year": made.year, "amendment": number}
    facts |= {"before": made.before, "after": made.after}
    facts |= _told(made, said) | head_facts(salt, AMENDMENT, amendment_row(made))
    await desk.order(connection, ACT, LOG_ITSELF, facts, f"{made.year}/{number}")
    moved = set(said.get("moved", ()))
    subjects = sorted({it["subject"] for it in said["changes"]} - moved)
    if subjects:
        notice = await _notice(connection, made, subjects, Procedure(**said["procedure"]), today)
        await give_notice(connection, desk, made.year, notice, salt)
    if moved:
        await _tell_moved(connection, made, sorted(moved), today)
    return made


def _told(made: StoredAmendment, said: Mapping[str, Any]) -> dict[str, object]:
    """Return the digest of what everybody may read of it."""
    if "public" not in said:
        return {}
    digests = {"before": made.before, "after": made.after}
    text = public_text(made.year, made.number, digests, said["public"])
    return {"public": text_digest(text)}


def amendment_row(made: StoredAmendment) -> dict[str, Any]:
    """Return what an amendment's row says beside what its digest binds."""
    return {"year": made.year, "number": made.number, "approved_by": made.approved_by}


async def _what_stands(connection: AsyncConnection, year: int) -> tuple[Seal, str]:
    seal = await standing_seal(connection, year)
    if seal is None:
        raise BadInput(Message("appraisal-not-sealed"), Place(subject=str(year)))
    made = [it for it in await read_amendments(connection, year) if it.seal == seal.number]
    return seal, made[-1].after if made else seal.digest


async def _require_unbarred(
    connection: AsyncConnection, one: Approval, appeal: Appeal | None, alone: bool
) -> None:
    """Refuse signatures of whoever wrote or decided what is contested, or must stand aside."""
    year, subject = one.details["year"], one.details["subject"]
    if appeal is not None:
        contested = await previous_deciders(connection, appeal)
    elif alone:
        contested = set()
    else:
        contested = await contested_logins(connection, year, subject)
    for login in one.approvers:
        await require_unbarred(connection, year, subject, login, contested)
    answers = await who_answers(connection, one.prepared_by)
    await require_others_unbarred(connection, year, (subject,), (answers,))


async def _answer(
    connection: AsyncConnection, appeal: Appeal, one: Approval, today: date, now: int
) -> None:
    said = one.details
    by = one.prepared_by
    step = AppealStep(AppealAct.ANSWERED, by, today, said["text"], ruling=AppealRuling.UPHELD)
    check_appeal_step(appeal.steps, step, await previous_deciders(connection, appeal))
    days = Procedure(**said["procedure"])
    person = bool(said["person"])
    dated = await dated_step(connection, step, appeal.standing.round, days, person)
    await append_step(connection, appeal.number, len(appeal.steps), dated, now)


async def _tell_moved(
    connection: AsyncConnection, made: StoredAmendment, subjects: Sequence[str], today: date
) -> None:
    """Record that units which only move in rank are told: on their page, by the last notice."""
    notices = await read_notices(connection, made.year)
    by = made.by.removeprefix(COMMAND)
    told = [
        Telling(made.year, notice.number, subject, TellingAct.MOVED, today, by, made.at)
        for subject in subjects
        for notice in [notice_for(notices, subject)]
        if notice is not None
    ]
    if told:
        await add_tellings(connection, made.year, told)


async def _notice(
    connection: AsyncConnection,
    made: StoredAmendment,
    subjects: Sequence[str],
    days: Procedure,
    today: date,
) -> GivenNotice:
    """Return a notice to exactly those whom it changes, with a review time of its own."""
    given = public_notice(today, await stored_calendar(connection), days)
    by = made.by.removeprefix(COMMAND)
    told = (made.number, frozenset(subjects), by, made.at)
    return GivenNotice(given.begins, given.ends, given.until, *told)
