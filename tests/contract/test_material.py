"""The record of a year's material: old → new, who, why, which file; «overwrite» after the close."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Column, Table, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.approvals import DONE, WAITING, Approval, Approvals
from bot.accounts.officers import Officers
from bot.accounts.staff import add_staff
from bot.appraisal.challenges import declare_kin
from bot.appraisal.collecting import CloseOrder, show_close
from bot.appraisal.filing_decisions import CLOSE, prepare_close
from bot.appraisal.import_tables import Clearance, import_table
from bot.appraisal.organ_reports import KINDS, read_reports, say_none
from bot.appraisal.sealing import waiting_filings
from bot.ballots.desk_orders import signatures
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.crypto.act_signatures import signed_act
from bot.records.context import ImportResult
from bot.records.filings import Filing, is_material_closed, read_filings
from bot.records.store import read_findings, read_indicators
from bot.service.composition import open_store
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from survey_flows.messages import render
from tests.contract.test_year_tables import INDICATORS, LEADERS, UNITS, YEAR, bring
from tests.desk import DESK, roster_of
from tests.sealing import approvals_of, closed_material, nothing_else, office_of

PASSWORD = "correct horse battery"
PEOPLE = {"zhou": ("administrator", ""), "lac": ("administrator", "U2")}
PEOPLE |= {"he": ("approver", ""), "own": ("approver", "U2")}


@pytest.fixture
async def city(store_url: str) -> AsyncIterator[AsyncEngine]:
    """Material in the profile city; «lac» and «own» belong to U2."""
    async with open_store(Settings(database_url=store_url)) as database:
        await bring(database, "units", UNITS, 0)
        await bring(database, "leaders", LEADERS)
        await bring(database, "indicators", INDICATORS)
        for login, (role, unit) in PEOPLE.items():
            await add_staff(roster_of(database), login, PASSWORD, role, unit)
        await Officers(approvals_of(database), SystemClock()).set_profile("city", "zhou")
        yield database


async def close(database: AsyncEngine) -> None:
    approvals = approvals_of(database)
    made = await closed_material(approvals, YEAR, office_of())
    assert (await approvals.approve(made.id, "he", made.seen)).state == DONE


async def entered(
    database: AsyncEngine,
    rows: str,
    login: str = "zhou",
    reason: str = "",
    kind: str = "indicators",
) -> ImportResult:
    clearance = Clearance(approvals_of(database), reason)
    given = (kind, f"{kind}.csv", rows.encode(), YEAR)
    return await import_table(database, *given, office=office_of(login), clearance=clearance)


async def waiting(database: AsyncEngine) -> tuple[Approvals, Approval]:
    approvals = approvals_of(database)
    (one,) = await approvals.list((WAITING,))
    return approvals, one


async def points(database: AsyncEngine) -> str:
    async with reading(database) as connection:
        return str((await read_indicators(connection, YEAR))["U2", "objective"])


async def filings(database: AsyncEngine) -> list[Filing]:
    async with reading(database) as connection:
        return await read_filings(connection, YEAR)


LAC = "subject,indicator,value\nU2,objective,20\n"


async def test_each_table_leaves_old_and_new_value_with_its_file(city: AsyncEngine) -> None:
    outcome = await entered(city, LAC)
    newest = (await filings(city))[0]
    assert newest.changes == outcome.changes
    (change,) = newest.changes
    assert (change.key, change.subject, change.before, change.after) == (
        "U2 objective",
        "U2",
        {"subject": "U2", "indicator": "objective", "value": "80"},
        {"subject": "U2", "indicator": "objective", "value": "20"},
    )
    assert change.told == ("80", "20")
    assert (newest.kind, newest.file, newest.by, newest.approved_by, newest.reason) == (
        "indicators",
        "indicators.csv",
        "zhou",
        "",
        "",
    )
    assert newest.sha256 == sha256(LAC.encode()).hexdigest()
    await entered(city, LAC)
    assert len(await filings(city)) == newest.number, "what changes nothing leaves nothing"
    assert newest.number == 3


async def test_findings_that_a_table_leaves_out_are_in_the_record(city: AsyncEngine) -> None:
    """Re-importing findings without the convictions turned three fourth grades into second."""
    head = "id,kind,subject,date,source\n"
    rows = "F1,criminal_offence,L1,2026-05-01,判决书\nF2,unfitness,L2,2026-05-01,材料\n"
    await entered(city, head + rows, kind="findings")
    await entered(city, head + rows.splitlines()[1] + "\n", kind="findings")
    (gone,) = (await filings(city))[0].changes
    assert (gone.key, gone.after) == ("F1", None)
    assert gone.before is not None
    assert (gone.before["kind"], gone.before["source"]) == ("criminal_offence", "判决书")


async def test_overwrite_after_the_close_waits_for_somebody_else(city: AsyncEngine) -> None:
    await close(city)
    with pytest.raises(BadInput, match="say why this comes late"):
        await entered(city, LAC)
    with pytest.raises(BadInput, match="lac: you must stand aside from U2"):
        await entered(city, LAC, "lac", "复核数据")
    outcome = await entered(city, LAC, reason="统计口径有误")
    assert "waits for a second person's clearance" in str(outcome.notes[0])
    assert await points(city) == "80"
    approvals, one = await waiting(city)
    async with reading(city) as connection:
        assert await waiting_filings(connection, YEAR) == ["indicators"]
    assert (one.details["told"], one.details["reason"]) == (
        "U2 objective: 80 → 20",
        "统计口径有误",
    )
    for login, complaint in (
        ("zhou", "may not sign|other people|role"),
        ("own", "must stand aside from U2"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await approvals.approve(one.id, login, one.seen)
    assert await points(city) == "80"
    assert (await approvals.approve(one.id, "he", one.seen)).state == DONE
    assert await points(city) == "20"
    newest = (await filings(city))[0]
    assert (newest.by, newest.approved_by, newest.reason) == ("zhou", "he", "统计口径有误")
    assert [it.told for it in newest.changes] == [("80", "20")]


async def test_who_is_barred_since_the_filing_was_prepared_has_it_not_cleared(
    city: AsyncEngine,
) -> None:
    await close(city)
    await entered(city, LAC, reason="统计口径有误")
    await declare_kin(city, "zhou", "L2", office_of())
    approvals, one = await waiting(city)
    with pytest.raises(BadInput, match="zhou: somebody who prepared or signed"):
        await approvals.approve(one.id, "he", one.seen)
    assert await points(city) == "80"


async def test_a_clearance_is_for_what_was_shown_alone(city: AsyncEngine) -> None:
    head = "id,kind,subject,date,source\n"
    await entered(city, head + "F1,veto,U1,2026-05-01,文件\n", kind="findings")
    await close(city)
    row = "F2,veto,U3,2026-05-01,文件\n"
    await entered(city, head + row, reason="迟到的认定", kind="findings")
    approvals, one = await waiting(city)
    async with writing(city) as connection:
        await connection.execute(text("UPDATE findings SET note = 'x'"))
    with pytest.raises(BadInput, match="something changed after you looked"):
        await approvals.approve(one.id, "he", one.seen)
    async with reading(city) as connection:
        assert [it.id for it in await read_findings(connection, YEAR)] == ["F1"]


async def test_units_too_wait_while_a_closed_year_is_not_sealed(city: AsyncEngine) -> None:
    await close(city)
    moved = UNITS.replace("U2,市二局,Bureau 2,C_social", "U2,市二局,Bureau 2,B_econ")
    given = ("units", "units.csv", moved.encode(), 0)
    with pytest.raises(BadInput, match="say why this comes late"):
        await import_table(city, *given, office=office_of())


async def test_the_close_needs_the_typed_year_and_is_for_good(city: AsyncEngine) -> None:
    approvals = approvals_of(city)
    await nothing_else(city, YEAR)
    with pytest.raises(BadInput, match="type the year"):
        await prepare_close(approvals, YEAR, CloseOrder("2025", ""), office_of())
    await close(city)
    with pytest.raises(BadInput, match="closed already"):
        await close(city)
    async with reading(city) as connection:
        assert (await is_material_closed(connection, YEAR), CLOSE) == (True, "year-close")
    for statement in ("DELETE FROM material_closings", "UPDATE filings SET reason = 'x'"):
        with pytest.raises(DBAPIError, match="only grows"):
            async with writing(city) as connection:
                await connection.execute(text(statement))


NONE = ("市纪委监委", "情况说明")
"""Which organ says that there is nothing, and its document."""


async def states(database: AsyncEngine) -> dict[str, tuple[str, int, str]]:
    async with reading(database) as connection:
        found = await read_reports(connection, YEAR)
    return {it.kind: (it.state.value, it.rows, it.organ) for it in found}


async def test_row_collect_nothing_handed_in_is_not_nothing_to_report(city: AsyncEngine) -> None:
    """Each kind is handed in, or an organ says that it has none; what is missing is named."""
    head = "id,kind,subject,date,source\n"
    await entered(city, head + "F1,veto,U1,2026-05-01,文件\n", kind="findings")
    await entered(city, "unit,points,reason,source\nU1,1,表彰,文件\n", kind="adjustments")
    # A sanction of an earlier year concerns this one no more, one that still runs does.
    cases = "id,person,kind,level,begins,ended\nS1,L2,sanction,warning,2019-01-01,2019-07-01\n"
    await entered(city, cases, kind="discipline")
    before = await states(city)
    assert {kind: it[:2] for kind, it in before.items() if it[0] != "missing"} == {
        "veto": ("handed_in", 1),
        "adjustments": ("handed_in", 1),
    }
    found = await show_close(city, YEAR)
    (stop,) = [it.render("en") for it in found.stops]
    assert "criminal offence" in stop
    assert "investigations and sanctions" in stop
    assert "bonuses" not in stop
    with pytest.raises(BadInput, match="nobody has said that there is nothing"):
        await prepare_close(
            approvals_of(city), YEAR, CloseOrder(str(YEAR), found.digest), office_of()
        )
    for wrong, complaint in (
        (("veto", *NONE), "1 of this kind are handed in"),
        (("murder", *NONE), "no organ reports this; choose one of criminal_offence"),
        (("discipline", " ", "情况说明"), "name the organ and its document"),
        (("discipline", "市纪委监委", ""), "name the organ and its document"),
        (("discipline", "x" * 81, "情况说明"), "at most 80|longer than|80"),
    ):
        with pytest.raises(BadInput, match=complaint):
            await say_none(city, YEAR, *wrong, office_of())
    await say_none(city, YEAR, "discipline", *NONE, office_of())
    assert (await states(city))["discipline"] == ("none", 0, "市纪委监委")
    with pytest.raises(BadInput, match="said already"):
        await say_none(city, YEAR, "discipline", *NONE, office_of())
    newest = (await filings(city))[0]
    assert (newest.kind, newest.by, newest.changes[0].told) == (
        "none",
        "zhou",
        ("—", "情况说明 · 市纪委监委"),
    )
    # It turns out to be wrong, and is said anew; the record keeps all three.
    await say_none(city, YEAR, "discipline", "市纪委监委", "更正函", office_of(), taken_back=True)
    assert (await states(city))["discipline"] == ("missing", 0, "")
    with pytest.raises(BadInput, match="no organ has said"):
        await say_none(city, YEAR, "discipline", *NONE, office_of(), taken_back=True)
    await say_none(city, YEAR, "discipline", *NONE, office_of())
    # What comes after it counts, and the word that there was nothing does not.
    running = cases + "S2,L3,sanction,warning,2026-03-01,\n"
    await entered(city, running, kind="discipline")
    assert (await states(city))["discipline"] == ("handed_in", 1, "")


async def test_row_collect_the_list_is_the_one_that_was_seen_also_by_the_second_person(
    city: AsyncEngine,
) -> None:
    await nothing_else(city, YEAR)
    approvals = approvals_of(city)
    seen = (await show_close(city, YEAR)).digest
    await entered(city, LAC)
    with pytest.raises(BadInput, match="look at it again"):
        await prepare_close(approvals, YEAR, CloseOrder(str(YEAR), seen), office_of())
    made = await closed_material(approvals, YEAR, office_of())
    # Between the two signatures an organ takes back that it has nothing.
    await say_none(city, YEAR, "veto", *NONE, office_of(), taken_back=True)
    with pytest.raises(BadInput, match="look at it again"):
        await approvals.approve(made.id, "he", made.seen)
    async with reading(city) as connection:
        assert not await is_material_closed(connection, YEAR)
    # After the close one person takes nothing back: what comes late is a table that is cleared.
    await approvals.refuse(made.id, "he")
    await close(city)
    before = await filings(city)
    with pytest.raises(BadInput, match="hand in the table that comes late"):
        await say_none(city, YEAR, "veto", *NONE, office_of(), taken_back=True)
    assert await filings(city) == before


async def test_row_collect_points_that_are_missing_stop_the_close_and_scores_do_not(
    city: AsyncEngine,
) -> None:
    await nothing_else(city, YEAR)
    async with writing(city) as connection:
        for subject, indicator in (("U2", "objective"), ("U3", "objective"), ("L4", "personal")):
            statement = f"DELETE FROM indicators WHERE subject = '{subject}'"
            await connection.execute(text(f"{statement} AND indicator = '{indicator}'"))
    found = await show_close(city, YEAR)
    (stop,), (ask,) = found.stops, found.asks
    assert stop.render("en") == "objective: units without points of this indicator: U2, U3"
    assert render(ask, "en").endswith("have no personal score and wait for one: L4")


async def test_a_dry_run_shows_what_would_change_and_leaves_nothing(city: AsyncEngine) -> None:
    await close(city)
    before = await filings(city)
    given = ("indicators", "i.csv", LAC.encode(), YEAR, True)
    outcome = await import_table(city, *given, office=office_of())
    assert [it.told for it in outcome.changes] == [("80", "20")]
    assert await filings(city) == before
    assert await points(city) == "80"


GROWING = (
    *(tables.filings, tables.material_closings, tables.decisions, tables.unit_decisions),
    *(tables.grades, tables.seals, tables.amendments, tables.public_notices),
)
"""What a sealed year stands on and nobody changes, not by a slip either."""


@pytest.mark.parametrize("table", GROWING, ids=lambda table: table.name)
async def test_the_record_only_grows(city: AsyncEngine, table: Table) -> None:
    row = {column.name: _something(column) for column in table.c}
    async with writing(city) as connection:
        await connection.execute(table.insert(), [row])
    statements = [f"UPDATE {table.name} SET year = 1", f"DELETE FROM {table.name}"]
    if city.dialect.name == "postgresql":
        statements.append(f"TRUNCATE {table.name}")
    for statement in statements:
        with pytest.raises(DBAPIError, match=r"only grows|only added"):
            async with writing(city) as connection:
                await connection.execute(text(statement))


def _something(column: Column[Any]) -> object:
    made = {int: 7, str: "x", bytes: b"x", bool: True}
    return made[column.type.python_type]


async def test_the_close_is_an_act_of_the_log_signed_by_the_desk(city: AsyncEngine) -> None:
    await close(city)
    await entered(city, "subject,objective\nU2,20\n", reason="late")
    query = select(tables.notices).where(tables.notices.c.kind == "material-closed")
    async with reading(city) as connection:
        (act,) = list(await connection.execute(query))
    said = {"kind": "material-closed", "campaign": "-", "name": str(YEAR), "year": YEAR, "seen": 0}
    assert json.loads(act.body) == said | {"filings": 2 + len(KINDS)}
    assert any(signed_act(DESK.key, "minping", act.body, one) for one in signatures(act))
