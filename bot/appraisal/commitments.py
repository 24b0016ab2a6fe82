"""What the public log commits to of a year, beside the digests of its seal and amendments.

A seal has a salt of its own, which stands in its content and nowhere else. From it follow the salts
of what is opened later, so that nobody tries out what a digest in the log stands for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from survey_flows.canonical_json import canonical

FORM = 1
"""The spelling of the public texts of a year; a reader of another one does not guess."""
PUBLIC, SEAL, AMENDMENT, NOTICE = "public", "seal", "amendment", "notice"
"""What a salt is derived for."""
HEADS: Mapping[str, tuple[str, ...]] = {
    SEAL: (
        "year",
        "number",
        "organ",
        "document",
        "decided_on",
        "reason",
        "by",
        "approved_by",
        "at",
    ),
    AMENDMENT: ("year", "number", "approved_by"),
    NOTICE: ("year", "number", "begins", "ends", "until", "amendment", "subjects", "by", "at"),
}
"""The columns of a row that its act commits to, beside those that the act says itself."""


def salt_of(content: str) -> str:
    """Return the salt of a seal's content; empty for one from before there were salts."""
    return str(json.loads(content).get("salt", "")) if content else ""


def derived_salt(salt: str, what: str, number: int = 0) -> str:
    """Return the salt of one thing that is opened, 64 hexadecimal digits; empty without a salt."""
    return sha256(f"minping-year/{what}/{number}\n{salt}".encode()).hexdigest() if salt else ""


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def head_text(salt: str, what: str, row: Mapping[str, Any]) -> str:
    """Return the canonical text by which an act commits to what a row says beside its content."""
    said = {name: row[name] for name in HEADS[what]}
    return canonical({"salt": derived_salt(salt, what, row["number"]), **said})


def head_facts(salt: str, what: str, row: Mapping[str, Any]) -> dict[str, object]:
    """Return what an act says of a row's head; nothing without a salt."""
    return {"head": text_digest(head_text(salt, what, row))} if salt else {}


def public_text(year: int, number: int, digests: Mapping[str, str], said: Any) -> str:
    """Return what everybody may read of an amendment.

    Args:
        year: the year.
        number: that of the amendment.
        digests: those of the result before and after it.
        said: its `bot.appraisal.public_part.public_changes`.
    """
    return canonical({"form": FORM, "year": year, "number": number, **digests, **said})
