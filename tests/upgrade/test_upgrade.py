"""The newest code opens what each release left in the midst of a campaign, and goes on, on both
databases.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, select

from bot.campaigns.lifecycle import close_campaign
from bot.campaigns.log_loss import IN, told_of_receipt
from bot.campaigns.summaries import show_campaign
from bot.commands.letters import replay_one, update_readers
from bot.conversations.dead_letters import DeadLetterStore
from bot.core.settings import Settings
from bot.core.shipped_files import shipped_words
from bot.fieldwork.outreach.messenger import Account, Answer, DeliveryOutcome, OutgoingMessage
from bot.fieldwork.outreach.sender import PushSender
from bot.service.composition import Service
from bot.storage.database import open_database, reading
from bot.storage.migrate import FOLDER as MIGRATIONS
from bot.storage.migrate import HEAD, read_version
from bot.storage.schema import all as tables
from bot.transparency.log_reader import find_receipt
from bot.verification.bundle import make_bundle, request_result_entry
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.events import Returned
from survey_flows.log_entries import read_code
from tests.contract.test_conductor import Road
from tests.upgrade.stored import FOLDER, Installation, put_files, put_rows, read
from tests.upgrade.town import (
    CAMPAIGN,
    LOGIN,
    MIXED,
    QUEUED,
    SMS,
    STAGED,
    answer,
    opened,
    phone,
    receipt_of,
)

KEPT = sorted(FOLDER.glob("*.json.gz"))
LARGEST = 1_000_000


@dataclass
class Gateway:
    """Takes every message."""

    account: Account = SMS
    pause_seconds: float = 0.0
    sent: list[str] = field(default_factory=list)

    async def send(self, address: str, _message: OutgoingMessage, /) -> Answer:
        self.sent.append(address)
        return Answer(DeliveryOutcome.DELIVERED)


@dataclass
class NoPace:
    async def wait_for_slot(self) -> None:
        pass


async def put(url: str, one: Installation) -> None:
    """Make the tables of the release by its migrations, and put its rows into them."""

    def fill(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, one.schema)
        put_rows(connection, one)

    engine = open_database(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(fill)
    finally:
        await engine.dispose()


def test_a_release_has_left_an_installation() -> None:
    assert KEPT, "`python -m tests.upgrade` keeps one"
    for file in KEPT:
        one = read(file)
        assert file.name == f"{one.version}.json.gz"
        assert file.stat().st_size < LARGEST
        staged, queued = one.rows["staging"], one.rows["outbox"]
        assert (len(staged) >= len(STAGED), len(queued)) == (True, QUEUED)
        assert (len(one.rows["dead_letters"]), len(one.rows["ballots"])) == (1, len(MIXED))


@pytest.mark.parametrize("file", KEPT, ids=lambda it: it.name.removesuffix(".json.gz"))
async def test_an_installation_in_the_midst_of_its_campaign_goes_on(
    file: Path, bare_store_url: str, valkey_url: str, tmp_path: Path
) -> None:
    one = read(file)
    put_files(one, tmp_path / "data")
    await put(bare_store_url, one)
    settings = Settings(
        data=tmp_path / "data", database_url=bare_store_url, redis_url=valkey_url, migrate="yes"
    )
    later = datetime.fromisoformat(one.told["now"]) + timedelta(minutes=5)
    async with opened(settings, later) as (service, road):
        assert await read_version(service.database) == HEAD
        assert service.tasks.paused() == ()
        receipts = [*one.told["receipts"], *await finish(road, one.told["steps"])]
        assert await letters_are_taken(service)
        await messages_are_sent(service)
        await road.mix()
        async with reading(service.database) as connection:
            entries = [await find_receipt(connection, read_code(code)) for code in receipts]
            told = [await told_of_receipt(connection, entry) for entry in entries]
        assert told == [IN] * len(receipts)
        assert len({entry.position for entry in entries if entry}) == len(receipts)
        await close(service)
        files = await make_bundle(service.database, CAMPAIGN, openings=True)
        wanted = VerificationRequest([service.mixer.key])
        assert [one.what for one in verify(files, wanted) if not one.ok] == []
        async with reading(service.database) as connection:
            counted = (await connection.execute(select(tables.ballots.c.unit))).scalars().all()
        assert len(counted) == len(receipts) + 1, "and that of the update that was put aside"


async def finish(road: Road, steps: dict[str, str]) -> list[str]:
    """Let citizens go on where they were, and return their receipts."""
    receipts = []
    for user, step in steps.items():
        reply = await road.send(user, Returned("en"))
        assert reply.screen is not None
        assert reply.screen.step == step
        receipts.append(receipt_of(await answer(road, user, "receipt")))
    return receipts


async def letters_are_taken(service: Service) -> bool:
    letters = DeadLetterStore(service.database, service.keys, service.clock)
    found = await letters.open(None, update_readers(service.keys))
    assert len(found) == 1
    return all([await replay_one(letters, service.conductor, letter) for letter in found])


async def messages_are_sent(service: Service) -> None:
    """Everybody who was queued gets one message."""
    gateway = Gateway()
    on = (service.database, service.keys, service.contact_keys, gateway, NoPace(), service.clock)
    sender = PushSender(*on, "Asia/Shanghai", shipped_words(), "https://mp.cs.cn")  # type: ignore[arg-type]
    await sender.look()
    while await sender.send_batch():
        await sender.look()
    await sender.record_outcomes()
    assert sorted(gateway.sent) == [phone(n) for n in range(QUEUED)]


async def close(service: Service) -> None:
    await close_campaign(service.database, CAMPAIGN, service.desk, service.clock, "for a test")
    await service.mixer.turn()
    assert (await show_campaign(service.database, CAMPAIGN)).state == "closed"
    await request_result_entry(service.database, CAMPAIGN, service.approvals, LOGIN)
    await service.mixer.turn()
