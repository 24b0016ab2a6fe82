"""Citizens in Telegram, through the whole service, by webhook and by long polling, with failures.

``UPDATE_GOLDEN=1 pytest tests/e2e/test_telegram.py`` writes the conversations anew;
then read the difference.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.ballots.mixer import Mixer
from bot.campaigns.lifecycle import CampaignDraft, create_campaign
from bot.conversations.dead_letters import UNREADABLE
from bot.core.settings import Settings
from bot.core.shipped_files import shipped_questionnaires
from bot.service.composition import Service, build
from bot.serving import listening
from bot.storage.database import reading
from bot.storage.schema import all as tables
from survey_flows.campaign_definition import Unit
from survey_flows.load import dump_questionnaire
from tests.botapi.citizen import Citizen
from tests.botapi.server import BotApi
from tests.conftest import Backend
from tests.openings import open_campaign

GOLDEN = Path(__file__).parents[1] / "golden" / "telegram"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SECRET = "s3cret"
MOST_TAPS = 8
IN_CHINESE = ("办过事", "满意", "非常满意", "非常满意", "非常满意", "跳过", "提交")
IN_ENGLISH = (
    "Used a service",
    "Satisfied",
    "Very satisfied",
    "Very satisfied",
    "Very satisfied",
    "Skip",
    "Submit",
)

COUNT = "Count them by theme only; nobody answers"


class Frozen:
    """A clock that stands still, and counts instead of drawing lots."""

    def __init__(self) -> None:
        self.drawn = 0

    def now(self) -> datetime:
        return NOW

    def token(self) -> str:
        self.drawn += 1
        return f"{self.drawn:<16d}".translate(str.maketrans("0123456789 ", "BCDEFGHIJKA"))


@dataclass(frozen=True, slots=True)
class City:
    api: BotApi
    service: Service
    link: str

    def citizen(self, language_code: str = "en", number: int = 4_711_471_147) -> Citizen:
        return Citizen(self.api, number, language_code)

    async def start(
        self, language_code: str = "en", number: int = 4_711_471_147, unit: str = "TAX"
    ) -> Citizen:
        """Start a citizen by the link of a unit."""
        citizen = self.citizen(language_code, number)
        await citizen.start(f"{self.link}-{unit}")
        return citizen

    async def ballots(self) -> list[tuple[str, ...]]:
        columns = tables.ballots.c
        query = select(columns.unit, columns.grp, columns.source, columns.ratings)
        assert isinstance(self.service.mixer, Mixer)
        while await self.service.mixer.mix({"year"}):
            pass
        async with reading(self.service.database) as connection:
            return sorted(tuple(row) for row in await connection.execute(query))

    async def comments(self) -> list[tuple[str, str]]:
        """Return the unit and text of the comments that wait for the close."""
        await self.ballots()
        assert isinstance(self.service.mixer, Mixer)
        held = (await self.service.mixer._pool.read()).words()["year"].comments
        return sorted((unit, message["text"]) for (unit, _), message in held.items())

    async def stored(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, but for the list of updates that were taken."""
        async with reading(self.service.database) as connection:
            return {
                table.name: sorted(
                    (tuple(row) for row in await connection.execute(select(table))), key=repr
                )
                for table in tables.metadata.sorted_tables
                if table.name != tables.updates.name
            }


def draft() -> CampaignDraft:
    questionnaires = {name: dump_questionnaire(q) for name, q in shipped_questionnaires().items()}
    units = [
        Unit("TAX", {"zh-Hans": "市税务局", "en": "Tax Bureau"}, "window", "B_econ"),
        Unit("EDU", {"zh-Hans": "市教育局", "en": "Education Bureau"}, "livelihood", "C_social"),
    ]
    title = {"zh-Hans": "民评", "en": "Public evaluation"}
    return CampaignDraft(
        "year",
        2026,
        title,
        NOW - timedelta(days=1),
        NOW + timedelta(days=14),
        units,
        questionnaires,
        "{}",
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_for(folder: Path, backend: Backend, api: BotApi, way: str) -> Settings:
    port = free_port()
    return Settings(
        data=folder,
        database_url=backend.database_url,
        redis_url=backend.redis_url,
        port=port,
        public_url=f"http://127.0.0.1:{port}" if way == "webhook" else "",
        telegram_token=api.token,
        telegram_secret=SECRET,
        telegram_api=api.url,
    )


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Service]:
    stop = asyncio.Event()
    async with build(settings, Frozen()) as service, listening(service, stop):
        yield service
        stop.set()


async def open_year(service: Service, name: str = "year") -> str:
    """Open a campaign; its link's token."""
    made = replace(draft(), id=name)
    link = await create_campaign(service.database, made, service.clock)
    await open_campaign(service.database, name, service.keys, service.desk)
    await service.mixer.turn()
    await service.live_campaigns.refresh()
    return link.token


@asynccontextmanager
async def open_city(folder: Path, backend: Backend, api: BotApi, way: str) -> AsyncIterator[City]:
    async with serving(settings_for(folder, backend, api, way)) as service:
        yield City(api, service, await open_year(service))


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """The stand-in; in every test the bot must send no wrong request."""
    async with BotApi() as made:
        yield made
        assert made.violations == []


@pytest.fixture
def embedded(sqlite_url: str, valkey_url: str) -> Backend:
    return Backend(sqlite_url, valkey_url)


@pytest.fixture(params=["webhook", "polling"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def city(way: str, tmp_path: Path, embedded: Backend, api: BotApi) -> AsyncIterator[City]:
    async with open_city(tmp_path, embedded, api, way) as made:
        yield made


@pytest.fixture
async def hooked(tmp_path: Path, embedded: Backend, api: BotApi) -> AsyncIterator[City]:
    async with open_city(tmp_path, embedded, api, "webhook") as made:
        yield made


async def press_all(citizen: Citizen, labels: Sequence[str]) -> None:
    for label in labels:
        await citizen.press(label)


def assert_golden(name: str, transcript: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(transcript, "utf-8")
    assert transcript == file.read_text("utf-8")


async def test_from_the_link_to_the_receipt_in_eight_taps(
    way: str, tmp_path: Path, backend: Backend, api: BotApi
) -> None:
    async with open_city(tmp_path, backend, api, way) as city:
        ann = await city.start("zh-hans")
        await press_all(ann, IN_CHINESE)
        assert_golden("shortest", ann.transcript())
        assert 1 + ann.presses <= MOST_TAPS
        assert await city.ballots() == [("TAX", "service_user", "open", "S VS VS VS")]


async def test_a_conversation_with_detours(city: City) -> None:
    ann = await city.start()
    await press_all(ann, ["Used a service", "Satisfied", "Back"])
    await ann.type("what?")
    await ann.command("/language")
    await press_all(ann, ["中文", "不满意"])
    await ann.command("/language")
    await press_all(ann, ["English", "Very satisfied"])
    await ann.type("2")
    await ann.press("Very satisfied")
    await ann.type("Shorter <b>queues</b> & more _windows_")
    await ann.command("/help")
    await press_all(ann, ["Continue", COUNT, "Submit"])
    await ann.command("/privacy")
    assert_golden("detours", ann.transcript())


async def test_the_bot_introduces_itself(city: City, way: str) -> None:
    await city.api.until(lambda: set(city.api.commands) == {"", "zh", "en"})
    assert all(len(commands) == 8 for commands in city.api.commands.values())
    webhook = {
        "secret_token": SECRET,
        "max_connections": 100,
        "allowed_updates": ["message", "edited_message", "callback_query"],
    }
    address = f"http://127.0.0.1:{city.service.settings.port}/telegram"
    assert city.api.webhook == ({"url": address, **webhook} if way == "webhook" else {})


async def test_every_update_delivered_again_changes_nothing(city: City) -> None:
    ann = await city.start()
    updates = [ann.last_update]
    for label in IN_ENGLISH:
        await ann.press(label)
        updates.append(ann.last_update)
    await city.ballots()
    before, messages = await city.stored(), len(city.api.messages)
    assert len(before[tables.ballots.name]) == 1
    for update in updates * 2:
        await city.api.redeliver(update)
    assert await city.stored() == before
    assert "received" in ann.text
    assert len(city.api.messages) <= messages + 2  # the link alone is answered with a new message


async def test_a_crowd_is_served_at_once(city: City) -> None:
    async def rate(number: int) -> None:
        ann = await city.start("en", number, "TAX" if number % 2 else "EDU")
        while "received" not in ann.text:
            labels = [label for label in IN_ENGLISH if label in ann.buttons]
            await ann.press(
                labels[-1] if "Submit" in labels or "Skip" in labels else ann.buttons[1]
            )

    await asyncio.gather(*(rate(number) for number in range(1, 21)))
    assert [unit for unit, *_ in await city.ballots()] == ["EDU"] * 10 + ["TAX"] * 10


async def test_a_limit_on_requests_loses_no_answer(city: City) -> None:
    ann = await city.start()
    await ann.press("Used a service")
    city.api.fail_next("answerCallbackQuery", status=429, retry_after=1)
    city.api.fail_next("sendMessage", status=429, retry_after=1)
    await ann.press("Satisfied")
    await ann.type("1")
    assert ann.text.startswith("4/7")
    await press_all(ann, IN_ENGLISH[3:])
    assert await city.ballots() == [("TAX", "service_user", "open", "S VS VS VS")]


async def test_a_screen_that_telegram_dropped_comes_with_the_next_touch(hooked: City) -> None:
    ann = await hooked.start()
    await ann.press("Used a service")
    hooked.api.fail_next("editMessageText", status=429, retry_after=1)
    await ann.press("Satisfied")
    assert ann.text.startswith("2/7")
    await ann.press("Fairly satisfied")
    assert ann.text.startswith("3/7")
    await press_all(ann, IN_ENGLISH[2:])
    assert await hooked.ballots() == [("TAX", "service_user", "open", "S VS VS VS")]


async def test_dropped_connections_lose_no_answer(city: City) -> None:
    ann = await city.start()
    for label in IN_ENGLISH:
        city.api.fail_next("answerCallbackQuery", status=0)
        if label in ("Satisfied", "Submit"):
            city.api.fail_next("editMessageText", status=0)
        await ann.press(label)
    city.api.fail_next("sendMessage", status=0)
    city.api.fail_next("getUpdates", status=0)
    await ann.command("/help")
    assert await city.ballots() == [("TAX", "service_user", "open", "S VS VS VS")]


async def test_errors_of_telegrams_own_lose_no_answer(city: City) -> None:
    ann = await city.start()
    await press_all(ann, IN_ENGLISH[:5])
    for method in ("sendMessage", "getUpdates"):
        city.api.fail_next(method, status=500)
        city.api.fail_next(method, status=502)
    await ann.type("Shorter queues")
    if ann.text.startswith(
        "6/7"
    ):  # a webhook's answer that failed at Telegram's is lost; the comment is not
        await ann.type("/start")
    await press_all(ann, [COUNT, "Submit"])
    assert await city.ballots() == [("TAX", "service_user", "open", "S VS VS VS")]
    assert await city.comments() == [("TAX", "Shorter queues")]


async def test_a_citizen_who_blocks_the_bot_and_comes_back_goes_on(city: City) -> None:
    ann = await city.start()
    await ann.press("Used a service")
    ann.chat.blocked = True
    await ann.press("Satisfied")
    assert ann.transcript().splitlines()[-1] == "x Forbidden: bot was blocked by the user"
    ann.chat.blocked = False
    await ann.start()
    assert "3/7" in ann.text
    await press_all(ann, IN_ENGLISH[2:])
    assert await city.ballots() == [("TAX", "service_user", "open", "S VS VS VS")]


async def test_a_press_while_the_service_is_away_is_taken_when_it_is_back(
    way: str, tmp_path: Path, embedded: Backend, api: BotApi
) -> None:
    settings = settings_for(tmp_path, embedded, api, way)
    async with serving(settings) as service:
        ann = await City(api, service, await open_year(service)).start()
        await ann.press("Used a service")
    press = asyncio.create_task(ann.press("Satisfied"))
    await api.until(lambda: bool(api.unconfirmed))
    async with serving(settings) as service:
        await press
        assert ann.text.startswith("3/7")
        await press_all(ann, IN_ENGLISH[2:])
        assert await City(api, service, "").ballots() == [
            ("TAX", "service_user", "open", "S VS VS VS")
        ]


async def test_answers_do_not_stay_in_the_chat_whatever_restarts(
    way: str, tmp_path: Path, embedded: Backend, api: BotApi
) -> None:
    settings = settings_for(tmp_path, embedded, api, way)
    async with serving(settings) as service:
        ann = await City(api, service, await open_year(service)).start()
        await press_all(ann, IN_ENGLISH[:5])
        await ann.type("Shorter queues")
        await ann.press(COUNT)
        review = ann.message
        assert "Satisfied" in review.text
    async with serving(settings) as service:
        api.fail_next("deleteMessage", status=502)
        await ann.command("/help")
        assert review.deleted
        await press_all(ann, ["Continue", "Submit"])
        assert not [m for m in api.messages.values() if "Satisfied" in m.text and not m.deleted]
        assert len(await City(api, service, "").ballots()) == 1


async def test_typed_answers_leave_the_chat_and_edits_count_until_the_submission(
    city: City,
) -> None:
    ann = await city.start()
    await press_all(ann, IN_ENGLISH[:1])
    await ann.type("2")
    chosen = ann.last_update["message"]["message_id"]
    assert city.api.typed[ann.user_id, chosen].deleted
    await press_all(ann, IN_ENGLISH[2:5])
    await ann.type("Ask Mr Li, 13900000000")
    said = ann.last_update["message"]["message_id"]
    assert city.api.typed[ann.user_id, said].deleted
    await ann.send(ann.edit_update(said, "Shorter queues"))
    assert "Shorter queues" in ann.text
    assert "13900000000" not in ann.text
    await press_all(ann, [COUNT, "Submit"])
    await ann.send(ann.edit_update(said, "Too late"))
    assert "can no longer be changed" in ann.text
    assert await city.comments() == [("TAX", "Shorter queues")]


async def test_the_front_door_of_two_surveys(city: City) -> None:
    await open_year(city.service, "second")
    ann = city.citizen()
    await ann.start()
    assert len(ann.buttons) == 3
    await ann.press_data("door:d:second", ann.message.to_json())
    await ann.press("Tax Bureau")
    assert ann.text.startswith("1/7")


async def test_a_message_that_cannot_be_edited_any_more_is_followed_by_a_new_one(
    city: City, way: str
) -> None:
    ann = await city.start()
    ann.message.deleted = True
    await ann.press("Used a service")
    if way == "webhook":  # nobody tells a bot what became of an answer in the webhook's response
        await ann.type("/start")
    assert "2/7" in ann.text
    await press_all(ann, IN_ENGLISH[1:])
    assert len(await city.ballots()) == 1


async def test_what_does_not_know_the_secret_is_turned_away(hooked: City) -> None:
    before = await hooked.stored()
    body = json.dumps(hooked.citizen().text_update("/start")).encode()
    assert [
        await hooked.api.post(body, wrong) for wrong in ("wrong", SECRET[:-1], f"{SECRET}x", "ü")
    ] == [401] * 4
    assert await hooked.stored() == before
    assert await hooked.api.post(body) == 200
    assert await hooked.stored() != before


GARBAGE = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"\xff\xfe",
    b"[" * 100_000,
    b"x" * 3_000_000,
    b"{}",
    b'{"update_id": 1}',
    b'{"update_id": "1", "message": {}}',
    b'{"update_id": 1, "message": []}',
    b'{"update_id": 1, "message": {"text": "hi"}}',
    b'{"update_id": 1, "message": {"chat": {"id": 5, "type": "private"},'
    b' "from": {"id": null}, "text": 7}}',
    b'{"update_id": 1, "message": {"chat": {"id": -5, "type": "group"},'
    b' "from": {"id": 5}, "text": "hi"}}',
    b'{"update_id": 1, "callback_query": {"id": "1", "data": "x"}}',
    b'{"update_id": 1, "edited_message": {"chat": {"id": 5, "type": "private"},'
    b' "from": {"id": 5}, "text": "hi"}}',
]


async def test_garbage_is_taken_without_harm(
    hooked: City, caplog: pytest.LogCaptureFixture
) -> None:
    before = await hooked.stored()
    with caplog.at_level(logging.INFO):
        assert {await hooked.api.post(body) for body in GARBAGE} == {200}
    after = await hooked.stored()
    letters = after.pop(tables.dead_letters.name)
    assert after | {tables.dead_letters.name: []} == before
    # Not those that are no concern of ours, and not what is far too large.
    assert (len(letters), {error for _, _, _, error, *_ in letters}) == (
        len(GARBAGE) - 5,
        {UNREADABLE},
    )
    assert [record for record in caplog.records if record.exc_info] == []


async def test_nothing_about_a_citizen_or_the_token_is_logged(
    city: City, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        city.api.fail_next("sendMessage", status=0)
        ann = await city.start(number=4_711_471_147)
        if not ann.chat.last:
            await ann.start()
        await press_all(ann, IN_ENGLISH)
    ours = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("bot.", "telegram"))
    ]
    assert [
        line
        for line in ours
        if "4711471147" in line or city.api.token in line or "service_user" in line
    ] == []
