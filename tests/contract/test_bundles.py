"""Bundles from the database, and the commands that make and check them."""

from __future__ import annotations

import json
import random
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.__main__ import main
from bot.ballots.close_check import BallotsChanged
from bot.ballots.stored_bodies import ASIDE
from bot.crypto.gate_keys import make_gate_keys
from bot.crypto.note_signatures import public_key
from bot.storage.database import open_database, writing
from bot.storage.migrate import migrate
from bot.storage.schema import all as tables
from bot.transparency.log_entry import unnamed_body
from bot.transparency.verdicts import DECIDED, DROPPED, PROPOSED, WAITING
from bot.verification.bundle import make_bundle, pack, result_entry_body
from bot.verification.bundle_format import MANIFEST
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.errors import BadInput
from survey_flows.log_entries import canonical, receipt_label
from tests.bundles import (
    CLOSES,
    DEFINITION,
    OPENS,
    RULES,
    SCHEME,
    SIGNED,
    UNSIGNED,
    Campaign,
    drawn,
)
from tests.conftest import Backend
from tests.logs import DESK, GATE, ORIGIN, SEED, SEEDS, Entry, Log, store

KEY = public_key(SEED, ORIGIN)


@pytest.fixture
async def database(backend: Backend) -> AsyncIterator[AsyncEngine]:
    engine = open_database(backend.database_url)
    await migrate(engine)
    yield engine
    await engine.dispose()


async def keep(connection: AsyncConnection, case: Campaign, state: str = "closed") -> None:
    """Store a campaign as the service does."""
    await store(connection, case.log)
    frozen = {
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "definition": json.dumps(DEFINITION),
        "scheme": SCHEME.model_dump_json(),
    }
    acts = [(entry.kind, entry.campaign) for entry in case.log.entries]
    row = {"id": case.name, "year": 2026, "state": state}
    row |= {"registered": acts.index(("registration", case.name)), **frozen}
    await connection.execute(insert(tables.campaigns), [row])
    for position in case.own():
        entry = case.log.entries[position]
        body, at = (
            json.loads(entry.body),
            {"campaign": case.name, "position": position, "salt": entry.salt},
        )
        if position in case.erased:
            continue
        if body["kind"] == "ballot" and position in case.superseded:
            kept = {name: signed(case, entry)[name] for name in ("unit_voter", *ASIDE)}
            row = {"unit": body["unit"], "voter": bytes.fromhex(body["voter"]), "body": entry.body}
            await connection.execute(insert(tables.superseded), [row | at | kept])
        elif body["kind"] == "ballot":
            names = ("unit", "questionnaire", "stratum", "source", "ratings")
            row = {name: body[name] for name in names} | {
                "grp": body["group"],
                "facts": json.dumps(body["facts"]),
            }
            row |= {"voter": bytes.fromhex(body["voter"]), "weight": case.weights.get(position, 4)}
            await connection.execute(insert(tables.ballots), [row | at | signed(case, entry)])
        elif body["kind"] == "comment":
            row = {"unit": body["unit"], "text": body["text"], "voter": random.randbytes(32)}
            if case.way == SIGNED:
                row |= {"number": bytes.fromhex(body["id"]), "gate": b64decode(body["gate"])}
            await connection.execute(insert(tables.comments), [row | at])
        else:
            await connection.execute(insert(tables.withdrawals), [{"body": entry.body} | at])
    if case.way == SIGNED:
        row = {"campaign": case.name, "salt": case.intake_salt, "units": canonical(case.intake)}
        await connection.execute(insert(tables.intakes), [row])
    await keep_cases(connection, case)


def signed(case: Campaign, entry: Entry) -> dict[str, object]:
    """Return the columns of what the gate signed in a ballot, or its moment from before."""
    body = json.loads(entry.body)
    if case.way != SIGNED:
        empty = dict.fromkeys(("unit_voter", "aside_salt", "cluster", "reminders"))
        return empty | {name: body[name] for name in ("bucket", "risk")}
    salt, aside = case.asides[entry.salt]
    return {
        **json.loads(aside),
        "aside_salt": salt,
        "aside": bytes.fromhex(body["aside"]),
        "number": bytes.fromhex(body["id"]),
        "again": body["again"],
        "gate": b64decode(body["gate"]),
        "channel": body["channel"],
        "unit_voter": bytes.fromhex(body["voter"]),
    }


async def keep_cases(connection: AsyncConnection, case: Campaign) -> None:
    ids = {row.position: row.id for row in await connection.execute(select(tables.ballots))}
    for name, suspected in case.cases.items():
        row = {
            "id": name,
            "campaign": case.name,
            "rules": json.dumps(RULES),
            "unit": "TAX",
            "evidence": "{}",
        }
        row |= {
            "digest": name,
            "salt": suspected.salt,
            "round": 1,
            "number": len(suspected.verdicts),
        }
        state = {PROPOSED: WAITING, DROPPED: DROPPED}.get(suspected.stands, DECIDED)
        await connection.execute(
            insert(tables.cases), [row | {"state": state, "verdict": suspected.stands}]
        )
        light = [
            {"ballot": ids[at], "weight": weight, "before": 4}
            for at, weight in suspected.light.items()
        ]
        await connection.execute(
            insert(tables.case_ballots), [{"case_id": name} | ballot for ballot in light]
        )


async def test_the_bundle_of_the_database_is_that_of_the_log_in_memory(
    database: AsyncEngine,
) -> None:
    case = drawn(11)
    async with writing(database) as connection:
        await keep(connection, case)
    for openings in (True, False):
        files = await make_bundle(database, case.name, openings)
        assert files == case.bundle(openings)
        assert pack(files) == pack(await make_bundle(database, case.name, openings))
        assert [
            check.what for check in verify(files, VerificationRequest([KEY])) if not check.ok
        ] == []
        everything = b"".join(files.values())
        assert all((voter.encode() in everything) == openings for voter, _ in case.last)
    logged = unnamed_body(case.log.entries[-1].body)
    assert json.loads(await result_entry_body(database, case.name)) == logged


async def test_a_bundle_is_refused_before_the_close_without_result_and_for_ballots_from_elsewhere(
    database: AsyncEngine,
) -> None:
    case = drawn(12)
    async with writing(database) as connection:
        await keep(connection, case, "open")
    with pytest.raises(BadInput, match="this campaign is not closed yet"):
        await make_bundle(database, case.name, False)
    with pytest.raises(BadInput, match="there is no such campaign"):
        await make_bundle(database, "none", False)
    async with writing(database) as connection:
        await connection.execute(update(tables.campaigns).values(state="closed"))
        chosen = tables.ballots.c.position == min(case.last.values())
        await connection.execute(update(tables.ballots).where(chosen).values(weight=0))
    with pytest.raises(BallotsChanged, match="1 ballots weigh otherwise than the decisions"):
        await make_bundle(database, case.name, False)
    async with writing(database) as connection:
        await connection.execute(update(tables.campaigns).values(state="closed"))
        await connection.execute(update(tables.ballots).where(chosen).values(position=None))
    with pytest.raises(BadInput, match="1 ballots or comments are stored that never went"):
        await make_bundle(database, case.name, False)


async def test_stored_openings_that_do_not_fit_the_log_are_noticed(database: AsyncEngine) -> None:
    case = drawn(13)
    async with writing(database) as connection:
        await keep(connection, case)
        await connection.execute(update(tables.comments).values(text="other"))
    with pytest.raises(BallotsChanged, match="are not what the log commits to"):
        await make_bundle(database, case.name, True)
    with pytest.raises(BadInput, match="not closed yet"):
        await make_bundle(database, case.name, False)


async def test_without_result_or_checkpoint_there_is_no_bundle(database: AsyncEngine) -> None:
    case = Campaign(Log(), way=UNSIGNED)
    case.register()
    case.close()
    assert case.log.entries.pop().kind == "result"
    async with writing(database) as connection:
        await keep(connection, case)
    with pytest.raises(BadInput, match="its result, as it is now, is not in the log yet"):
        await make_bundle(database, case.name, False)
    async with writing(database) as connection:
        await connection.execute(delete(tables.checkpoints))
    with pytest.raises(BallotsChanged, match="do not give the signed root"):
        await make_bundle(database, case.name, False)


def test_the_commands_write_and_check_a_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import asyncio

    case = drawn(14)

    async def fill() -> None:
        engine = open_database(f"sqlite:///{tmp_path / 'minping.sqlite3'}")
        await migrate(engine)
        async with writing(engine) as connection:
            await keep(connection, case)
        await engine.dispose()

    asyncio.run(fill())
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    path, older = tmp_path / "b.zip", tmp_path / "older.txt"
    older.write_text(case.log.checkpoint(9))
    monkeypatch.setenv("MINPING_LOG_ORIGIN", ORIGIN)
    make_gate_keys(tmp_path / "keys")
    (tmp_path / "keys" / "sign.key").write_bytes(SEEDS[GATE])
    (tmp_path / "keys" / "desk").mkdir()
    (tmp_path / "keys" / "desk" / "desk.key").write_bytes(SEEDS[DESK])
    (tmp_path / "keys" / "mixer").mkdir()
    (tmp_path / "keys" / "mixer" / "log.key").write_bytes(SEED)
    assert main(["bundle", case.name, str(path), "--openings"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"{path}\n{path.with_name('minping_verify.py')}\n")
    assert f"minping verify {path} --key " in told
    monkeypatch.setenv("MINPING_DATA", str(tmp_path / "nothing"))
    words = [
        "verify",
        str(path),
        "--key",
        KEY.write(),
        "--receipt",
        case.codes[0],
        "--since",
        str(older),
    ]
    assert main(words) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 27
    assert all(line.startswith("ok    ") for line in out)
    label = receipt_label(case.name, case.codes[0])
    position = next(at for at, e in enumerate(case.log.entries) if e.label == label)
    assert f"ok    the receipt is included, as entry {position}" in out
    assert not (tmp_path / "nothing").exists()
    assert main([*words[:2], "--key", public_key(bytes(32), ORIGIN).write()]) == 1
    assert "\nFAIL  checkpoint: the checkpoint is not signed by" in capsys.readouterr().out
    assert main(["verify", str(older)]) == 1
    assert "not a whole ZIP" in capsys.readouterr().err
    assert main(["bundle", case.name, str(tmp_path / "none" / "b.zip")]) == 1
    assert json.loads(case.bundle()[MANIFEST])["campaign"] == case.name
