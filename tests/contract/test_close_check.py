"""Ballots that somebody changes in the database, before and after the close, on both databases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from bot.__main__ import PERSON_NEEDED, main
from bot.ballots.close_check import (
    ACCEPTED,
    DEFINITION,
    LOG,
    MISSING,
    NUMBERS,
    ORDER,
    ROWS,
    UNLOGGED,
    BallotsChanged,
    check_ballots,
)
from bot.campaigns.held import held_for
from bot.campaigns.lifecycle import close_campaign, create_campaign
from bot.campaigns.registered import find_registered_campaign
from bot.publication.public_release import make_public
from bot.results.proven_releases import check_again
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.verification.bundle import make_bundle, request_result_entry
from survey_flows.effects import ErasePerson, StoreBallot
from survey_flows.errors import BadInput, Message
from survey_flows.events import Started
from survey_flows.log_entries import canonical
from tests.contract.test_conductor import NOW, Road, draft, make_road
from tests.contract.test_mixer import admit, ballot, rows
from tests.desk import DESK

PEOPLE = 14
Attack = Callable[[Road], Awaitable[None]]


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    """A campaign with ballots, a replaced one, comments and an erasure."""
    async with make_road(store_url, tmp_path) as made:
        await made.mixer.turn()
        for number in range(PEOPLE):
            await cast(made, number, f"{number}", "a word" if number % 2 else "")
        await made.mix()
        await cast(made, 50, "3", "another")
        await admit(made, ("4", ErasePerson("year")))
        await made.mix()
        yield made


async def cast(road: Road, number: int, user: str, comment: str = "") -> None:
    one = replace(ballot(number, comment), bucket=int(NOW.timestamp()) // 900)
    await admit(road, (user, StoreBallot(one)))


async def execute(road: Road, *statements: object) -> None:
    async with writing(road.database) as connection:
        for statement in statements:
            await connection.execute(statement)  # type: ignore[call-overload]


async def some(road: Road, table: object = tables.ballots, number: int = 0) -> object:
    return sorted(await rows(road, table), key=lambda row: row.position)[number]


async def change_answers(road: Road) -> None:
    one = await some(road)
    changed = update(tables.ballots).where(tables.ballots.c.id == one.id)  # type: ignore[attr-defined]
    await execute(road, changed.values(ratings="VD VD VD VD"))


async def change_comment(road: Road) -> None:
    await execute(road, update(tables.comments).values(text="all is well"))


async def drop(road: Road) -> None:
    one = await some(road)
    await execute(road, delete(tables.ballots).where(tables.ballots.c.id == one.id))  # type: ignore[attr-defined]


async def stuff(road: Road) -> None:
    one = await some(road)
    row = dict(one._mapping) | {"voter": bytes(32), "position": None}  # type: ignore[attr-defined]
    row.pop("id")
    await execute(road, tables.ballots.insert().values(row))


async def count_twice(road: Road) -> None:
    one = await some(road)
    row = dict(one._mapping) | {"voter": bytes(32)}  # type: ignore[attr-defined]
    row.pop("id")
    await execute(road, tables.ballots.insert().values(row))


async def take_the_replaced_one(road: Road) -> None:
    """Let an earlier ballot stand in place of the later one."""
    old = await some(road, tables.superseded)
    there = tables.ballots.c
    same = (there.unit == old.unit) & (there.voter == old.voter)  # type: ignore[attr-defined]
    await execute(road, delete(tables.ballots).where(same))


async def relabel(road: Road) -> None:
    """Give the entries of two ballots to another campaign, and drop the ballots."""
    found = [(await some(road, number=number)) for number in range(2)]
    places = [one.position for one in found]  # type: ignore[attr-defined]
    on = " ON log_entries" if road.database.dialect.name == "postgresql" else ""
    entries = tables.log_entries
    await execute(
        road,
        text(f"DROP TRIGGER log_entries_frozen{on}"),
        update(entries).where(entries.c.position.in_(places)).values(campaign="elsewhere"),
        delete(tables.ballots).where(tables.ballots.c.position.in_(places)),
    )


async def reword(road: Road) -> None:
    """Change the scheme, and the text of the registration with it, which no leaf holds."""
    async with reading(road.database) as connection:
        query = select(tables.campaigns.c.scheme).where(tables.campaigns.c.id == "year")
        scheme = (await connection.execute(query)).scalar_one()
        entry = tables.log_entries.c
        query = select(entry.body).where(entry.kind == "registration", entry.campaign == "year")
        body = (await connection.execute(query)).scalar_one()
    new = scheme.replace("30", "31", 1)
    said = canonical(json.loads(body) | {"scheme": new})
    on = " ON log_entries" if road.database.dialect.name == "postgresql" else ""
    off = " ON campaigns" if road.database.dialect.name == "postgresql" else ""
    await execute(
        road,
        text(f"DROP TRIGGER log_entries_frozen{on}"),
        text(f"DROP TRIGGER campaigns_frozen{off}"),
        update(tables.campaigns).where(tables.campaigns.c.id == "year").values(scheme=new),
        update(tables.log_entries).where(entry.body == body).values(body=said),
    )


ATTACKS: dict[str, tuple[Attack, set[str]]] = {
    "answers": (change_answers, {ROWS}),
    "comments": (change_comment, {ROWS}),
    "dropped": (drop, {MISSING, ACCEPTED}),
    "stuffed": (stuff, {UNLOGGED, ACCEPTED}),
    "counted twice": (count_twice, {ROWS, ACCEPTED}),
    "replaced one": (take_the_replaced_one, {MISSING, ORDER, ACCEPTED}),
    "relabelled": (relabel, {LOG, ACCEPTED}),
    "reworded": (reword, {LOG, DEFINITION}),
}


async def reasons(road: Road) -> tuple[Message, ...]:
    async with reading(road.database) as connection:
        return await held_for(connection, "year")


async def state(road: Road, campaign: str = "year") -> str:
    return next(row.state for row in await rows(road, tables.campaigns) if row.id == campaign)


async def test_honest_ballots_close(road: Road) -> None:
    await road.close("year")
    assert (await state(road), await reasons(road)) == ("closed", ())
    assert await check_ballots(road.database, "year", road.mixer.log.guard) == []


@pytest.mark.parametrize("attack", sorted(ATTACKS.keys() - {"comments"}))
async def test_a_change_before_the_close_holds_this_campaign_alone(road: Road, attack: str) -> None:
    change, found = ATTACKS[attack]
    await create_campaign(road.database, draft("other"), road.clock)
    await road.open("other")
    await change(road)
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    await close_campaign(road.database, "other", DESK, road.clock, "for a test")
    await road.mixer.turn()
    assert (await state(road), await state(road, "other")) == ("held", "closed")
    assert {reason.id for reason in await reasons(road)} == found
    closings = [row for row in await rows(road, tables.log_entries) if row.kind == "closing"]
    assert [row.campaign for row in closings] == ["other"]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_change_after_the_close_publishes_nothing(road: Road, attack: str) -> None:
    change, found = ATTACKS[attack]
    await road.close("year")
    await change(road)
    for publish in (
        lambda: request_result_entry(road.database, "year", road.approvals, "zhou"),
        lambda: make_bundle(road.database, "year", openings=True),
    ):
        with pytest.raises(BadInput):
            await publish()
        assert await state(road) == "held"
    # Whose an entry is stands in its leaf, so that even without the guard the root tells it. A text
    # that no leaf commits to is no registration, and nothing is compared with it.
    seen = {reason.id for reason in await reasons(road)}
    assert seen - {NUMBERS} == found - {DEFINITION}
    assert [row for row in await rows(road, tables.notices) if row.kind == "result"] == []


async def test_results_are_not_made_public(road: Road) -> None:
    await road.close("year")
    campaign = await find_registered_campaign(road.database, "year")
    from bot.publication import public_release

    async def given(*_: object) -> None:
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(public_release, "check_notice", given)
        await change_answers(road)
        with pytest.raises(BallotsChanged, match="are not what the log commits to"):
            await make_public(road.database, campaign, "zhou", road.clock, "Asia/Shanghai")
    assert await rows(road, tables.publications) == []


async def test_the_first_three_positions_are_named(road: Road) -> None:
    await execute(road, update(tables.ballots).values(ratings="VD VD VD VD"))
    await road.close("year")
    places = sorted(row.position for row in await rows(road, tables.ballots))
    expected = Message(ROWS, count=len(places), positions=tuple(map(str, places[:3])))
    assert await reasons(road) == (expected,)


async def test_a_held_campaign_goes_on_when_the_rows_are_back(road: Road) -> None:
    kept = await some(road)
    await change_answers(road)
    await road.close("year")
    with pytest.raises(BallotsChanged):
        await check_again(road.database, "year", road.mixer.log.guard)
    back = update(tables.ballots).where(tables.ballots.c.id == kept.id)  # type: ignore[attr-defined]
    await execute(road, back.values(ratings=kept.ratings))  # type: ignore[attr-defined]
    await check_again(road.database, "year", road.mixer.log.guard)
    await road.mixer.turn()
    assert (await state(road), await reasons(road)) == ("closed", ())


async def test_a_closed_campaign_that_was_held_is_closed_once(road: Road) -> None:
    await road.close("year")
    kept = await some(road)
    await change_answers(road)
    with pytest.raises(BallotsChanged):
        await request_result_entry(road.database, "year", road.approvals, "zhou")
    back = update(tables.ballots).where(tables.ballots.c.id == kept.id)  # type: ignore[attr-defined]
    await execute(road, back.values(ratings=kept.ratings))  # type: ignore[attr-defined]
    await check_again(road.database, "year")
    await road.mixer.turn()
    assert await state(road) == "closed"
    closings = [row for row in await rows(road, tables.log_entries) if row.kind == "closing"]
    assert len(closings) == 1
    await request_result_entry(road.database, "year", road.approvals, "zhou")
    await road.mixer.turn()
    assert "openings.jsonl" in await make_bundle(road.database, "year", openings=True)


async def test_a_campaign_that_takes_ballots_is_not_checked(road: Road) -> None:
    with pytest.raises(BadInput, match="checked after the close"):
        await check_again(road.database, "year")


async def test_citizens_read_that_it_is_closed_and_checked(road: Road) -> None:
    await change_answers(road)
    await road.close("year")
    await road.live_campaigns.refresh()
    reply = await road.send("zoe", Started(link=road.link.token, unit="TAX", lang="en"))
    assert reply.screen is not None
    assert (reply.screen.step, "checked" in reply.screen.text) == ("closed", True)


async def test_commands_end_with_3_and_name_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    async with make_road(f"sqlite:///{tmp_path}/minping.sqlite3", tmp_path) as made:
        for number in range(PEOPLE):
            await cast(made, number, f"{number}")
        await made.mix()
        await change_answers(made)
        (tmp_path / "mixer").rename(tmp_path / "keys" / "mixer")
        (place,) = [
            row.position for row in await rows(made, tables.ballots) if row.ratings.startswith("VD")
        ]
        await made.database.dispose()
        told = (
            "minping: year: 1 stored ballots, comments or withdrawals are not what the log commits "
            f"to, the first at the positions {place}\n"
        )
        for words in (
            ["campaign", "close", "year", "--reason", "for a test"],
            ["campaign", "check", "year"],
        ):
            assert await asyncio.to_thread(main, words) == PERSON_NEEDED
            printed = capsys.readouterr()
            assert printed.err.endswith(told)
            # No program destroys the copies of keys: who closes is told which there may be.
            copies = ("voters/year.key", "mixer/campaign-year.key")
            assert all((copy in printed.out) == (words[1] == "close") for copy in copies)
        async with reading(made.database) as connection:
            query = select(tables.audit.c.outcome).where(tables.audit.c.act == "campaign close")
            assert (await connection.execute(query)).scalars().all() == ["refused"]
        await made.database.dispose()
        assert await asyncio.to_thread(main, ["bundle", "year", str(tmp_path / "b.zip")]) == 1
