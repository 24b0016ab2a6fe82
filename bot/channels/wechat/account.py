"""The shared secrets of a WeChat account or a WeCom application: checks, opens, seals messages."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels.wechat.crypto import (
    BadCiphertext,
    MessageCipher,
    is_signed,
    read_aes_key,
    signature,
)
from bot.channels.wechat.xml import BadXml, read_fields, write_fields
from bot.core.events import event
from survey_flows.errors import BadInput, Message, Place

log = logging.getLogger(__name__)

WECHAT, WECOM = "wechat", "wecom"
MOST_APART = 300
"""Seconds by which a message's time may differ, so that a recorded one cannot be replayed."""
TOKEN_LENGTHS = range(16, 33)
"""Characters of a token: 32 is WeChat's limit, and a short one is guessed from one signature."""

Query = Mapping[str, str]
"""Parameters of a request's address."""


class MessageRefused(Exception):
    """The message is not from the account, not for the service, or too old."""


@dataclass(frozen=True, slots=True)
class WechatAccount:
    """Secrets of an account.

    Without a cipher messages are in clear, and the signature covers time and nonce alone:
    whoever sees one address can send any message under it for `MOST_APART` seconds.
    """

    channel: str
    token: str = field(repr=False)
    cipher: MessageCipher | None = None

    def echo(self, query: Query, now: int) -> bytes:
        """Returns the proof of the secrets for which the account's page asks.

        Raises:
            MessageRefused: the request is not from the account.
        """
        given = query.get("echostr", "")
        if self.channel == WECHAT or self.cipher is None:
            self._verify(query, now, "signature")
            return given.encode("utf-8", "replace")
        self._verify(query, now, "msg_signature", given)
        return _opened(self.cipher, given)

    def decrypt(self, query: Query, body: bytes, now: int) -> bytes:
        """Returns the message as XML; an account with a cipher takes only sealed messages.

        Raises:
            MessageRefused: wrongly signed, sealed for somebody else, or too old.
        """
        if self.cipher is None:
            self._verify(query, now, "signature")
            return body
        sealed = _envelope(body)
        self._verify(query, now, "msg_signature", sealed)
        return _opened(self.cipher, sealed)

    def encrypt(self, xml: str, now: int) -> str:
        """Returns a reply, sealed and signed where the account has a cipher."""
        if self.cipher is None:
            return xml
        sealed, nonce = self.cipher.encrypt(xml), secrets.token_hex(8)
        signed = signature(self.token, str(now), nonce, sealed)
        return write_fields(
            {"Encrypt": sealed, "MsgSignature": signed, "TimeStamp": now, "Nonce": nonce}
        )

    def _verify(self, query: Query, now: int, name: str, *more: str) -> None:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not is_signed(query.get(name, ""), self.token, timestamp, nonce, *more):
            raise MessageRefused
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise MessageRefused
        if abs(int(timestamp) - now) > MOST_APART:
            log.warning(
                "a message by %s was refused: its time is %d s from ours",
                self.channel,
                int(timestamp) - now,
                extra=event("clock_differs", account=self.channel),
            )
            raise MessageRefused


def _envelope(body: bytes) -> str:
    """Returns the sealed part; before its signature is checked nothing of it may be stored."""
    try:
        return read_fields(body).get("Encrypt", "")
    except BadXml:
        raise MessageRefused from None


def _opened(seal: MessageCipher, sealed: str) -> bytes:
    try:
        return seal.decrypt(sealed)
    except BadCiphertext:
        raise MessageRefused from None


def read_account(
    channel: str, token: str, aes_key: str, receiver: str, must_seal: bool = False
) -> WechatAccount | None:
    """Returns the account of these settings, None when there is none; WeCom always has a cipher.

    Args:
        channel: `WECHAT` or `WECOM`.
        token: the shared token.
        aes_key: the EncodingAESKey; empty for messages in clear.
        receiver: the AppID or the CorpID.
        must_seal: whether messages in clear are out of the question.

    Raises:
        BadInput: a setting is missing, malformed or too weak.
    """
    name = f"MINPING_{channel.upper()}"
    if not (token or aes_key or receiver):
        return None
    if not (token.isascii() and token.isalnum() and len(token) in TOKEN_LENGTHS):
        message = Message("wechat-token", least=TOKEN_LENGTHS[0], most=TOKEN_LENGTHS[-1])
        raise BadInput(message, Place(field=f"{name}_TOKEN"))
    if not aes_key and channel == WECHAT:
        if must_seal:
            raise BadInput(Message("wechat-safe-mode"), Place(field=f"{name}_AES_KEY"))
        return WechatAccount(channel, token)
    key = read_aes_key(aes_key, f"{name}_AES_KEY")
    if not receiver:
        what = f"{name}_APP_ID" if channel == WECHAT else f"{name}_CORP_ID"
        raise BadInput(Message("wechat-receiver"), Place(field=what))
    return WechatAccount(channel, token, MessageCipher(key, receiver))
