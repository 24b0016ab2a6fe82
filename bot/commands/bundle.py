"""``minping bundle``: the files by which anybody checks a closed campaign, and a verifier."""

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
from bot.service.two_persons import make_officers, require_grant
from bot.terminal.auditing import Audit, the
from bot.terminal.files import write_file
from bot.terminal.second_person import at_machine, say_waits
from bot.terminal.words import say
from survey_flows.errors import BadInput, Message


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-bundle")
    parser = commands.add_parser("bundle", help=text, description=text)
    parser.add_argument("campaign", metavar="CAMPAIGN")
    parser.add_argument("file", metavar="FILE.zip", type=Path)
    parser.add_argument(
        "--openings",
        action="store_true",
        help=Message("help-bundle-openings"),
    )
    parser.set_defaults(run=run, audit=Audit("bundle", the("campaign")))


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Put the result into the log, write bundle and verifier, and name them and the log's key."""
    from bot.verification.bundle import make_bundle, pack, request_result_entry
    from bot.verification.stand_alone import VERIFIER, stand_alone_verifier

    async with open_store(settings) as database:
        opened = await open_keys(settings, database)
        keys = opened.gate
        mixer = make_mixer(settings, database, keys, SystemClock())
        people = make_officers(settings, database, opened.gate, opened.desk, SystemClock())
        if chosen.openings:
            await require_grant(people, chosen.campaign, SystemClock())
        waits = await request_result_entry(
            database, chosen.campaign, people.approvals, at_machine()
        )
        if waits is not None:
            say_waits(waits)
            return 0
        await finish_closing(settings, database, keys, SystemClock())
        if isinstance(mixer, RemoteMixer) and not await mixer.wait(0):
            raise BadInput(Message("bundle-mixer-waits"))
        files = await make_bundle(database, chosen.campaign, chosen.openings)
    data = await asyncio.to_thread(pack, files)
    print(await asyncio.to_thread(write_file, chosen.file, data))
    beside = chosen.file.with_name(VERIFIER)
    print(await asyncio.to_thread(write_file, beside, stand_alone_verifier()))
    arguments = f"{chosen.file} --key {mixer.key.write()}"
    alone = f"python {beside} {arguments}"
    say(Message("bundle-written", command=f"minping verify {arguments}", alone=alone))
    return 0
