"""The log and its guard on the real databases: kills, older databases, lost guards, refills."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import func, select, update
from sqlalchemy.engine import make_url

from bot.__main__ import PERSON_NEEDED, WRONG_INPUT, main
from bot.accounts.named_people import NamedPeople
from bot.accounts.roster import Roster
from bot.accounts.second_factor import FactorKeys, begin_factor, confirm_factor
from bot.accounts.staff import add_staff
from bot.ballots.gate import Gate
from bot.ballots.mixer import Mixer
from bot.campaigns.lifecycle import pause_campaign
from bot.campaigns.log_loss import refill_log
from bot.crypto.keyrings import KeyMissing, Keyring
from bot.crypto.note_signatures import open_note
from bot.storage.database import open_database, reading, writing
from bot.storage.schema import all as tables
from bot.transparency.guard import Guard
from bot.transparency.guarded_log import LogRefused
from bot.transparency.log_reader import latest_checkpoint, read_root
from bot.verification.bundle import make_bundle, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.effects import StoreBallot
from survey_flows.errors import BadInput
from tests.contract.test_conductor import NOW, Road, make_road
from tests.contract.test_mixer import admit, ballot, rows, verify_log
from tests.desk import DESK

PASSWORD = "correct horse battery staple"


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


def mixer_of(road: Road, folder: Path) -> Mixer:
    ring = Keyring(folder / "mixer")
    mixer = Mixer(road.database, ring, road.keys.public(), DESK.key.public, "minping", road.clock)
    mixer.gate_work = lambda: Gate(road.keys, mixer.key).end_campaigns(road.database)
    return mixer


async def rate(road: Road, first: int, people: int = 12) -> None:
    """Let people rate, and mix what they said."""
    for number in range(first, first + people):
        cast = replace(ballot(number), bucket=int(NOW.timestamp()) // 900)
        await admit(road, (f"{number}", StoreBallot(cast)))
    await road.mix()


@dataclass(frozen=True, slots=True)
class Shown:
    size: int
    note: str


async def shown(road: Road) -> Shown:
    async with reading(road.database) as connection:
        newest = await latest_checkpoint(connection)
    assert newest is not None
    return Shown(newest.size, newest.note)


@contextmanager
def copied(request: pytest.FixtureRequest, url: str, folder: Path) -> Iterator[str]:
    """A copy of a database that nobody uses, as a backup would restore it."""
    if url.startswith("sqlite"):
        copy = folder / "older.sqlite3"
        source = make_url(url).database
        assert source is not None
        shutil.copy(source, copy)
        yield f"sqlite:///{copy}"
        return
    cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database(make_url(url).database) as copy_url:
        yield copy_url


@pytest.fixture
async def restored(
    request: pytest.FixtureRequest, store_url: str, tmp_path: Path
) -> AsyncIterator[tuple[Road, Shown]]:
    """A road on a database of 12 ballots whose log had 24, and the newest note that was shown."""
    async with make_road(store_url, tmp_path) as road:
        for login in ("zhou", "li"):
            await add_staff(road.roster, login, PASSWORD, "administrator")
        await add_staff(road.roster, "chen", PASSWORD, "auditor")
        await rate(road, 0)
        await road.database.dispose()
        with copied(request, store_url, tmp_path) as older:
            await rate(road, 100)
            newest = await shown(road)
            database = open_database(older)
            back = replace(road, database=database)
            back.mixer = mixer_of(back, tmp_path)
            yield back, newest
            await database.dispose()


async def test_a_note_is_shown_once_the_guard_has_confirmed_it(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await shown(road)
    with monkeypatch.context() as patch:
        patch.setattr(Guard, "confirm", killed)
        with pytest.raises(Killed):
            await rate(road, 0)
    assert await shown(road) == before
    assert len(await rows(road, tables.ballots)) == 12
    await mixer_of(road, tmp_path).turn()
    assert (await shown(road)).size == before.size + 24
    await verify_log(road)


async def test_an_intent_that_never_became_rows_is_dropped(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    intend = Guard.intend

    def intend_and_die(self: Guard, *arguments: Any) -> None:
        intend(self, *arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Guard, "intend", intend_and_die)
        with pytest.raises(Killed):
            await rate(road, 0)
    assert await rows(road, tables.ballots) == []
    again = mixer_of(road, tmp_path)
    await again.turn()
    while await again.mix({"year"}):
        pass
    assert len(await rows(road, tables.ballots)) == 12
    await verify_log(road)
    assert again.log.guard.read().done.size == (await shown(road)).size


async def test_several_writers_of_one_log_take_turns(road: Road, tmp_path: Path) -> None:
    others = [mixer_of(road, tmp_path) for _ in range(3)]
    for number in range(6):
        await pause_campaign(road.database, "year", DESK, road.clock)
        await asyncio.gather(*(mixer.turn() for mixer in others))
        async with writing(road.database) as connection:
            await connection.execute(update(tables.campaigns).values(state="open"))
        assert (await shown(road)).size == 3 + number
    await verify_log(road)


async def test_an_older_database_is_refused_and_nothing_is_signed(
    restored: tuple[Road, Shown],
) -> None:
    """Today's attack 12: a second history was signed without a word."""
    road, newest = restored
    before = await rows(road, tables.checkpoints)
    await admit(road, *((f"n{n}", StoreBallot(ballot(500 + n))) for n in range(12)))
    with pytest.raises(LogRefused) as refused:
        await road.mixer.turn()
    values = dict(refused.value.message.values)
    known = open_note(newest.note, [road.mixer.key]).checkpoint
    assert (values["rows"], values["size"], values["root"]) == (26, 50, known.root.hex())
    with pytest.raises(LogRefused):
        await road.mixer.turn()
    assert await rows(road, tables.checkpoints) == before
    assert len(await rows(road, tables.staging)) == 12


async def test_two_administrators_refill_the_log_and_the_loss_is_public(
    restored: tuple[Road, Shown],
) -> None:
    road, newest = restored
    loss = await refill_log(
        NamedPeople(road.database, road.roster),
        road.mixer.log,
        ["zhou", "li"],
        " disk died ",
        road.clock,
    )
    lost = list(range(38, 50))
    assert (loss.entries, loss.positions) == (24, {"year": lost})
    entries = await rows(road, tables.log_entries)
    act = json.loads(entries[50].body)
    assert (entries[50].kind, entries[50].campaign) == ("loss", "year")
    assert {name: act[name] for name in ("positions", "reason", "people", "from", "to")} == {
        "positions": lost, "reason": "disk died", "people": 2, "from": 26, "to": 50,
    }  # fmt: skip
    async with reading(road.database) as connection:
        old = open_note(newest.note, [road.mixer.key]).checkpoint
        assert await read_root(connection, newest.size) == old.root, "the log did not fork"
    await road.mixer.turn()
    await rate(road, 200)
    assert await verify_log(road) == 51 + 24
    await road.close("year")
    await request_result_entry(road.database, "year", road.approvals, "zhou")
    await road.mixer.turn()
    files = await make_bundle(road.database, "year", openings=True)
    wanted = VerificationRequest(keys=[road.mixer.key], since=newest.note)
    results = verify(files, wanted)
    assert [result.what for result in results if not result.ok] == []
    assert any("lost with a database, as a public entry says (12)" in it.what for it in results)


@pytest.mark.parametrize(
    ("people", "reason", "refusal"),
    [
        (["zhou", "Zhou "], "disk", "two different people"),
        (["zhou", "chen"], "disk", "no account that decides"),
        (["zhou", "nobody"], "disk", "no account that decides"),
        (["zhou", "li"], "  ", "reason is missing"),
    ],
)
async def test_one_person_or_none_refills_nothing(
    restored: tuple[Road, Shown], people: list[str], reason: str, refusal: str
) -> None:
    road, _ = restored
    before = await rows(road, tables.log_entries)
    with pytest.raises(BadInput, match=refusal):
        await refill_log(
            NamedPeople(road.database, road.roster), road.mixer.log, people, reason, road.clock
        )
    assert await rows(road, tables.log_entries) == before


async def test_a_log_in_order_is_not_refilled(road: Road) -> None:
    for login in ("zhou", "li"):
        await add_staff(road.roster, login, PASSWORD, "administrator")
    with pytest.raises(BadInput, match="nothing to refill"):
        await refill_log(
            NamedPeople(road.database, road.roster),
            road.mixer.log,
            ["zhou", "li"],
            "disk",
            road.clock,
        )


async def test_another_history_is_not_refilled(
    restored: tuple[Road, Shown], tmp_path: Path
) -> None:
    """Somebody signed on with a copy of the key and without the guard."""
    road, _ = restored
    shutil.copytree(tmp_path / "mixer", tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "guard")
    async with writing(road.database) as connection:
        await connection.execute(update(tables.checkpoints).values(shown=None))
    forger = Mixer(
        road.database,
        Keyring(tmp_path / "copy"),
        road.keys.public(),
        DESK.key.public,
        "minping",
        road.clock,
    )
    await pause_campaign(road.database, "year", DESK, road.clock)
    await forger.turn()
    for _ in range(2):
        with pytest.raises(LogRefused, match="nothing is signed"):
            await road.mixer.turn()
        with pytest.raises(LogRefused, match="nothing is signed"):
            await refill_log(
                NamedPeople(road.database, road.roster),
                road.mixer.log,
                ["zhou", "li"],
                "disk",
                road.clock,
            )


async def test_acts_that_an_older_database_lacks_are_done_again(
    request: pytest.FixtureRequest, store_url: str, tmp_path: Path
) -> None:
    async with make_road(store_url, tmp_path) as road:
        for login in ("zhou", "li"):
            await add_staff(road.roster, login, PASSWORD, "administrator")
        await rate(road, 0)
        await road.database.dispose()
        with copied(request, store_url, tmp_path) as older:
            await road.close("year")
            database = open_database(older)
            back = replace(road, database=database)
            back.mixer = mixer_of(back, tmp_path)
            await refill_log(
                NamedPeople(database, back.roster),
                back.mixer.log,
                ["zhou", "li"],
                "disk",
                road.clock,
            )
            await back.mixer.turn()
            assert [row.state for row in await rows(back, tables.campaigns)] == ["closed"]
            acts = [row.kind for row in await rows(back, tables.log_entries) if row.body]
            assert acts == [
                "keys", "registration", "early-close", "intake", "closing", "loss",
            ]  # fmt: skip
            await database.dispose()


async def test_a_log_from_before_guards_gets_one_once_and_says_so(
    road: Road, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await rate(road, 0)
    before = road.mixer.log.guard.read().done
    kept = list(road.mixer.log.guard.entries())
    shutil.rmtree(tmp_path / "mixer" / "guard")
    async with writing(road.database) as connection:
        await connection.execute(update(tables.checkpoints).values(shown=None))
    again = mixer_of(road, tmp_path)
    await again.turn()
    assert "the guard was made once from the 26 entries of the log" in caplog.text
    assert again.log.guard.read().done == before
    assert list(again.log.guard.entries()) == kept
    shutil.rmtree(tmp_path / "mixer" / "guard")
    with pytest.raises(LogRefused, match="had a guard"):
        await mixer_of(road, tmp_path).turn()


async def test_a_log_whose_rows_were_changed_gets_no_guard(road: Road, tmp_path: Path) -> None:
    await rate(road, 0)
    shutil.rmtree(tmp_path / "mixer" / "guard")
    await unlock(road)
    async with writing(road.database) as connection:
        await connection.execute(update(tables.checkpoints).values(shown=None))
        changed = update(tables.log_entries).where(tables.log_entries.c.position == 5)
        await connection.execute(changed.values(label=bytes(32)))
    with pytest.raises(LogRefused, match="do not give the signed root"):
        await mixer_of(road, tmp_path).turn()


async def test_a_start_finds_a_changed_row(road: Road, tmp_path: Path) -> None:
    await rate(road, 0)
    await unlock(road)
    async with writing(road.database) as connection:
        changed = update(tables.log_entries).where(tables.log_entries.c.position == 5)
        await connection.execute(changed.values(label=bytes(range(32))))
    with pytest.raises(LogRefused, match="do not give the signed root"):
        await mixer_of(road, tmp_path).turn()


async def test_another_log_key_signs_nothing(road: Road, tmp_path: Path) -> None:
    await rate(road, 0)
    (tmp_path / "mixer" / "log.key").write_bytes(bytes(32))
    with pytest.raises(LogRefused, match="not signed by this log key"):
        await mixer_of(road, tmp_path).turn()
    (tmp_path / "mixer" / "log.key").unlink()
    with pytest.raises(KeyMissing):
        await mixer_of(road, tmp_path).turn()


async def test_the_command_shows_both_heads_and_refills(
    restored: tuple[Road, Shown],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    road, _ = restored
    monkeypatch.setenv("DATABASE_URL", road.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    keys = ["--keys", str(tmp_path / "mixer")]
    assert await asyncio.to_thread(main, ["log", "show", *keys]) == PERSON_NEEDED
    told = capsys.readouterr()
    assert "signed:    50 entries, root " in told.out
    assert "database:  26 entries, root " in told.out
    assert "nothing is signed" in told.err
    words = ["log", "refill", "--by", "zhou", "--by", "li", "--reason", "disk", *keys]
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "guessed")
    assert await asyncio.to_thread(main, words) == WRONG_INPUT
    assert "this password is wrong; nothing was done" in capsys.readouterr().err
    code = await second_factor(road, tmp_path, "li")
    assert await asyncio.to_thread(main, words) == WRONG_INPUT
    assert "li: this row is not the one that the service wrote" in capsys.readouterr().err
    await Roster(road.database, DESK, tmp_path / "keys" / "desk").accept()
    asked: dict[str, str] = {"Password": PASSWORD, "Code": "000000"}
    monkeypatch.setattr("getpass.getpass", lambda prompt: asked[prompt.split(" ")[0]])
    for wrong in ("000000", ""):
        asked["Code"] = wrong
        assert await asyncio.to_thread(main, words) == WRONG_INPUT
        assert "this code is wrong or was used before; nothing" in capsys.readouterr().err
    asked["Code"] = code
    (tmp_path / "keys" / "staff.key").rename(tmp_path / "away")
    assert await asyncio.to_thread(main, words) == PERSON_NEEDED
    assert "staff.key" in capsys.readouterr().err
    (tmp_path / "away").rename(tmp_path / "keys" / "staff.key")
    assert await asyncio.to_thread(main, words) == 0
    assert "Put back 24 entries" in capsys.readouterr().out
    assert await asyncio.to_thread(main, ["log", "show", *keys]) == 0
    assert capsys.readouterr().out.endswith("The database is what was signed.\n")
    async with reading(road.database) as connection:
        query = select(tables.audit.c.what).where(tables.audit.c.act == "log refill")
        assert set((await connection.execute(query)).scalars()) == {"zhou, li"}
        counted = select(func.count()).select_from(tables.checkpoints)
        assert (
            await connection.execute(counted.where(tables.checkpoints.c.shown == 0))
        ).scalar() == 0


async def second_factor(road: Road, folder: Path, login: str) -> str:
    """Give an account a second factor; return one of its recovery codes."""
    keys = FactorKeys(Keyring(folder / "keys").find_or_create("staff"))
    await begin_factor(road.database, keys, login)
    columns = tables.second_factors.c
    async with reading(road.database) as connection:
        sealed = (await connection.execute(select(columns.sealed))).scalar_one()
    app = TOTP(keys.unseal(login, bytes(sealed)), 6, SHA1(), 30)
    now = 1_800_000_000
    made = await confirm_factor(road.roster, keys, login, app.generate(now).decode(), now)
    return made[0]


async def unlock(road: Road) -> None:
    """Drop the trigger against slips, as somebody who owns the database can."""
    from sqlalchemy import text

    on = " ON log_entries" if road.database.dialect.name == "postgresql" else ""
    async with writing(road.database) as connection:
        await connection.execute(text(f"DROP TRIGGER log_entries_frozen{on}"))


class Killed(Exception):
    pass


def killed(*_: object) -> None:
    raise Killed
