"""What a unit or person does about their own result: they ask for a review, and appeal."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.appraisal.appeal_records import Appeal, list_appeals
from bot.appraisal.appeals import appeal_again, receive_appeal
from bot.core.identity import Office
from survey_flows.errors import BadInput, Message, Place

ASK, AGAIN = "ask", "again"


async def contest(
    database: AsyncEngine, year: int, subject: str, act: str, grounds: str, office: Office
) -> Appeal:
    """Receive a request for review of one's own result, or an appeal against its answer.

    Args:
        database: where the year is.
        year: the year of the result.
        subject: the unit or person themselves.
        act: `ASK` or `AGAIN`.
        grounds: what is wrong, and why.
        office: who asks.

    Raises:
        BadInput: as `receive_appeal` and `appeal_again`, or there is no review to appeal against.
    """
    if act != AGAIN:
        return await receive_appeal(database, year, subject, grounds, office)
    appeals = await list_appeals(database, office.today, year)
    own = [it for it in appeals if it.subject == subject]
    if not own:
        raise BadInput(Message("appraisal-no-such-appeal"), Place(subject=subject))
    return await appeal_again(database, own[0].number, grounds, office)
