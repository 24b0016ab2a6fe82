"""The command line: ``minping COMMAND …``. Each command is one module in `bot.commands`."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import uvloop

import bot.commands
from bot import __version__
from bot.core.events import write_lines
from bot.core.faults import NotNow, fault_of
from bot.core.operator_needed import OperatorNeeded
from bot.core.private_files import private_umask
from bot.core.settings import Settings, read_language, read_settings
from bot.terminal.auditing import note_command
from bot.terminal.parsing import MessageParser
from bot.terminal.words import worded
from survey_flows.errors import BadInput, Message

DONE, WRONG_INPUT, WRONG_USE, PERSON_NEEDED, NOT_NOW = 0, 1, 2, 3, 4
VERSION = "--version"
READER_GONE, INTERRUPTED = 141, 130


class Version(argparse.Action):
    """Prints what runs: the product's version, the database's, and Python's; then ends."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print the line and end with code 0."""
        # Every other command would wait for it.
        from bot.storage.migrate import HEAD

        python = ".".join(map(str, sys.version_info[:3]))
        print(f"minping {__version__}, schema {HEAD}, Python {python}")
        parser.exit()


def make_parser(wanted: str = "") -> argparse.ArgumentParser:
    """Builds the parser with the wanted command, or with every command when there is no such one.

    The service must not carry in memory what only other commands need.
    """
    parser = MessageParser(prog="minping", description=Message("help-minping"))
    told: Any = Message("help-version")
    parser.add_argument(VERSION, action=Version, nargs=0, help=told)
    title: Any = Message("help-commands")
    commands = parser.add_subparsers(title=title, required=True, metavar="COMMAND")
    names = [module.name for module in pkgutil.iter_modules(bot.commands.__path__)]
    names = [] if wanted == VERSION else names
    for name in [name for name in names if name.strip("_").replace("_", "-") == wanted] or names:
        importlib.import_module(f"bot.commands.{name}").register(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        The exit code: 0 done, 1 wrong input, 2 wrong use of the command line, 3 a person must act,
        4 not possible at present, because of the machine or a server.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    chosen = make_parser(next(iter(arguments), "")).parse_args(arguments)
    try:
        settings = read_settings()
        write_lines(settings.log_level, settings.log_format)
        with private_umask(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_run_audited(settings, chosen)) or DONE
    except NotNow as error:
        return _refused(error, NOT_NOW)
    except BadInput as error:
        return _refused(error, PERSON_NEEDED if isinstance(error, OperatorNeeded) else WRONG_INPUT)
    except BrokenPipeError:
        # The reader has closed the pipe (`| head`), so the flush at exit must not fail either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except KeyboardInterrupt:
        interrupted = worded(Message("command-interrupted"))
        print(f"minping: {interrupted}", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        return _refused(fault, NOT_NOW)


def _refused(error: BadInput, code: int) -> int:
    print(f"minping: {error.render(read_language())}", file=sys.stderr)
    return code


async def _run_audited(settings: Settings, chosen: argparse.Namespace) -> int:
    """Runs the command; the audit log holds it, done or refused, when it changes something."""
    try:
        code: int = await chosen.run(settings, chosen)
    except BadInput:
        with suppress(OperatorNeeded):  # a database of another version takes no record
            await note_command(settings, chosen, "refused")
        raise
    await note_command(settings, chosen, "done")
    return code


if __name__ == "__main__":
    sys.exit(main())
