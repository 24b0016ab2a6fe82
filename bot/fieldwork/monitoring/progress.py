"""How far somebody is with a campaign, kept in their sealed conversation, and counted when it is sealed anew.

Once an hour conversations are sealed under a new key, many in one transaction (`bot.conversations.key_rotation`). Only then are numbers
changed by what they tell: not in the transaction of a citizen's tap, and in no row of theirs.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.fieldwork.dispositions import BROKEN, COMPLETED, PARTIAL, STARTED
from bot.storage.database import insert
from bot.storage.schema import all as tables
from survey_flows.campaign_definition import CampaignDefinition, Link
from survey_flows.effects import Effect, QuotaFull, StoreBallot
from survey_flows.errors import BadSession
from survey_flows.session import Session

HOUR = 3600
ParticipationState = tuple[str, str, str, str, str]
"""How far (`aggregation.fieldwork.dispositions.PARTICIPATION_STATES`), by which source, group and stratum, and at which question they stand."""


@dataclass(frozen=True, slots=True)
class Progress:
    """``done``: something was submitted. ``left``: at which question answers were given up, else empty.

    ``counted`` is what was counted of this person last, nothing before that.
    """

    done: bool = False
    broke_off_at: str = ""
    counted_as: ParticipationState | None = None

    def to_text(self) -> str:
        """One line that `read_course` reads back as an equal value; empty when there is nothing to tell."""
        return (
            ""
            if self == NOT_BEGUN
            else json.dumps([self.done, self.broke_off_at, self.counted_as], ensure_ascii=False)
        )


NOT_BEGUN = Progress()


def read_progress(text: str) -> Progress:
    """What `Progress.to_text` wrote.

    Raises:
        BadSession: another text.
    """
    if not text:
        return NOT_BEGUN
    try:
        done, left, counted = json.loads(text)
        if counted is not None:
            how, source, group, stratum, place = map(str, counted)
            counted = how, source, group, stratum, place
    except (ValueError, TypeError):
        raise BadSession("the stored conversation was kept in another way") from None
    return Progress(bool(done), str(left), counted)


@dataclass(frozen=True, slots=True)
class ProgressChange:
    """Somebody is further than when they were counted last, or was not counted yet (``old`` None)."""

    campaign: str
    old: ParticipationState | None
    new: ParticipationState
    hour: int


def progress_after(
    course: Progress,
    definition: CampaignDefinition,
    before: Session | None,
    after: Session | None,
    effects: Iterable[Effect],
) -> Progress:
    """The course after a step of the conversation."""
    kinds = {type(effect) for effect in effects}
    if StoreBallot in kinds:
        return Progress(True, "", course.counted_as)
    if after is not None and after.rating and after.answers:
        return replace(course, broke_off_at="") if course.broke_off_at else course
    if before is None or not (before.rating and before.answers) or QuotaFull in kinds:
        return course
    return replace(course, broke_off_at=question_position(definition, before))


def question_position(definition: CampaignDefinition, session: Session) -> str:
    """Where in which questionnaire a rating stands, such as ``window:overall`` or ``window:review``."""
    unit = definition.units.get(session.unit)
    return f"{unit.questionnaire if unit else ''}:{session.place.removeprefix('q:')}"


def participation_state(
    course: Progress, definition: CampaignDefinition, session: Session
) -> ParticipationState:
    """What is counted of somebody."""
    link = definition.links.get(session.link) or Link("")
    how, place = STARTED, ""
    if course.done:
        how = COMPLETED
    elif session.rating and session.answers:
        how, place = PARTIAL, question_position(definition, session)
    elif course.broke_off_at:
        how, place = BROKEN, course.broke_off_at
    return how, link.source, link.group, link.stratum, place


async def apply_changes(connection: AsyncConnection, moves: Sequence[ProgressChange]) -> None:
    """Count these people anew."""
    where: Counter[tuple[Any, ...]] = Counter()
    when: Counter[tuple[Any, ...]] = Counter()
    stops: Counter[tuple[Any, ...]] = Counter()
    for move in moves:
        for told, change in ((move.old, -1), (move.new, 1)):
            if told is None:
                continue
            how, source, group, stratum, place = told
            where[move.campaign, source, group, stratum, how] += change
            if place:
                stops[(move.campaign, *place.split(":", 1))] += change
        if move.old is None:
            when[move.campaign, move.hour, STARTED] += 1
        if move.new[0] in (BROKEN, COMPLETED) and (move.old is None or move.old[0] != move.new[0]):
            when[move.campaign, move.hour, move.new[0]] += 1
    await _add(connection, tables.courses, where)
    await _add(connection, tables.arrivals, when)
    await _add(connection, tables.stops, stops)


async def _add(
    connection: AsyncConnection, table: Table, changes: Mapping[tuple[Any, ...], int]
) -> None:
    """Add to the counts of a table, whose last column they are."""
    names = table.c.keys()
    rows = [
        dict(zip(names, (*key, change), strict=True))
        for key, change in sorted(changes.items())
        if change
    ]
    if rows:
        statement = insert(connection, table)
        more = {"people": table.c.people + statement.excluded.people}
        await connection.execute(
            statement.on_conflict_do_update(index_elements=names[:-1], set_=more), rows
        )
