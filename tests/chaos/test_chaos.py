"""Shortened runs of what `python -m tests.chaos` does at full length."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.chaos.__main__ import MOST_SECONDS, is_sound
from tests.chaos.clocks import HOUR, jump_at
from tests.chaos.faults import Link, break_links
from tests.chaos.kills import kill_again_and_again
from tests.chaos.proxy import Fault
from tests.conftest import lacking
from tests.servers import MissingServer

pytestmark = pytest.mark.chaos
ON_SERVERS = [pytest.mark.postgres, pytest.mark.redis]
BREAKS = (
    (Link.DATABASE, Fault.REFUSE),
    (Link.DATABASE, Fault.CUT),
    (Link.DATABASE, Fault.HANG),
    (Link.REDIS, Fault.REFUSE),
    (Link.TELEGRAM, Fault.CUT),
    (Link.TELEGRAM, Fault.REFUSE),
)


@pytest.mark.parametrize("kind", ["embedded", pytest.param("servers", marks=ON_SERVERS)])
async def test_killed_under_load_the_service_loses_and_doubles_nothing(kind: str) -> None:
    try:
        run = await kill_again_and_again(kind, kills=3, seed=5)
    except MissingServer as missing:
        lacking(str(missing))
    assert is_sound(run.verdict, run.seen), run.verdict


@pytest.mark.postgres
@pytest.mark.redis
async def test_a_broken_link_loses_and_doubles_nothing_and_is_got_over() -> None:
    try:
        run = await break_links(BREAKS, seconds=1.0, steady=0.3)
    except MissingServer as missing:
        lacking(str(missing))
    assert is_sound(run.verdict, run.seen), run.verdict
    assert [broken for broken in run.broken if broken.recovery > MOST_SECONDS] == []


@pytest.mark.parametrize(
    ("moment", "jump"),
    [
        ("an hour before it opens", 2 * HOUR),
        ("an hour after it opened", -24 * HOUR),
        ("an hour before it closes", 2 * HOUR),
        ("an hour before it closes", 24 * HOUR),
        ("an hour after it closed", -2 * HOUR),
    ],
)
async def test_a_clock_that_jumps_and_jumps_back_destroys_nothing(moment: str, jump: timedelta) -> None:
    jumped = await jump_at(moment, jump)
    assert jumped.sound, jumped
