"""``minping restore``: put a backup into an empty database, and say before what would be lost."""

from __future__ import annotations

import argparse
import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import Any

from bot.accounts.named_people import NamedPeople
from bot.commands.backup import say_header, stepping
from bot.core.clock import Clock, SystemClock
from bot.core.settings import Settings
from bot.crypto.age_files import read_identity
from bot.keeping.restoring import Decision, Files, Preflight, restore
from bot.terminal.auditing import Audit, AuditByOption, file_name
from bot.terminal.files import read_text
from bot.terminal.second_person import confirm_people
from bot.terminal.words import say, worded
from survey_flows.errors import BadInput, Message, Place

HOUR = 3600


def register(commands: Any) -> None:
    """Add the command.

    The audit log gets a row once there is a database again; a refusal must not make one.
    """
    parser = commands.add_parser("restore", help=Message("help-restore"))
    parser.add_argument("file", type=Path, metavar="FILE", help=Message("help-restore-file"))
    parser.add_argument("--keys", type=Path, metavar="FILE", help=Message("help-restore-keys"))
    parser.add_argument(
        "--secret", type=Path, required=True, metavar="FILE", help=Message("help-backup-secret")
    )
    parser.add_argument(
        "--escrow",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=Message("help-restore-escrow"),
    )
    parser.add_argument("--guard", type=Path, metavar="FOLDER", help=Message("help-restore-guard"))
    parser.add_argument("--note", type=Path, metavar="FILE", help=Message("help-restore-note"))
    parser.add_argument("--loss", metavar="REASON", help=Message("help-restore-loss"))
    parser.add_argument(
        "--by", action="append", default=[], metavar="LOGIN", help=Message("help-restore-by")
    )
    parser.add_argument("--yes", action="store_true", help=Message("help-restore-yes"))
    audit = AuditByOption({"done": Audit("restore done", file_name)})
    parser.set_defaults(run=run, done=False, audit=audit)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Restore, and say what came of it."""
    if (chosen.loss is None) != (not chosen.by):
        raise BadInput(Message("restore-loss-and-people"), Place(field="--loss"))
    files = Files(
        data=chosen.file,
        keys=chosen.keys,
        secret=read_identity(read_text(chosen.secret)),
        escrows=[read_identity(read_text(file)) for file in chosen.escrow],
        guard=chosen.guard,
        note=read_text(chosen.note) if chosen.note else "",
    )
    decision = None if chosen.loss is None else Decision(chosen.loss, chosen.by)
    clock = SystemClock()
    with stepping("restore-progress") as step:
        done = await restore(
            settings,
            files,
            decision,
            partial(_ask, clock, chosen.yes),
            partial(_confirm, settings, clock),
            clock,
            step,
        )
    chosen.done = True
    say(Message("restore-done"))
    if done.loss is not None:
        say(Message("log-refilled", entries=done.loss.entries))
        for campaign, positions in sorted(done.loss.positions.items()):
            named = ", ".join(map(str, positions))
            say(Message("log-lost", campaign=campaign, count=len(positions), positions=named))
    if done.other_accounts:
        say(Message("restore-accounts", rows=done.other_accounts))
    return 0


async def _ask(clock: Clock, sure: bool, preflight: Preflight) -> bool:
    """Say what a restore would do, and ask a person at a terminal."""
    header = preflight.header
    say_header(header)
    hours = max(0, int(clock.now().timestamp()) - header.made) // HOUR
    say(Message("restore-has", hours=hours, ballots=header.ballots, waiting=header.waiting))
    if preflight.signed is None:
        say(Message("restore-guard-elsewhere"))
    else:
        signed = preflight.signed
        say(Message("restore-signed", signed=signed, here=header.log_size, lost=preflight.missing))
    if preflight.unopened:
        say(Message("restore-unopened", envelopes=preflight.unopened))
    for campaign in preflight.keyless:
        say(Message("restore-keyless", campaign=campaign))
    if preflight.keys_of is not None and preflight.keys_of != header.made:
        say(Message("restore-other-keys"))
    if sure or preflight.loses:
        # Of a loss the people are asked, by their passwords.
        return True
    if not sys.stdin.isatty():
        raise BadInput(Message("restore-nobody-to-ask"), Place(field="--yes"))
    answer = await asyncio.to_thread(input, worded(Message("restore-question")) + " ")
    return answer.strip().lower() in worded(Message("restore-yes-words")).split()


async def _confirm(
    settings: Settings, clock: Clock, accounts: NamedPeople, people: list[str]
) -> None:
    await confirm_people(accounts, people, settings.data / "keys", clock)
