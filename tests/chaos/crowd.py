"""Citizens who rate by Telegram updates while things break.

They note what the service has acknowledged.
As Telegram does, they deliver an update again and again until it is answered with 200.
A ballot counts as acknowledged when the citizen has seen its receipt code.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any

import orjson

from benchmarks.answers.crowd import LEFT_ALONE, RECEIPT, SKIP, SUBMIT
from benchmarks.answers.http1 import take
from benchmarks.answers.sink import Params, Shown, Sink

MOST_TAPS = 40
LOST_ANSWERS = 0.02
"""The share of answers that never reach Telegram, which then delivers again."""
AGAIN = 0.25
"""The share of citizens who rate their first unit once more."""
DELIVERED_WITHIN = 5.0
SEEN_WITHIN = 8.0
OK = 200
PAUSES = (0.05, 0.1, 0.2, 0.4)


@dataclass(frozen=True, slots=True)
class Target:
    """The address for updates, and the deep-link payloads by unit."""

    port: int
    secret: str
    starts: Sequence[tuple[str, str]]


@dataclass(slots=True, repr=False)
class Seen:
    """What all citizens saw together.

    Attributes:
        receipts: who holds a receipt code, and for which unit, in the order of their appearance.
        screens: screens that were shown.
        twice: screens that came again, as a message more, though nobody had asked.
        delivered: updates that were answered with 200.
        again: deliveries of an update after the first.
        answers: statuses of all deliveries; 0 is a connection that failed.
        nudges: how often a citizen saw nothing and began anew.
        last: when the last receipt was seen, on the clock of `time.monotonic`.
    """

    receipts: dict[str, tuple[int, str]] = field(default_factory=dict)
    screens: int = 0
    twice: int = 0
    delivered: int = 0
    again: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    nudges: int = 0
    strange: Counter[str] = field(default_factory=Counter)
    last: float = 0.0

    @property
    def twice_share(self) -> float:
        """Replies sent twice, as a share of all."""
        return self.twice / max(1, self.screens)

    def live(self) -> dict[tuple[int, str], str]:
        """The receipt that each citizen saw last for each unit."""
        return {place: code for code, place in self.receipts.items()}


class Chats(Sink):
    """The Bot API's stand-in.

    A screen is sent twice when the chat's last one comes again although nobody asked for it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen = Seen()
        self.called = 0
        self._last: dict[int, Shown] = {}

    def call(self, method: str, params: Params) -> object:
        """Take a call over the service's link to the Bot API."""
        self.called += 1
        return super().call(method, params)

    def answer(self, method: str, params: Params) -> object:
        """Take a call in the body of a webhook's response."""
        return super().call(method, params)

    def expect_again(self, chat: int) -> None:
        """Note that the citizen asks for the present screen again."""
        self._last.pop(chat, None)

    def _show(self, params: Params) -> object:
        chat = int(params["chat_id"])
        before = self._last.get(chat)
        shown: list[Shown] = []
        watcher = self.watchers.pop(chat, None)
        self.watchers[chat] = shown.append
        try:
            result = super()._show(params)
        finally:
            if watcher is None:
                del self.watchers[chat]
            else:
                self.watchers[chat] = watcher
        self.seen.screens += 1
        now = shown[0]
        if before is not None and (before.text, before.buttons) == (now.text, now.buttons):
            # An edit that changes nothing is refused by Telegram, and nobody sees anything of it.
            self.seen.twice += before.message_id != now.message_id
        self._last[chat] = now
        if watcher is not None:
            watcher(now)
        return result


class Crowd:
    """Keep ``size`` citizens at a time, one after another on each seat, until `leave`.

    Then those who are there finish.
    """

    def __init__(self, target: Target, chats: Chats, size: int, seed: int = 7) -> None:
        self.target, self.chats, self.size = target, chats, size
        self.seen = chats.seen
        self.chance = random.Random(seed)
        self.people: Iterator[int] = count(1_000_000)
        self.updates: Iterator[int] = count(1)
        self.leaving = False
        self._seats: list[asyncio.Task[None]] = []

    def sit_down(self) -> None:
        """Seat the citizens."""
        self._seats = [asyncio.create_task(self._seat()) for _ in range(self.size)]

    async def leave(self, seconds: float) -> None:
        """Let nobody else begin, and wait until everybody has finished.

        Raises:
            TimeoutError: some cannot.
        """
        self.leaving = True
        async with asyncio.timeout(seconds):
            await asyncio.gather(*self._seats)

    async def stop(self) -> None:
        """Send all citizens away, whatever they do."""
        for seat in self._seats:
            seat.cancel()
        await asyncio.gather(*self._seats, return_exceptions=True)

    def alive(self) -> None:
        """Raise the first error of a citizen, if there is one."""
        for seat in self._seats:
            if seat.done() and not seat.cancelled():
                seat.result()

    async def _seat(self) -> None:
        while not self.leaving:
            citizen = Citizen(self, next(self.people))
            try:
                await citizen.live()
            finally:
                citizen.go()


class Citizen:
    """One person with a chat and, as Telegram has to us, a connection."""

    def __init__(self, crowd: Crowd, person: int) -> None:
        self.crowd, self.person, self.chance = crowd, person, crowd.chance
        self.seen = crowd.seen
        self.screens: asyncio.Queue[Shown] = asyncio.Queue()
        self.unit = ""
        self.codes: list[str] = []
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        crowd.chats.watchers[person] = self._sees

    def go(self) -> None:
        """Leave the chat."""
        self.crowd.chats.watchers.pop(self.person, None)
        self._hang_up()

    async def live(self) -> None:
        """Rate one to three units, some of them one a second time."""
        starts = self.chance.sample(self.crowd.target.starts, k=self.chance.choice((1, 1, 2, 3)))
        if self.chance.random() < AGAIN:
            starts.append(starts[0])
        for unit, payload in starts:
            await self.rate(unit, payload)

    async def rate(self, unit: str, payload: str) -> None:
        """Go from the deep link to a receipt that was not seen before."""
        self.unit = unit
        known = len(self.codes)
        await self.begin(payload)
        for _ in range(MOST_TAPS):
            shown = await self._screen()
            if len(self.codes) > known:
                return
            if shown is None:
                self.seen.nudges += 1
                await self.begin(payload)
            elif (button := self.choose(shown)) is not None:
                await self.press(shown, button)
            else:
                self.seen.strange[shown.text[:60]] += 1
                await self.begin(payload)
        raise RuntimeError(
            f"a citizen found no way to a receipt; the last screens: {self.seen.strange}"
        )

    def choose(self, shown: Shown) -> tuple[str, str] | None:
        """Submit or skip where that is offered, else answer by chance."""
        for wanted in (SUBMIT, SKIP):
            for button in shown.buttons:
                if wanted.search(button[0]):
                    return button
        answers = [b for b in shown.buttons if b[1] and not LEFT_ALONE.search(b[0])]
        return self.chance.choice(answers) if answers else None

    async def begin(self, payload: str) -> None:
        """Open the deep link."""
        self._forget_screens()
        self.crowd.chats.expect_again(self.person)
        message = self._message(1, f"/start {payload}")
        message["from"] = self._me()
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": 6}]
        await self.deliver(message=message)

    async def press(self, shown: Shown, button: tuple[str, str]) -> None:
        """Tap a button."""
        self._forget_screens()
        update = next(self.crowd.updates)
        query = {"id": f"q{update}", "from": self._me(), "chat_instance": "1", "data": button[1]}
        query["message"] = self._message(shown.message_id, shown.text)
        await self.deliver(update, callback_query=query)

    async def deliver(self, update: int = 0, **event: dict[str, Any]) -> None:
        """Deliver an update until it is taken."""
        body = orjson.dumps({"update_id": update or next(self.crowd.updates), **event})
        for tried in count():
            status, answer = await self._post(body)
            self.seen.answers[status] += 1
            self.seen.again += tried > 0
            if status != OK:
                self._hang_up()
                await asyncio.sleep(PAUSES[min(tried, len(PAUSES) - 1)])
            elif self.chance.random() < LOST_ANSWERS:
                self.crowd.chats.expect_again(self.person)
            else:
                break
        self.seen.delivered += 1
        call = orjson.loads(answer) if answer.startswith(b"{") else {}
        if method := call.pop("method", None):
            self.crowd.chats.answer(method, call)

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of one delivery; status 0 when there was no answer."""
        target = self.crowd.target
        head = (
            f"POST /telegram HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\n"
            "Content-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {target.secret}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        buffer = bytearray()
        try:
            async with asyncio.timeout(DELIVERED_WITHIN):
                if self._writer is None:
                    self._reader, self._writer = await asyncio.open_connection(
                        "127.0.0.1", target.port
                    )
                assert self._reader is not None
                self._writer.write(head.encode() + body)
                while (message := take(buffer)) is None:
                    piece = await self._reader.read(65536)
                    if not piece:
                        return 0, b""
                    buffer += piece
        except OSError:
            return 0, b""
        return int(message[0].split(b" ", 2)[1]), message[1]

    def _hang_up(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    def _sees(self, shown: Shown) -> None:
        if found := RECEIPT.search(shown.text):
            code = re.sub(r"[ \-]", "", found[0])
            if code not in self.seen.receipts:
                self.seen.receipts[code] = (self.person, self.unit)
                self.codes.append(code)
                self.seen.last = monotonic()
        self.screens.put_nowait(shown)

    async def _screen(self) -> Shown | None:
        """The newest screen, or None when none comes."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SEEN_WITHIN):
                shown = await self.screens.get()
                while not self.screens.empty():
                    shown = self.screens.get_nowait()
                return shown
        return None

    def _forget_screens(self) -> None:
        while not self.screens.empty():
            self.screens.get_nowait()

    def _message(self, message_id: int, text: str) -> dict[str, Any]:
        chat = {"id": self.person, "type": "private", "first_name": "c"}
        return {"message_id": message_id, "date": 1, "chat": chat, "text": text}

    def _me(self) -> dict[str, Any]:
        return {"id": self.person, "is_bot": False, "first_name": "c", "language_code": "zh-hans"}
