"""Public notices of a year's results, which open the time for reviews."""

from __future__ import annotations

from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.procedure.appeals import PublicNotice, public_notice
from bot.campaigns.registered import counting_campaigns, year_scheme
from bot.core.identity import Office
from bot.records import store
from bot.records.notices import read_notices
from bot.records.seals import is_sealed
from bot.records.working_days import stored_calendar
from bot.results.releases import read_releases
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place


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
        signed = texts | {"by": office.login, "at": office.second}
        try:
            await connection.execute(tables.public_notices.insert(), [signed])
        except IntegrityError as error:
            raise BadInput(Message("appraisal-changed-just-now")) from error
    return notice


async def _has_results(database: AsyncEngine, year: int) -> bool:
    async with reading(database) as connection:
        if await is_sealed(connection, year) or await store.read_history(connection, year, year):
            return True
    campaigns = await counting_campaigns(database, year)
    return any([bool(await read_releases(database, campaign.id)) for campaign in campaigns])
