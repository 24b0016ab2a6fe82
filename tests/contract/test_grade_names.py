"""A city's own names of the grades stand in everything that is printed of the year."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import Grade
from aggregation.scheme.parts import GradeName, GradeNames
from aggregation.scheme.scheme import Scheme
from bot.appraisal.year import open_year, run_year
from bot.core.labels import name
from bot.publication.exports import Audience, year_book
from bot.publication.reports.circular import circular_document
from bot.publication.reports.evidence import evidence_page
from bot.publication.reports.material import report_material
from tests.contract.test_year_tables import (
    INDICATORS,
    LEADERS,
    UNITS,
    YEAR,
    bring,
    database,
    hold_campaign,
    scheme,
)

__all__ = ["database"]
ZONE = "Asia/Shanghai"
CALLED = GradeNames(
    first=GradeName(zh="优秀", en="excellent grade"),
    second=GradeName(zh="良好", en="good grade"),
    third=GradeName(zh="一般", en="fair grade"),
    fourth=GradeName(zh="较差", en="poor grade"),
)
USUAL_ZH = re.compile(r"(?<![下上这])[一二三四]等(?!奖|级|次的)|一/二/三")
USUAL_EN = re.compile(r"\b(first|second|third|fourth) grade\b")


@pytest.fixture
async def named(database: AsyncEngine) -> AsyncEngine:
    await bring(database, "units", UNITS, 0)
    await bring(database, "leaders", LEADERS)
    await bring(database, "indicators", INDICATORS)
    rules = Scheme.model_validate(scheme().model_dump() | {"grade_names": CALLED.model_dump()})
    await hold_campaign(database, rules=rules)
    return database


async def printed(database: AsyncEngine, lang: str) -> str:
    """Everything that is printed of the year, in one language and one text."""
    year = await open_year(database, YEAR)
    material = await report_material(database, year)
    said = [
        line.text(lang) for body in year.bodies for lines in body.trail.values() for line in lines
    ]
    for audience in Audience:
        said.append(repr(circular_document(material, audience, lang, ZONE)))
        said.append(repr(evidence_page(material, "U3", audience, lang, ZONE)))
    for page in year_book(year, Audience.INTERNAL, ZONE).pages:
        said += [page.zh] if lang != "en" else []
        for at, column in enumerate(page.columns):
            if not column.name.endswith("_zh" if lang == "en" else "_en"):
                said.append(column.en if lang == "en" else column.zh)
                said += [str(row[at]) for row in page.rows]
    return "\n".join(said)


@pytest.mark.parametrize(("lang", "usual"), [("zh-Hans", USUAL_ZH), ("en", USUAL_EN)])
async def test_no_document_and_no_export_calls_a_grade_otherwise(
    named: AsyncEngine, lang: str, usual: re.Pattern[str]
) -> None:
    text = await printed(named, lang)
    found = sorted({text[max(0, m.start() - 30) : m.end() + 10] for m in usual.finditer(text)})
    assert found == [], "\n".join(map(repr, found))
    for called in (CALLED.first, CALLED.second, CALLED.third):
        assert (called.en if lang == "en" else called.zh) in text


async def test_another_year_in_the_same_task_is_called_as_its_own_scheme_says(
    named: AsyncEngine,
) -> None:
    await bring(named, "leaders", LEADERS, YEAR + 1)
    await bring(named, "indicators", INDICATORS, YEAR + 1)
    await hold_campaign(named, "next", year=YEAR + 1)
    assert name(Grade.THIRD, "zh-Hans") == "三等"
    await run_year(named, YEAR, ())
    assert name(Grade.THIRD, "zh-Hans") == "一般"
    await open_year(named, YEAR + 1)
    assert name(Grade.THIRD, "zh-Hans") == "三等"
    await open_year(named, YEAR)
    assert name(Grade.THIRD, "zh-Hans") == "一般"
