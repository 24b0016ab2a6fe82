"""``minping demo``: a synthetic city in an empty database."""

from __future__ import annotations

import argparse
from typing import Any

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.core.urls import citizen_urls
from bot.service.composition import finish_closing, open_store
from bot.terminal.auditing import Audit
from bot.terminal.words import say, worded
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-demo")
    parser = commands.add_parser("demo", help=text, description=text)
    parser.add_argument("--seed", type=int, default=1, help=Message("help-demo-seed"))
    parser.add_argument("--year", type=int, default=2010, help=Message("help-demo-year"))
    parser.add_argument("--ballots", type=int, default=30_000, help=Message("help-demo-ballots"))
    parser.set_defaults(run=run, audit=Audit("demo"))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Fill the database and say what to try next."""
    from bot.demo.fill import fill
    from bot.service.installation_keys import open_keys
    from bot.terminal.progress import bar

    clock = SystemClock()
    async with open_store(settings) as database:
        opened = await open_keys(settings, database)
        keys = opened.gate
        with bar(worded(Message("bar-ballots"))) as progress:
            done = await fill(
                database,
                keys,
                opened.desk,
                clock,
                settings.timezone,
                chosen.seed,
                chosen.year,
                chosen.ballots,
                progress,
            )
        await finish_closing(settings, database, keys, clock)
    say(
        Message(
            "demo-filled",
            units=done.units,
            leaders=done.leaders,
            ballots=done.ballots,
            year=done.year,
            campaign=done.closed,
        )
    )
    say(Message("demo-next", campaign=done.closed, year=done.year))
    say(Message("demo-open", campaign=done.open))
    for address in citizen_urls(settings, done.link):
        print(f"  {address}")
    return 0
