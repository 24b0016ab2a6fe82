"""Stores ballots that were collected elsewhere, all of a file or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ballots.imported.coding import (
    QUARTER_HOUR,
    CodedBallots,
    ImportTarget,
    check_mapping,
    code_table,
)
from bot.ballots.imported.mapping import NewCampaign, read_mapping
from bot.ballots.imported.pseudonyms import last_of_each, make_voters, voter_at
from bot.campaigns.definition import FrozenDefinition, read_definition, write_definition
from bot.campaigns.drafting import chosen_questionnaires, chosen_scheme
from bot.campaigns.lifecycle import CampaignDraft, add_campaign
from bot.campaigns.links import LINK
from bot.campaigns.registered import read_campaign_row
from bot.core.clock import Clock
from bot.core.shipped_files import shipped_questionnaires
from bot.crypto.gate_keys import GateKeys
from bot.spreadsheets.columnar import read_table
from bot.spreadsheets.reader import ReadProgress
from bot.storage.bulk import upsert_many
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.ballot import STAFF
from survey_flows.campaign_definition import Link, Unit
from survey_flows.errors import BadInput, Message, Place

if TYPE_CHECKING:
    from bot.ballots.imported.pseudonyms import Voters
    from bot.spreadsheets.coded_columns import Places

CHANNEL, COMMENTER = "import", "import-comment"
FULL = 4
CHUNK = 5_000
"""Rows that are stored together."""

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


def _silent(*_done: int) -> None:
    pass


async def import_ballots(
    database: AsyncEngine,
    keys: GateKeys,
    clock: Clock,
    file: Path,
    mapping: Path,
    campaign: str = "",
    progress: ImportProgress = _silent,
    reading: ReadProgress = _silent,
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
        progress: called after each chunk that is stored.
        reading: called after each chunk that is read.

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
    table = read_table(file, plan.columns(), reading, plan.own_texts())
    coded, notes = code_table(table, plan, target, file.name), table.notes
    del table  # a column of a million rows takes four megabytes
    async with writing(database) as connection:
        if draft:
            await add_campaign(connection, draft, Link(clock.token()[:LINK]))
        else:
            await _refuse_other_than_draft(connection, campaign)
        before = await _count(connection, target.campaign)
        # An earlier import made the key; another one would make its respondents other people.
        (keys.voters.demand if before else keys.voters.find_or_create)(target.campaign)
        voters = make_voters(coded, target.campaign, CHANNEL, keys)
        kept = last_of_each(coded.unit, voters, coded.seconds)
        rows = _rows(coded, target, kept, voters, progress)
        await upsert_many(connection, tables.ballots, COLUMNS, ("campaign", "unit", "voter"), rows)
        comments = _comments(coded, target, kept, keys)
        await upsert_many(
            connection, tables.comments, COMMENT_COLUMNS, ("campaign", "unit", "voter"), comments
        )
        after = await _count(connection, target.campaign)
        if draft:
            await _close(connection, target.campaign)
    ballots = len(kept)
    return ImportSummary(
        campaign=target.campaign,
        created=draft is not None,
        rows=coded.rows,
        ballots=ballots,
        duplicates=coded.rows - ballots,
        replaced=ballots - (after - before),
        unanswered=coded.unanswered(kept),
        notes=notes,
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
    coded: CodedBallots,
    target: ImportTarget,
    kept: Places,
    voters: Voters,
    progress: ImportProgress,
) -> Iterator[list[tuple[object, ...]]]:
    """Yield the kept rows as tuples of `COLUMNS`, in chunks.

    They come in the order of their unique columns, so that the index grows at its end
    and the database does not keep the order of the file.
    """
    for start in range(0, len(kept), CHUNK):
        rows = kept[start : start + CHUNK]
        yield _chunk(coded, target, rows, voter_at(voters, rows))
        progress(start + len(rows), len(kept))


def _comments(
    coded: CodedBallots, target: ImportTarget, kept: Places, keys: GateKeys
) -> Iterator[list[tuple[object, ...]]]:
    """Yield the comments as tuples of `COMMENT_COLUMNS`, in the order of their pseudonyms.

    These are not the ballots' pseudonyms, so that nothing joins a comment to its ballot.
    """
    import numpy as np

    counts = ~coded.comment.blank()
    counts &= np.isin(np.arange(coded.rows), kept)
    said = np.flatnonzero(counts)
    if not len(said):
        return
    commenters = make_voters(coded, target.campaign, COMMENTER, keys, counts)
    order = np.lexsort((commenters[:, 1], commenters[:, 0]))
    texts, units = coded.comment.chosen(counts).between(0, len(said)), coded.unit.take(said)
    for start in range(0, len(order), CHUNK):
        some = order[start : start + CHUNK]
        people = zip(some.tolist(), voter_at(commenters, some), strict=True)
        yield [(target.campaign, units[at], person, texts[at]) for at, person in people]


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
        (coded.seconds[rows] // QUARTER_HOUR).tolist(),
        repeat(FULL),
        repeat(0),
    )
    return list(zip(*same, strict=False))
