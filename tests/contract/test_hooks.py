"""From the queue through a gateway and back: receipts and words at the service's own address."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from sqlalchemy import inspect, select, text

from bot.fieldwork.audience.contact_file import import_contacts
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.messenger import Answer
from bot.fieldwork.outreach.push_service import begin_push
from bot.fieldwork.outreach.push_texts import plain_texts
from bot.fieldwork.outreach.short_texts import count_parts, count_units, fill_short
from bot.messengers.account_files import read_account
from bot.messengers.contract import AccountMessenger
from bot.messengers.hooks import Hooks
from bot.messengers.registry import PROVIDERS
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.test_contacts import KEYS, TODAY
from tests.contract.test_messengers import MAIL, UNREACHABLE, City, city, listed, mail, phone
from tests.contract.test_persons import HEAD
from tests.standins import plain
from tests.standins.server import StandIn
from tests.unit.bot.messengers.test_messengers import CASES, HOOK

__all__ = ["city"]
SITE = "https://mp.cs.cn"


@dataclass
class Served:
    """A city whose SMS go through a gateway that is described in YAML."""

    city: City
    provider: StandIn
    messenger: AccountMessenger
    url: str

    async def send(self) -> None:
        sender = self.city.office.sender(self.messenger)  # type: ignore[arg-type]
        sender._composer._site = SITE
        await sender.look()
        while await sender.send_batch():
            await sender.look()

    async def tell(self, said: Any, secret: str = HOOK, account: str = "city") -> int:
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{self.url}/hooks/{account}/{secret}", json=said)
        return answer.status_code

    def texts(self) -> Mapping[str, str]:
        import json

        return {said["to"]: said["text"] for said in map(json.loads, self.provider.requests)}


@asynccontextmanager
async def serving(city: City, tmp_path: Path) -> AsyncIterator[Served]:
    case = CASES["plain"]
    answers = [(200, {"status": "accepted", "id": f"m-{n}"}) for n in range(200)]
    async with StandIn(plain.check, answers) as provider:
        file = read_account(case.account.format(url=provider.url, hook=HOOK), "city")
        messenger = PROVIDERS[file.provider](file, tmp_path)
        database, clock = city.database, city.office.road.clock
        async with writing(database) as connection:
            await announce_accounts(connection, [messenger.account, MAIL])
        app = web.Application()
        app.add_routes(Hooks(database, KEYS, clock, "Asia/Shanghai", [messenger]).routes())
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            async with messenger:
                yield Served(city, provider, messenger, url)
        finally:
            await runner.cleanup()
        assert provider.violations == []


async def begin(city: City, **more: Any) -> None:
    texts = await plain_texts(city.database, "next", "Asia/Shanghai")
    await begin_push(city.database, "next", texts, hours="00:00-23:59", **more)


async def test_each_gets_their_own_link_in_words_that_a_gateway_takes(
    city: City, tmp_path: Path
) -> None:
    async with serving(city, tmp_path) as served:
        await begin(city)
        await served.send()
        texts = served.texts()
        assert set(texts) == {phone(n) for n in range(20)}
        assert len(set(texts.values())) == 20
        assert all(f"{SITE}/" in said and "Reply R to stop" in said for said in texts.values())


async def test_who_is_reached_by_no_mail_gets_words_with_the_link_by_sms(
    city: City, tmp_path: Path
) -> None:
    """The step began for mails alone; a bare link tells neither who asks nor how to stop."""
    async with writing(city.database) as connection:
        await announce_accounts(connection, [MAIL])
    await begin(city)
    async with serving(city, tmp_path) as served:
        city.mail.fates = {mail(n): [Answer(UNREACHABLE)] for n in range(10)}
        await city.office.send(city.mail)
        await served.send()
        texts = served.texts()
        assert set(texts) == {phone(n) for n in range(10)}
        assert all(f"{SITE}/" in said and "Reply R to stop" in said for said in texts.values())


async def test_receipts_and_words_come_by_the_secret_address_alone(
    city: City, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    async with serving(city, tmp_path) as served:
        await begin(city)
        await served.send()
        receipts = {"receipts": [{"id": f"m-{n}", "status": "delivered"} for n in range(19)]}
        assert await served.tell(receipts, secret="B" * 22) == 404
        assert await served.tell(receipts, account="other") == 404
        assert (await city.progress())["sms"] == {"sent": 20}
        assert await served.tell(receipts) == 200
        assert await served.tell(receipts) == 200
        assert (await city.progress())["sms"] == {"sent": 1, "delivered": 19}
        assert await served.tell("no list") == 400
        said = {"words": [{"from": phone(n), "text": word} for n, word in enumerate(WORDS)]}
        assert await served.tell(said) == 200
        rows = await city.rows(tables.persons)
        assert len([row for row in rows if row.opted_out]) == 3
        await served.tell({"words": [{"from": phone(1), "text": "恢复"}]})
        rows = await city.rows(tables.persons)
        assert len([row for row in rows if row.opted_out]) == 2
    assert not any(phone(n)[1:] in caplog.text for n in range(20))


WORDS = ("退订", "R", "ＴＤ。", "谢谢，服务很好")


async def test_an_opt_out_by_words_holds_for_every_channel_and_the_next_list(
    city: City, tmp_path: Path
) -> None:
    async with serving(city, tmp_path) as served:
        await served.tell({"words": [{"from": "13800000001", "text": "退订"}]})
        await import_contacts(city.database, KEYS, "l.csv", (HEAD + listed()).encode(), TODAY)
        await begin(city)
        await served.send()
        assert set(served.texts()) == {phone(n) for n in range(20) if n != 1}
        await city.office.send(city.mail)
        assert city.mail.sent == []
        assert (await city.progress())["sms"]["sent"] == 19


async def test_no_number_stands_in_any_table(city: City, tmp_path: Path) -> None:
    async with serving(city, tmp_path) as served:
        await begin(city)
        await served.send()
        await served.tell({"receipts": [{"id": "m-0", "status": "unknown-number"}]})
        await served.tell({"words": [{"from": phone(2), "text": "退订"}]})
    async with reading(city.database) as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        for name in names:
            rows = (await connection.execute(text(f'SELECT * FROM "{name}"'))).all()
            said = repr([tuple(map(_plain, row)) for row in rows])
            assert not any(f"{13800000000 + n}" in said for n in range(20)), name


def _plain(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1")
    return str(value)


async def test_a_short_text_of_one_s_own_has_the_link_where_it_says(
    city: City, tmp_path: Path
) -> None:
    async with serving(city, tmp_path) as served:
        with pytest.raises(BadInput, match="more than 300 characters"):
            await begin(city, short={"en": "x" * 301})
        await begin(city, short={"en": "Rate us: {link} (code {code})", "zh-Hans": ""})
        await served.send()
        async with reading(city.database) as connection:
            (kept,) = (await connection.execute(select(tables.pushes.c.short))).scalars()
        assert "{code}" in kept
        for said in served.texts().values():
            head, _, code = said.partition(" (code ")
            assert head == f"Rate us: {SITE}/{code.removesuffix(')')}"


def test_parts_are_counted_as_they_are_paid_for() -> None:
    assert [count_parts("字" * n) for n in (1, 70, 71, 134, 135, 201, 202)] == [1, 1, 2, 2, 3, 3, 4]
    assert count_units("a𠮷") == 3
    assert fill_short("x", "https://h/C", "C") == "x https://h/C"
    assert fill_short("{code} x", "https://h/C", "C") == "C x"
