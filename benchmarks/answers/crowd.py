"""Simulated citizens who rate.

Each starts by a deep link, presses the buttons that the bot shows, and leaves with its receipt.
The loop is closed: a citizen posts its next update only when the next question is visible
and the webhook has answered.
"""

from __future__ import annotations

import asyncio
import random
import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, cast

import orjson

from benchmarks.answers.http1 import take
from benchmarks.answers.sink import Shown, Sink

SUBMIT = re.compile("提交|submit", re.IGNORECASE)
SKIP = re.compile("跳过|skip", re.IGNORECASE)
RECEIPT = re.compile(r"[A-Z2-7]{16}|(?:[A-Z2-7]{4}[ \-]){3}[A-Z2-7]{4}")
LEFT_ALONE = re.compile(
    "不了解|停止|返回|上一|修改|更改|撤回|取消|语言|帮助|隐私|删除|中文"
    "|stop|help|back|change|edit|cancel|withdraw|know|language|privacy|delete|english",
    re.IGNORECASE,
)
"""Buttons that would leave the main road, or make a conversation shorter than the other bot's."""

MOST_STEPS = 20
PATIENCE = 15.0
"""Seconds after which a citizen without an answer gives up; the conversation counts as failed."""


@dataclass(frozen=True, slots=True)
class Target:
    """The address for updates, and the deep-link payloads of the citizens' starts."""

    port: int
    path: str
    secret: str
    starts: tuple[str, ...]


@dataclass(slots=True)
class Outcome:
    """What a crowd saw.

    ``waits`` are the seconds from posting an update until the next question is visible.
    """

    at_a_time: int
    ballots: int = 0
    seconds: float = 0.0
    waits: array[float] = field(default_factory=lambda: array("d"))
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Finished ballots a second."""
        return self.ballots / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Nearest-rank percentile of `waits`, in milliseconds."""
        ordered = sorted(self.waits)
        return (
            1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]
            if ordered
            else float("nan")
        )


class Crowd:
    """Hold ``at_a_time`` conversations until ``ballots`` have begun or ``seconds`` are over."""

    def __init__(
        self,
        target: Target,
        sink: Sink,
        people: Iterator[int],
        *,
        at_a_time: int,
        ballots: int,
        seconds: float,
    ):
        self.target, self.sink, self.people = target, sink, people
        self.left, self.limit = ballots, seconds
        self.outcome = Outcome(at_a_time)
        self.chance = random.Random(7)
        self.began = self.ended = 0.0

    async def run(self) -> Outcome:
        """Let all citizens come, wait for the last, and return what they saw."""
        loop = asyncio.get_running_loop()
        self.began = self.ended = perf_counter()
        citizens = [Citizen(self) for _ in range(min(self.outcome.at_a_time, self.left))]
        for citizen in citizens:
            await loop.create_connection(lambda c=citizen: c, "127.0.0.1", self.target.port)  # type: ignore[misc]
        while not all(c.gone for c in citizens):
            await asyncio.sleep(0.02)
            now = perf_counter()
            for late in [c for c in citizens if not c.gone and now - c.posted > PATIENCE]:
                late.leave("no answer in time")
        self.outcome.seconds = self.ended - self.began
        return self.outcome

    def next_person(self) -> int | None:
        """The next citizen to begin, or None when enough have."""
        if self.left <= 0 or perf_counter() - self.began > self.limit:
            return None
        self.left -= 1
        return next(self.people)


class Citizen(asyncio.Protocol):
    """One connection to the webhook, used by one citizen after another."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.buffer = bytearray()
        self.gone = self.acknowledged = self.submitted = False
        self.seen: Shown | None = None
        self.person = self.steps = 0
        self.posted = perf_counter()
        self.head = (
            f"POST {crowd.target.path} HTTP/1.1\r\nHost: 127.0.0.1:{crowd.target.port}\r\n"
            "Content-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {crowd.target.secret}\r\n"
            "Content-Length: "
        ).encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin as the first citizen of this seat."""
        self.transport = cast(asyncio.Transport, transport)
        self.begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count a failure when the bot hung up before the citizen had left."""
        if not self.gone:
            self.leave(f"connection lost: {exc}")

    def data_received(self, data: bytes) -> None:
        """Take the webhook's answer, and carry out a Bot API call in its body like any other."""
        self.buffer += data
        while not self.gone and (message := take(self.buffer)):
            self.answered(*message)

    def answered(self, head: bytes, body: bytes) -> None:
        """Take one whole response."""
        status = head.split(b" ", 2)[1]
        if status != b"200":
            self.leave(f"HTTP {status.decode()}")
            return
        call = orjson.loads(body) if body.startswith(b"{") else {}
        if method := call.pop("method", None):
            self.crowd.sink.call(method, call)
        self.acknowledged = True
        self.go_on()

    def begin(self) -> None:
        """Seat the next citizen, if there is one, and open its deep link."""
        person = self.crowd.next_person()
        if person is None:
            self.leave()
            return
        self.person, self.steps, self.submitted = person, 0, False
        self.crowd.sink.watchers[person] = self.sees
        start = self.crowd.target.starts[person % len(self.crowd.target.starts)]
        self.post(message=self.message(1, f"/start {start}", start=True))

    def message(self, message_id: int, text: str, *, start: bool = False) -> dict[str, Any]:
        """Take a message of this chat: the citizen's start command, or the bot's with buttons."""
        message: dict[str, Any] = {
            "message_id": message_id,
            "date": 1,
            "chat": {"id": self.person, "type": "private", "first_name": "c"},
            "text": text,
        }
        if start:
            message["from"] = self.sender()
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": 6}]
        return message

    def sender(self) -> dict[str, Any]:
        """The citizen as a Bot API user."""
        return {"id": self.person, "is_bot": False, "first_name": "c", "language_code": "zh-hans"}

    def post(self, **event: dict[str, Any]) -> None:
        """Deliver one update, and start the clock."""
        body = orjson.dumps({"update_id": self.person * (MOST_STEPS + 1) + self.steps, **event})
        self.acknowledged, self.seen = False, None
        self.posted = perf_counter()
        self.transport.write(b"%b%d\r\n\r\n%b" % (self.head, len(body), body))

    def sees(self, shown: Shown) -> None:
        """Take what is new in the chat.

        The citizen waits only for a question with buttons, or for the receipt.
        """
        if self.seen is None and (shown.buttons or (self.submitted and RECEIPT.search(shown.text))):
            self.crowd.outcome.waits.append(perf_counter() - self.posted)
            self.seen = shown
            self.go_on()

    def go_on(self) -> None:
        """Press the next button once the last update is answered and the next question is there."""
        if not self.acknowledged or self.seen is None:
            return
        if self.submitted:
            self.finish(self.seen)
        elif (button := self.choose(self.seen)) is None or self.steps == MOST_STEPS:
            self.leave(f"lost at: {self.seen.text[:40]!r}")
        else:
            self.press(self.seen, *button)

    def choose(self, shown: Shown) -> tuple[str, str] | None:
        """Submit or skip where that is offered, else answer by chance."""
        for wanted in (SUBMIT, SKIP):
            for button in shown.buttons:
                if wanted.search(button[0]):
                    return button
        answers = [b for b in shown.buttons if b[1] and not LEFT_ALONE.search(b[0])]
        return self.crowd.chance.choice(answers) if answers else None

    def press(self, shown: Shown, label: str, data: str) -> None:
        """Tap a button of the shown message."""
        self.steps += 1
        self.submitted = bool(SUBMIT.search(label))
        self.post(
            callback_query={
                "id": f"{self.person}{self.steps:02}",
                "from": self.sender(),
                "chat_instance": "1",
                "data": data,
                "message": self.message(shown.message_id, shown.text),
            }
        )

    def finish(self, shown: Shown) -> None:
        """Count the finished ballot when the receipt is there, and free the seat."""
        if not RECEIPT.search(shown.text):
            self.leave(f"no receipt in: {shown.text[:40]!r}")
            return
        self.crowd.outcome.ballots += 1
        self.crowd.ended = perf_counter()
        del self.crowd.sink.watchers[self.person]
        self.begin()

    def leave(self, reason: str = "") -> None:
        """Get up; with a reason, the conversation failed."""
        self.gone = True
        if reason:
            self.crowd.outcome.failures[reason] += 1
        self.crowd.sink.watchers.pop(self.person, None)
        self.transport.close()
