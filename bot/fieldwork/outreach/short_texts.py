"""Short messages: the words with a link in them, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

LINK, CODE = "{link}", "{code}"
SAMPLE_CODE = "7K3M9P2QXB"
WHOLE, PART = 70, 67
"""Characters of one short message, and of each part of a longer one (GSM 03.40, UCS-2)."""


@dataclass(frozen=True, slots=True)
class ShortPreview:
    """A short message as one person gets it: its words, their length, and the parts paid for."""

    text: str
    units: int
    parts: int


def preview_short(text: str, site: str) -> ShortPreview:
    """Return a short message with a code of nobody; every code is as long."""
    filled = fill_short(text, f"{site}/{SAMPLE_CODE}", SAMPLE_CODE)
    return ShortPreview(filled, count_units(filled), count_parts(filled))


def fill_short(text: str, link: str, code: str) -> str:
    """Return a short text with the link or code where it says so; without a place, at its end."""
    if LINK not in text and CODE not in text:
        text = f"{text.rstrip()} {LINK}"
    return text.replace(LINK, link).replace(CODE, code)


def count_units(text: str) -> int:
    """Return the length in units of UCS-2, as a gateway counts: two for a rare sign or an emoji."""
    return len(text.encode("utf-16-le")) // 2


def count_parts(text: str) -> int:
    """Return in how many parts a text is sent, each of which is paid for."""
    units = count_units(text)
    return 1 if units <= WHOLE else -(-units // PART)
