"""Makes bundles, by which anybody checks a closed campaign with `minping verify`.

A bundle is a ZIP of text files:

- ``bundle.json`` names the campaign and says whether ballots are opened.
- ``checkpoint.txt`` is the log's signed note with the witnesses' signatures.
- ``log.csv`` has every entry up to the checkpoint: position, label, commitment, campaign.
- ``public.jsonl`` has the text of every public entry.
- ``totals.json`` has the public totals (`bot.verification.public_totals`).

A bundle for auditors has three more:

- ``openings.jsonl`` has salt and text of each of the campaign's sealed entries, unless withdrawn.
- ``weights.csv`` has the fraud weights below a full one, in quarters.
- ``cases.jsonl`` has, of each fraud case, the salt and weights that the log commits to.
"""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import tally
from bot.ballots.close_check import require_unchanged
from bot.fraud_review.case_review import read_case_weights
from bot.results.scoring import ScoredCampaign, score_campaign
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk, facts_of
from bot.transparency.entry_bodies import ballot_body, comment_body
from bot.transparency.log_reader import LogDamaged, StoredCheckpoint, latest_checkpoint
from bot.verification.bundle_format import (
    CASES,
    CHECKPOINT,
    FORMAT,
    FULL_WEIGHT,
    LOG,
    LOG_HEAD,
    MANIFEST,
    OPENINGS,
    PUBLIC,
    TOTALS,
    WEIGHTS,
    WEIGHTS_HEAD,
)
from bot.verification.public_totals import public_totals, result_body, write_totals
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import canonical, commit
from survey_flows.signed_notes import read_checkpoint, read_note

EPOCH = (1980, 1, 1, 0, 0, 0)


async def make_bundle(database: AsyncEngine, campaign: str, openings: bool) -> dict[str, bytes]:
    """Make the files of a campaign's bundle, by name.

    Raises:
        BadInput: there is no such campaign, it is not closed, or its ballots or its result
            are not in the log.
        BallotsChanged: the ballots are not those that the log commits to; the campaign is held.
        LogDamaged: what is stored of an entry is not what the log commits to.
    """
    await require_unchanged(database, campaign)
    scored = await score_campaign(database, campaign)
    file = await asyncio.to_thread(totals_file, scored)
    async with reading(database) as connection:
        await _refuse_unlogged(connection, campaign)
        newest = await latest_checkpoint(connection)
        rows = await _read_entries(connection, newest)
        _require_result(rows, campaign, file)
        sealed = await read_openings(connection, campaign) if openings else []
        weights = await _read_weights(connection, campaign) if openings else []
        cases = await read_case_weights(connection, campaign) if openings else []
    opened = (sealed, weights) if openings else None
    files = await asyncio.to_thread(_files, campaign, newest, rows, file, opened)
    return files | ({CASES: json_lines(cases)} if cases else {})


def totals_file(scored: ScoredCampaign) -> bytes:
    """Return ``totals.json`` of a closed campaign."""
    campaign = scored.campaign
    counted = tally(scored.counts, PatternReader(campaign.questionnaires, campaign.scheme))
    return write_totals(
        public_totals(campaign.id, counted, scored.scores, campaign.scheme, scored.disclosed)
    )


async def result_entry_body(database: AsyncEngine, campaign: str) -> str:
    """Return the public entry by which the log commits to a closed campaign's totals.

    Raises:
        BadInput: there is no such campaign, or it is not closed.
    """
    scored = await score_campaign(database, campaign)
    return result_body(campaign, await asyncio.to_thread(totals_file, scored))


async def request_result_entry(database: AsyncEngine, campaign: str, desk: Desk) -> None:
    """Order the result's entry in the log, without which there is no bundle.

    Raises:
        BadInput: there is no such campaign, or it is not closed.
        BallotsChanged: the ballots are not those that the log commits to; the campaign is held.
    """
    await require_unchanged(database, campaign)
    result = await result_entry_body(database, campaign)
    async with writing(database) as connection:
        await desk.order(connection, "result", campaign, facts_of(result), again=False)


def bundle_path(data: Path, campaign: str, number: int) -> Path:
    """Return the path of the public bundle of a release, as the service keeps it."""
    return data / "bundles" / f"{campaign}-{number}.zip"


async def save_bundle(database: AsyncEngine, data: Path, campaign: str, number: int) -> None:
    """Make and keep the public bundle of a campaign's last release, which has this number.

    Raises:
        BadInput: as `make_bundle`.
        LogDamaged: as `make_bundle`.
    """
    packed = await asyncio.to_thread(pack, await make_bundle(database, campaign, openings=False))
    await asyncio.to_thread(_write_whole, bundle_path(data, campaign, number), packed)


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)


async def read_openings(connection: AsyncConnection, campaign: str) -> list[tuple[int, bytes, str]]:
    """Read position, salt and text of a campaign's sealed entries that were not withdrawn."""
    found = []
    makers = (
        (tables.ballots, ballot_body),
        (tables.comments, comment_body),
        (tables.superseded, lambda row: str(row["body"])),
        (tables.withdrawals, lambda row: str(row["body"])),
    )
    for table, body in makers:
        query = select(table).where(table.c.campaign == campaign, table.c.position.is_not(None))
        found += [
            (row.position, row.salt, body(row._mapping)) for row in await connection.execute(query)
        ]
    return sorted(found)


async def _refuse_unlogged(connection: AsyncConnection, campaign: str) -> None:
    columns = tables.ballots.c
    query = select(func.count()).where(columns.campaign == campaign, columns.position.is_(None))
    unlogged = (await connection.execute(query)).scalar_one()
    if unlogged:
        raise BadInput(
            Message("verification-ballots-not-logged", count=unlogged), Place(subject=campaign)
        )


async def _read_entries(
    connection: AsyncConnection, newest: StoredCheckpoint | None
) -> list[Row[Any]]:
    columns = tables.log_entries.c
    query = select(
        columns.position, columns.label, columns.commitment, columns.campaign, columns.body
    )
    size = newest.size if newest else 0
    rows: list[Row[Any]] = list(
        await connection.execute(query.where(columns.position < size).order_by(columns.position))
    )
    if len(rows) != size:
        raise LogDamaged(Message("transparency-entries-missing"))
    return rows


def _require_result(rows: Iterable[Row[Any]], campaign: str, file: bytes) -> None:
    results = [
        row.body
        for row in rows
        if row.body and row.campaign == campaign and '"kind":"result"' in row.body
    ]
    if not results or facts_of(results[-1]) != facts_of(result_body(campaign, file)):
        raise BadInput(Message("verification-result-not-logged"), Place(subject=campaign))


async def _read_weights(connection: AsyncConnection, campaign: str) -> list[tuple[int, int]]:
    columns = tables.ballots.c
    query = select(columns.position, columns.weight).where(
        columns.campaign == campaign, columns.weight != FULL_WEIGHT
    )
    return [
        (row.position, row.weight)
        for row in await connection.execute(query.order_by(columns.position))
    ]


def _files(
    campaign: str,
    newest: StoredCheckpoint | None,
    rows: list[Row[Any]],
    file: bytes,
    opened: tuple[list[tuple[int, bytes, str]], list[tuple[int, int]]] | None,
) -> dict[str, bytes]:
    if newest is None:
        raise BadInput(Message("verification-log-empty"), Place(subject=campaign))
    files = {
        MANIFEST: manifest(
            campaign, read_checkpoint(read_note(newest.note).text).origin, opened is not None
        ),
        CHECKPOINT: newest.note.encode(),
        LOG: log_csv((row.label + row.commitment, row.campaign) for row in rows),
        PUBLIC: json_lines(
            {"position": row.position, "body": row.body} for row in rows if row.body is not None
        ),
        TOTALS: file,
    }
    if opened:
        sealed, weights = opened
        _check_openings(rows, sealed)
        files[OPENINGS] = json_lines(
            {"position": at, "salt": salt.hex(), "body": body} for at, salt, body in sealed
        )
        files[WEIGHTS] = weights_csv(weights)
    return files


def _check_openings(rows: list[Row[Any]], sealed: Iterable[tuple[int, bytes, str]]) -> None:
    for position, salt, body in sealed:
        if position >= len(rows) or commit(salt, body) != rows[position].commitment:
            raise LogDamaged(Message("verification-stored-differs", position=position))


def manifest(campaign: str, origin: str, openings: bool) -> bytes:
    """Return ``bundle.json``."""
    return (
        canonical(
            {"format": FORMAT, "campaign": campaign, "origin": origin, "openings": openings}
        ).encode()
        + b"\n"
    )


def log_csv(entries: Iterable[tuple[bytes, str]]) -> bytes:
    """Return ``log.csv`` from the 64 bytes and the campaign of each entry."""
    rows = (
        f"{at},{data[:32].hex()},{data[32:].hex()},{campaign}\n"
        for at, (data, campaign) in enumerate(entries)
    )
    return f"{LOG_HEAD}\n{''.join(rows)}".encode()


def weights_csv(weights: Iterable[tuple[int, int]]) -> bytes:
    """Return ``weights.csv`` from positions and weights in quarters."""
    return (
        f"{WEIGHTS_HEAD}\n{''.join(f'{at},{weight}{chr(10)}' for at, weight in weights)}".encode()
    )


def json_lines(values: Iterable[Mapping[str, object]]) -> bytes:
    """Return one JSON object a line."""
    return "".join(f"{canonical(value)}\n" for value in values).encode()


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a ZIP, which is the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED, 6)
    return buffer.getvalue()
