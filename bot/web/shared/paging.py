"""Pages of a long list, by the parameter ``page`` of an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

T = TypeVar("T")


def page_of(
    rows: Sequence[T], query: Mapping[str, str], size: int
) -> tuple[Sequence[T], dict[str, object]]:
    """Returns the rows of the page that an address asks for, and the links to the pages beside it.

    Args:
        rows: all of them.
        query: the parameters of the address; the links keep all but those of the moment.
        size: rows on a page.
    """
    last = max(1, -(-len(rows) // size))
    asked = query.get("page", "").strip()
    number = min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 6 else 1
    rest = {key: value for key, value in query.items() if key not in ("page", "lang", "done")}
    links = {
        step: f"?{urlencode(rest | {'page': step})}"
        for step in (number - 1, number + 1)
        if 1 <= step <= last
    }
    pages = {"number": number, "last": last, "count": len(rows), "links": links}
    return rows[(number - 1) * size : number * size], pages
