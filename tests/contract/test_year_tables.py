"""A year in the database: handed in as tables, appraised, decided and sealed; on both databases."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import AppraisedUnit, Grade, Membership, PastGrade, Verdict
from aggregation.model.results import ConsequenceKind, ProposalStatus
from aggregation.quality.changes import ChangeVerdict
from aggregation.scheme.parts import UnitQuota
from aggregation.scheme.scheme import Scheme
from bot.appraisal.deciding import record_decision
from bot.appraisal.import_tables import import_table, table_workbook
from bot.appraisal.sealing import preview_seal
from bot.appraisal.year import open_year
from bot.campaigns.drafting import stored_units
from bot.campaigns.lifecycle import CampaignDraft, add_campaign
from bot.campaigns.scheme_files import shipped_scheme
from bot.core.settings import Settings
from bot.core.shipped_files import shipped_questionnaires
from bot.records import store
from bot.service.composition import open_store
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.campaign_aim import Aim
from survey_flows.campaign_definition import Link, Unit
from survey_flows.errors import BadInput
from survey_flows.load import dump_questionnaire
from tests.deciding import decide, give_grade
from tests.sealing import nothing_else, office_of

YEAR = 2026
AT = datetime(2026, 10, 20, 1, 30, tzinfo=UTC)
UNITS = """code,name_zh,name_en,category,questionnaire,league,since
U1,市一局,Bureau 1,C_social,window,,
U2,市二局,Bureau 2,C_social,window,,
U3,市三局,Bureau 3,C_social,window,,
D1,一区,District 1,A_district,district,district,
"""
LEADERS = "id,name_zh,unit,role\n" + "".join(
    f"L{n},领导{n},{u},principal\n" for n, u in enumerate(("U1", "U2", "U3", "D1"), 1)
)
INDICATORS = """subject,objective,superior,governance,personal
U1,95,95,95,
U2,80,80,80,
U3,60,60,60,
D1,70,70,70,
L1,,,,90
L2,,,,85
L3,,,,80
L4,,,,75
"""
ANSWERS = {"U1": "VS", "U2": "S", "U3": "D", "D1": "B"}
RATED = {"window": 4, "district": 5}


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_store(Settings(database_url=store_url)) as opened:
        yield opened


@asynccontextmanager
async def small_year(store_url: str) -> AsyncIterator[AsyncEngine]:
    """A database with three departments, a district, their principals L1 to L4, and ballots.

    The organs have said that they have nothing to report.
    """
    async with open_store(Settings(database_url=store_url)) as opened:
        await bring(opened, "units", UNITS, 0)
        await bring(opened, "leaders", LEADERS)
        await bring(opened, "indicators", INDICATORS)
        await hold_campaign(opened)
        await nothing_else(opened, YEAR)
        yield opened


def scheme() -> Scheme:
    return shipped_scheme().model_copy(update={"unit_quota": UnitQuota(first=1, second=1, third=1)})


async def bring(
    database: AsyncEngine, kind: str, text: str, year: int = YEAR, login: str = "zhou"
) -> tuple[int, tuple[str, ...]]:
    file = (kind, f"{kind}.csv", text.encode(), year)
    outcome = await import_table(database, *file, office=office_of(login))
    return outcome.rows, tuple(map(str, outcome.notes))


async def hold_campaign(
    database: AsyncEngine,
    name: str = "poll",
    state: str = "closed",
    rules: Scheme | None = None,
    each: int = 120,
    year: int = YEAR,
    answers: Mapping[str, str] = ANSWERS,
    pilot: bool = False,
) -> None:
    """Hold a campaign of the year in which all citizens answer alike on a unit.

    Several ratings of a unit, with spaces between, take turns over its citizens.
    """
    sheets = shipped_questionnaires()
    async with reading(database) as connection:
        listed = await store.read_units(connection)
    units = [
        Unit(x.unit.code, {"zh-Hans": x.unit.zh, "en": x.unit.en}, x.questionnaire, x.unit.category)
        for x in listed
    ]
    questionnaires = {key: dump_questionnaire(sheet) for key, sheet in sheets.items()}
    text = (rules or scheme()).model_dump_json()
    title = {"zh-Hans": "民评", "en": "Poll"}
    draft = CampaignDraft(
        name,
        year,
        title,
        AT,
        AT.replace(day=21),
        units,
        questionnaires,
        text,
        Aim("pilot" if pilot else "counting"),
    )
    number = count()
    rows = [
        {
            **{
                "campaign": name,
                "unit": u.code,
                "voter": f"{next(number)}".encode(),
                "questionnaire": u.questionnaire,
            },
            **{"grp": "resident", "stratum": "", "source": "invite", "weight": 4, "facts": "{}"},
            **{
                "ratings": " ".join([said[at % len(said)]] * RATED[u.questionnaire]),
                "bucket": 1,
                "risk": 0,
            },
        }
        for u in units
        for said in [answers[u.code].split()]
        for at in range(each)
    ]
    async with writing(database) as connection:
        await add_campaign(connection, draft, Link(f"T{name}"))
        await connection.execute(
            tables.campaigns.update().where(tables.campaigns.c.id == name).values(state=state)
        )
        await store.insert_all(connection, tables.ballots, rows)


@pytest.fixture
async def city(database: AsyncEngine) -> AsyncEngine:
    await bring(database, "units", UNITS, 0)
    await bring(database, "leaders", LEADERS)
    await bring(database, "indicators", INDICATORS)
    await hold_campaign(database)
    return database


async def rows_of(database: AsyncEngine) -> dict[str, int]:
    async with reading(database) as connection:
        return {
            table.name: await store.count_rows(connection, table)
            for table in tables.metadata.sorted_tables
        }


async def test_tables_handed_in_become_the_inputs_of_the_year(city: AsyncEngine) -> None:
    given = (await open_year(city, YEAR)).inputs
    assert [(u.code, u.category, u.memberships) for u in given.units] == [
        ("U1", "C_social", ()),
        ("U2", "C_social", ()),
        ("U3", "C_social", ()),
        ("D1", "A_district", (Membership("district"),)),
    ]
    assert given.indicators["U3", "governance"] == Decimal(60)
    assert given.personal == {
        "L1": Decimal(90),
        "L2": Decimal(85),
        "L3": Decimal(80),
        "L4": Decimal(75),
    }
    assert {code: (s.n, s.n_valid, s.score) for code, s in given.public.items()} == {
        "U1": (120, 120, 100),
        "U2": (120, 120, 80),
        "U3": (120, 120, 30),
        "D1": (120, 120, 60),
    }


async def test_the_year_is_graded_by_its_own_scheme(city: AsyncEngine) -> None:
    result = (await open_year(city, YEAR)).result
    assert {u.unit: u.grade for u in result.units} == {
        "D1": None,
        "U1": Grade.FIRST,
        "U2": Grade.SECOND,
        "U3": Grade.THIRD,
    }
    assert result.leagues == {"district": ("D1",)}
    assert result.scheme_digest == scheme().digest


async def test_scores_are_compared_with_those_of_the_year_before(city: AsyncEngine) -> None:
    assert (await open_year(city, YEAR)).changes == {}
    lenient = scheme().model_copy(update={"overall_share": Decimal(50)})
    await hold_campaign(city, "before", year=YEAR - 1, answers=ANSWERS | {"U1": "S", "U2": "VS"})
    found = (await open_year(city, YEAR)).changes
    assert {code: (c.before, c.after, c.verdict) for code, c in found.items()} == {
        "D1": (60, 60, ChangeVerdict.OPEN),
        "U1": (80, 100, ChangeVerdict.BETTER),
        "U2": (100, 80, ChangeVerdict.WORSE),
        "U3": (30, 30, ChangeVerdict.OPEN),
    }
    assert all(c.error > 0 for c in found.values())
    await hold_campaign(city, "twice", year=YEAR - 1)
    assert (await open_year(city, YEAR)).changes == {}
    await hold_campaign(city, "older", year=YEAR - 3, rules=lenient)
    await hold_campaign(city, "newer", year=YEAR - 2)
    await bring(city, "leaders", LEADERS, YEAR - 2)
    await bring(city, "indicators", INDICATORS, YEAR - 2)
    changed = (await open_year(city, YEAR - 2)).changes
    assert {(c.verdict, c.p) for c in changed.values()} == {(ChangeVerdict.OTHER, None)}


async def test_a_trial_counts_in_no_appraisal(city: AsyncEngine) -> None:
    before = (await open_year(city, YEAR)).result
    await hold_campaign(
        city, "pilot", rules=shipped_scheme(), answers=dict.fromkeys(ANSWERS, "VD"), pilot=True
    )
    await hold_campaign(
        city, "before", year=YEAR - 1, answers=dict.fromkeys(ANSWERS, "VD"), pilot=True
    )
    year = await open_year(city, YEAR)
    assert (year.result, [part.campaign.id for part in year.campaigns], year.changes) == (
        before,
        ["poll"],
        {},
    )
    with pytest.raises(BadInput, match="pilot: a pilot counts in no appraisal"):
        await open_year(city, YEAR, ["poll", "pilot"])
    with pytest.raises(BadInput, match="no closed campaign of that year"):
        await open_year(city, YEAR - 1)


async def test_a_wrong_table_leaves_nothing(city: AsyncEngine) -> None:
    before = await rows_of(city)
    with pytest.raises(BadInput, match="row 3, column value"):
        await bring(
            city, "indicators", "subject,indicator,value\nU1,objective,1\nU2,objective,101\n"
        )
    assert await rows_of(city) == before
    assert (await open_year(city, YEAR)).inputs.indicators["U1", "objective"] == Decimal(95)


def as_csv(book: bytes) -> bytes:
    """Return the first sheet of a workbook as CSV."""
    text = io.StringIO()
    rows = load_workbook(io.BytesIO(book)).worksheets[0].iter_rows(values_only=True)
    csv.writer(text).writerows(["" if x is None else x for x in row] for row in rows)
    return text.getvalue().encode()


async def test_a_table_out_and_back_changes_nothing_also_where_values_are_missing(
    database: AsyncEngine,
) -> None:
    given = {
        "units": UNITS,
        "unit-periods": "code,begins,until,name_zh,name_en,category,league\n"
        "U1,2000-01-01,2026-05-31,市旧局,Old,C_social,\nU1,2026-06-01,,市一局,Bureau 1,C_social,\n",
        "unit-events": "on,kind,before,after,document,shares,continues\n"
        "2026-06-01,rename,U1,U1,更名文件,,\n",
        "leaders": LEADERS,
        "indicators": "subject,indicator,value\nU1,objective,95.12345678901234\nL2,personal,80\n",
        "adjustments": "unit,points,reason,source\nU2,2.5,表彰,文件\nU2,-1,通报,文件\n",
        "findings": "id,kind,subject,date,source\nF1,criminal_offence,L2,2026-05-01,判决书\n",
        "posts": "person,unit,role,title,begins,until\n"
        "L1,U1,principal,局长,2024-01-01,\nL2,U2,principal,,2020-01-01,2026-04-30\n",
        "absences": "person,kind,begins,until\nL1,sick,2026-02-01,2026-04-30\n",
        "discipline": "id,person,kind,level,begins,ended\n"
        "D1,L3,investigation,,2026-11-01,\nD2,L4,sanction,记过,2025-06-01,\n",
    }
    for kind, text in given.items():
        await bring(database, kind, text, YEAR if kind != "units" else 0)
    for kind in given:
        year = YEAR if kind != "units" else 0
        book = await table_workbook(database, kind, year, scheme=scheme())
        for name, body in ((f"{kind}.xlsx", book), (f"{kind}.csv", as_csv(book))):
            again = await import_table(database, kind, name, body, year, scheme=scheme())
            assert (again.rows > 0, again.changes) == (True, ()), name
        assert await table_workbook(database, kind, year, scheme=scheme()) == book, kind


async def test_a_table_of_points_without_any_changes_nothing_and_tells_what_is_missing(
    database: AsyncEngine,
) -> None:
    await bring(database, "units", UNITS.splitlines()[0] + "\n" + UNITS.splitlines()[1] + "\n", 0)
    book = await table_workbook(database, "indicators", YEAR, scheme=scheme())
    for name, body in (("i.xlsx", book), ("i.csv", as_csv(book))):
        again = await import_table(database, "indicators", name, body, YEAR, scheme=scheme())
        assert (again.rows, again.changes, tuple(map(str, again.notes))) == (
            *(0, ()),
            ("still missing in 3 places: U1 governance, U1 objective, U1 superior",),
        )


async def test_a_dry_run_checks_and_stores_nothing(database: AsyncEngine) -> None:
    before = await rows_of(database)
    outcome = await import_table(database, "units", "u.csv", UNITS.encode(), dry_run=True)
    assert (outcome.rows, tuple(map(str, outcome.notes))) == (
        4,
        ("4 new, 0 changed, 0 as they were",),
    )
    assert await rows_of(database) == before


async def test_a_workbook_of_points_counts_as_its_csv(city: AsyncEngine) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["单位代码", "指标", "得分"],
        ["U1", "objective", 88.25],
        ["U2", "objective", " ７７ "],
    ):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    await import_table(city, "indicators", "i.xlsx", buffer.getvalue(), YEAR)
    given = (await open_year(city, YEAR)).inputs.indicators
    assert (given["U1", "objective"], given["U2", "objective"]) == (Decimal("88.25"), Decimal(77))


async def test_points_that_are_missing_are_told_and_stop_the_appraisal(
    database: AsyncEngine,
) -> None:
    await bring(database, "units", UNITS, 0)
    await hold_campaign(database)
    _, notes = await bring(
        database, "indicators", "subject,objective\nU1,95\nU2,80\nU3,60\nD1,70\n"
    )
    assert notes == (
        "still missing in 8 places: D1 governance, D1 superior, U1 governance, U1 superior, "
        "U2 governance, "
        "U2 superior, U3 governance, U3 superior",
    )
    with pytest.raises(
        BadInput, match="indicator superior of U1: the points are missing; add them"
    ):
        await open_year(database, YEAR)


async def test_lists_handed_in_again_take_the_place_of_the_first(city: AsyncEngine) -> None:
    bonus = "unit,points,reason,source\nU2,2.5,表彰,文件\n"
    await bring(city, "adjustments", bonus)
    assert await bring(city, "adjustments", bonus) == (1, ("they take the place of 1",))
    _, notes = await bring(
        city, "leaders", "id,name_zh,unit,role\nL1,领导1,U1,principal\nL2,领导2,U2,principal\n"
    )
    assert notes == ("they take the place of 4", "units without a principal: D1, U3")
    given = (await open_year(city, YEAR)).inputs
    assert [(a.unit, a.points) for a in given.adjustments] == [("U2", Decimal("2.5"))]
    assert [x.id for x in given.leaders] == ["L1", "L2"]
    assert set(given.personal) == {"L1", "L2"}


async def test_a_decision_is_appended_and_the_last_one_counts(city: AsyncEngine) -> None:
    await bring(
        city, "findings", "id,kind,subject,date,source\nF1,criminal_offence,L2,2026-05-01,判决书\n"
    )
    key = "2026/criminal_offence/grade_four/L2/F1"
    await decide(city, YEAR, key, Verdict.CONFIRMED)
    assert (await open_year(city, YEAR)).result.leader("L2").grade is Grade.FOURTH
    await decide(city, YEAR, key, Verdict.DECLINED)
    result = (await open_year(city, YEAR)).result
    assert result.leader("L2").grade is not Grade.FOURTH
    assert [p.status for p in result.proposals if p.key == key] == [ProposalStatus.DECLINED]
    assert (await rows_of(city))["decisions"] == 2


@pytest.mark.parametrize(
    ("key", "by", "reason", "complaint"),
    [
        ("2026/criminal_offence/grade_four/L2/F1", "周正平", "x", "there is no such proposal now"),
        ("2026/third_grade_unit/downgrade/L3", " ", "x", "a decision needs the name"),
        ("2026/third_grade_unit/downgrade/L3", "周正平", "", "a decision needs the name"),
        ("2026/third_grade_unit/downgrade/L3", "周" * 81, "x", "longer than 80"),
    ],
)
async def test_a_decision_without_ground_name_or_reason_is_refused(
    city: AsyncEngine, key: str, by: str, reason: str, complaint: str
) -> None:
    with pytest.raises(BadInput, match=complaint):
        await record_decision(city, YEAR, key, Verdict.CONFIRMED, by, reason, office_of(), "")
    assert (await rows_of(city))["decisions"] == 0


async def test_decisions_of_a_meeting_come_as_a_table_once(city: AsyncEngine) -> None:
    key, today = "2026/third_grade_unit/downgrade/L3", office_of().today.isoformat()
    head = "proposal,verdict,by,reason,at,heard_on\n"
    made = head + f"{key},confirmed,周正平,负领导责任,{today},{today}\n"
    assert await bring(city, "decisions", made) == (1, ("1 line is new",))
    assert await bring(city, "decisions", made) == (1, ("0 lines are new",))
    result = (await open_year(city, YEAR)).result
    assert result.subjects(ConsequenceKind.DOWNGRADE) == ("L3",)
    (decision,) = [p.decision for p in result.proposals if p.key == key]
    assert decision is not None
    assert (decision.login, decision.number, decision.heard_on) == ("zhou", 1, today)


async def test_last_year_counts_and_the_year_itself_does_not(city: AsyncEngine) -> None:
    past = "year,subject,grade,confirmed,unit\n2025,L3,third,yes,U3\n2024,L3,not_appraised,yes,U3\n"
    assert await bring(city, "history", past) == (2, ("2 lines are new",))
    assert await bring(city, "history", past) == (2, ("0 lines are new",))
    async with writing(city) as connection:
        await store.append_history(
            connection, [PastGrade(YEAR, "L1", Grade.THIRD, True, "U1")], set()
        )
    assert (await open_year(city, YEAR)).inputs.history == (
        PastGrade(2024, "L3", None, True, "U3"),
        PastGrade(2025, "L3", Grade.THIRD, True, "U3"),
    )


async def test_a_unit_with_few_answers_waits_for_a_person(city: AsyncEngine) -> None:
    await hold_campaign(city, "few", each=50)
    with pytest.raises(BadInput, match="few, poll: both rate unit U1"):
        await open_year(city, YEAR)
    few = ["few"]
    assert [u.unit for u in (await open_year(city, YEAR, few)).result.units if u.insufficient] == [
        "D1",
        "U1",
        "U2",
        "U3",
    ]
    (waits,) = (await preview_seal(city, YEAR, few)).obstacles[:1]
    assert "wait for a person's grade" in str(waits)
    await give_grade(city, YEAR, "U1", Grade.SECOND, few)
    assert (await open_year(city, YEAR, few)).result.unit("U1").grade is Grade.SECOND
    with pytest.raises(BadInput, match="a unit's grade is first, second or third"):
        await give_grade(city, YEAR, "U1", Grade.FOURTH, few)
    with pytest.raises(BadInput, match="is not for a person to give"):
        await give_grade(city, YEAR, "U1", Grade.FIRST, ["poll"])
    with pytest.raises(BadInput, match="NOPE: there is no such unit in 2026"):
        await give_grade(city, YEAR, "NOPE", Grade.FIRST, few)


async def test_an_open_campaign_gives_no_scores(database: AsyncEngine) -> None:
    await bring(database, "units", UNITS, 0)
    await hold_campaign(database, "running", state="open")
    with pytest.raises(BadInput, match="no closed campaign of that year"):
        await open_year(database, YEAR)
    with pytest.raises(
        BadInput, match="this campaign is not closed yet; scores can be read once it is closed"
    ):
        await open_year(database, YEAR, ["running"])
    with pytest.raises(BadInput, match="there is no such campaign in 2026"):
        await open_year(database, YEAR, ["other"])


async def test_a_county_that_became_a_district_is_appraised_as_what_it_was(
    city: AsyncEngine,
) -> None:
    moved = "code,name_zh,name_en,category,questionnaire,league,since\n"
    moved += "D1,一区,D,A_district,district,county,2027\n"
    await bring(city, "units", moved, 0)
    async with reading(city) as connection:
        listed = {x.unit.code: x.unit for x in await store.read_units(connection)}
    assert listed["D1"].memberships == (
        Membership("district", None, 2026),
        Membership("county", 2027),
    )
    assert (await open_year(city, YEAR)).result.leagues == {"district": ("D1",)}


async def test_a_unit_that_is_not_there_yet_plays_no_part(city: AsyncEngine) -> None:
    later = AppraisedUnit(
        "D2", "新区", "New District", "A_district", (Membership("district", 2030),)
    )
    async with writing(city) as connection:
        await store.write_units(connection, [store.ListedUnit(later, "district")])
    assert "D2" not in {u.code for u in (await open_year(city, YEAR)).inputs.units}
    assert [unit.code for unit in await stored_units(city, None, YEAR)] == ["U1", "U2", "U3", "D1"]
    with pytest.raises(BadInput, match=r"units: in [0-9]+ there is no unit D2"):
        await stored_units(city, ["D2"], YEAR)
    assert [(unit.code, unit.search) for unit in await stored_units(city, ["D2"], 2030)] == [
        ("D2", "xinqu xq d2")
    ]
