"""Broken Telegram updates, through the webhook, the parser, the conductor and a real database."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import orjson
from aiohttp import web
from sqlalchemy import func, select

from bot.campaigns.lifecycle import create_campaign
from bot.channels.telegram.channel import SECRET_HEADER, TelegramChannel
from bot.conversations.dead_letters import UNREADABLE, DeadLetterStore
from bot.core.settings import Settings
from bot.service.composition import Service, build
from bot.storage.database import reading
from bot.storage.schema import all as tables
from tests.contract.test_conductor import draft
from tests.openings import open_campaign

SECRET = "fuzz"
AT_ONCE = 256
PEOPLE = 100
BODY_LIMIT = 1024**2
"""aiohttp's own."""
STRANGERS = 0.01
WORDS = (
    "/start",
    "/help",
    "/delete",
    "/language",
    "hello",
    "1",
    "满意",
    "提交",
    "-",
    "",
    "/" + "x" * 40,
    "a" * 5000,
)
SCRAPS: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        2**31,
        2**53,
        2**63 - 1,
        2**63,
        2**64,
        10**40,
        -(10**40),
        1.5,
        1e308,
    ),
    *(
        "",
        "private",
        "x" * 10_000,
        "\ud800",
        "\udfff\ud800",
        "\x00",
        "\u202e",
        "é" * 300,
        "1001",
        [],
        {},
        [[]],
        [{}],
    ),
    {"id": 1, "type": "private"},
    {"id": {"id": {}}},
)


@dataclass(slots=True)
class Fuzzed:
    """What was sent and what came back.

    ``faults`` are errors that got out, and answers that should not be.
    """

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    counts: dict[str, int] = field(default_factory=dict)
    letters: int = 0
    poison: Counter[str] = field(default_factory=Counter)
    ballots: int = 0
    faults: Counter[str] = field(default_factory=Counter)


class Request:
    """The part of a request that the webhook reads."""

    def __init__(self, body: bytes, secret: str) -> None:
        self.headers = {SECRET_HEADER: secret}
        self._body = body

    async def read(self) -> bytes:
        if len(self._body) > BODY_LIMIT:
            raise web.HTTPRequestEntityTooLarge(BODY_LIMIT, len(self._body))
        return self._body


async def fuzz_updates(updates: int, seed: int = 0) -> Fuzzed:
    """Send that many updates, some hundreds at once."""
    result = Fuzzed()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: _note(result, context))
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        async with build(Settings(data=Path(name))) as service:
            link = await _open_city(service)
            letters = DeadLetterStore(service.database, service.keys, service.clock)
            channel = TelegramChannel("42:fuzz", service.conductor, SECRET, keep=letters.add)
            channel._requests._send = _answer  # type: ignore[method-assign]
            async with channel:
                await _send_all(channel, Mutator(random.Random(seed), link), updates, result)
            result.counts = dict(channel.counts)
            await _look(service, result)
    return result


async def _open_city(service: Service) -> str:
    now = datetime.now(UTC)
    made = draft()
    made = type(made)(**{name: getattr(made, name) for name in made.__slots__} | {
        "opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=1),
    })  # fmt: skip
    link = await create_campaign(service.database, made, service.clock)
    await open_campaign(service.database, made.id, service.keys, service.desk)
    await service.mixer.turn()
    await service.live_campaigns.refresh()
    return link.token


async def _send_all(
    channel: TelegramChannel, mutator: Mutator, updates: int, result: Fuzzed
) -> None:
    while result.sent < updates:
        bodies = [mutator.next_body() for _ in range(min(AT_ONCE, updates - result.sent))]
        await asyncio.gather(
            *(_send(channel, mutator, person, body, result) for person, body in bodies)
        )
        result.sent += len(bodies)


async def _send(
    channel: TelegramChannel, mutator: Mutator, person: int, body: bytes, result: Fuzzed
) -> None:
    stranger = mutator.chance.random() < STRANGERS
    try:
        response = await channel.webhook(
            cast(web.Request, Request(body, "other" if stranger else SECRET))
        )
    except Exception as error:
        result.faults[f"raised {type(error).__name__}"] += 1
        return
    result.statuses[response.status] += 1
    if response.status != (401 if stranger else 200):
        result.faults[f"answered {response.status}"] += 1
    if response.body:
        mutator.learn(person, orjson.loads(cast(bytes, response.body)))


async def _answer(url: Any, payload: bytes, _seconds: float) -> tuple[int, bytes]:
    """Answer as a Bot API that takes everything that is JSON."""
    call = orjson.loads(payload)
    shown = {"message_id": 1, "date": 1, "chat": {"id": call.get("chat_id", 1), "type": "private"}}
    result: Any = shown if str(url).endswith(("sendMessage", "editMessageText")) else True
    return 200, orjson.dumps({"ok": True, "result": result})


async def _look(service: Service, result: Fuzzed) -> None:
    async with reading(service.database) as connection:
        errors = (await connection.execute(select(tables.dead_letters.c.error))).scalars().all()
        for table in (tables.ballots, tables.staging):
            result.ballots += int(
                (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            )
    result.letters = len(errors)
    result.poison = Counter(error for error in errors if error != UNREADABLE)
    for error, times in result.poison.items():
        result.faults[f"could not be handled: {error}"] += times


def _note(result: Fuzzed, context: dict[str, Any]) -> None:
    error = context.get("exception")
    result.faults[
        f"in the background: {type(error).__name__ if error else context['message']}"
    ] += 1


class Mutator:
    """Makes updates of people in their conversations, and breaks most of them."""

    def __init__(self, chance: random.Random, link: str) -> None:
        self.chance = chance
        self._link = link
        self._buttons: dict[int, list[str]] = {}
        self._updates = 0
        self._ways: tuple[Callable[[Any], Any], ...] = (
            self._replace,
            self._remove,
            self._add,
            self._nest,
            self._swap,
        )

    def learn(self, person: int, call: dict[str, Any]) -> None:
        """Note the chat's present screen."""
        rows = call.get("reply_markup", {}).get("inline_keyboard", [])
        self._buttons[person] = [button["callback_data"] for row in rows for button in row]

    def next_body(self) -> tuple[int, bytes]:
        """Return a person and the body of an update."""
        person = 1000 + self.chance.randrange(PEOPLE)
        update = self._valid(person)
        for _ in range(self.chance.choice((0, 0, 0, 1, 1, 2))):
            update = self.chance.choice(self._ways)(update)
            update = {} if update is _GONE else update
        body = json.dumps(update).encode()
        if self.chance.random() < 0.05:
            body = self._damage(body)
        return person, body

    def _valid(self, person: int) -> dict[str, Any]:
        self._updates += 1
        update = (
            self._updates if self.chance.random() < 0.98 else self.chance.randint(1, self._updates)
        )
        me = {
            "id": person,
            "is_bot": False,
            "first_name": "c",
            "language_code": self.chance.choice(("en", "zh-hans")),
        }
        message = {
            "message_id": update,
            "date": 1,
            "chat": {"id": person, "type": "private", "first_name": "c"},
        }
        buttons = self._buttons.get(person)
        kind = self.chance.random()
        if kind < 0.6 and buttons:
            query = {
                "id": f"q{update}",
                "from": me,
                "chat_instance": "1",
                "data": self.chance.choice(buttons),
            }
            return {
                "update_id": update,
                "callback_query": query | {"message": message | {"text": "x"}},
            }
        message["from"] = me
        if kind < 0.75:
            unit = self.chance.choice(("TAX", "EDU", "", "NOPE"))
            return {
                "update_id": update,
                "message": message | {"text": f"/start {self._link}-{unit}"},
            }
        if kind < 0.95:
            return {"update_id": update, "message": message | {"text": self.chance.choice(WORDS)}}
        media = self.chance.choice(("photo", "voice", "pinned_message", "location"))
        return {
            "update_id": update,
            self.chance.choice(("message", "edited_message")): message | {media: [{}]},
        }

    def _replace(self, update: Any) -> Any:
        return self._at_some_place(update, lambda _: self.chance.choice(SCRAPS))

    def _remove(self, update: Any) -> Any:
        return self._at_some_place(update, None)

    def _add(self, update: Any) -> Any:
        key = self.chance.choice(
            ("message", "callback_query", "chat", "from", "text", "id", "\ud800", "", "x" * 300)
        )
        return self._at_some_place(
            update, lambda old: {"old": old, key: self.chance.choice(SCRAPS)}
        )

    def _nest(self, update: Any) -> Any:
        depth = self.chance.choice((3, 50, 250))

        def nest(value: Any) -> Any:
            for _ in range(depth):
                value = [value]
            return value

        return self._at_some_place(update, nest)

    def _swap(self, update: Any) -> Any:
        kinds: tuple[Callable[[Any], Any], ...] = (
            str,
            lambda v: [v],
            lambda v: {"value": v},
            lambda v: len(str(v)),
        )
        return self._at_some_place(update, self.chance.choice(kinds))

    def _at_some_place(self, value: Any, change: Callable[[Any], Any] | None) -> Any:
        """The value with one of its inner ones changed, or removed."""
        if isinstance(value, dict) and value and self.chance.random() < 0.85:
            key = self.chance.choice(list(value))
            inner = self._at_some_place(value[key], change)
            kept = {name: old for name, old in value.items() if name != key}
            return kept if inner is _GONE else kept | {key: inner}
        return _GONE if change is None else change(value)

    def _damage(self, body: bytes) -> bytes:
        """Break an update until it is hardly JSON."""
        at = self.chance.randrange(max(1, len(body)))
        broken = self.chance.choice(
            (b"\xff", b"\x00", b"\\ud83d", b"NaN", b"1e999", b'"', b"\xed\xa0\x80")
        )
        ways = (
            body[:at],
            body[:at] + broken + body[at + 1 :],
            body + body,
            b"[" * 3000,
            b" " * (BODY_LIMIT + 1),
        )
        return self.chance.choices(ways, (40, 50, 5, 4, 1))[0]


_GONE = object()
