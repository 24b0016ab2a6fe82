"""``minping log``: compare the log with its guard, refill it, replace lost keys."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from bot.ballots.mixer import Mixer
from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.crypto.gate_keys import load_gate_keys
from bot.crypto.gate_signatures import GateSigner
from bot.crypto.keyrings import Keyring
from bot.service.composition import open_store
from bot.service.installation_keys import desk_ring, load_desk
from bot.service.two_persons import named_people
from bot.storage.database import reading
from bot.terminal.auditing import READS_ONLY, Audit, all_of
from bot.terminal.second_person import confirm_people
from bot.terminal.words import say
from survey_flows.errors import Message


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("log", help=Message("help-log"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    show = parts.add_parser("show", help=Message("help-log-show"))
    show.set_defaults(run=run_show, audit=READS_ONLY)
    refill = parts.add_parser("refill", help=Message("help-log-refill"))
    refill.add_argument(
        "--by", action="append", required=True, metavar="LOGIN", help=Message("help-log-refill-by")
    )
    refill.add_argument("--reason", required=True, help=Message("help-log-refill-reason"))
    refill.set_defaults(run=run_refill, audit=Audit("log refill", all_of("by")))
    desk = parts.add_parser("replace-desk", help=Message("help-log-replace-desk"))
    desk.add_argument(
        "--by", action="append", required=True, metavar="LOGIN", help=Message("help-log-refill-by")
    )
    desk.add_argument("--reason", required=True, help=Message("help-log-refill-reason"))
    desk.set_defaults(run=run_replace_desk, audit=Audit("log replace-desk", all_of("by")))
    gate = parts.add_parser("replace-gate", help=Message("help-log-replace-gate"))
    gate.add_argument(
        "--by", action="append", required=True, metavar="LOGIN", help=Message("help-log-refill-by")
    )
    gate.add_argument("--reason", required=True, help=Message("help-log-refill-reason"))
    gate.set_defaults(run=run_replace_gate, audit=Audit("log replace-gate", all_of("by")))
    for part in (show, refill, desk, gate):
        part.add_argument("--keys", type=Path, metavar="FOLDER", help=Message("help-log-keys"))


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print both tree heads; exit code 3 when nothing can be signed."""
    async with open_store(settings) as database:
        mixer = _mixer(settings, chosen, database)
        if mixer.log.guard.exists:
            done = (await asyncio.to_thread(mixer.log.guard.read)).done
            say(Message("log-guard-head", size=done.size, root=done.root))
        async with reading(database) as connection:
            rows = await mixer.log.read_head(connection)
        say(Message("log-rows-head", size=rows.size, root=rows.root.hex()))
        await mixer.start()
    say(Message("log-agrees"))
    return 0


async def run_refill(settings: Settings, chosen: argparse.Namespace) -> int:
    """Refill the log, and print what is lost by campaign."""
    from bot.campaigns.log_loss import refill_log
    from bot.service.desk_loss import logged_profile

    async with open_store(settings) as database:
        log = _mixer(settings, chosen, database).log
        profile, clock = await logged_profile(log), SystemClock()
        accounts = named_people(settings, database)
        await accounts.require_deciders(chosen.by, profile)
        await confirm_people(accounts, chosen.by, settings.data / "keys", clock)
        loss = await refill_log(accounts, log, chosen.by, chosen.reason, clock, profile)
    say(Message("log-refilled", entries=loss.entries))
    for campaign, positions in sorted(loss.positions.items()):
        named = ", ".join(map(str, positions))
        say(Message("log-lost", campaign=campaign, count=len(positions), positions=named))
    return 0


async def run_replace_desk(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make another key of the desk, and print it for a mixer of its own."""
    from bot.service.desk_loss import logged_profile, replace_desk, require_lost_desk
    from bot.service.lost_keys import Loss

    require_lost_desk(desk_ring(settings), chosen.reason)
    async with open_store(settings) as database:
        gate = load_gate_keys(settings.data / "keys")
        signer, clock = GateSigner(gate, settings.log_origin), SystemClock()
        mixer = _mixer(settings, chosen, database)
        accounts = named_people(settings, database)
        await accounts.require_deciders(chosen.by, await logged_profile(mixer.log))
        await confirm_people(accounts, chosen.by, settings.data / "keys", clock)
        loss = Loss(chosen.reason, len(chosen.by))
        desk = await replace_desk(database, mixer.log, desk_ring(settings), signer, loss, clock)
    say(Message("log-desk-replaced", key=desk.key.public.hex()))
    return 0


async def run_replace_gate(settings: Settings, chosen: argparse.Namespace) -> int:
    """Make another signing key of the gate, and print it for a mixer of its own."""
    from bot.service.desk_loss import logged_profile
    from bot.service.gate_loss import replace_gate, require_lost_gate
    from bot.service.lost_keys import Loss

    folder, desk = settings.data / "keys", load_desk(settings)
    require_lost_gate(Keyring(folder), chosen.reason)
    async with open_store(settings) as database:
        clock, log = SystemClock(), _mixer(settings, chosen, database).log
        accounts = named_people(settings, database)
        await accounts.require_deciders(chosen.by, await logged_profile(log))
        await confirm_people(accounts, chosen.by, folder, clock)
        loss = Loss(chosen.reason, len(chosen.by))
        keys = await replace_gate(database, log, folder, desk, loss, clock)
    say(Message("log-gate-replaced", key=keys.public().hex()))
    return 0


def _mixer(settings: Settings, chosen: argparse.Namespace, database: Any) -> Mixer:
    ring = Keyring(chosen.keys or settings.data / "keys" / "mixer")
    return Mixer(database, ring, b"", b"", settings.log_origin, SystemClock())
