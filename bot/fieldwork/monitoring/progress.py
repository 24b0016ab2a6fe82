"""Progress of a participant, kept in their sealed conversation and counted hourly.

Once an hour conversations are sealed under a new key, many in one transaction
(`bot.conversations.key_rotation`).
Counts change only then: never in the transaction of a citizen's tap, which would time them.
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
from survey_flows.box import GOES
from survey_flows.campaign_definition import CampaignDefinition, Link
from survey_flows.effects import Effect, QuotaFull, StoreBallot
from survey_flows.errors import BadSession, Message
from survey_flows.session import Session

HOUR = 3600
ParticipationState = tuple[str, str, str, str, str]
"""State, source, group, stratum and question.

The states are `aggregation.fieldwork.dispositions.PARTICIPATION_STATES`.
The question is the one at which the participant stands; it is empty in other states.
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of one participant.

    ``done``: a ballot was submitted.
    ``broke_off_at``: the question at which answers were given up, or empty.
    ``counted_as``: the state in which this person was counted last, or None.
    """

    done: bool = False
    broke_off_at: str = ""
    counted_as: ParticipationState | None = None

    def to_text(self) -> str:
        """Return one line that `read_progress` reads back; empty before anything happened."""
        return (
            ""
            if self == NOT_BEGUN
            else json.dumps([self.done, self.broke_off_at, self.counted_as], ensure_ascii=False)
        )


NOT_BEGUN = Progress()


def read_progress(text: str) -> Progress:
    """Read the text of `Progress.to_text`.

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
        raise BadSession(Message("fieldwork-progress-unreadable")) from None
    return Progress(bool(done), str(left), counted)


@dataclass(frozen=True, slots=True)
class ProgressChange:
    """A new state of a participant; ``old`` is None when they were not counted yet."""

    campaign: str
    old: ParticipationState | None
    new: ParticipationState
    hour: int


def progress_after(
    progress: Progress,
    definition: CampaignDefinition,
    before: Session | None,
    after: Session | None,
    effects: Iterable[Effect],
) -> Progress:
    """Return the progress after a step of the conversation."""
    kinds = {type(effect) for effect in effects}
    if StoreBallot in kinds:
        return Progress(True, "", progress.counted_as)
    if after is not None and after.rating and after.answers:
        return replace(progress, broke_off_at="") if progress.broke_off_at else progress
    if before is None or not (before.rating and before.answers) or QuotaFull in kinds:
        return progress
    if after is not None and any(one.key == before.key for one in after.waiting):
        return progress  # put aside, not given up
    return replace(progress, broke_off_at=question_position(definition, before))


def question_position(definition: CampaignDefinition, session: Session) -> str:
    """Return questionnaire and question of a rating, such as ``window:overall``."""
    unit = definition.units.get(session.unit)
    place = "review" if session.place == GOES else session.place.removeprefix("q:")
    return f"{unit.questionnaire if unit else ''}:{place}"


def participation_state(
    progress: Progress, definition: CampaignDefinition, session: Session
) -> ParticipationState:
    """Return the state in which a participant is counted."""
    link = definition.links.get(session.link) or Link("")
    state, question = STARTED, ""
    if progress.done:
        state = COMPLETED
    elif session.rating and session.answers:
        state, question = PARTIAL, question_position(definition, session)
    elif progress.broke_off_at:
        state, question = BROKEN, progress.broke_off_at
    return state, link.source, link.group, link.stratum, question


async def apply_changes(connection: AsyncConnection, changes: Sequence[ProgressChange]) -> None:
    """Count these participants in their new states."""
    courses: Counter[tuple[Any, ...]] = Counter()
    arrivals: Counter[tuple[Any, ...]] = Counter()
    stops: Counter[tuple[Any, ...]] = Counter()
    for change in changes:
        for counted, people in ((change.old, -1), (change.new, 1)):
            if counted is None:
                continue
            state, source, group, stratum, question = counted
            courses[change.campaign, source, group, stratum, state] += people
            if question:
                stops[(change.campaign, *question.split(":", 1))] += people
        new = change.new[0]
        if change.old is None:
            arrivals[change.campaign, change.hour, STARTED] += 1
        if new in (BROKEN, COMPLETED) and (change.old is None or change.old[0] != new):
            arrivals[change.campaign, change.hour, new] += 1
    await _add(connection, tables.progress_counts, courses)
    await _add(connection, tables.arrivals, arrivals)
    await _add(connection, tables.break_offs, stops)


async def _add(
    connection: AsyncConnection, table: Table, changes: Mapping[tuple[Any, ...], int]
) -> None:
    """Add to the counts of a table, which stand in its last column."""
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
