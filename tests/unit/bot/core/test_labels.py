"""Everything that a page may have to name has a name in both languages."""

from __future__ import annotations

from enum import StrEnum

import pytest

from bot.core.labels import NAMES, name


@pytest.mark.parametrize("kind", NAMES)
def test_each_code_is_called_something_of_its_own(kind: type[StrEnum]) -> None:
    for lang in ("zh-Hans", "en"):
        called = [name(code, lang) for code in kind]
        assert all(called)
        assert len(set(called)) == len(called)


def test_nothing_is_called_nothing() -> None:
    assert name(None) == ""
