"""What a document tells of a year in notice: what stands, and what is still open on its day."""

from __future__ import annotations

from datetime import date, timedelta

from aggregation.procedure.appeals import AppealRuling
from bot.appraisal.settling import OpenResults, open_results
from bot.publication.as_of import open_words, year_as_of
from bot.publication.exports import Audience, Book, year_book
from bot.publication.public_table import public_data, read_public_table
from bot.publication.reports.circular import circular_document
from bot.publication.reports.material import report_material
from bot.storage.database import reading
from survey_flows.messages import render
from tests.contract.halls import YEAR, Hall

ZONE = "Asia/Shanghai"


async def found(hall: Hall) -> OpenResults | None:
    async with reading(hall.database) as connection:
        return await open_results(connection, YEAR, hall.who("zhou").today)


async def circular(hall: Hall, audience: Audience) -> str:
    today = hall.who("zhou").today
    year = await year_as_of(hall.database, await hall.standing(), today)
    material = await report_material(hall.database, year)
    return repr(circular_document(material, audience, "zh-Hans", ZONE))


async def book(hall: Hall) -> Book:
    today = hall.who("zhou").today
    year = await year_as_of(hall.database, await hall.standing(), today)
    return year_book(year, Audience.INTERNAL, ZONE)


def marked(made: Book, page: str) -> list[str]:
    """The codes of the rows of a page whose names bear the mark."""
    return [str(row[0]) for row in made.page(page).rows if "（复核中）" in str(row[1])]


async def test_before_the_notice_nothing_is_open_and_no_document_says_so(hall: Hall) -> None:
    year = await hall.standing()
    assert await found(hall) is None
    assert await year_as_of(hall.database, year, hall.who("zhou").today) is year
    assert "截至" not in await circular(hall, Audience.PUBLIC)
    assert (await book(hall)).page("method").rows[0][0] == "scheme"


async def test_documents_tell_what_is_still_open_on_their_day(hall: Hall) -> None:
    await hall.noticed()
    unit = await hall.received("U3")
    person = await hall.received("L1")
    open_ = await found(hall)
    people = len((await hall.standing()).result.leaders)
    assert open_ == OpenResults(date(2026, 11, 23), frozenset({"U3", "L1"}), 4, people)
    said = "截至 2026-11-23：2 个单位或个人的复核、申诉尚待答复"
    public, internal = [await circular(hall, audience) for audience in Audience]
    assert all(said in text and "市三局（复核中）" in text for text in (public, internal))
    assert "市二局（复核中）" not in internal
    made = await book(hall)
    assert made.page("method").rows[0][0] == "open"
    assert said in str(made.page("method").rows[0])
    assert marked(made, "units") == ["U3"]
    assert marked(made, "leaders") == ["L1"]
    table = await read_public_table(hall.database, YEAR, hall.who("zhou").today)
    assert table is not None
    assert table.open == open_
    assert "复核中" not in str(public_data(table)), "what programs check has the names alone"
    # What is answered is open no more; after the last day nobody's time runs.
    hall.road.clock.time += timedelta(days=2)
    await hall.answered(unit, "chen", AppealRuling.REJECTED)
    await hall.answered(person, "chen", AppealRuling.REJECTED)
    now = await found(hall)
    assert now is not None
    assert (now.asked, now.units > 0) == (frozenset(), True)
    assert marked(await book(hall), "units") == []
    hall.road.clock.time += timedelta(days=120)
    later = await found(hall)
    assert later is not None
    assert (later.asked, later.units) == (frozenset(), 0)
    day = hall.who("zhou").today.isoformat()
    words = render(open_words(later), "en")
    assert words.startswith(f"As of {day}: ")
    assert ("no review or appeal waits" in words) == (later.people == 0)
