"""``python -m benchmarks.push``: two senders that are killed push a campaign; counts who got it.

It sends a hundred thousand invitations to a Bot API that refuses one chat in fifty
and asks for silence now and then. Both senders are killed and started again in turn;
once everything is paused. Nobody may be missed,
and a kill must explain each person who is written to twice.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.answers.bots import ORGANISER, UNITS, clean_environment, command_line, free_port
from benchmarks.push.post_office import PostOffice, is_blocked, open_office
from bot.fieldwork.outreach.outbox import LEASE
from tests import servers
from tests.chaos.stand import Process

PEOPLE, QUICK = 100_000, 4_000
RATE, QUICK_RATE = 400, 200
KILLS = 5
FIRST_CHAT = 1_000_001
UNDER_WAY = 8 + 40
"""Messages that a killed sender may leave sent and not noted.

They are eight calls, and a twentieth of a second at 800.
"""
PAUSE_SECONDS = 1.0
CAMPAIGN = "push"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.push", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} people")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument(
        "--seed", type=int, default=1, help="of the moments at which senders are killed"
    )
    given = parser.parse_args()
    people, rate = (QUICK, QUICK_RATE) if given.quick else (PEOPLE, RATE)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        redis = stack.enter_context(servers.redis())
        database = ""
        if given.store == "postgres":
            database = stack.enter_context(stack.enter_context(servers.postgres()).database())
        return asyncio.run(run(folder, database, redis, people, rate, given.seed))


async def run(folder: Path, database: str, redis: str, people: int, rate: int, seed: int) -> int:
    office = PostOffice()
    server, port = await open_office(office)
    environment = settings(folder, database, redis, port, rate)
    began = time.monotonic()
    await asyncio.to_thread(prepare, folder, environment, people)
    print(
        f"{people} people imported, drawn and invited in {time.monotonic() - began:.0f} s; "
        f"seed {seed}"
    )
    senders = [Process(("serve",), environment, folder / "serve.log")]
    senders.append(Process(("push", "work"), environment, folder / "work.log"))
    for sender in senders:
        sender.start()
    began = time.monotonic()
    try:
        held = await watch(office, senders, environment, people, seed)
    finally:
        for sender in senders:
            sender.stop()
    seconds = time.monotonic() - began
    shown = await asyncio.to_thread(command_line, environment, "push", "show", CAMPAIGN)
    server.close()
    return judge(office, people, rate, held, seconds, shown)


def settings(folder: Path, database: str, redis: str, port: int, rate: int) -> dict[str, str]:
    given = {
        "MINPING_DATA": str(folder / "data"),
        "MINPING_PORT": str(free_port()),
        "MINPING_PUBLIC_URL": "https://minping.invalid",
        "MINPING_TELEGRAM_API": f"http://127.0.0.1:{port}",
        "MINPING_TELEGRAM_NAME": "bench_bot",
        "MINPING_TELEGRAM_TOKEN": "42:push",
        "MINPING_TELEGRAM_SECRET": "benchmark",
        "MINPING_PUSH_RATE": str(rate),
        "REDIS_URL": redis,
        "DATABASE_URL": database,
    }
    return clean_environment() | {name: value for name, value in given.items() if value}


def prepare(folder: Path, environment: dict[str, str], people: int) -> None:
    """Make an open campaign that has drawn and invited everybody and queued the first step."""

    def minping(*arguments: str) -> None:
        command_line(environment, *arguments)

    units, contacts = folder / "units.csv", folder / "contacts.csv"
    rows = [f"{code},市第{code[1:]}局,Department {code[1:]},C_social,window" for code in UNITS]
    units.write_text(
        "\n".join(["code,name_zh,name_en,category,questionnaire", *rows]) + "\n", encoding="utf-8"
    )
    listed = (
        f"telegram,{FIRST_CHAT + n},zh-Hans,resident,,,2026-01-02,bench" for n in range(people)
    )
    contacts.write_text(
        "channel,address,language,group,area,size,consent,list\n" + "\n".join(listed) + "\n"
    )
    today = datetime.now(UTC)
    window = [
        "--opens",
        (today - timedelta(days=1)).isoformat(),
        "--closes",
        (today + timedelta(days=30)).isoformat(),
    ]
    minping("import", "units", str(units))
    titles = ["--title-zh", "群众满意度评价", "--title-en", "Public evaluation"]
    minping("campaign", "create", CAMPAIGN, "--year", str(today.year), *titles, *window)
    minping("contacts", "import", str(contacts))
    minping("sample", "plan", CAMPAIGN, "--size", str(people))
    command_line(environment, "organiser", "set", *ORGANISER)
    listed = command_line(environment, "campaign", "open", CAMPAIGN)
    minping(*listed.split("minping ")[-1].split())
    minping("sample", "draw", CAMPAIGN, "--out", str(folder / "sample.json"))
    minping("invitations", "make", CAMPAIGN)
    minping("push", "begin", CAMPAIGN, "--hours", "00:00-23:59")


async def watch(
    office: PostOffice, senders: list[Process], environment: dict[str, str], people: int, seed: int
) -> float:
    """Kill a sender now and then and pause once.

    Returns the seconds for which messages came after the pause.
    """
    chance = random.Random(seed)
    moments = sorted(chance.uniform(0.05, 0.9) for _ in range(KILLS))
    held = -1.0
    async for done in progress(office, people):
        if moments and done >= moments[0]:
            moments.pop(0)
            victim = chance.choice(senders)
            victim.alive()
            victim.kill()
            victim.start()
        if held < 0 and done >= 0.5:
            held = await pause(office, environment)
    return held


async def progress(office: PostOffice, people: int) -> AsyncIterator[float]:
    """Return the share of people who were written to.

    It waits until it is everybody, or until nothing came for longer than a lease.
    """
    last, at, told = -1, time.monotonic(), 0.0
    while (done := len(office.received) + len(office.refused)) < people:
        if done != last:
            last, at = done, time.monotonic()
        if time.monotonic() - at > LEASE + 30:
            return
        if done / people >= told:
            print(f"  {done} of {people}", flush=True)
            told += 0.1
        yield done / people
        await asyncio.sleep(0.05)


async def pause(office: PostOffice, environment: dict[str, str]) -> float:
    """Pause and resume; returns for how long messages still came after the command had returned."""
    await asyncio.to_thread(command_line, environment, "push", "pause", CAMPAIGN)
    paused = time.monotonic()
    await asyncio.sleep(3)
    held = max(0.0, office.times[-1] - paused)
    await asyncio.to_thread(command_line, environment, "push", "resume", CAMPAIGN)
    return held


def judge(
    office: PostOffice, people: int, rate: int, held: float, seconds: float, shown: str
) -> int:
    """Print the figures; 1 when a goal is missed."""
    chats = range(FIRST_CHAT, FIRST_CHAT + people)
    missed = sum(not office.received[chat] and not is_blocked(chat) for chat in chats)
    untried = sum(not office.refused[chat] and is_blocked(chat) for chat in chats)
    twice = sum(count - 1 for count in (*office.received.values(), *office.refused.values()))
    fastest = office.most_in(1.0)
    print(shown.strip())
    print(
        f"{len(office.times) / seconds:.0f} messages a second over {seconds:.0f} s; "
        f"{office.floods} times silenced"
    )
    goals = [
        (missed + untried == 0, f"missed: {missed} reachable, {untried} blocked (goal 0)"),
        (
            twice <= UNDER_WAY * KILLS,
            f"sent twice: {twice} with {KILLS} kills (goal ≤ {UNDER_WAY * KILLS})",
        ),
        (fastest <= rate, f"most in any second: {fastest} (limit {rate})"),
        (
            office.early == 0 or office.early <= 16 * office.floods,
            f"sent into a silence: {office.early} (in flight)",
        ),
        (
            0 <= held <= PAUSE_SECONDS,
            f"still sent {held:.2f} s after a pause (goal ≤ {PAUSE_SECONDS:.0f} s)",
        ),
    ]
    for met, sentence in goals:
        print("ok    " if met else "MISSED", sentence)
    return 0 if all(met for met, _ in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
