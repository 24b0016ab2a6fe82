"""Open data: a campaign's released figures as JSON, with the method and the columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.core.labels import HIDDEN, label
from bot.publication.exports.book import Book, Page, printed_value
from survey_flows.messages import ENGLISH, Message
from survey_flows.wording import DEFAULT

FORMAT = "minping-open-data/1"
NOTE = Message("publication-open-data-note")


def open_data(book: Book, about: Mapping[str, Any]) -> bytes:
    """Return the book as one JSON document, in which ``about`` describes it before the tables."""
    tables = {page.name: _records(page) for page in book.pages}
    note = {lang: label(NOTE, lang) for lang in (DEFAULT, ENGLISH)}
    document = {"format": FORMAT, **about, "note": note, **tables}
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
