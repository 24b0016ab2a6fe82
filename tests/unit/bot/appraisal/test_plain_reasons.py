"""Whoever reads a reason trail finds names in it, and no code of the data or the scheme."""

from __future__ import annotations

import re

import pytest

from aggregation.model.facts import Grade
from aggregation.model.names import GRADES, RULES
from aggregation.model.reason_lines import Label, ReasonLine
from bot.appraisal.plain_reasons import plain_line, scheme_names
from survey_flows.messages import Message, Named
from tests.cities import founding_inputs, founding_result

NAMES = {
    "U1": Named("甲局", "Bureau A"),
    "L1": Named("王芳", "Wang Fang"),
    "objective": Named("目标任务", "objectives"),
    "C_social": Named("社会发展", "Social development"),
    "third": GRADES[Grade.THIRD],
}
CODED = re.compile(r"\b[a-z]+\.[A-Za-z0-9]|\d{4}/|\b[A-E]_[a-z]+")


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("units.U1.total", "甲局的总分", "total of Bureau A"),
        ("units.U1.grade", "甲局的等次", "grade of Bureau A"),
        ("units.U1", "甲局的等次", "grade of Bureau A"),
        ("leaders.L1.grade", "王芳的等次", "grade of Wang Fang"),
        ("indicators.U1.objective", "甲局的目标任务", "objectives of Bureau A"),
        ("public.U1: 0", "甲局的民评得分：0", "public score of Bureau A: 0"),
        ("personal.L1", "王芳的个人得分", "personal score of Wang Fang"),
        (
            "history.L1.2009: U1 局长",
            "王芳 2009 年的等次：甲局 局长",
            "grade of Wang Fang in 2009: Bureau A 局长",
        ),
        ("history.L1.2009: ", "王芳 2009 年的等次", "grade of Wang Fang in 2009"),
        (
            "2010/safety_accident/downgrade/L1/E1",
            "降等：王芳",
            "one grade down: Wang Fang",
        ),
        ("units.X9.total", "X9的总分", "total of X9"),
        ("市政府文件, 2010-05-01", "市政府文件, 2010-05-01", "市政府文件, 2010-05-01"),
        ("categories.C_social", "社会发展", "Social development"),
        (Message("appraisal-pool", name="U1"), "名额组 甲局", "pool Bureau A"),
        (Message("appraisal-pool", name="third"), "名额组 三等", "pool third grade"),
        (
            Message("appraisal-days-in-unit", unit="units.U1.total", days=200),
            "甲局的总分：200 天",
            "total of Bureau A: 200 days",
        ),
    ],
)
def test_a_source_is_said_in_names(source: Label, zh: str, en: str) -> None:
    line = plain_line(ReasonLine("x", "L1", (source,)), NAMES)
    assert (line.inputs_text("zh-Hans"), line.inputs_text("en")) == (zh, en)
    assert line.pair("en") == ("x", "Wang Fang")


def test_no_line_of_a_whole_city_keeps_a_code() -> None:
    result, scheme = founding_result(), founding_inputs().scheme
    names = scheme_names(scheme)
    names |= {unit.unit: Named(unit.zh, unit.en) for unit in result.units}
    names |= {leader.leader: Named(leader.zh, leader.en) for leader in result.leaders}
    said = {
        plain_line(line, names).inputs_text(lang)
        for lines in result.trail.values()
        for line in lines
        for lang in ("zh-Hans", "en")
    }
    assert len(said) > 1000
    assert sorted(text for text in said if CODED.search(text)) == []


@pytest.mark.parametrize(
    ("field", "zh", "en"),
    [
        ("min_n.unit", "单位最低票数", "fewest valid ballots of a unit"),
        (
            "categories.C_social.weights.objective",
            "社会发展中目标任务的权重",
            "weight of objectives in Social development",
        ),
        (
            "categories.C_social.weights.public",
            "社会发展中民评的权重",
            "weight of Public evaluation in Social development",
        ),
        ("leaders.first_pct, rules", "一等的比例、各项规则", "share of the first grade, the rules"),
        ("rules.first_grade", "规则「评为一等」", "rule «first grade»"),
        (
            Message("appraisal-field-inside", where="inner.inner", field="unit_quota"),
            "单位内部第 2 层: 单位等次名额",
            "inside units, level 2: places of each grade",
        ),
    ],
)
def test_a_field_of_the_scheme_is_said_in_words(field: Label, zh: str, en: str) -> None:
    line = plain_line(ReasonLine("x", "y", (), field), NAMES)
    assert (line.scheme_text("zh-Hans"), line.scheme_text("en")) == (zh, en)


def test_every_rule_and_every_field_of_a_whole_city_has_words() -> None:
    scheme = founding_inputs().scheme
    names = scheme_names(scheme)
    fields = {line.scheme for lines in founding_result().trail.values() for line in lines}
    said = {
        plain_line(ReasonLine("x", "y", (), field), names).scheme_text(lang)
        for field in fields
        for lang in ("zh-Hans", "en")
    }
    assert len(said) > 40
    assert sorted(text for text in said if CODED.search(text) or "_" in text) == []
    assert {*scheme.rules} <= {*RULES}
