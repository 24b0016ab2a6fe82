"""The server that every stand-in runs on: it checks requests and answers as it was told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

Checker = Callable[[web.Request, bytes], list[str]]
"""Returns what a request does against the published interface."""


@dataclass
class StandIn:
    """A provider on this machine.

    Attributes:
        check: what the interface demands.
        answers: status and body of the next answers; the last is given again and again.
        before: answers by path of what is asked before a message, such as a token.
        requests: bodies of what came.
        violations: what was against the interface.
    """

    check: Checker
    answers: list[tuple[int, Any]]
    before: Mapping[str, Any] = field(default_factory=dict)
    requests: list[bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{any:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.violations += self.check(request, body)
        if request.path in self.before:
            self.asked.append(request.path)
            return web.json_response(self.before[request.path])
        self.requests.append(body)
        status, said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        return web.Response(status=status, text=text)
