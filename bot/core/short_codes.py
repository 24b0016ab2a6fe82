"""Short codes that people type: ten signs of Crockford's base 32, on letters and in addresses."""

from __future__ import annotations

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 signs: without I, L, O and U."""
LENGTH = 10
"""Signs of a code: 50 bits."""
BITS = 5
MISREAD = str.maketrans("OIL", "011")


def code_of(number: int) -> str:
    """Return the code of a number below 2⁵⁰."""
    shifts = range(BITS * (LENGTH - 1), -1, -BITS)
    return "".join(SIGNS[number >> shift & (len(SIGNS) - 1)] for shift in shifts)


def fold_code(typed: str) -> str:
    """Return a code as it was printed, whatever its case, spaces, hyphens and misread signs.

    Empty if it cannot be one.
    """
    signs = "".join(sign for sign in typed.upper() if not sign.isspace() and sign != "-")
    folded = signs.translate(MISREAD)
    return folded if len(folded) == LENGTH and set(folded) <= set(SIGNS) else ""
