"""``minping bundle-year``: the files by which anybody checks a sealed year."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.ballots.remote_mixer import RemoteMixer
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.service.composition import finish_closing, make_mixer, open_store
from bot.service.installation_keys import open_keys
from bot.service.two_persons import make_officers
from bot.terminal.auditing import Audit, the
from bot.terminal.files import write_file
from bot.terminal.second_person import office_here
from bot.terminal.words import say
from survey_flows.errors import BadInput, Message


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-bundle-year")
    parser = commands.add_parser("bundle-year", help=text, description=text)
    parser.add_argument("year", type=int, metavar="YEAR")
    parser.add_argument("file", metavar="FILE.zip", type=Path)
    parser.add_argument("--auditors", action="store_true", help=Message("help-bundle-year-people"))
    parser.set_defaults(run=run, audit=Audit("bundle-year", the("year")))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Put what waits into the log, write the bundle, and name it and the log's key."""
    from bot.publication.year_bundle import make_year_bundle, require_year_grant
    from bot.verification.bundle import pack

    clock = SystemClock()
    async with open_store(settings) as database:
        opened = await open_keys(settings, database)
        mixer = make_mixer(settings, database, opened.gate, clock)
        people = make_officers(settings, database, opened.gate, opened.desk, clock)
        if chosen.auditors and (await people.approvals.profile()).needs_two:
            await require_year_grant(people.roster, chosen.year, int(clock.now().timestamp()))
        await finish_closing(settings, database, opened.gate, clock)
        if isinstance(mixer, RemoteMixer) and not await mixer.wait(0):
            raise BadInput(Message("bundle-mixer-waits"))
        today = office_here(settings).today
        files = await make_year_bundle(database, chosen.year, today, chosen.auditors)
    data = await asyncio.to_thread(pack, files)
    print(await asyncio.to_thread(write_file, chosen.file, data))
    command = f"minping verify-year {chosen.file} --key {mixer.key.write()}"
    say(Message("bundle-year-written", command=command))
    return 0
