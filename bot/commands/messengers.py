"""``minping messengers``: the accounts that send messages, and the templates of their providers."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.clock import SystemClock
from bot.core.settings import Settings
from bot.core.shipped_files import shipped_words
from bot.fieldwork.audience.addresses import KINDS
from bot.fieldwork.outreach.message_templates import (
    FILED,
    STATES,
    TEMPLATE_KINDS,
    TEMPLATE_LANGUAGES,
    Writer,
    approved_template,
    list_templates,
    preview_template,
    read_templates,
    turn_template,
    write_template,
)
from bot.fieldwork.outreach.messenger import TEMPLATE, DeliveryOutcome, OutgoingMessage
from bot.fieldwork.outreach.outbox import INVITATION
from bot.fieldwork.outreach.short_texts import SAMPLE_CODE
from bot.messengers.registry import make_messengers
from bot.service.composition import open_store
from bot.storage.database import reading
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.files import read_text
from bot.terminal.second_person import at_machine
from bot.terminal.words import say, word
from survey_flows.errors import BadInput, Message, Place
from survey_flows.wording import DEFAULT

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
    templates = parts.add_parser("templates", help=Message("help-messengers-templates"))
    templates.set_defaults(run=run_templates, audit=READS_ONLY)
    write = parts.add_parser("write", help=Message("help-messengers-write"))
    _add_place(write)
    write.add_argument("file", type=Path, metavar="FILE", help=Message("help-messengers-file"))
    write.set_defaults(run=run_write, audit=Audit("messengers write", the("account")))
    state = parts.add_parser("state", help=Message("help-messengers-state"))
    _add_place(state)
    state.add_argument("state", choices=STATES[STATES.index(FILED) :])
    state.add_argument("--id", default="", metavar="ID", help=Message("help-messengers-id"))
    state.add_argument("--note", default="", metavar="TEXT", help=Message("help-messengers-note"))
    state.set_defaults(run=run_state, audit=Audit("messengers state", the("account")))


def _add_place(parser: Any) -> None:
    parser.add_argument("account", metavar="ACCOUNT")
    parser.add_argument("kind", choices=TEMPLATE_KINDS)
    parser.add_argument("lang", choices=TEMPLATE_LANGUAGES)


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
    kind = KINDS[messenger.account.kind]
    address = kind.read(chosen.address)
    if address is None:
        raise BadInput(kind.refusal, Place())
    message = _message(settings.public_url.rstrip("/"))
    if messenger.account.link == TEMPLATE:
        async with open_store(settings) as database, reading(database) as connection:
            known = await read_templates(connection, messenger.account.name)
        message = replace(message, template=approved_template(known, INVITATION, DEFAULT))
    async with messenger:
        answer = await messenger.send(address, message)
    if answer.outcome not in TAKEN:
        outcome = word(answer.outcome.value)
        raise BadInput(Message("messengers-not-taken", outcome=outcome, code=answer.reason))
    say(Message("messengers-taken"))
    return 0


async def run_templates(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Print the templates of the accounts that send templates alone, as people get them."""
    async with open_store(settings) as database:
        found = await list_templates(database)
    zone = ZoneInfo(settings.timezone)
    for account, templates in found:
        for one in templates:
            shown = preview_template(account, one)
            say(
                Message(
                    "messengers-template",
                    account=one.account,
                    kind=TEMPLATE_KINDS.index(one.kind),
                    lang=one.lang,
                    state=word(f"template-{one.state}"),
                    id=one.provider_id or "–",
                    by=one.by,
                    at=datetime.fromtimestamp(one.at, zone).strftime("%Y-%m-%d %H:%M"),
                    units=shown.units,
                    parts=shown.parts,
                )
            )
            print(f"  {shown.text}".replace("\n", "\n  "))
    if not any(templates for _, templates in found):
        say(Message("messengers-no-templates"))
    return 0


async def run_write(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the text of a template."""
    text = read_text(chosen.file)
    async with open_store(settings) as database:
        place = (chosen.account, chosen.kind, chosen.lang)
        await write_template(database, place, text, Writer(at_machine(), SystemClock()))
    return await run_templates(settings, chosen)


async def run_state(settings: Settings, chosen: argparse.Namespace) -> int:
    """Note how far the provider has come with a template."""
    writer, place = Writer(at_machine(), SystemClock()), (chosen.account, chosen.kind, chosen.lang)
    async with open_store(settings) as database:
        await turn_template(database, place, chosen.state, writer, chosen.id, chosen.note)
    return await run_templates(settings, chosen)


def _message(site: str) -> OutgoingMessage:
    """Return a message whose link is the form for a code."""
    words = shipped_words()
    subject, begin, stop = (
        words.say(DEFAULT, f"invitation-{name}") for name in ("subject", "begin", "stop")
    )
    link, leave = f"{site}/k", f"{site}/out/none"
    short = f"{subject} {link}"
    return OutgoingMessage(subject, begin, SAMPLE_CODE, stop, link, short, subject, leave)
