"""Conversations kept as files: the citizen's acts, and everything that follows.

``UPDATE_GOLDEN=1 pytest tests/unit/survey_flows/test_golden_flows.py`` writes them anew;
then read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from tests.conversations import transcript

FOLDER = Path(__file__).parents[2] / "golden" / "flows"
FILES = sorted(FOLDER.glob("*.yaml"))
MARK = "transcript: |\n"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_conversation_is_as_written_down(file: Path) -> None:
    text = file.read_text("utf-8")
    data = yaml.safe_load(text)
    happened = transcript(data["events"], data.get("definition", {}))
    if os.environ.get("UPDATE_GOLDEN"):
        body = "".join(f"  {line}\n" if line else "\n" for line in happened.splitlines())
        file.write_text(text.partition(MARK)[0] + MARK + body, "utf-8")
    assert happened == yaml.safe_load(file.read_text("utf-8"))["transcript"]


def test_every_flow_has_its_file() -> None:
    assert len(FILES) >= 20
