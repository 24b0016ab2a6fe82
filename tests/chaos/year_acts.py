"""Administrators in processes of their own who decide about a year; one of them may be killed.

A process is killed by SIGKILL before one of its writes to the database; a commit counts as one.
It is forked from a server that has everything loaded, so that a hundred of them cost little.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.appraisal.appeals import uphold_appeal
from bot.appraisal.executions import ExecutionAct
from bot.appraisal.sealing import prepare_seal
from bot.campaigns.registered import find_registered_campaign
from bot.core.identity import Office
from bot.publication.early_publication import EarlyOrder, prepare_early, show_early
from bot.storage.database import open_database
from survey_flows.errors import BadInput
from tests.contract.test_conductor import Frozen
from tests.deciding import execute
from tests.desk import roster_of
from tests.sealing import approvals_of, give_notice, order_of

YEAR = 2025
LOWERED = "2025/third_grade_unit/downgrade/L3"
"""What was confirmed about the principal of the third-grade unit."""
WRITES = ("INSERT", "UPDATE", "DELETE")
REFUSED, CAME_THROUGH, KILLED = 3, 0, -signal.SIGKILL
"""How a process ends."""
PATIENCE, STANDS = 60.0, 0.3
"""Seconds until a process is given up, and in which one that will be killed stands still."""


@dataclass(frozen=True)
class Order:
    """What one administrator does; ``killed_before`` is the write before which it ends, or 0."""

    url: str
    folder: Path
    what: str
    login: str
    killed_before: int = 0


async def seal(database: AsyncEngine, office: Office) -> None:
    order = await order_of(database, YEAR, office)
    await prepare_seal(database, approvals_of(database, office.clock), YEAR, order, office)


async def notice(database: AsyncEngine, office: Office) -> None:
    await give_notice(database, YEAR, office)


async def amend(database: AsyncEngine, office: Office) -> None:
    """Answer the appeal that this handler is charged with."""
    number, chosen = {"chen": (1, "value:95:objective"), "dai": (2, "grade:first:")}[office.login]
    approvals = approvals_of(database, office.clock)
    await uphold_appeal(database, approvals, number, [chosen], "looked at", office)


async def carry_out(database: AsyncEngine, office: Office) -> None:
    """Enter that the lowering was carried out."""
    day = office.today.isoformat()
    await execute(database, YEAR, LOWERED, ExecutionAct.EXECUTED, day, "组织部文件", office)


async def publish(database: AsyncEngine, office: Office) -> None:
    """Publish although reviews still run."""
    campaign = await find_registered_campaign(database, "poll")
    found = await show_early(database, campaign, office.today)
    seen = found.digest if found else ""
    approvals = approvals_of(database, office.clock)
    order = EarlyOrder("市里要求按期公布", "poll", seen)
    await prepare_early(database, approvals, campaign, order, office)


ACTS: dict[str, Callable[[AsyncEngine, Office], Awaitable[None]]] = {
    "seal": seal,
    "notice": notice,
    "amend": amend,
    "execute": carry_out,
    "publish": publish,
}
LATER = {"publish": 11}
"""So many days after the notice somebody acts: its time is over, and the last requests run."""


def do(order: Order, there: Event) -> None:
    """Do it, in a process of its own."""
    sys.exit(asyncio.run(_do(order, there)))


async def _do(order: Order, there: Event) -> int:
    database = open_database(order.url)
    roster_of(database, order.folder)
    if order.killed_before:
        kill_before(database, order.killed_before, there)
    else:
        there.wait(PATIENCE)
    try:
        clock = Frozen()
        clock.time += timedelta(days=LATER.get(order.what, 0))
        await ACTS[order.what](database, Office(order.login, clock, "Asia/Shanghai"))
    except BadInput:
        return REFUSED
    finally:
        there.set()
        await database.dispose()
    return CAME_THROUGH


def kill_before(database: AsyncEngine, write: int, there: Event) -> None:
    """Kill this process before its n-th write, after the others had time to come upon its locks."""
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        if done == write:
            there.set()
            time.sleep(STANDS)
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if text.lstrip().upper().startswith(WRITES):
            count()

    def commit(_connection: Any) -> None:
        if done:
            count()

    event.listen(database.sync_engine, "before_cursor_execute", statement)
    event.listen(database.sync_engine, "commit", commit)


def at_once(orders: Sequence[Order]) -> list[int]:
    """Let several administrators act at the same time; return how each process ended.

    Where one of them is killed, the others begin when it stands before that write.
    """
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([__name__])
    there = server.Event()
    if not any(order.killed_before for order in orders):
        there.set()
    running: list[BaseProcess] = [
        server.Process(target=do, args=(order, there)) for order in orders
    ]
    for one in running:
        one.start()
    for one in running:
        one.join(PATIENCE)
        if one.exitcode is None:
            one.kill()
            raise RuntimeError("an administrator does not come back")
    return [int(one.exitcode or 0) for one in running]
