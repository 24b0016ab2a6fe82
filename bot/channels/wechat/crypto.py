"""Signatures and encryption of WeChat and WeCom: SHA-1 over sorted parts, AES-256-CBC.

Formats: «消息加解密说明» of WeChat and «加解密方案说明» of WeCom, which differ only in the id at
the end of the plaintext. Tests compare both directions with an independent library.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from survey_flows.errors import BadInput, Message, Place

BLOCK = 32
"""Block size of the padding in bytes (PKCS#7)."""
LEAD = 16
"""Random bytes before the length of the plaintext."""
LENGTH = 4


class BadCiphertext(Exception):
    """The ciphertext was not made with the shared key for this receiver."""


def signature(*parts: str) -> str:
    """Returns the signature of these parts, one of which is the shared token."""
    # The platforms prescribe SHA-1. The secret token is a part, so collisions do not help.
    whole = "".join(sorted(parts)).encode("utf-8", "surrogatepass")
    return hashlib.sha1(whole).hexdigest()  # noqa: S324


def is_signed(given: str, *parts: str) -> bool:
    """Whether ``given`` is the signature of the parts."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), signature(*parts).encode())


@dataclass(frozen=True, slots=True)
class MessageCipher:
    """A cipher; ``receiver`` is the AppID of an Official Account or the CorpID of a company."""

    key: bytes = field(repr=False)
    receiver: str

    def encrypt(self, text: str) -> str:
        """The sealed text in base64."""
        body = text.encode("utf-8", "replace")
        whole = (
            secrets.token_bytes(LEAD)
            + len(body).to_bytes(LENGTH, "big")
            + body
            + self.receiver.encode()
        )
        pad = BLOCK - len(whole) % BLOCK
        sealing = self._cipher().encryptor()
        return base64.b64encode(
            sealing.update(whole + bytes([pad]) * pad) + sealing.finalize()
        ).decode()

    def decrypt(self, sealed: str) -> bytes:
        """The text in what `close` made.

        Raises:
            BadCiphertext: not made by `encrypt` with this key for this receiver.
        """
        whole = _unpadded(self._decrypted(sealed))
        end = LEAD + LENGTH + int.from_bytes(whole[LEAD : LEAD + LENGTH], "big")
        if not hmac.compare_digest(whole[end:], self.receiver.encode()):
            raise BadCiphertext("meant for somebody else")
        return whole[LEAD + LENGTH : end]

    def _decrypted(self, sealed: str) -> bytes:
        try:
            raw = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError):
            raise BadCiphertext("not base64") from None
        if not raw or len(raw) % LEAD:
            raise BadCiphertext("not whole blocks")
        opening = self._cipher().decryptor()
        return opening.update(raw) + opening.finalize()

    def _cipher(self) -> Cipher[CBC]:
        return Cipher(AES(self.key), CBC(self.key[:LEAD]))


def _unpadded(raw: bytes) -> bytes:
    pad = raw[-1]
    if not 1 <= pad <= BLOCK or raw[-pad:] != bytes([pad]) * pad or len(raw) - pad < LEAD + LENGTH:
        raise BadCiphertext("not padded as agreed")
    return raw[:-pad]


def read_aes_key(text: str, where: str) -> bytes:
    """Returns the 32 bytes of an «EncodingAESKey».

    Raises:
        BadInput: the text is not 43 letters and digits.
    """
    if not re.fullmatch(r"[A-Za-z0-9]{43}", text):
        raise BadInput(Message("wechat-aes-key"), Place(field=where))
    return base64.b64decode(text + "=")
