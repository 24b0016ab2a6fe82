"""Documents and code agree: settings, commands, pages, paths and links, in both directions."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from bot.__main__ import make_parser
from bot.core.settings import Settings, variable
from bot.service.composition import build
from bot.web.server import make_web

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("README*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
HEALTH = "/healthz"  # what the image, the composition and the operator's monitoring ask


def everything() -> str:
    return "\n".join(document.read_text() for document in DOCUMENTS)


def commands(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield every command of the parser that acts, as it is typed."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield parser.prog
    for action in inner:
        for child in action.choices.values():
            yield from commands(child)


def shell_lines(document: Path) -> list[str]:
    """The commands in a document's shell blocks, continued lines joined."""
    blocks = re.findall(r"```(?:sh|bash|shell|console)\n(.*?)```", document.read_text(), re.DOTALL)
    return [
        line.strip()
        for block in blocks
        for line in block.replace("\\\n", " ").splitlines()
        if line.strip()
    ]


def typed_commands() -> list[tuple[str, str]]:
    """Return (document, command line) of every `minping` call that a reader could copy."""
    lines = [(document.name, line) for document in DOCUMENTS for line in shell_lines(document)]
    calls = [
        (name, re.split(r"(?:^|\s)(?:\S*/)?minping ", line, maxsplit=1)) for name, line in lines
    ]
    return [(name, call[1]) for name, call in calls if len(call) == 2]


def test_every_setting_is_explained_and_none_that_does_not_exist() -> None:
    known = {variable(field.name) for field in fields(Settings)}
    operations = (ROOT / "docs" / "operations.md").read_text()
    assert {name for name in known if f"`{name}`" not in operations} == set()
    assert set(re.findall(r"MINPING_[A-Z_]*[A-Z]", everything())) - known == set()


def test_every_command_is_named() -> None:
    text = everything()
    assert [command for command in commands(make_parser()) if command not in text] == []


async def test_every_page_is_named(tmp_path: Path) -> None:
    async with build(Settings(data=tmp_path)) as service:
        app = make_web(service)
        pages = {route.resource.canonical for route in app.router.routes() if route.resource}
    text = everything()
    assert HEALTH in pages
    assert {page for page in pages if f"`{page}`" not in text} == set()


@pytest.mark.parametrize(("document", "line"), typed_commands())
def test_every_command_line_in_the_documents_is_understood(document: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    end = next(
        (at for at, word in enumerate(words) if word in {"|", ">", "&&", ";", "&"}), len(words)
    )
    make_parser().parse_args(words[:end])


def test_every_make_command_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)`", everything()))
    named |= {
        name
        for document in DOCUMENTS
        for line in shell_lines(document)
        for name in re.findall(r"^make ([a-z-]+)", line)
    }
    assert {"run", "test"} <= named
    assert named - targets == set()


def test_every_link_between_documents_leads_somewhere() -> None:
    links = [
        (document, link)
        for document in DOCUMENTS
        for link in re.findall(r"\]\(([^)#\s]+)", document.read_text())
    ]
    local = [(document, link) for document, link in links if "://" not in link]
    assert [
        (document.name, link) for document, link in local if not (document.parent / link).exists()
    ] == []


def test_every_file_of_the_project_that_a_document_names_exists() -> None:
    rooms = r"(?:bot|aggregation|survey_flows|tests|docs|benchmarks|tools)"
    named = set(re.findall(rf"`({rooms}/[\w./-]*\w)`", everything()))
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_every_test_that_the_page_of_security_names_exists_and_every_requirement_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text()
    found = re.findall(r"^\| (\d+\.\d+\.)(\d+)(?:–\d+\.\d+\.(\d+))? (.*)\|$", page, re.MULTILINE)
    numbers = [
        f"{part}{n}"
        for part, first, last, _ in found
        for n in range(int(first), int(last or first) + 1)
    ]
    assert len(numbers) == len(set(numbers)) == 70, "level 1 of ASVS 5.0.0 has 70 requirements"
    untested = {
        f"{part}{first}"
        for part, first, _, rest in found
        if ".py" not in rest and "not apply" not in rest
    }
    assert untested == {"12.1.1", "12.2.2", "15.1.1"}, "the proxy's, and a promise"
    named = re.findall(r"`((?:unit|fuzz|contract|e2e|laws)/[\w/]+\.py)(?:::(\w+))?`", page)
    assert len(named) > 55
    for file, test in named:
        text = (ROOT / "tests" / file).read_text()
        assert not test or f"def {test}(" in text, f"{file}::{test}"


def test_the_index_has_every_decision_in_order() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    listed = re.findall(r"^(\d+)\. \[.+\]\((.+)\)$", index, re.MULTILINE)
    present = sorted(file.name for file in folder.glob("0*.md"))
    assert [name for _, name in listed] == present
    assert [f"{int(number):04}" for number, _ in listed] == [name[:4] for name in present]
