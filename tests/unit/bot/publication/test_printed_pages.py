"""What pages show of rare signs, read back from the PDF: a glyph or a number, never a box."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from aggregation.model.facts import Grade
from bot.core.printed_signs import as_printed
from bot.publication.charts.canvas import ranking_picture
from bot.publication.charts.rank_chart import rank_picture
from bot.publication.charts.ranking import Mark, Panel, Ranking
from bot.publication.reports import Document, to_pdf
from bot.publication.reports.document_model import (
    Heading,
    KeyFigures,
    Paragraph,
    ReportImage,
    ReportTable,
)
from bot.publication.reports.handout_files import letters_pdf
from bot.publication.reports.posters import render_posters
from survey_flows.campaign_definition import Unit
from tests.printed import read_pdf
from tests.unit.bot.core.test_printed_signs import LEVEL_3
from tests.unit.bot.publication import test_handout_files as letters
from tests.unit.bot.publication.test_posters import DEFINITION, addresses, counter

SIGNS = ("𠮷安", "✔局", "😀办", "一\x0b局", "\ue000处", "\U0010fffd科", "é(\\)[]", "\u202e会")


def ranking(name: str) -> Ranking:
    mark = Mark("X", name, 1, 1, 1, Decimal(90), 88.0, 92.0, 300, Grade.FIRST)
    return Ranking((Panel(name, (mark,)),), 60, 100, 10)


def report(name: str) -> bytes:
    """A document with the name in every kind of block, as a circular or a letter has it."""
    chart = ReportImage(rank_picture(ranking(name), "zh-Hans"), name, name)
    table = ReportTable(name, (name,), ((name,),), note=name)
    blocks = (Heading(name), Paragraph(name), KeyFigures(((name, name),)), table, chart)
    return to_pdf(Document("zh-Hans", name, name, name, name, blocks))


def poster(name: str) -> bytes:
    units = {"ODD": Unit("ODD", {"zh-Hans": name, "en": name}, "window", "B")}
    one = counter("ODD", name, name)
    return render_posters(replace(DEFINITION, units=units), [one], addresses(one))[0]


def letter(name: str) -> bytes:
    return letters_pdf(letters.DEFINITION, [letters.row("7K3M9P2QXB", name)], letters.SITE)


def chart(name: str) -> bytes:
    return ranking_picture(ranking(name), name, "zh-Hans", "pdf")


PAGES = {"report": report, "poster": poster, "letter": letter, "chart": chart}


@pytest.mark.parametrize("page", PAGES)
def test_every_sign_of_a_name_is_read_back_or_is_its_number(page: str) -> None:
    made: Callable[[str], bytes] = PAGES[page]
    for name in SIGNS:
        printed = read_pdf(made(name))
        assert printed.boxes == 0, name
        assert as_printed(name) in printed.text, (name, printed.text)


def test_characters_of_the_third_level_are_read_back_from_a_circular() -> None:
    chance = random.Random(3)
    codes = [chance.randint(*part) for part in LEVEL_3 for _ in range(20)]
    name = "".join(map(chr, codes))
    printed = read_pdf(to_pdf(Document("zh-Hans", "t", "", "", "", (Paragraph(name),))))
    assert printed.boxes == 0
    assert as_printed(name) in printed.text


def test_a_missing_glyph_is_seen_by_the_reader() -> None:
    raw = b"1 0 obj\n<</Font<</f0 2 0 R>>>>\nendobj\n2 0 obj\n<</Type0>>\nendobj\n"
    page = b"3 0 obj\n<<>>\nstream\nBT /f0 9 Tf <00000001> Tj ET\nendstream\nendobj\n"
    assert read_pdf(raw + page).boxes == 1
