"""Rare characters of names: drawn with Debian's font, and numbered where it is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core import printed_signs
from bot.publication.reports.posters import render_posters
from survey_flows.campaign_definition import Unit
from tests.unit.bot.publication.test_posters import DEFINITION, addresses, counter

LEVEL_3 = (
    *((0x3400, 0x4DB5), (0x4E00, 0x9FEF), (0x20000, 0x2A6D6), (0x2A700, 0x2B734)),
    *((0x2B740, 0x2B81D), (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0)),
)
"""GB 18030-2022, level 3: CJK unified ideographs with extensions A to F (first and last)."""
RARE, NOWHERE = "𠮷", "\U0010fffd"
installed = pytest.mark.skipif(
    not printed_signs.DEBIAN.is_dir(), reason="Debian's fonts-hanazono is not installed"
)


@pytest.fixture
def without_debians_font(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(printed_signs, "DEBIAN", Path("/nowhere"))
    printed_signs.printed_signs.cache_clear()
    yield
    printed_signs.printed_signs.cache_clear()


def poster(name: str) -> bytes:
    units = {"ODD": Unit("ODD", {"zh-Hans": name, "en": name}, "window", "B")}
    one = counter("ODD", name, name)
    return render_posters(replace(DEFINITION, units=units), [one], addresses(one))[0]


@installed
def test_every_character_of_the_third_level_is_drawn_by_debians_font() -> None:
    text = "".join(chr(code) for first, last in LEVEL_3 for code in range(first, last + 1))
    assert printed_signs.unprinted(text) == ()
    assert printed_signs.as_printed(f"{RARE}安{NOWHERE}") == f"{RARE}安[U+10FFFD]"
    assert b"HanaMin" in poster(f"{RARE}安")


def test_without_it_a_rare_character_is_its_number(without_debians_font: None) -> None:
    assert printed_signs.unprinted(f"{RARE}安😀") == (RARE, "😀")
    assert printed_signs.as_printed(f"{RARE}安😀") == "[U+20BB7]安[U+1F600]"
    assert b"HanaMin" not in poster(f"{RARE}安")


def test_the_image_installs_the_font_where_it_is_looked_for() -> None:
    image = (Path(__file__).parents[4] / "Dockerfile").read_text("utf-8")
    assert f" {printed_signs.DEBIAN.name} " in image.replace("fonts-", " ")
