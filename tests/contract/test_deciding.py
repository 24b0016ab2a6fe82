"""Who decides what, on which grounds: the rows «decided», «own-unit» and «two pages» of a year."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, astuple, replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import Decision, Grade, Paper, Verdict
from aggregation.model.names import VERDICTS
from aggregation.model.results import Proposal, ProposalStatus
from bot.accounts.staff import add_staff
from bot.appraisal.appeal_records import find_appeal
from bot.appraisal.appeals import assign_appeal, receive_appeal
from bot.appraisal.deciders import eligible_deciders
from bot.appraisal.deciding import (
    is_single,
    record_decision,
    record_decisions,
    record_unit_decision,
    seen_of,
    standing_proposals,
)
from bot.appraisal.plain_form import read_plain, write_plain
from bot.appraisal.sealing import preview_seal
from bot.appraisal.year import open_year
from bot.core.identity import Office
from bot.core.labels import label
from bot.core.stale_forms import StaleForm
from bot.publication.exports import Audience, year_book
from bot.publication.reports.circular import circular_document
from bot.publication.reports.material import report_material
from bot.records.store import append_decisions
from bot.storage.database import reading, writing
from survey_flows.errors import BadInput
from tests.contract.test_year_tables import (
    INDICATORS,
    LEADERS,
    YEAR,
    bring,
    hold_campaign,
    rows_of,
    small_year,
)
from tests.deciding import decide, give_grade
from tests.desk import roster_of
from tests.sealing import give_notice, office_of, seal_year
from tests.web_city import Clock

KEY = "2026/third_grade_unit/downgrade/L3"
PASSWORD = "correct horse battery"
TODAY = office_of().today.isoformat()
CLOSED = "2026-10-21"
"""The day on which the campaign of `hold_campaign` closes."""


@pytest.fixture
async def city(store_url: str) -> AsyncIterator[AsyncEngine]:
    """Four units; «tob» belongs to U3, whose principal L3 is proposed for a lower grade."""
    async with small_year(store_url) as database:
        for login, unit in (("zhou", ""), ("tob", "U3"), ("chen", "")):
            await add_staff(roster_of(database), login, PASSWORD, "administrator", unit)
        yield database


def office_at(year: int, month: int, day: int) -> Office:
    clock = Clock()
    clock.time = datetime(year, month, day, 4, tzinfo=UTC)
    return office_of(clock=clock)


async def proposal(database: AsyncEngine, key: str = KEY) -> Proposal:
    return standing_proposals(await open_year(database, YEAR))[key]


async def table(database: AsyncEngine, row: str, login: str = "zhou") -> object:
    head = "proposal,verdict,by,reason,at,heard_on\n"
    return await bring(database, "decisions", head + row + "\n", login=login)


Refused = Callable[[AsyncEngine], Awaitable[object]]
DECIDED: dict[str, tuple[Refused, str]] = {
    "1999": (
        lambda on: table(on, f"1999/x/downgrade/L3,confirmed,周正平,由,{TODAY},{TODAY}"),
        "is not a proposal of 2026",
    ),
    "2035": (
        lambda on: table(on, f"{KEY},confirmed,周正平,由,2035-01-01,{TODAY}"),
        "column at: this day has not come yet",
    ),
    "no such rule": (
        lambda on: table(on, f"2026/no_rule/downgrade/L3,confirmed,周正平,由,{TODAY},{TODAY}"),
        "there is no proposal «2026/no_rule/downgrade/L3» now",
    ),
    "before the ground": (
        lambda on: table(
            on, f"2026/unfitness/dismissal/L1/F1,confirmed,周正平,由,2026-05-10,{TODAY}"
        ),
        "column at: the decision is of a day before 2026-05-11",
    ),
    "before the campaigns closed": (
        lambda on: table(on, f"{KEY},confirmed,周正平,由,1999-01-20,1999-01-10"),
        f"column at: the decision is of a day before {CLOSED}",
    ),
    "declined before the campaigns closed": (
        lambda on: table(on, f"{KEY},declined,周正平,由,2026-10-20,"),
        f"column at: the decision is of a day before {CLOSED}",
    ),
    "unheard": (
        lambda on: table(on, f"{KEY},confirmed,周正平,由,{TODAY},"),
        "column heard_on: say on which day the person was heard",
    ),
    "heard ahead": (
        lambda on: table(on, f"{KEY},confirmed,周正平,由,{TODAY},2035-01-01"),
        f"column heard_on: the hearing lies between {CLOSED}",
    ),
    "heard before the ground": (
        lambda on: table(on, f"{KEY},confirmed,周正平,由,{TODAY},2026-10-20"),
        f"column heard_on: the hearing lies between {CLOSED}",
    ),
    "heard after the decision": (
        lambda on: table(on, f"{KEY},confirmed,周正平,由,2026-11-02,2026-11-03"),
        f"the hearing lies between {CLOSED}, .* and 2026-11-02",
    ),
}


async def test_row_decided_what_does_not_stand_or_is_of_another_day_is_refused(
    city: AsyncEngine,
) -> None:
    found = "id,kind,subject,date,source,established\n"
    found += "F1,unfitness,L1,2026-05-01,考察材料,2026-05-11\n"
    await bring(city, "findings", found)
    for name, (attempt, complaint) in DECIDED.items():
        with pytest.raises(BadInput, match=complaint):
            await attempt(city)
        assert (await rows_of(city))["decisions"] == 0, name
    now, office = await proposal(city), office_of()
    given = (city, YEAR, KEY, Verdict.CONFIRMED, "周正平", "由", office)
    with pytest.raises(BadInput, match="say on which day the person was heard"):
        await record_decision(*given, seen_of(now))
    for heard in ("2035-01-01", "2026-10-20"):
        with pytest.raises(BadInput, match=f"the hearing lies between {CLOSED}"):
            await record_decision(*given, seen_of(now), heard)
    early = (*given[:-1], office_at(2026, 10, 20))
    with pytest.raises(BadInput, match=f"{KEY}: the decision is of a day before {CLOSED}"):
        await record_decision(*early, seen_of(now), "2026-10-20")
    with pytest.raises(StaleForm, match="Now: other grounds, and no decision on them"):
        await record_decision(*given, "0000000000000000-0", TODAY)
    assert (await rows_of(city))["decisions"] == 0


UNFIT = "2026/unfitness/dismissal/L1/F1"
PAPER = Paper("市委组织部", "组干〔2026〕7号", "2026-11-03", "周正平")
SAID = "市委组织部 组干〔2026〕7号（2026-11-03），签发人 周正平"


async def unfit(database: AsyncEngine) -> None:
    found = "id,kind,subject,date,source,established\n"
    found += "F1,unfitness,L1,2026-05-01,考察材料,2026-05-11\n"
    await bring(database, "findings", found)


async def test_a_dismissal_rests_on_a_paper_of_the_organ_that_decided(city: AsyncEngine) -> None:
    """By form and by table alike; whatever else is decided may name one."""
    await unfit(city)
    office = office_at(2026, 11, 5)
    heard = "2026-11-02"
    columns = ",organ,document,decided_on,released_by"
    head = f"proposal,verdict,by,reason,at,heard_on{columns}\n"
    for paper, complaint in (
        (None, "name the organ that decided, the number of its document"),
        (replace(PAPER, released_by=""), "a paper has an organ, a number, a day and somebody"),
        (replace(PAPER, decided_on=""), "a paper has an organ, a number, a day and somebody"),
        (replace(PAPER, decided_on="2026-11-01"), "the day of the paper lies between 2026-11-02"),
        (replace(PAPER, decided_on="2026-11-06"), "and 2026-11-05, the day of the decision"),
    ):
        seen = seen_of(await proposal(city, UNFIT))
        given = (UNFIT, Verdict.CONFIRMED, "周正平", "由", office, seen, heard)
        with pytest.raises(BadInput, match=complaint):
            await record_decision(city, YEAR, *given, paper=paper)
        cells = ",".join(astuple(paper)) if paper else ",,,"
        row = f"{UNFIT},confirmed,周正平,由,2026-11-05,{heard},{cells}\n"
        with pytest.raises(BadInput, match=complaint):
            await bring(city, "decisions", head + row)
    assert (await rows_of(city))["decisions"] == 0
    await decide(city, YEAR, UNFIT, Verdict.DECLINED, office=office_at(2026, 11, 1))
    seen = seen_of(await proposal(city, UNFIT))
    given = (UNFIT, Verdict.CONFIRMED, "周正平", "由", office, seen, heard)
    await record_decision(city, YEAR, *given, paper=PAPER)
    year = await open_year(city, YEAR)
    made = standing_proposals(year)[UNFIT].decision
    assert made is not None
    assert (made.verdict, made.paper) == (Verdict.CONFIRMED, PAPER)
    lines = [line.text("zh-Hans") for line in year.result.trail["L1"]]
    assert f"所依据的文件：{SAID}" in lines
    material = await report_material(city, year)
    for audience, told in ((Audience.INTERNAL, True), (Audience.PUBLIC, False)):
        circular = circular_document(material, audience, "zh-Hans", "Asia/Shanghai")
        assert (SAID in repr(circular)) == told, "the public circular names no leader"
    page = year_book(year, Audience.INTERNAL, "Asia/Shanghai").page("proposals")
    names = [column.name for column in page.columns]
    (cells,) = (dict(zip(names, row, strict=True)) for row in page.rows if row[0] == UNFIT)
    assert {name: cells[name] for name in asdict(PAPER)} == asdict(PAPER)


async def test_a_dismissal_without_a_paper_stops_the_seal_and_the_paper_is_sealed(
    city: AsyncEngine,
) -> None:
    """As installations have it from before decisions named papers; decided again, it goes."""
    await unfit(city)
    await decide(city, YEAR, KEY, Verdict.CONFIRMED)
    made = ("周正平", "集体研究", "2026-11-05T09:00:00+08:00")
    old = Decision(UNFIT, Verdict.CONFIRMED, *made, heard_on="2026-11-04")
    async with writing(city) as connection:
        await append_decisions(connection, YEAR, [old])
    (obstacle,) = (await preview_seal(city, YEAR)).obstacles
    assert (obstacle.id, UNFIT in str(obstacle)) == ("appraisal-removals-without-paper", True)
    decided = await decide(city, YEAR, UNFIT, Verdict.CONFIRMED)
    assert decided.paper is not None
    assert (await preview_seal(city, YEAR)).obstacles == ()
    await seal_year(city, YEAR)
    sealed = standing_proposals(await open_year(city, YEAR))
    assert [sealed[key].decision.paper for key in (KEY, UNFIT)] == [None, decided.paper]  # type: ignore[union-attr]


def test_a_decision_of_an_older_seal_is_read_and_written_as_it_was() -> None:
    older = Decision(KEY, Verdict.CONFIRMED, "li", "由", "2026-11-05")
    plain = write_plain(older, Decision)
    assert "paper" not in plain
    assert read_plain(plain, Decision) == older
    newer = replace(older, paper=PAPER)
    assert read_plain(write_plain(newer, Decision), Decision) == newer
    assert write_plain(newer, Decision)["paper"] == asdict(PAPER)


async def test_row_decided_an_older_one_never_takes_the_place_of_a_newer_one(
    city: AsyncEngine,
) -> None:
    """Neither by a table nor by the form, by the day or by the hour."""
    row = f"{KEY},{{}},领导小组,由,{{}},2026-11-01"
    await table(city, row.format("confirmed", "2026-11-02T10:00:00"))
    for older in ("2026-11-01", "2026-11-02T09:59:59", "2026-11-02T09:59:59+08:00"):
        with pytest.raises(BadInput, match="column at: a decision of 2026-11-02 stands"):
            await table(city, row.format("declined", older))
    with pytest.raises(BadInput, match="a decision of 2026-11-02 stands"):
        await decide(city, YEAR, KEY, Verdict.DECLINED, office=office_at(2026, 11, 1))
    made = (await proposal(city)).decision
    assert made is not None
    assert (made.verdict, made.number) == (Verdict.CONFIRMED, 1)
    await table(city, row.format("confirmed", "2026-11-02T10:00:00"))
    assert (await rows_of(city))["decisions"] == 1, "word for word it stands already"
    await table(city, row.format("declined", "2026-11-03"))
    made = (await proposal(city)).decision
    assert made is not None
    assert (made.verdict, made.at, made.number) == (Verdict.DECLINED, "2026-11-03", 2)


async def test_row_decided_a_given_grade_follows_the_close_and_the_grade_before(
    city: AsyncEngine,
) -> None:
    await hold_campaign(city, "few", each=50)
    given = (city, YEAR, "U3", Grade.SECOND, ["few"])
    with pytest.raises(BadInput, match=f"U3: the decision is of a day before {CLOSED}"):
        await give_grade(*given, office_at(2026, 10, 20))
    await give_grade(*given, office_at(2026, 11, 2))
    with pytest.raises(BadInput, match="U3: a decision of 2026-11-02 stands"):
        await give_grade(*given, office_at(2026, 11, 1))
    assert (await rows_of(city))["unit_decisions"] == 1


async def test_row_decided_two_years_stand_once_the_first_of_them_is_sealed(
    city: AsyncEngine,
) -> None:
    """2026 is sealed on 23 November, after the campaign of 2027 has closed."""
    sealed = office_at(2026, 11, 23)
    await decide(city, YEAR, KEY, Verdict.CONFIRMED, office=sealed)
    await seal_year(city, YEAR, clock=sealed.clock)
    following = YEAR + 1
    await bring(city, "leaders", LEADERS, following)
    await bring(city, "indicators", INDICATORS, following)
    await hold_campaign(city, "next", year=following)
    lowered = f"{following}/third_grade_unit/downgrade/L3"
    dismissal = f"{following}/two_year_third/dismissal/L3"
    head = "proposal,verdict,by,reason,at,heard_on,organ,document,decided_on,released_by\n"
    for key, made, complaint in (
        (lowered, "2026-10-20", f"before {CLOSED}"),
        (lowered, "2026-11-01", None),
        (dismissal, "2026-11-22", "before 2026-11-23"),
        (dismissal, "2026-11-23", None),
    ):
        row = f"{head}{key},confirmed,领导小组,由,{made},{made},市委组织部,1号,{made},周正平\n"
        if complaint is None:
            await bring(city, "decisions", row, following)
        else:
            with pytest.raises(BadInput, match=complaint):
                await bring(city, "decisions", row, following)
    result = (await open_year(city, following)).result
    assert {p.key for p in result.proposals if p.status is ProposalStatus.CONFIRMED} == {
        lowered,
        dismissal,
    }


async def test_many_are_decided_together_or_none_of_them(city: AsyncEngine) -> None:
    known = standing_proposals(await open_year(city, YEAR))
    seen = {key: seen_of(it) for key, it in known.items() if not is_single(it)}
    assert len(seen) > 1
    office, first = office_of(), next(iter(seen))

    async def together(picked: dict[str, str], who: Office = office) -> list[Decision]:
        return await record_decisions(city, YEAR, picked, Verdict.DECLINED, "zhou", "由", who)

    refused: tuple[tuple[dict[str, str], str], ...] = (
        ({}, "choose 1 to 200 proposals"),
        (dict.fromkeys(map(str, range(201)), ""), "choose 1 to 200 proposals"),
        (seen | {"2026/no_rule/downgrade/L3": ""}, "there is no such proposal"),
        (seen | {first: "0000000000000000-0"}, "look at it again"),
        (seen | {KEY: seen_of(known[KEY])}, f"{KEY}: .* is decided by itself"),
    )
    for picked, complaint in refused:
        with pytest.raises(BadInput, match=complaint):
            await together(picked)
    with pytest.raises(BadInput, match="you must stand aside"):
        await together(seen, office_of("tob"))
    assert (await rows_of(city))["decisions"] == 0
    made = await together(seen)
    assert [(it.proposal, it.verdict, it.reason, it.number) for it in made] == [
        (key, Verdict.DECLINED, "由", 1) for key in seen
    ]
    assert (await rows_of(city))["decisions"] == len(seen)
    with pytest.raises(BadInput, match="look at it again"):
        await together(seen)
    assert (await rows_of(city))["decisions"] == len(seen)


async def test_two_pages_the_older_one_overwrites_nothing(city: AsyncEngine) -> None:
    """Two administrators at once, on one proposal: one decides, the other looks again."""
    page = seen_of(await proposal(city))

    async def from_page(login: str, verdict: Verdict) -> object:
        office = office_of(login)
        given = (city, YEAR, KEY, verdict, login, "由", office, page, TODAY)
        try:
            return await record_decision(*given)
        except BadInput as error:
            return str(error)

    both = (from_page("zhou", Verdict.CONFIRMED), from_page("chen", Verdict.DECLINED))
    outcomes = await asyncio.gather(*both)
    refused = [it for it in outcomes if isinstance(it, str)]
    assert len(refused) == 1
    assert "look at it again" in refused[0]
    assert (await rows_of(city))["decisions"] == 1
    made = (await proposal(city)).decision
    assert made is not None
    late = "chen" if made.by == "zhou" else "zhou"
    said = str(await from_page(late, Verdict.DECLINED))
    shown = re.search(r"Now: (.*?)\. Yours: (.*); look at it again", said)
    assert shown, said
    assert shown[1] == f"{label(VERDICTS[made.verdict], 'en')}; {made.by}; 由; {made.at}"
    assert shown[2].startswith(f"{label(VERDICTS[Verdict.DECLINED], 'en')}; {late}; 由; ")
    await decide(city, YEAR, KEY, Verdict.DECLINED, office=office_of("chen"))
    made = (await proposal(city)).decision
    assert made is not None
    assert (made.login, made.verdict, made.number) == ("chen", Verdict.DECLINED, 2)


async def test_two_pages_on_a_given_grade_show_both(city: AsyncEngine) -> None:
    await hold_campaign(city, "few", each=50)
    given = (city, YEAR, "U3", Grade.SECOND, ["few"])
    made = await give_grade(*given)
    late = (city, YEAR, "U3", Grade.THIRD, "chen", "另有所见", office_of("chen"), "0", ["few"])
    with pytest.raises(StaleForm) as refused:
        await record_unit_decision(*late)
    said = str(refused.value)
    assert f"Now: second grade; 周正平; 实地核查; {made.at}. Yours: third grade; chen; 另有" in said
    assert (await rows_of(city))["unit_decisions"] == 1


async def test_row_own_unit_nobody_decides_on_their_own_unit_or_its_principal(
    city: AsyncEngine,
) -> None:
    tob = office_of("tob")
    with pytest.raises(BadInput, match="tob: you must stand aside from L3"):
        await decide(city, YEAR, KEY, Verdict.DECLINED, "市委常委会", office=tob)
    with pytest.raises(BadInput, match="must stand aside from L3"):
        await table(city, f"{KEY},declined,市委常委会,由,{TODAY},", "tob")
    await hold_campaign(city, "few", each=50)
    with pytest.raises(BadInput, match="must stand aside from U3"):
        await give_grade(city, YEAR, "U3", Grade.SECOND, ["few"], tob)
    rows = await rows_of(city)
    assert (rows["decisions"], rows["unit_decisions"]) == (0, 0)


async def test_row_own_unit_who_signed_as_a_body_answers_no_appeal_against_it(
    city: AsyncEngine,
) -> None:
    """The printed signature is text; what bars is the account."""
    await decide(city, YEAR, KEY, Verdict.CONFIRMED, "市委常委会", office=office_of("zhou"))
    await seal_year(city, YEAR)
    await give_notice(city, YEAR, office_of())
    appeal = await receive_appeal(city, YEAR, "L3", "未听取申辩", office_of("chen"))
    async with reading(city) as connection:
        found = await find_appeal(connection, appeal.number, office_of().today)
        assert await eligible_deciders(connection, found) == ["chen"]
    for login in ("zhou", "tob"):
        with pytest.raises(BadInput, match="may not decide"):
            await assign_appeal(city, appeal.number, login, office_of("chen"))


async def test_a_decision_whose_grounds_change_is_shown_and_has_no_effect(
    city: AsyncEngine,
) -> None:
    found = "id,kind,subject,date,source\n{}"
    row = "F1,safety_accident,U1,2026-05-01,{}\n"
    await bring(city, "findings", found.format(row.format("事故调查报告")))
    key = "2026/safety_accident/downgrade/L1/F1"
    await decide(city, YEAR, key, Verdict.CONFIRMED)
    await decide(city, YEAR, KEY, Verdict.DECLINED)
    assert (await open_year(city, YEAR)).result.leader("L1").grade is Grade.THIRD
    assert (await preview_seal(city, YEAR)).obstacles == ()
    await bring(city, "findings", found.format(row.format("另一份报告")))
    now = await proposal(city, key)
    assert now.lapsed is not None
    assert (now.status, now.decision, now.lapsed.verdict) == (
        ProposalStatus.PROPOSED,
        None,
        Verdict.CONFIRMED,
    )
    assert (await open_year(city, YEAR)).result.leader("L1").grade is Grade.SECOND
    (obstacle,) = (await preview_seal(city, YEAR)).obstacles
    assert key in str(obstacle)
    await decide(city, YEAR, key, Verdict.CONFIRMED)
    assert (await open_year(city, YEAR)).result.leader("L1").grade is Grade.THIRD


async def test_decisions_are_only_added(city: AsyncEngine) -> None:
    await decide(city, YEAR, KEY, Verdict.DECLINED)
    for statement in ("UPDATE decisions SET verdict = 'confirmed'", "DELETE FROM decisions"):
        with pytest.raises(DBAPIError, match="only grows"):
            async with writing(city) as connection:
                await connection.execute(text(statement))
