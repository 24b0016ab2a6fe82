"""The menu of the console: every main page by the part of the year's work that it serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.web.admin.frame import Frame


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the menu.

    Attributes:
        page: its address, with ``{year}`` where it is a page of a year.
        called: the key of its name.
        icon: its drawing in `static/icons.svg`.
        below: an address whose pages belong to it, too; empty: those below ``page``.
    """

    page: str
    called: str
    icon: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as one visitor sees it.

    ``here`` says that the page, or one below it, is open; ``count`` how many things wait there.
    """

    address: str
    called: str
    icon: str
    here: str
    count: int = 0
    late: bool = False


YEAR = "/admin/years/{year}"
MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry("/admin/start", "menu-start", "home"),
            Entry(YEAR, "menu-overview", "home"),
            Entry("/admin/approvals", "approvals-title", "stamp"),
            Entry("/admin/unit", "menu-own-unit", "unit"),
            Entry("/admin/requests", "requests-title", "request"),
        ),
    ),
    (
        "menu-material",
        (
            Entry(f"{YEAR}/data/units", "material-units", "unit"),
            Entry(f"{YEAR}/data/leaders", "material-leaders", "person"),
            Entry(f"{YEAR}/data/indicators", "material-indicators", "table"),
            Entry(f"{YEAR}/data/findings", "import-findings", "shield"),
            Entry(f"{YEAR}/import", "year-import", "file"),
            Entry("/admin/contacts", "contacts-title", "people"),
            Entry("/admin/calendar", "calendar-title", "day"),
        ),
    ),
    (
        "menu-collecting",
        (
            Entry("/admin/campaigns", "campaigns", "talk", "/admin/drafts"),
            Entry("/admin/templates", "templates-title", "pen"),
            Entry("/admin/cases", "cases-title", "shield"),
        ),
    ),
    (
        "menu-results",
        (
            Entry(f"{YEAR}/ranking", "year-ranking", "rank", f"{YEAR}/explain"),
            Entry(f"{YEAR}/leaders", "year-leaders", "person"),
            Entry(f"{YEAR}/inner-units", "year-inner-units", "unit"),
            Entry(f"{YEAR}/proposals", "year-proposals", "hammer"),
            Entry(f"{YEAR}/sensitivity", "year-sensitivity", "scale"),
            Entry("/admin/exports", "exports-title", "file"),
        ),
    ),
    (
        "menu-public",
        (
            Entry(f"{YEAR}/seal", "year-seal", "lock"),
            Entry(f"{YEAR}/notice", "year-notice", "horn"),
            Entry("/admin/appeals", "appeals-title", "answer", "/admin/challenges"),
            Entry(f"{YEAR}/amendments", "year-amendments", "pen"),
            Entry("/admin/themes", "themes-title", "wrench"),
        ),
    ),
    (
        "menu-office",
        (
            Entry("/admin/people", "people-title", "people"),
            Entry("/admin/audit", "audit-title", "clock"),
            Entry("/admin/tokens", "tokens-title", "key"),
            Entry("/admin/settings", "settings-title", "gear"),
        ),
    ),
)


def menu_of(may: Callable[[str], bool], path: str, frame: Frame) -> list[tuple[str, list[Item]]]:
    """Returns the groups of the menu with what a visitor may open; a group without pages is none.

    Args:
        may: whether the visitor may open an address.
        path: the page that is open.
        frame: says to which year the menu leads, and what waits.
    """
    found = []
    for group, entries in MENU:
        items = [_item(entry, path, frame) for entry in entries]
        shown = [item for item in items if may(item.address)]
        if shown:
            found.append((group, shown))
    return found


def _item(entry: Entry, path: str, frame: Frame) -> Item:
    address, year = entry.page.format(year=frame.year), frame.year
    here = "page" if path == address else ""
    if not here and address != YEAR.format(year=year):
        here = "true" if path.startswith(f"{address}/") else ""
    if not here and entry.below and path.startswith(entry.below.format(year=year)):
        here = "true"
    return Item(address, entry.called, entry.icon, here, *frame.badges.get(address, (0, False)))
