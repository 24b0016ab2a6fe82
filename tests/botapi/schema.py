"""The Bot API's published types, and its published limits that types cannot express."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

SCHEMA: dict[str, Any] = json.loads(Path(__file__).with_name("botapi.json").read_text("utf-8"))
METHODS: dict[str, Any] = SCHEMA["methods"]
TEXT, TOAST, CALLBACK_DATA, BUTTONS = 4096, 200, 64, 100
MOST = {"setWebhook": {"max_connections": 100}, "getUpdates": {"limit": 100}}
BESIDE_THE_ACTION = {"text", "icon_custom_emoji_id", "style"}


class Refused(Exception):
    """The Bot API would answer this with an error."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


class Violation(Refused):
    """A request that no correct bot sends."""

    def __init__(self, description: str) -> None:
        super().__init__(400, f"Bad Request: {description}")


@cache
def validator(pointer: str) -> Draft202012Validator:
    return Draft202012Validator({**SCHEMA, "$ref": f"#/{pointer}"})


def check_update(update: Mapping[str, Any]) -> None:
    """Check that Telegram could send an update of the stand-in."""
    validator("$defs/TelegramUpdate").validate(update)


def decode_form(method: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of a form, in which everything but texts is JSON."""
    properties = METHODS.get(method, {}).get("properties", {})
    return {name: _decode(text, properties.get(name, {})) for name, text in form.items()}


def _decode(text: str, schema: Mapping[str, Any]) -> Any:
    types = {part.get("type") for part in schema.get("anyOf", [schema])}
    if "string" in types and not ("number" in types and re.fullmatch(r"-?\d+", text)):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def check_call(method: str, params: Mapping[str, Any]) -> None:
    """Refuse what the published types or limits do not allow.

    Raises:
        Violation: with what is wrong, and where.
    """
    error = best_match(validator(f"methods/{method}").iter_errors(params))
    if error is not None:
        raise Violation(
            f"{method}.{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}"
        )
    for problem in _over_limits(method, params):
        raise Violation(f"{method}: {problem}")


def units(text: str) -> int:
    """Length in UTF-16 units: the strictest reading of «characters»."""
    return len(text.encode("utf-16-le")) // 2


def _over_limits(method: str, params: Mapping[str, Any]) -> Iterator[str]:
    if method in ("sendMessage", "editMessageText"):
        if not params.get("text", "").strip():
            yield "message text is empty"
        if units(params.get("text", "")) > TEXT:
            yield "message is too long"
    if method == "answerCallbackQuery" and units(params.get("text", "")) > TOAST:
        yield "MESSAGE_TOO_LONG"
    if params.get("parse_mode"):
        yield "the stand-in does not parse entities; send plain text"
    for name, most in MOST.get(method, {}).items():
        if not 1 <= params.get(name, 1) <= most:
            yield f"{name} must be from 1 to {most}"
    if method == "setWebhook" and not re.fullmatch(
        r"[A-Za-z0-9_-]{0,256}", params.get("secret_token", "")
    ):
        yield "secret token contains unallowed characters"
    if method == "setMyCommands":
        yield from _commands(params["commands"])
    yield from _keyboard((params.get("reply_markup") or {}).get("inline_keyboard", []))


def _commands(commands: list[dict[str, str]]) -> Iterator[str]:
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            yield "BOT_COMMAND_INVALID"
        if not 1 <= len(command["description"]) <= 256:
            yield "BOT_COMMAND_DESCRIPTION_INVALID"


def _keyboard(rows: list[list[dict[str, Any]]]) -> Iterator[str]:
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTONS:
        yield "reply markup has too many buttons"
    for button in buttons:
        if len(button.keys() - BESIDE_THE_ACTION) != 1:
            yield f"button «{button['text']}» does not have exactly one action"
        if not button["text"].strip():
            yield "button without words"
        if not 1 <= len(button.get("callback_data", "x").encode()) <= CALLBACK_DATA:
            yield "BUTTON_DATA_INVALID"
