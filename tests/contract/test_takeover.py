"""A database from before lines is taken over: its log goes on in form 2 and still verifies.

The golden file has the rows of such a database, written by the version before, with the gate's and
the mixer's folders: a closed campaign whose result is in the log, and one that takes ballots. Three
of its ballots still wait for the mixer.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import TextClause, delete, func, select, text, update

from bot.accounts.approvals import Approvals
from bot.ballots.gate import Gate
from bot.ballots.mixer import Mixer
from bot.campaigns.lifecycle import close_campaign
from bot.campaigns.link_marks import mark_links_anew
from bot.campaigns.live_campaigns import LiveCampaigns, Trust
from bot.campaigns.registered import counts_already
from bot.core.identity import Citizen
from bot.crypto.gate_keys import GateKeys, load_gate_keys
from bot.crypto.keyrings import Keyring
from bot.storage.database import open_database, reading, writing
from bot.storage.migrate import migrate
from bot.storage.schema import all as tables
from bot.transparency.log_entry import entry_of_row
from bot.verification import minping_verify
from bot.verification.bundle import (
    json_lines,
    make_bundle,
    request_result_entry,
)
from bot.verification.bundle_format import LOG, OPENINGS, OWNERS
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.result_decision import RESULT, result_decision
from bot.verification.verifier import verify
from survey_flows.effects import StoreBallot
from survey_flows.errors import BadInput
from survey_flows.log_entries import positions_digest
from tests.contract.test_conductor import NOW, Frozen
from tests.contract.test_migrations import upgraded
from tests.contract.test_mixer import ballot
from tests.desk import DESK, roster_of

GOLDEN = Path(__file__).parents[1] / "golden" / "before-lines.json.gz"
OLDER_ENTRIES = 53


@dataclass
class Taken:
    """What runs on the older database."""

    database: Any
    mixer: Mixer
    keys: GateKeys
    before: str
    """The checkpoint that the older version signed last."""

    @property
    def clock(self) -> Frozen:
        return Frozen()

    @property
    def approvals(self) -> Approvals:
        """Return what two people decide, in the profile solo."""
        decisions = {RESULT: result_decision(DESK)}
        return Approvals(roster_of(self.database), decisions, counts_already, self.clock)

    async def rows(self, table: Any) -> list[Any]:
        async with reading(self.database) as connection:
            return list(await connection.execute(select(table)))

    async def entries(self) -> list[Any]:
        found = await self.rows(tables.log_entries)
        return [entry_of_row(row._mapping) for row in sorted(found, key=lambda row: row.position)]

    def failures(self, files: dict[str, bytes], since: str = "") -> list[str]:
        """What `minping verify` says; the stand-alone verifier has to agree."""
        checks = verify(files, VerificationRequest([self.mixer.key], since=since))
        failed = [check.what for check in checks if not check.ok]
        asked = minping_verify.Asked([minping_verify.read_key(self.mixer.key.write())], since=since)
        outcomes = minping_verify.verify(files, asked)
        alone = [outcome.line() for outcome in outcomes if not outcome.ok]
        assert bool(alone) == bool(failed), (alone, failed)
        return failed


def insertions(found: dict[str, Any], postgres: bool) -> list[TextClause]:
    """Statements that fill the tables of the older version."""
    statements = []
    for table, rows in found["tables"].items():
        for row in rows:
            values = {
                name: bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
                for name, value in row.items()
            }
            columns = ", ".join(f'"{name}"' for name in values)
            places = ", ".join(f":{name}" for name in values)
            statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"
            statements.append(text(statement).bindparams(**values))
        if postgres and rows and isinstance(rows[0].get("id"), int):
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            statements.append(text(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))"))
    return statements


@pytest.fixture
async def taken(bare_store_url: str, tmp_path: Path) -> AsyncIterator[Taken]:
    found = json.loads(gzip.decompress(GOLDEN.read_bytes()))
    for name, raw in found["files"].items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes.fromhex(raw))
    database = open_database(bare_store_url)
    postgres = database.dialect.name == "postgresql"
    await upgraded(database, found["revision"], insertions(found, postgres))
    await migrate(database)
    keys = load_gate_keys(tmp_path / "keys")
    mixer = Mixer(
        database, Keyring(tmp_path / "mixer"), keys.public(), DESK.key.public, "minping", Frozen()
    )
    gate = Gate(keys, mixer.key)
    mixer.gate_work = partial(gate.end_campaigns, database)
    notes = sorted((row["size"], row["note"]) for row in found["tables"]["checkpoints"])
    yield Taken(database, mixer, keys, notes[-1][1])
    await database.dispose()


async def cast(taken: Taken, first: int, people: int) -> None:
    gate = Gate(taken.keys, taken.mixer.key)
    quarter = int(NOW.timestamp()) // 900
    said = [
        (Citizen("test", f"n{number}"), StoreBallot(replace(ballot(number), bucket=quarter)))
        for number in range(first, first + people)
    ]
    async with writing(taken.database) as connection:
        await gate.admit(connection, said)


async def test_the_first_new_entry_freezes_whose_each_older_one_is(taken: Taken) -> None:
    await taken.mixer.turn()
    await taken.mixer.turn()
    entries = await taken.entries()
    assert [entry.form for entry in entries].index(2) == OLDER_ENTRIES
    formats = [at for at, entry in enumerate(entries) if entry.kind == "format"]
    assert formats == [OLDER_ENTRIES], "once"
    said = json.loads(entries[OLDER_ENTRIES].body)
    sealed: dict[str, list[int]] = {}
    for position, entry in enumerate(entries[:OLDER_ENTRIES]):
        if entry.body is None:
            sealed.setdefault(entry.campaign, []).append(position)
    assert said["from"] == OLDER_ENTRIES
    assert said["campaigns"] == {name: positions_digest(all_) for name, all_ in sealed.items()}
    assert set(sealed) == {"done", "year"}
    assert taken.mixer.log.guard.read().done.size == len(entries)
    lines = list(taken.mixer.log.guard.entries())
    assert lines == entries


async def test_the_log_goes_on_and_both_campaigns_verify(taken: Taken) -> None:
    await taken.mixer.turn()
    await cast(taken, 300, 12)
    while await taken.mixer.mix({"year"}):
        pass
    await close_campaign(taken.database, "year", DESK, taken.clock, "for a test")
    await taken.mixer.turn()
    await request_result_entry(taken.database, "year", taken.approvals, "zhou")
    await taken.mixer.turn()
    for campaign in ("done", "year"):
        for openings in (False, True):
            files = await make_bundle(taken.database, campaign, openings)
            assert OWNERS in files
            assert taken.failures(files, taken.before) == []
            found = verify(files, VerificationRequest([taken.mixer.key]))
            sentence = f"whose an entry is was committed only at entry {OLDER_ENTRIES};"
            assert any(sentence in check.what for check in found)
    async with reading(taken.database) as connection:
        query = select(func.count()).where(tables.log_entries.c.kind == "receipt")
        assert (await connection.execute(query)).scalar() == 3 + 12


async def unlock(taken: Taken) -> None:
    """Drop the triggers against slips, as the owner of the database can."""
    on = " ON log_entries" if taken.database.dialect.name == "postgresql" else ""
    async with writing(taken.database) as connection:
        await connection.execute(text(f"DROP TRIGGER log_entries_frozen{on}"))


async def closed_year(taken: Taken) -> dict[bool, dict[str, bytes]]:
    await taken.mixer.turn()
    await cast(taken, 300, 30)
    while await taken.mixer.mix({"year"}):
        pass
    await close_campaign(taken.database, "year", DESK, taken.clock, "for a test")
    await taken.mixer.turn()
    await request_result_entry(taken.database, "year", taken.approvals, "zhou")
    await taken.mixer.turn()
    return {
        openings: await make_bundle(taken.database, "year", openings) for openings in (False, True)
    }


async def test_relabelled_entries_and_deleted_ballots_are_found(taken: Taken) -> None:
    """Row 1 of the attacks: 27 unwelcome ballots were given to another campaign, unseen."""
    honest = await closed_year(taken)
    kept = [entry.line for entry in await taken.entries()]
    columns, ballots = tables.log_entries.c, tables.ballots
    async with reading(taken.database) as connection:
        older = ballots.c.position < OLDER_ENTRIES
        angry = select(ballots.c.position).where(ballots.c.campaign == "year")
        ours = (await connection.execute(angry.where(older))).scalars().all()
        newer = (await connection.execute(angry.where(~older))).scalars().all()
    await unlock(taken)
    receipts = [at - len(newer) for at in newer]
    async with writing(taken.database) as connection:
        for places in (ours, newer, receipts):
            changed = update(tables.log_entries).where(columns.position.in_(places))
            await connection.execute(changed.values(campaign="done"))
        gone = delete(ballots).where(ballots.c.position.in_([*ours, *newer]))
        await connection.execute(gone)
    # The service refuses: its rows are no longer what it signed.
    for openings in (False, True):
        with pytest.raises(BadInput):
            await make_bundle(taken.database, "year", openings)
    # So do the verifiers, if somebody makes the bundle without the service.
    forged = [entry.line for entry in await taken.entries()]
    assert forged != kept
    for openings, whole in honest.items():
        files = dict(whole)
        lines = [line.hex().encode() if len(line) == 64 else line for line in forged]
        files[LOG] = b"".join(line + b"\n" for line in lines)
        owners = files[OWNERS].splitlines()
        for at in ours:
            owners[at] = b"done"
        files[OWNERS] = b"".join(owner + b"\n" for owner in owners)
        if openings:
            rows = [json.loads(line) for line in files[OPENINGS].splitlines()]
            left = [row for row in rows if row["position"] not in {*ours, *newer}]
            files[OPENINGS] = json_lines(left)
        for since in ("", taken.before):
            found = taken.failures(files, since)
            assert (
                "the entries in the bundle are not those of the checkpoint: some were changed"
                in found
            )
            differs = "says another thing of the older entries of done than older.txt"
            assert any(differs in failure for failure in found)


async def test_a_campaign_that_was_open_goes_on_being_proven(taken: Taken) -> None:
    """Its registration is an entry of form 1; its links get their marks at the first start."""
    await taken.mixer.turn()
    live = LiveCampaigns(taken.database, "Asia/Shanghai", Trust(taken.mixer.key, DESK))
    await live.refresh()
    known = live.get("year")
    assert known is not None
    assert known.links == {}, "not marked yet"
    async with writing(taken.database) as connection:
        await mark_links_anew(connection, DESK)
    live = LiveCampaigns(taken.database, "Asia/Shanghai", Trust(taken.mixer.key, DESK))
    await live.refresh()
    known = live.get("year")
    assert known is not None
    assert set(known.links) == {row.token for row in await taken.rows(tables.links)
                                if row.campaign == "year"}  # fmt: skip
    assert known.links
