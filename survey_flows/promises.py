"""The gate's promise as a citizen keeps it: a signed note, and the part of an address behind «#».

A promise says that a receipt will be in the log, at the latest at a second that is the same for
everybody of its campaign. It names no unit and no moment.
"""

from __future__ import annotations

from base64 import b32decode, b64decode, b64encode, urlsafe_b64encode
from binascii import Error as Base64Error

from survey_flows.gate_texts import PROMISE_SECONDS, promise_text
from survey_flows.log_entries import receipt_label
from survey_flows.signed_notes import ID, Note, Signature

VERSION = b"\x01"
DUE_BYTES, SIGNATURE_BYTES = 4, 64
FRAGMENT = 111
"""Characters of a promise behind the «#» of its address."""


def promise_due(closes_at: int) -> int:
    """Returns when every promise of a campaign is due, from its registered end."""
    return closes_at + PROMISE_SECONDS


def promise_note(origin: str, name: str, campaign: str, code: str, due: int, signature: str) -> str:
    """Returns the file of a promise, as the verifiers read it.

    Args:
        origin: the log's name.
        name: the name of the gate's key.
        campaign: the campaign's id.
        code: the receipt's code.
        due: when the promise is due, in epoch seconds.
        signature: base64 of the key's id and the signature.
    """
    raw = b64decode(signature)
    signed = Signature(name, raw[:ID], raw[ID:])
    text = promise_text(origin, campaign, receipt_label(campaign, code), due)
    return Note(text, (signed,)).write()


def promise_fragment(code: str, due: int, signature: str) -> str:
    """Returns what an address has of a promise behind its «#», which browsers send nobody.

    It is base64url of version, id of the gate's key, code, due and signature: 83 bytes.
    """
    raw = b64decode(signature)
    parts = (VERSION, raw[:ID], b32decode(code), due.to_bytes(DUE_BYTES, "big"), raw[ID:])
    return urlsafe_b64encode(b"".join(parts)).decode().rstrip("=")


def is_signature(text: str) -> bool:
    """Returns whether a text is base64 of a key's id and a signature, as promises keep it."""
    try:
        raw = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return False
    return len(raw) == ID + SIGNATURE_BYTES and b64encode(raw).decode() == text
