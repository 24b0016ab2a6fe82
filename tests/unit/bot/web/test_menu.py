"""The console's menu leads a role to what it may open, and to nothing else."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bot.accounts.roles import RIGHTS, ROLES, may
from bot.web.admin.frame import Frame
from bot.web.admin.menu import MENU, menu_of
from bot.web.admin.routes import PAGES
from bot.web.shared.templates import assets, page_words

YEAR = "/admin/years/2010"
FRAME = Frame("", 2010, (2010,), "", {f"{YEAR}/proposals": (7, False), "/admin/appeals": (2, True)})
ENTRIES = [entry for _, entries in MENU for entry in entries]


def addresses(role: str) -> list[str]:
    menu = menu_of(lambda page: may(role, "GET", page), "/admin/password", FRAME)
    assert all(items for _, items in menu)
    return [item.address for _, items in menu for item in items]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_s_menu_names_no_page_that_refuses_it(role: str) -> None:
    found = addresses(role)
    assert RIGHTS[role].home in found or (RIGHTS[role].home, found[0]) == ("/admin", YEAR)
    assert [page for page in found if not may(role, "GET", page)] == []


def test_every_entry_is_a_page_of_its_own_with_a_name_and_a_drawing() -> None:
    known = [re.compile(re.sub(r"\{(\w+)[^/]*\}", r"\\w+", path)) for _, path, _ in PAGES]
    drawn = set(re.findall(r'id="(\w+)"', assets()["icons.svg"].body.decode()))
    for entry in ENTRIES:
        address = entry.page.format(year=2010)
        assert any(path.fullmatch(address) for path in known), address
        assert entry.icon in drawn
        assert [page_words().say(lang, entry.called) for lang in ("en", "zh-Hans")]
    assert max(Counter(entry.page for entry in ENTRIES).values()) == 1


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/admin/years/2010", [("/admin/years/2010", "page")]),
        ("/admin/years/2010/leaders", [("/admin/years/2010/leaders", "page")]),
        ("/admin/years/2010/explain/TAX", [("/admin/years/2010/ranking", "true")]),
        ("/admin/appeals/7", [("/admin/appeals", "true")]),
        ("/admin/challenges", [("/admin/appeals", "true")]),
        ("/admin/password", []),
    ],
)
def test_the_open_page_is_marked_and_no_other(path: str, marked: list[tuple[str, str]]) -> None:
    menu = menu_of(lambda page: may("administrator", "GET", page), path, FRAME)
    assert [(item.address, item.here) for _, items in menu for item in items if item.here] == marked


def test_what_waits_stands_beside_its_page_and_only_where_it_is_seen() -> None:
    def seen(role: str) -> set[tuple[int, bool]]:
        menu = menu_of(lambda page: may(role, "GET", page), YEAR, FRAME)
        return {(it.count, it.late) for _, items in menu for it in items if it.count}

    assert seen("administrator") == {(7, False), (2, True)}
    assert seen("staff") == set()
