"""The audit log on both databases: it only grows, and a change behind its back is found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import make_parser
from bot.accounts.audit_anchors import (
    AuditBroken,
    AuditCheck,
    anchor_rows,
    check_rows,
    read_anchors,
)
from bot.accounts.audit_log import (
    DONE,
    FIELDS,
    REFUSED,
    START,
    AuditRecord,
    append_record,
    first_broken,
    plain_digest,
    read_records,
)
from bot.core.settings import Settings
from bot.service.composition import audit_anchors
from bot.service.installation_keys import open_desk
from bot.storage.database import open_database, reading, writing
from bot.storage.migrate import migrate
from bot.storage.schema.audit_log import audit
from bot.transparency.desk import Desk
from tests.contract.test_conductor import Road, make_road
from tests.desk import DESK
from tests.web_city import Clock


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_database(store_url)
    await migrate(engine)
    yield engine
    await engine.dispose()


async def fill(database: AsyncEngine, number: int = 8) -> None:
    acts = [
        AuditRecord("zhou" if n % 2 else "li", "administrator", f"act {n}", "2026", DONE)
        for n in range(number)
    ]
    await asyncio.gather(*(append_record(database, act, DESK, Clock()) for act in acts))


async def verify_rows(database: AsyncEngine) -> tuple[int, int]:
    """Return how many rows hold together, and the number of the first that does not."""
    async with reading(database) as connection:
        broken, last, _ = await first_broken(connection, DESK)
    return last, broken


async def switch_triggers_off(database: AsyncEngine) -> None:
    async with writing(database) as connection:
        if connection.dialect.name == "sqlite":
            for name in ("audit_update", "audit_delete"):
                await connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        else:
            await connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))


async def test_acts_that_come_at_once_stand_in_one_chain(database: AsyncEngine) -> None:
    assert await verify_rows(database) == (0, 0)
    await fill(database)
    await append_record(
        database, AuditRecord("", "", "/admin/sign-in", "x" * 500, REFUSED), DESK, Clock()
    )
    assert await verify_rows(database) == (9, 0)
    acts = await read_records(database)
    assert [act.number for act in acts] == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert (acts[0].outcome, len(acts[0].what)) == (REFUSED, 120)
    assert {act.act for act in await read_records(database, "zhou")} == {
        "act 1",
        "act 3",
        "act 5",
        "act 7",
    }
    assert [act.number for act in await read_records(database, most=2, before=5)] == [4, 3]
    assert await read_records(database, since=int(Clock().now().timestamp()) + 1) == []


async def test_no_row_can_be_changed_or_deleted(database: AsyncEngine) -> None:
    await fill(database)
    for statement in (update(audit).values(who="nobody"), delete(audit)):
        with pytest.raises(DBAPIError, match="the audit log only grows"):
            async with writing(database) as connection:
                await connection.execute(statement)
    assert await verify_rows(database) == (8, 0)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (update(audit).where(audit.c.number == 3).values(who="nobody"), 3),
        (update(audit).where(audit.c.number == 8).values(outcome=REFUSED), 8),
        (delete(audit).where(audit.c.number == 5), 5),
        (delete(audit).where(audit.c.number == 1), 1),
        (update(audit).where(audit.c.number == 2).values(at=0), 2),
    ],
)
async def test_who_switches_the_guards_off_is_found_out(
    database: AsyncEngine, change: object, found: int
) -> None:
    await fill(database)
    await switch_triggers_off(database)
    async with writing(database) as connection:
        await connection.execute(change)  # type: ignore[call-overload]
    assert (await verify_rows(database))[1] == found


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def rewrite(database: AsyncEngine, first: int = 1, who: str = "nobody") -> None:
    """Rename the actors of all rows from one on, and compute the chain anew without a key."""
    await switch_triggers_off(database)
    async with writing(database) as connection:
        rows = (await connection.execute(select(audit).order_by(audit.c.number))).all()
        before = START
        for row in rows:
            if row.number < first:
                before = bytes(row.digest)
                continue
            fields = {name: row._mapping[name] for name in FIELDS} | {"who": who}
            before = plain_digest(before, fields)
            changed = update(audit).where(audit.c.number == row.number)
            await connection.execute(changed.values(who=who, digest=before))


async def check(road: Road, folder: Path) -> AuditCheck:
    (folder / "keys" / "mixer").exists() or (folder / "keys" / "mixer").symlink_to(folder / "mixer")
    settings = Settings(data=folder, log_origin="minping")
    anchors = await audit_anchors(settings, road.database, DESK)
    async with reading(road.database) as connection:
        by_rows = await check_rows(connection, DESK, await read_anchors(connection, DESK))
        by_guard = await check_rows(connection, DESK, anchors)
    assert by_rows == by_guard
    return by_guard


async def test_the_log_commits_to_the_rows_hourly_and_after_a_close(
    road: Road, tmp_path: Path
) -> None:
    assert not await anchor_rows(road.database, DESK, road.clock)
    await fill(road.database, 3)
    assert await anchor_rows(road.database, DESK, road.clock)
    assert (await check(road, tmp_path)).anchored == 0
    await fill(road.database, 2)
    assert not await anchor_rows(road.database, DESK, road.clock), "an act waits"
    await road.mixer.turn()
    found = await check(road, tmp_path)
    assert (found.rows, found.anchored, found.problem) == (5, 3, None)
    assert not await anchor_rows(road.database, DESK, road.clock)
    road.clock.time += timedelta(hours=1)
    assert await anchor_rows(road.database, DESK, road.clock)
    await road.mixer.turn()
    await fill(road.database, 1)
    await road.close("year")
    assert await anchor_rows(road.database, DESK, road.clock)
    await road.mixer.turn()
    assert (await check(road, tmp_path)).anchored == 6
    road.clock.time += timedelta(hours=2)
    assert not await anchor_rows(road.database, DESK, road.clock), "there is nothing new"


@pytest.mark.parametrize("first", [1, 4, 5])
async def test_a_rewritten_audit_log_is_found(
    road: Road, store_url: str, tmp_path: Path, first: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Today's attack 4: triggers dropped, actors renamed, the chain computed anew."""
    await fill(road.database, 4)
    assert await anchor_rows(road.database, DESK, road.clock)
    await road.mixer.turn()
    await fill(road.database, 2)
    await rewrite(road.database, first)
    found = await check(road, tmp_path)
    assert found.problem is not None
    assert found.anchored == (0 if first < 5 else 4)
    with pytest.raises(AuditBroken):
        await anchor_rows(road.database, DESK, road.clock, now=True)
    chosen = make_parser("audit").parse_args(["audit", "verify"])
    settings = Settings(database_url=store_url, data=tmp_path, log_origin="minping")
    assert await chosen.run(settings, chosen) == 1
    said = capsys.readouterr().out
    assert "FAIL" in said
    if first == 5:
        assert "row 5 of the audit log was changed or removed" in said
        assert "the public log commits to the rows until 4, at entry" in said
    else:
        assert "row 4 is not the one that the public log commits to" in said


async def test_with_the_desks_key_too_a_rewritten_log_contradicts_the_public_one(
    road: Road, tmp_path: Path
) -> None:
    await fill(road.database, 4)
    assert await anchor_rows(road.database, DESK, road.clock)
    await road.mixer.turn()
    await switch_triggers_off(road.database)
    async with writing(road.database) as connection:
        await connection.execute(delete(audit))
    for number in range(6):
        act = AuditRecord("nobody", "administrator", f"act {number}", "2026", DONE)
        await append_record(road.database, act, DESK, road.clock)
    found = await check(road, tmp_path)
    assert (found.rows, found.anchored) == (6, 0)
    assert found.problem is not None
    assert found.problem.id == "audit-differs"


async def test_rows_cut_off_at_the_end_are_missed(road: Road, tmp_path: Path) -> None:
    await fill(road.database, 4)
    assert await anchor_rows(road.database, DESK, road.clock)
    await road.mixer.turn()
    await switch_triggers_off(road.database)
    async with writing(road.database) as connection:
        await connection.execute(delete(audit).where(audit.c.number > 2))
    assert (await check(road, tmp_path)).problem is not None


async def test_a_forged_act_about_the_audit_log_is_not_believed(road: Road, tmp_path: Path) -> None:
    await fill(road.database, 4)
    await rewrite(road.database)
    async with reading(road.database) as connection:
        newest = select(audit.c.digest).order_by(audit.c.number.desc()).limit(1)
        digest = bytes((await connection.execute(newest)).scalar_one()).hex()
    stranger = Desk(bytes(32), "minping")
    async with writing(road.database) as connection:
        facts = {"rows": 4, "digest": digest, "at": 1}
        await stranger.order(connection, "audit", "-", facts)
    await road.mixer.turn()
    found = await check(road, tmp_path)
    assert (found.anchored, found.problem is not None) == (0, True)


async def test_an_audit_log_from_before_the_desk_is_committed_to_once(
    road: Road, store_url: str, tmp_path: Path
) -> None:
    (tmp_path / "keys" / "desk" / "desk.key").unlink()
    (tmp_path / "mixer" / "guard" / "desk").unlink()
    await switch_keys_act_off(road)
    await fill(road.database, 4)
    await rewrite(road.database, who="zhou")
    settings = Settings(database_url=store_url, data=tmp_path, log_origin="minping")
    desk = await open_desk(settings, road.database, road.clock)
    await append_record(road.database, AuditRecord("li", "", "act", "", DONE), desk, road.clock)
    async with reading(road.database) as connection:
        anchors = await read_anchors(connection, desk, waiting=True)
        assert [anchor.rows for anchor in anchors] == [4]
        found = await check_rows(connection, desk, anchors)
        assert (found.rows, found.anchored, found.problem) == (5, 4, None)
    await rewrite(road.database, first=5)
    async with reading(road.database) as connection:
        assert (await check_rows(connection, desk, anchors)).problem is not None


async def switch_keys_act_off(road: Road) -> None:
    """Make the log look as it did before it told of keys."""
    async with writing(road.database) as connection:
        on = " ON log_entries" if connection.dialect.name == "postgresql" else ""
        await connection.exec_driver_sql("DROP TRIGGER log_entries_frozen" + on)
        await connection.exec_driver_sql("UPDATE log_entries SET kind = 'x' WHERE kind = 'keys'")
