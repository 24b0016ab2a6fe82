"""What two people decide of a year: its seal, and the lifting of the seal before the notice.

The service loads this at its start, so that it knows nothing of scores (`bot.appraisal.sealing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.approvals import Approval, Decision
from bot.accounts.roster import Book
from bot.appraisal.commitments import SEAL as HEAD
from bot.appraisal.commitments import head_facts, salt_of
from bot.appraisal.seen_year import year_digest
from bot.records.notices import read_notices
from bot.records.seals import (
    Seal,
    add_seal,
    forget_draft,
    lock_year,
    next_number,
    read_draft,
    refuse_sealed,
    standing_seal,
)
from bot.transparency.desk import Desk
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import LOG_ITSELF

SEAL, LIFT = "year-seal", "year-lift"
"""The kinds; the first is also that of the act in the log."""


async def liftable_seal(connection: AsyncConnection, year: int) -> Seal:
    """Returns the seal that may be lifted.

    Raises:
        BadInput: the year is not sealed, or public notice of it is given.
    """
    seal = await standing_seal(connection, year)
    if seal is None:
        raise BadInput(Message("appraisal-not-sealed"), Place(subject=str(year)))
    if await read_notices(connection, year):
        raise BadInput(Message("appraisal-sealed-for-good"), Place(subject=str(year)))
    return seal


def seal_decisions(desk: Desk) -> Mapping[str, Decision]:
    """Returns what two people decide of a year."""

    async def seal(connection: AsyncConnection, _book: Book, one: Approval, now: int) -> None:
        await carry_out_seal(connection, desk, one.details, signers(one), now)

    async def lift(connection: AsyncConnection, _book: Book, one: Approval, now: int) -> None:
        await carry_out_lifting(connection, desk, one.details, signers(one), now)

    return {SEAL: Decision(seal), LIFT: Decision(lift)}


def signers(one: Approval) -> tuple[str, str]:
    """Returns who prepared something, and who signed it as the second person, if anybody."""
    return one.prepared_by, ", ".join(one.approvers)


async def carry_out_seal(
    connection: AsyncConnection,
    desk: Desk,
    details: Mapping[str, Any],
    people: tuple[str, str],
    now: int,
) -> Seal:
    """Appends the seal that was prepared, and orders its act in the public log.

    Raises:
        BadInput: the year is sealed, or its material or what waits changed since.
    """
    year = int(details["year"])
    await refuse_sealed(connection, year)
    content = await read_draft(connection, year, details["digest"])
    if content is None or await year_digest(connection, year) != details["seen"]:
        raise BadInput(Message("appraisal-seal-changed"), Place(subject=str(year)))
    number = await next_number(connection, year)
    said = (details["organ"], details["document"], details["decided_on"])
    seal = Seal(year, number, content, *said, "", *people, now)
    await add_seal(connection, seal)
    await forget_draft(connection, year)
    facts: dict[str, object] = {"year": year, "seal": number, "sha256": seal.digest}
    facts |= {name: details[name] for name in ("public",) if name in details}
    facts |= head_facts(salt_of(content), HEAD, seal_row(seal))
    await desk.order(connection, SEAL, LOG_ITSELF, facts, f"{year}/{number}")
    return seal


def seal_row(seal: Seal) -> dict[str, Any]:
    """Returns what a seal's row says beside its content."""
    return {it.name: getattr(seal, it.name) for it in fields(seal) if it.name != "content"}


async def carry_out_lifting(
    connection: AsyncConnection,
    desk: Desk,
    details: Mapping[str, Any],
    people: tuple[str, str],
    now: int,
) -> None:
    """Appends the lifting of a seal, and orders its act in the public log.

    Raises:
        BadInput: public notice is given, or another seal holds meanwhile.
    """
    year = int(details["year"])
    await lock_year(connection, year)
    seal = await liftable_seal(connection, year)
    if seal.number != details["lifts"]:
        raise BadInput(Message("appraisal-seal-changed"), Place(subject=str(year)))
    number = await next_number(connection, year)
    reason = str(details["reason"])
    by, approved_by = people
    lifting = Seal(year, number, "", reason=reason, by=by, approved_by=approved_by, at=now)
    await add_seal(connection, lifting)
    facts: dict[str, object] = {"year": year, "seal": number, "lifts": seal.number}
    facts |= head_facts(salt_of(seal.content), HEAD, seal_row(lifting))
    await desk.order(connection, SEAL, LOG_ITSELF, facts, f"{year}/{number}")
