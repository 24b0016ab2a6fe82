"""The command line: ``minping COMMAND …``. Each command is one module in `bot.commands`."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import logging
import os
import pkgutil
import sys
from collections.abc import Sequence

import uvloop

import bot.commands
from bot.core.settings import Settings, read_settings
from bot.terminal.audited_commands import note_command
from survey_flows.errors import BadInput

DONE, WRONG_INPUT, WRONG_USE = 0, 1, 2
READ_ENOUGH = 141


def make_parser(wanted: str = "") -> argparse.ArgumentParser:
    """The parser with every command that `bot.commands` holds; with the one that is wanted, when there is such a one.

    The service must not carry in memory what only other commands need.
    """
    parser = argparse.ArgumentParser(
        prog="minping", description="Citizens rate departments; the year is appraised."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    names = [module.name for module in pkgutil.iter_modules(bot.commands.__path__)]
    for name in [name for name in names if name.strip("_") == wanted] or names:
        importlib.import_module(f"bot.commands.{name}").register(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 the input is wrong, 2 the command line is wrong."""
    arguments = sys.argv[1:] if arguments is None else arguments
    chosen = make_parser(next(iter(arguments), "")).parse_args(arguments)
    try:
        settings = read_settings()
        _log(settings.log_level)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_noted(settings, chosen, arguments)) or DONE
    except BadInput as error:
        print(f"minping: {error}", file=sys.stderr)
        return WRONG_INPUT
    except BrokenPipeError:
        # Who reads has read enough (`| head`); nothing more is written, also not at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READ_ENOUGH
    except KeyboardInterrupt:
        print("minping: interrupted; what was finished is kept", file=sys.stderr)
        return 130


async def _noted(settings: Settings, chosen: argparse.Namespace, arguments: Sequence[str]) -> int:
    """Run the command; if it changes something, the audit log tells of it."""
    try:
        code: int = await chosen.run(settings, chosen)
    except BadInput:
        await note_command(settings, arguments, "refused")
        raise
    await note_command(settings, arguments, "done")
    return code


def _log(level: str) -> None:
    # Libraries speak of statements and requests, which hold answers, below WARNING.
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("bot").setLevel(level)


if __name__ == "__main__":
    sys.exit(main())
