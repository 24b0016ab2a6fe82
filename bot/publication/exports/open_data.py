"""Open data: a campaign's released figures for anybody, with the method and with what each column is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.core.labels import HIDDEN
from bot.publication.exports.book import Book, Page, printed_value

FORMAT = "minping-open-data/1"
NOTE = (
    "Figures are exact decimals in strings. null stands for a number that is not told, because few people stand behind "
    "it or behind one that would follow from it, and for one that there is not. A share like <20% or >80% is a bound."
)


def open_data(book: Book, about: Mapping[str, Any]) -> bytes:
    """The book as one JSON document; ``about`` says of what it is, ahead of the tables."""
    tables = {page.name: _records(page) for page in book.pages}
    told = {"format": FORMAT, **about, "note": NOTE, **tables}
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


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
