"""The log's entry: 64 bytes, a label to find it by and a commitment to its body."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from survey_flows.errors import BadInput, Message, Place

CODE = re.compile(r"[A-Z2-7]{16}")
PROOF = "minping-inclusion/1"
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(body: Mapping[str, object]) -> str:
    """The canonical JSON of a body: sorted keys, no white space (RFC 8785 for these types)."""
    return _CANONICAL.encode(body)


def commit(salt: bytes, body: str) -> bytes:
    """The commitment of an entry: SHA-256 of the salt and the body.

    Without the salt it reveals nothing of the body, and no other body fits it.
    """
    return sha256(salt + body.encode()).digest()


def receipt_label(code: str) -> bytes:
    """The label of a ballot's entry; ``code`` as `read_code` gives it."""
    return sha256(code.encode()).digest()


def public_label(kind: str, name: str) -> bytes:
    """The label of a public entry."""
    return sha256(f"minping/{kind}/{name}".encode()).digest()


def inclusion_file(position: int, data: bytes, proof: Sequence[bytes], note: str) -> bytes:
    """A file with the proof that an entry is in the tree of a signed checkpoint.

    ``data`` are the entry's 64 bytes.
    """
    found = {
        "format": PROOF,
        "position": position,
        "label": data[:32].hex(),
        "commitment": data[32:].hex(),
        "proof": [hash_.hex() for hash_ in proof],
        "checkpoint": note,
    }
    return json.dumps(found, ensure_ascii=False, indent=1).encode() + b"\n"


_SHOWN = re.compile(
    r"(/receipt(?:@\w+)?\s+)?(\w{4}[-–—‐ ]\w{4}[-–—‐ ]\w{4}[-–—‐ ]\w{4}|[A-Z2-7]{16})", re.ASCII
)


def find_code(text: str) -> tuple[str, bool]:
    """The receipt's code in a text, or nothing; and whether a command announces it."""
    found = _SHOWN.fullmatch(text.strip())
    code = re.sub(r"[^A-Z2-7]", "", found[2].upper()) if found else ""
    return (code, bool(found and found[1])) if CODE.fullmatch(code) else ("", False)


def read_code(text: str) -> str:
    """A receipt's code as it was copied, in capital letters and without spaces and hyphens.

    Raises:
        BadInput: not 16 characters of A–Z and 2–7.
    """
    code = re.sub(r"[\s\-–—‐]+", "", text).upper()
    if not CODE.fullmatch(code):
        raise BadInput(Message("receipt-characters"), Place(field="receipt"))
    return code
