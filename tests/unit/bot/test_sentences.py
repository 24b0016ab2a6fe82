"""What people have to mend is said in the language of their page: every sentence that the pages' modules can raise."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.fraud_review.case_review import NO_CASE
from bot.web.shared.error_translation import _catalogue, told, translate, translate_place
from survey_flows.errors import BadInput

ROOT = Path(__file__).parents[3]
NOTES = {"_note", "_lost", "misfit"}
RAISERS = {"BadInput", "BadSession", "complain", "add"}
# What no page does: starting the service, other processes, commands alone, citizens' conversations.
ELSEWHERE = (
    "bot/core/settings.py",
    "bot/service/embedded_valkey.py",
    "bot/crypto/gate_keys.py",
    "bot/ballots/mixer.py",
    "bot/crypto/note_signatures.py",
    "bot/conversations/dead_letters.py",
    "bot/conversations/stored_conversation.py",
    "bot/fieldwork/monitoring/progress.py",
    "bot/campaigns/scheme_files.py",
    "bot/results/scan.py",
    "bot/transparency/log_reader.py",
    "bot/web/public/log_pages.py",
    "aggregation/estimation/public_totals.py",
    "bot/verification/public_totals.py",
    "survey_flows/",
    "aggregation/scheme/scheme.py",
    "bot/ballots/imported/coding.py",
    "bot/ballots/imported/importer.py",
    "bot/ballots/imported/mapping.py",
    "bot/spreadsheets/columnar.py",
    "bot/fieldwork/audience/cell_file.py",
    "bot/publication/reports/counter_file.py",
    "bot/campaigns/questionnaire_files.py",
    "bot/campaigns/xlsform_files.py",
    "bot/records/context.py",
    "bot/verification/witness.py",
    "bot/verification/verifier.py",
)
# Of modules that pages use: sentences of functions that they do not.
UNREACHABLE = (
    "this is not a whole ZIP file; fetch it again",
    "the file cannot be read ({})",
    "the file cannot be read ({}); check its name",
    "the bundle is too large to be one",
    "the bundle does not hold the files that a bundle has",
    "this sample is of another format than {}, {}",
    "the year cannot be sealed: {}{} {}",
    "this is not a sample as `minping sample draw` writes it",
)


def file_of(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reachable() -> list[Path]:
    """Our modules that the pages' modules import, however far away."""
    found: set[Path] = set()
    waiting = [f"bot.web.{path.stem}" for path in ROOT.glob("bot/web/*.py")]
    while waiting:
        path = file_of(waiting.pop())
        if (
            path
            and path not in found
            and path.relative_to(ROOT).parts[0] in {"bot", "aggregation", "survey_flows"}
        ):
            found.add(path)
            waiting += imported(path)
    return sorted(path for path in found if not str(path.relative_to(ROOT)).startswith(ELSEWHERE))


def templates(node: ast.expr) -> list[str]:
    """The sentences that an expression can give, with {} for what differs; none when it is only passed on."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return [
            "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        ]
    if isinstance(node, ast.IfExp):
        return templates(node.body) + templates(node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [left + right for left in templates(node.left) for right in templates(node.right)]
    return []


def raised(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and node.args:
            called = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            if called in RAISERS:
                yield from (text for text in templates(node.args[0]) if " " in text)
        yield from _noted(node)
        # The checks of a year's inputs hand their sentences out one by one.
        if isinstance(node, ast.Yield) and path.name == "checks.py" and node.value is not None:
            yield from templates(node.value)


def _noted(node: ast.AST) -> Iterator[str]:
    """What is told of a table that was taken: in its outcome, or put together by a function for it."""
    if isinstance(node, ast.FunctionDef) and node.name in NOTES:
        found: list[ast.expr | None] = [
            line.value for line in ast.walk(node) if isinstance(line, ast.Return)
        ]
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Outcome":
        found = [text for given in node.args[1:] for text in getattr(given, "elts", [])]
    else:
        return
    yield from (text for told in found if told is not None for text in templates(told) if text)


def sentences() -> list[tuple[str, str]]:
    return sorted(
        {
            (text, path.name)
            for path in reachable()
            for text in raised(path)
            if text not in UNREACHABLE
        }
    )


def kinds() -> set[str]:
    """What a cell can be told not to name: «there is no league …»."""
    calls = [
        node for path in reachable() for node in ast.walk(tree(path)) if isinstance(node, ast.Call)
    ]
    named = [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "one_of"
    ]
    return {call.args[1].value for call in named if isinstance(call.args[1], ast.Constant)}


def filled(template: str) -> str:
    """A template with something in every hole."""
    return re.sub(r"\{\}", "甲7", template)


def test_every_sentence_of_the_pages_is_said_in_chinese() -> None:
    found = sentences()
    assert len(found) > 120
    lacking = [(text, where) for text, where in found if translate(filled(text), "zh-Hans").foreign]
    assert lacking == [], "add them to bot/web/wording/sentences.zh-Hans.yaml"


def test_every_kind_of_thing_has_a_chinese_name() -> None:
    assert len(kinds()) > 5
    assert [
        kind
        for kind in kinds()
        if "“x”" not in translate(f"there is no {kind} «x»", "zh-Hans").text
    ] == []
    assert [
        kind for kind in kinds() if kind in translate(f"there is no {kind} «x»", "zh-Hans").text
    ] == []


def test_every_translation_says_all_that_the_sentence_says_and_belongs_to_one() -> None:
    catalogue = _catalogue("zh-Hans")
    assert catalogue is not None
    said = [filled(text) for text, _ in sentences()] + [NO_CASE]
    stale = [
        chinese for pattern, chinese in catalogue.sentences if not any(map(pattern.fullmatch, said))
    ]
    assert stale == []
    data = yaml.safe_load((ROOT / "bot/web/wording/sentences.zh-Hans.yaml").read_text())
    for english, chinese in data["sentences"].items():
        holes = {int(number) for number in re.findall(r"\{(\d)\}", chinese)}
        assert holes == set(range(english.count("{}"))), english
        assert re.search(r"[\u4e00-\u9fff]", chinese), english


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BadInput("there is no such campaign", "2031"), "2031：没有这个活动"),
        (
            BadInput("this campaign is draft; scores can be read once it is closed", "city"),
            "city：此活动草稿；截止后才能查看得分",
        ),
        (
            BadInput(
                "2 problems, nothing was stored\n  row 3, column points: «x» is not a number; write it like 87.5\n"
                "  row 4: there is no unit or leader «AB»; there are FIN, TAX",
                "points.csv",
            ),
            "points.csv：共 2 个问题，没有保存任何内容\n  第 3 行，points 列：“x”不是数字，请写成 87.5 的形式\n"
            "  第 4 行：没有单位或干部“AB”；可用的有：FIN, TAX",
        ),
        (
            BadInput(
                "; ".join(f"leader {name}: the personal score is missing; add it" for name in "AB")
            ),
            "干部 A：缺少个人得分，请补上；干部 B：缺少个人得分，请补上",
        ),
    ],
)
def test_sentences_are_translated_with_what_they_name(error: BadInput, said: str) -> None:
    found = told(error, "zh-Hans")
    assert (found.text, found.foreign) == (said, False)


def test_what_nobody_translated_is_marked_as_english_and_english_stays_as_it_is() -> None:
    error = BadInput("something quite new", "here")
    assert told(error, "zh-Hans").foreign
    assert told(error, "zh-Hans").text == "here：something quite new"
    assert (told(error, "en").text, told(error, "en").foreign) == (
        "here: something quite new",
        False,
    )
    assert translate_place("inputs of 2010", "zh-Hans") == "2010 年的数据"
