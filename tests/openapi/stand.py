"""The interface for programs before schemathesis: a service with a closed and an open campaign."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp.test_utils import TestServer

from aggregation.model.facts import AppraisedUnit
from bot.accounts.api_tokens import SCOPES, create_token
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.registered import read_registered_campaigns
from bot.records.store import ListedUnit, write_units
from bot.service.composition import Service
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.web.server import make_web
from tests.web_city import UNITS, city, make_draft

SHORT, LONG = "fuzzing", "examples coverage fuzzing stateful"
CONFIG = """
request-timeout = 60

[generation]
mode = "all"
max-examples = {examples}
database = "none"
deterministic = {deterministic}

[parameters]
"path.campaign" = {{ dictionary = "campaigns", probability = 0.7 }}
"path.year" = {{ dictionary = "years", probability = 0.7 }}

[dictionaries]
campaigns = {{ values = ["closed", "2026", "mine"] }}
years = {{ values = ["2026"] }}

[checks.negative_data_rejection]
# 413: what is too long is refused by its length, before anybody reads it.
expected-statuses = [
  "400", "401", "403", "404", "406", "409", "413", "415", "422", "428", "429", "5xx",
]

[checks.positive_data_acceptance]
# 422: the request has the described form, but its content is impossible (an end before the start).
expected-statuses = ["2xx", "304", "404", "409", "422"]
"""


@dataclass(frozen=True)
class Outcome:
    """The exit code of schemathesis (0: it found nothing) and its output."""

    code: int
    printed: str


@asynccontextmanager
async def standing(folder: Path, redis_url: str) -> AsyncIterator[tuple[Service, TestServer, str]]:
    """Run a service; yield it, its address, and a token with all scopes."""
    async with (
        city(folder, redis_url, api_rate=100_000) as made,
        TestServer(make_web(made.service)) as server,
    ):
        await close_one(made.service)
        token = await create_token(
            made.service.roster, "everything", tuple(SCOPES), 30, "test", made.service.clock
        )
        yield made.service, server, token


async def close_one(service: Service, campaign: str = "closed") -> None:
    """Make a campaign that is over, with 60 stored ballots of each of its units in its year.

    It is as an import leaves it: its ballots were never mixed, and the log knows nothing of them.
    """
    await create_campaign(service.database, replace(make_draft(), id=campaign), service.clock)
    async with writing(service.database) as connection:
        closed = tables.campaigns.update().where(tables.campaigns.c.id == campaign)
        await connection.execute(closed.values(state="closed"))
    sheets = next(
        p for p in await read_registered_campaigns(service.database) if p.id == campaign
    ).questionnaires
    listed = [
        ListedUnit(AppraisedUnit(code, zh, en, category), form)
        for code, zh, en, category, form in UNITS
    ]
    rows = [
        _ballot(
            campaign, unit.unit.code, unit.questionnaire, len(sheets[unit.questionnaire].rated), n
        )
        for unit in listed
        for n in range(60)
    ]
    async with writing(service.database) as connection:
        await write_units(connection, listed)
        await connection.execute(tables.ballots.insert(), rows)
    await service.live_campaigns.refresh()


def _ballot(campaign: str, unit: str, sheet: str, size: int, number: int) -> dict[str, object]:
    said = ("VS", "S", "B", "D")[number % 4]
    return {
        "campaign": campaign,
        "unit": unit,
        "voter": f"{unit}{number}".encode().ljust(32, b"."),
        "questionnaire": sheet,
        "grp": ("resident", "service_user")[number % 2],
        "stratum": "",
        "source": "invited",
        "weight": 4,
        "ratings": " ".join([said] * size),
        "facts": "{}",
        "bucket": 1,
        "risk": 0,
    }


async def run(
    folder: Path, redis_url: str, examples: int, phases: str, seed: int | None = None
) -> Outcome:
    """Let schemathesis ask the running service, with all of its checks.

    Requests are the same each time unless there is a seed.
    """
    async with standing(folder, redis_url) as (_, server, token):
        return await _ask(
            str(server.make_url("/api/v1/openapi.json")), token, examples, phases, seed
        )


async def _ask(url: str, token: str, examples: int, phases: str, seed: int | None) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "schemathesis.toml"
        config.write_text(CONFIG.format(examples=examples, deterministic=str(seed is None).lower()))
        words = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", url]
        words += [
            "--header",
            f"Authorization: Bearer {token}",
            "--no-color",
            "--phases",
            ",".join(phases.split()),
        ]
        words += ["--seed", str(seed)] if seed is not None else []
        process = await asyncio.create_subprocess_exec(
            *words, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        told, _ = await process.communicate()
    return Outcome(process.returncode or 0, told.decode())
