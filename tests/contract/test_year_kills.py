"""Two administrators at once, one of whom is killed by SIGKILL between two writes; both databases.

Whatever the moment, an act is done whole or not at all, the other one is done or refused, and
somebody can finish what is left.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import Verdict
from aggregation.procedure.appeals import AppealState
from bot.appraisal.appeal_records import list_appeals
from bot.appraisal.appeals import assign_appeal, receive_appeal
from bot.appraisal.standing_years import read_standing
from bot.core.identity import Office
from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.storage.database import open_database, reading, writing
from bot.storage.schema import all as tables
from tests import servers
from tests.chaos.year_acts import (
    CAME_THROUGH,
    KILLED,
    LATER,
    LOWERED,
    REFUSED,
    YEAR,
    Order,
    at_once,
)
from tests.conftest import POSTGRES
from tests.contract.test_conductor import Frozen
from tests.contract.test_year_tables import INDICATORS, LEADERS, UNITS, bring, hold_campaign
from tests.deciding import decide
from tests.desk import roster_of
from tests.sealing import approvals_of, give_notice, prepared_seal

STAGES = ("seal", "notice", "amend", "execute", "publish")
KILLS = {
    **{"seal": (2, 5, 8), "notice": (1, 2, 3), "amend": (2, 5, 7)},
    **{"execute": (1, 2), "publish": (1, 3, 5)},
}
"""Before which of its writes somebody is killed, by what they do."""
OTHERS = dict.fromkeys(STAGES, ("zhou", "chen")) | {"amend": ("chen", "dai")}
POINTS = INDICATORS.replace("U2,80,80,80", "U2,60,80,80").replace("U3,60,60,60", "U3,60,95,95")


async def stage(url: str, folder: Path, name: str) -> None:
    """Bring a year to where somebody seals it, gives notice, amends, carries out or publishes."""
    clock = Frozen()
    zhou = Office("zhou", clock, "Asia/Shanghai")
    async with open_store(Settings(database_url=url)) as database:
        roster_of(database, folder)
        if name == "seal":
            await bring(database, "units", UNITS, 0)
            await bring(database, "leaders", LEADERS, YEAR)
            await bring(database, "indicators", POINTS, YEAR)
            await hold_campaign(database, year=YEAR)
            await decide(database, YEAR, LOWERED, Verdict.CONFIRMED, "市委常委会", "so it is", zhou)
            rows = [
                {"login": login, "password": "", "role": "administrator", "unit": None}
                for login in ("zhou", "chen", "dai")
            ]
            async with writing(database) as connection:
                await connection.execute(tables.staff.insert(), rows)
            await approvals_of(database, clock).profile()
        elif name == "notice":
            await prepared_seal(database, YEAR, clock=clock)
        elif name == "publish":
            clock.time += timedelta(days=LATER[name] - 1)  # the last day for a request
            await receive_appeal(database, YEAR, "U1", "wrong", zhou)
        elif name == "amend":
            await give_notice(database, YEAR, zhou)
            for subject, to in (("U3", "chen"), ("U2", "dai")):
                appeal = await receive_appeal(database, YEAR, subject, "wrong", zhou)
                await assign_appeal(database, appeal.number, to, zhou)


class Bases:
    """A database at each stage, of which every try takes a copy."""

    def __init__(self, folder: Path, cluster: servers.PostgresCluster | None) -> None:
        self.folder, self.cluster = folder, cluster
        self.urls: dict[str, str] = {}
        self.made = 0

    def roster(self, name: str) -> Path:
        return self.folder / f"roster-{name}"

    @contextmanager
    def copy(self, name: str) -> Iterator[tuple[str, Path]]:
        """The URL of a copy, and the folder of its roster."""
        self.made += 1
        roster = self.folder / f"roster-{name}-{self.made}"
        shutil.copytree(self.roster(name), roster)
        if self.cluster is not None:
            with self.cluster.database(self.urls[name].rsplit("/", 1)[1]) as url:
                yield url, roster
            return
        file = self.folder / f"{name}-{self.made}.sqlite3"
        shutil.copy(self.folder / f"{name}.sqlite3", file)
        yield f"sqlite:///{file}", roster


@pytest.fixture(scope="module", params=["sqlite", POSTGRES])
def bases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bases]:
    """The stages, each made from the one before."""
    cluster, folder = None, tmp_path_factory.mktemp("stages")
    if request.param == "postgres":
        cluster = request.getfixturevalue("postgres_cluster")
    made = Bases(folder, cluster)
    before = ""
    with ExitStack() as stack:
        for name in STAGES:
            if cluster is None:
                file = folder / f"{name}.sqlite3"
                if before:
                    shutil.copy(folder / f"{before}.sqlite3", file)
                made.urls[name] = f"sqlite:///{file}"
            else:
                template = request.getfixturevalue("postgres_template")
                if before:
                    template = made.urls[before].rsplit("/", 1)[1]
                made.urls[name] = stack.enter_context(cluster.database(template))
            if before:
                shutil.copytree(made.roster(before), made.roster(name))
            else:
                made.roster(name).mkdir()
            asyncio.run(stage(made.urls[name], made.roster(name), name))
            before = name
        yield made


async def found(url: str) -> dict[str, int]:
    """What stands of a year, and whether all that belongs to one act is there together."""
    database = open_database(url)
    try:
        return await _found(database)
    finally:
        await database.dispose()


async def _found(database: AsyncEngine) -> dict[str, int]:
    async with reading(database) as connection:
        await read_standing(connection, YEAR)  # The chain of digests holds.
        rows = {
            table.name: list(await connection.execute(select(table)))
            for table in (
                *(tables.seals, tables.amendments, tables.public_notices, tables.approvals),
                *(tables.executions, tables.publications),
            )
        }
        acts = Counter(
            (row.kind, json.loads(row.body)["name"])
            for row in await connection.execute(select(tables.notices))
        )
    appeals = await list_appeals(database, Frozen().time.date(), YEAR)
    answered = {it.number for it in appeals if it.standing.state is AppealState.ANSWERED}
    done = Counter(row.kind for row in rows["approvals"] if row.state == "done")
    seals = {f"{row.year}/{row.number}" for row in rows["seals"]}
    made = {f"{row.year}/{row.number}" for row in rows["amendments"]}
    told = {f"{row.year}/{row.number}" for row in rows["public_notices"]}
    logged = {
        kind: {name for (of, name), count in acts.items() if of == kind and count == 1}
        for kind in ("year-seal", "year-amendment", "year-notice")
    }
    assert logged == {"year-seal": seals, "year-amendment": made, "year-notice": told}
    assert (done["year-seal"], done["year-amend"]) == (len(seals), len(made))
    assert {row.state for row in rows["approvals"]} <= {"done"}, "nothing waits half-decided"
    assert done["publish-early"] == len(rows["publications"])
    assert [row.proposal for row in rows["executions"]] in ([], [LOWERED]), "carried out once"
    assert {row.appeal for row in rows["amendments"]} == answered
    amendments = {row.amendment for row in rows["public_notices"] if row.amendment}
    assert amendments == {row.number for row in rows["amendments"]}
    return {
        "seals": len(seals),
        "amendments": len(made),
        "notices": len(told),
        "executed": len(rows["executions"]),
        "public": len(rows["publications"]),
    }


NOTHING = {"seals": 1, "amendments": 0, "notices": 1, "executed": 0, "public": 0}
ONE = {
    "seal": NOTHING | {"notices": 0},
    "notice": NOTHING,
    "amend": NOTHING | {"amendments": 1, "notices": 2},
    "execute": NOTHING | {"executed": 1},
    "publish": NOTHING | {"public": 1},
}
"""What stands once one of two has come through."""
AGAIN = dict.fromkeys(STAGES, REFUSED) | {"amend": CAME_THROUGH}
"""How it ends for whoever was killed and does it again: an appeal of its own is still theirs."""


@pytest.mark.parametrize("what", STAGES)
def test_who_is_killed_leaves_nothing_half_decided_and_the_other_comes_through(
    bases: Bases, what: str
) -> None:
    first, second = OTHERS[what]
    for write in KILLS[what]:
        with bases.copy(what) as (url, roster):
            killed = Order(url, roster, what, first, write)
            assert at_once([killed, Order(url, roster, what, second)]) == [KILLED, CAME_THROUGH]
            assert asyncio.run(found(url)) == ONE[what], write
            if write == KILLS[what][-1]:
                assert at_once([Order(url, roster, what, first)]) == [AGAIN[what]]
                stands = asyncio.run(found(url))
                more = int(AGAIN[what] == CAME_THROUGH)
                assert stands["amendments"] == ONE[what]["amendments"] + more


@pytest.mark.parametrize("what", ["seal", "execute", "publish"])
def test_two_at_once_of_whom_nobody_is_killed_do_it_once(bases: Bases, what: str) -> None:
    with bases.copy(what) as (url, roster):
        orders = [Order(url, roster, what, login) for login in OTHERS[what]]
        assert sorted(at_once(orders)) == [CAME_THROUGH, REFUSED]
        assert asyncio.run(found(url)) == ONE[what]
