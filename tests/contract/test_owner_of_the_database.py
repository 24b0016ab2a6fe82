"""What the owner of the database changes reaches nothing that is signed, on both databases.

Registration, weights and releases are compared with the log that was signed, at the close, before
a result is ordered, and once more by the mixer before the log's key signs it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from bot.ballots.campaign_walk import CASES, LOG, MISSING, ROWS, WEIGHTS
from bot.ballots.close_check import (
    DEFINITION,
    RELEASE,
    UNCLOSED,
    BallotsChanged,
    check_ballots,
    hold_or_release,
)
from bot.ballots.desk_orders import UNPROVEN
from bot.campaigns.held import held_for
from bot.campaigns.registered import find_registered_campaign, read_registered_campaigns
from bot.core.settings import Settings
from bot.crypto.note_signatures import sign_checkpoint
from bot.fraud_review.case_review import apply_verdict
from bot.results.proven_releases import check_again
from bot.results.releases import publish_release, read_releases
from bot.results.scoring import score_campaign
from bot.service.composition import open_store
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import facts_of
from bot.transparency.verdicts import PROPOSED, WAITING
from bot.transparency.verdicts import RELEASE as RELEASED
from bot.verification.bundle import make_bundle, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.public_totals import result_body
from bot.verification.verifier import verify
from survey_flows.effects import StoreBallot
from survey_flows.errors import BadInput
from survey_flows.log_entries import canonical
from survey_flows.merkle import EMPTY
from tests.contract.test_conductor import NOW, Road, make_road
from tests.contract.test_mixer import admit, ballot, rows
from tests.desk import DESK

PEOPLE = 24
Attack = Callable[[Road], Awaitable[None]]


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    """A campaign of which all ballots are mixed."""
    async with make_road(store_url, tmp_path) as made:
        await made.mixer.turn()
        for number in range(PEOPLE):
            one = replace(ballot(number), bucket=int(NOW.timestamp()) // 900)
            await admit(made, (f"{number}", StoreBallot(one)))
        await made.mix()
        yield made


async def execute(road: Road, *statements: Any) -> None:
    """Do what triggers are there to stop."""
    async with writing(road.database) as connection:
        if connection.dialect.name == "sqlite":
            query = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in (await connection.execute(query)).scalars().all():
                await connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            await connection.execute(text("SET session_replication_role = replica"))
        for statement in statements:
            await connection.execute(statement)


async def hide_registration(road: Road) -> None:
    """Let no row say that the campaign was registered, and change every answer."""
    entries = tables.log_entries
    await execute(
        road,
        update(entries).where(entries.c.kind == "registration").values(kind="registratiom"),
        update(tables.campaigns).values(registered=None),
        update(tables.ballots).values(ratings="VD VD VD VD"),
    )


async def lighten(road: Road) -> None:
    """Let ballots weigh nothing, which nobody decided."""
    table = tables.ballots
    few = [row.id for row in await rows(road, table)][:10]
    await execute(road, update(table).where(table.c.id.in_(few)).values(weight=0))


async def score_otherwise(road: Road) -> None:
    """Take the campaign out of the log's sight, and change what an answer is worth."""
    (row,) = await rows(road, tables.campaigns)
    scheme = row.scheme.replace('"points":"80"', '"points":"61"')
    assert scheme != row.scheme
    await execute(road, update(tables.campaigns).values(registered=None, scheme=scheme))


async def swap_names(road: Road) -> None:
    """Take the campaign out of the log's sight, and give each unit the other's name."""
    (row,) = await rows(road, tables.campaigns)
    said = json.loads(row.definition)
    one, other = said["units"]
    one["name"], other["name"] = other["name"], one["name"]
    values = {"registered": None, "definition": json.dumps(said, ensure_ascii=False)}
    await execute(road, update(tables.campaigns).values(values))


async def empty_log(road: Road, seed: bytes = b"") -> None:
    """Take every entry out of the log, and end it with a note that another key has signed."""
    await execute(
        road,
        delete(tables.log_entries),
        delete(tables.log_tiles),
        delete(tables.checkpoints),
        update(tables.campaigns).values(registered=None),
        update(tables.ballots).values(ratings="VD VD VD VD"),
    )
    if seed:
        note = sign_checkpoint(seed, "minping", 0, EMPTY)
        row = {"size": 0, "note": note, "frontier": b"", "at": 0, "shown": 1}
        await execute(road, tables.checkpoints.insert().values(row))


ATTACKS: dict[str, tuple[Attack, set[str]]] = {
    "registration hidden": (hide_registration, {ROWS, LOG, DEFINITION}),
    "weights": (lighten, {WEIGHTS}),
    "scheme": (score_otherwise, {DEFINITION}),
    "names": (swap_names, {DEFINITION}),
}


async def state(road: Road) -> str:
    (row,) = await rows(road, tables.campaigns)
    return str(row.state)


async def reasons(road: Road) -> set[str]:
    async with reading(road.database) as connection:
        return {reason.id for reason in await held_for(connection, "year")}


async def acts(road: Road, kind: str) -> list[str]:
    return [row.body for row in await rows(road, tables.log_entries) if row.kind == kind]


async def order(road: Road, body: str) -> None:
    """Have the desk sign a result, as a service does that was shown another database."""
    async with writing(road.database) as connection:
        await DESK.order(connection, "result", "year", facts_of(body))


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_close_signs_nothing_that_was_not_registered(road: Road, attack: str) -> None:
    change, found = ATTACKS[attack]
    await change(road)
    await road.close("year")
    assert (await state(road), await acts(road, "closing")) == ("held", [])
    assert await reasons(road) == found
    # What is hidden for a moment frees no campaign either.
    await hold_or_release(road.database, "year", await check_ballots(road.database, "year"))
    assert await state(road) == "held"


@pytest.mark.parametrize("attack", ATTACKS)
async def test_no_result_is_signed_of_what_was_changed_after_the_close(
    road: Road, attack: str
) -> None:
    change, found = ATTACKS[attack]
    await road.close("year")
    await score_campaign(road.database, "year")
    await change(road)
    with pytest.raises(BallotsChanged):
        await request_result_entry(road.database, "year", road.approvals, "zhou")
    assert (await state(road), await reasons(road)) == ("held", found)
    with pytest.raises(BadInput):
        await make_bundle(road.database, "year", openings=False)
    assert await rows(road, tables.notices) == []


async def rewrite_release(road: Road) -> None:
    """Write other answers into the stored release, with the digest that belongs to them."""
    (row,) = await rows(road, tables.releases)
    body = json.loads(row.body)
    for block in body["units"].values():
        for pattern in block:
            pattern[4] = "VD VD VD VD"
    new = canonical(body)
    values = {"body": new, "digest": sha256(new.encode()).hexdigest()}
    await execute(road, update(tables.releases).values(values))


async def test_a_release_that_was_rewritten_is_not_signed(road: Road) -> None:
    await road.close("year")
    before = (await score_campaign(road.database, "year")).scores["TAX"].score
    (honest,) = await rows(road, tables.releases)
    await rewrite_release(road)
    assert (await score_campaign(road.database, "year")).scores["TAX"].score != before
    with pytest.raises(BallotsChanged, match=r"release 1 shows 1 units otherwise .* TAX"):
        await request_result_entry(road.database, "year", road.approvals, "zhou")
    assert (await state(road), await reasons(road)) == ("held", {RELEASE})
    back = {"body": honest.body, "digest": honest.digest}
    await execute(road, update(tables.releases).values(back))
    await check_again(road.database, "year", road.mixer.log.guard)
    assert await request_result_entry(road.database, "year", road.approvals, "zhou") is None
    await road.mixer.turn()
    assert len(await acts(road, "result")) == 1


async def test_the_mixer_signs_no_result_that_the_desk_was_made_to_order(road: Road) -> None:
    await road.close("year")
    await score_campaign(road.database, "year")
    (honest,) = await rows(road, tables.releases)
    await order(road, result_body("year", b"totals of nothing"))
    await road.mixer.turn()
    assert [row.reason for row in await rows(road, tables.refused_acts)] == [UNPROVEN]
    assert (await state(road), await acts(road, "result")) == ("closed", [])
    # The release changes once the desk has signed, and is put back afterwards.
    await request_result_entry(road.database, "year", road.approvals, "zhou")
    await rewrite_release(road)
    await road.mixer.turn()
    assert [row.reason for row in await rows(road, tables.refused_acts)] == [UNPROVEN] * 2
    assert (await state(road), await acts(road, "result")) == ("held", [])
    back = {"body": honest.body, "digest": honest.digest}
    await execute(road, update(tables.releases).values(back))
    await check_again(road.database, "year", road.mixer.log.guard)
    await request_result_entry(road.database, "year", road.approvals, "zhou")
    await road.mixer.turn()
    for openings in (False, True):
        files = await make_bundle(road.database, "year", openings)
        results = verify(files, VerificationRequest([road.mixer.key]))
        assert [one.what for one in results if not one.ok] == []


async def decide(road: Road, verdict: str, weight: int = 0) -> None:
    """Have a case of ten ballots proposed, or decided."""
    async with writing(road.database) as connection:
        case = {"id": "aa", "campaign": "year", "rules": "[]", "unit": "TAX", "evidence": "{}"}
        case |= {"digest": "", "salt": bytes(16), "state": WAITING, "verdict": PROPOSED}
        case |= {"round": 1, "number": 1}
        if verdict == PROPOSED:
            await connection.execute(insert(tables.cases), [case])
            query = select(tables.ballots.c.id).order_by(tables.ballots.c.position).limit(10)
            ids = (await connection.execute(query)).scalars().all()
            mine = {"case_id": "aa", "weight": weight, "before": 4}
            found = [{**mine, "ballot": number} for number in ids]
            await connection.execute(insert(tables.case_ballots), found)
        row = (await connection.execute(select(tables.cases))).one()
        await apply_verdict(connection, DESK, row, verdict, ["coincidence"])


async def test_weights_and_releases_follow_from_the_decisions_of_the_log(road: Road) -> None:
    await road.close("year")
    await decide(road, PROPOSED)
    # A decision that the desk has signed counts, also while it waits for the log.
    assert await check_ballots(road.database, "year") == []
    first = (await score_campaign(road.database, "year")).scores["TAX"]
    await road.mixer.turn()
    await decide(road, RELEASED)
    await road.mixer.turn()
    campaign = await find_registered_campaign(road.database, "year")
    assert (await publish_release(road.database, campaign, road.clock)).is_new
    second = (await score_campaign(road.database, "year")).scores["TAX"]
    assert (first.n_valid, second.n_valid) == (PEOPLE - 10, PEOPLE)
    assert len(await read_releases(road.database, "year")) == 2
    assert await request_result_entry(road.database, "year", road.approvals, "zhou") is None
    await road.mixer.turn()
    files = await make_bundle(road.database, "year", openings=True)
    results = verify(files, VerificationRequest([road.mixer.key]))
    assert [one.what for one in results if not one.ok] == []
    mine = tables.case_ballots
    await execute(road, update(mine).values(before=2), update(tables.ballots).values(weight=2))
    with pytest.raises(BallotsChanged):
        await make_bundle(road.database, "year", openings=False)
    assert await reasons(road) == {WEIGHTS, CASES}


async def test_a_decision_that_nobody_signed_weighs_nothing(road: Road) -> None:
    await road.close("year")
    await decide(road, PROPOSED)
    forged = update(tables.notices).values(signatures="[]")
    await execute(road, forged)
    assert {one.id for one in await check_ballots(road.database, "year")} == {WEIGHTS}


@pytest.mark.parametrize("seed", [b"", bytes(32)], ids=["no note", "another key"])
async def test_a_log_that_is_gone_makes_no_campaign_an_imported_one(
    road: Road, seed: bytes
) -> None:
    await road.close("year")
    await score_campaign(road.database, "year")
    assert await check_ballots(road.database, "year") == []
    await empty_log(road, seed)
    for guard in (None, road.mixer.log.guard):
        found = await check_ballots(road.database, "year", guard)
        assert {one.id for one in found} == {LOG}
    with pytest.raises(BallotsChanged):
        await request_result_entry(road.database, "year", road.approvals, "zhou")
    assert await state(road) == "held"


async def test_a_campaign_that_stands_as_closed_while_people_rate_has_no_result(
    road: Road,
) -> None:
    await execute(road, update(tables.campaigns).values(state="closed"))
    with pytest.raises(BallotsChanged):
        await request_result_entry(road.database, "year", road.approvals, "zhou")
    assert await reasons(road) == {UNCLOSED}


async def test_pages_find_a_registration_that_no_row_of_the_campaign_names(road: Road) -> None:
    await road.close("year")
    assert [it.id for it in await read_registered_campaigns(road.database)] == ["year"]
    await execute(road, update(tables.campaigns).values(registered=None))
    with pytest.raises(BadInput, match="year"):
        await read_registered_campaigns(road.database)


async def test_an_imported_campaign_is_closed_again_once_the_log_is_whole(road: Road) -> None:
    (row,) = await rows(road, tables.campaigns)
    own = {**row._mapping, "id": "old", "state": "closed", "registered": None}
    await execute(road, tables.campaigns.insert().values(own))
    assert await check_ballots(road.database, "old") == []
    entry = tables.log_entries
    kept = next(one.commitment for one in await rows(road, entry) if one.kind == "sealed")
    await execute(road, update(entry).where(entry.c.commitment == kept).values(campaign="other"))
    with pytest.raises(BallotsChanged):
        await check_again(road.database, "old")
    back = update(entry).where(entry.c.commitment == kept).values(campaign="year")
    await execute(road, back)
    await check_again(road.database, "old")
    states = {one.id: one.state for one in await rows(road, tables.campaigns)}
    assert states == {"old": "closed", "year": "open"}
    assert MISSING not in await reasons(road)


async def test_each_command_knows_the_logs_key(road: Road, store_url: str, tmp_path: Path) -> None:
    await road.close("year")
    await empty_log(road, bytes(32))
    key = road.mixer.key.write()
    (tmp_path / "mixer").rename(tmp_path / "keys" / "mixer")
    for more in ({}, {"log_key": key}):
        settings = Settings(database_url=store_url, data=tmp_path, log_origin="minping", **more)
        async with open_store(settings) as database:
            assert {one.id for one in await check_ballots(database, "year")} == {LOG}
