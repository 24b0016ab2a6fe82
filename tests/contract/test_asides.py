"""What a ballot says of its moment is erased after the result, and its text stays whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from bot.ballots.close_check import ROWS, check_ballots
from bot.ballots.stored_bodies import ASIDE
from bot.fraud_review.asides import erase_asides
from bot.fraud_review.case_finding import find_cases, run_signals
from bot.results.archive.writer import write_archive
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.verification.bundle import make_bundle
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.errors import BadInput
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_gate_signs import cast, checked
from tests.contract.test_mixer import rows
from tests.desk import DESK
from tests.servers import PostgresCluster


@pytest.fixture
async def closed(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    """A closed campaign with a replaced ballot, and its result in the log."""
    async with make_road(store_url, tmp_path) as road:
        for number in range(15):
            await cast(road, f"u{number % 14}", number)
        await road.mix()
        await road.close("year")
        assert await checked(road) == []
        yield road


async def kept(road: Road) -> set[bool]:
    found = [*await rows(road, tables.ballots), *await rows(road, tables.superseded)]
    return {row._mapping[name] is not None for row in found for name in ASIDE}


def later(road: Road, days: int) -> datetime:
    return road.clock.now() + timedelta(days=days)


async def wait_for_checkers(road: Road, state: str) -> None:
    row = {"id": "c", "campaign": "year", "rules": "[]", "unit": "TAX", "evidence": "{}"}
    row |= {"digest": "d", "salt": bytes(16), "state": state, "verdict": "proposed"}
    async with writing(road.database) as connection:
        await connection.execute(tables.cases.insert(), [row | {"round": 1, "number": 1}])


async def test_the_moments_go_a_week_after_the_result(closed: Road) -> None:
    await erase_asides(closed.database, later(closed, 6))
    assert await kept(closed) == {True}
    await run_signals(closed.database, "year")
    await erase_asides(closed.database, later(closed, 8))
    assert await kept(closed) == {False}


async def test_while_a_case_waits_they_stay_but_not_for_ever(closed: Road) -> None:
    await wait_for_checkers(closed, "waiting")
    await erase_asides(closed.database, later(closed, 59))
    assert await kept(closed) == {True}
    await erase_asides(closed.database, later(closed, 61))
    assert await kept(closed) == {False}


async def test_a_decided_case_keeps_nothing(closed: Road) -> None:
    await wait_for_checkers(closed, "decided")
    await erase_asides(closed.database, later(closed, 8))
    assert await kept(closed) == {False}


async def test_without_a_result_they_stay_for_sixty_days(store_url: str, tmp_path: Path) -> None:
    async with make_road(store_url, tmp_path) as road:
        await cast(road, "ann", 1)
        await erase_asides(road.database, later(road, 100))
        await road.close("year")
        await erase_asides(road.database, later(road, 59))
        assert await kept(road) == {True}
        await erase_asides(road.database, later(road, 61))
        assert await kept(road) == {False}


async def test_what_reads_ballots_bears_that_their_moments_are_gone(
    closed: Road, tmp_path: Path
) -> None:
    await erase_asides(closed.database, later(closed, 61))
    assert await check_ballots(closed.database, "year", closed.mixer.log.guard) == []
    files = await make_bundle(closed.database, "year", openings=True)
    assert b'"aside":{' not in files["openings.jsonl"]
    wanted = VerificationRequest([closed.mixer.key])
    assert [one.what for one in verify(files, wanted) if not one.ok] == []
    await write_archive(closed.database, "year", tmp_path / "archive", auditors=True)
    with pytest.raises(BadInput, match="were erased after the result"):
        await find_cases(closed.database, "year", DESK)


async def test_a_changed_moment_is_found_while_it_is_kept(closed: Road) -> None:
    async with writing(closed.database) as connection:
        columns = tables.ballots.c
        await connection.execute(update(tables.ballots).values(risk=columns.risk + 1))
    found = await check_ballots(closed.database, "year")
    assert [one.id for one in found] == [ROWS]


async def test_a_moment_that_is_erased_in_part_is_found(closed: Road) -> None:
    async with writing(closed.database) as connection:
        await connection.execute(update(tables.superseded).values(bucket=1))
        await connection.execute(update(tables.ballots).values(bucket=None))
    found = await check_ballots(closed.database, "year")
    assert [(one.id, dict(one.values)["count"]) for one in found] == [(ROWS, 15)]


async def files_of(road: Road, request: pytest.FixtureRequest) -> bytes:
    """What the files of the database have of ballots, as whoever copies the disk reads them."""
    if road.database.dialect.name == "sqlite":
        file = Path(str(road.database.url.database))
        return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    cluster: PostgresCluster = request.getfixturevalue("postgres_cluster")
    async with road.database.connect() as connection:
        await connection.execute(text("CHECKPOINT"))
        query = text("SELECT pg_relation_filepath('ballots'), pg_relation_filepath('superseded')")
        paths = (await connection.execute(query)).one()
    return b"".join((cluster.data / path).read_bytes() for path in paths)


async def test_what_is_erased_is_in_no_file_of_the_database(
    closed: Road, request: pytest.FixtureRequest
) -> None:
    ballots = [*await rows(closed, tables.ballots), *await rows(closed, tables.superseded)]
    salts = [bytes(row.aside_salt) for row in ballots]
    assert len(salts) == 15
    before = await files_of(closed, request)
    assert all(salt in before for salt in salts)
    await erase_asides(closed.database, later(closed, 61))
    after = await files_of(closed, request)
    assert not any(salt in after for salt in salts)
    assert any(bytes(row.number) in after for row in ballots)
