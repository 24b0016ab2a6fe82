"""The check sign of citizens' identity numbers of the Chinese mainland (GB 11643)."""

from __future__ import annotations

import re

_FORM = re.compile(r"[0-9]{17}[0-9Xx]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SIGNS = "10X98765432"


def is_identity_number(text: str) -> bool:
    """Whether a text is an identity number of 18 signs whose last one is right."""
    if not _FORM.fullmatch(text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return _SIGNS[total % 11] == text[-1].upper()
