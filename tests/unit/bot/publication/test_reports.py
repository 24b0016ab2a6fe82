"""The circular and the evidence pages of the whole synthetic city, in both languages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message

from aggregation.model.facts import Grade
from aggregation.numbers import half_up
from aggregation.quality.changes import ChangeVerdict
from bot.__main__ import main
from bot.core.labels import HIDDEN, name
from bot.core.settings import Settings
from bot.publication.exports import Audience
from bot.publication.reports import Document, to_html, to_pdf, to_png
from bot.publication.reports.circular import circular_document
from bot.publication.reports.document_model import (
    Heading,
    KeyFigures,
    Paragraph,
    ReportImage,
    ReportTable,
)
from bot.publication.reports.evidence import evidence_page
from bot.publication.reports.material import ReportMaterial, read_material
from bot.service.composition import build, open_store
from survey_flows.errors import BadInput
from tests.console import make_data
from tests.web_city import Clock, fill

ZONE = "Asia/Shanghai"
TODAY = date(2026, 11, 23)
# The material of two years is read once for the whole file, which takes longest.
pytestmark = pytest.mark.slow

LANGUAGES = ("zh-Hans", "en")
WORDS = Path(__file__).parents[4] / "bot" / "publication" / "reports" / "words"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    made = tmp_path_factory.mktemp("reports")
    make_data(made, valkey_server)
    return made


@pytest.fixture(scope="module")
def material(folder: Path) -> ReportMaterial:
    async def read() -> ReportMaterial:
        async with open_store(Settings(data=folder)) as database:
            return await read_material(database, 2010, TODAY)

    return asyncio.run(read())


@pytest.fixture(scope="module")
def circulars(material: ReportMaterial) -> dict[tuple[Audience, str], Document]:
    return {
        (audience, lang): circular_document(material, audience, lang, ZONE)
        for audience in Audience
        for lang in LANGUAGES
    }


def said(document: Document) -> Iterator[str]:
    """Every text of a document."""
    yield from (document.title, document.subtitle, document.mark, document.foot)
    for block in document.blocks:
        match block:
            case Heading() | Paragraph():
                yield block.text
            case KeyFigures():
                yield from (text for pair in block.pairs for text in pair)
            case ReportTable():
                yield from (block.title, block.note, *block.heads)
                yield from (cell for row in block.rows for cell in row)
            case ReportImage():
                yield from (block.alt, block.caption)


Circulars = dict[tuple[Audience, str], Document]


def test_the_public_circular_names_no_leader_and_the_internal_one_all_who_were_lowered(
    material: ReportMaterial, circulars: Circulars
) -> None:
    leaders = material.year.result.leaders
    public = "\n".join(said(circulars[Audience.PUBLIC, "zh-Hans"]))
    # A name of two signs may stand in a unit's name by chance: posts tell of persons too.
    assert [leader.zh for leader in leaders if len(leader.zh) > 2 and leader.zh in public] == []
    internal = "\n".join(said(circulars[Audience.INTERNAL, "zh-Hans"]))
    named = [x for x in leaders if x.grade in (Grade.THIRD, Grade.FOURTH) or x.lowered_by]
    assert len(named) >= 14
    assert [leader.zh for leader in named if leader.zh not in internal] == []


def test_every_unit_stands_with_its_figures_in_both_languages(
    material: ReportMaterial, circulars: Circulars
) -> None:
    for lang in LANGUAGES:
        rows = [row for table in circulars[Audience.PUBLIC, lang].tables() for row in table.rows]
        for unit in material.year.result.units:
            told = material.year.inputs.disclosed[unit.unit]
            called = unit.zh if lang == "zh-Hans" else unit.en
            mine = next(row for row in rows if len(row) > 5 and row[1] == called)
            assert mine[0] == str(unit.rank)
            assert str(unit.total) in mine
            assert f"{unit.low}–{unit.high}" in mine
            assert mine[-1] == (HIDDEN if told.n_valid is None else str(told.n_valid))
            assert told.score is not None
            assert mine[-2].startswith(str(half_up(told.score, 2)))


def test_both_languages_have_the_same_parts(circulars: Circulars) -> None:
    shapes = [
        [
            (type(block).__name__, len(block.rows) if isinstance(block, ReportTable) else 0)
            for block in document.blocks
        ]
        for document in (circulars[Audience.INTERNAL, lang] for lang in LANGUAGES)
    ]
    assert shapes[0] == shapes[1]
    kinds = {kind for kind, _ in shapes[0]}
    assert kinds == {"Heading", "Paragraph", "KeyFigures", "ReportTable", "ReportImage"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reader_finds_method_number_response_uncertainty_and_exclusions(
    material: ReportMaterial, circulars: Circulars, lang: str
) -> None:
    heads = [b.text for b in circulars[Audience.PUBLIC, lang].blocks if isinstance(b, Heading)]
    wanted = {"zh-Hans": ["名次有多确定", "谁参加了评价", "没有计入的评价票", "方法", "怎样核对"]}
    wanted["en"] = [
        "Uncertainty of the ranks",
        "Participants",
        "Ballots that do not count",
        "Method",
        "How to check",
    ]
    places = [heads.index(head) for head in wanted[lang]]
    assert all(one < other for one, other in pairwise(places))
    text = "\n".join(said(circulars[Audience.PUBLIC, lang]))
    assert ("回应率" if lang == "zh-Hans" else "response rate") in text
    assert str(sum(row.count for part in material.year.campaigns for row in part.counts)) in text


def test_an_evidence_page_is_one_page_also_for_the_longest_unit(material: ReportMaterial) -> None:
    units = sorted(material.year.result.units, key=lambda unit: len(unit.en) + len(unit.zh))
    flagged = max(units, key=lambda unit: len(material.year.inputs.disclosed[unit.unit].flags))
    for unit, lang in ((units[-1], "en"), (flagged, "zh-Hans")):
        page = evidence_page(material, unit.unit, Audience.INTERNAL, lang, ZONE)
        assert len(to_png(page, 20)) == 1, unit.unit


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> ReportMaterial:
    """The second of two years of the city, so that there is something to compare with."""

    async def make() -> ReportMaterial:
        folder = tmp_path_factory.mktemp("two-years")
        async with build(Settings(data=folder, redis_url=valkey_server), Clock()) as service:
            for year in (2010, 2011):
                await fill(service, seed=year, ballots=8000, year=year)
            return await read_material(service.database, 2011, TODAY)

    return asyncio.run(make())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_evidence_of_a_second_year_tells_what_has_changed(
    second: ReportMaterial, lang: str
) -> None:
    changed = {change.verdict: unit for unit, change in second.year.changes.items()}
    assert {ChangeVerdict.OPEN} < changed.keys()
    for verdict, unit in changed.items():
        page = evidence_page(second, unit, Audience.INTERNAL, lang, ZONE)
        assert name(verdict, lang) in " ".join(said(page))
        assert any(isinstance(block, ReportImage) for block in page.blocks)
        assert len(to_png(page, 20)) == 1, unit


def test_an_evidence_page_adds_up(material: ReportMaterial) -> None:
    for unit in material.year.result.units[:3]:
        table = evidence_page(material, unit.unit, Audience.PUBLIC, "en", ZONE).tables()[0]
        *parts, _, total = table.rows
        assert [row[1] for row in parts] == [
            str(half_up(part.points or 0, 2)) for part in unit.components
        ]
        assert total[3] == str(unit.total)


def test_only_the_internal_page_has_themes_of_comments(material: ReportMaterial) -> None:
    commented = replace(material, themes={"TAX": {"speed": 30, "attitude": 10}})
    internal, public = (
        "\n".join(said(evidence_page(commented, "TAX", audience, "en", ZONE)))
        for audience in (Audience.INTERNAL, Audience.PUBLIC)
    )
    assert "Speed 30  ·  Manner of service 10" in internal
    assert "What comments are about" not in public


def test_an_unknown_unit_is_refused(material: ReportMaterial) -> None:
    with pytest.raises(BadInput, match="XXX: there is no such unit"):
        evidence_page(material, "XXX", Audience.PUBLIC, "en", ZONE)


def test_html_needs_nothing_from_elsewhere_and_says_the_same(material: ReportMaterial) -> None:
    page = evidence_page(material, "TAX", Audience.PUBLIC, "zh-Hans", ZONE)
    html = to_html(page).decode()
    assert '<html lang="zh-Hans">' in html
    assert re.findall(r'(?:src|href)="(?!data:image/svg\+xml;base64,)', html) == []
    assert re.findall(r"<img [^>]*alt=\"\"", html) == []
    assert "<script" not in html
    read = unescape(html)
    assert [text for text in said(page) if text not in read] == []


def test_the_same_year_gives_the_same_pdf(material: ReportMaterial) -> None:
    first, second = (
        to_pdf(evidence_page(material, "TAX", Audience.PUBLIC, "en", ZONE)) for _ in range(2)
    )
    assert first == second
    assert first.startswith(b"%PDF-1.7")
    assert b"/MarkInfo" in first  # tagged, for screen readers


def test_the_command_writes_the_pages_that_were_asked_for(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MINPING_DATA", str(folder))
    ask = ["report", "evidence", "2010", "--unit", "TAX", "--lang", "en", "--out", str(tmp_path)]
    assert main(ask) == 0
    assert capsys.readouterr().out.splitlines() == [
        str(tmp_path / f"evidence-2010-TAX-en.{form}") for form in ("pdf", "html")
    ]
    assert main([*ask[:4], "NOPE", *ask[5:]]) == 1
    assert "NOPE: there is no such unit" in capsys.readouterr().err


def messages(lang: str) -> dict[str, set[str]]:
    body = FluentParser().parse((WORDS / f"{lang}.ftl").read_text("utf-8")).body
    return {
        entry.id.name: set(
            re.findall(
                r"\{ \$(\w+)", (WORDS / f"{lang}.ftl").read_text("utf-8")[slice(*_span(entry))]
            )
        )
        for entry in body
        if isinstance(entry, Message)
    }


def _span(entry: Message) -> tuple[int, int]:
    assert entry.span is not None
    return entry.span.start, entry.span.end


def test_both_languages_say_the_same_sentences() -> None:
    assert messages("zh-Hans") == messages("en")


def test_every_sentence_is_said_somewhere() -> None:
    source = "\n".join(path.read_text() for path in WORDS.parent.glob("*.py"))
    assert [key for key in messages("en") if not re.search(f"[\"']{key}[\"']", source)] == []
