"""Input from outside: no field may hold a character that no stored text may hold."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from bot.core.checked_input import CheckedInput, checked
from survey_flows.errors import BadInput, Message


class Named(CheckedInput):
    title: dict[str, str]
    note: str = ""

    problems: ClassVar = {"title": Message("core-file-exists"), "note": Message("core-file-exists")}


@pytest.mark.parametrize(
    ("values", "place", "sign"),
    [
        ({"title": {"zh-Hans": "a"}, "note": "a\x00b"}, "note", "U+0000"),
        ({"title": {"zh-Hans": "a\ud800"}}, "title", "U+D800"),
        ({"title": {"\u202e": "a"}}, "title", "U+202E"),
        ({"title": {"zh-Hans": "a"}, "note": "a\x0b"}, "note", "U+000B"),
    ],
)
def test_a_character_that_no_text_may_hold_is_refused_by_field(
    values: dict[str, Any], place: str, sign: str
) -> None:
    with pytest.raises(BadInput) as raised:
        checked(Named, **values)
    assert raised.value.place.field == place
    assert sign in raised.value.render("zh-Hans")
    assert sign in raised.value.render("en")


def test_lines_rare_characters_and_emoji_stay() -> None:
    text = "第一行\r\n第二行\t\U00020bb7 \U0001f468\u200d\U0001f469"
    assert checked(Named, title={"zh-Hans": "a"}, note=text).note == text
