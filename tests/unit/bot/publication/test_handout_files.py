"""Letters as a citizen gets them: a page each, with a code that a phone reads; tables as text."""

from __future__ import annotations

import io
from dataclasses import replace

from openpyxl import load_workbook

from bot.fieldwork.outreach.handouts import HandoutRow
from bot.publication.exports.field_lines import field_lines
from bot.publication.reports.handout_files import (
    draw_letters,
    letters_pdf,
    merge_table,
    split_code,
)
from bot.results.field_facts import FieldFacts
from survey_flows.messages import render
from tests.conversations import build_definition
from tests.openings import ORGANISER
from tests.unit.bot.publication.test_exports import ALL_S, scored
from tests.unit.bot.publication.test_posters import A4, read

DEFINITION = build_definition(organiser=ORGANISER)
SITE = "https://mp.cs.cn"
LONG = "湖南省长沙市芙蓉区解放路 1 号 3 栋 502 室 " * 7


def row(code: str, address: str = "解放路 1 号", lang: str = "zh-Hans") -> HandoutRow:
    return HandoutRow(b"p", address, lang, code, "ABCD1234")


def test_each_letter_has_a_page_whose_picture_opens_its_code_alone() -> None:
    rows = [row("7K3M9P2QXB"), row("7K3M9P2QXC", LONG[:200], "en"), row("7K3M9P2QXD", lang="fr")]
    pages = draw_letters(DEFINITION, rows, SITE, "png", 72)
    for page, one in zip(pages, rows, strict=True):
        (width, height), codes = read(page)
        assert (abs(width - A4[0]) <= 1, abs(height - A4[1]) <= 1) == (True, True)
        assert codes == [f"{SITE}/{one.code}"]
    assert letters_pdf(DEFINITION, rows, SITE).startswith(b"%PDF")


def test_a_table_holds_text_alone_so_that_nothing_runs_as_a_formula() -> None:
    attack = '=HYPERLINK("https://evil.example","x")'
    data = merge_table(DEFINITION, [row("0000000001", attack), row("0000000002", "+8613")], SITE)
    assert data == merge_table(
        DEFINITION, [row("0000000001", attack), row("0000000002", "+8613")], SITE
    )
    _, first, second = load_workbook(io.BytesIO(data)).worksheets[0].iter_rows()
    assert {cell.data_type for cell in (*first, *second)} == {"s"}
    assert [first[0].value, second[0].value] == [attack, "+8613"]
    assert [first[2].value, first[3].value, first[4].value] == [
        split_code("0000000001"),
        f"{SITE}/0000000001",
        "mp.cs.cn/k",
    ]


def test_the_method_page_tells_how_many_were_invited_by_files_and_what_that_means() -> None:
    campaign = scored(("A", "resident", 4, ALL_S, 120))
    assert "files" not in {key for key, *_ in field_lines(campaign, str)}
    facts = FieldFacts(files={"letters": 12, "sealed": 3400})
    told = {key: text for key, _, text in field_lines(replace(campaign, facts=facts), str)}
    said = render(told["files"], "en")
    assert said.startswith("letters 12, sealed table for another sender 3400 (people);")
    assert "could have used" in said
