"""What a sealed year still asks for: amendments that wait, and what is to be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.appraisal.finding_years import finding_year
from aggregation.appraisal.later_years import changed_lines, rests_on
from aggregation.appraisal.standing import Cause
from aggregation.model.dated import Discipline, DisciplineKind, add_months
from aggregation.model.facts import Finding
from bot.appraisal.amended_content import sealed_material
from bot.appraisal.executions import carried_out, confirmed_proposals, read_executions
from bot.appraisal.past_grades import read_past
from bot.appraisal.standing_years import StandingYear, amendment_of, read_standing
from bot.records.dated_store import read_discipline
from bot.records.seals import sealed_years
from bot.records.store import read_findings
from survey_flows.messages import Message

RESTORE = "restore"
"""The kind of a task that is no amendment."""


@dataclass(frozen=True, slots=True)
class YearTask:
    """What has to be seen to.

    Args:
        kind: the cause of the amendment that settles it, or `RESTORE`.
        subject: the unit or person.
        what: the finding, the investigation, the earlier year, or the proposal.
        message: what has to be decided.
        lost: the proposals whose decisions have lost their ground (依据已失).
    """

    kind: str
    subject: str
    what: str
    message: Message
    lost: tuple[str, ...] = ()


async def list_year_tasks(connection: AsyncConnection, year: int) -> list[YearTask]:
    """Return the tasks of a sealed year, by subject; none of a year that is not sealed."""
    stands = await read_standing(connection, year)
    if stands is None:
        return []
    findings = await read_findings(connection)
    sealed = await sealed_years(connection)
    found = [
        *_of_findings(stands, findings, sealed),
        *_of_deferred(stands, await read_discipline(connection)),
        *await _of_earlier_years(connection, stands),
        *await _to_restore(connection, stands),
    ]
    return sorted(found, key=lambda it: (it.subject, it.kind, it.what))


def _of_findings(
    stands: StandingYear, findings: tuple[Finding, ...], sealed: list[int]
) -> Iterator[YearTask]:
    year, late = stands.content.year, stands.content.inputs.scheme.late
    facts = {(it.id, it.subject, it.date) for it in stands.inputs.facts}
    facts |= {(it.id, it.subject, it.date) for it in _inner_facts(stands)}
    for it in findings:
        known = (it.id, it.subject, it.date) in facts
        if known and it.revoked:
            message = Message("appraisal-task-overturned", finding=it.id, on=it.revoked)
            yield YearTask(Cause.OVERTURNED, it.subject, it.id, message)
        asks = late == "amend" and it.established and finding_year(it, sealed, late) == year
        if asks and not known and not it.revoked:
            message = Message("appraisal-task-late", finding=it.id, on=it.established)
            yield YearTask(Cause.LATE, it.subject, it.id, message)


def _inner_facts(stands: StandingYear) -> Iterator[Finding]:
    """Findings about people and parts inside units, as they were sealed and put right since."""
    gone = {it.what for it in stands.corrections if it.kind == "finding"}
    for body in stands.content.inside:
        yield from (it for it in body.inputs.facts if it.id not in gone)


def _of_deferred(stands: StandingYear, cases: tuple[Discipline, ...]) -> Iterator[YearTask]:
    waiting = {
        it.leader for body in stands.content.bodies for it in body.leaders if it.state.deferred
    }
    last = date(stands.content.year, 12, 31)
    for case in cases:
        ended = case.ended is not None and case.kind is DisciplineKind.INVESTIGATION
        if ended and case.person in waiting and case.begins <= last:
            message = Message("appraisal-task-deferred", case=case.id, on=str(case.ended))
            yield YearTask(Cause.DEFERRED, case.person, case.id, message)


async def _of_earlier_years(connection: AsyncConnection, stands: StandingYear) -> list[YearTask]:
    """Return the changed grades of earlier years that this year read, and what rested on them."""
    year = stands.content.year
    read = {
        (line.year, line.subject): line
        for line in (*sealed_material(stands.content).history, *stands.inputs.history)
    }
    now = await read_past(connection, first=year - 1, last=year - 1)
    subjects = {subject for body in stands.content.bodies for subject in body.trail}
    found = []
    for line in changed_lines(read.values(), now):
        if line.subject not in subjects:
            continue
        keys = rests_on(stands.content.bodies, line)
        name = "appraisal-task-line-lost" if keys else "appraisal-task-line"
        message = Message(name, year=line.year, before=line.was, after=line.becomes, keys=keys)
        found.append(YearTask(Cause.LINE, line.subject, str(line.year), message, keys))
    return found


async def _to_restore(connection: AsyncConnection, stands: StandingYear) -> list[YearTask]:
    """Return what was carried out and has lost its ground: it is taken back within a month."""
    done = carried_out(await read_executions(connection, stands.content.year))
    confirmed = confirmed_proposals(stands)
    found = []
    for key, it in done.items():
        if key not in confirmed:
            subject = key.split("/")[3]
            due = add_months(_amended_on(stands, subject) or it.on, 1)
            message = Message(
                "appraisal-task-restore", key=key, document=it.document, due=due.isoformat()
            )
            found.append(YearTask(RESTORE, subject, key, message))
    return found


def _amended_on(stands: StandingYear, subject: str) -> date | None:
    """The day of the last amendment that changed a subject."""
    for made in reversed(stands.amendments):
        if any(it.subject == subject for it in amendment_of(made).changes):
            return datetime.fromtimestamp(made.at, UTC).date()
    return None
