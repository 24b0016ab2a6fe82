"""Makes bundles, by which anybody checks a closed campaign with `minping verify`.

A bundle is a ZIP of text files:

- ``bundle.json`` names the campaign and says whether ballots are opened.
- ``checkpoint.txt`` is the log's signed note with the witnesses' signatures.
- ``log.txt`` has every entry up to the checkpoint: its line, or an older entry in hexadecimal.
- ``older.txt`` says whose each older entry is, where the log has such entries.
- ``public.jsonl`` has the text of every act, and who signed it.
- ``totals.json`` has the public totals (`bot.verification.public_totals`).

A bundle for auditors has more:

- ``openings.jsonl`` has salt and text of each of the campaign's sealed entries, unless withdrawn.
- ``weights.csv`` has the fraud weights below a full one, in quarters.
- ``cases.jsonl`` has, of each fraud case, the salt and weights that the log commits to.
- ``intake.json`` has the gate's counts by unit, once the gate signs them.
- ``sums.json`` has the full sums with their salts, by method 2.
"""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import tally
from bot.accounts.approvals import DONE, Approval, Approvals
from bot.ballots.desk_orders import RESULT
from bot.ballots.stored_bodies import ballot_text, comment_text, kept_aside
from bot.fraud_review.case_review import read_case_weights
from bot.results.proven_releases import require_proven
from bot.results.scoring import ScoredCampaign, score_campaign
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.desk import facts_of, is_ordered
from bot.transparency.guarded_log import read_entries
from bot.transparency.log_entry import LogEntry, unnamed_body
from bot.transparency.log_reader import LogDamaged, StoredCheckpoint, latest_checkpoint
from bot.verification.bounded_totals import bounded_files, unit_salts
from bot.verification.bundle_format import (
    CASES,
    CHECKPOINT,
    FORMAT,
    FULL_WEIGHT,
    INTAKE,
    LOG,
    MANIFEST,
    OPENINGS,
    OWNERS,
    PUBLIC,
    SUMS,
    TOTALS,
    WEIGHTS,
    WEIGHTS_HEAD,
)
from bot.verification.public_totals import public_totals, result_body, write_totals
from survey_flows.canonical_json import canonical_by_code
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import (
    LOG_ITSELF,
    OLDER_FORM,
    canonical,
    commit,
    write_signatures,
)
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
    await require_proven(database, campaign)
    scored = await score_campaign(database, campaign)
    file, sums = await asyncio.to_thread(result_files, scored)
    async with reading(database) as connection:
        await _refuse_unlogged(connection, campaign)
        newest = await latest_checkpoint(connection)
        rows = await read_whole_log(connection, newest)
        _require_result(rows, campaign, file)
        sealed = await read_openings(connection, campaign) if openings else []
        weights = await _read_weights(connection, campaign) if openings else []
        cases = await read_case_weights(connection, campaign) if openings else []
        intake = await _read_intake(connection, campaign) if openings else None
    opened = (sealed, weights) if openings else None
    files = await asyncio.to_thread(_files, campaign, newest, rows, file, opened)
    files |= {CASES: json_lines(cases)} if cases else {}
    files |= {INTAKE: intake} if intake else {}
    return files | ({SUMS: sums} if sums and openings else {})


def totals_file(scored: ScoredCampaign) -> bytes:
    """Return ``totals.json`` of a closed campaign."""
    return result_files(scored)[0]


def result_files(scored: ScoredCampaign) -> tuple[bytes, bytes]:
    """Return ``totals.json``, and by method 2 ``sums.json`` for auditors.

    Raises:
        BadInput: by method 2, the release has no secret for the salts of its sums.
    """
    campaign, release = scored.campaign, scored.release
    counted = tally(scored.counts, PatternReader(campaign.questionnaires, campaign.scheme))
    if campaign.scheme.evidence is not None:
        if release is None or not release.secret:
            raise BadInput(Message("verification-release-older"), Place(subject=campaign.id))
        salts = unit_salts(release.secret, release.number, list(scored.scores))
        files = bounded_files(
            campaign.id, counted, scored.scores, scored.disclosed, salts, release.kept
        )
        return files.totals, files.sums
    totals = write_totals(
        public_totals(campaign.id, counted, scored.scores, campaign.scheme, scored.disclosed)
    )
    return totals, b""


async def result_entry_body(database: AsyncEngine, campaign: str) -> str:
    """Return the public entry by which the log commits to a closed campaign's totals.

    Raises:
        BadInput: there is no such campaign, or it is not closed.
    """
    scored = await score_campaign(database, campaign)
    return result_body(campaign, await asyncio.to_thread(totals_file, scored))


async def request_result_entry(
    database: AsyncEngine, campaign: str, approvals: Approvals, by: str
) -> Approval | None:
    """Order the result's entry in the log, without which there is no bundle, or prepare it.

    Return what waits for a second person; None once the order is given.

    Raises:
        BadInput: there is no such campaign, it is not closed, or its result waits already.
        BallotsChanged: the ballots are not those that the log commits to; the campaign is held.
    """
    await require_proven(database, campaign)
    result = facts_of(await result_entry_body(database, campaign))
    async with reading(database) as connection:
        if await is_ordered(connection, RESULT, campaign, result):
            return None
    made = await approvals.prepare(RESULT, campaign, result, by)
    return None if made.state == DONE else made


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
    await asyncio.to_thread(write_whole, bundle_path(data, campaign, number), packed)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)


Opened = tuple[int, bytes, str, Mapping[str, str] | None]
"""Position, salt and text of a sealed entry, and of a ballot its aside while that is kept."""


async def read_openings(connection: AsyncConnection, campaign: str) -> list[Opened]:
    """Read a campaign's sealed entries that were not withdrawn, by position."""
    found: list[Opened] = []
    makers = (
        (tables.ballots, ballot_text),
        (tables.comments, comment_text),
        (tables.superseded, lambda row: str(row["body"])),
        (tables.withdrawals, lambda row: str(row["body"])),
    )
    for table, body in makers:
        query = select(table).where(table.c.campaign == campaign, table.c.position.is_not(None))
        found += [
            (row.position, row.salt, body(row._mapping), kept_aside(row._mapping))
            for row in await connection.execute(query)
        ]
    return sorted(found, key=lambda one: one[0])


async def _read_intake(connection: AsyncConnection, campaign: str) -> bytes | None:
    """Return ``intake.json``, which opens the gate's counts by unit; None where it signed none."""
    query = select(tables.intakes).where(tables.intakes.c.campaign == campaign)
    row = (await connection.execute(query)).first()
    return intake_file(row.salt, json.loads(row.units)) if row else None


def intake_file(salt: bytes, units: Mapping[str, object]) -> bytes:
    """Return ``intake.json``."""
    return f'{{"salt":"{salt.hex()}","units":{canonical_by_code(units)}}}\n'.encode()


async def _refuse_unlogged(connection: AsyncConnection, campaign: str) -> None:
    columns = tables.ballots.c
    query = select(func.count()).where(columns.campaign == campaign, columns.position.is_(None))
    unlogged = (await connection.execute(query)).scalar_one()
    if unlogged:
        raise BadInput(
            Message("verification-ballots-not-logged", count=unlogged), Place(subject=campaign)
        )


async def read_whole_log(
    connection: AsyncConnection, newest: StoredCheckpoint | None
) -> list[LogEntry]:
    """Read every entry up to a checkpoint.

    Raises:
        LogDamaged: some are missing.
    """
    size = newest.size if newest else 0
    found = [entry async for entries in read_entries(connection, size) for entry in entries]
    if len(found) != size:
        raise LogDamaged(Message("transparency-entries-missing"))
    return found


def _require_result(entries: Iterable[LogEntry], campaign: str, file: bytes) -> None:
    results = [
        entry.body
        for entry in entries
        if entry.body and (entry.campaign, entry.kind) == (campaign, "result")
    ]
    said = unnamed_body(results[-1]) if results else None
    if said != json.loads(result_body(campaign, file)):
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
    entries: Sequence[LogEntry],
    file: bytes,
    opened: tuple[list[Opened], list[tuple[int, int]]] | None,
) -> dict[str, bytes]:
    if newest is None:
        raise BadInput(Message("verification-log-empty"), Place(subject=campaign))
    files = {
        MANIFEST: manifest(
            campaign, read_checkpoint(read_note(newest.note).text).origin, opened is not None
        ),
        CHECKPOINT: newest.note.encode(),
        TOTALS: file,
        **log_files(entries),
    }
    if opened:
        sealed, weights = opened
        _check_openings(entries, sealed)
        files[OPENINGS] = json_lines(map(_opening, sealed))
        files[WEIGHTS] = weights_csv(weights)
    return files


def _opening(one: Opened) -> dict[str, object]:
    position, salt, body, aside = one
    said: dict[str, object] = {"position": position, "salt": salt.hex(), "body": body}
    return said | ({"aside": aside} if aside else {})


def _check_openings(entries: Sequence[LogEntry], sealed: Iterable[Opened]) -> None:
    for position, salt, body, _ in sealed:
        if position >= len(entries) or commit(salt, body) != entries[position].commitment:
            raise LogDamaged(Message("verification-stored-differs", position=position))


def manifest(campaign: str, origin: str, openings: bool) -> bytes:
    """Return ``bundle.json``."""
    said = {"format": FORMAT, "campaign": campaign, "origin": origin, "openings": openings}
    return canonical(said).encode() + b"\n"


def log_files(entries: Sequence[LogEntry]) -> dict[str, bytes]:
    """Return the files that the log itself gives: its lines, its acts, and whose older ones are."""
    lines, owners, acts = [], [], []
    for position, entry in enumerate(entries):
        older = entry.form == OLDER_FORM
        lines.append(entry.line.hex().encode() if older else entry.line)
        if older:
            owners.append(LOG_ITSELF if entry.body is not None else entry.campaign)
        if entry.body is not None:
            act: dict[str, object] = {"position": position, "body": entry.body}
            acts.append(act if older else act | {"signatures": write_signatures(entry.signatures)})
    files = {LOG: b"".join(line + b"\n" for line in lines), PUBLIC: json_lines(acts)}
    if owners:
        files[OWNERS] = "".join(f"{owner}\n" for owner in owners).encode()
    return files


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
