"""A shortened run: `python -m tests.chaos` does it 200 times."""

from __future__ import annotations

import pytest

from tests.chaos.kills import kill_again_and_again
from tests.conftest import lacking
from tests.servers import MissingServer


@pytest.mark.parametrize("kind", ["embedded", pytest.param("servers", marks=[pytest.mark.postgres, pytest.mark.redis])])
async def test_killed_under_load_the_service_loses_and_doubles_nothing(kind: str) -> None:
    try:
        run = await kill_again_and_again(kind, kills=3, seed=5)
    except MissingServer as missing:
        lacking(str(missing))
    assert run.verdict.sound, run.verdict
    assert run.twice <= 0.005
