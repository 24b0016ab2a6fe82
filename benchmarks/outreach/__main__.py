"""``python -m benchmarks.outreach``: 200,000 people through a gateway that fails in every way."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from benchmarks.outreach import hooks, silence
from benchmarks.outreach.play import SMS, phone, play
from bot.campaigns.lifecycle import create_campaign
from bot.core.identity import Address
from bot.fieldwork.audience.contact_store import store_contacts
from bot.fieldwork.audience.contacts import Contact
from bot.fieldwork.audience.sampling import draw_campaign_sample
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.messenger import Account
from bot.fieldwork.outreach.push_service import begin_push
from bot.fieldwork.outreach.push_texts import plain_texts
from bot.fieldwork.outreach.sender import AT_ONCE
from bot.storage.database import writing
from tests import servers
from tests.contract.test_conductor import draft, make_road
from tests.contract.test_contacts import KEYS, TODAY
from tests.contract.test_invitations import make
from tests.contract.test_sampling import plan

PEOPLE, RATE, KILLS = 200_000, 200.0, 5
CAMPAIGN = "next"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.outreach", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--silent", action="store_true", help="one account is silent for an hour")
    parser.add_argument("--hooks", action="store_true", help="how fast receipts are answered")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1, help="of fates, kills and receipts")
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'outreach.sqlite3'}"
        if given.store == "postgres":
            url = stack.enter_context(stack.enter_context(servers.postgres()).database())
        if given.silent:
            return asyncio.run(keep_pace(url, folder, stack.enter_context(servers.redis())))
        if given.hooks:
            return asyncio.run(answer_receipts(url, folder))
        return asyncio.run(run(url, folder, given.people, given.seed))


async def keep_pace(url: str, folder: Path, redis_url: str) -> int:
    """Measure one account beside another that is silent; 1 when it loses more than a twentieth."""
    redis = Redis.from_url(redis_url)
    async with make_road(url, folder) as road:
        await invite(road, silence.listed(), [silence.MAIL, silence.SMS])
        alone, beside, asked = await silence.measure(road, KEYS, redis)
    await redis.aclose()
    share = beside / alone
    print(f"mails a second: {alone:.1f} alone, {beside:.1f} beside a silent account")
    print(f"share of its pace: {share:.3f} (goal ≥ {silence.LEAST}); the silent one: {asked} calls")
    return 0 if share >= silence.LEAST and 0 < asked <= AT_ONCE else 1


async def answer_receipts(url: str, folder: Path) -> int:
    """Measure the answers to receipts; 1 when one of a hundred takes longer than it may."""
    async with make_road(url, folder) as road:
        await prepare(road, hooks.PEOPLE)
        found = await hooks.measure(road, KEYS)
    told = ", ".join(f"{share:.0%} {found.at(share):.0f} ms" for share in (0.5, 0.99, 1.0))
    print(f"{found.receipts} receipts in {len(found)} requests, while messages are sent: {told}")
    print(f"goal: 99% within {hooks.MOST_MS:.0f} ms")
    return 0 if found.at(0.99) <= hooks.MOST_MS else 1


async def run(url: str, folder: Path, people: int, seed: int) -> int:
    """Prepare, play and judge; 1 when a goal is missed."""
    async with make_road(url, folder) as road:
        began, used = time.monotonic(), time.process_time()
        await prepare(road, people)
        print(
            f"{people} people invited in {time.monotonic() - began:.0f} s; seed {seed}", flush=True
        )
        print(f"processor time for that: {_each(used, people)}", flush=True)
        used = time.process_time()
        found = await play(road, KEYS, CAMPAIGN, people, RATE, KILLS, seed, TODAY)
    print(
        f"{found.seconds:.0f} s, {people / found.seconds:.0f} people a second, {found.kills} kills"
    )
    print(f"processor time for that: {_each(used, people)}")
    print(f"missed: {found.missed} (goal 0)")
    print(f"sent twice: {found.twice}, of whom under way at a kill: {found.excused} (goal: all)")
    print(f"letters: {found.letters} (goal {found.fates['permanent']}, the permanent failures)")
    print("dispositions: " + ", ".join(f"{name} {n}" for name, n in found.told.items() if n))
    print("wrong: " + (", ".join(found.wrong) or "nothing"))
    return 1 if found.wrong else 0


def _each(used: float, people: int) -> str:
    """Tell the processor's time since ``used``: another load on the machine does not change it."""
    seconds = time.process_time() - used
    return f"{seconds:.0f} s, {1000 * seconds / people:.2f} ms a person"


async def prepare(road: Any, people: int) -> None:
    """Draw and invite everybody, with a telephone and a postal address, and queue the step."""
    rows = []
    for n in range(people):
        number = Address("sms", phone(n))
        letter = Address("letter", f"Hill Road {n}, 410000")
        common = ("en", "resident", "", "", "2026-01-02", "list")
        rows.append(Contact(number, *common, person=number, row=2 * n))
        rows.append(Contact(letter, *common, person=number, row=2 * n + 1))
    await invite(road, rows, [SMS])


async def invite(road: Any, rows: list[Contact], accounts: list[Account]) -> None:
    """Draw and invite everybody on a list, and queue the step for these accounts."""
    database = road.database
    await create_campaign(database, draft(CAMPAIGN), road.clock)
    async with writing(database) as connection:
        await store_contacts(connection, KEYS, rows)
        await announce_accounts(connection, accounts)
    people = len({one.person or one.address for one in rows})
    await plan(road, size=people)
    await road.open(CAMPAIGN)
    await draw_campaign_sample(database, CAMPAIGN)
    await make(road)
    texts = await plain_texts(database, CAMPAIGN, "Asia/Shanghai")
    await begin_push(database, CAMPAIGN, texts, hours="00:00-23:59")


if __name__ == "__main__":
    os.nice(5)
    sys.exit(main())
