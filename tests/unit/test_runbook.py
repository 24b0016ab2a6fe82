"""Each alarm of the guide has a page for whoever is woken by it, with what to do and what not."""

from __future__ import annotations

import re
from pathlib import Path

from bot.core.events import EVENTS

ROOT = Path(__file__).parents[2]
RUNBOOK = ROOT / "docs" / "runbook"
PARTS = ["Sign", "Meaning", "First look", "Never"]
NO_EVENTS = {"pg_dump", "bad_signature", "unknown_key", "unknown_form"}
"""A program, and reasons for which an envelope is refused."""
METRICS = "".join(
    file.read_text("utf-8") for file in (ROOT / "bot" / "service" / "metrics").glob("*.py")
)


def alarms() -> dict[str, tuple[str, str]]:
    """The condition of each alarm and its page's title, by the page's file."""
    guide = (ROOT / "docs" / "operations.md").read_text("utf-8")
    row = re.compile(r"^\| [^|]+ \| ([^|]+) \| \[([^\]]+)\]\(runbook/([^)]+)\) \|$", re.MULTILINE)
    return {file: (condition, title) for condition, title, file in row.findall(guide)}


def test_every_alarm_has_a_page_and_every_page_its_four_parts() -> None:
    found = alarms()
    assert set(found) == {page.name for page in RUNBOOK.glob("*.md")}
    assert len(found) == 12
    for file, (_, title) in found.items():
        text = (RUNBOOK / file).read_text("utf-8")
        assert text.startswith(f"# {title.capitalize()}\n"), file
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS, file
        steps, never = text.partition("## First look\n")[2].split("## Never\n")
        assert re.search(r"^1\. ", steps, re.MULTILINE), file
        assert re.search(r"^- ", never, re.MULTILINE), file


def test_every_alarm_and_page_names_what_the_service_tells() -> None:
    pages = "".join(page.read_text("utf-8") for page in RUNBOOK.glob("*.md"))
    conditions = " ".join(condition for condition, _ in alarms().values())
    named = set(re.findall(r"minping_[a-z_]+", conditions + pages))
    assert len(named) > 8
    told = {name.removesuffix("_total") for name in named}
    assert sorted(name for name in told if f'"{name}"' not in METRICS) == []
    events = set(re.findall(r"`([a-z]+_[a-z_]+)`", conditions + pages))
    events -= named | NO_EVENTS
    assert len(events) > 8
    assert events - set(EVENTS) == set()
