"""Which campaigns count in a year: chosen and withdrawn in the open, by two persons."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import Verdict
from bot.accounts.approvals import DONE, WAITING, Approvals
from bot.accounts.officers import Officers, officer_decisions
from bot.accounts.staff import add_staff
from bot.appraisal.seal_decisions import seal_decisions
from bot.appraisal.sealing import prepare_seal
from bot.appraisal.year import BINDING, open_year
from bot.campaigns.choice_records import read_choices, told
from bot.campaigns.choices import choice_decisions, prepare_choice, prepare_void
from bot.campaigns.registered import (
    counting_campaigns,
    counts_already,
    find_registered_campaign,
)
from bot.campaigns.summaries import show_campaign
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.publication.public_release import publication_stop, publishable_release
from bot.records.seals import standing_seal
from bot.results.releases import publish_release
from bot.service.composition import open_store
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from survey_flows.messages import render
from tests.contract.test_year_tables import (
    INDICATORS,
    LEADERS,
    UNITS,
    YEAR,
    bring,
    hold_campaign,
)
from tests.deciding import decide
from tests.desk import DESK, roster_of
from tests.sealing import give_notice, office_of, order_of

PASSWORD = "correct horse battery"


@pytest.fixture
async def city(sqlite_url: str) -> AsyncIterator[AsyncEngine]:
    """Two closed campaigns of one year on the same units."""
    async with open_store(Settings(database_url=sqlite_url)) as database:
        await bring(database, "units", UNITS, 0)
        await bring(database, "leaders", LEADERS)
        await bring(database, "indicators", INDICATORS)
        await hold_campaign(database, "spring")
        await hold_campaign(database, "autumn")
        yield database


def approvals(database: AsyncEngine) -> Approvals:
    decisions = {**officer_decisions(DESK), **choice_decisions(DESK)}
    return Approvals(roster_of(database), decisions, counts_already, SystemClock())


async def used(database: AsyncEngine) -> list[str]:
    return [part.campaign.id for part in (await open_year(database, YEAR)).campaigns]


async def notes(database: AsyncEngine) -> list[str]:
    return [render(note, "en") for note in (await open_year(database, YEAR)).left_out]


async def acts(database: AsyncEngine) -> list[dict[str, object]]:
    columns = tables.notices.c
    query = select(columns.body).where(columns.kind.in_(("choice", "void"))).order_by(columns.id)
    async with reading(database) as connection:
        return [json.loads(body) for body in (await connection.execute(query)).scalars()]


async def test_row_campaigns_two_with_ballots_wait_until_somebody_chooses(
    city: AsyncEngine,
) -> None:
    with pytest.raises(BadInput, match=r"both rate unit U1.*`minping campaign count`"):
        await open_year(city, YEAR)
    made = await prepare_choice(approvals(city), "spring", False, "次年重办", "zhou")
    assert made.state == DONE
    assert await used(city) == ["autumn"]
    assert [campaign.id for campaign in await counting_campaigns(city, YEAR)] == ["autumn"]
    assert await notes(city) == ["spring does not count. Chosen not to count: 次年重办"]
    (act,) = await acts(city)
    assert (act["campaign"], act["counts"], act["reason"], act["scores"]) == (
        "spring",
        False,
        "次年重办",
        False,
    )
    with pytest.raises(BadInput, match="withdrawn or chosen not to count"):
        await open_year(city, YEAR, ["spring"])


async def test_row_campaigns_one_without_ballots_does_not_count(city: AsyncEngine) -> None:
    async with writing(city) as connection:
        columns = tables.ballots.c
        await connection.execute(delete(tables.ballots).where(columns.campaign == "spring"))
    assert await used(city) == ["autumn"]
    assert await notes(city) == ["spring does not count: it has no ballots"]


async def test_row_campaigns_what_was_seen_before_the_choice_is_told_with_it(
    city: AsyncEngine,
) -> None:
    await publish_release(city, await find_registered_campaign(city, "spring"), SystemClock())
    await prepare_choice(approvals(city), "spring", False, "取后一次", "zhou")
    summary = await show_campaign(city, "spring")
    assert summary.choice is not None
    assert render(told(summary.choice), "zh-Hans") == ("决定不计入：取后一次（得分可见之后选择）")
    assert "after its scores could be seen" in render(told(summary.choice), "en")
    # A later choice replaces the earlier one, and both stand in the log.
    # Whoever saw nothing decided, or an older decision, overwrites nothing.
    for stale in ("", "1-1"):
        with pytest.raises(BadInput, match="and that stands: Chosen not to count: 取后一次"):
            await prepare_choice(approvals(city), "spring", True, "改回", "zhou", stale)
        with pytest.raises(BadInput, match="and that stands: Chosen not to count: 取后一次"):
            await prepare_void(approvals(city), "spring", "spring", "误开", "zhou", stale)
    await prepare_choice(approvals(city), "spring", True, "改回", "zhou")
    await prepare_choice(approvals(city), "autumn", False, "改回", "zhou")
    assert await used(city) == ["spring"]
    assert len(await acts(city)) == 3


async def test_row_campaigns_one_opened_by_mistake_is_withdrawn_by_two_and_for_good(
    city: AsyncEngine,
) -> None:
    both = approvals(city)
    for login, role in (("zhou", "administrator"), ("he", "approver")):
        await add_staff(both.roster, login, PASSWORD, role)
    await Officers(both, SystemClock()).set_profile("city", "zhou")
    for name, reason in (("", "误开"), ("autumn", "误开"), ("spring", " ")):
        with pytest.raises(BadInput):
            await prepare_void(both, "spring", name, reason, "zhou")
    made = await prepare_void(both, "spring", "spring", "误开", "zhou")
    assert made.state == WAITING
    assert await acts(city) == []
    with pytest.raises(BadInput, match="does not sign"):
        await both.approve(made.id, "zhou", made.seen)
    await both.approve(made.id, "he", made.seen)
    assert await used(city) == ["autumn"]
    async with reading(city) as connection:
        choice = (await read_choices(connection))["spring"]
        ballots = select(tables.ballots.c.unit).where(tables.ballots.c.campaign == "spring")
        assert (await connection.execute(ballots.limit(1))).first() is not None
    assert (choice.void, choice.counts) == (True, False)
    assert render(told(choice), "zh-Hans") == "已作废，不计入任何考核：误开"
    with pytest.raises(BadInput, match="withdrawn already, for good"):
        await prepare_choice(both, "spring", True, "还是算", "zhou")


async def test_a_pilot_and_an_open_campaign_are_not_chosen(city: AsyncEngine) -> None:
    await hold_campaign(city, "trial", pilot=True)
    await hold_campaign(city, "running", state="open")
    with pytest.raises(BadInput, match="a pilot counts nowhere"):
        await prepare_choice(approvals(city), "trial", True, "x", "zhou")
    with pytest.raises(BadInput, match="the campaign's state is open"):
        await prepare_void(approvals(city), "running", "running", "x", "zhou")


async def test_a_sealed_year_keeps_its_campaigns_and_a_waiting_seal_notices_a_choice(
    city: AsyncEngine,
) -> None:
    decisions = {**seal_decisions(DESK), **officer_decisions(DESK), **choice_decisions(DESK)}
    both = Approvals(roster_of(city), decisions, counts_already, SystemClock())
    office = office_of()
    await prepare_choice(both, "spring", False, "次年重办", "zhou")
    await settle(city)
    order = await order_of(city, YEAR, office)
    for login, role in (("zhou", "administrator"), ("he", "approver")):
        await add_staff(both.roster, login, PASSWORD, role)
    await Officers(both, SystemClock()).set_profile("city", "zhou")
    waits = await prepare_seal(city, both, YEAR, order, office)
    # The campaign that the waiting seal rests on is withdrawn before the second signature.
    void = await prepare_void(both, "autumn", "autumn", "误开", "zhou")
    early = await prepare_void(both, "spring", "spring", "误开", "zhou")
    await both.approve(void.id, "he", void.seen)
    with pytest.raises(BadInput, match="changed after you looked"):
        await both.approve(waits.id, "he", waits.seen)
    async with reading(city) as connection:
        assert await standing_seal(connection, YEAR) is None
    await both.refuse(waits.id, "he")
    await both.refuse(early.id, "he")

    # Once it is sealed nothing says that what it rests on does not count, or that more counts.
    lower = await prepare_choice(both, "spring", True, "只剩此次", "zhou")
    await both.approve(lower.id, "he", lower.seen)
    sleeper = await prepare_void(both, "spring", "spring", "误开", "zhou")
    order = await order_of(city, YEAR, office)
    waits = await prepare_seal(city, both, YEAR, order, office)
    # Whoever prepares the same again is refused, and takes nothing from what waits.
    with pytest.raises(BadInput, match="waits for a signature already"):
        await prepare_seal(city, both, YEAR, order, office_of("chen"))
    assert (await both.approve(waits.id, "he", waits.seen)).state == DONE
    with pytest.raises(BadInput, match="the year is sealed"):
        await both.approve(sleeper.id, "he", sleeper.seen)
    with pytest.raises(BadInput, match="the year is sealed"):
        await prepare_choice(both, "spring", False, "不算了", "zhou")
    with pytest.raises(BadInput, match="the year is sealed"):
        await prepare_void(both, "spring", "spring", "误开", "zhou")
    await hold_campaign(city, "late")
    with pytest.raises(BadInput, match="the year is sealed"):
        await prepare_choice(both, "late", True, "也算", "zhou")
    assert (await prepare_void(both, "late", "late", "误开", "zhou")).state == WAITING
    assert await used(city) == ["spring"]

    # Nor are results public that count nowhere.
    await give_notice(city, YEAR, office)
    said = []
    for name in ("autumn", "spring"):
        campaign = await find_registered_campaign(city, name)
        stop = await publication_stop(city, campaign, office.today + timedelta(days=20))
        said.append(stop and render(stop.message, "zh-Hans"))
    assert said == ["该活动不计入考核，不公布其结果：已作废，不计入任何考核：误开", None]
    withdrawn = await find_registered_campaign(city, "autumn")
    with pytest.raises(BadInput, match="count nowhere"):
        await publishable_release(city, withdrawn, SystemClock())


async def settle(database: AsyncEngine) -> None:
    """Decline whatever touches a grade, so that the year can be sealed."""
    for proposal in (await open_year(database, YEAR)).result.proposals:
        if proposal.decision is None and proposal.kind in BINDING:
            await decide(database, YEAR, proposal.key, Verdict.DECLINED)
