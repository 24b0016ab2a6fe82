"""Personal invitations on both databases.

Each is good for one person, and nothing stored leads from one to a ballot.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select, text, update

from bot.ballots.gate import Gate
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.summaries import show_campaign
from bot.conversations.conductor import Conductor
from bot.conversations.contract import Incoming
from bot.core.identity import Address, Citizen
from bot.core.short_codes import LENGTH, SIGNS
from bot.crypto.gate_keys import GateKeys
from bot.crypto.keyrings import KeyMissing
from bot.fieldwork.audience.admission import _take, knows_code
from bot.fieldwork.audience.contacts import REASONS, set_unreachable
from bot.fieldwork.audience.invitations import (
    CellInvitations,
    InvitationBatch,
    choose_turns,
    count_responses,
    make_invitations,
)
from bot.fieldwork.audience.opt_outs import opt_out
from bot.fieldwork.audience.sampling import draw_campaign_sample
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.campaign_definition import Link
from survey_flows.errors import BadInput
from survey_flows.events import Started
from tests.contract.test_conductor import NOW, Road, draft, make_road
from tests.contract.test_contacts import read_all
from tests.contract.test_sampling import KEYS, TODAY, bring, people, plan
from tests.desk import DESK

CELLS = {"resident/430102/large": 15, "deputy": 12}
UNKNOWN = "This link has expired or is incomplete. You can take part all the same."
NOBODY = dict.fromkeys(REASONS, 0)
UPDATED = {"invitations": "holder IS NOT NULL", "persons": "invited <> ''", "frames": "drawn"}
"""Rows that were changed since: PostgreSQL puts them elsewhere."""


@dataclass(frozen=True)
class Invited:
    """An invited contact, and the token of their link."""

    lookup: bytes
    address: Address
    lang: str
    token: str


@dataclass
class Invitations:
    """A road whose campaign «next» has a sample of ten in each cell, and their invitations."""

    road: Road
    all: list[Invited]

    async def by_cell(self) -> dict[str, list[str]]:
        """The tokens of each group."""
        lookups = {invited.lookup: invited.token for invited in self.all}
        found: dict[str, list[str]] = {}
        for row in await rows(self.road, tables.frames):
            if row.drawn:
                found.setdefault(row.group_code, []).append(lookups[bytes(row.lookup)])
        return found

    async def rate(self, user: str, token: str) -> None:
        self.road.link = Link(token)
        await self.road.rate(user)

    async def ballots(self) -> list[tuple[str, str, str]]:
        await self.road.mix()
        return sorted(
            (row.grp, row.stratum, row.source) for row in await rows(self.road, tables.ballots)
        )


async def rows(road: Road, table: Any) -> list[Any]:
    async with reading(road.database) as connection:
        return list((await connection.execute(select(table))).all())


async def sampled(road: Road, fatigue_days: int = 0) -> None:
    await create_campaign(road.database, draft("next"), road.clock)
    await bring(road, people(CELLS))
    await plan(road, size=20, fatigue_days=fatigue_days)
    await road.open("next")
    await draw_campaign_sample(road.database, "next")


async def make(road: Road) -> InvitationBatch:
    return await make_invitations(road.database, road.keys, DESK, "next", TODAY, road.clock)


async def invited(road: Road) -> list[Invited]:
    """Return everybody to whom a push would write."""
    frames, own = tables.frames.c, tables.addresses.c
    joined = (
        select(frames.number, frames.turn, *own, tables.persons.c.lang)
        .join(tables.addresses, frames.lookup == own.person)
        .join(tables.persons, frames.lookup == tables.persons.c.lookup)
    )
    query = joined.where(frames.campaign == "next", frames.invited, own.unreachable == "").order_by(
        frames.number
    )
    async with reading(road.database) as connection:
        found = [row for row in await connection.execute(query) if row.sealed is not None]
    return [
        Invited(
            lookup,
            KEYS.unseal(lookup, bytes(row.sealed)),
            row.lang,
            road.keys.invitation("next", row.number, row.turn),
        )
        for row in found
        for lookup in [bytes(row.lookup)]
    ]


@pytest.fixture
async def made(store_url: str, tmp_path: Path) -> AsyncIterator[Invitations]:
    async with make_road(store_url, tmp_path) as road:
        await sampled(road)
        assert await make(road) == InvitationBatch(20, 20, NOBODY)
        await road.live_campaigns.refresh()
        yield Invitations(road, await invited(road))


async def test_an_invitation_vouches_for_group_stratum_and_source(made: Invitations) -> None:
    tokens = await made.by_cell()
    await made.rate("ann", tokens["resident"][0])
    await made.rate("ben", tokens["deputy"][0])
    assert await made.ballots() == [
        ("deputy", "", "personal"),
        ("resident", "430102/large", "personal"),
    ]


@pytest.mark.parametrize(
    "typed",
    [str.lower, lambda code: f" {code[:5]}-{code[5:]} ", lambda code: code.replace("0", "O")],
)
async def test_a_code_is_taken_however_it_is_typed(
    made: Invitations, typed: Callable[[str], str]
) -> None:
    token = (await made.by_cell())["deputy"][0]
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{10}", token)
    await made.rate("ann", typed(token))
    assert await made.ballots() == [("deputy", "", "personal")]


async def test_one_wrong_sign_is_nobody_s_code(made: Invitations) -> None:
    tokens = {one.token for one in made.all}
    token = min(tokens)
    wrong = [
        token[:place] + sign + token[place + 1 :]
        for place in range(LENGTH)
        for sign in SIGNS
        if sign != token[place]
    ]
    async with reading(made.road.database) as connection:
        keys, live = made.road.keys, made.road.live_campaigns
        assert await knows_code(connection, keys, live, token)
        assert not await knows_code(connection, keys, live, "")
        found = [code for code in wrong[::9] if await knows_code(connection, keys, live, code)]
    assert found == []


async def test_tokens_of_before_codes_stay_valid(store_url: str, tmp_path: Path) -> None:
    async with make_road(store_url, tmp_path) as road:
        await sampled(road)
        await make(road)
        # As an older version made them: marks of tokens, and no turn in the frame.
        old = []
        for row in await rows(road, tables.frames):
            if row.drawn:
                code = road.keys.invitation("next", row.number, row.turn)
                token = road.keys.invitation("next", row.number, None)
                marks = [road.keys.invitation_mark("next", one) for one in (code, token)]
                old.append((token, *marks))
        async with writing(road.database) as connection:
            await connection.execute(update(tables.frames).values(turn=None))
            for _, before, mark in old:
                own = update(tables.invitations).where(tables.invitations.c.mark == before)
                await connection.execute(own.values(mark=mark))
        await road.live_campaigns.refresh()
        assert await make(road) == InvitationBatch(20, 20, NOBODY), "nothing is made anew"
        assert {one.token for one in await invited(road)} == {token for token, *_ in old}
        made = Invitations(road, await invited(road))
        await made.rate("ann", old[0][0].lower())
        assert [source for *_, source in await made.ballots()] == ["personal"]


def test_two_people_whose_codes_meet_get_two() -> None:
    class Meeting:
        """Keys that give everybody the same codes."""

        def invitation(self, _campaign: str, _number: str, turn: int | None) -> str:
            return f"CODE{turn}"

    keys = cast(GateKeys, Meeting())
    assert choose_turns(keys, "next", ["b", "c", "a"]) == {"a": 0, "b": 1, "c": 2}


async def test_it_is_good_for_one_person_as_often_as_they_come(made: Invitations) -> None:
    token = (await made.by_cell())["deputy"][0]
    await made.rate("ann", token)
    await made.rate("ann", token)
    assert await made.ballots() == [("deputy", "", "personal")]
    reply = await made.road.send("ben", Started(link=token, unit="TAX", lang="en"))
    assert UNKNOWN in reply.notices
    await made.road.press(
        "ben", "Used a service", "Satisfied", *["Very satisfied"] * 3, "Skip", "Submit"
    )
    assert await made.ballots() == [("deputy", "", "personal"), ("service_user", "", "open")]


async def test_two_who_come_at_once_are_not_both_vouched_for(made: Invitations) -> None:
    token = (await made.by_cell())["deputy"][0]
    road = made.road
    other = Conductor(
        road.database,
        road.keys,
        road.live_campaigns,
        road.clock,
        Gate(road.keys, road.mixer.key),
    )
    running = asyncio.create_task(other.run())
    users = [f"citizen {number}" for number in range(8)]
    updates = [
        Incoming(f"x:{user}", "test", user, Started(link=token, unit="TAX", lang="en"))
        for user in users
    ]
    replies = await asyncio.gather(
        *(
            (other if number % 2 else road.conductor).handle(update)
            for number, update in enumerate(updates)
        )
    )
    assert sorted(UNKNOWN in reply.notices for reply in replies) == [False] + [True] * 7
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_invitation_that_somebody_makes_free_again_is_taken_all_the_same(
    made: Invitations, caplog: pytest.LogCaptureFixture
) -> None:
    token = made.all[0].token
    await made.rate("ann", token)
    async with writing(made.road.database) as connection:
        await connection.execute(update(tables.invitations).values(holder=None))
    await made.rate("ben", token)
    await made.rate("ann", token)
    sources = [source for _, _, source in await made.ballots()]
    assert sorted(sources) == ["open", "personal"]
    assert caplog.text.count("an invitation of campaign next was made free by nobody") == 1


async def test_who_read_a_free_invitation_before_another_took_it_does_not_get_it(
    made: Invitations,
) -> None:
    keys, (free, *_) = made.road.keys, await rows(made.road, tables.invitations)
    taken = []
    for user in ("ann", "ben"):
        async with writing(made.road.database) as connection:
            taken.append(await _take(connection, keys, free, Citizen("test", user), {}))
    assert taken == [True, False]
    now = {bytes(row.mark): row.holder for row in await rows(made.road, tables.invitations)}
    assert bytes(now[bytes(free.mark)]) == keys.holder("next", "test", "ann")


async def test_an_update_that_is_delivered_again_takes_no_other_invitation(
    made: Invitations,
) -> None:
    tokens = (await made.by_cell())["deputy"]
    await made.road.send("ann", Started(link=tokens[0], unit="TAX", lang="en"), "k0")
    await made.road.send("ann", Started(link=tokens[1], unit="TAX", lang="en"), "k0")
    assert sum(row.holder is not None for row in await rows(made.road, tables.invitations)) == 1


async def test_before_the_opening_it_is_not_used_up(made: Invitations) -> None:
    token = (await made.by_cell())["deputy"][0]
    made.road.clock.time = NOW - timedelta(days=2)
    reply = await made.road.send("ann", Started(link=token, lang="en"))
    assert reply.screen is not None
    assert reply.screen.step == "not-open"
    made.road.clock.time = NOW
    await made.rate("ben", token)
    assert await made.ballots() == [("deputy", "", "personal")]


@pytest.mark.parametrize("lead", ["", "~", "~~"])
async def test_what_stands_in_the_database_opens_nothing(made: Invitations, lead: str) -> None:
    cells = [row.token for row in await rows(made.road, tables.links) if row.token.startswith("~")]
    assert len(cells) == 2
    marks = [bytes(row.mark) for row in await rows(made.road, tables.invitations)]
    tokens = [base64.b32encode(mark).decode()[:16] for mark in marks]
    for number, token in enumerate([*(lead + cell.strip("~") for cell in cells), *tokens]):
        reply = await made.road.send(f"thief {number}", Started(link=token, unit="TAX", lang="en"))
        assert UNKNOWN in reply.notices
    assert all(row.holder is None for row in await rows(made.road, tables.invitations))
    assert [
        link.token
        for link in (await show_campaign(made.road.database, "next")).links
        if "~" in link.token
    ] == []


async def test_made_again_nothing_changes_and_who_left_gets_none(made: Invitations) -> None:
    before = await rows(made.road, tables.invitations)
    async with writing(made.road.database) as connection:
        await opt_out(connection, KEYS, [made.all[0].address], TODAY)
        await set_unreachable(connection, [made.all[1].lookup], TODAY)
    assert await make(made.road) == InvitationBatch(
        20, 18, NOBODY | {"opted_out": 1, "unreachable": 1}
    )
    assert await rows(made.road, tables.invitations) == before
    assert await invited(made.road) == made.all[2:]
    days = {bytes(row.lookup): row.invited for row in await rows(made.road, tables.persons)}
    assert {lookup for lookup, day in days.items() if day == "2026-11-24"} == {
        one.lookup for one in made.all
    }
    assert {one.lang for one in made.all} == {"en"}
    assert {one.address.channel for one in made.all} == {"telegram"}


async def test_who_another_campaign_invited_since_the_plan_is_left_alone(
    store_url: str, tmp_path: Path
) -> None:
    async with make_road(store_url, tmp_path) as road:
        await sampled(road, fatigue_days=30)
        drawn = sorted(bytes(row.lookup) for row in await rows(road, tables.frames) if row.drawn)
        async with writing(road.database) as connection:
            for lookup, day in ((drawn[0], "2026-11-23"), (drawn[1], "2026-10-25")):
                one = update(tables.persons).where(tables.persons.c.lookup == lookup)
                await connection.execute(one.values(invited=day))
            await set_unreachable(connection, [drawn[2]], TODAY)
        assert await make(road) == InvitationBatch(
            20, 18, NOBODY | {"fatigue": 1, "unreachable": 1}
        )
        assert {one.lookup for one in await invited(road)} == {*drawn} - {drawn[0], drawn[2]}
        async with writing(road.database) as connection:
            own = tables.addresses.c.lookup
            again = update(tables.addresses).where(own == drawn[2])
            await connection.execute(again.values(unreachable=""))
        before = await rows(road, tables.invitations)
        assert await make(road) == InvitationBatch(20, 19, NOBODY | {"fatigue": 1}), (
            "who can be reached now is written to"
        )
        assert await rows(road, tables.invitations) == before
        assert {one.lookup for one in await invited(road)} == {*drawn[1:]}


async def test_responses_are_counted_by_cell(made: Invitations) -> None:
    tokens = await made.by_cell()
    for number in range(3):
        await made.rate(f"ann {number}", tokens["resident"][number])
    await made.road.rate("ann 0", unit="EDU")
    await made.road.send("ben", Started(link=tokens["deputy"][0], lang="en"))
    await made.ballots()
    assert await count_responses(made.road.database, "next") == [
        CellInvitations("deputy", 10, 1, 0),
        CellInvitations("resident/430102/large", 10, 3, 3),
    ]
    assert await count_responses(made.road.database, "year") == []


async def test_invitations_come_after_the_draw_and_before_the_close(
    store_url: str, tmp_path: Path
) -> None:
    async with make_road(store_url, tmp_path) as road:
        with pytest.raises(BadInput, match="next: there is no such campaign"):
            await make(road)
        await create_campaign(road.database, draft("next"), road.clock)
        with pytest.raises(
            BadInput, match="next: people are invited only while the campaign is open"
        ):
            await make(road)
        await bring(road, people(CELLS))
        await plan(road, size=20)
        await road.open("next")
        with pytest.raises(BadInput, match="next: nobody was drawn"):
            await make(road)
        await draw_campaign_sample(road.database, "next")
        await make(road)
        await road.close("next")
        road.keys.voters.destroy("next")
        with pytest.raises(
            BadInput, match="next: people are invited only while the campaign is open"
        ):
            await make(road)
        assert "next" not in road.keys.voters.names(), "the key is not made again"


async def test_a_dump_leads_from_no_invitation_to_a_contact_a_conversation_or_a_ballot(
    made: Invitations, tmp_path: Path
) -> None:
    road = made.road
    users = {one.token: f"77001731{number:04d}" for number, one in enumerate(made.all)}
    for token, user in users.items():
        await made.rate(user, token)
    await road.mix()
    invitations = await rows(road, tables.invitations)
    assert all(row.holder is not None for row in invitations)
    own = {bytes(value) for row in invitations for value in (row.mark, row.holder)}
    assert len(own) == 40
    others: set[bytes] = set()
    for table in tables.metadata.sorted_tables:
        if table is not tables.invitations:
            others |= {
                bytes(v)
                for row in await rows(road, table)
                for v in row
                if isinstance(v, bytes | memoryview)
            }
    assert others, "there is something to compare with"
    for user in (
        users.values()
    ):  # nor the pseudonyms by which the gate knows them, of which P leads to the ballots
        others |= {road.keys.voter("next", "test", user), road.keys.person("test", user)}
    others |= {one.lookup for one in made.all}
    assert not own & others, "no value of an invitation stands in another table"
    written = (
        read_all(tmp_path)
        + repr([await rows(road, table) for table in tables.metadata.sorted_tables]).encode()
    )
    assert [token for token in users if token.encode() in written] == []
    assert [user for user in users.values() if user.encode() in written] == []


async def test_rows_lie_in_the_order_of_keyed_hashes_which_is_that_of_no_list(
    made: Invitations,
) -> None:
    place = {"sqlite": "rowid", "postgresql": "ctid"}[made.road.database.dialect.name]
    for table, column in (("invitations", "mark"), ("persons", "lookup"), ("frames", "number")):
        async with reading(made.road.database) as connection:
            query = text(
                f"SELECT {column} FROM {table} WHERE NOT {UPDATED[table]} ORDER BY {place}"
            )
            found = [
                value if isinstance(value, str) else bytes(value)
                for (value,) in await connection.execute(query)
            ]
        assert len(found) > 1
        assert found == sorted(found)


async def test_after_the_close_the_gates_keys_tell_of_no_invitation(made: Invitations) -> None:
    token = made.all[0].token
    await made.rate("ann", token)
    keys = made.road.keys
    mark, holder = keys.invitation_mark("next", token), keys.holder("next", "test", "ann")
    stored = {
        bytes(row.mark): row.holder and bytes(row.holder)
        for row in await rows(made.road, tables.invitations)
    }
    assert mark is not None
    assert stored[mark] == holder, "before it, they do"
    await made.road.close("next")
    keys.voters.destroy("next")
    assert keys.invitation_mark("next", token) is None
    reply = await made.road.send("ben", Started(link=token, lang="en"))
    assert "next" not in keys.voters.names()
    assert reply.screen is not None
    with pytest.raises(KeyMissing):
        keys.holder("next", "test", "ann")


async def test_a_citizen_is_not_kept_waiting_by_a_link_of_a_campaign_that_is_not_read_yet(
    made: Invitations,
) -> None:
    token = (await made.by_cell())["deputy"][0]
    async with writing(made.road.database) as connection:
        await connection.execute(update(tables.invitations).values(link="~ELSEWHERE"))
    reply = await made.road.send("ann", Started(link=token, unit="TAX", lang="en"))
    assert UNKNOWN in reply.notices
    assert all(row.holder is None for row in await rows(made.road, tables.invitations)), (
        "it is not used up"
    )
