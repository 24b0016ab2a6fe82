"""What a command leaves in the audit log; every command declares it beside its arguments."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.core.settings import Settings
from bot.terminal.words import worded
from survey_flows.errors import Message


def _no_subject(_chosen: argparse.Namespace) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Audit:
    """The record of a command that changes something.

    The log must never hold free words that somebody typed, such as a reason, so the subject is
    taken from an argument that is a name by its meaning. Of a file it is the name without its
    folders.

    Args:
        act: the code that is stored, and worded by `bot.accounts.acts`; empty when nothing changes.
        subject: names what the command is about from its parsed arguments.
    """

    act: str
    subject: Callable[[argparse.Namespace], str] = _no_subject


ALL = "*"
"""The subject of a command that was about everything of its kind."""
READS_ONLY = Audit("")
"""The command changes nothing, so the audit log does not hold it."""


@dataclass(frozen=True, slots=True)
class AuditByOption:
    """The records of a command whose options choose what it does.

    Args:
        audits: the record by the name of the option that was given; without one of them the
            command changes nothing.
    """

    audits: Mapping[str, Audit]


def chosen_audit(chosen: argparse.Namespace) -> Audit:
    """Returns the record that the parsed arguments ask for."""
    declared: Audit | AuditByOption = chosen.audit
    if isinstance(declared, Audit):
        return declared
    given = (audit for name, audit in declared.audits.items() if getattr(chosen, name))
    return next(given, READS_ONLY)


def the(name: str) -> Callable[[argparse.Namespace], str]:
    """Returns a function that reads the subject from the argument ``name``."""
    return lambda chosen: str(getattr(chosen, name) or "")


def first_of(name: str) -> Callable[[argparse.Namespace], str]:
    """Returns a function that reads the subject from the first value of the option ``name``."""
    return lambda chosen: str(getattr(chosen, name)[0])


def all_of(name: str, switch: str = "") -> Callable[[argparse.Namespace], str]:
    """Returns a function that reads the subject from every value of the argument ``name``.

    It is `ALL` where the option ``switch`` asks for everything that there is.
    """

    def read(chosen: argparse.Namespace) -> str:
        return ALL if switch and getattr(chosen, switch) else ", ".join(getattr(chosen, name))

    return read


def the_or_file(name: str) -> Callable[[argparse.Namespace], str]:
    """Returns a function that reads the subject from ``name``, or else the name of the file."""
    return lambda chosen: str(getattr(chosen, name) or file_name(chosen))


def file_name(chosen: argparse.Namespace) -> str:
    """Returns the name of the argument ``file`` without its folders."""
    return str(chosen.file.name)


def printable(subject: str) -> str:
    """Returns a subject with «?» for characters that cannot be stored or would break its line."""
    return "".join(letter if letter.isprintable() else "?" for letter in subject)


async def note_command(settings: Settings, chosen: argparse.Namespace, outcome: str) -> None:
    """Appends the chosen command and its outcome to the audit log, unless it only reads."""
    audit = chosen_audit(chosen)
    if not audit.act:
        return
    from bot.accounts.audit_log import AuditRecord, append_record
    from bot.core.clock import SystemClock
    from bot.crypto.keyrings import KeyMissing
    from bot.service.composition import open_store
    from bot.service.installation_keys import open_desk

    who, subject = f"cli:{getpass.getuser()}", printable(audit.subject(chosen))
    clock = SystemClock()
    async with open_store(settings) as database:
        record = AuditRecord(who, "", audit.act, subject, outcome)
        try:
            desk = await open_desk(settings, database, clock)
        except KeyMissing:
            # A mixer of its own has no desk; what it does stands in the public log.
            print(worded(Message("command-not-audited")), file=sys.stderr)
            return
        await append_record(database, record, desk, clock)
