"""A citizen in a private chat with the bot, so that tests read like conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.botapi.chats import NOW, Message, private
from tests.botapi.server import BotApi
from tests.waiting import PATIENCE

Markup = dict[str, Any] | None
TOASTS, SCREENS = ("toast", "alert"), ("send", "edit", "same", "lost")
MARKS = {"toast": "!", "alert": "!!", "lost": "x"}
ANSWER_SECONDS, TOAST_SECONDS = PATIENCE, 0.3


@dataclass(frozen=True, slots=True)
class Shown:
    """A message on the citizen's screen. ``rows`` are the buttons' labels."""

    text: str
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        lines = [f"  {line}".rstrip() for line in self.text.splitlines()]
        return "\n".join(
            lines + ["  " + " ".join(f"({label})" for label in row) for row in self.rows]
        )


def show(text: str, markup: Markup) -> Shown:
    rows = (markup or {}).get("inline_keyboard", [])
    return Shown(text, tuple(tuple(button["text"] for button in row) for row in rows))


class Citizen:
    """One person; every move returns when the bot's answer to it is there."""

    def __init__(self, api: BotApi, user_id: int, language_code: str = "zh-hans") -> None:
        self.api, self.user_id, self.language_code = api, user_id, language_code
        self.presses = 0
        self.last_update: dict[str, Any] = {}
        self.chat = api.chat(user_id)
        self.lines: list[str] = []
        self._read = 0

    @property
    def message(self) -> Message:
        """The bot's last message, sent or edited."""
        assert self.chat.last is not None, "the bot has said nothing yet"
        return self.chat.last

    @property
    def screen(self) -> Shown:
        """Return the screen of that message."""
        return show(self.message.text, self.message.markup)

    @property
    def text(self) -> str:
        """The words of that message."""
        return self.message.text

    @property
    def buttons(self) -> list[str]:
        """The labels of that message's buttons."""
        return [label for row in self.screen.rows for label in row]

    @property
    def toasts(self) -> list[str]:
        """Return all toasts, the words shown over a pressed button."""
        return [what for kind, what in self.chat.log if kind in TOASTS]

    async def start(self, payload: str = "") -> None:
        """Open the chat, by a deep link or without."""
        await self.type(f"/start {payload}".rstrip())

    async def command(self, text: str) -> None:
        """Send a command, like ``/help``."""
        await self.type(text)

    async def type(self, text: str) -> None:
        """Send a text or a command."""
        self.lines.append(f"> {text}")
        await self.send(self.text_update(text))

    async def press(self, label: str) -> None:
        """Press the button with this label, or the only one of which it is a part."""
        button = self._button(label)
        self.lines.append(f"> [{button['text']}]")
        self.presses += 1
        await self.press_data(button["callback_data"], self.message.to_json())

    async def press_data(self, data: str, message: dict[str, Any]) -> None:
        """Press a button with this data on any message."""
        await self.send(self.press_update(data, message))

    async def send(self, update: dict[str, Any]) -> None:
        """Deliver an update and wait until the bot has answered it.

        Raises:
            TimeoutError: it does not take or does not answer it.
        """
        self.last_update = update
        query = update.get("callback_query", {}).get("id")
        before = len(self.chat.log)
        await self.api.deliver(update)
        if query:
            await self.api.until(lambda: query in {*self.api.answered, *self.api.unheard})
        await self._shown(before, TOAST_SECONDS if self._toasted(before) else ANSWER_SECONDS)
        self._write()

    async def _shown(self, before: int, seconds: float) -> None:
        """Wait for a screen.

        A toast may be the whole answer, so after one it waits only a moment.
        """
        try:
            await self.api.until(
                lambda: any(kind in SCREENS for kind, _ in self.chat.log[before:]), seconds
            )
        except TimeoutError:
            if not self._toasted(before):
                raise

    def _toasted(self, before: int) -> bool:
        return any(kind in TOASTS for kind, _ in self.chat.log[before:])

    def text_update(self, text: str) -> dict[str, Any]:
        """The update of typing this text."""
        entity = (
            {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
            if text
            else {}
        )
        message = {
            "message_id": self._next(),
            "date": NOW,
            "chat": private(self.user_id),
            "from": self._me(),
        }
        message |= {"text": text} | ({"entities": [entity]} if text.startswith("/") else {})
        return {"update_id": next(self.api.update_ids), "message": message}

    def photo_update(self, caption: str = "", album: str = "") -> dict[str, Any]:
        """The update of sending a picture."""
        size = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}
        update = self.text_update("")
        del update["message"]["text"]
        update["message"]["photo"] = [size]
        named = {"caption": caption, "media_group_id": album}
        update["message"] |= {name: value for name, value in named.items() if value}
        return update

    def edit_update(self, number: int, text: str) -> dict[str, Any]:
        """The update of changing the words of one's own message."""
        update = self.text_update(text)
        message = update.pop("message") | {"message_id": number, "edit_date": NOW + 1}
        return update | {"edited_message": message}

    def press_update(self, data: str, message: dict[str, Any]) -> dict[str, Any]:
        """The update of pressing a button."""
        update_id = next(self.api.update_ids)
        self.api.queries[f"q{update_id}"] = self.user_id
        query = {
            "id": f"q{update_id}",
            "from": self._me(),
            "chat_instance": "1",
            "data": data,
            "message": message,
        }
        return {"update_id": update_id, "callback_query": query}

    def transcript(self) -> str:
        """Return all that was said so far, then the messages that the bot has taken back since."""
        self._write()
        gone = sorted(what.message_id for kind, what in self.chat.log if kind == "delete")
        return "\n".join([*self.lines, *(f"- message {message_id}" for message_id in gone)]) + "\n"

    def _button(self, label: str) -> dict[str, Any]:
        buttons: list[dict[str, Any]] = [
            b for row in (self.message.markup or {}).get("inline_keyboard", []) for b in row
        ]
        exact = [b for b in buttons if b["text"] == label]
        found = exact or [b for b in buttons if label in b["text"]]
        assert len(found) == 1, f"«{label}» fits {len(found)} buttons of:\n{self.screen}"
        return found[0]

    def _me(self) -> dict[str, Any]:
        me = {"id": self.user_id, "is_bot": False, "first_name": f"Citizen {self.user_id}"}
        return {**me, "language_code": self.language_code} if self.language_code else me

    def _next(self) -> int:
        return self.api.next_message_id()

    def _write(self) -> None:
        # A toast and a screen travel beside each other; either may arrive first.
        for kind, what in sorted(
            self.chat.log[self._read :], key=lambda entry: entry[0] not in TOASTS
        ):
            if kind in ("send", "edit"):
                message, text, markup = what
                self.lines.append(f"{'+' if kind == 'send' else '~'} message {message.message_id}")
                self.lines.append(str(show(text, markup)))
            elif kind in MARKS:
                self.lines += [f"{MARKS[kind]} {line}" for line in what.splitlines()]
        self._read = len(self.chat.log)
