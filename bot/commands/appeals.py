"""``minping appeals``: reviews and appeals: requests, their handlers, answers and deadlines.

Whoever decides signs in with ``--by``, so that nobody decides with another's name.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from bot.core.settings import Settings
from bot.service.composition import finish_closing, open_store
from bot.service.installation_keys import open_keys
from bot.service.two_persons import named_people, open_officers
from bot.terminal.auditing import READS_ONLY, Audit, the
from bot.terminal.second_person import office_here, say_waits, signed_in
from bot.terminal.words import word, worded
from survey_flows.errors import Message

if TYPE_CHECKING:
    from bot.appraisal.appeal_records import Appeal

RULINGS = ("upheld", "rejected")


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("appeals", help=Message("help-appeals"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    listed = parts.add_parser("list", help=Message("help-appeals-list"))
    listed.add_argument("year", type=int, nargs="?", default=0, metavar="YEAR")
    listed.set_defaults(run=run_list, audit=READS_ONLY)
    show = _step(parts, "show", "help-appeals-show")
    show.add_argument("--remedies", action="store_true", help=Message("help-appeals-remedies"))
    show.set_defaults(run=run_show, audit=READS_ONLY)
    _register_requests(parts)
    charge = _step(parts, "charge", "help-appeals-charge")
    charge.add_argument("to", metavar="LOGIN")
    charge.set_defaults(run=run_charge, audit=Audit("appeals charge", the("appeal")))
    for name, text, run in (
        ("cause", "help-appeals-cause", run_cause),
        ("answer", "help-appeals-answer", run_answer),
    ):
        part = _step(parts, name, text)
        part.add_argument("ruling", choices=RULINGS, metavar="RULING")
        part.add_argument("--by", required=True, metavar="LOGIN", help=Message("help-appeals-by"))
        _add_reason(part)
        part.set_defaults(run=run, audit=Audit(f"appeals {name}", the("appeal")))
        if name == "answer":
            words = Message("help-appeals-remedy")
            part.add_argument("--remedy", nargs="+", default=[], metavar="R", help=words)


def _register_requests(parts: Any) -> None:
    ask = parts.add_parser("ask", help=Message("help-appeals-ask"))
    ask.add_argument("year", type=int, metavar="YEAR")
    ask.add_argument("subject", metavar="UNIT_OR_LEADER")
    kind = ask.add_mutually_exclusive_group()
    kind.add_argument("--late", action="store_true", help=Message("help-appeals-late"))
    kind.add_argument("--at-once", action="store_true", help=Message("help-appeals-at-once"))
    _add_reason(ask)
    ask.set_defaults(run=run_ask, audit=Audit("appeals ask", the("subject")))
    for name, text, run in (
        ("again", "help-appeals-again", run_again),
        ("withdraw", "help-appeals-withdraw", run_withdraw),
    ):
        part = _step(parts, name, text)
        _add_reason(part)
        part.set_defaults(run=run, audit=Audit(f"appeals {name}", the("appeal")))


def _step(parts: Any, name: str, text: str) -> Any:
    part = parts.add_parser(name, help=Message(text))
    part.add_argument("appeal", type=int, metavar="APPEAL")
    return part


def _add_reason(part: Any) -> None:
    part.add_argument("--reason", required=True, help=Message("help-appeals-reason"))


async def run_list(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print a line for each."""
    from bot.appraisal.appeal_records import list_appeals

    async with open_store(settings) as database:
        for appeal in await list_appeals(database, office_here(settings).today, chosen.year):
            print(_line(appeal))
    return 0


async def run_show(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print one, and with ``--remedies`` what could be put right."""
    from bot.appraisal.amending import remedies
    from bot.appraisal.appeal_records import show_appeal

    async with open_store(settings) as database:
        appeal = await show_appeal(database, chosen.appeal, office_here(settings).today)
        found = await remedies(database, appeal) if chosen.remedies else None
    print(_line(appeal))
    for step in appeal.steps:
        who = f"{step.by} → {step.to}" if step.to else step.by
        words = " ".join(worded(word(code)) for code in (step.act, step.ruling) if code)
        print(f"  {step.on}  {words}  {who}  {step.text}".rstrip())
    if found is not None:
        points = [f"value:{it.stands}:{it.what}" for it in found.values]
        print("\n".join([":".join(way) for way in found.choices] + points))
    return 0


async def run_ask(settings: Settings, chosen: argparse.Namespace) -> int:
    """Take a request for somebody."""
    from aggregation.procedure.appeals import AppealAct
    from bot.appraisal.appeals import receive_appeal

    act = AppealAct.LATE if chosen.late else AppealAct.RECEIVED
    act = AppealAct.DIRECT if chosen.at_once else act
    async with open_store(settings) as database:
        given = (chosen.year, chosen.subject, chosen.reason, office_here(settings))
        print(_line(await receive_appeal(database, *given, act)))
    return 0


async def run_again(settings: Settings, chosen: argparse.Namespace) -> int:
    """Take a second appeal for somebody."""
    from bot.appraisal.appeals import appeal_again

    async with open_store(settings) as database:
        given = (chosen.appeal, chosen.reason, office_here(settings))
        print(_line(await appeal_again(database, *given)))
    return 0


async def run_withdraw(settings: Settings, chosen: argparse.Namespace) -> int:
    """Take a written withdrawal."""
    from bot.appraisal.appeals import withdraw_appeal

    async with open_store(settings) as database:
        given = (chosen.appeal, chosen.reason, office_here(settings))
        print(_line(await withdraw_appeal(database, *given)))
    return 0


async def run_charge(settings: Settings, chosen: argparse.Namespace) -> int:
    """Name the handler."""
    from bot.appraisal.appeals import assign_appeal

    async with open_store(settings) as database:
        given = (chosen.appeal, chosen.to, office_here(settings))
        print(_line(await assign_appeal(database, *given)))
    return 0


async def run_cause(settings: Settings, chosen: argparse.Namespace) -> int:
    """Decide about the cause of a delay, as somebody who signs in."""
    from aggregation.procedure.appeals import AppealRuling
    from bot.appraisal.appeals import decide_cause

    async with open_store(settings) as database:
        office = await signed_in(settings, named_people(settings, database), chosen.by)
        given = (chosen.appeal, AppealRuling(chosen.ruling), chosen.reason, office)
        print(_line(await decide_cause(database, *given)))
    return 0


async def run_answer(settings: Settings, chosen: argparse.Namespace) -> int:
    """Answer, as the handler who signs in; what is upheld may wait for a second person."""
    from bot.appraisal.appeal_records import show_appeal
    from bot.appraisal.appeals import reject_appeal, uphold_appeal

    async with open_store(settings) as database:
        office = await signed_in(settings, named_people(settings, database), chosen.by)
        if chosen.ruling == "rejected":
            await reject_appeal(database, chosen.appeal, chosen.reason, office)
        else:
            approvals = (await open_officers(settings, database, office.clock)).approvals
            given = (chosen.appeal, chosen.remedy, chosen.reason, office)
            say_waits(await uphold_appeal(database, approvals, *given))
            keys = (await open_keys(settings, database)).gate
            await finish_closing(settings, database, keys, office.clock)
        print(_line(await show_appeal(database, chosen.appeal, office.today)))
    return 0


def _line(appeal: Appeal) -> str:
    standing = appeal.standing
    parts = [str(appeal.number), str(appeal.year), appeal.subject, worded(word(standing.state))]
    parts.append(worded(Message("appeals-round", round=standing.round)))
    if appeal.open:
        day, late = str(standing.due), appeal.overdue
        due = Message("appeals-overdue", day=day) if late else Message("appeals-due", day=day)
        parts.append(worded(due))
    return "  ".join(parts)
