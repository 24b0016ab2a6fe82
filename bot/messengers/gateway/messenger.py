"""A messenger for any HTTP gateway that a YAML file describes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.fieldwork.audience.addresses import IN_CHINA, SMS, returned_number
from bot.fieldwork.outreach.messenger import (
    FREE,
    TEMPLATE,
    UNKNOWN,
    Answer,
    DeliveryOutcome,
    OutgoingMessage,
)
from bot.fieldwork.outreach.template_texts import code_parts
from bot.messengers.account_files import AccountFile
from bot.messengers.contract import NO_TEMPLATE, BadReceipt, Hooked, Request, answer_by_code
from bot.messengers.gateway.description import PLACE, Description, load_description
from bot.messengers.http import HttpCaller, Response, answer_by_status, at_path, parse_json, text_at

TYPES = {
    "json": "application/json; charset=utf-8",
    "form": "application/x-www-form-urlencoded",
    "base64-json": "text/plain; charset=utf-8",
}


class GatewayMessenger(HttpCaller):
    """Sends each message as a request of its own: no two invitations have the same words.

    Args:
        file: the account.
        description: the interface behind it.

    Raises:
        BadInput: the account lacks its address, or a value that the description has a place for.
    """

    def __init__(self, file: AccountFile, description: Description) -> None:
        link = TEMPLATE if description.sends_templates else FREE
        account = file.declare(description.kind, description.longest, link)
        super().__init__(account, file.hook, file.tls_pin)
        self._url = file.demand_url()
        self._described = description
        given = file.settings | file.secrets
        # What is named and left empty, such as a number of an extension, is meant so.
        for name in description.places - set(given):
            file.secret(name)
        self._values = given

    async def send(self, address: str, message: OutgoingMessage) -> Answer:
        """Send a message once."""
        if self._described.sends_templates and message.template is None:
            return NO_TEMPLATE
        body, headers = self.written(address, message)
        return self.read_answer(await self.post(self._url, body, headers))

    def written(self, address: str, message: OutgoingMessage) -> tuple[bytes, dict[str, str]]:
        """Return body and headers of the request for a message."""
        said = self._described
        values = {
            **self._values,
            "to": number_as(said.number, address) if said.kind == SMS else address,
            "text": message.words,
            "link": message.link,
            "code": message.token,
        }
        if message.template is not None:
            parts = list(code_parts(message.template.text, message.token).values())
            values |= {"template": message.template.id, "params": json.dumps(parts)}
        fields = {name: _filled(text, values) for name, text in said.fields.items()}
        if said.mac != "none":
            fields[said.mac_to] = self._mac(fields)
        headers = {name: _filled(text, values | fields) for name, text in said.headers.items()}
        if said.body == "form":
            body = urlencode(fields).encode()
        else:
            body = json.dumps(fields, ensure_ascii=False).encode()
            body = base64.b64encode(body) if said.body == "base64-json" else body
        return body, {"Content-Type": TYPES[said.body], **headers}

    def _mac(self, fields: Mapping[str, str]) -> str:
        over = "".join(fields[name] for name in self._described.mac_over).encode()
        if self._described.mac == "md5":
            return hashlib.md5(over, usedforsecurity=False).hexdigest()  # the provider's formula
        key = self._values[self._described.mac_key].encode()
        return hmac.new(key, over, hashlib.sha256).hexdigest()

    def read_answer(self, response: Response) -> Answer:
        """Return what an answer means."""
        plain = answer_by_status(response)
        if plain is not None:
            return plain
        said, described = response.said, self._described
        path, value = described.accepted
        if response.status < 300 and text_at(said, path) == value:
            return Answer(DeliveryOutcome.ACCEPTED, text_at(said, described.reference))
        known = answer_by_code(text_at(said, described.code), described.codes)
        return known or Answer(DeliveryOutcome.LATER, reason=UNKNOWN)

    def read_hook(self, request: Request) -> Hooked:
        """Read receipts and words that people sent back.

        Raises:
            BadReceipt: it is none of them.
        """
        said, described = parse_json(request.body), self._described
        if said is None:
            raise BadReceipt
        receipts = []
        for item in _items(said, described.receipts if described.receipt_reference else None):
            reference = text_at(item, described.receipt_reference)
            verdict = described.receipt_codes.get(text_at(item, described.receipt_code))
            if reference and verdict is not None:
                receipts.append((reference, verdict.outcome))
        words = []
        for item in _items(said, described.words if described.word_from else None):
            sender = text_at(item, described.word_from)
            address = returned_number(sender) if described.kind == SMS else sender
            text = text_at(item, described.word_text)
            if address and text:
                words.append((address, text))
        if not receipts and not words and not isinstance(said, dict | list):
            raise BadReceipt
        return Hooked(tuple(receipts), tuple(words), described.receipt_answer, json=True)


def number_as(form: str, number: str) -> str:
    """Return a telephone in E.164 in another form of `bot.messengers.gateway.description.NUMBERS`.

    A number of another country keeps its country in every form.
    """
    if form == "national" and number.startswith(IN_CHINA):
        return number.removeprefix(IN_CHINA)
    return number if form == "e164" else number.removeprefix("+")


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACE.sub(lambda found: values[found[1]], text)


def _items(said: Any, path: str | None) -> list[Any]:
    """Return the items of a list at a path; one object stands for a list of itself."""
    found = None if path is None else at_path(said, path)
    return found if isinstance(found, list) else [found] if isinstance(found, dict) else []


def make(file: AccountFile, data: Path) -> GatewayMessenger:
    """Return the messenger of an account.

    Raises:
        BadInput: its description is unknown or wrong, or needs what the account has not.
    """
    return GatewayMessenger(file, load_description(file.setting("description"), data))
