"""Receipts: on which day a unit or person surely knew of their result."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.appraisal.days import day_between
from bot.core.identity import Office
from bot.records.notices import GivenNotice, notice_for, read_notices
from bot.records.seals import lock_year
from bot.records.tellings import Telling, TellingAct, add_tellings, read_tellings
from bot.storage.database import writing
from survey_flows.errors import BadInput, Message, Place


async def acknowledge(database: AsyncEngine, year: int, subject: str, office: Office) -> None:
    """Append that a unit or person has opened what the last notice tells them; once is enough.

    Raises:
        BadInput: no notice tells of them.
    """
    async with writing(database) as connection:
        await lock_year(connection, year)
        notice = await _notice(connection, year, subject)
        known = await read_tellings(connection, year, subject)
        done = (notice.number, TellingAct.OPENED)
        if all((it.notice, it.act) != done for it in known):
            act = (subject, TellingAct.OPENED, office.today, office.login, office.second)
            await add_tellings(connection, year, [Telling(year, notice.number, *act)])


async def record_delivery(
    database: AsyncEngine, year: int, subject: str, on: str, office: Office
) -> None:
    """Append that the last letter of a person was handed over on a day, by its receipt.

    Raises:
        BadInput: no letter was printed for the last notice, it is delivered already, or the day is
            none, before the letter or still to come.
    """
    async with writing(database) as connection:
        await lock_year(connection, year)
        notice = await _notice(connection, year, subject)
        known = [
            it
            for it in await read_tellings(connection, year, subject)
            if it.notice == notice.number
        ]
        letters = [it for it in known if it.act is TellingAct.LETTER]
        if not letters:
            raise BadInput(Message("appraisal-no-letter"), Place(subject=subject))
        if any(it.act is TellingAct.DELIVERED for it in known):
            raise BadInput(Message("appraisal-delivered-already"), Place(subject=subject))
        given = (letters[0].on, office.today, "appraisal-delivery-day", Place(field="on"))
        day = day_between(on, *given)
        act = (subject, TellingAct.DELIVERED, day, office.login, office.second)
        await add_tellings(connection, year, [Telling(year, notice.number, *act)])


async def _notice(connection: AsyncConnection, year: int, subject: str) -> GivenNotice:
    notice = notice_for(await read_notices(connection, year), subject)
    if notice is None:
        raise BadInput(Message("appraisal-no-notice"), Place(subject=str(year)))
    return notice
