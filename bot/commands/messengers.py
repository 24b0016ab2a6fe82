"""``minping messengers``: read the accounts that send messages, and try one of them."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from bot.campaigns.code_accounts import CODE
from bot.core.settings import Settings
from bot.core.shipped_files import shipped_words
from bot.fieldwork.audience.addresses import KINDS, SMS
from bot.fieldwork.outreach.messenger import DeliveryOutcome, OutgoingMessage
from bot.fieldwork.outreach.short_texts import SAMPLE_CODE
from bot.messengers.registry import make_messengers
from bot.terminal.auditing import READS_ONLY
from bot.terminal.words import say, word
from survey_flows.errors import BadInput, Message, Place
from survey_flows.wording import DEFAULT

NO_CODE = "000000"
"""Stands in a test for the digits that show a telephone."""
TAKEN = (DeliveryOutcome.ACCEPTED, DeliveryOutcome.DELIVERED)


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("messengers", help=Message("help-messengers"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    check = parts.add_parser("check", help=Message("help-messengers-check"))
    check.set_defaults(run=run_check, audit=READS_ONLY)
    test = parts.add_parser("test", help=Message("help-messengers-test"))
    test.add_argument("account", metavar="ACCOUNT")
    test.add_argument("address", metavar="ADDRESS", help=Message("help-messengers-address"))
    test.set_defaults(run=run_test, audit=READS_ONLY)


async def run_check(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Read all accounts as the service does when it begins."""
    found = make_messengers(settings.data, settings.public_url)
    for one in found:
        said = one.account
        begin, end = (part.isoformat("minutes") for part in said.hours)
        rate, kind = f"{said.rate:g}", word(said.kind)
        hours = f"{begin}-{end}"
        say(Message("messengers-line", account=said.name, kind=kind, rate=rate, hours=hours))
    if not found:
        say(Message("messengers-none"))
    return 0


async def run_test(settings: Settings, chosen: argparse.Namespace) -> int:
    """Send one message with a code of nobody."""
    found = make_messengers(settings.data, settings.public_url)
    messenger = next((one for one in found if one.account.name == chosen.account), None)
    if messenger is None:
        raise BadInput(Message("messengers-unknown"), Place(subject=chosen.account))
    codes_alone = messenger.account.kind == CODE
    kind = KINDS[SMS if codes_alone else messenger.account.kind]
    address = kind.read(chosen.address)
    if address is None:
        raise BadInput(kind.refusal, Place())
    async with messenger:
        message = _message(settings.public_url.rstrip("/"))
        message = replace(message, token=NO_CODE, kind=CODE) if codes_alone else message
        answer = await messenger.send(address, message)
    if answer.outcome not in TAKEN:
        outcome = word(answer.outcome.value)
        raise BadInput(Message("messengers-not-taken", outcome=outcome, code=answer.reason))
    say(Message("messengers-taken"))
    return 0


def _message(site: str) -> OutgoingMessage:
    """Return a message whose link is the form for a code."""
    words = shipped_words()
    subject, begin, stop = (
        words.say(DEFAULT, f"invitation-{name}") for name in ("subject", "begin", "stop")
    )
    link, leave = f"{site}/k", f"{site}/out/none"
    short = f"{subject} {link}"
    return OutgoingMessage(subject, begin, SAMPLE_CODE, stop, link, short, subject, leave)
