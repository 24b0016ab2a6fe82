"""Shortened runs of `python -m tests.chaos`."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.database import open_database, writing
from tests.chaos.__main__ import MOST_SECONDS, is_sound
from tests.chaos.clocks import HOUR, jump_at
from tests.chaos.faults import Link, break_links
from tests.chaos.kills import kill_again_and_again
from tests.chaos.proxy import Fault, Proxy
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


@pytest.mark.postgres
async def test_a_database_that_has_gone_silent_is_given_up_and_found_again(
    postgres_url: str,
) -> None:
    address = make_url(postgres_url)
    assert address.host
    assert address.port
    async with Proxy((address.host, address.port)) as proxy, asyncio.timeout(30):
        through = address.set(port=proxy.port).render_as_string(hide_password=False)
        database = open_database(through, patience=0.5)
        async with writing(database) as connection:
            await connection.execute(text("CREATE TABLE kept (id integer)"))
        with pytest.raises(OperationalError):
            await _write_into_silence(database, proxy)
        await proxy.end()
        async with writing(database) as connection:
            # It would wait for the lost transaction, if the server waited for that.
            await connection.execute(text("LOCK TABLE kept IN ACCESS EXCLUSIVE MODE"))
            assert (await connection.execute(text("SELECT count(*) FROM kept"))).scalar() == 0
        await database.dispose()


async def _write_into_silence(database: AsyncEngine, proxy: Proxy) -> None:
    async with writing(database) as connection:
        await connection.execute(text("INSERT INTO kept VALUES (1)"))
        await proxy.begin(Fault.SILENCE)
        await connection.execute(text("INSERT INTO kept VALUES (2)"))


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
async def test_a_clock_that_jumps_and_jumps_back_destroys_nothing(
    moment: str, jump: timedelta
) -> None:
    jumped = await jump_at(moment, jump)
    assert jumped.sound, jumped
