"""From ballots of a simulated attack to cases, two blind reviewers, weights, the log, and back."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update

from benchmarks.fraud.scenario import Scenario, angered, attacked
from bot.app import Service, build, take_turn
from bot.campaigns import close_campaign, create_campaign, open_campaign
from bot.clock import SystemClock
from bot.review import WAITING, Case, count_cases, find_case, list_cases, reopen, vote
from bot.scanning import effects, scan
from bot.scoring import read_polls
from bot.settings import Settings
from bot.store import tables
from bot.store.database import reading, writing
from bot.store.yearbook import insert_all
from bot.web.auth import add_staff
from bot.web.server import make_web
from survey_flows.entries import canonical, commit
from survey_flows.errors import BadInput
from survey_flows.paper import Unit
from tests.contract.test_conductor import draft
from tests.desk import PASSWORD, Desk

CLOCK = SystemClock()
ZONE = "Asia/Shanghai"
WHO = {"ann": None, "ben": None, "cy": None, "insider": "here"}


@pytest.fixture
async def service(store_url: str, valkey_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with build(Settings(data=tmp_path, database_url=store_url, redis_url=valkey_url), CLOCK) as made:
        yield made


async def fill(service: Service, scenario: Scenario) -> None:
    """A closed campaign with the simulated ballots."""
    names = sorted(set(scenario.ballots["unit"]))
    units = [Unit(name, {"zh-Hans": f"单位{name}", "en": f"Office {name}"}, "window", "B_econ") for name in names]
    await create_campaign(service.database, replace(draft(), units=units), CLOCK)
    await open_campaign(service.database, "year")
    await take_turn(service.mixer, service.database, service.keys)
    rows = [_row(number, row) for number, row in enumerate(scenario.ballots.to_dict("records"))]
    async with writing(service.database) as connection:
        await insert_all(connection, tables.ballots, rows)
    await close_campaign(service.database, "year")
    await take_turn(service.mixer, service.database, service.keys)


def _row(number: int, found: dict[str, object]) -> dict[str, object]:
    names = ("unit", "questionnaire", "grp", "stratum", "source", "ratings", "bucket", "risk")
    voter = str(found["voter"]).encode().ljust(32, b".")[:32]
    fixed = {"campaign": "year", "voter": voter, "weight": 4, "facts": "{}", "position": 100 + number}
    return {name: found[name] for name in names} | fixed | {"salt": bytes(16)}


async def hire(service: Service, unit: str) -> None:
    for login, where in WHO.items():
        await add_staff(service.database, login, PASSWORD, "reviewer", unit if where else None)


async def weights(service: Service) -> pd.Series[int]:
    async with reading(service.database) as connection:
        query = select(tables.ballots.c.id, tables.ballots.c.weight).order_by(tables.ballots.c.id)
        rows = (await connection.execute(query)).all()
    return pd.Series({row.id: row.weight for row in rows})


async def decisions(service: Service) -> list[dict[str, object]]:
    await take_turn(service.mixer, service.database, service.keys)
    async with reading(service.database) as connection:
        columns = tables.log_entries.c
        query = select(columns.body).where(columns.kind == "decision").order_by(columns.position)
        return [json.loads(body) for body in (await connection.execute(query)).scalars()]


async def only(service: Service) -> Case:
    return (await list_cases(service.database, "ann"))[0]


async def test_an_attack_becomes_cases_and_weighs_less_until_two_reviewers_have_looked(service: Service) -> None:
    scenario = attacked(1, 20_000, ("sybil",))
    await fill(service, scenario)
    assert await scan(service.database, "year", ZONE) > 0
    lighter = (await weights(service)).to_numpy() < 4
    bought = scenario.truth == "sybil"
    assert lighter[bought].mean() > 0.9
    assert lighter[scenario.truth == "honest"].mean() < 0.01
    assert await scan(service.database, "year", ZONE) == 0, "the same again makes no new case"
    states = await count_cases(service.database, "year")
    assert set(states) == {WAITING}
    logged = await decisions(service)
    assert Counter(entry["verdict"] for entry in logged) == {"automatic": states[WAITING]}
    assert not re.search(r"U\d{3}|Office|unit", json.dumps(logged))


async def test_two_of_one_mind_decide_and_each_decision_can_be_taken_back(service: Service) -> None:
    await fill(service, attacked(1, 20_000, ("sybil",)))
    before = await weights(service)
    await scan(service.database, "year", ZONE)
    proposed = await weights(service)
    await hire(service, "nowhere")
    case = await only(service)
    own = await members(service, case.id)

    async def say(login: str, verdict: str, reason: str, note: str = "") -> str:
        return await vote(service.database, login, case.id, verdict, reason, note, CLOCK)

    assert await say("ann", "uphold", "automated") == WAITING
    with pytest.raises(BadInput, match="voted on this case already"):
        await say("ann", "uphold", "automated")
    assert await say("ben", "release", "genuine-event") == WAITING
    assert (await weights(service)).equals(proposed)
    assert await say("cy", "release", "weak") == "released"
    released = await weights(service)
    assert (released[own] == 4).all()
    assert released.drop(own).equals(proposed.drop(own))
    with pytest.raises(BadInput, match="decided already"):
        await say("insider", "uphold", "automated")

    await reopen(service.database, case.id, "the office", "new evidence", CLOCK)
    assert (await weights(service)).equals(proposed)
    assert await say("ann", "uphold", "other", "seen it before") == WAITING
    assert await say("ben", "uphold", "automated") == "upheld"
    assert (await weights(service)).equals(proposed)
    await reopen(service.database, case.id, "the office", "an appeal", CLOCK)
    await say("cy", "release", "usual")
    await say("ben", "release", "usual")
    after = await weights(service)
    assert after[own].equals(before[own])

    told = [(e["verdict"], e["round"], e["reasons"]) for e in await decisions(service) if e["case"] == case.id]
    assert told == [
        ("automatic", 0, []),
        ("release", 0, ["genuine-event", "weak"]),
        ("reopen", 1, []),
        ("uphold", 1, ["automated", "other"]),
        ("reopen", 2, []),
        ("release", 2, ["usual", "usual"]),
    ]
    async with reading(service.database) as connection:
        votes = (await connection.execute(select(tables.case_votes))).all()
    assert len(votes) == 9, "votes are only added"


async def test_the_log_commits_to_the_weights_of_a_decision(service: Service) -> None:
    await fill(service, attacked(1, 20_000, ("sybil",)))
    await scan(service.database, "year", ZONE)
    for entry in await decisions(service):
        async with reading(service.database) as connection:
            case = (await connection.execute(select(tables.cases).where(tables.cases.c.id == entry["case"]))).one()
            own, ballots = tables.case_ballots.c, tables.ballots.c
            query = select(ballots.position, own.weight).join_from(
                tables.case_ballots, tables.ballots, own.ballot == ballots.id
            )
            rows = (await connection.execute(query.where(own.case == case.id).order_by(ballots.position))).all()
        listed = canonical({"weights": [[row.position, row.weight] for row in rows]})
        assert entry["weights"] == commit(case.salt, listed).hex()


async def members(service: Service, number: int) -> list[int]:
    async with reading(service.database) as connection:
        query = select(tables.case_ballots.c.ballot).where(tables.case_ballots.c.case == number)
        return list((await connection.execute(query)).scalars())


async def unit_of(service: Service, number: int) -> str:
    async with reading(service.database) as connection:
        return str(
            (await connection.execute(select(tables.cases.c.unit).where(tables.cases.c.id == number))).scalar_one()
        )


@pytest.mark.parametrize(
    ("login", "verdict", "reason", "note", "said"),
    [
        ("zhou", "uphold", "automated", "", "only reviewers vote"),
        ("nobody", "uphold", "automated", "", "only reviewers vote"),
        ("insider", "uphold", "automated", "", "not for you"),
        ("ann", "uphold", "genuine-event", "", "choose a verdict and one of its reasons"),
        ("ann", "delete", "other", "x", "choose a verdict and one of its reasons"),
        ("ann", "release", "other", " ", "write down which reason"),
    ],
)
async def test_who_may_not_vote_does_not(
    service: Service, login: str, verdict: str, reason: str, note: str, said: str
) -> None:
    await fill(service, attacked(1, 20_000, ("sybil",)))
    await scan(service.database, "year", ZONE)
    case = await only(service)
    await hire(service, await unit_of(service, case.id))
    await add_staff(service.database, "zhou", PASSWORD, "administrator")
    with pytest.raises(BadInput, match=said):
        await vote(service.database, login, case.id, verdict, reason, note, CLOCK)
    assert case.id not in {seen.id for seen in await list_cases(service.database, "insider")}
    with pytest.raises(BadInput, match="not for you"):
        await find_case(service.database, "insider", case.id)
    async with reading(service.database) as connection:
        assert (await connection.execute(select(tables.case_votes))).all() == []


async def test_a_wave_of_honest_anger_is_no_case(service: Service) -> None:
    await fill(service, angered(3, 20_000))
    await scan(service.database, "year", ZONE)
    assert ((await weights(service)) < 4).mean() < 0.01


async def test_results_are_told_with_and_without_each_rule(service: Service) -> None:
    await fill(service, attacked(1, 20_000, ("sybil",)))
    found = {effect.rule: effect for effect in await effects(service.database, "year", ZONE)}
    assert found[""].units >= 2
    assert found[""].points > 1
    assert {"lockstep", "strata"} <= found.keys()
    assert all(effect.points <= 100 for effect in found.values())


async def test_an_open_campaign_is_not_looked_at(service: Service) -> None:
    await create_campaign(service.database, draft(), CLOCK)
    for campaign in ("year", "no such"):
        with pytest.raises(BadInput, match="only a closed campaign"):
            await scan(service.database, campaign, ZONE)


async def test_on_the_pages_a_reviewer_sees_neither_unit_nor_opinion_nor_score(service: Service) -> None:
    await fill(service, attacked(1, 20_000, ("sybil",)))
    await scan(service.database, "year", ZONE)
    case = await only(service)
    unit = await unit_of(service, case.id)
    await hire(service, unit)
    await add_staff(service.database, "zhou", PASSWORD, "administrator")
    poll = (await read_polls(service.database))[0]
    secret = [unit, *poll.units[unit].name.values(), "atisfied", 'score"', "U0", "U1"]

    async def at(login: str) -> tuple[TestClient, Desk]:  # type: ignore[type-arg]
        client = TestClient(TestServer(make_web(service)))
        await client.start_server()
        desk = Desk(client, service)
        await desk.sign_in(login)
        return client, desk

    clients = {login: await at(login) for login in ("ann", "ben", "insider", "zhou")}
    desks = {login: desk for login, (_, desk) in clients.items()}
    address = f"/admin/review/{case.id}"
    for path in ("/admin/review", address):
        page = await desks["ann"].open(path)
        assert desks["ann"].status == 200
        assert [word for word in secret if word in page] == []
    for path in ("/admin", "/admin/campaigns/year", "/admin/campaigns/year/scores", "/admin/years/2026"):
        assert "Review of suspicious ballots" in await desks["ann"].open(path), (
            "led to the only pages that are for them"
        )
    assert f'href="{address}"' not in await desks["insider"].open("/admin/review")
    await desks["insider"].open(address)
    assert desks["insider"].status == 409

    def ballot(desk: Desk, choice: str, note: str = "") -> dict[str, str]:
        return {"csrf": desk.csrf, "choice": choice, "note": note}

    await desks["zhou"].open(address)
    assert '<form class="card"' not in desks["zhou"].page
    await desks["zhou"].post(address, ballot(desks["zhou"], "uphold automated"))
    assert desks["zhou"].status == 403
    await desks["ann"].open(address)
    assert "write down" in await desks["ann"].post(address, ballot(desks["ann"], "uphold other"))
    assert "recorded" in await desks["ann"].post(address, ballot(desks["ann"], "uphold automated", "first"))
    assert "you have voted" in await desks["ann"].open(address)
    page = await desks["ben"].open(address)
    assert "automated" in page
    assert "first" not in page
    assert "checked" not in page, "nobody sees how another has voted"
    assert "recorded" in await desks["ben"].post(address, ballot(desks["ben"], "uphold ordered"))
    assert (await find_case(service.database, "ann", case.id)).state == "upheld"
    for client, _ in clients.values():
        await client.close()


async def test_a_reviewer_who_moves_to_the_unit_is_shown_no_case_of_it(service: Service) -> None:
    await fill(service, attacked(1, 20_000, ("sybil",)))
    await scan(service.database, "year", ZONE)
    await hire(service, "nowhere")
    case = await only(service)
    async with writing(service.database) as connection:
        moved = update(tables.staff).where(tables.staff.c.login == "ann")
        await connection.execute(moved.values(unit=await unit_of(service, case.id)))
    assert case.id not in {seen.id for seen in await list_cases(service.database, "ann")}
