"""What several screens have: the shape of their rows, and a code in groups of four."""

from __future__ import annotations

from collections.abc import Iterable

from survey_flows.effects import Button

Rows = tuple[tuple[Button, ...], ...]


def column(buttons: Iterable[Button]) -> Rows:
    """Buttons below each other, one a row."""
    return tuple((button,) for button in buttons)


def grouped(code: str) -> str:
    """A receipt as it is shown and copied: ABCD-EFGH-…"""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
