"""``minping recusal``: who an account is, declared kin, and challenges of officers."""

from __future__ import annotations

import argparse
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.service.two_persons import named_people
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.second_person import office_here, signed_in
from bot.terminal.words import say, word, worded
from survey_flows.errors import Message

RULINGS = ("accepted", "refused")


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("recusal", help=Message("help-recusal"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    shown = parts.add_parser("show", help=Message("help-recusal-show"))
    shown.add_argument("year", type=int, nargs="?", default=0, metavar="YEAR")
    shown.set_defaults(run=run_show, audit=READS_ONLY)
    for name, text, run in (
        ("person", "help-recusal-person", run_person),
        ("kin", "help-recusal-kin", run_kin),
        ("no-kin", "help-recusal-no-kin", run_no_kin),
    ):
        part = parts.add_parser(name, help=Message(text))
        part.add_argument("login", metavar="LOGIN")
        part.add_argument("person", metavar="PERSON")
        # Whose kin somebody is concerns the officer alone: the audit log names the account.
        part.set_defaults(run=run, audit=Audit(f"recusal {name}", the("login")))
        if name == "no-kin":
            _add_reason(part)
    asked = parts.add_parser("challenge", help=Message("help-recusal-challenge"))
    asked.add_argument("year", type=int, metavar="YEAR")
    asked.add_argument("subject", metavar="UNIT_OR_PERSON")
    asked.add_argument("login", metavar="LOGIN")
    _add_reason(asked)
    asked.set_defaults(run=run_challenge, audit=Audit("recusal challenge", the("login")))
    rule = parts.add_parser("rule", help=Message("help-recusal-rule"))
    rule.add_argument("number", type=int, metavar="CHALLENGE")
    rule.add_argument("ruling", choices=RULINGS, metavar="RULING")
    rule.add_argument("--by", required=True, metavar="LOGIN", help=Message("help-recusal-by"))
    _add_reason(rule)
    rule.set_defaults(run=run_rule, audit=Audit("recusal rule", the("number")))


def _add_reason(part: Any) -> None:
    part.add_argument("--reason", required=True, metavar="TEXT", help=Message("help-recusal-why"))


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each challenge; kin are shown to nobody but the officer."""
    from bot.appraisal.challenges import list_challenges
    from bot.storage.database import reading

    async with open_store(settings) as database, reading(database) as connection:
        for it in await list_challenges(connection, chosen.year):
            state = worded(word(it.ruling.kind)) if it.ruling else worded(word("waiting"))
            asked = it.asked
            parts = (str(asked.number), str(asked.year), asked.subject, asked.login, state)
            print("  ".join((*parts, asked.text)))
    return 0


async def run_person(settings: Settings, chosen: argparse.Namespace) -> int:
    """Say who an account is; «-» for nobody."""
    from bot.appraisal.challenges import name_person

    person = "" if chosen.person == "-" else chosen.person
    async with open_store(settings) as database:
        await name_person(database, chosen.login, person, office_here(settings))
    say(Message("recusal-done"))
    return 0


async def run_kin(settings: Settings, chosen: argparse.Namespace) -> int:
    """Declare kin of an officer."""
    from bot.appraisal.challenges import declare_kin

    async with open_store(settings) as database:
        await declare_kin(database, chosen.login, chosen.person, office_here(settings))
    say(Message("recusal-done"))
    return 0


async def run_no_kin(settings: Settings, chosen: argparse.Namespace) -> int:
    """End a declaration."""
    from bot.appraisal.challenges import end_kin

    async with open_store(settings) as database:
        given = (chosen.login, chosen.person, chosen.reason, office_here(settings))
        await end_kin(database, *given)
    say(Message("recusal-done"))
    return 0


async def run_challenge(settings: Settings, chosen: argparse.Namespace) -> int:
    """Take a challenge for a unit or person."""
    from bot.appraisal.challenges import make_challenge

    async with open_store(settings) as database:
        given = (chosen.year, chosen.subject, chosen.login, chosen.reason, office_here(settings))
        say(Message("recusal-taken", n=await make_challenge(database, *given)))
    return 0


async def run_rule(settings: Settings, chosen: argparse.Namespace) -> int:
    """Decide about a challenge, as somebody who signs in."""
    from bot.appraisal.challenges import decide_challenge

    async with open_store(settings) as database:
        office = await signed_in(settings, named_people(settings, database), chosen.by)
        accepted = chosen.ruling == "accepted"
        await decide_challenge(database, chosen.number, accepted, chosen.reason, office)
    say(Message("recusal-done"))
    return 0
