"""Public notices of a year's results, which open the time for reviews."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.procedure.notices import public_notice
from bot.appraisal.given_notices import give_notice
from bot.appraisal.standing_years import read_standing
from bot.core.identity import Office
from bot.records.notices import GivenNotice, read_notices
from bot.records.seals import lock_year
from bot.records.working_days import stored_calendar
from bot.storage.database import writing
from bot.transparency.desk import Desk
from survey_flows.errors import BadInput, Message, Place


async def give_public_notice(
    database: AsyncEngine, desk: Desk, year: int, office: Office
) -> GivenNotice:
    """Give public notice of a year's results (公示); from then on only amendments change them.

    The act in the public log says its days.

    Raises:
        BadInput: the year is not sealed, or a notice still runs.
    """
    async with writing(database) as connection:
        await lock_year(connection, year)
        stands = await read_standing(connection, year)
        if stands is None:
            raise BadInput(Message("appraisal-nothing-to-notice"), Place(subject=str(year)))
        before = await read_notices(connection, year)
        if before and office.today <= before[-1].ends:
            message = Message("appraisal-notice-runs", ends=before[-1].ends.isoformat())
            raise BadInput(message, Place(subject=str(year)))
        days = stands.content.inputs.scheme.procedure
        given = public_notice(office.today, await stored_calendar(connection), days)
        notice = GivenNotice(
            given.begins, given.ends, given.until, by=office.login, at=office.second
        )
        return await give_notice(connection, desk, year, notice, stands.content.salt)
