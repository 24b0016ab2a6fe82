"""The restore drill, on both databases: at once, after an hour, after the close, another disk."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from bot.__main__ import PERSON_NEEDED, WRONG_INPUT, main
from bot.accounts.staff import add_staff
from bot.ballots.gate import Gate
from bot.ballots.mixer import destroy_closed_secrets
from bot.ballots.refused import count_refused
from bot.campaigns.live_campaigns import LiveCampaigns, Trust
from bot.campaigns.log_loss import told_of_receipt
from bot.campaigns.summaries import show_campaign
from bot.conversations.conductor import Conductor
from bot.core.folder_lock import shared_folder
from bot.core.operator_needed import OperatorNeeded
from bot.core.settings import Settings
from bot.crypto.note_signatures import open_note
from bot.keeping import restoring
from bot.keeping.backups import WORK, Backup
from bot.keeping.database_copies import dialect_of, is_empty
from bot.keeping.restoring import Decision, Files, NotWanted, Preflight, Restored, restore
from bot.service.composition import running
from bot.storage.database import open_database, reading, writing
from bot.storage.schema import all as tables
from bot.transparency.log_reader import find_receipt, read_root
from bot.verification.bundle import make_bundle, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.ballot import Ballot
from survey_flows.campaign_definition import Lost
from survey_flows.effects import StoreBallot
from survey_flows.errors import BadInput
from survey_flows.events import Returned, Started
from tests.contract.test_backups import SECRET, made, no_step, settings_of
from tests.contract.test_conductor import NOW, Road, make_road
from tests.contract.test_guarded_log import PASSWORD, mixer_of, rate, shown
from tests.contract.test_mixer import admit, ballot, code, rows, verify_log
from tests.desk import DESK

DECISION = Decision("the disk died", ["zhou", "li"])


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made_road:
        for login in ("zhou", "li"):
            await add_staff(made_road.roster, login, PASSWORD, "administrator")
        await rate(made_road, 0)
        yield made_road


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, store_url: str, tmp_path: Path) -> Any:
    """A database that has nothing, of the kind that the backup is of."""
    if store_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path}/empty/new.sqlite3"
        return
    with request.getfixturevalue("postgres_cluster").database() as url:
        yield url


def cast(number: int) -> Ballot:
    """A ballot of the campaign's time."""
    return replace(ballot(number), bucket=int(NOW.timestamp()) // 900)


@dataclass
class Operator:
    """Whoever restores: what was told, and what is answered."""

    answer: bool = True
    told: list[Preflight] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refuse: bool = False

    async def ask(self, preflight: Preflight) -> bool:
        self.told.append(preflight)
        return self.answer

    async def confirm(self, _accounts: object, people: Sequence[str]) -> None:
        self.asked += people
        if self.refuse:
            raise BadInput(restoring.Message("second-person-wrong"))


async def put_back(
    road: Road,
    settings: Settings,
    backup: Backup,
    operator: Operator,
    decision: Decision | None = None,
    **more: Any,
) -> Restored:
    files = Files(data=backup.data, keys=more.pop("keys", None), secret=SECRET, **more)
    return await restore(
        settings, files, decision, operator.ask, operator.confirm, road.clock, no_step
    )


@asynccontextmanager
async def gone_on(road: Road, url: str, folder: Path) -> AsyncIterator[Road]:
    """The same installation on the restored database, with its mixer started."""
    database = open_database(url)
    back = replace(road, database=database)
    back.mixer = mixer_of(back, folder)
    await back.mixer.turn()
    yield back
    await database.dispose()


def here(road: Road, folder: Path, url: str) -> Settings:
    """The old data folder with its keys, and another database."""
    return replace(settings_of(road, folder), database_url=url)


def nothing_is_left(settings: Settings) -> bool:
    return [path.name for path in (settings.data / WORK).iterdir()] == ["used"]


async def test_restored_at_once_nothing_is_lost_and_the_log_goes_on(
    road: Road, tmp_path: Path, empty_url: str
) -> None:
    backup = await made(road, tmp_path)
    before = await shown(road)
    settings, operator = here(road, tmp_path, empty_url), Operator()
    restored = await put_back(road, settings, backup, operator)
    (told,) = operator.told
    assert (told.signed, told.missing, told.unopened, told.keyless) == (26, 0, 0, ())
    assert (restored.loss, operator.asked, nothing_is_left(settings)) == (None, [], True)
    async with gone_on(road, empty_url, tmp_path) as back:
        assert await shown(back) == before
        assert len(await rows(back, tables.ballots)) == 12
        await rate(back, 100)
        assert await verify_log(back) == before.size + 24
        await back.close("year")
        assert (await show_campaign(back.database, "year")).state == "closed"


async def test_after_an_hour_the_guard_is_ahead_and_two_people_decide(
    road: Road, tmp_path: Path, empty_url: str
) -> None:
    # Three wait for the mixer when the backup is made, and stand in the log an hour later.
    await admit(road, *((f"{n}", StoreBallot(cast(n))) for n in range(50, 53)))
    backup = await made(road, tmp_path)
    await rate(road, 100)
    newest = await shown(road)
    road.clock.time += timedelta(minutes=30)
    settings, operator = here(road, tmp_path, empty_url), Operator()
    with pytest.raises(OperatorNeeded, match="would lose what citizens hold receipts for"):
        await put_back(road, settings, backup, operator)
    (told,) = operator.told
    assert (told.signed, told.missing) == (56, 30)
    assert await is_empty(empty_url)
    assert nothing_is_left(settings)
    restored = await put_back(road, settings, backup, operator, DECISION)
    assert operator.asked == ["zhou", "li"]
    assert restored.loss is not None
    lost = list(range(41, 56))
    assert restored.loss.positions == {"year": lost}
    async with gone_on(road, empty_url, tmp_path) as back:
        acts = [json.loads(row.body) for row in await rows(back, tables.log_entries) if row.body]
        (act,) = [act for act in acts if act["kind"] == "loss"]
        assert (act["reason"], act["people"], act["positions"]) == (
            "the disk died", 2, lost,
        )  # fmt: skip
        async with reading(back.database) as connection:
            old = open_note(newest.note, [back.mixer.key]).checkpoint
            assert await read_root(connection, newest.size) == old.root, "the log did not fork"
        async with reading(back.database) as connection:
            told = [
                await told_of_receipt(connection, await find_receipt(connection, code(n)))
                for n in (0, 50, 100, 999)
            ]
        assert told == ["receipt-in", "receipt-lost", "receipt-lost", "receipt-maybe-lost"]
        await told_unasked(back)
        people = (*range(50, 53), *range(100, 112))
        again = [(f"{n}", StoreBallot(cast(400 + n))) for n in people]
        await admit(back, *again)
        await back.mix()
        await back.close("year")
        assert (await show_campaign(back.database, "year")).state == "closed"
        assert len(await rows(back, tables.ballots)) == 12 + len(again), "they rated again"
        await request_result_entry(back.database, "year", back.approvals, "zhou")
        await back.mixer.turn()
        files = await make_bundle(back.database, "year", openings=True)
        wanted = VerificationRequest(keys=[back.mixer.key], since=newest.note)
        assert [one.what for one in verify(files, wanted) if not one.ok] == []


async def told_unasked(back: Road) -> None:
    """Whoever begins or comes back reads from when to when ratings were lost."""
    live = LiveCampaigns(back.database, "Asia/Shanghai", Trust(back.mixer.key, DESK))
    await live.refresh()
    definition = live.get("year")
    assert definition is not None
    assert definition.lost == Lost(NOW, NOW + timedelta(minutes=30))
    gate = Gate(back.keys, back.mixer.key)
    conductor = Conductor(back.database, back.keys, live, back.clock, gate)
    here = replace(back, live_campaigns=live, conductor=conductor, screens={})
    async with running(conductor.run()):
        said = [
            await here.send("somebody", event)
            for event in (Started(link=back.link.token, unit="TAX", lang="en"), Returned("en"))
        ]
        said.append(await here.press("somebody", "Used a service"))
        said.append(await here.send("another", Started(link=back.link.token, lang="zh-Hans")))
    heads = [reply.notices[0][:12] if reply.notices else "" for reply in said]
    assert heads == ["Our data was", "Our data was", "", "磁盘发生故障后，我们用备"]


@pytest.mark.parametrize(
    ("people", "refusal"), [(["zhou"] * 2, "two different people"), (["chen"], "no account")]
)
async def test_who_may_not_decide_restores_nothing(
    road: Road, tmp_path: Path, empty_url: str, people: list[str], refusal: str
) -> None:
    backup = await made(road, tmp_path)
    await rate(road, 100)
    settings = here(road, tmp_path, empty_url)
    guard = (tmp_path / "mixer/guard/state").read_text()
    with pytest.raises(BadInput, match=refusal):
        await put_back(road, settings, backup, Operator(), Decision("disk", people))
    with pytest.raises(BadInput, match="password is wrong"):
        await put_back(road, settings, backup, Operator(refuse=True), DECISION)
    with pytest.raises(BadInput, match="reason is missing"):
        await put_back(road, settings, backup, Operator(), Decision(" ", ["zhou", "li"]))
    assert await is_empty(empty_url)
    assert (tmp_path / "mixer/guard/state").read_text() == guard


async def test_a_no_restores_nothing(road: Road, tmp_path: Path, empty_url: str) -> None:
    backup = await made(road, tmp_path)
    settings = here(road, tmp_path, empty_url)
    with pytest.raises(NotWanted):
        await put_back(road, settings, backup, Operator(answer=False))
    assert await is_empty(empty_url)


async def test_on_another_disk_keys_come_from_the_backup_and_the_guard_from_the_old_one(
    road: Road, tmp_path: Path, empty_url: str
) -> None:
    backup = await made(road, tmp_path)
    other = Settings(data=tmp_path / "other", database_url=empty_url, log_origin="minping")
    with pytest.raises(BadInput, match="there are no keys here"):
        await put_back(road, other, backup, Operator())
    with pytest.raises(OperatorNeeded, match="nothing here tells what was signed since"):
        await put_back(road, other, backup, Operator(), keys=backup.keys)
    assert list((tmp_path / "other").rglob("*.key")) == []
    operator, guard = Operator(), tmp_path / "mixer/guard"
    # The year's comments wait in an envelope whose key dies with the disk.
    await put_back(road, other, backup, operator, DECISION, keys=backup.keys, guard=guard)
    told = operator.told[-1]
    assert (told.missing, told.unopened, told.keyless) == (0, 1, ("year",))
    for path in sorted((tmp_path / "other").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    kept = tmp_path / "other/keys/mixer/log.key"
    assert kept.read_bytes() == (tmp_path / "mixer/log.key").read_bytes()
    with pytest.raises(BadInput, match="the database is not empty"):
        await put_back(road, other, backup, operator, keys=backup.keys)
    async with gone_on(road, empty_url, tmp_path / "other/keys") as back:
        assert (await show_campaign(back.database, "year")).missing_keys != ()
        await verify_log(back)


async def test_without_any_guard_a_checkpoint_from_outside_is_believed(
    road: Road, tmp_path: Path, empty_url: str
) -> None:
    older = (await shown(road)).note
    await rate(road, 100)
    async with writing(road.database) as connection:
        await connection.execute(delete(tables.held_comments))
    backup = await made(road, tmp_path)
    await rate(road, 200)
    newer = (await shown(road)).note
    other = Settings(data=tmp_path / "other", database_url=empty_url, log_origin="minping")
    with pytest.raises(OperatorNeeded, match="a newer backup, or the guard from the old disk"):
        await put_back(road, other, backup, Operator(), keys=backup.keys, note=newer)
    foreign = newer.replace(newer.splitlines()[2], "A" * 43 + "=")
    with pytest.raises(OperatorNeeded, match="not signed by this log key"):
        await put_back(road, other, backup, Operator(), keys=backup.keys, note=foreign)
    assert await is_empty(empty_url)
    assert list((tmp_path / "other").rglob("*.key")) == []
    await put_back(road, other, backup, Operator(), keys=backup.keys, note=older)
    async with gone_on(road, empty_url, tmp_path / "other/keys") as back:
        assert back.mixer.log.guard.read().done.size == backup.header.log_size
        await verify_log(back)


async def test_an_older_guard_is_not_believed(road: Road, tmp_path: Path, empty_url: str) -> None:
    """Guard and database that are put back together would fork the log unseen."""
    backup = await made(road, tmp_path)
    shutil.copytree(tmp_path / "mixer/guard", tmp_path / "old-guard")
    await rate(road, 100)
    newer = (await shown(road)).note
    other = Settings(data=tmp_path / "other", database_url=empty_url, log_origin="minping")
    more = {"keys": backup.keys, "guard": tmp_path / "old-guard"}
    with pytest.raises(OperatorNeeded, match="older than the checkpoint that was named"):
        await put_back(road, other, backup, Operator(), DECISION, note=newer, **more)
    assert await is_empty(empty_url)
    assert not (tmp_path / "other/keys/mixer/guard").exists()


async def test_noon_with_the_keys_of_the_morning_is_refused_and_then_held(
    road: Road, tmp_path: Path, empty_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What the lost mixer key sealed is never left out of a result in silence."""
    await admit(road, *((f"n{n}", StoreBallot(ballot(500 + n))) for n in range(3)))
    backup = await made(road, tmp_path)
    settings = here(road, tmp_path, empty_url)
    boxes = sorted((tmp_path / "mixer").glob("box-*.key"))
    for box in boxes:
        box.rename(tmp_path / box.name)
    operator = Operator()
    with pytest.raises(OperatorNeeded, match="would lose what citizens hold receipts for"):
        await put_back(road, settings, backup, operator)
    assert (operator.told[0].missing, operator.told[0].unopened) == (0, 4)
    assert await is_empty(empty_url)
    await put_back(road, settings, backup, operator, DECISION)
    road.clock.time += timedelta(minutes=1)
    async with gone_on(road, empty_url, tmp_path) as back:
        acts = [json.loads(row.body) for row in await rows(back, tables.log_entries) if row.body]
        assert [act["positions"] for act in acts if act["kind"] == "loss"] == [[]]
        await back.close("year")
        assert (await show_campaign(back.database, "year")).state == "held"
        async with reading(back.database) as connection:
            counts = [(one.reason, one.source, one.kept) for one in await count_refused(connection)]
        assert f"mixer key {boxes[0].stem[4:]} is missing" in caplog.text, "no key in silence"
        assert counts == [("unknown_key", "held_comments", 1), ("unknown_key", "staging", 3)]
        await verify_log(back)


async def test_after_the_close_no_backup_opens_what_joined_ballots_to_persons(
    road: Road, tmp_path: Path, empty_url: str
) -> None:
    secrets = [
        path.read_bytes()
        for path in (tmp_path / "keys/voters/year.key", tmp_path / "mixer/campaign-year.key")
    ]
    before = await made(road, tmp_path)
    await road.close("year")
    await destroy_closed_secrets(road.database, road.keys.voters)
    shutil.rmtree(tmp_path / "away")
    after = await made(road, tmp_path)
    other = Settings(data=tmp_path / "other", database_url=empty_url, log_origin="minping")
    guard = tmp_path / "mixer/guard"
    await put_back(road, other, after, Operator(), keys=after.keys, guard=guard)
    files = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]  # noqa: ASYNC240
    everything = [path.read_bytes() for path in files]
    assert before.header.left_out == ("year",)
    assert after.header.left_out == ()
    if dialect_of(empty_url) == "sqlite":
        for secret in secrets:
            assert not any(secret in content for content in everything)
    async with gone_on(road, empty_url, tmp_path / "other/keys") as back:
        assert (await show_campaign(back.database, "year")).state == "closed"
        await verify_log(back)


async def test_another_version_another_database_and_a_running_service_are_refused(
    road: Road, tmp_path: Path, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = await made(road, tmp_path)
    settings = here(road, tmp_path, empty_url)
    with pytest.raises(BadInput, match="this is the file of keys"):
        await put_back(road, settings, replace(backup, data=backup.keys), Operator())
    with monkeypatch.context() as patch:
        patch.setattr(restoring, "HEAD", "9999")
        with pytest.raises(OperatorNeeded, match="and this program needs 9999; restore it by"):
            await put_back(road, settings, backup, Operator())
    async with shared_folder(settings.data / "keys"):
        with pytest.raises(BadInput, match="a service uses this data folder"):
            await put_back(road, settings, backup, Operator())
    with pytest.raises(BadInput, match="keys are here already"):
        await put_back(road, settings, backup, Operator(), keys=backup.keys)
    another = "sqlite:///x" if dialect_of(empty_url) == "postgresql" else ""
    if another:
        wrong = replace(settings, database_url=f"sqlite:///{tmp_path}/none.sqlite3")
        with pytest.raises(BadInput, match="this is a backup of a PostgreSQL database"):
            await put_back(road, wrong, backup, Operator())
    (tmp_path / "mixer/log.key").write_bytes(bytes(32))
    with pytest.raises(OperatorNeeded, match="not signed by this log key"):
        await put_back(road, settings, backup, Operator())
    assert await is_empty(empty_url)
    assert nothing_is_left(settings)


async def test_a_restore_that_fails_late_leaves_the_database_empty(
    road: Road, tmp_path: Path, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = await made(road, tmp_path)
    other = Settings(data=tmp_path / "other", database_url=empty_url, log_origin="minping")
    more = {"keys": backup.keys, "guard": tmp_path / "mixer/guard"}

    async def killed(*_arguments: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_lost", killed)
        with pytest.raises(asyncio.CancelledError):
            await put_back(road, other, backup, Operator(), DECISION, **more)
    assert await is_empty(empty_url)
    assert list((tmp_path / "other").rglob("*.key")) == []
    await put_back(road, other, backup, Operator(), DECISION, **more)


async def test_the_command_tells_asks_and_is_in_the_audit_log(
    road: Road,
    tmp_path: Path,
    empty_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    backup = await made(road, tmp_path)
    await rate(road, 100)
    settings = here(road, tmp_path, empty_url)
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", settings.database)
    (tmp_path / "secret").write_text(SECRET)
    words = ["restore", str(backup.data), "--secret", str(tmp_path / "secret")]
    assert await asyncio.to_thread(main, [*words, "--loss", "disk"]) == WRONG_INPUT
    assert "a loss needs its reason and the people" in capsys.readouterr().err
    assert await asyncio.to_thread(main, [*words, "--yes"]) == PERSON_NEEDED
    told = capsys.readouterr()
    assert "Signed are 50 entries, in the backup are 26: 24 would be lost." in told.out
    assert "would lose what citizens hold receipts for" in told.err
    assert await is_empty(empty_url), "a refusal makes no tables for its row of the audit log"
    decided = [*words, "--loss", "disk", "--by", "zhou", "--by", "li"]
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "guessed")
    assert await asyncio.to_thread(main, decided) == WRONG_INPUT
    assert "this password is wrong" in capsys.readouterr().err
    assert await is_empty(empty_url)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    assert await asyncio.to_thread(main, decided) == 0
    assert "Put back 24 entries." in capsys.readouterr().out
    async with gone_on(road, empty_url, tmp_path) as back:
        records = await rows(back, tables.audit)
        assert [(row.act, row.what) for row in records][-1] == ("restore done", backup.data.name)


async def test_without_a_terminal_nobody_says_yes(
    road: Road,
    tmp_path: Path,
    empty_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    backup = await made(road, tmp_path)
    settings = here(road, tmp_path, empty_url)
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", settings.database)
    (tmp_path / "secret").write_text(SECRET)
    words = ["restore", str(backup.data), "--secret", str(tmp_path / "secret")]
    assert await asyncio.to_thread(main, words) == WRONG_INPUT
    assert "there is no terminal to ask at" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answer, left in (("no", WRONG_INPUT), ("", WRONG_INPUT), ("yes", 0)):
        monkeypatch.setattr("builtins.input", lambda _prompt, said=answer: said)
        assert await asyncio.to_thread(main, words) == left
        assert await is_empty(empty_url) == (left != 0)
