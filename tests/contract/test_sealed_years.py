"""A sealed year never moves: it is read from its seal, whatever happens to tables; both databases.

Names in square brackets are the hard cases of the design.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.dated import ONE_DAY
from aggregation.model.facts import Decision, Grade, PastGrade, Verdict
from aggregation.model.results import explain
from bot.accounts.approvals import DONE, WAITING, Approval
from bot.accounts.officers import Officers
from bot.accounts.staff import add_staff
from bot.appraisal.commitments import SEAL, head_text, salt_of, text_digest
from bot.appraisal.organ_reports import say_none
from bot.appraisal.past_grades import read_past
from bot.appraisal.public_part import public_part
from bot.appraisal.seal_decisions import seal_row
from bot.appraisal.sealed_content import read_content, write_content
from bot.appraisal.sealing import (
    Difference,
    SealOrder,
    compare_with_seal,
    prepare_lifting,
    prepare_seal,
    preview_seal,
    sealed_content,
)
from bot.appraisal.year import AppraisedYear, compute_year, open_year
from bot.campaigns.registered import counting_campaigns
from bot.core.clock import SystemClock
from bot.publication.exports import Audience, year_book
from bot.records.seals import Seal, read_seals, standing_seal
from bot.records.store import append_decisions
from bot.records.unit_periods import read_units_of
from bot.records.year_record import read_rows
from bot.results.releases import publish_release
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.test_year_tables import (
    INDICATORS,
    LEADERS,
    UNITS,
    YEAR,
    bring,
    hold_campaign,
    scheme,
    small_year,
)
from tests.deciding import decide
from tests.desk import DESK, roster_of
from tests.sealing import (
    approvals_of,
    give_notice,
    lift_seal,
    nothing_else,
    office_of,
    order_of,
    prepared_seal,
    seal_year,
)
from tests.web_city import Clock

KEY = "2026/third_grade_unit/downgrade/L3"
Change = Callable[[AsyncEngine], Awaitable[object]]


@pytest.fixture
async def city(store_url: str) -> AsyncIterator[AsyncEngine]:
    """Four units and their principals, with the one open question decided."""
    async with small_year(store_url) as database:
        await decide(database, YEAR, KEY, Verdict.DECLINED)
        yield database


def shown(year: AppraisedYear) -> object:
    """All that pages, books, programs and reasons take from a year."""
    book = year_book(year, Audience.INTERNAL, "Asia/Shanghai")
    reasons = {subject: explain(year.result, subject) for subject in year.result.trail}
    return (year.result, year.inputs, year.inside, year.changes, reasons, book)


def bound(seal: Seal) -> dict[str, str]:
    """The digests by which the log binds a seal: the whole, what is public, and its row."""
    public = text_digest(public_part(read_content(seal.content)))
    return {"sha256": seal.digest, "public": public, "head": head(seal, seal)}


def head(salted: Seal, seal: Seal) -> str:
    return text_digest(head_text(salt_of(salted.content), SEAL, seal_row(seal)))


async def units_from(database: AsyncEngine, row: str) -> None:
    await bring(database, "units", UNITS.splitlines()[0] + "\n" + row, 0)


async def overwrite(database: AsyncEngine, statement: str) -> None:
    """What somebody who owns the database can do beside every check."""
    async with writing(database) as connection:
        await connection.execute(text(statement))


async def emptied(database: AsyncEngine) -> None:
    for table in ("leaders", "units", "memberships", "indicators"):
        await overwrite(database, f"DELETE FROM {table}")


async def released(database: AsyncEngine) -> None:
    struck = (tables.ballots.c.unit == "U1") & (tables.ballots.c.voter < b"40")
    async with writing(database) as connection:
        await connection.execute(delete(tables.ballots).where(struck))
    (part,) = (await open_year(database, YEAR)).campaigns
    assert (await publish_release(database, part.campaign)).is_new


AFTERWARDS: dict[str, Change] = {
    "a new bureau": lambda on: units_from(on, "U9,市九局,Bureau 9,C_social,window,,\n"),
    "unit-rename": lambda on: units_from(on, "U1,新一局,New Bureau,C_social,window,,\n"),
    "another category": lambda on: units_from(on, "U1,市一局,Bureau 1,B_econ,window,,\n"),
    "points in the database": lambda on: overwrite(on, "UPDATE indicators SET value = '1'"),
    "a correction that is released": released,
    "no leaders, units or points": emptied,
}


async def test_nothing_that_happens_later_moves_a_sealed_year(city: AsyncEngine) -> None:
    await seal_year(city, YEAR)
    before = shown(await open_year(city, YEAR))
    for name, change in AFTERWARDS.items():
        await change(city)
        assert shown(await open_year(city, YEAR)) == before, name
    async with reading(city) as connection:
        past = {line.subject: line.grade for line in await read_past(connection, last=YEAR)}
    assert past == {
        "U1": Grade.FIRST,
        "U2": Grade.SECOND,
        "U3": Grade.THIRD,
        "L1": Grade.SECOND,
        "L2": Grade.SECOND,
        "L3": Grade.SECOND,
        "L4": Grade.SECOND,
    }


async def test_unit_rename_the_sealed_year_keeps_its_digest_and_the_next_one_has_the_new_name(
    city: AsyncEngine,
) -> None:
    await seal_year(city, YEAR)
    async with reading(city) as connection:
        before = await standing_seal(connection, YEAR)
    await units_from(city, "U1,新一局,New Bureau,C_social,window,,\n")
    await bring(city, "leaders", LEADERS, YEAR + 1)
    await bring(city, "indicators", INDICATORS, YEAR + 1)
    await hold_campaign(city, "next", year=YEAR + 1)
    async with reading(city) as connection:
        assert await standing_seal(connection, YEAR) == before
    names = [(await open_year(city, year)).result.unit("U1").zh for year in (YEAR, YEAR + 1)]
    assert names == ["市一局", "新一局"]


async def test_the_next_year_reads_the_sealed_one(city: AsyncEngine) -> None:
    sealed = await seal_year(city, YEAR)
    await bring(city, "leaders", LEADERS, YEAR + 1)
    await bring(city, "indicators", INDICATORS, YEAR + 1)
    await hold_campaign(city, "next", year=YEAR + 1)
    await overwrite(city, "UPDATE indicators SET value = '1' WHERE year = 2026")
    year = await open_year(city, YEAR + 1)
    assert year.inputs.history == tuple(sorted(sealed, key=lambda line: line.subject))
    assert PastGrade(YEAR, "U3", Grade.THIRD, True, "U3", "", "1") in [
        replace(line, scheme_version="1") for line in year.inputs.history
    ]
    async with reading(city) as connection:
        seal = await standing_seal(connection, YEAR)
    assert seal is not None
    async with reading(city) as connection:
        preview = sealed_content(year, seal.digest)
    assert read_content(write_content(preview)).before == seal.digest


async def test_a_seal_says_all_that_was_read_and_reads_back_as_it_was(city: AsyncEngine) -> None:
    computed = await compute_year(city, YEAR)
    await seal_year(city, YEAR)
    async with reading(city) as connection:
        (seal,) = await read_seals(connection, YEAR)
    said = json.loads(seal.content)
    assert seal.digest == sha256(seal.content.encode()).hexdigest()
    assert said["releases"] == [{"campaign": "poll", "release": 1}]
    assert ["U1", "objective"] in [pair for pair, _ in said["inputs"]["indicators"]]
    read = read_content(seal.content)
    assert (read.result, read.inputs, read.inside) == (
        computed.result,
        computed.inputs,
        computed.inside,
    )
    assert write_content(read) == seal.content
    assert read.inputs.scheme.digest == computed.inputs.scheme.digest


async def test_a_seal_that_somebody_changed_is_refused(city: AsyncEngine) -> None:
    await seal_year(city, YEAR)
    with pytest.raises(DBAPIError):
        await overwrite(city, "UPDATE seals SET organ = 'x'")
    with pytest.raises(DBAPIError):
        await overwrite(city, "DELETE FROM seals")
    async with writing(city) as connection:
        (row,) = (await connection.execute(select(tables.seals))).mappings().all()
        await connection.execute(
            tables.seals.insert(), [dict(row) | {"number": 2, "digest": "0" * 64}]
        )
    with pytest.raises(BadInput, match="seal 2 is not what its digest says"):
        await open_year(city, YEAR)


async def test_computed_sealed_the_seal_is_shown_and_the_difference_told(
    city: AsyncEngine,
) -> None:
    await seal_year(city, YEAR)
    assert await compare_with_seal(city, YEAR) == []
    before = (await open_year(city, YEAR)).result.unit("U2").total
    await overwrite(city, "UPDATE indicators SET value = '99' WHERE subject = 'U2'")
    found = {it.subject: it for it in await compare_with_seal(city, YEAR)}
    assert found["U2"].sealed == ("second", str(before))
    assert found["U2"].now is not None
    assert Decimal(str(found["U2"].now[1])) > Decimal(str(before))
    assert set(found) == {"U2", "L2"}
    await overwrite(city, "DELETE FROM indicators WHERE subject = 'U2'")
    with pytest.raises(BadInput, match="the points are missing"):
        await compare_with_seal(city, YEAR)
    assert (await open_year(city, YEAR)).result.unit("U2").total == before
    assert Difference("U2", None, None) not in found.values()


SEALED: dict[str, Change] = {
    "indicators": lambda on: bring(on, "indicators", INDICATORS),
    "findings": lambda on: bring(
        on, "findings", "id,kind,subject,date,source\nF1,veto,U1,2026-05-01,文件\n"
    ),
    "leaders": lambda on: bring(on, "leaders", LEADERS),
    "decisions": lambda on: bring(
        on,
        "decisions",
        f"proposal,verdict,by,reason,at,heard_on\n{KEY},confirmed,周正平,复核,2026-11-20,2026-11-20\n",
    ),
    "history": lambda on: bring(
        on, "history", "year,subject,grade,confirmed,unit\n2026,L3,third,yes,U3\n", YEAR + 1
    ),
    "decision": lambda on: decide(on, YEAR, KEY, Verdict.CONFIRMED),
    "seal": lambda on: prepared_seal(on, YEAR),
}


async def test_overwrite_a_sealed_year_takes_no_table_and_no_decision(city: AsyncEngine) -> None:
    await seal_year(city, YEAR)
    for change in SEALED.values():
        with pytest.raises(BadInput, match="2026: the year is sealed: only amendments change it"):
            await change(city)


async def test_a_seal_is_lifted_before_the_notice_and_never_after(city: AsyncEngine) -> None:
    await seal_year(city, YEAR)
    assert (await lift_seal(city, YEAR)).state == DONE
    await bring(city, "indicators", INDICATORS.replace("U2,80,80,80", "U2,85,85,85"))
    await seal_year(city, YEAR)
    async with reading(city) as connection:
        seals = await read_seals(connection, YEAR)
    assert [(it.number, bool(it.content), it.reason) for it in seals] == [
        (1, True, ""),
        (2, False, "数据有误"),
        (3, True, ""),
    ]
    assert (await open_year(city, YEAR)).inputs.indicators["U2", "objective"] == 85
    query = select(tables.notices.c.body).where(tables.notices.c.kind == "year-seal")
    async with reading(city) as connection:
        acts = [json.loads(body) for body in (await connection.execute(query)).scalars()]
    same = {"kind": "year-seal", "campaign": "-", "year": 2026, "seen": 0}
    assert acts == [
        same | {"name": "2026/1", "seal": 1, **bound(seals[0])},
        same | {"name": "2026/2", "seal": 2, "lifts": 1, "head": head(seals[0], seals[1])},
        same | {"name": "2026/3", "seal": 3, **bound(seals[2])},
    ]
    await give_notice(city, YEAR, office_of())
    with pytest.raises(BadInput, match="public notice of this year is given"):
        await lift_seal(city, YEAR)


async def test_a_second_person_signs_what_the_first_has_seen_or_nothing(city: AsyncEngine) -> None:
    roster = roster_of(city)
    for login, role in (("zhou", "administrator"), ("he", "approver")):
        await add_staff(roster, login, "correct horse battery", role)
    approvals = approvals_of(city)
    await Officers(approvals, SystemClock()).set_profile("city", "zhou")
    waiting = await prepared_seal(city, YEAR)
    assert waiting.state == WAITING
    assert (await open_year(city, YEAR)).seal is None
    await bring(city, "indicators", INDICATORS.replace("U2,80,80,80", "U2,85,85,85"))
    with pytest.raises(BadInput, match="something changed after you looked"):
        await approvals.approve(waiting.id, "he", waiting.seen)
    await approvals.refuse(waiting.id, "he")
    waiting = await prepared_seal(city, YEAR)
    assert (await approvals.approve(waiting.id, "he", waiting.seen)).state == DONE
    seal = (await open_year(city, YEAR)).seal
    assert seal is not None
    assert (seal.by, seal.approved_by, seal.organ) == ("zhou", "he", "市委常委会")


WRONG = {
    "typed": ("2025", "type the year"),
    "organ": (" ", "name the body"),
    "document": ("", "name the body"),
    "decided_on": ("2035-01-01", "the organ's decision is a day between"),
    "seen": ("0" * 64, "something changed after you looked"),
}


async def test_a_seal_is_refused_without_what_its_order_needs(city: AsyncEngine) -> None:
    office = office_of()
    order = await order_of(city, YEAR, office)
    for field, (wrong, complaint) in WRONG.items():
        with pytest.raises(BadInput, match=complaint):
            await prepare_seal(
                city, approvals_of(city), YEAR, replace(order, **{field: wrong}), office
            )
    assert (await open_year(city, YEAR)).seal is None


async def test_row_decided_the_organ_confirms_the_list_after_the_close_and_the_last_decision(
    city: AsyncEngine,
) -> None:
    """In the profile city the preparation refuses already: nothing waits for a signature."""
    roster = roster_of(city)
    for login, role in (("zhou", "administrator"), ("he", "approver")):
        await add_staff(roster, login, "correct horse battery", role)
    approvals = approvals_of(city)
    await Officers(approvals, SystemClock()).set_profile("city", "zhou")
    last, later = office_of().today, Clock()
    later.time = SystemClock().now() + timedelta(days=2)
    office = office_of(clock=later)
    order = await order_of(city, YEAR, office)

    async def prepared(day: date) -> Approval:
        said = replace(order, decided_on=day.isoformat())
        return await prepare_seal(city, approvals, YEAR, said, office)

    for wrong in (date(1999, 1, 20), date(2026, 10, 20), last - ONE_DAY, office.today + ONE_DAY):
        with pytest.raises(BadInput, match=f"2026: .* between {last}, .* and {office.today}"):
            await prepared(wrong)
    assert await approvals.list() == []
    one = await prepared(last)
    assert (one.state, one.details["decided_on"]) == (WAITING, last.isoformat())
    assert (await approvals.approve(one.id, "he", one.seen)).state == DONE


async def test_row_decided_without_decisions_the_close_bounds_the_day_of_the_organ(
    store_url: str,
) -> None:
    async with small_year(store_url) as undecided:
        await hold_campaign(undecided, "free", rules=scheme().model_copy(update={"rules": {}}))
        order = await order_of(undecided, YEAR, office_of(), ["free"])
        given = (undecided, approvals_of(undecided), YEAR)
        early = replace(order, decided_on="2026-10-20")
        with pytest.raises(BadInput, match="between 2026-10-21, when the campaigns had closed"):
            await prepare_seal(*given, early, office_of(), ["free"])
        on_the_day = replace(order, decided_on="2026-10-21")
        assert (await prepare_seal(*given, on_the_day, office_of(), ["free"])).state == DONE


async def test_row_decided_a_lowering_without_a_hearing_stops_the_seal(city: AsyncEngine) -> None:
    """As installations have it from before decisions named the hearing; decided again, it goes."""
    signed = ("周正平", "集体研究", "2026-11-01T09:00:00+08:00")
    async with writing(city) as connection:
        await append_decisions(connection, YEAR, [Decision(KEY, Verdict.CONFIRMED, *signed)])
    (obstacle,) = (await preview_seal(city, YEAR)).obstacles
    assert (obstacle.id, KEY in str(obstacle)) == ("appraisal-lowerings-unheard", True)
    order = await order_of(city, YEAR, office_of())
    with pytest.raises(BadInput, match="are confirmed without a hearing"):
        await prepare_seal(city, approvals_of(city), YEAR, order, office_of())
    await decide(city, YEAR, KEY, Verdict.CONFIRMED)
    assert (await preview_seal(city, YEAR)).obstacles == ()
    await seal_year(city, YEAR)


async def test_row_collect_a_year_with_a_missing_report_is_not_sealed(city: AsyncEngine) -> None:
    await nothing_else(city, YEAR)
    said = ("市中级人民法院", "更正函", office_of())
    await say_none(city, YEAR, "criminal_offence", *said, taken_back=True)
    preview = await preview_seal(city, YEAR)
    (obstacle,) = [it for it in preview.obstacles if it.id == "appraisal-reports-missing"]
    assert str(obstacle).endswith("nobody has said that there is nothing: criminal offence")
    order = SealOrder("市委常委会", "纪要", office_of().today.isoformat(), preview.seen, str(YEAR))
    with pytest.raises(BadInput, match="nobody has said that there is nothing"):
        await prepare_seal(city, approvals_of(city), YEAR, order, office_of())
    await say_none(city, YEAR, "criminal_offence", *said)
    found = (await preview_seal(city, YEAR)).obstacles
    assert "appraisal-reports-missing" not in {it.id for it in found}


async def test_a_year_with_an_escrow_key_that_may_still_be_kept_is_not_sealed(
    city: AsyncEngine,
) -> None:
    (campaign, *_) = await counting_campaigns(city, YEAR)
    said: dict[str, object] = {"recipient": "age1", "at": 0}
    async with writing(city) as connection:
        await DESK.order(connection, "escrow", campaign.id, {**said, "state": "made"})
    (obstacle,) = (await preview_seal(city, YEAR)).obstacles
    assert (obstacle.id, campaign.id in str(obstacle)) == ("appraisal-escrows-kept", True)
    async with writing(city) as connection:
        await DESK.order(connection, "escrow", campaign.id, {**said, "state": "destroyed"})
    assert (await preview_seal(city, YEAR)).obstacles == ()


async def test_row_unit_new_a_bureau_that_appears_after_the_seal_begins_after_its_year(
    city: AsyncEngine,
) -> None:
    """The seal is compared and, once lifted, sealed anew; a period alone says otherwise."""
    await seal_year(city, YEAR)
    before = (await open_year(city, YEAR)).result
    new = f"{UNITS.splitlines()[0]}\nNEW1,新设局,New Bureau,C_social,window,,\n"
    _, notes = await bring(city, "units", new, 0)
    assert notes[1:] == (
        "new units begin after 2026, which is sealed; `minping import unit-periods` says otherwise",
    )
    _, notes = await bring(city, "units", new, 0)
    assert len(notes) == 1, "it is no new unit any more"
    assert await compare_with_seal(city, YEAR) == []
    async with reading(city) as connection:
        known = {
            year: {it.unit.code for it in await read_units_of(connection, year)}
            for year in (YEAR - 1, YEAR, YEAR + 1)
        }
    assert {year for year, codes in known.items() if "NEW1" in codes} == {YEAR + 1}
    await lift_seal(city, YEAR)
    assert (await preview_seal(city, YEAR)).obstacles == ()
    await seal_year(city, YEAR)
    assert (await open_year(city, YEAR)).result == before
    await lift_seal(city, YEAR)
    period = "code,begins,until,name_zh,name_en,category,league\n"
    period += "NEW1,2026-01-01,,新设局,New Bureau,C_social,\n"
    await bring(city, "unit-periods", period)
    with pytest.raises(BadInput, match=r"NEW1: the points are missing; .* import unit-periods"):
        await preview_seal(city, YEAR)


async def test_a_year_with_something_open_cannot_be_sealed(city: AsyncEngine) -> None:
    third = UNITS.splitlines()[0] + "\nU3,市三局,Bureau 3,C_social,window,,\n"
    await bring(city, "units", third, 0)
    await bring(city, "leaders", LEADERS.replace("L3,", "L9,"))
    await bring(city, "indicators", "subject,personal\nL9,80\n")
    await hold_campaign(city, "late", state="open")
    found = [str(it) for it in (await preview_seal(city, YEAR)).obstacles]
    assert found == [
        "the year cannot be sealed: its campaigns late are not closed",
        f"the year cannot be sealed: {KEY[:-2]}L9 touch a grade and are not decided "
        "(`minping appraise --decide`)",
    ]
    office = office_of()
    order = await order_of(city, YEAR, office)
    with pytest.raises(BadInput, match="its campaigns late are not closed"):
        await prepare_seal(city, approvals_of(city), YEAR, order, office)


async def test_a_lifting_needs_a_seal_a_reason_and_the_typed_year(city: AsyncEngine) -> None:
    given = (city, approvals_of(city), YEAR)
    with pytest.raises(BadInput, match="this year is not sealed"):
        await prepare_lifting(*given, "x", "2026", office_of())
    await seal_year(city, YEAR)
    with pytest.raises(BadInput, match="say why"):
        await prepare_lifting(*given, " ", "2026", office_of())
    with pytest.raises(BadInput, match="type the year"):
        await prepare_lifting(*given, "x", "2025", office_of())
    assert (await open_year(city, YEAR)).seal is not None


async def test_a_year_is_read_with_the_campaigns_of_its_seal_alone(city: AsyncEngine) -> None:
    await hold_campaign(city, "few", each=50)
    await seal_year(city, YEAR, ["poll"])
    assert [part.campaign.id for part in (await open_year(city, YEAR)).campaigns] == ["poll"]
    with pytest.raises(BadInput, match="the year is sealed with poll"):
        await open_year(city, YEAR, ["few"])
    async with writing(city) as connection:
        await connection.execute(update(tables.campaigns).values(year=2031))
    assert (await open_year(city, YEAR)).result.unit("U1").grade is Grade.FIRST


async def test_a_newer_column_moves_no_row_that_an_older_seal_recorded(city: AsyncEngine) -> None:
    """Otherwise every year that was sealed before would be told as changed in the database."""
    async with reading(city) as connection:
        rows = await read_rows(connection, YEAR, [("poll", 1)], "")
    campaign, decision = (
        set(json.loads(rows[name][0])["values"]) for name in ("campaigns", "decisions")
    )
    assert campaign == {
        *("id", "year", "state", "opens_at", "closes_at"),
        *("definition", "scheme", "registered"),
    }
    assert decision == {
        *("id", "year", "proposal", "verdict", "by", "reason", "at"),
        *("login", "grounds", "heard_on", "number"),
    }
