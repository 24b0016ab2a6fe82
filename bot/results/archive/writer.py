"""Writes archives of closed campaigns, and rewrites only the spans that have changed.

A span's file is written again when its stamp changes.
Of a stored ballot only the fraud weight ever changes, and a new ballot gets a greater position.
So a span with the same number of ballots and the same last one holds the same ballots.
Its stamp needs only these two and the ballots that weigh less.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.counts.scan import KEYS, PatternCount, PositionSpan
from bot.campaigns.registered import find_registered_campaign
from bot.results.archive.format import (
    BALLOTS,
    CAMPAIGN,
    CAMPAIGN_KEYS,
    CHECKPOINT,
    COUNTS,
    RELEASE,
    ArchiveManifest,
    ArchivePart,
    Progress,
    read_manifest,
    save_file,
    save_manifest,
)
from bot.results.releases import FIELDS as RELEASE_FIELDS
from bot.results.releases import last_release
from bot.results.scan import read_counts
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.log_reader import latest_checkpoint
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import canonical

SPAN = 1 << 18
"""Positions in a span; a change of one weight costs reading and writing one span."""
FULL = 4
COUNT_COLUMNS = (*KEYS, "count")
MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class FoundPart:
    """The ballots of a span in the database: their number, the last one's position,
    and position and weight of those below full weight.
    """

    span: PositionSpan
    ballots: int
    last: int
    light: tuple[tuple[int, int], ...]

    @property
    def stamp(self) -> str:
        """A digest that is the same for the same ballots."""
        state = {"ballots": self.ballots, "last": self.last, "light": self.light}
        return sha256(canonical(state).encode()).hexdigest()[:32]


@dataclass(slots=True)
class WrittenArchive:
    """The result of a run: the manifest, and the span of each file that it wrote."""

    manifest: ArchiveManifest
    read: list[PositionSpan] = field(default_factory=list)


async def write_archive(
    database: AsyncEngine,
    campaign: str,
    folder: Path,
    auditors: bool,
    progress: Progress | None = None,
) -> WrittenArchive:
    """Bring the archive of a closed campaign up to date, or make it.

    Args:
        database: where the ballots are.
        campaign: its id.
        folder: of the archive.
        auditors: whether to write single ballots too, with their raters' pseudonyms.
        progress: called after each part.

    Raises:
        BadInput: the campaign is not closed, the folder holds something else,
            or a file cannot be written.
    """
    registered = await find_registered_campaign(database, campaign)
    if registered.state != "closed":
        raise BadInput(Message("archive-before-close"), Place(subject=campaign))
    await last_release(database, registered)
    written = await write_parts(database, campaign, folder, auditors, progress)
    files, size = await _write_texts(database, campaign, folder)
    written.manifest = replace(written.manifest, whole=True, size=size, files=files)
    save_manifest(folder, written.manifest)
    return written


async def write_parts(
    database: AsyncEngine,
    campaign: str,
    folder: Path,
    auditors: bool = False,
    progress: Progress | None = None,
    size: int = SPAN,
) -> WrittenArchive:
    """Write the spans that are new or have changed, until none changes meanwhile.

    Each has ``size`` positions.

    Raises:
        BadInput: as `write_archive`, or the ballots' weights keep changing.
    """
    written = WrittenArchive(_begin(folder, campaign))
    for _ in range(MAX_TRIES):
        found = await find_spans(database, campaign, size)
        wanted = {
            (name, f.span): f
            for f in found
            for name in ([COUNTS, BALLOTS] if auditors else [COUNTS])
        }
        _drop(folder, written, set(wanted))
        stamps = {(part.folder, part.span): part.stamp for part in written.manifest.parts}
        todo = [
            (name, f) for (name, span), f in wanted.items() if stamps.get((name, span)) != f.stamp
        ]
        if not todo:
            return written
        total, done = sum(f.ballots for _, f in todo), 0
        for name, f in todo:
            await _write_part(database, campaign, folder, name, f, written)
            done += f.ballots
            if progress:
                progress(done, total)
    raise BadInput(Message("archive-weights-change"), Place(subject=campaign))


async def find_spans(database: AsyncEngine, campaign: str, size: int = SPAN) -> list[FoundPart]:
    """Find every span that has ballots, those of the log first."""
    async with reading(database) as connection:
        return [
            found
            for logged, place in ((True, tables.ballots.c.position), (False, tables.ballots.c.id))
            for found in await _find(connection, campaign, logged, place, size)
        ]


async def _find(
    connection: AsyncConnection, campaign: str, logged: bool, place: Column[Any], size: int
) -> list[FoundPart]:
    columns = tables.ballots.c
    chosen = (columns.campaign == campaign, columns.position.is_not(None) == logged)
    part = place // size
    counts = select(part, func.count(), func.max(place)).where(*chosen).group_by(part)
    light = select(place, columns.weight).where(*chosen, columns.weight != FULL).order_by(place)
    rare: dict[int, list[tuple[int, int]]] = {}
    for at, weight in await connection.execute(light):
        rare.setdefault(at // size, []).append((at, weight))
    rows = sorted(tuple(row) for row in await connection.execute(counts))
    return [
        FoundPart(
            PositionSpan(logged, number * size, (number + 1) * size),
            count,
            last,
            tuple(rare.get(number, [])),
        )
        for number, count, last in rows
    ]


def _begin(folder: Path, campaign: str) -> ArchiveManifest:
    manifest = read_manifest(folder)
    if manifest is None and folder.exists() and any(folder.iterdir()):
        raise BadInput(Message("archive-folder-in-use"), Place(file=str(folder)))
    if manifest and manifest.campaign != campaign:
        raise BadInput(
            Message("archive-of-other-campaign", campaign=manifest.campaign),
            Place(file=str(folder)),
        )
    return manifest or ArchiveManifest(campaign)


async def _write_part(
    database: AsyncEngine,
    campaign: str,
    folder: Path,
    name: str,
    found: FoundPart,
    written: WrittenArchive,
) -> None:
    span, kind = found.span, "log" if found.span.logged else "import"
    if name == COUNTS:
        counts = await read_counts(database, campaign, span)
        ballots, rows, data = await asyncio.to_thread(_counts_file, counts)
    else:
        ballots, data = await _ballots_file(database, campaign, span)
        rows = ballots
    # With the stamp in its name no file replaces one that the manifest still names.
    file = f"{name}/{kind}-{span.first:012d}-{found.stamp}.parquet"
    digest = await asyncio.to_thread(save_file, folder, file, data)
    part = ArchivePart(file, span, found.stamp, ballots, rows, len(data), digest)
    before = {(p.folder, p.span): p.file for p in written.manifest.parts}.get((name, span))
    written.manifest = written.manifest.with_part(part)
    written.read.append(span)
    save_manifest(folder, written.manifest)
    if before and before != file:
        (folder / before).unlink(missing_ok=True)


def _drop(folder: Path, written: WrittenArchive, wanted: set[tuple[str, PositionSpan]]) -> None:
    """Delete parts that are no longer wanted: empty spans, and single ballots without auditors."""
    gone = [part for part in written.manifest.parts if (part.folder, part.span) not in wanted]
    if gone:
        written.manifest = replace(
            written.manifest,
            whole=False,
            parts=tuple(part for part in written.manifest.parts if part not in gone),
        )
        save_manifest(folder, written.manifest)
    known = {part.file for part in written.manifest.parts}
    for path in [*folder.glob(f"{COUNTS}/*"), *folder.glob(f"{BALLOTS}/*")]:
        if str(path.relative_to(folder)) not in known:
            path.unlink()


def _counts_file(counts: Sequence[PatternCount]) -> tuple[int, int, bytes]:
    import pyarrow as pa

    columns = {name: [getattr(row, name) for row in counts] for name in COUNT_COLUMNS}
    kinds = {
        name: pa.int64() if name in ("weight", "count") else pa.string() for name in COUNT_COLUMNS
    }
    table = pa.table({name: pa.array(columns[name], kinds[name]) for name in COUNT_COLUMNS})
    return sum(columns["count"]), len(counts), _parquet(table)


async def _ballots_file(
    database: AsyncEngine, campaign: str, span: PositionSpan
) -> tuple[int, bytes]:
    import pyarrow as pa

    async with reading(database) as connection:
        rows = (await connection.execute(_of_span(campaign, span))).all()
    kinds = {"position": pa.int64(), "again": pa.bool_()}
    signed = ("number", "aside", "aside_salt", "gate", "unit_voter")
    kinds |= dict.fromkeys(("voter", "salt", *signed), pa.binary())
    kinds |= dict.fromkeys(("weight", "bucket", "risk", "cluster", "reminders"), pa.int64())
    names = [column.name for column in tables.ballots.c if column.name != "id"]
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    arrays = [
        pa.array(values, kinds.get(name, pa.string()))
        for name, values in zip(names, columns, strict=True)
    ]
    return len(rows), await asyncio.to_thread(_parquet, pa.table(arrays, names=names))


def _of_span(campaign: str, span: PositionSpan) -> Select[Any]:
    columns = tables.ballots.c
    place = columns.position if span.logged else columns.id
    chosen = (columns.campaign == campaign, columns.position.is_not(None) == span.logged)
    named = [column for column in columns if column.name != "id"]
    return select(*named).where(*chosen, place >= span.first, place < span.end).order_by(place)


def _parquet(table: Any) -> bytes:
    from pyarrow import parquet

    buffer = BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


async def _write_texts(
    database: AsyncEngine, campaign: str, folder: Path
) -> tuple[Mapping[str, str], int]:
    """Write campaign, last release and checkpoint; return their digests and the log's size."""
    rows, releases = tables.campaigns.c, tables.releases.c
    newest = (
        select(tables.releases)
        .where(releases.campaign == campaign)
        .order_by(releases.number.desc())
        .limit(1)
    )
    async with reading(database) as connection:
        frozen = (
            await connection.execute(select(tables.campaigns).where(rows.id == campaign))
        ).one()
        release = (await connection.execute(newest)).one()
        checkpoint = await latest_checkpoint(connection)
    texts = {
        CAMPAIGN: _json({key: getattr(frozen, column) for key, column in CAMPAIGN_KEYS.items()}),
        RELEASE: _json({name: getattr(release, name) for name in RELEASE_FIELDS}),
    }
    if checkpoint:
        texts[CHECKPOINT] = checkpoint.note.encode()
    files = {name: save_file(folder, name, data) for name, data in texts.items()}
    return files, checkpoint.size if checkpoint else 0


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
