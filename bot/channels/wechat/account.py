"""An account of WeChat or an application of WeCom: who may send us messages, and how they are opened and closed."""

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
from survey_flows.errors import BadInput, Message, Place

log = logging.getLogger(__name__)

WECHAT, WECOM = "wechat", "wecom"
MOST_APART = 300
"""Seconds that a message's time may differ from ours: what somebody recorded cannot be played back later."""

Query = Mapping[str, str]
"""What stands in a request's address."""


class MessageRefused(Exception):
    """Not from whom we know, not for us, or not of now."""


@dataclass(frozen=True, slots=True)
class WechatAccount:
    """What an account's page and ours have in common. Without a seal messages are signed only, and in clear."""

    channel: str
    token: str = field(repr=False)
    cipher: MessageCipher | None = None

    def echo(self, query: Query, now: int) -> bytes:
        """What shows that we know the secrets: the account's page asks for it when the address is set.

        Raises:
            Refused: somebody else asks.
        """
        given = query.get("echostr", "")
        if self.channel == WECHAT or self.cipher is None:
            self._verify(query, now, "signature")
            return given.encode("utf-8", "replace")
        self._verify(query, now, "msg_signature", given)
        return _opened(self.cipher, given)

    def decrypt(self, query: Query, body: bytes, now: int) -> bytes:
        """What was sent, as XML in clear. Where there is a seal nothing is taken that lacks it.

        Raises:
            Refused: wrongly signed, not sealed for us, or not of now.
        """
        if self.cipher is None:
            self._verify(query, now, "signature")
            return body
        sealed = _envelope(body)
        self._verify(query, now, "msg_signature", sealed)
        return _opened(self.cipher, sealed)

    def encrypt(self, xml: str, now: int) -> str:
        """A reply as it goes back: sealed and signed where there is a seal."""
        if self.cipher is None:
            return xml
        sealed, nonce = self.cipher.encrypt(xml), secrets.token_hex(8)
        signed = signature(self.token, str(now), nonce, sealed)
        return write_fields(
            {"Encrypt": sealed, "MsgSignature": signed, "TimeStamp": now, "Nonce": nonce}
        )

    def _verify(self, query: Query, now: int, name: str, *more: str) -> None:
        told, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not is_signed(query.get(name, ""), self.token, told, nonce, *more):
            raise MessageRefused
        if not (told.isascii() and told.isdigit() and len(told) <= 12):
            raise MessageRefused
        if abs(int(told) - now) > MOST_APART:
            log.warning(
                "a message by %s was refused: its time is %d s from ours",
                self.channel,
                int(told) - now,
            )
            raise MessageRefused


def _envelope(body: bytes) -> str:
    """What is sealed. Until its signature is found right nothing of it may be kept, not even for being broken."""
    try:
        return read_fields(body).get("Encrypt", "")
    except BadXml:
        raise MessageRefused from None


def _opened(seal: MessageCipher, sealed: str) -> bytes:
    try:
        return seal.decrypt(sealed)
    except BadCiphertext:
        raise MessageRefused from None


def read_account(channel: str, token: str, aes_key: str, receiver: str) -> WechatAccount | None:
    """The account of these settings; None when there is none. WeCom always seals.

    Raises:
        BadInput: a setting is missing or malformed.
    """
    name = f"MINPING_{channel.upper()}"
    if not (token or aes_key or receiver):
        return None
    if not (token.isascii() and token.isalnum() and 3 <= len(token) <= 32):
        raise BadInput(Message("wechat-token"), Place(field=f"{name}_TOKEN"))
    if not aes_key and channel == WECHAT:
        return WechatAccount(channel, token)
    key = read_aes_key(aes_key, f"{name}_AES_KEY")
    if not receiver:
        what = f"{name}_APP_ID" if channel == WECHAT else f"{name}_CORP_ID"
        raise BadInput(Message("wechat-receiver"), Place(field=what))
    return WechatAccount(channel, token, MessageCipher(key, receiver))
