"""What a monitoring system reads: enough to see trouble, too little to see anybody's answer."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from bot.ballots.mixer import Mixer
from bot.conversations.contract import Incoming, Reply
from bot.core.events import FORMATS
from bot.core.faults import NotNow
from bot.core.settings import read_settings
from bot.service.last_backup import LastBackup, write_last_backup
from bot.service.metrics.figures import FigureReader
from bot.service.metrics.stepped import QUARTER, SteppedCounts
from bot.serving import listening
from bot.storage.database import writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from survey_flows.events import Event, Pressed, Started
from tests.conftest import Backend
from tests.web_city import UNITS, City, city

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@dataclass
class Watched:
    """A service with its metrics, and the people who rate through it."""

    city: City
    url: str
    socket: Path
    figures: FigureReader
    said: list[str] = field(default_factory=list)

    async def read(self) -> str:
        transport = httpx.AsyncHTTPTransport(uds=str(self.socket))
        async with httpx.AsyncClient(transport=transport) as client:
            answer = await client.get("http://metrics/metrics")
        assert answer.status_code == 200
        return answer.text

    async def samples(self) -> Samples:
        families = text_string_to_metric_families(await self.read())
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in families
            for sample in family.samples
        }

    async def visit(self, times: int, path: str = "/") -> None:
        async with httpx.AsyncClient() as client:
            for _ in range(times):
                assert (await client.get(f"{self.url}{path}")).status_code == 200

    async def rate(self, user: str) -> None:
        """Rate the finance bureau from the first screen to the last, with words."""
        reply = await self._send(user, Started(link=self.city.link, unit="FIN", lang="en"))
        for label in ("Used a service", "Satisfied", *["Very satisfied"] * 20):
            buttons = (
                [button for row in reply.screen.rows for button in row] if reply.screen else []
            )
            found = [it for it in buttons if label in it.label or it.label in ("Skip", "Submit")]
            if not found:
                break
            reply = await self._send(user, Pressed(found[0].data))

    async def _send(self, user: str, event: Event) -> Reply:
        self.said.append(user)
        conductor = self.city.service.conductor
        return await conductor.handle(Incoming(f"k{len(self.said)}", "test", user, event))

    def later(self, seconds: int) -> None:
        self.city.clock.time += timedelta(seconds=seconds)


@pytest.fixture
async def watched(backend: Backend, tmp_path: Path) -> AsyncIterator[Watched]:
    socket = tmp_path / "metrics.socket"
    async with (
        city(
            tmp_path / "data",
            backend.redis_url,
            database_url=backend.database_url,
            metrics=str(socket),
            port=0,
        ) as made,
        listening(made.service, asyncio.Event()) as port,
    ):
        yield Watched(
            made,
            f"http://127.0.0.1:{port}",
            socket,
            FigureReader(made.service.database, made.service.clock),
        )


async def test_no_answer_person_unit_or_link_is_told_and_series_stay_few(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    for number in range(12):
        await watched.rate(f"marked-person-{number}")
    await watched.visit(12, f"/?l={watched.city.link}")
    assert len(await watched.city.ballots()) == 12
    watched.later(QUARTER)
    await watched.visit(1)
    told = await watched.read()
    marks = ["marked", watched.city.link, "Satisfied"]
    marks += [text for unit in UNITS for text in unit[:4]]
    assert [mark for mark in marks if mark in told] == []
    lines = [form().format(it) for form in FORMATS.values() for it in caplog.records]
    assert [mark for mark in marks if any(mark in line for line in lines)] == []
    assert 20 < len([line for line in told.splitlines() if not line.startswith("#")]) < 400


async def test_what_citizens_do_is_told_by_tens_when_a_quarter_begins(watched: Watched) -> None:
    of_chat = ("minping_http_requests_total", (("area", "chat"), ("status", "2xx")))
    await watched.visit(23)
    assert of_chat not in await watched.samples()
    watched.later(QUARTER)
    assert (await watched.samples())[of_chat] == 20
    await watched.visit(9)
    assert (await watched.samples())[of_chat] == 20
    watched.later(QUARTER)
    assert (await watched.samples())[of_chat] == 30


async def test_ballots_are_told_by_tens_when_a_quarter_begins(watched: Watched) -> None:
    reader = watched.figures
    await reader.look()
    assert dict(reader.figures.ballots) == {"2026": 0}
    for number in range(13):
        await watched.rate(str(number))
    await watched.city.ballots()
    await reader.look()
    assert dict(reader.figures.ballots) == {"2026": 0}
    watched.later(QUARTER)
    await reader.look()
    assert (dict(reader.figures.ballots), reader.figures.waiting) == ({"2026": 10}, 0)
    assert isinstance(watched.city.service.mixer, Mixer)
    assert reader.figures.log_size > 1


async def test_one_row_that_cannot_be_read_is_worth_an_alarm(watched: Watched) -> None:
    row = {"key": "x", "body": b"", "hour": 1, "error": "KeyError", "at": 0}
    async with writing(watched.city.service.database) as connection:
        await connection.execute(tables.dead_letters.insert(), [row])
    await watched.figures.look()
    assert watched.figures.figures.dead_letters == 10


async def test_an_official_s_requests_and_sign_ins_are_told_as_they_are(watched: Watched) -> None:
    async with httpx.AsyncClient() as client:
        page = await client.get(f"{watched.url}/admin/sign-in")
        form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
        given = form | {"name": "zhou", "password": "not the password"}
        refused = await client.post(
            f"{watched.url}/admin/sign-in", data=given, headers={"Origin": watched.url}
        )
    samples = await watched.samples()
    assert refused.status_code >= 400
    assert samples[("minping_sign_ins_total", (("outcome", "refused"),))] == 1
    area = ("area", "console")
    assert samples[("minping_http_requests_total", (area, ("status", "2xx")))] == 1
    assert samples[("minping_http_requests_total", (area, ("status", "4xx")))] == 1


async def test_readiness_build_and_room_are_told(watched: Watched) -> None:
    await watched.city.service.readiness.look()
    samples = await watched.samples()
    assert samples[("minping_ready", ())] == 1
    assert samples[("minping_check_failing", (("check", "database"),))] == 0
    assert samples[("minping_disk_free_bytes", ())] > 0
    assert [key for key in samples if key[0] == "minping_build_info"] != []
    assert ("minping_backup_age_seconds", ()) not in samples
    city = watched.city
    made = int(city.clock.now().timestamp()) - 60
    write_last_backup(city.service.settings.data, LastBackup(made, "data-x", 1))
    assert (await watched.samples())[("minping_backup_age_seconds", ())] == 60


async def test_citizens_reach_no_metrics(watched: Watched) -> None:
    async with httpx.AsyncClient() as client:
        answers = [await client.get(f"{watched.url}{path}") for path in ("/metrics", "/metrics/")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert watched.socket.stat().st_mode & 0o777 == 0o660


@asynccontextmanager
async def served(folder: Path, redis_url: str, metrics: str) -> AsyncIterator[None]:
    async with (
        city(folder, redis_url, metrics=metrics, port=0) as made,
        listening(made.service, asyncio.Event()),
    ):
        yield


async def test_a_place_that_cannot_be_had_is_one_sentence(tmp_path: Path, valkey_url: str) -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    async with taken:
        for place, sentence in (
            (f"127.0.0.1:{port}", f"another program listens on port {port}"),
            (str(tmp_path / "nowhere" / "socket"), "no socket can be made at"),
        ):
            with pytest.raises(NotNow) as refused:
                async with served(tmp_path / str(len(place)), valkey_url, place):
                    pass
            said = str(refused.value)
            assert sentence in said
            assert "MINPING_METRICS" in said


@pytest.mark.parametrize("value", ["9108", "localhost", "127.0.0.1:", "127.0.0.1:99999", "a:b"])
def test_a_place_of_metrics_is_an_address_or_an_absolute_path(value: str) -> None:
    with pytest.raises(BadInput, match="neither an address with a port"):
        read_settings({"MINPING_METRICS": value})


@given(st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=300))
def test_told_counts_are_whole_tens_of_what_was_when_the_quarter_began(
    steps: list[tuple[int, bool]],
) -> None:
    counts: SteppedCounts[str] = SteppedCounts()
    acts: list[int] = []
    now = whole = 0
    for seconds, looks in steps:
        now += seconds
        if looks:
            begun = now // QUARTER * QUARTER
            whole = len([at for at in acts if at < begun]) // 10 * 10
            assert dict(counts.told(now)) == ({"rated": whole} if whole else {})
        else:
            counts.add("rated", now)
            acts.append(now)
