"""Which campaigns count in a year: campaigns are chosen or withdrawn in the open, by two persons.

The only closed campaign of a year counts by rule. Where several rate a unit somebody chooses, says
why, and says whether its scores were seen before. A campaign that was opened by mistake is
withdrawn: its ballots stay, anybody can verify them, and it counts nowhere. Both are acts of the
public log, so that nothing else has to be stored.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.approvals import Approval, Approvals, Decision
from bot.accounts.roster import Book
from bot.campaigns.choice_records import CHOICE, VOID, choice_mark, read_choices, told
from bot.campaigns.definition import read_definition
from bot.campaigns.early_closes import LONGEST_REASON
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import CLOSED, require_state
from bot.records.seals import lock_year, standing_seal
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from survey_flows.errors import BadInput, Message, Place


def choice_decisions(desk: Desk) -> dict[str, Decision]:
    """Returns what two people decide of a closed campaign."""

    async def order(connection: AsyncConnection, _book: Book, one: Approval, now: int) -> None:
        counts = one.kind == CHOICE and bool(one.details["counts"])
        seen = str(one.details.get("seen", ""))
        await _require_open_choice(connection, one.subject, counts, seen)
        facts: dict[str, object] = {"reason": str(one.details["reason"]), "at": now}
        facts["scores"] = await _scores_were_seen(connection, one.subject)
        if one.kind == CHOICE:
            facts["counts"] = counts
        await desk.order(connection, one.kind, one.subject, facts)

    return {CHOICE: Decision(order), VOID: Decision(order)}


async def prepare_choice(
    approvals: Approvals, campaign: str, counts: bool, reason: str, by: str, seen: str | None = None
) -> Approval:
    """Decides that a closed campaign counts in its year or not, or prepares that.

    Args:
        approvals: what two people decide.
        campaign: the campaign.
        counts: whether it counts.
        reason: why; the log shows it.
        by: who decides.
        seen: the mark of the decision that was seen (`choice_mark`); None: the present one.

    Raises:
        BadInput: there is no such closed counting campaign, it is withdrawn, the seal of its year
            says otherwise, there is no reason, or somebody decided meanwhile.
    """
    mark = await _check(approvals, campaign, counts, reason, seen)
    details = {"counts": counts, "reason": reason.strip(), "seen": mark}
    return await approvals.prepare(CHOICE, campaign, details, by)


async def prepare_void(
    approvals: Approvals, campaign: str, name: str, reason: str, by: str, seen: str | None = None
) -> Approval:
    """Withdraws a closed campaign for good, or prepares that.

    Raises:
        BadInput: as `prepare_choice`, or the name is not the campaign's.
    """
    if name != campaign:
        raise BadInput(Message("choice-name-missing"), Place(subject=campaign))
    mark = await _check(approvals, campaign, False, reason, seen)
    return await approvals.prepare(VOID, campaign, {"reason": reason.strip(), "seen": mark}, by)


async def _check(
    approvals: Approvals, campaign: str, counts: bool, reason: str, seen: str | None
) -> str:
    if not reason.strip():
        raise BadInput(Message("choice-reason-missing"), Place(field="reason"))
    if len(reason.strip()) > LONGEST_REASON:
        message = Message("campaign-reason-too-long", most=LONGEST_REASON)
        raise BadInput(message, Place(field="reason"))
    async with reading(approvals.roster.database) as connection:
        return await _require_open_choice(connection, campaign, counts, seen)


async def _require_open_choice(
    connection: AsyncConnection, campaign: str, counts: bool, seen: str | None
) -> str:
    """Refuse what cannot be decided now; return the mark of the decision that stands."""
    row = await read_campaign_row(connection, campaign)
    require_state(campaign, row.state, (CLOSED,))
    if read_definition(row).aim.pilot:
        raise BadInput(Message("choice-of-pilot"), Place(subject=campaign))
    await _require_as_sealed(connection, campaign, row.year, counts)
    made = (await read_choices(connection)).get(campaign)
    if made is not None and made.void:
        raise BadInput(Message("choice-void"), Place(subject=campaign))
    mark = choice_mark(made)
    if seen is not None and seen != mark:
        now = told(made) if made is not None else Message("choice-told-none")
        raise BadInput(Message("choice-changed", now=now), Place(subject=campaign))
    return mark


async def _require_as_sealed(
    connection: AsyncConnection, campaign: str, year: int, counts: bool
) -> None:
    """Refuse what the year's seal contradicts: what it rests on counts, and nothing else does."""
    await lock_year(connection, year)
    seal = await standing_seal(connection, year)
    if seal is not None and counts != (campaign in seal.campaigns):
        raise BadInput(Message("records-year-sealed"), Place(subject=campaign))


async def _scores_were_seen(connection: AsyncConnection, campaign: str) -> bool:
    """Whether a score was released: the first look makes the first release."""
    query = select(tables.releases.c.number).where(tables.releases.c.campaign == campaign).limit(1)
    return (await connection.execute(query)).first() is not None
