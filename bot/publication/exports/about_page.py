"""The first page of every book: what it is, who issued it, and in which zone its times are."""

from __future__ import annotations

from dataclasses import replace

from bot.core.labels import both
from bot.publication.exports.book import Book, Column, Page
from survey_flows.messages import Message

COLUMNS = (
    Column("key", "column-item-code"),
    Column("label_zh", "column-item"),
    Column("label_en", "column-item-en"),
    Column("value", "column-value-name"),
)
LABELS = {
    "title": Message("publication-about-title"),
    "city": Message("publication-about-city"),
    "sponsor": Message("publication-field-sponsor"),
    "issuer": Message("publication-about-issuer"),
    "zone": Message("publication-about-zone"),
}


def add_about(book: Book, zone: str) -> Book:
    """Add the page to a book; who is not named has an empty row.

    Args:
        book: the pages.
        zone: the city's time zone, in which every time of the book is.
    """
    values = {"title": book.title, "city": book.city, "sponsor": book.sponsor}
    values |= {"issuer": book.issuer, "zone": zone}
    rows = tuple((key, *both(label), values[key]) for key, label in LABELS.items())
    return replace(book, pages=(Page("about", "page-about", COLUMNS, rows), *book.pages))


def units_alone(book: Book) -> Book:
    """Return the page of units as a book of its own; each row says city, sponsor and issuer.

    A plain CSV goes from hand to hand without the page that says them, and a line of comment
    would be read as data. Who is not named has empty cells.
    """
    page = book.page("units")
    said = {"city": book.city, "sponsor": book.sponsor, "issuer": book.issuer}
    columns = (*page.columns, *(Column(name, LABELS[name].id) for name in said))
    rows = tuple((*row, *said.values()) for row in page.rows)
    return replace(book, pages=(replace(page, columns=columns, rows=rows),))
