"""Proofs from the database, equal to those from memory, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import Random

import pytest
from sqlalchemy import delete, event, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.crypto.note_signatures import open_note, public_key
from bot.storage.database import open_database, reading, writing
from bot.storage.schema import all as tables
from bot.transparency.log_reader import (
    LogDamaged,
    find_receipt,
    latest_checkpoint,
    prove_consistency,
    prove_inclusion,
    read_root,
)
from survey_flows.errors import BadInput
from survey_flows.merkle import consistency_proof, inclusion_proof, verify_inclusion
from tests.conftest import Backend
from tests.logs import ORIGIN, SEED, Entry, Log, store


@pytest.fixture
async def database(backend: Backend) -> AsyncIterator[AsyncEngine]:
    engine = open_database(backend.database_url)
    async with writing(engine) as connection:
        for table in (
            tables.campaigns,
            tables.log_entries,
            tables.log_tiles,
            tables.checkpoints,
            tables.cosignatures,
        ):
            # Without the triggers by which a migration guards them: tests take entries out.
            await connection.run_sync(table.drop, checkfirst=True)
            await connection.run_sync(table.create)
    yield engine
    await engine.dispose()


def drawn(size: int) -> Log:
    chance = Random(size)
    log = Log(chance)
    older = size // 3
    log.entries = [
        Entry("2026", "ballot", chance.randbytes(32), b"salt", str(number), form=1)
        for number in range(older)
    ]
    log.entries += [Entry("2026", "receipt", chance.randbytes(32)) for _ in range(size - older)]
    return log


EDGES = [1, 2, 3, 255, 256, 257, 511, 512, 513, 700]


@pytest.mark.parametrize("size", [1, 255, 256, 700])
async def test_every_proof_is_that_of_the_tree_in_memory(database: AsyncEngine, size: int) -> None:
    log = drawn(size)
    tree = log.subtrees()
    sizes = [edge for edge in EDGES if edge <= size]
    async with writing(database) as connection:
        await store(connection, log)
    async with reading(database) as connection:
        for part in sizes:
            opened = open_note(log.checkpoint(part), [public_key(SEED, ORIGIN)]).checkpoint
            assert await read_root(connection, part) == opened.root
            for position in {0, part // 2, part - 1, *range(0, part, 37)}:
                assert await prove_inclusion(connection, position, part) == inclusion_proof(
                    tree, position, part
                )
            for old in (0, *(edge for edge in sizes if edge <= part)):
                assert await prove_consistency(connection, old, part) == consistency_proof(
                    tree, old, part
                )


async def test_a_long_log_is_proven_from_few_rows(database: AsyncEngine) -> None:
    size = 66_000  # one full tile of level 1, and 449 entries beyond it
    log = drawn(size)
    tree = log.subtrees()
    async with writing(database) as connection:
        await store(connection, log)
    statements: list[str] = []
    event.listen(
        database.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2])
    )
    async with reading(database) as connection:
        for position, part in (
            (0, size),
            (size - 1, size),
            (12_345, 65_536),
            (65_535, 65_537),
            (40_000, 50_001),
        ):
            statements.clear()
            assert await prove_inclusion(connection, position, part) == inclusion_proof(
                tree, position, part
            )
            assert len(statements) <= 12
        for old, new in ((1, size), (65_535, 65_537), (20_000, 60_000), (size, size)):
            statements.clear()
            assert await prove_consistency(connection, old, new) == consistency_proof(
                tree, old, new
            )
            assert len(statements) <= 12


async def test_a_receipt_is_found_with_its_proof_and_the_newest_checkpoint(
    database: AsyncEngine,
) -> None:
    log = Log()
    code = log.code()
    log.publish("registration", "2026", "2026", {})
    log.receipt("2026", code)
    log.seal("ballot", "2026", {"unit": "TAX"})
    async with writing(database) as connection:
        await connection.execute(insert(tables.campaigns), [campaign_row("2025"), campaign_row()])
        await store(connection, log, (1, 2))
        await connection.execute(
            insert(tables.cosignatures),
            [
                {"size": 2, "name": "a", "line": "— a older"},
                {"size": 3, "name": "b", "line": "— b BBBB\n"},
                {"size": 3, "name": "a", "line": "— a AAAA"},
            ],
        )
    async with reading(database) as connection:
        found, newest = await find_receipt(connection, code), await latest_checkpoint(connection)
        assert found is not None
        assert newest is not None
        assert (found.position, found.line.data) == (1, log.entries[1].data)
        assert (newest.size, newest.note, newest.at) == (
            3,
            f"{log.checkpoint()}— a AAAA\n— b BBBB\n",
            1_760_000_003,
        )
        proof = await prove_inclusion(connection, found.position, newest.size)
        opened = open_note(log.checkpoint(), [public_key(SEED, ORIGIN)]).checkpoint
        assert verify_inclusion(log.hashes()[1], found.position, newest.size, proof, opened.root)
        assert await find_receipt(connection, log.code()) is None


def campaign_row(name: str = "2026") -> dict[str, object]:
    row = {"id": name, "year": 2026, "state": "open", "opens_at": 0, "closes_at": 1}
    aim = {"purpose": "counting", "about": "units", "asks": "public"}
    return {**row, **aim, "definition": "{}", "scheme": "{}"}


async def test_a_receipt_of_form_1_is_found_as_before(database: AsyncEngine) -> None:
    log = Log(form=1)
    code = log.code()
    log.publish("registration", "2026", "2026", {})
    log.seal("ballot", "2026", {"unit": "TAX"}, code)
    async with writing(database) as connection:
        await store(connection, log)
    async with reading(database) as connection:
        found = await find_receipt(connection, code)
        assert found is not None
        assert (found.position, found.line.form, found.line.data) == (1, 1, log.entries[1].data)


async def test_an_empty_log_and_impossible_sizes(database: AsyncEngine) -> None:
    async with reading(database) as connection:
        assert await latest_checkpoint(connection) is None
        assert await prove_consistency(connection, 0, 0) == []
        for old, new in ((0, 1), (-1, 0), (1, 0)):
            with pytest.raises(BadInput, match="has not had these sizes"):
                await prove_consistency(connection, old, new)


async def test_what_was_taken_out_of_the_database_is_noticed(database: AsyncEngine) -> None:
    async with writing(database) as connection:
        await store(connection, drawn(700))
        await connection.execute(
            delete(tables.log_entries).where(tables.log_entries.c.position == 699)
        )
        await connection.execute(delete(tables.log_tiles).where(tables.log_tiles.c.tile == 1))
        await connection.execute(
            delete(tables.log_entries).where(tables.log_entries.c.position == 300)
        )
    async with reading(database) as connection:
        for size in (600, 700):
            with pytest.raises(LogDamaged, match="missing"):
                await prove_inclusion(connection, 0, size)
        assert len(await prove_inclusion(connection, 0, 256)) == 8
