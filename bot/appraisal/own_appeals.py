"""What a unit or person does about their own result: requests, appeals, challenges."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.procedure.appeals import BEGINNINGS, AppealAct
from bot.appraisal.appeal_records import Appeal, list_appeals
from bot.appraisal.appeal_requests import STEPS
from bot.appraisal.appeals import appeal_again, receive_appeal, withdraw_appeal
from bot.appraisal.challenges import Challenge, list_challenges, make_challenge
from bot.core.identity import Office
from bot.storage.database import reading
from survey_flows.errors import BadInput, Message, Place

OWN_ACTS = (*BEGINNINGS, *STEPS, AppealAct.CHALLENGED)
"""What a unit or person may do themselves; the names are those of the buttons."""


async def contest(
    database: AsyncEngine, year: int, subject: str, act: AppealAct, grounds: str, office: Office
) -> Appeal:
    """Take what a unit or person does about their own result.

    Args:
        database: where the year is.
        year: the year of the result.
        subject: the unit or person themselves.
        act: one of `OWN_ACTS`.
        grounds: what is wrong, and why; the written withdrawal; why the handler is challenged.
        office: who asks.

    Raises:
        BadInput: as `receive_appeal`, `appeal_again`, `withdraw_appeal` and `make_challenge`, or
            there is no request to appeal about or to take back, or no handler to challenge.
    """
    if act in BEGINNINGS:
        return await receive_appeal(database, year, subject, grounds, office, act)
    appeals = await list_appeals(database, office.today, year)
    own = [it for it in appeals if it.subject == subject]
    if not own:
        raise BadInput(Message("appraisal-no-such-appeal"), Place(subject=subject))
    if act is AppealAct.CHALLENGED:
        if not own[0].standing.charged:
            raise BadInput(Message("appraisal-no-handler"), Place(subject=subject))
        challenged = (subject, own[0].standing.charged, grounds, office)
        await make_challenge(database, year, *challenged)
        return own[0]
    follow = withdraw_appeal if act is AppealAct.WITHDRAWN else appeal_again
    return await follow(database, own[0].number, grounds, office)


async def own_challenges(database: AsyncEngine, subject: str) -> list[Challenge]:
    """Return the challenges that a unit or person made, the newest first, with their decisions."""
    async with reading(database) as connection:
        return [it for it in await list_challenges(connection) if it.asked.subject == subject]
