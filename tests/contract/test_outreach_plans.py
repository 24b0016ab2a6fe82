"""Whoever sends a handful of messages reads a handful of rows, however large the city is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.lifecycle import create_campaign
from bot.fieldwork.audience.contact_file import import_contacts
from bot.fieldwork.audience.sampling import draw_campaign_sample
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.handouts import count_waiting
from bot.fieldwork.outreach.messenger import Answer, DeliveryOutcome
from bot.fieldwork.outreach.sender import TRIES
from bot.storage.database import reading, writing
from tests.contract.test_conductor import draft, make_road
from tests.contract.test_contacts import KEYS, TODAY
from tests.contract.test_invitations import make
from tests.contract.test_messengers import MAIL, SMS, Gateway, listed, phone
from tests.contract.test_persons import HEAD
from tests.contract.test_push import Office
from tests.contract.test_sampling import plan

LARGE = ("outbox", "frames", "persons", "addresses", "receipts", "invitations", "unreachable")
BY_KEY = ("lookup=?", "person=?", "mark=?", "ix_outbox_queue (state=? AND kind=? AND campaign=?")


async def plans(connection: AsyncConnection, said: dict[str, Any]) -> list[tuple[str, str]]:
    """Return each step of SQLite's plan with its statement."""
    found = []
    for statement, values in said.items():
        one = values[0] if isinstance(values, list) else values
        if not statement.startswith("BEGIN"):
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", one)
            found += [(row[3], statement) for row in rows]
    return found


async def test_no_statement_of_a_sender_reads_all_people(
    sqlite_url: str, valkey_url: str, tmp_path: Path
) -> None:
    said: dict[str, Any] = {}
    counted: dict[str, Any] = {}
    redis = Redis.from_url(valkey_url)
    async with make_road(sqlite_url, tmp_path) as road:
        await create_campaign(road.database, draft("next"), road.clock)
        await import_contacts(road.database, KEYS, "l.csv", (HEAD + listed()).encode(), TODAY)
        await plan(road, size=30)
        await road.open("next")
        await draw_campaign_sample(road.database, "next")
        await make(road)
        async with writing(road.database) as connection:
            await announce_accounts(connection, [SMS, MAIL])
        office = Office(road, redis, Gateway(), {})
        await office.begin()
        sms = Gateway(fates={phone(3): [Answer(DeliveryOutcome.UNREACHABLE)]})
        sms.fates[phone(15)] = [Answer(DeliveryOutcome.LATER)] * TRIES
        sender = office.sender(sms)

        def note(*told: Any) -> None:
            said[told[2]] = told[3]

        for _ in range(TRIES):
            await sender.look()
            event.listen(road.database.sync_engine, "before_cursor_execute", note)
            while await sender.send_batch():
                pass
            event.remove(road.database.sync_engine, "before_cursor_execute", note)
            road.clock.time += timedelta(hours=8)

        def count(*told: Any) -> None:
            counted[told[2]] = told[3]

        event.listen(road.database.sync_engine, "before_cursor_execute", count)
        await count_waiting(road.database, "next")
        event.remove(road.database.sync_engine, "before_cursor_execute", count)
        async with reading(road.database) as connection:
            found, walked = await plans(connection, said), await plans(connection, counted)
    await redis.aclose()
    # The people of a frame are walked through once, and all that is looked up of each is by key.
    looked = [one for one in walked if one[0].split()[1] in (*LARGE[:1], *LARGE[2:])]
    assert len(looked) > 3
    assert [one for one in looked if not any(key in one[0] for key in BY_KEY[:3])] == []
    of_people = [one for one in found if one[0].split()[1] in LARGE]
    assert len(of_people) > 8, "what is looked into is what a sender says"
    assert [one for one in of_people if not any(key in one[0] for key in BY_KEY)] == []
    changes = [one for one in of_people if one[1].startswith("UPDATE outbox")]
    assert changes
    assert [one for one in changes if "lookup=?" not in one[0]] == []
