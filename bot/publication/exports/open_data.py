"""Open data: a campaign's released figures as JSON, with the method and the columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.core.labels import HIDDEN
from bot.publication.exports.book import Book, Page, printed_value

FORMAT = "minping-open-data/1"
NOTE = (
    "Figures are exact decimals in strings. null stands for a suppressed figure, which has few"
    " people behind it or would let such a figure be computed, and for a figure that does not"
    " exist. A share like <20% or >80% is a bound."
)


def open_data(book: Book, about: Mapping[str, Any]) -> bytes:
    """Return the book as one JSON document, in which ``about`` describes it before the tables."""
    tables = {page.name: _records(page) for page in book.pages}
    document = {"format": FORMAT, **about, "note": NOTE, **tables}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _records(page: Page) -> list[dict[str, str | int | None]]:
    return [
        {
            column.name: _exact(printed_value(value, column))
            for value, column in zip(row, page.columns, strict=True)
        }
        for row in page.rows
    ]


def _exact(value: str | int | Decimal | None) -> str | int | None:
    if value == HIDDEN:
        return None
    return f"{value:f}" if isinstance(value, Decimal) else value
