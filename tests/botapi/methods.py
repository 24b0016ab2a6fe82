"""What the methods of the Bot API do with chats, messages and updates."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from typing import Any

from tests.botapi.chats import BLOCKED, BOT, FORBIDDEN, Chat, Message
from tests.botapi.schema import Refused
from tests.waiting import PATIENCE

NOT_MODIFIED = "Bad Request: message is not modified"


class Methods:
    """The state that the methods read and change; a method of the Bot API has its name here."""

    def __init__(self) -> None:
        self.chats: dict[int, Chat] = {}
        self.messages: dict[tuple[int, int], Message] = {}
        self.typed: dict[tuple[int, int], Message] = {}
        """Messages of citizens, which a bot may delete in a private chat and never edit."""
        self.queries: dict[str, int] = {}
        self.answered: dict[str, dict[str, Any]] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.webhook: dict[str, Any] = {}
        self.unconfirmed: dict[int, dict[str, Any]] = {}
        self.again: list[dict[str, Any]] = []
        self.allowed: list[str] = []
        self.changed = asyncio.Condition()
        self._message_ids = itertools.count(1)
        self._polls = 0

    def chat(self, chat: int) -> Chat:
        return self.chats.setdefault(chat, Chat())

    def next_message_id(self) -> int:
        return next(self._message_ids)

    def keep_message(self, chat: int, number: int) -> None:
        """Let a citizen's message be too old to be deleted."""
        self.typed[chat, number] = Message(number, chat, "", old=True)

    async def until(self, happened: Any, seconds: float = PATIENCE) -> None:
        """Wait for a condition on the chats.

        Raises:
            TimeoutError: it did not come about.
        """
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(happened)

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def _getMe(self, _params: dict[str, Any]) -> Any:  # noqa: N802  (the Bot API's own names)
        return {
            **BOT,
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def _setWebhook(self, params: dict[str, Any]) -> bool:  # noqa: N802
        self.webhook = params if params["url"] else {}
        self._forget_or_filter(params)
        return True

    def _deleteWebhook(self, params: dict[str, Any]) -> bool:  # noqa: N802
        self.webhook = {}
        self._forget_or_filter(params)
        return True

    def _getWebhookInfo(self, _params: dict[str, Any]) -> Any:  # noqa: N802
        waiting = len(self.unconfirmed)
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": waiting,
        }

    def _forget_or_filter(self, params: dict[str, Any]) -> None:
        self.allowed = params.get("allowed_updates", self.allowed)
        if params.get("drop_pending_updates"):
            self.unconfirmed.clear()

    def _setMyCommands(self, params: dict[str, Any]) -> bool:  # noqa: N802
        self.commands[params.get("language_code", "")] = params["commands"]
        return True

    def _sendChatAction(self, params: dict[str, Any]) -> bool:  # noqa: N802
        self._open_chat(params)
        return True

    def _sendMessage(self, params: dict[str, Any]) -> Any:  # noqa: N802
        chat_id = int(params["chat_id"])
        chat = self._open_chat(params)
        message = Message(
            self.next_message_id(), chat_id, params["text"], params.get("reply_markup")
        )
        self.messages[chat_id, message.message_id] = chat.last = message
        chat.log.append(("send", (message, message.text, message.markup)))
        return message.to_json()

    def _editMessageText(self, params: dict[str, Any]) -> Any:  # noqa: N802
        if (int(params["chat_id"]), params["message_id"]) in self.typed:
            raise Refused(400, "Bad Request: message can't be edited")
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
        self.chat(message.chat_id).log.append(("edit", (message, message.text, message.markup)))
        return message.to_json()

    def _same(self, message: Message, text: str, markup: dict[str, Any] | None) -> None:
        if (message.text, message.markup) == (text, markup):
            self.chat(message.chat_id).log.append(("same", None))
            raise Refused(
                400,
                f"{NOT_MODIFIED}: specified new message content and reply markup are exactly "
                "the same as a current "
                "content and reply markup of the message",
            )

    def _deleteMessage(self, params: dict[str, Any]) -> bool:  # noqa: N802
        typed = self.typed.get((int(params["chat_id"]), params["message_id"]))
        message = typed or self._find(params, "delete")
        if message.old:
            raise Refused(400, "Bad Request: message can't be deleted for everyone")
        message.deleted = True
        self.chat(message.chat_id).log.append(("delete", message))
        return True

    def _answerCallbackQuery(self, params: dict[str, Any]) -> bool:  # noqa: N802
        chat_id = self.queries.get(params["callback_query_id"])
        if chat_id is None or params["callback_query_id"] in self.answered:
            raise Refused(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        self.answered[params["callback_query_id"]] = params
        if params.get("text"):
            self.chat(chat_id).log.append(
                ("alert" if params.get("show_alert") else "toast", params["text"])
            )
        return True

    async def _getUpdates(self, params: dict[str, Any]) -> Any:  # noqa: N802
        if self.webhook.get("url"):
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook first",
            )
        self._polls += 1
        self.allowed = params.get("allowed_updates", self.allowed)
        self._confirm(params.get("offset", 0))
        await self._notify()
        await self._wait_for_updates(self._polls, params.get("timeout", 0))
        again, self.again = self.again, []
        return (again + [self.unconfirmed[key] for key in sorted(self.unconfirmed)])[
            : params.get("limit", 100)
        ]

    def _confirm(self, offset: int) -> None:
        """Confirm what is before the offset; a negative one counts from the end of the queue."""
        first = offset if offset >= 0 else min(sorted(self.unconfirmed)[offset:], default=0)
        self.unconfirmed = {key: update for key, update in self.unconfirmed.items() if key >= first}

    async def _wait_for_updates(self, mine: int, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await self.until(
                lambda: (
                    self.unconfirmed or self.again or self._polls != mine or self.webhook.get("url")
                ),
                seconds,
            )
        if self._polls != mine:
            raise Refused(409, "Conflict: terminated by other getUpdates request")
        if self.webhook.get("url"):
            raise Refused(409, "Conflict: terminated by setWebhook request")

    def _open_chat(self, params: dict[str, Any]) -> Chat:
        chat = self.chats.get(int(params["chat_id"]))
        if chat is None:
            raise Refused(400, "Bad Request: chat not found")
        if chat.blocked:
            raise Refused(FORBIDDEN, BLOCKED)
        return chat

    def _find(self, params: dict[str, Any], what: str) -> Message:
        self._open_chat(params)
        message = self.messages.get((int(params["chat_id"]), params["message_id"]))
        if message is None or message.deleted:
            raise Refused(400, f"Bad Request: message to {what} not found")
        return message
