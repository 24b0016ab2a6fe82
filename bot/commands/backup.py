"""``minping backup``: sealed copies of a running service's database and keys."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.campaigns.escrows import make_escrow, note_destroyed
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.crypto.age_files import make_identity, read_identity
from bot.keeping.backups import make_backup, work_folder
from bot.keeping.container import DATA, Header, Step
from bot.keeping.verifying import open_backup
from bot.service.composition import finish_closing, open_store
from bot.service.installation_keys import open_keys
from bot.service.two_persons import named_people, read_profile
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.files import read_text, write_new_file
from bot.terminal.progress import bar
from bot.terminal.second_person import confirm_people
from bot.terminal.words import say, worded
from survey_flows.errors import BadInput, Message, Place


def register(commands: Any) -> None:
    """Add the command and its parts.

    A backup leaves no row in the audit log: it would put the log ahead of every backup.
    """
    parser = commands.add_parser("backup", help=Message("help-backup"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    make = parts.add_parser("make", help=Message("help-backup-make"))
    make.add_argument("--to", type=Path, metavar="FOLDER", help=Message("help-backup-to"))
    make.add_argument("--key", metavar="age1…", help=Message("help-backup-key"))
    make.set_defaults(run=run_make, audit=READS_ONLY)
    verify = parts.add_parser("verify", help=Message("help-backup-verify"))
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument(
        "--secret", type=Path, required=True, metavar="FILE", help=Message("help-backup-secret")
    )
    verify.set_defaults(run=run_verify, audit=READS_ONLY)
    escrow = parts.add_parser("escrow", help=Message("help-backup-escrow"))
    escrow.add_argument("campaign", metavar="CAMPAIGN")
    escrow.set_defaults(run=run_escrow, audit=Audit("backup escrow", the("campaign")))
    gone = parts.add_parser("destroyed", help=Message("help-backup-destroyed"))
    gone.add_argument("campaign", metavar="CAMPAIGN")
    gone.add_argument(
        "--by", action="append", required=True, metavar="LOGIN", help=Message("help-log-refill-by")
    )
    gone.set_defaults(run=run_destroyed, audit=Audit("backup destroyed", the("campaign")))
    new = parts.add_parser("new-key", help=Message("help-backup-new-key"))
    new.add_argument("file", type=Path, metavar="FILE")
    new.set_defaults(run=run_new_key, audit=READS_ONLY)


async def run_make(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make a backup, and say what is not in it.

    Raises:
        BadInput: neither the command nor the environment names folder and key.
    """
    folder, key = chosen.to or settings.backup_folder, chosen.key or settings.backup_key
    for given, name in ((folder, "--to"), (key, "--key")):
        if not given:
            raise BadInput(Message("backup-where"), Place(field=name))
    async with open_store(settings) as database:
        with stepping("backup-progress") as step:
            made = await make_backup(settings, database, Path(folder), key, SystemClock(), step)
    say(Message("backup-made", data=str(made.data), keys=str(made.keys)))
    say_header(made.header)
    for campaign in made.header.left_out:
        say(Message("backup-left-out", campaign=campaign, waiting=made.header.waiting))
    return 0


async def run_verify(settings: Settings, chosen: argparse.Namespace) -> int:
    """Open a file of a backup and check all of it."""
    secret = read_identity(read_text(chosen.secret))
    with work_folder(settings) as work, stepping("backup-progress-verify") as step:
        header, parts = await open_backup(chosen.file, secret, work, step)
    say_header(header)
    size = sum(one.bytes for one in header.parts.values())
    say(Message("backup-whole", file=str(chosen.file), parts=len(parts), bytes=size))
    return 0


async def run_escrow(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make a campaign's escrow key; its secret half is printed once and kept nowhere."""
    secret, public = make_identity()
    async with open_store(settings) as database:
        clock = SystemClock()
        keys = await open_keys(settings, database, clock)
        await make_escrow(database, keys.desk, chosen.campaign, public, clock)
        await finish_closing(settings, database, keys.gate, clock)
    print(secret)
    say(Message("backup-escrow-made", campaign=chosen.campaign))
    return 0


async def run_destroyed(settings: Settings, chosen: argparse.Namespace) -> int:
    """Have people say that a closed campaign's escrow key is destroyed."""
    async with open_store(settings) as database:
        clock = SystemClock()
        keys = await open_keys(settings, database, clock)
        accounts, profile = named_people(settings, database), await read_profile(settings, database)
        await accounts.require_deciders(chosen.by, profile)
        await confirm_people(accounts, chosen.by, settings.data / "keys", clock)
        await note_destroyed(database, keys.desk, chosen.campaign, len(chosen.by), clock)
        await finish_closing(settings, database, keys.gate, clock)
    say(Message("backup-escrow-destroyed", campaign=chosen.campaign))
    return 0


async def run_new_key(_settings: Settings, chosen: argparse.Namespace) -> int:
    """Make a key pair: the secret goes to a new file, the public key is printed."""
    secret, public = make_identity()
    write_new_file(chosen.file, f"# public key: {public}\n{secret}\n".encode())
    chosen.file.chmod(0o600)
    print(public)
    return 0


def say_header(header: Header) -> None:
    """Say what a backup is of, in UTC."""
    made = datetime.fromtimestamp(header.made, UTC).strftime("%Y-%m-%d %H:%M UTC")
    said = Message("backup-of-data" if header.kind == DATA else "backup-of-keys", made=made)
    say(said)
    say(Message("backup-log", size=header.log_size, root=header.log_root))


@contextmanager
def stepping(message: str) -> Iterator[Step]:
    """Show how far long work is, in MB, on a terminal alone."""
    with bar(worded(Message(message))) as update:
        yield lambda done, total: update(done >> 20, max(total >> 20, 1))
