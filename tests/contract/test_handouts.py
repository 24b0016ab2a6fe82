"""Files with invitations on both databases: two persons, one invitation each, told by the log."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyrage
import pytest
from openpyxl import load_workbook
from redis.asyncio import Redis
from sqlalchemy import select

from bot.accounts.approvals import DONE, WAITING, Approvals
from bot.accounts.officers import Officers
from bot.accounts.staff import add_staff
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.registered import counts_already
from bot.conversations.contract import Incoming
from bot.fieldwork.audience.contact_file import import_contacts, import_opt_outs
from bot.fieldwork.audience.sampling import draw_campaign_sample
from bot.fieldwork.monitoring.response_monitor import read_monitor
from bot.fieldwork.outreach.handouts import (
    LETTERS,
    MERGE,
    SEALED,
    HandoutRequest,
    count_in_files,
    count_waiting,
    drop_handout,
    handout_decision,
    list_handouts,
    prepare_handout,
)
from bot.fieldwork.outreach.messenger import NOT_STARTED, Answer, DeliveryOutcome
from bot.fieldwork.outreach.returns import take_returns
from bot.fieldwork.outreach.sender import TRIES
from bot.publication.reports.handout_files import COLUMNS, HandoutFile, HandoutMaker
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from survey_flows.events import OptedOut, Started
from tests.conftest import Backend
from tests.contract.test_conductor import draft, make_road
from tests.contract.test_contacts import KEYS, TODAY
from tests.contract.test_invitations import make
from tests.contract.test_persons import HEAD
from tests.contract.test_push import Office, Post
from tests.contract.test_response_monitor import shown_ranges
from tests.contract.test_sampling import plan
from tests.contract.test_two_persons import acts
from tests.contract.test_whole_imports import standing
from tests.desk import DESK

SITE = "https://mp.cs.cn"
KEY = pyrage.x25519.Identity.generate()
BY, OTHER = "zhou", "chen"
STREET = "解放路 {n} 号 410000"


@dataclass
class Fieldwork:
    """An office whose campaign has invited ten of each of three groups.

    Deputies have a chat and a postal address, residents a telephone, and enterprises stand on a
    list whose keeper writes to them.
    """

    office: Office
    approvals: Approvals

    @property
    def database(self) -> Any:
        return self.office.road.database

    async def allowed(self, form: str, kind: str, by: str = BY, recipient: str = "") -> int:
        """Ask for a file in the profile solo, where nobody else is asked; returns its step."""
        asked = HandoutRequest("next", form, kind, "Invitations", recipient)
        assert (await prepare_handout(self.approvals, asked, by)).state == DONE
        return (await list_handouts(self.database, "next"))[-1].step

    async def make(self, step: int, by: str = BY) -> HandoutFile:
        road = self.office.road
        on = (road.database, road.keys, KEYS, DESK, road.clock)
        return await HandoutMaker(*on, SITE, "Asia/Shanghai").make("next", step, by)

    async def waiting(self) -> dict[str, int]:
        return await count_waiting(self.database, "next")


@pytest.fixture
async def desk(backend: Backend, tmp_path: Path) -> AsyncIterator[Fieldwork]:
    redis = Redis.from_url(backend.redis_url)
    rows = "".join(
        f"{n},telegram,{1000 + n},en,deputy,,,2026-01-02,l\n"
        f"{n},letter,{STREET.format(n=n)},en,deputy,,,2026-01-02,l\n"
        for n in range(10)
    )
    rows += "".join(f",sms,{13800000000 + n},中文,resident,,,2026-01-02,l\n" for n in range(10))
    rows += "".join(f",outside,{100 + n},中文,enterprise,,,2026-01-02,l\n" for n in range(10))
    async with make_road(backend.database_url, tmp_path) as road:
        await create_campaign(road.database, draft("next"), road.clock)
        await import_contacts(road.database, KEYS, "l.csv", (HEAD + rows).encode(), TODAY)
        await plan(road, size=30)
        await road.open("next")
        await draw_campaign_sample(road.database, "next")
        assert (await make(road)).people == 30
        await road.live_campaigns.refresh()
        road.conductor._contact_keys = KEYS
        approvals = Approvals(road.roster, handout_decision(), counts_already, road.clock)
        yield Fieldwork(Office(road, redis, Post(), {}), approvals)
    await redis.aclose()


def table(data: bytes) -> list[dict[str, str]]:
    """The rows of a workbook by the English names of its columns."""
    head, *rows = load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True)
    assert [str(one) for one in head] == [f"{zh} {en}" for zh, en in COLUMNS]
    names = [en for _, en in COLUMNS]
    return [dict(zip(names, map(str, row), strict=True)) for row in rows]


async def used(desk: Fieldwork) -> int:
    async with reading(desk.database) as connection:
        holders = (await connection.execute(select(tables.invitations.c.holder))).scalars()
        return sum(holder is not None for holder in holders)


async def test_a_sealed_file_is_opened_by_its_key_alone_and_its_codes_invite(
    desk: Fieldwork,
) -> None:
    assert await desk.waiting() == {"sms": 10, "outside": 10}, "deputies are left to their chats"
    step = await desk.allowed(SEALED, "sms", recipient=str(KEY.to_public()))
    made = await desk.make(step)
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(made.data, [pyrage.x25519.Identity.generate()])
    rows = table(pyrage.decrypt(made.data, [KEY]))
    assert {row["address"] for row in rows} == {f"+86{13800000000 + n}" for n in range(10)}
    assert {row["language"] for row in rows} == {"zh-Hans"}
    assert len({row["code"] for row in rows}) == len({row["reference"] for row in rows}) == 10
    assert all(row["link"] == f"{SITE}/{row['code'].replace('-', '')}" for row in rows)
    assert not {row["reference"] for row in rows} & {row["code"][:8] for row in rows}
    for number, row in enumerate(rows):
        await desk.office.road.send(f"citizen {number}", Started(link=row["code"], lang="en"))
    assert await used(desk) == 10
    assert await desk.waiting() == {"outside": 10}
    (act,) = await acts(desk.office.road, "export")
    told = {name: act[name] for name in ("campaign", "form", "people", "digest", "purpose")}
    assert told == {
        "campaign": "next",
        "form": SEALED,
        "people": 10,
        "digest": sha256(made.data).hexdigest(),
        "purpose": "Invitations",
    }
    assert act["fingerprint"] == sha256(str(KEY.to_public()).encode()).hexdigest()[:16]
    said = json.dumps(act)
    assert not [row for row in rows if row["address"] in said or row["code"] in said]


async def test_of_outside_people_a_file_has_the_keeper_s_number(desk: Fieldwork) -> None:
    made = await desk.make(await desk.allowed(SEALED, "outside", recipient=str(KEY.to_public())))
    rows = table(pyrage.decrypt(made.data, [KEY]))
    assert {row["address"] for row in rows} == {str(100 + n) for n in range(10)}


async def test_letters_follow_only_where_the_messenger_says_never(desk: Fieldwork) -> None:
    desk.office.post.fates = {
        "1000": [DeliveryOutcome.UNREACHABLE],
        "1001": [Answer(DeliveryOutcome.UNREACHABLE, reason=NOT_STARTED)],
        "1002": [DeliveryOutcome.LATER] * TRIES,
    }
    await desk.office.begin()
    assert await desk.waiting() == {"sms": 10, "outside": 10}, "they wait for the messenger"
    for _ in range(TRIES):
        await desk.office.send()
        desk.office.road.clock.time += timedelta(hours=8)
    assert (await desk.waiting())["letter"] == 2, "neither silence nor a failure is followed"
    made = await desk.make(await desk.allowed(MERGE, "letter"))
    rows = table(made.data)
    assert {row["address"] for row in rows} == {STREET.format(n=n) for n in (0, 1)}
    monitor = await read_monitor(desk.database, "next", "Asia/Shanghai")
    deputies = shown_ranges(monitor)["deputy"]
    assert set(deputies) == {"sent", "not_delivered"}, "one failed, and nine were handed over"
    desk.office.post.fates = {}
    await desk.office.begin()
    await desk.office.send()
    assert desk.office.post.times()["1003"] == 2, "a file is no step of a messenger"


async def test_one_asks_another_allows_and_only_who_asked_makes_it(desk: Fieldwork) -> None:
    road = desk.office.road
    for login, role in ((BY, "administrator"), (OTHER, "approver"), ("li", "staff")):
        await add_staff(road.roster, login, "correct horse battery", role)
    await Officers(road.approvals, road.clock).set_profile("city", BY)
    asked = HandoutRequest("next", SEALED, "sms", "SMS by the operator", str(KEY.to_public()))
    waits = await prepare_handout(desk.approvals, asked, "li")
    assert (waits.state, await list_handouts(desk.database, "next")) == (WAITING, [])
    assert waits.details["fingerprint"]
    with pytest.raises(BadInput, match="there is no such file"):
        await desk.make(1, "li")
    for login in ("li", BY):
        with pytest.raises(BadInput):
            await desk.approvals.approve(waits.id, login, waits.seen)
    assert (await desk.approvals.approve(waits.id, OTHER, waits.seen)).state == DONE
    (one,) = await list_handouts(desk.database, "next")
    assert (one.asked_by, one.state, dict(one.counts)) == ("li", "allowed", {"queued": 10})
    assert await acts(road, "export") == [], "nothing left the service yet"
    for login in (OTHER, BY):
        with pytest.raises(BadInput, match="another person asked for this file"):
            await desk.make(one.step, login)
        with pytest.raises(BadInput, match="another person asked for this file"):
            await drop_handout(desk.database, "next", one.step, login)
    assert (await desk.make(one.step, "li")).people == 10
    assert len(await acts(road, "export")) == 1


async def test_who_opts_out_is_in_no_file_and_in_none_that_is_made_again(desk: Fieldwork) -> None:
    step = await desk.allowed(SEALED, "sms", recipient=str(KEY.to_public()))
    data = b"channel,address\nsms,13800000003\n"
    await import_opt_outs(desk.database, KEYS, "out.csv", data, TODAY)
    first = await desk.make(step)
    await import_opt_outs(desk.database, KEYS, "out.csv", data.replace(b"3\n", b"4\n"), TODAY)
    second = await desk.make(step)
    codes = [
        {row["code"] for row in table(pyrage.decrypt(made.data, [KEY]))} for made in (first, second)
    ]
    assert (len(codes[0]), len(codes[1]), codes[1] < codes[0]) == (9, 8, True)
    assert [act["people"] for act in await acts(desk.office.road, "export")] == [9, 8]
    (one,) = await list_handouts(desk.database, "next")
    assert (one.made, dict(one.counts)) == (2, {"sent": 9, "opted_out": 1})
    async with reading(desk.database) as connection:
        assert await count_in_files(connection, "next") == {SEALED: 9}


async def test_an_opt_out_in_a_chat_is_one_from_letters_and_files(desk: Fieldwork) -> None:
    road, leaving = desk.office.road, ["1000", "1001"]
    await road.conductor.handle(Incoming("x", "telegram", leaving[0], OptedOut()))
    desk.office.post.fates = {f"{1000 + n}": [DeliveryOutcome.UNREACHABLE] for n in range(10)}
    await desk.office.begin()
    await desk.office.send()
    assert desk.office.post.times()[leaving[0]] == 0
    await road.conductor.handle(Incoming("y", "telegram", leaving[1], OptedOut()))
    assert (await desk.waiting())["letter"] == 8
    rows = table((await desk.make(await desk.allowed(MERGE, "letter"))).data)
    assert {row["address"] for row in rows} == {STREET.format(n=n) for n in range(2, 10)}


async def test_a_file_that_is_given_up_frees_its_people(desk: Fieldwork) -> None:
    step = await desk.allowed(SEALED, "sms", recipient=str(KEY.to_public()))
    assert await desk.waiting() == {"outside": 10}
    await drop_handout(desk.database, "next", step, BY)
    assert await desk.waiting() == {"sms": 10, "outside": 10}
    with pytest.raises(BadInput, match="there is no such file"):
        await desk.make(step)
    again = await desk.allowed(SEALED, "sms", recipient=str(KEY.to_public()))
    await desk.make(again)
    with pytest.raises(BadInput, match="made already"):
        await drop_handout(desk.database, "next", again, BY)


async def test_returns_end_a_letter_and_opt_out_by_reference(desk: Fieldwork) -> None:
    made = await desk.make(await desk.allowed(SEALED, "sms", recipient=str(KEY.to_public())))
    rows = table(pyrage.decrypt(made.data, [KEY]))
    back, leaving, arrived = (row["reference"] for row in rows[:3])
    keys = desk.office.road.keys
    said = f"参考号,结果\n{back.lower()},退回\n{leaving},opted_out\n{arrived},delivered\n"
    on = (desk.database, keys, "next", "r.csv")
    counts = await take_returns(*on, said.encode(), TODAY)
    assert dict(counts) == {"delivered": 1, "returned": 1, "opted_out": 1}
    (one,) = await list_handouts(desk.database, "next")
    assert dict(one.counts) == {"sent": 9, "unreachable": 1}
    async with reading(desk.database) as connection:
        gone = select(tables.persons).where(tables.persons.c.opted_out != "")
        assert len((await connection.execute(gone)).all()) == 1
        lost = select(tables.addresses).where(tables.addresses.c.unreachable != "")
        assert [row.kind for row in await connection.execute(lost)] == ["sms"]
    code = rows[0]["code"].replace("-", "")
    before = await standing(desk.database)
    for wrong in (f"{code[:8]},退回\n", f"{arrived},lost\n"):
        with pytest.raises(BadInput, match="row 3"):
            await take_returns(*on, f"参考号,结果\n{arrived},拒收\n{wrong}".encode(), TODAY)
        assert await standing(desk.database) == before


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (HandoutRequest("next", LETTERS, "sms", "x"), "choose another kind"),
        (HandoutRequest("next", "zip", "sms", "x"), "choose another kind"),
        (HandoutRequest("next", SEALED, "sms", " ", str(KEY.to_public())), "what the file is for"),
        (HandoutRequest("next", SEALED, "sms", "x", "age1wrong"), "this is no age key"),
        (HandoutRequest("next", SEALED, "email", "x", str(KEY.to_public())), "nobody"),
        (HandoutRequest("none", SEALED, "sms", "x", str(KEY.to_public())), "none"),
    ],
)
async def test_what_is_wrongly_asked_for_is_refused(
    desk: Fieldwork, asked: HandoutRequest, why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        await prepare_handout(desk.approvals, asked, BY)
    assert await list_handouts(desk.database, "next") == []


async def test_after_the_close_no_file_is_made(desk: Fieldwork) -> None:
    step = await desk.allowed(SEALED, "sms", recipient=str(KEY.to_public()))
    await desk.office.road.close("next")
    with pytest.raises(BadInput, match="open"):
        await desk.make(step)
