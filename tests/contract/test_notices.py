"""What a notice shows, and to whom: everybody the table, each unit and person their own result.

Persons are told by letters with codes; rows that say who was told are only added.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from unittest.mock import AsyncMock

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from aggregation.model.facts import Grade
from aggregation.model.standings import AppraisalState, SubjectState
from aggregation.procedure.appeals import AppealAct, AppealRuling
from aggregation.procedure.notices import PublicNotice
from bot.accounts.approvals import DONE, WAITING
from bot.accounts.officers import Officers
from bot.accounts.staff import add_staff
from bot.appraisal.amending import require_standing
from bot.appraisal.appeals import reject_appeal
from bot.appraisal.letters import (
    DIED,
    UnitLetters,
    count_letters,
    list_letters,
    prepare_letters,
    unreachable,
)
from bot.appraisal.own_results import read_own_result, read_own_results
from bot.appraisal.public_notices import NoticeOrder, give_public_notice, show_notice
from bot.appraisal.receipts import acknowledge, record_delivery
from bot.appraisal.settling import unsettled_units
from bot.campaigns.registered import find_registered_campaign
from bot.core.short_codes import SIGNS, fold_code
from bot.publication.early_publication import EarlyOrder, marked, prepare_early, show_early
from bot.publication.public_release import make_public, read_publications
from bot.publication.public_table import public_data, public_years, read_public_table
from bot.publication.reports.document_model import Document, Heading, KeyFigures
from bot.publication.reports.letters import print_letters
from bot.publication.reports.pdf import to_png
from bot.records.notices import GivenNotice, add_notice, read_notices
from bot.records.tellings import find_letter, make_code, read_tellings
from bot.records.working_days import import_calendar
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.halls import PASSWORD, YEAR, Hall
from tests.desk import DESK, roster_of
from tests.sealing import SITE, approvals_of, give_notice

TODAY = date(2026, 11, 23)
CODE = re.compile(r"\b(units|indicators|public|personal|leaders|history)\.|\d{4}/")


async def letters_of(hall: Hall, unit: str) -> UnitLetters:
    return next(it for it in await list_letters(hall.database, YEAR) if it.unit.unit == unit)


async def order(hall: Hall, whose: str, login: str = "zhou") -> str:
    approvals = approvals_of(hall.database, hall.road.clock)
    made = await prepare_letters(hall.database, approvals, YEAR, whose, hall.who(login))
    return made.state


async def printed(hall: Hall, monkeypatch: pytest.MonkeyPatch, unit: str) -> dict[str, str]:
    """Print a unit's letters; return the code of each person."""
    made: list[str] = []

    def making() -> str:
        made.append(make_code())
        return made[-1]

    monkeypatch.setattr("bot.publication.reports.letters.make_code", making)
    ordered = (await letters_of(hall, unit)).ordered("zhou")
    digest = hall.road.keys.result_code
    given = (YEAR, unit, hall.who("zhou"), "https://mp.example", "zh-Hans")
    body = await print_letters(hall.database, digest, *given)
    assert body.startswith(b"%PDF")
    return dict(zip((it.subject for it in ordered), made, strict=True))


async def test_nothing_is_told_before_the_first_day_of_the_notice(hall: Hall) -> None:
    assert await public_years(hall.database, TODAY) == []
    assert await read_public_table(hall.database, YEAR, TODAY) is None
    assert await read_own_results(hall.database, "U3", TODAY) == []
    assert [it.people for it in await list_letters(hall.database, YEAR)] == []
    with pytest.raises(BadInput, match="no public notice"):
        await order(hall, "U3")
    await hall.noticed()
    assert await public_years(hall.database, TODAY - timedelta(days=1)) == []
    assert await read_public_table(hall.database, YEAR, TODAY - timedelta(days=1)) is None
    assert await public_years(hall.database, TODAY) == [YEAR]


async def test_row_notice_the_list_is_looked_at_and_its_digest_comes_back(hall: Hall) -> None:
    database, zhou = hall.database, hall.who("zhou")
    seen = await show_notice(database, YEAR, zhou, SITE)
    assert seen.days == PublicNotice(TODAY, date(2026, 11, 30), date(2026, 12, 3))
    assert (seen.letters, seen.stops) == ((3, 5), ())
    assert list(map(str, seen.asks)) == [
        "3 units without an account and 5 people are told by letter: "
        "order and hand over the letters from the first day on."
    ]

    async def give(typed: str, digest: str, address: str = SITE) -> GivenNotice:
        return await give_public_notice(
            database, DESK, YEAR, NoticeOrder(typed, digest), zhou, address
        )

    for typed, digest, sentence in (
        ("", seen.digest, "type the year"),
        ("2024", seen.digest, "type the year"),
        (str(YEAR), "", "the list has changed since you saw it"),
        (str(YEAR), "0" * 16, "the list has changed since you saw it"),
    ):
        with pytest.raises(BadInput, match=sentence):
            await give(typed, digest)
    # Whatever changes meanwhile is looked at again: here U2 has an account now.
    await add_staff(roster_of(database), "two", PASSWORD, "unit", "U2")
    with pytest.raises(BadInput, match="the list has changed since you saw it"):
        await give(str(YEAR), seen.digest)
    # Without an address a letter cannot say where the own page is.
    nowhere = await show_notice(database, YEAR, zhou, "")
    assert [stop.render("en") for stop in nowhere.stops] == [
        "letters have to say where the own page is, and the service has no public address; "
        "set MINPING_PUBLIC_URL"
    ]
    with pytest.raises(BadInput, match="set MINPING_PUBLIC_URL"):
        await give(str(YEAR), nowhere.digest, "")
    # A release after the seal would show other scores than the notice.
    async with writing(database) as connection:
        row = dict((await connection.execute(select(tables.releases))).mappings().one())
        await connection.execute(tables.releases.insert(), [row | {"number": 2}])
    other = await show_notice(database, YEAR, zhou, SITE)
    assert ["release 2 is newer than release 1" in stop.render("en") for stop in other.stops] == [
        True
    ]
    with pytest.raises(BadInput, match="release 2 is newer than release 1"):
        await give(str(YEAR), other.digest)
    async with reading(database) as connection:
        assert await read_notices(connection, YEAR) == []


async def test_row_notice_of_2026_12_28_is_stopped_until_the_holidays_of_2027_are_imported(
    hall: Hall,
) -> None:
    database, zhou = hall.database, hall.who("zhou")
    hall.road.clock.time += timedelta(days=35)
    assert zhou.today == date(2026, 12, 28)
    stopped = await show_notice(database, YEAR, zhou, SITE)
    sentence = (
        "2027: a deadline falls in 2027, whose holidays are not known; import the table of "
        "holidays that the State Council has published for 2027 at /admin/calendar "
        "or by `minping calendar import`"
    )
    assert (stopped.days, [stop.render("en") for stop in stopped.stops]) == (None, [sentence])
    order = NoticeOrder(str(YEAR), stopped.digest)
    with pytest.raises(BadInput, match="whose holidays are not known"):
        await give_public_notice(database, DESK, YEAR, order, zhou, SITE)
    table = "日期,类型\n2027-01-01,休\n2027-01-04,放假\n2027-01-09,班\n"
    assert await import_calendar(database, "2027.csv", table.encode()) == {2027: 3}
    seen = await show_notice(database, YEAR, zhou, SITE)
    # 29, 30, 31 December, 5 and 6 January: 1 January is off in every year, the fourth by the table.
    assert seen.days == PublicNotice(date(2026, 12, 28), date(2027, 1, 6), date(2027, 1, 7))
    assert "2027-01-01, 2027-01-04" in str(seen.asks[0])
    with pytest.raises(BadInput, match="the list has changed since you saw it"):
        await give_public_notice(database, DESK, YEAR, order, zhou, SITE)
    assert (await give_notice(database, YEAR, zhou)).ends == date(2027, 1, 6)


async def test_row_notice_before_the_seal_is_refused_with_what_to_do(hall: Hall) -> None:
    zhou = hall.who("zhou")
    for act in (
        show_notice(hall.database, 2019, zhou, SITE),
        give_public_notice(hall.database, DESK, 2019, NoticeOrder("2019", "0" * 16), zhou, SITE),
    ):
        with pytest.raises(BadInput, match=r"seal it first \(`minping seal 2019`"):
            await act
    async with reading(hall.database) as connection:
        assert await read_notices(connection, 2019) == []


async def test_row_notice_nobody_is_left_without_a_way_and_the_dead_get_no_letter(
    hall: Hall,
) -> None:
    stands = await require_standing(hall.database, YEAR)
    result = stands.content.result
    gone = replace(result, units=tuple(it for it in result.units if it.unit != "U1"))
    died = SubjectState(AppraisalState.NOT_APPRAISED, DIED)
    leaders = tuple(replace(it, state=died) if it.leader == "L2" else it for it in result.leaders)
    assert unreachable(stands) == ()
    lost = replace(stands, content=replace(stands.content, result=gone))
    assert unreachable(lost) == ("L1",)
    without = replace(result, leaders=leaders)
    dead = replace(stands, content=replace(stands.content, result=without))
    async with reading(hall.database) as connection:
        assert await count_letters(connection, stands) == (3, 5)
        assert await count_letters(connection, dead) == (3, 4)


async def test_row_publish_waits_until_every_unit_is_settled(hall: Hall) -> None:
    await hall.noticed()
    database = hall.database
    campaign = await find_registered_campaign(database, "poll")

    async def waiting() -> tuple[str, ...]:
        async with reading(database) as connection:
            return await unsettled_units(connection, YEAR, hall.who("zhou").today)

    async def refused() -> str:
        with pytest.raises(BadInput) as error:
            await make_public(database, campaign, "zhou", hall.road.clock, "Asia/Shanghai")
        return str(error.value)

    assert "public notice" in await refused()
    hall.road.clock.time += timedelta(days=10)  # 3 December, the last day for a request
    appeal = await hall.charged("U3", "chen")
    assert await waiting() == ("D1", "U1", "U2", "U3")
    assert "4 units may still ask for a review, or wait" in await refused()
    hall.road.clock.time += timedelta(days=1)
    assert await waiting() == ("U3",)
    assert "1 units may still ask" in await refused()
    # An answer that is overdue, or given, holds nobody up.
    hall.road.clock.time += timedelta(days=9)
    assert await waiting() == ("U3",)
    hall.road.clock.time += timedelta(days=2)
    assert await waiting() == ()
    hall.road.clock.time -= timedelta(days=3)
    await reject_appeal(database, appeal.number, "looked at", hall.who("chen"))
    assert await waiting() == ()


async def test_row_publish_review_open_two_people_publish_with_the_mark(hall: Hall) -> None:
    """One prepares what a second one signs; a unit that begins to wait meanwhile stops it."""
    await hall.noticed()
    database, roster = hall.database, roster_of(hall.database)
    campaign = await find_registered_campaign(database, "poll")
    zhou = hall.who("zhou")
    assert await show_early(database, campaign, zhou.today) is None, "the notice still runs"
    for login, role in (("he", "approver"), ("wu", "approver")):
        await add_staff(roster, login, PASSWORD, role)
    approvals = approvals_of(database, hall.road.clock)
    await Officers(approvals, hall.road.clock).set_profile("city", "zhou")
    hall.road.clock.time += timedelta(days=10)
    await hall.charged("U3", "chen")
    hall.road.clock.time += timedelta(days=1)
    zhou = hall.who("zhou")
    found = await show_early(database, campaign, zhou.today)
    assert found is not None
    assert found.units == ("U3",)
    order = EarlyOrder("市里要求按期公布", "poll", found.digest)
    one = await prepare_early(database, approvals, campaign, order, zhou)
    assert (one.state, one.details["told"]) == (WAITING, "U3")
    assert await read_publications(database) == {}
    async with writing(database) as connection:
        # An amendment is noticed meanwhile, so that another unit may ask.
        given = GivenNotice(zhou.today, zhou.today, zhou.today, 1, frozenset({"U1"}))
        await add_notice(connection, YEAR, given)
    with pytest.raises(BadInput, match="the list has changed since you saw it"):
        await approvals.approve(one.id, "he", one.seen)
    assert await read_publications(database) == {}
    hall.road.clock.time += timedelta(days=11)  # The time of U1 is over too.
    assert (await approvals.approve(one.id, "he", one.seen)).state == DONE
    public = (await read_publications(database))["poll"]
    assert (public.number, public.by) == (one.details["release"], "zhou")
    names = [unit.name["zh-Hans"] for unit in marked(campaign, found.units).units.values()]
    plain = campaign.units["U3"].name["zh-Hans"]
    assert [name for name in names if "复核中" in name] == [f"{plain}（复核中）"]
    hall.road.clock.time += timedelta(days=60)
    with pytest.raises(BadInput, match="every unit is settled"):
        await prepare_early(database, approvals, campaign, order, hall.who("zhou"))


async def test_everybody_reads_units_and_counts_of_leaders_and_no_name_of_one(hall: Hall) -> None:
    await hall.noticed()
    table = await read_public_table(hall.database, YEAR, TODAY)
    assert table is not None
    said = public_data(table)
    year = await hall.standing()
    assert [
        (row["unit"], row["rank"], row["total"], row["grade"], row["public_score"])
        for row in said["units"]
    ] == [
        (
            *(unit.unit, unit.rank, f"{unit.total:f}", unit.grade and str(unit.grade)),
            f"{float(year.inputs.disclosed[unit.unit].score or 0):.2f}",
        )
        for unit in sorted(year.result.units, key=lambda it: (it.league is None, it.rank or 0))
    ]
    assert said["leaders"] == {"second": 3, "third": 1}
    assert (said["seal"], said["standing"]) == (table.seal, table.seal)
    everything = str(said)
    assert not [x for x in year.result.leaders if x.zh in everything or x.leader in everything]


async def test_a_unit_reads_its_result_and_the_table_follows_an_amendment(hall: Hall) -> None:
    await hall.noticed()
    (own,) = await read_own_results(hall.database, "U3", TODAY)
    assert (own.result.grade, own.until.isoformat(), AppealAct.RECEIVED in own.acts) == (
        Grade.THIRD,
        "2026-12-03",
        True,
    )
    trail = (await hall.standing()).result.trail["U3"]
    assert [line.label for line in own.lines] == [line.label for line in trail]
    assert [line.value for line in own.lines] == [line.value for line in trail]
    said = " | ".join(line.inputs_text("zh-Hans") for line in own.lines)
    assert "市三局的民评得分" in said
    assert not CODE.search(said), "no code of the data"
    assert own.firsts == ()
    appeal = await hall.received()
    (asked,) = await read_own_results(hall.database, "U3", TODAY)
    assert asked.acts == (AppealAct.WITHDRAWN,)
    hall.road.clock.time += timedelta(days=2)
    await hall.answered(appeal, "chen", AppealRuling.UPHELD, "value:95:objective")
    today = hall.who("zhou").today
    table = await read_public_table(hall.database, YEAR, today)
    assert table is not None
    rows = {row["unit"]: row for row in public_data(table)["units"]}
    assert (rows["U3"]["grade"], rows["U3"]["total"], rows["U3"]["amended"]) == (
        "second",
        "72.25",
        [1],
    )
    assert (rows["U2"]["grade"], rows["U2"]["amended"]) == ("second", [])
    assert table.digest != table.seal
    # Who moves, and who would have, is told anew and may ask anew; the others' time runs on.
    for subject, amendment, until in (
        ("U3", 1, "2026-12-07"),
        ("U2", 1, "2026-12-07"),
        ("U1", 0, "2026-12-03"),
    ):
        told = await read_own_result(hall.database, YEAR, subject, today)
        assert told is not None
        assert (told.notice.amendment, told.until.isoformat()) == (amendment, until)
        assert AppealAct.RECEIVED in told.acts
    assert {
        it.subject: it.notice.amendment
        for unit in await list_letters(hall.database, YEAR)
        for it in unit.people
    } == {"D1": 0, "U1": 0, "U2": 1, "L1": 0, "L2": 1, "L3": 1, "L4": 0, "Q1": 1}
    # A unit is told the names of its own people with the first grade, and of no others.
    best = await hall.received("L1")
    await hall.answered(best, "chen", AppealRuling.UPHELD, "grade:first:")
    names = {}
    for unit in ("U1", "U2"):
        (it,) = await read_own_results(hall.database, unit, today)
        names[unit] = [first.leader for first in it.firsts]
    assert names == {"U1": ["L1"], "U2": []}


async def test_a_letter_is_ordered_printed_once_and_its_code_opens_the_own_result(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hall.noticed()
    with pytest.raises(BadInput, match="no letters of this unit"):
        await printed(hall, monkeypatch, "U3")
    assert await order(hall, "U3") == DONE
    with pytest.raises(BadInput, match="everybody here has a letter"):
        await order(hall, "U3")
    codes = await printed(hall, monkeypatch, "U3")
    assert set(codes) == {"L3", "Q1"}, "the people inside its parts too"
    with pytest.raises(BadInput, match="no letters of this unit"):
        await printed(hall, monkeypatch, "U3")
    digest = hall.road.keys.result_code
    async with reading(hall.database) as connection:
        rows = (await connection.execute(select(tables.tellings))).all()
        found = await find_letter(connection, digest(codes["Q1"]))
        assert await find_letter(connection, digest("0000000000")) is None
        assert await find_letter(connection, "") is None
    assert found is not None
    assert (found.year, found.subject) == (YEAR, "Q1")
    assert not [code for code in codes.values() if code in str(rows)], "digests alone are kept"
    # A letter that is lost is replaced, and the code before it opens nothing any more.
    assert await order(hall, "Q1") == DONE
    new = (await printed(hall, monkeypatch, "U3"))["Q1"]
    async with reading(hall.database) as connection:
        assert await find_letter(connection, digest(codes["Q1"])) is None
        again = await find_letter(connection, digest(new))
        other = await find_letter(connection, digest(codes["L3"]))
    assert again is not None
    assert other is not None
    assert (again.subject, other.subject) == ("Q1", "L3")


def pixels(picture: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


async def test_a_letter_has_the_address_as_a_code_that_a_telephone_reads(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unit without an account gets one too; the code of the page itself is in no picture."""
    drawn: list[Document] = []
    monkeypatch.setattr("bot.publication.reports.letters.to_pdf", drawn.append)
    monkeypatch.setattr("bot.publication.reports.letters.record_letters", AsyncMock())
    await hall.noticed()
    await order(hall, "U1")
    given = (YEAR, "U1", hall.who("zhou"), f"{SITE}/", "zh-Hans")
    await print_letters(hall.database, hall.road.keys.result_code, *given)
    (document,) = drawn
    (letter, page) = (it for it in document.blocks if isinstance(it, KeyFigures) and it.code)
    assert (letter.pairs[0][1], page.pairs[0][1]) == (f"{SITE}/result",) * 2
    codes = [it.pairs[1][1] for it in (letter, page)]
    assert all(fold_code(code) for code in codes)
    assert len(set(codes)) == 2
    names = [it.text for it in document.blocks if isinstance(it, Heading) and it.page]
    assert [name.rpartition(" ")[2] for name in names] == ["市一局", "领导1"]
    read = [
        [found.text for found in zxingcpp.read_barcodes(pixels(picture))]
        for picture in to_png(document, 110)
    ]
    assert read == [[], [f"{SITE}/result"], [f"{SITE}/result"]]
    with pytest.raises(BadInput, match="set MINPING_PUBLIC_URL"):
        await print_letters(hall.database, hall.road.keys.result_code, *given[:3], "", "en")


async def test_the_time_of_a_person_runs_from_the_receipt_of_the_letter(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hall.noticed()
    with pytest.raises(BadInput, match="no letter was printed"):
        await record_delivery(hall.database, YEAR, "L3", "2026-11-23", hall.who("zhou"))
    await order(hall, "U3")
    await printed(hall, monkeypatch, "U3")
    own = await read_own_result(hall.database, YEAR, "L3", TODAY)
    assert own is not None
    assert own.until.isoformat() == "2026-12-23"
    hall.road.clock.time += timedelta(days=4)
    for day in ("2026-11-22", "2026-11-28", "soon", ""):
        with pytest.raises(BadInput, match="lies between 2026-11-23 and 2026-11-27"):
            await record_delivery(hall.database, YEAR, "L3", day, hall.who("zhou"))
    await record_delivery(hall.database, YEAR, "L3", "2026-11-25", hall.who("zhou"))
    with pytest.raises(BadInput, match="entered already"):
        await record_delivery(hall.database, YEAR, "L3", "2026-11-26", hall.who("zhou"))
    own = await read_own_result(hall.database, YEAR, "L3", TODAY)
    assert own is not None
    assert own.until.isoformat() == "2026-12-25"
    # Opening one's own page is a receipt too; a unit's acknowledgement moves no deadline.
    await acknowledge(hall.database, YEAR, "Q1", hall.who("person:Q1"))
    await acknowledge(hall.database, YEAR, "Q1", hall.who("person:Q1"))
    await acknowledge(hall.database, YEAR, "U3", hall.who("tan"))
    for subject, until in (("Q1", "2026-12-28"), ("U3", "2026-12-03")):
        own = await read_own_result(hall.database, YEAR, subject, TODAY)
        assert own is not None
        assert own.until.isoformat() == until
    async with reading(hall.database) as connection:
        acts = [(it.subject, it.act, it.by) for it in await read_tellings(connection, YEAR)]
    assert acts == [
        ("L3", "ordered", "zhou"),
        ("Q1", "ordered", "zhou"),
        ("L3", "letter", "zhou"),
        ("Q1", "letter", "zhou"),
        ("L3", "delivered", "zhou"),
        ("Q1", "opened", "person:Q1"),
        ("U3", "opened", "tan"),
    ]
    for change in (update(tables.tellings).values(on="2026-12-01"), delete(tables.tellings)):
        with pytest.raises(DBAPIError, match="only grows"):
            async with writing(hall.database) as connection:
                await connection.execute(change)
    # On the last day of the own time the request is taken, and a day later not.
    hall.road.clock.time += timedelta(days=28)
    assert (await hall.received("L3")).number == 1
    with pytest.raises(BadInput, match="until 2026-12-23"):
        await hall.received("L1")


async def test_where_two_decide_letters_wait_for_the_second_person_and_the_present_notice(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_staff(roster_of(hall.database), "he", PASSWORD, "approver")
    await hall.noticed()
    approvals = approvals_of(hall.database, hall.road.clock)
    appeal = await hall.received()
    await hall.answered(appeal, "chen", AppealRuling.UPHELD, "grade:second:")
    await Officers(approvals, hall.road.clock).set_profile("city", "zhou")
    one = await prepare_letters(hall.database, approvals, YEAR, "U3", hall.who("zhou"))
    assert one.state == WAITING
    with pytest.raises(BadInput, match="no letters of this unit"):
        await printed(hall, monkeypatch, "U3")
    with pytest.raises(BadInput):
        await approvals.approve(one.id, "zhou", one.seen)
    assert (await approvals.approve(one.id, "he", one.seen)).state == DONE
    given = (YEAR, "U3", hall.who("he"), SITE, "en")
    with pytest.raises(BadInput, match="no letters of this unit"):
        await print_letters(hall.database, hall.road.keys.result_code, *given)
    assert set(await printed(hall, monkeypatch, "U3")) == {"L3", "Q1"}


def test_a_code_is_read_however_it_was_typed() -> None:
    code = make_code()
    assert (len(code), set(code) <= set(SIGNS)) == (10, True)
    assert fold_code(f" {code[:5].lower()}-{code[5:]} ") == code
    assert fold_code("oiL0-iabczz") == "01101ABCZZ"
    for typed in ("", "012345678", "01234567890", "012345678U", "０123456789", "012345678\x00"):
        assert fold_code(typed) == ""
