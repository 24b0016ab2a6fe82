"""After a mixed push no number or address stands in any file, log, page or backup of a service."""

from __future__ import annotations

import asyncio
import logging
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import md5, sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.campaigns.lifecycle import create_campaign
from bot.core.events import FORMATS
from bot.core.identity import Address
from bot.core.settings import Settings
from bot.crypto.age_files import make_identity
from bot.fieldwork.audience.contact_store import store_contacts
from bot.fieldwork.audience.contacts import Contact
from bot.fieldwork.audience.invitations import make_invitations
from bot.fieldwork.audience.sampling import SampleRequest, draw_campaign_sample, plan_sample
from bot.fieldwork.outreach.message_templates import (
    APPROVED,
    FILED,
    Writer,
    turn_template,
    write_template,
)
from bot.fieldwork.outreach.push_service import begin_push, show_pushes
from bot.fieldwork.outreach.push_texts import plain_texts
from bot.keeping.backups import make_backup
from bot.keeping.database_copies import PART_NAMES, POSTGRESQL
from bot.keeping.verifying import open_backup
from bot.service.composition import Service, build
from bot.serving import listening
from bot.storage.database import writing
from tests.conftest import Backend
from tests.openings import open_campaign
from tests.standins import dingtalk, plain
from tests.standins.relay import Relay
from tests.standins.server import StandIn
from tests.unit.bot.messengers.test_account_files import SITE, written
from tests.unit.bot.messengers.test_email import ACCOUNT
from tests.unit.bot.messengers.test_messengers import CASES, HOOK
from tests.unit.bot.web.test_code_door import TODAY
from tests.waiting import until
from tests.web_city import Clock, make_draft

SECRET, PUBLIC = make_identity()
HEXED = re.compile(rb"\\\\x((?:[0-9a-f]{2})+)")
"""A value of bytes in a dump."""
EACH = 5
KINDS = {
    "sms": lambda n: f"+86{13812345670 + n}",
    "email": lambda n: f"person-{n}@secret.example.cn",
    "wechat": lambda n: f"o6_bmjrPTlm6_2sgVt7hMZOPf{n:03}",
    "dingtalk": lambda n: f"manager-of-{n:06}",
}


def people() -> list[Contact]:
    common = ("en", "deputy", "", "", "2026-01-02", "")
    return [
        Contact(Address(kind, address(n)), *common)
        for kind, address in KINDS.items()
        for n in range(EACH)
    ]


def hidden() -> Iterator[bytes]:
    """Every form in which somebody could be recognised by whoever has the number."""
    for address in KINDS.values():
        for n in range(EACH):
            for text in {address(n), address(n).removeprefix("+"), address(n).removeprefix("+86")}:
                plain_form = text.encode()
                yield plain_form
                yield text.encode("utf-16-le")
                # Unkeyed, a digest of a number falls in minutes.
                for digest in (sha256(plain_form), md5(plain_form)):
                    yield digest.digest()
                    yield digest.hexdigest().encode()


def seen(data: bytes) -> list[bytes]:
    return [one for one in hidden() if one in data]


@dataclass
class Sending:
    """A service that listens, and its providers."""

    service: Service
    url: str
    sms: StandIn
    relay: Relay
    others: tuple[StandIn, ...]


@asynccontextmanager
async def sending(folder: Path, backend: Backend) -> AsyncIterator[Sending]:
    """The whole service, which has invited people by four kinds of addresses."""
    answers = [(200, {"status": "accepted", "id": f"m-{n}"}) for n in range(50)]
    told = dingtalk.result(unread=[KINDS["dingtalk"](n) for n in range(EACH)])
    before = {dingtalk.PATH: dingtalk.TOKEN, dingtalk.RESULT: told}
    async with AsyncExitStack() as stack:
        sms = await stack.enter_async_context(StandIn(plain.check, answers))
        ding = await stack.enter_async_context(
            StandIn(dingtalk.check, [CASES["dingtalk"].taken], before)
        )
        card = await stack.enter_async_context(CASES["wechat"].provider(CASES["wechat"].taken))
        relay = await stack.enter_async_context(Relay(unknown={KINDS["email"](0)}))
        written(folder, "relay", ACCOUNT.format(port=relay.port))
        for name, at in (("plain", sms), ("dingtalk", ding), ("wechat", card)):
            written(folder, name, CASES[name].account.format(url=at.url, hook=HOOK))
        settings = Settings(
            data=folder,
            database_url=backend.database_url,
            redis_url=backend.redis_url,
            public_url=SITE,
            port=0,
            metrics=str(metrics_socket(folder)),
        )
        service = await stack.enter_async_context(build(settings, Clock()))
        database = service.database
        await create_campaign(database, make_draft(), service.clock)
        async with writing(database) as connection:
            await store_contacts(connection, service.contact_keys, people())
        asked = SampleRequest(size=len(people()))
        await plan_sample(database, service.contact_keys, "2026", asked, TODAY)
        await open_campaign(database, "2026", service.keys, service.desk)
        await service.mixer.turn()
        await draw_campaign_sample(database, "2026")
        on = (database, service.keys, service.desk)
        await make_invitations(*on, "2026", TODAY, service.clock)
        await service.mixer.turn()
        await service.live_campaigns.refresh()
        port = await stack.enter_async_context(listening(service, asyncio.Event()))
        yield Sending(service, f"http://127.0.0.1:{port}", sms, relay, (ding, card))
        assert sms.violations == relay.violations == ding.violations == []


async def push(on: Sending) -> None:
    database, writer = on.service.database, Writer("zhou", on.service.clock)
    place = ("wechat", "invitation", "zh-Hans")
    await write_template(database, place, "thing1: 请您评价", writer)
    await turn_template(database, place, FILED, writer, "T" * 43)
    await turn_template(database, place, APPROVED, writer)
    texts = await plain_texts(database, "2026", "Asia/Shanghai")
    await begin_push(database, "2026", texts, hours="00:00-23:59", clock=on.service.clock)

    async def all_sent() -> bool:
        (step,) = await show_pushes(database, "2026", 25)
        return step.counts.get("queued", 0) == 0

    await until(all_sent)


async def answer(on: Sending) -> None:
    """Receipts, words and a click come back; one of everything is wrong."""
    hook = f"{on.url}/hooks/plain/{HOOK}"
    (mail,) = [one for one in on.relay.mails if one["To"] == KINDS["email"](1)]
    out = str(mail["List-Unsubscribe"]).strip("<>").removeprefix(SITE)
    said: list[Any] = [
        {"receipts": [{"id": "m-0", "status": "unknown-number"}, {"id": "m-1", "status": "x"}]},
        {"words": [{"from": KINDS["sms"](1), "text": "退订"}]},
        {"words": [{"from": KINDS["sms"](2), "text": f"请打 {KINDS['sms'](3)}"}]},
        [KINDS["sms"](3)],
    ]
    async with httpx.AsyncClient() as client:
        for one in said:
            await client.post(hook, json=one)
        await client.post(hook, content=KINDS["sms"](4).encode())
        await client.post(f"{on.url}/hooks/plain/{'B' * 22}", json=said[1])
        done = await client.post(f"{on.url}{out}", data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
        for path in ("/readyz", "/healthz", "/"):
            assert seen((await client.get(f"{on.url}{path}")).content) == []
    socket = metrics_socket(on.service.settings.data)
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=str(socket))) as client:
        told = await client.get("http://metrics/metrics")
    assert b"minping_outbox_rows" in told.content
    assert seen(told.content) == []
    assert HOOK not in told.text


async def test_no_number_stands_in_any_file_log_page_or_backup(
    tmp_path: Path,
    backend: Backend,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    for name in ("bot", "aiohttp"):
        caplog.set_level(logging.DEBUG, logger=name)
    caplog.set_level(logging.WARNING, logger="httpx")  # the provider's side of a request
    folder, backup = tmp_path / "data", tmp_path / "backup"
    for one in (folder, backup):
        one.mkdir()
    async with sending(folder, backend) as on:
        await push(on)
        assert [len(one.requests) for one in (on.sms, *on.others)] == [EACH] * 3
        assert {one["To"] for one in on.relay.mails} == {KINDS["email"](n) for n in range(1, EACH)}
        bodies = b"".join(on.sms.requests + [one for each in on.others for one in each.requests])
        assert seen(bodies), "what is looked for is what was sent"
        await answer(on)
        await read_whole(on, folder, backup)
    out, err = capfd.readouterr()
    lines = [form().format(it) for form in FORMATS.values() for it in caplog.records]
    assert seen("\n".join([caplog.text, out, err, *lines]).encode()) == []
    assert HOOK not in caplog.text


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def read_whole(on: Sending, folder: Path, backup: Path) -> None:
    """Search every file of the data folder, and what a backup has inside."""
    files = files_of(folder)
    wal = any(path.name.endswith("-wal") for path in files)
    assert wal == (not on.service.settings.database_url), "also what is not written back yet"
    for path in files:
        assert seen(path.read_bytes()) == [], path.name
    settings, clock = on.service.settings, on.service.clock
    made = await make_backup(settings, on.service.database, backup, PUBLIC, clock, _no_step)
    for path in files_of(backup):
        assert seen(path.read_bytes()) == [], path.name
    inside = backup / "inside"
    inside.mkdir()
    _, parts = await open_backup(made.data, SECRET, inside, _no_step)
    assert parts
    for path in parts.values():
        assert seen(unpacked(path)) == [], path.name


def metrics_socket(folder: Path) -> Path:
    return folder.with_name("metrics.socket")


def unpacked(path: Path) -> bytes:
    """Return what a part says; a dump of PostgreSQL as text, with its bytes as they are."""
    if path.name != PART_NAMES[POSTGRESQL]:
        return path.read_bytes()
    words = ["pg_restore", "--file=-", str(path)]
    text = subprocess.run(words, capture_output=True, check=True).stdout
    assert b"COPY public.outbox" in text
    return text + b"\n".join(bytes.fromhex(one.decode()) for one in HEXED.findall(text))


def _no_step(_done: int, _total: int) -> None:
    pass
