"""Stores ballots that were collected elsewhere, all of a file or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.imported.coding import CodedBallots, ImportTarget, check_mapping, code_table
from bot.ballots.imported.mapping import NewCampaign, read_mapping
from bot.campaigns.definition import FrozenDefinition, read_definition, write_definition
from bot.campaigns.drafting import chosen_questionnaires, chosen_scheme
from bot.campaigns.lifecycle import CampaignDraft, add_campaign
from bot.campaigns.links import LINK
from bot.campaigns.registered import read_campaign_row
from bot.core.clock import Clock
from bot.core.shipped_files import shipped_questionnaires
from bot.crypto.gate_keys import GateKeys
from bot.spreadsheets.columnar import read_table
from bot.storage.bulk import upsert_many
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.ballot import STAFF
from survey_flows.campaign_definition import Link, Unit
from survey_flows.errors import BadInput, Message, Place

if TYPE_CHECKING:
    from bot.spreadsheets.coded_columns import Places

CHANNEL, COMMENTER = "import", "import-comment"
CHUNK = 20_000
FULL = 4

COLUMNS = (
    "campaign",
    "voter",
    "unit",
    "questionnaire",
    "grp",
    "stratum",
    "source",
    "ratings",
    "facts",
    "bucket",
    "weight",
    "risk",
)
COMMENT_COLUMNS = ("campaign", "unit", "voter", "text")

ImportProgress = Callable[[int, int], None]
"""Takes the number of ballots stored so far, and the number of all."""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """The result of an import.

    Attributes:
        campaign: its id.
        created: whether the mapping made it; then it is closed.
        rows: rows below the header.
        ballots: stored ballots; ``rows - duplicates``.
        duplicates: rows that a later row of the same respondent and unit superseded.
        replaced: ballots of an earlier import of the same respondents that were superseded.
        unanswered: ballots without any rating; they count as don't know.
        notes: what the person who brought the file has to know.
    """

    campaign: str
    created: bool
    rows: int
    ballots: int
    duplicates: int
    replaced: int
    unanswered: int
    notes: tuple[Message, ...] = ()


def _silent(_done: int, _total: int) -> None:
    pass


async def import_ballots(
    database: AsyncEngine,
    keys: GateKeys,
    clock: Clock,
    file: Path,
    mapping: Path,
    campaign: str = "",
    progress: ImportProgress = _silent,
) -> ImportSummary:
    """Store the ballots of a CSV, Parquet or XLSX file in one transaction.

    Of several rows of one respondent for one unit the last counts, by time and then by row.

    Args:
        database: where to store.
        keys: makes the pseudonyms.
        clock: makes the link of a new campaign.
        file: the table.
        mapping: YAML, see `bot.ballots.imported.mapping`.
        campaign: an existing campaign that is not closed; empty when the mapping makes one.
        progress: called after each chunk.

    Raises:
        BadInput: the mapping, rows or the campaign are wrong; nothing was stored.
    """
    plan = read_mapping(mapping)
    if bool(campaign) == bool(plan.campaign):
        name = "imported-mapping-makes-campaign" if campaign else "imported-mapping-makes-none"
        raise BadInput(Message(name), Place(file=mapping.name))
    draft = _draft(plan.campaign, mapping) if plan.campaign else None
    target = _draft_target(draft) if draft else await _read_target(database, campaign)
    check_mapping(plan, target, mapping.name)
    table = read_table(file, plan.columns())
    coded = code_table(table, plan, target, file.name)
    async with writing(database) as connection:
        if draft:
            await add_campaign(connection, draft, Link(clock.token()[:LINK]))
        else:
            await _refuse_other_than_draft(connection, campaign)
        before = await _count(connection, target.campaign)
        # An earlier import made the key; another one would make its respondents other people.
        (keys.voters.demand if before else keys.voters.find_or_create)(target.campaign)
        rows = _rows(coded, target, keys, progress)
        await upsert_many(connection, tables.ballots, COLUMNS, ("campaign", "unit", "voter"), rows)
        comments = _comments(coded, target, keys)
        await upsert_many(
            connection, tables.comments, COMMENT_COLUMNS, ("campaign", "unit", "voter"), comments
        )
        after = await _count(connection, target.campaign)
        if draft:
            await _close(connection, target.campaign)
    ballots = len(coded.kept)
    return ImportSummary(
        campaign=target.campaign,
        created=draft is not None,
        rows=coded.rows,
        ballots=ballots,
        duplicates=coded.rows - ballots,
        replaced=ballots - (after - before),
        unanswered=coded.unanswered,
        notes=table.notes,
    )


def _draft(new: NewCampaign, mapping: Path) -> CampaignDraft:
    beside = mapping.parent
    own = new.questionnaire.endswith((".yaml", ".yml", ".xlsx"))
    # Ballots of earlier years answered the questions of their time.
    texts = chosen_questionnaires(
        [beside / new.questionnaire] if own else [], shipped_questionnaires()
    )
    if own:
        from bot.campaigns.questionnaire_files import read_questionnaire

        name = read_questionnaire(beside / new.questionnaire).id
    else:
        name = new.questionnaire
    if name not in texts:
        raise BadInput(
            Message("imported-no-questionnaire", name=name, names=tuple(sorted(texts))),
            Place(file=mapping.name, field="campaign.questionnaire"),
        )
    units = [
        Unit(u.code, u.name, name, u.category or new.category, u.code.lower()) for u in new.units
    ]
    codes = [unit.code for unit in units]
    if len(set(codes)) < len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        place = Place(file=mapping.name, field="campaign.units")
        raise BadInput(Message("imported-unit-twice", code=twice), place)
    scheme = chosen_scheme(beside / new.scheme if new.scheme else None)
    return CampaignDraft(
        new.id, new.year, new.title, new.opens, new.closes, units, {name: texts[name]}, scheme
    )


def _draft_target(draft: CampaignDraft) -> ImportTarget:
    text = write_definition(draft.title, draft.units, draft.questionnaires, draft.aim)
    definition = FrozenDefinition(text, draft.scheme, draft.id)
    days = (int(draft.opens_at.timestamp()), int(draft.closes_at.timestamp()))
    return _target(draft.id, definition, *days)


async def _read_target(database: AsyncEngine, campaign: str) -> ImportTarget:
    async with reading(database) as connection:
        row = await read_campaign_row(connection, campaign)
    return _target(campaign, read_definition(row), row.opens_at, row.closes_at)


def _target(
    campaign: str, definition: FrozenDefinition, opens_at: int, closes_at: int
) -> ImportTarget:
    units = {code: unit.questionnaire for code, unit in definition.units.items()}
    groups = (*definition.scheme.groups, STAFF)
    return ImportTarget(campaign, units, definition.questionnaires, groups, opens_at, closes_at)


async def _refuse_other_than_draft(connection: AsyncConnection, campaign: str) -> None:
    """Refuse a campaign that was opened: its log could not prove imported ballots."""
    query = select(tables.campaigns.c.state).where(tables.campaigns.c.id == campaign)
    state = (await connection.execute(query.with_for_update())).scalar()
    if state != "draft":
        raise BadInput(Message("imported-campaign-no-draft"), Place(subject=campaign))


async def _count(connection: AsyncConnection, campaign: str) -> int:
    query = (
        select(func.count())
        .select_from(tables.ballots)
        .where(tables.ballots.c.campaign == campaign)
    )
    return int((await connection.execute(query)).scalar_one())


async def _close(connection: AsyncConnection, campaign: str) -> None:
    await connection.execute(
        update(tables.campaigns).where(tables.campaigns.c.id == campaign).values(state="closed")
    )


def _rows(
    coded: CodedBallots, target: ImportTarget, keys: GateKeys, progress: ImportProgress
) -> Iterator[list[tuple[object, ...]]]:
    """Yield the kept rows as tuples of `COLUMNS`, in chunks.

    They come in the order of their unique columns, so that the index grows at its end
    and the database does not keep the order of the file.
    """
    people = zip(*(column.take(coded.kept) for column in coded.respondent), strict=True)
    voters = [keys.voter(target.campaign, CHANNEL, json.dumps(person)) for person in people]
    units = coded.unit.take(coded.kept)
    order = sorted(range(len(voters)), key=lambda at: (units[at], voters[at]))
    for start in range(0, len(order), CHUNK):
        chosen = order[start : start + CHUNK]
        yield _chunk(coded, target, coded.kept[chosen], [voters[at] for at in chosen])
        progress(start + len(chosen), len(order))


def _comments(
    coded: CodedBallots, target: ImportTarget, keys: GateKeys
) -> Iterator[list[tuple[object, ...]]]:
    """Yield the comments as tuples of `COMMENT_COLUMNS`, in the order of their pseudonyms.

    These are not the ballots' pseudonyms, so that nothing joins a comment to its ballot.
    """
    people = zip(*(column.take(coded.kept) for column in coded.respondent), strict=True)
    said = zip(people, coded.unit.take(coded.kept), coded.comment.take(coded.kept), strict=True)
    rows = [
        (target.campaign, unit, keys.voter(target.campaign, COMMENTER, json.dumps(person)), text)
        for person, unit, text in said
        if text
    ]
    rows.sort(key=lambda row: row[2])
    for start in range(0, len(rows), CHUNK):
        yield list(rows[start : start + CHUNK])


def _chunk(
    coded: CodedBallots, target: ImportTarget, rows: Places, voters: list[bytes]
) -> list[tuple[object, ...]]:
    columns = (
        coded.unit,
        coded.questionnaire,
        coded.group,
        coded.stratum,
        coded.source,
        coded.ratings,
        coded.facts,
    )
    texts = [column.take(rows) for column in columns]
    same = (
        repeat(target.campaign),
        voters,
        *texts,
        coded.buckets[rows].tolist(),
        repeat(FULL),
        repeat(0),
    )
    return list(zip(*same, strict=False))
