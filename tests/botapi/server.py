"""A stand-in for Telegram's Bot API: it checks every request by the published types and keeps the chats.

async with BotApi() as api:
    ...  # a bot whose base address is api.url and whose token is api.token
    ann = Citizen(api, 1001)
    await ann.start("payload")
    assert api.violations == []
"""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.botapi.schema import METHODS, Refused, Violation, check_call, check_update, decode_form

BOT = {"id": 42, "is_bot": True, "first_name": "Minping", "username": "minping_test_bot"}
TOKEN = "42:a-secret-token-of-the-tests"
NOW = 1_795_000_000
RETRY_SECONDS = 0.05


@dataclass(slots=True)
class Message:
    """A message of the bot's as the chat now shows it."""

    message_id: int
    chat_id: int
    text: str
    markup: dict[str, Any] | None = None
    date: int = NOW
    deleted: bool = False

    def to_json(self) -> dict[str, Any]:
        shown = {"message_id": self.message_id, "date": self.date, "chat": private(self.chat_id), "text": self.text}
        return {**shown, "from": BOT, **({"reply_markup": self.markup} if self.markup else {})}


@dataclass(frozen=True, slots=True)
class Call:
    """One method that the bot called, and how (``request``, or ``webhook`` for a response's body)."""

    method: str
    params: dict[str, Any]
    via: str


@dataclass(slots=True)
class Chat:
    """What happened in one chat: ``log`` holds (kind, message or toast) in order."""

    log: list[tuple[str, Any]] = field(default_factory=list)
    last: Message | None = None
    blocked: bool = False


@dataclass(slots=True)
class Fault:
    """What the next ``times`` calls of ``method`` (any, when empty) get: a status, or 0 for a dropped connection."""

    method: str
    status: int
    times: int
    retry_after: int = 0


def private(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": f"Citizen {chat}"}


class BotApi:
    """State and server. ``violations`` are requests that break the types or limits: a test asserts there are none."""

    def __init__(self) -> None:
        self.token = TOKEN
        self.url = ""
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.refusals: list[tuple[str, str]] = []
        self.deliveries: list[tuple[int, int]] = []
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[int, int], Message] = {}
        self.queries: dict[str, int] = {}
        self.answered: dict[str, dict[str, Any]] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.webhook: dict[str, Any] = {}
        self.faults: list[Fault] = []
        self.unconfirmed: dict[int, dict[str, Any]] = {}
        self.changed = asyncio.Condition()
        self.update_ids = itertools.count(7000)
        self._message_ids = itertools.count(1)
        self._polls = 0
        self._tasks: set[asyncio.Task[None]] = set()

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
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()
        await self._runner.cleanup()

    def chat(self, chat: int) -> Chat:
        return self.chats.setdefault(chat, Chat())

    def fail(self, method: str = "", *, status: int, times: int = 1, retry_after: int = 0) -> None:
        """Let the next ``times`` calls of ``method`` fail; status 0 drops the connection."""
        self.faults.append(Fault(method, status, times, retry_after))

    def next_message_id(self) -> int:
        return next(self._message_ids)

    def count(self, method: str) -> int:
        return sum(call.method == method for call in self.calls)

    async def deliver(self, update: dict[str, Any]) -> None:
        """Give the bot an update, by webhook or for its polling; returns when it is taken."""
        check_update(update)
        await self.deliver_raw(update["update_id"], json.dumps(update).encode(), update)

    async def deliver_raw(self, update_id: int, body: bytes, update: dict[str, Any] | None = None) -> None:
        """Deliver without a check, until the bot answers 2xx."""
        if self.webhook.get("url"):
            while not await self._post(update_id, body):
                await asyncio.sleep(RETRY_SECONDS)
            return
        self.unconfirmed[update_id] = update or json.loads(body)
        await self._notify()
        await self.until(lambda: update_id not in self.unconfirmed)

    async def until(self, happened: Any, seconds: float = 5.0) -> None:
        """Wait for a condition on the chats.

        Raises:
            TimeoutError: it did not come about.
        """
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(happened)

    async def _post(self, update_id: int, body: bytes) -> bool:
        headers = {"Content-Type": "application/json"}
        if secret := self.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        try:
            async with self._session.post(self.webhook["url"], data=body, headers=headers) as response:
                answer = await response.read()
        except aiohttp.ClientError:
            self.deliveries.append((update_id, 0))
            return False
        self.deliveries.append((update_id, response.status))
        if not response.ok:
            return False
        if answer and response.content_type == "application/json":
            params = json.loads(answer)
            await self._carry_out(params.pop("method"), params, "webhook")
        return True

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            if request.match_info["token"] != self.token:
                raise Refused(401, "Unauthorized")
            result = await self._carry_out(method, await self._params(request, method), "request")
        except ConnectionResetError:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(result, Refused):
            body = {"ok": False, "error_code": result.code, "description": result.description}
            return web.json_response(
                body | ({"parameters": result.parameters} if result.parameters else {}), status=result.code
            )
        return web.json_response({"ok": True, "result": result})

    async def _params(self, request: web.Request, method: str) -> dict[str, Any]:
        if request.content_type == "application/json":
            body = await request.read()
            return dict(json.loads(body)) if body else {}
        form = {**request.query, **{name: str(value) for name, value in (await request.post()).items()}}
        return decode_form(method, form)

    async def _carry_out(self, method: str, params: dict[str, Any], via: str) -> Any:
        try:
            self._break(method)
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
            if isinstance(refused, Violation):
                self.violations.append(refused.description)
            self.refusals.append((method, refused.description))
            return refused
        finally:
            await self._notify()

    def _break(self, method: str) -> None:
        for fault in self.faults:
            if fault.times and fault.method in ("", method):
                fault.times -= 1
                if fault.status == 0:
                    raise ConnectionResetError
                if fault.status == 429:
                    after = fault.retry_after
                    raise Refused(429, f"Too Many Requests: retry after {after}", retry_after=after)
                raise Refused(fault.status, "Forbidden" if fault.status == 403 else "Internal Server Error")

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def _getMe(self, _params: dict[str, Any]) -> Any:  # noqa: N802  (the Bot API's own names)
        return {**BOT, "can_join_groups": False, "can_read_all_group_messages": False, "supports_inline_queries": False}

    def _setWebhook(self, params: dict[str, Any]) -> bool:  # noqa: N802
        self.webhook = params
        return True

    def _deleteWebhook(self, _params: dict[str, Any]) -> bool:  # noqa: N802
        self.webhook = {}
        return True

    def _getWebhookInfo(self, _params: dict[str, Any]) -> Any:  # noqa: N802
        return {"url": self.webhook.get("url", ""), "has_custom_certificate": False, "pending_update_count": 0}

    def _setMyCommands(self, params: dict[str, Any]) -> bool:  # noqa: N802
        self.commands[params.get("language_code", "")] = params["commands"]
        return True

    def _sendChatAction(self, params: dict[str, Any]) -> bool:  # noqa: N802
        self._open_chat(params)
        return True

    def _sendMessage(self, params: dict[str, Any]) -> Any:  # noqa: N802
        chat_id = int(params["chat_id"])
        chat = self._open_chat(params)
        message = Message(self.next_message_id(), chat_id, params["text"], params.get("reply_markup"))
        self.messages[chat_id, message.message_id] = chat.last = message
        chat.log.append(("send", (message, message.text, message.markup)))
        return message.to_json()

    def _editMessageText(self, params: dict[str, Any]) -> Any:  # noqa: N802
        message = self._find(params, "edit")
        self._same(message, params["text"], params.get("reply_markup"))
        message.text, message.markup = params["text"], params.get("reply_markup")
        chat = self.chat(message.chat_id)
        chat.last = message
        chat.log.append(("edit", (message, message.text, message.markup)))
        return message.to_json()

    def _editMessageReplyMarkup(self, params: dict[str, Any]) -> Any:  # noqa: N802
        message = self._find(params, "edit")
        self._same(message, message.text, params.get("reply_markup"))
        message.markup = params.get("reply_markup")
        return message.to_json()

    def _same(self, message: Message, text: str, markup: dict[str, Any] | None) -> None:
        if (message.text, message.markup) == (text, markup):
            self.chat(message.chat_id).log.append(("same", None))
            raise Refused(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message",
            )

    def _deleteMessage(self, params: dict[str, Any]) -> bool:  # noqa: N802
        message = self._find(params, "delete")
        message.deleted = True
        self.chat(message.chat_id).log.append(("delete", message))
        return True

    def _answerCallbackQuery(self, params: dict[str, Any]) -> bool:  # noqa: N802
        chat_id = self.queries.get(params["callback_query_id"])
        if chat_id is None or params["callback_query_id"] in self.answered:
            raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.answered[params["callback_query_id"]] = params
        if params.get("text"):
            self.chat(chat_id).log.append(("alert" if params.get("show_alert") else "toast", params["text"]))
        return True

    async def _getUpdates(self, params: dict[str, Any]) -> Any:  # noqa: N802
        if self.webhook.get("url"):
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        self._polls += 1
        mine = self._polls
        await self._notify()
        offset = params.get("offset", 0)
        self.unconfirmed = {key: update for key, update in self.unconfirmed.items() if key >= offset}
        deadline = asyncio.get_running_loop().time() + params.get("timeout", 0)
        while not self.unconfirmed and (left := deadline - asyncio.get_running_loop().time()) > 0:
            try:
                await self.until(lambda: self.unconfirmed or self._polls != mine, left)
            except TimeoutError:
                break
            if self._polls != mine:
                raise Refused(409, "Conflict: terminated by other getUpdates request")
        return [self.unconfirmed[key] for key in sorted(self.unconfirmed)][: params.get("limit", 100)]

    def _open_chat(self, params: dict[str, Any]) -> Chat:
        chat = self.chats.get(int(params["chat_id"]))
        if chat is None:
            raise Refused(400, "Bad Request: chat not found")
        if chat.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat

    def _find(self, params: dict[str, Any], what: str) -> Message:
        self._open_chat(params)
        message = self.messages.get((int(params["chat_id"]), params["message_id"]))
        if message is None or message.deleted:
            raise Refused(400, f"Bad Request: message to {what} not found")
        return message
