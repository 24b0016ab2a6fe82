"""Schemathesis against the running interface, in short; `python -m tests.openapi` runs longer."""

from __future__ import annotations

import re
from pathlib import Path

from bot.web.api.operation_table import OPERATIONS
from tests.openapi.stand import SHORT, run


async def test_schemathesis_finds_nothing(tmp_path: Path, valkey_url: str) -> None:
    outcome = await run(tmp_path, valkey_url, examples=4, phases=SHORT)
    assert outcome.code == 0, outcome.printed
    assert f"Tested: {len(OPERATIONS)}" in outcome.printed
    generated = re.search(r"(\d+) generated", outcome.printed)
    assert generated, outcome.printed
    assert int(generated[1]) > 3 * len(OPERATIONS)
