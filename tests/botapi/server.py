"""A stand-in for Telegram's Bot API: checks every request by the published types, keeps chats.

async with BotApi() as api:
    ...  # a bot whose base address is api.url and whose token is api.token
    ann = Citizen(api, 1001)
    await ann.start("payload")
    assert api.violations == []
"""

from __future__ import annotations

import asyncio
import io
import itertools
import json
from collections import defaultdict
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.botapi.chats import FORBIDDEN, Call, Fault, Message
from tests.botapi.methods import NOT_MODIFIED, Methods
from tests.botapi.schema import METHODS, Refused, Violation, check_call, check_update, decode_form
from tests.waiting import PATIENCE

TOKEN = "42:a-secret-token-of-the-tests"
RETRY_SECONDS = 0.02
DELIVERY_SECONDS = PATIENCE
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class BotApi(Methods):
    """State and server.

    ``violations`` are requests that break the types or limits; a test asserts that there are none.
    """

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
        self.url = ""
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.refusals: list[tuple[str, str]] = []
        self.deliveries: list[tuple[int, int]] = []
        self.unheard: set[str] = set()
        self.faults: list[Fault] = []
        self.flowing = asyncio.Event()
        """While it is cleared, messages wait at the door."""
        self.flowing.set()
        self.update_ids = itertools.count(7000)
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._runner.cleanup()

    def fail_next(
        self,
        method: str = "",
        times: int = 1,
        status: int = 500,
        *,
        retry_after: int = 0,
        chat: int = 0,
    ) -> None:
        """Let the next ``times`` calls of ``method`` (any, when empty) fail.

        Status 0 drops the connection.
        """
        self.faults.append(Fault(method, status, times, retry_after, chat))

    def expire_queries(self) -> None:
        """Make every earlier press too old to be answered."""
        self.queries.clear()

    def count(self, method: str) -> int:
        return sum(call.method == method for call in self.calls)

    async def deliver(self, update: dict[str, Any]) -> None:
        """Give the bot an update, by webhook or for its polling; returns when it is taken.

        Updates of one chat are delivered one after another, each until it is taken,
        as Telegram does.

        Raises:
            TimeoutError: the bot does not take it.
        """
        check_update(update)
        kind, what = next((key, value) for key, value in update.items() if key != "update_id")
        if kind == "message":
            place = (what["chat"]["id"], what["message_id"])
            self.typed.setdefault(place, Message(place[1], place[0], what.get("text", "")))
        if self.allowed and kind not in self.allowed:
            return
        async with asyncio.timeout(DELIVERY_SECONDS), self._turns[what["from"]["id"]]:
            self.unconfirmed[update["update_id"]] = update
            await self._notify()
            await self._hand_over(update)

    async def redeliver(self, update: dict[str, Any]) -> None:
        """Deliver an update again that the bot has taken, as after the loss of its answer."""
        if self.webhook.get("url"):
            return await self.deliver(update)
        self.again.append(update)
        await self._notify()
        await self.until(lambda: update not in self.again)
        polls = self._polls
        return await self.until(lambda: self._polls > polls)

    async def post(self, body: bytes, secret: str = "") -> int:
        """Post a body to the bot's webhook, by default with the right secret; return the status."""
        return (await self._post(body, secret or self.webhook.get("secret_token", "")))[0]

    async def _hand_over(self, update: dict[str, Any]) -> None:
        while (update_id := update["update_id"]) in self.unconfirmed:
            if not self.webhook.get("url"):
                async with self.changed:
                    await self.changed.wait_for(
                        lambda: update_id not in self.unconfirmed or self.webhook.get("url")
                    )
            elif await self._push(update_id, json.dumps(update).encode()):
                self.unconfirmed.pop(update_id, None)
            else:
                await asyncio.sleep(RETRY_SECONDS)

    async def _push(self, update_id: int, body: bytes) -> bool:
        status, answer = await self._post(body, self.webhook.get("secret_token", ""))
        self.deliveries.append((update_id, status))
        if status // 100 == 2 and answer:
            params = json.loads(answer)
            await self._carry_out(params.pop("method", ""), params, "webhook")
        return status // 100 == 2

    async def _post(self, body: bytes, secret: str) -> tuple[int, bytes]:
        """Status (0 without any) and a body that may hold a method."""
        headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: secret} if secret else {})
        try:
            async with self._session.post(
                self.webhook["url"], data=io.BytesIO(body), headers=headers
            ) as response:
                answer = await response.read()
        except aiohttp.ClientError:
            return 0, b""
        return response.status, answer if response.content_type == "application/json" else b""

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        try:
            result = await self._answer(request)
        except ConnectionResetError:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if not isinstance(result, Refused):
            return web.json_response({"ok": True, "result": result})
        body = {"ok": False, "error_code": result.code, "description": result.description}
        return web.json_response(
            body | ({"parameters": result.parameters} if result.parameters else {}),
            status=result.code,
        )

    async def _answer(self, request: web.Request) -> Any:
        if request.match_info["token"] != self.token:
            return Refused(401, "Unauthorized")
        method = request.match_info["method"]
        try:
            params = await self._params(request, method)
        except ValueError:
            return self._refuse(method, {}, Violation("can't parse the request's body as JSON"))
        if method == "sendMessage":
            await self.flowing.wait()
        return await self._carry_out(method, params, "request")

    async def _params(self, request: web.Request, method: str) -> dict[str, Any]:
        if request.content_type == "application/json":
            body = await request.read()
            return dict(json.loads(body)) if body else {}
        form = {
            **request.query,
            **{name: str(value) for name, value in (await request.post()).items()},
        }
        return decode_form(method, form)

    async def _carry_out(self, method: str, params: dict[str, Any], via: str) -> Any:
        try:
            self._break(method, params, via)
            if method not in METHODS:
                raise Violation(f"unknown method {method}")
            check_call(method, params)
            self.calls.append(Call(method, params, via))
            action = getattr(self, f"_{method}", None)
            if action is None:
                raise Violation(f"the stand-in does not know what {method} does")
            result = action(params)
            return await result if asyncio.iscoroutine(result) else result
        except Refused as refused:
            return self._refuse(method, params, refused, via)
        except ConnectionResetError:
            self.unheard.add(params.get("callback_query_id", ""))
            raise
        finally:
            await self._notify()

    def _refuse(
        self, method: str, params: dict[str, Any], refused: Refused, via: str = "request"
    ) -> Refused:
        if isinstance(refused, Violation):
            self.violations.append(refused.description)
        self.refusals.append((method, refused.description))
        lost = refused.code == FORBIDDEN or (
            via == "webhook" and not refused.description.startswith(NOT_MODIFIED)
        )
        if lost and params.get("chat_id") in self.chats:
            self.chat(params["chat_id"]).log.append(("lost", refused.description))
        return refused

    def _break(self, method: str, params: dict[str, Any], via: str) -> None:
        for fault in self.faults:
            if not fault.concerns(method, params):
                continue
            if fault.status == 0 and via == "webhook":
                continue  # there is no connection of the bot's that could be dropped
            fault.times -= 1
            if fault.status == 0:
                raise ConnectionResetError
            raise fault.refusal()
