"""The notices of a year for programs: their days, whom they tell, and how far that has come."""

from __future__ import annotations

from aiohttp import web

from bot.records.notices import GivenNotice, read_notices
from bot.records.tellings import Telling, TellingAct, read_tellings
from bot.storage.database import reading
from bot.web.api.call import ApiCall
from bot.web.api.models import YearNotice, YearNoticeList


async def list_notices(call: ApiCall) -> web.StreamResponse:
    """Answers with the notices of a year, the first one first; without the first day none."""
    year = int(call.path_param("year"))
    async with reading(call.service.database) as connection:
        notices = await read_notices(connection, year)
        tellings = await read_tellings(connection, year)
    items = [_notice(it, [one for one in tellings if one.notice == it.number]) for it in notices]
    return call.response(YearNoticeList(year=year, items=items))


def _notice(it: GivenNotice, acts: list[Telling]) -> YearNotice:
    known = (TellingAct.DELIVERED, TellingAct.OPENED)
    return YearNotice(
        number=it.number,
        begins=it.begins,
        ends=it.ends,
        until=it.until,
        amendment=it.amendment or None,
        subjects=sorted(it.subjects),
        letters=len({one.subject for one in acts if one.act is TellingAct.LETTER}),
        known=len({one.subject for one in acts if one.act in known}),
    )
