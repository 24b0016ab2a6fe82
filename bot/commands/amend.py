"""``minping amend``: a sealed year's tasks, amendments without an appeal, and executions."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from bot.core.settings import Settings
from bot.service.composition import finish_closing, open_store
from bot.service.installation_keys import open_keys
from bot.service.two_persons import open_officers
from bot.terminal.auditing import READS_ONLY, Audit, AuditByOption, the
from bot.terminal.second_person import office_here, say_waits
from bot.terminal.words import say, say_list, worded
from survey_flows.errors import BadInput, Message, Place

if TYPE_CHECKING:
    from bot.appraisal.cause_requests import CauseRequest
    from bot.appraisal.causes import CausePreview
    from bot.appraisal.executing import ExecutionList

CAUSES = ("overturned", "deferred", "late", "correction", "line")
AUDIT = AuditByOption({"seen": Audit("amend year seen", the("year"))})
EXECUTE = AuditByOption({"seen": Audit("amend execute seen", the("year"))})
"""Without a digest the command only looks."""
TEXTS = {
    "subject": Message("help-amend-subject"),
    "on": Message("help-amend-on"),
    "value": Message("help-amend-value"),
    "heard-on": Message("help-amend-heard-on"),
}

ACTS = {
    "restored": Message("help-amend-restored"),
    "recalled": Message("help-amend-recalled"),
}


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("amend", help=Message("help-amend"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    tasks = parts.add_parser("tasks", help=Message("help-amend-tasks"))
    tasks.add_argument("year", type=int, metavar="YEAR")
    tasks.set_defaults(run=run_tasks, audit=READS_ONLY)
    material = parts.add_parser("material", help=Message("help-amend-material"))
    material.add_argument("year", type=int, metavar="YEAR")
    material.add_argument("subject", metavar="UNIT_OR_LEADER")
    material.set_defaults(run=run_material, audit=READS_ONLY)
    year = parts.add_parser("year", help=Message("help-amend-year"))
    year.add_argument("year", type=int, metavar="YEAR")
    year.add_argument("cause", choices=CAUSES, metavar="CAUSE", help=Message("help-amend-cause"))
    year.add_argument("what", metavar="WHAT", help=Message("help-amend-what"))
    for name, text in TEXTS.items():
        year.add_argument(f"--{name}", default="", help=text)
    year.add_argument("--document", required=True, help=Message("help-amend-document"))
    year.add_argument("--reason", required=True, help=Message("help-amend-reason"))
    false = Message("help-amend-false-material")
    year.add_argument("--false-material", action="store_true", help=false)
    decide = Message("help-amend-decide")
    year.add_argument("--decide", nargs="+", default=[], metavar="KEY=VERDICT", help=decide)
    year.add_argument("--seen", default="", metavar="DIGEST", help=Message("help-amend-seen"))
    year.set_defaults(run=run_year, audit=AUDIT)
    done = parts.add_parser("execute", help=Message("help-amend-execute"))
    done.add_argument("year", type=int, metavar="YEAR")
    done.add_argument("proposal", metavar="KEY")
    done.add_argument("--on", required=True, metavar="DAY", help=Message("help-amend-day"))
    done.add_argument("--document", required=True, help=Message("help-amend-document"))
    other = done.add_mutually_exclusive_group()
    for act, text in ACTS.items():
        other.add_argument(f"--{act}", action="store_true", help=text)
    done.add_argument("--typed", default="", metavar="NAME", help=Message("help-amend-typed"))
    done.add_argument("--seen", default="", metavar="DIGEST", help=Message("help-amend-seen"))
    done.set_defaults(run=run_execute, audit=EXECUTE)


async def run_tasks(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print what a sealed year still asks for."""
    from bot.appraisal.year_tasks import list_year_tasks
    from bot.storage.database import reading

    async with open_store(settings) as database, reading(database) as connection:
        for task in await list_year_tasks(connection, chosen.year):
            print(f"{task.subject}  {worded(task.message)}")
    return 0


async def run_material(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print what can be put right about a unit or person, as «year» and «--remedy» take it."""
    from bot.appraisal.amending import standing_material

    async with open_store(settings) as database:
        for it in await standing_material(database, chosen.year, chosen.subject):
            print("  ".join(filter(None, (it.what, it.stands, it.about))))
    return 0


async def run_year(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print what an amendment would do, or prepare it."""
    from bot.appraisal.causes import prepare_cause, preview_cause

    office, request = office_here(settings), _request(chosen)
    async with open_store(settings) as database:
        if not chosen.seen:
            _print(await preview_cause(database, chosen.year, request, office))
            return 0
        approvals = (await open_officers(settings, database, office.clock)).approvals
        given = (chosen.year, request, chosen.seen, office)
        say_waits(await prepare_cause(database, approvals, *given))
        keys = (await open_keys(settings, database)).gate
        await finish_closing(settings, database, keys, office.clock)
    return 0


def _request(chosen: argparse.Namespace) -> CauseRequest:
    from aggregation.appraisal.standing import Cause
    from aggregation.model.facts import Verdict
    from bot.appraisal.cause_requests import CauseRequest

    verdicts = {}
    for text in chosen.decide:
        key, _, verdict = text.partition("=")
        if verdict not in tuple(Verdict):
            raise BadInput(Message("amend-no-verdict", text=text), Place(field="decide"))
        verdicts[key] = Verdict(verdict)
    return CauseRequest(
        Cause(chosen.cause),
        chosen.what,
        chosen.document,
        chosen.reason,
        chosen.subject,
        chosen.on,
        chosen.value,
        chosen.false_material,
        chosen.heard_on,
        verdicts,
    )


def _print(preview: CausePreview) -> None:
    counts = {
        "changed": len(preview.changed),
        "kept": len(preview.protected),
        "moved": len(preview.moved),
    }
    say(Message("amend-would", **counts))
    print(preview.told)
    for proposal in preview.open:
        say(Message("amend-decide", key=proposal.key))
    say(Message("amend-seen", seen=preview.seen))


async def run_execute(settings: Settings, chosen: argparse.Namespace) -> int:
    """Print the list before a decision is entered as carried out; with its digest enter it."""
    from bot.appraisal.executing import ExecutionOrder, record_execution, show_execution
    from bot.appraisal.executions import ExecutionAct

    act = ExecutionAct.EXECUTED
    if chosen.restored or chosen.recalled:
        act = ExecutionAct.RESTORED if chosen.restored else ExecutionAct.RECALLED
    said = (chosen.proposal, act, chosen.on, chosen.document, chosen.typed, chosen.seen)
    order, office = ExecutionOrder(*said), office_here(settings)
    async with open_store(settings) as database:
        if not chosen.seen:
            return _say_list(await show_execution(database, chosen.year, order, office))
        await record_execution(database, chosen.year, order, office)
    say(Message("recusal-done"))
    return 0


def _say_list(found: ExecutionList) -> int:
    names = " · ".join(dict.fromkeys(found.names))
    say(Message("amend-execution", subject=names, act=found.order.act))
    how = Message("amend-execution-how", name=found.names[0], seen=found.digest)
    return say_list(found.asks, found.stops, how)
