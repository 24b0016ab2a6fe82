"""What two people decide of letters: that they are printed, since whoever prints sees each code.

The service loads this at its start, so that it knows nothing of scores (`bot.appraisal.letters`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.accounts.approvals import Approval, Decision
from bot.accounts.roster import Book
from bot.records.notices import notice_for, read_notices
from bot.records.seals import lock_year
from bot.records.tellings import Telling, TellingAct, add_tellings
from survey_flows.errors import BadInput, Message, Place

LETTERS = "year-letters"
"""The kind of what is decided."""


def letters_decision() -> Mapping[str, Decision]:
    """Return what two people decide of letters."""
    return {LETTERS: Decision(_order)}


async def _order(connection: AsyncConnection, _book: Book, one: Approval, now: int) -> None:
    """Append that the letters are ordered by who prepared it.

    Raises:
        BadInput: a newer notice tells of one of these people meanwhile.
    """
    said = one.details
    year = int(said["year"])
    await lock_year(connection, year)
    notices = await read_notices(connection, year)
    today = datetime.fromtimestamp(now, ZoneInfo(said["timezone"])).date()
    new = []
    for subject, number in said["subjects"]:
        notice = notice_for(notices, subject)
        if notice is None or notice.number != number:
            raise BadInput(Message("appraisal-standing-changed"), Place(subject=str(year)))
        act = (subject, TellingAct.ORDERED, today, one.prepared_by, now)
        new.append(Telling(year, number, *act))
    await add_tellings(connection, year, new)
