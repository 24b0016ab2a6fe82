"""Keys are made when a campaign opens and demanded ever after, on both databases."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from bot.__main__ import PERSON_NEEDED, main
from bot.ballots.gate import Gate
from bot.ballots.mixer import Mixer
from bot.campaigns.campaign_keys import GATE, MIXER, check_keys, read_missing_keys
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.summaries import show_campaign
from bot.conversations.contract import Incoming
from bot.core.settings import Settings
from bot.crypto.gate_keys import load_gate_keys
from bot.crypto.keyrings import KeyMissing, Keyring, key_id
from bot.service.composition import build, open_store
from bot.service.installation_keys import open_keys
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.ballot import Ballot
from survey_flows.effects import StoreBallot
from survey_flows.events import Started
from tests.conftest import Backend
from tests.contract.test_conductor import Road, draft, make_road
from tests.contract.test_mixer import admit, ballot, rows
from tests.desk import DESK
from tests.openings import open_campaign


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def ids(road: Road) -> dict[str, tuple[str, str | None]]:
    return {row.holder: (row.key_id, row.missing) for row in await rows(road, tables.campaign_keys)}


def test_the_id_of_a_key_is_the_published_digest() -> None:
    assert key_id(bytes(range(32))) == "31db20aa740cf336"


async def test_opening_keeps_the_ids_of_both_keys(road: Road, tmp_path: Path) -> None:
    gate, mixer = (
        (tmp_path / name).read_bytes()
        for name in ("keys/voters/year.key", "mixer/campaign-year.key")
    )
    assert await ids(road) == {GATE: (key_id(gate), None), MIXER: (key_id(mixer), None)}


async def test_without_voters_nothing_is_accepted_and_no_key_is_made(
    backend: Backend, tmp_path: Path
) -> None:
    """A database that is restored without ``voters`` makes nobody a second voter."""
    settings = Settings(
        data=tmp_path, database_url=backend.database_url, redis_url=backend.redis_url, port=0
    )
    async with build(settings) as service:
        link = await create_campaign(service.database, draft(), service.clock)
        await open_campaign(service.database, "year", service.keys, service.desk)
        await service.mixer.turn()
    shutil.move(tmp_path / "keys" / "voters", tmp_path / "elsewhere")
    async with build(settings) as service:
        event = Started(link=link.token, unit="TAX", lang="en")
        reply = await service.conductor.handle(Incoming("1", "test", "ann", event))
        assert reply.screen is not None
        assert reply.screen.step == "paused"
        async with reading(service.database) as connection:
            missing = await read_missing_keys(connection)
        assert missing == {"year": (str(tmp_path / "keys/voters/year.key"),)}
        assert (await show_campaign(service.database, "year")).missing_keys == missing["year"]
        assert service.keys.voters.names() == []
    shutil.move(tmp_path / "elsewhere", tmp_path / "keys" / "voters")
    async with build(settings) as service:
        reply = await service.conductor.handle(Incoming("2", "test", "ann", event))
        assert reply.screen is not None
        assert reply.screen.step == "q:contact"
        assert (await show_campaign(service.database, "year")).missing_keys == ()


async def test_another_key_is_refused_like_none(road: Road, tmp_path: Path) -> None:
    file = tmp_path / "keys/voters/year.key"
    file.write_bytes(bytes(32))
    assert await check_keys(road.database, GATE, Keyring(file.parent)) == {"year": str(file)}
    await road.live_campaigns.refresh()
    reply = await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
    assert reply.screen is not None
    assert reply.screen.step == "paused"


async def test_a_ballot_under_way_is_not_taken_once_the_key_is_gone(road: Road) -> None:
    await road.answer_all("ann")
    async with writing(road.database) as connection:
        await connection.execute(update(tables.campaign_keys).values(missing="voters/year.key"))
    reply = await road.press("ann", "Submit")
    assert reply.screen is not None
    assert reply.screen.step == "paused"
    assert await rows(road, tables.staging) == []


async def test_the_mixer_waits_for_its_key_and_other_campaigns_go_on(
    road: Road, tmp_path: Path
) -> None:
    await create_campaign(road.database, draft("other"), road.clock)
    await road.open("other")
    for number in range(60):
        one = ballot(number)
        other = ballot(100 + number)
        await admit(
            road, (f"{number}", StoreBallot(one)), (f"{number}", StoreBallot(of(other, "other")))
        )
    file = tmp_path / "mixer/campaign-year.key"
    file.rename(tmp_path / "elsewhere")
    restarted = mixer_of(road, tmp_path)
    await restarted.turn()
    assert {row.campaign for row in await rows(road, tables.ballots)} == {"other"}
    assert len(await rows(road, tables.staging)) == 60
    assert not file.exists()
    assert (await show_campaign(road.database, "year")).missing_keys == (str(file),)
    (tmp_path / "elsewhere").rename(file)
    await restarted.turn()
    assert [row.campaign for row in await rows(road, tables.ballots)].count("year") == 60
    assert (await show_campaign(road.database, "year")).missing_keys == ()


async def test_without_its_folder_the_mixer_makes_no_other_log_key(
    road: Road, tmp_path: Path
) -> None:
    before = await rows(road, tables.log_entries)
    (tmp_path / "mixer").rename(tmp_path / "elsewhere")
    with pytest.raises(KeyMissing, match=r"mixer/log\.key"):
        await mixer_of(road, tmp_path).turn()
    assert await rows(road, tables.log_entries) == before
    assert not (tmp_path / "mixer" / "log.key").exists()


async def test_keys_from_before_ids_are_taken_over_or_missed(road: Road, tmp_path: Path) -> None:
    await admit(road, ("ann", StoreBallot(ballot(1))))
    async with writing(road.database) as connection:
        await connection.execute(delete(tables.campaign_keys))
    kept = (tmp_path / "keys/voters/year.key").read_bytes()
    assert await check_keys(road.database, GATE, road.keys.voters) == {}
    assert await ids(road) == {GATE: (key_id(kept), None)}
    async with writing(road.database) as connection:
        await connection.execute(delete(tables.campaign_keys))
    file = tmp_path / "keys/voters/year.key"
    file.unlink()
    await check_keys(road.database, GATE, Keyring(file.parent))
    assert await ids(road) == {GATE: ("", str(file))}
    assert not file.exists()


async def test_an_open_campaign_of_an_older_version_without_ballots_gets_its_key(
    road: Road, tmp_path: Path
) -> None:
    file = tmp_path / "keys/voters/year.key"
    file.unlink()
    async with writing(road.database) as connection:
        await connection.execute(delete(tables.campaign_keys))
    ring = Keyring(file.parent)
    assert await check_keys(road.database, GATE, ring) == {}
    assert (await ids(road))[GATE] == (key_id(file.read_bytes()), None)


@pytest.mark.parametrize("name", ["gate", "sign"])
async def test_an_installation_with_data_demands_its_keys(
    store_url: str, tmp_path: Path, name: str
) -> None:
    settings = Settings(data=tmp_path, database_url=store_url)
    async with make_road(store_url, tmp_path):
        pass
    (tmp_path / "keys" / f"{name}.key").unlink()
    async with open_store(settings) as database:
        with pytest.raises(KeyMissing, match=f"keys/{name}.key"):
            await open_keys(settings, database)
    assert not (tmp_path / "keys" / f"{name}.key").exists()


async def test_a_new_installation_makes_its_keys_once(store_url: str, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database_url=store_url)
    async with open_store(settings) as database:
        made = await open_keys(settings, database)
        again = await open_keys(settings, database)
    assert (again.gate.gate, again.contacts) == (made.gate.gate, made.contacts)
    assert sorted(path.name for path in (tmp_path / "keys").glob("*.key")) == [
        "contacts.key", "follow.key", "gate.key", "sign.key", "staff.key",
    ]  # fmt: skip
    with pytest.raises(KeyMissing):
        load_gate_keys(tmp_path / "nowhere")


async def test_a_command_that_misses_a_key_ends_with_3_and_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    async with make_road(f"sqlite:///{tmp_path}/minping.sqlite3", tmp_path):
        pass
    (tmp_path / "keys" / "gate.key").unlink()
    assert await asyncio.to_thread(main, ["letters", "show"]) == PERSON_NEEDED
    assert capsys.readouterr().err == (
        f"minping: {tmp_path}/keys/gate.key: this key is missing; nothing is accepted under a new "
        "one: put the file back from its backup\n"
    )


def mixer_of(road: Road, folder: Path) -> Mixer:
    ring = Keyring(folder / "mixer")
    mixer = Mixer(road.database, ring, road.keys.public(), DESK.key.public, "minping", road.clock)
    mixer.gate_work = lambda: Gate(road.keys, mixer.key).end_campaigns(road.database)
    return mixer


def of(cast: Ballot, campaign: str) -> Ballot:
    return replace(cast, campaign=campaign)


async def test_ids_are_read_for_campaigns_alone_that_use_their_keys(road: Road) -> None:
    await road.close("year")
    assert await check_keys(road.database, GATE, road.keys.voters) == {}
    async with reading(road.database) as connection:
        missing = (await connection.execute(select(tables.campaign_keys.c.missing))).scalars().all()
    assert missing == [None, None]
