"""Makes the bundle by which anybody checks a sealed year with `minping verify-year`."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.appraisal.corrections import corrected
from bot.accounts.officers import any_grant
from bot.accounts.roster import Roster
from bot.appraisal.amended_content import amended
from bot.appraisal.amendment_decisions import amendment_row
from bot.appraisal.commitments import (
    AMENDMENT,
    NOTICE,
    SEAL,
    head_text,
    public_text,
    salt_of,
)
from bot.appraisal.given_notices import notice_row
from bot.appraisal.public_part import public_changes, public_part
from bot.appraisal.seal_decisions import seal_row
from bot.appraisal.sealed_content import SealedContent, read_content
from bot.appraisal.standing_years import amendment_of, corrections_of, read_standing
from bot.appraisal.year_bundle_format import (
    AMENDED,
    AMENDMENTS,
    FILINGS,
    FORMAT,
    HEADS,
    ROWS,
    STANDING,
    YEAR,
    year_name,
)
from bot.appraisal.year_bundle_format import SEAL as SEAL_FILE
from bot.publication.public_table import PublicTable, public_data, read_public_table
from bot.records.amendments import StoredAmendment
from bot.records.notices import GivenNotice, read_notices
from bot.records.seals import Seal, read_seals
from bot.records.year_record import read_journal, read_rows
from bot.storage.database import reading
from bot.transparency.log_entry import LogEntry
from bot.transparency.log_reader import latest_checkpoint
from bot.verification.bundle import json_lines, log_files, pack, read_whole_log, write_whole
from bot.verification.bundle_format import CHECKPOINT, MANIFEST
from survey_flows.canonical_json import canonical
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import LOG_ITSELF
from survey_flows.signed_notes import read_checkpoint, read_note

ACTS = {SEAL: "year-seal", AMENDMENT: "year-amendment", NOTICE: "year-notice"}


UNREADABLE = (ValueError, TypeError, KeyError, EOFError, gzip.BadGzipFile, zlib.error)
"""What reading a row can raise that no version has written: a day that is none, a cut text."""


async def require_year_grant(roster: Roster, year: int, now: int, login: str = "") -> None:
    """Refuse a year's bundle with persons while no auditor has a grant for it, or not this one.

    Raises:
        BadInput: there is no grant that holds now.
    """
    if not await any_grant(roster, year_name(year), now, login):
        raise BadInput(Message("publication-bundle-no-grant"), Place(subject=str(year)))


def year_bundle_path(data: Path, table: PublicTable) -> Path:
    """Return the path of a year's public bundle as it stands; no campaign's bundle has its name."""
    told = len(table.later) + 1
    return data / "bundles" / f"{year_name(table.year)}-{table.digest[:16]}-{told}.zip"


async def save_year_bundle(database: AsyncEngine, data: Path, table: PublicTable) -> Path:
    """Make and keep the public bundle of a year as it stands, unless it is kept already.

    Raises:
        BadInput: as `make_year_bundle`.
        LogDamaged: as `make_year_bundle`.
    """
    path = year_bundle_path(data, table)
    if not await asyncio.to_thread(path.exists):
        # The table is there, so that the notice has begun.
        files = await make_year_bundle(database, table.year, table.notice.begins)
        await asyncio.to_thread(write_whole, path, await asyncio.to_thread(pack, files))
    return path


async def make_year_bundle(
    database: AsyncEngine, year: int, today: date, auditors: bool = False
) -> dict[str, bytes]:
    """Make the files of a year's bundle, by name.

    Args:
        database: where the year is.
        year: a sealed year; without ``auditors`` one in notice.
        today: the day in the city.
        auditors: whether persons and the material go in.

    Raises:
        BadInput: the year is not sealed or not in notice yet, a seal or an amendment is not what
            its digest says, what is stored of it is not in the log, or cannot be read.
        LogDamaged: what is stored of the log is not what it signed.
    """
    try:
        return await _make(database, year, today, auditors)
    except UNREADABLE as error:
        raise BadInput(
            Message("publication-bundle-unreadable"), Place(subject=str(year))
        ) from error


async def _make(database: AsyncEngine, year: int, today: date, auditors: bool) -> dict[str, bytes]:
    place = Place(subject=str(year))
    table = await read_public_table(database, year, today)
    if table is None and not auditors:
        raise BadInput(Message("publication-bundle-before-notice"), place)
    async with reading(database) as connection:
        stands = await read_standing(connection, year)
        if stands is None:
            raise BadInput(Message("appraisal-not-sealed"), place)
        notices = await read_notices(connection, year)
        seals = await read_seals(connection, year)
        newest = await latest_checkpoint(connection)
        if newest is None:
            raise BadInput(Message("verification-log-empty"), place)
        entries = await read_whole_log(connection, newest)
        _require_logged(entries, year, seals, stands.amendments, notices)
        content = await asyncio.to_thread(read_content, stands.seal.content)
        material = await _material_files(connection, content) if auditors else {}
    origin = read_checkpoint(read_note(newest.note).text).origin
    said = {"format": FORMAT, "year": year, "origin": origin, "auditors": auditors}
    files = {
        MANIFEST: canonical(said).encode() + b"\n",
        CHECKPOINT: newest.note.encode(),
        **log_files(entries),
        **await asyncio.to_thread(_public_files, content, stands.amendments),
    }
    if table is not None:
        files[STANDING] = canonical(public_data(table)).encode() + b"\n"
    if auditors:
        files |= material
        files[SEAL_FILE] = stands.seal.content.encode()
        files[AMENDED] = json_lines(
            {"number": it.number, "body": it.body} for it in stands.amendments
        )
        files[HEADS] = json_lines(_heads(seals, stands.amendments, notices))
    return files


def _require_logged(
    entries: Iterable[LogEntry],
    year: int,
    seals: Sequence[Seal],
    made: Sequence[StoredAmendment],
    notices: Sequence[GivenNotice],
) -> None:
    """Refuse a year of which something stored is not in the log: it waits there, or is forged.

    Rows from before seals had a salt were in no log but for seals and amendments.
    """
    logged = {
        (entry.kind, json.loads(entry.body)["name"])
        for entry in entries
        if entry.body is not None and entry.campaign == LOG_ITSELF and entry.kind in ACTS.values()
    }
    wanted = [(SEAL, it.number) for it in seals] + [(AMENDMENT, it.number) for it in made]
    if salt_of(seals[-1].content):
        wanted += [(NOTICE, it.number) for it in notices]
    for what, number in wanted:
        if (ACTS[what], f"{year}/{number}") not in logged:
            message = Message("publication-bundle-not-logged", act=ACTS[what], number=number)
            raise BadInput(message, Place(subject=str(year)))


def _public_files(content: SealedContent, stored: Sequence[StoredAmendment]) -> dict[str, bytes]:
    inputs, made, lines = content.inputs, [], []
    for it in stored:
        corrections, one = corrections_of(it), amendment_of(it)
        inputs = corrected(inputs, corrections)
        made.append(one)
        city = amended(content, made).result
        said = public_changes(city, inputs, corrections, one.changes, one.cause)
        digests = {"before": it.before, "after": it.after}
        lines.append(public_text(it.year, it.number, digests, said).encode() + b"\n")
    return {YEAR: public_part(content).encode() + b"\n", AMENDMENTS: b"".join(lines)}


async def _material_files(connection: AsyncConnection, content: SealedContent) -> dict[str, bytes]:
    releases = [(it.campaign, it.release) for it in content.releases]
    rows = await read_rows(connection, content.year, releases, content.salt)
    journal = await read_journal(connection)
    tables = ({"table": name, "rows": sorted(rows[name])} for name in sorted(rows))
    return {ROWS: json_lines(tables), FILINGS: json_lines(journal)}


def _heads(
    seals: Sequence[Seal], made: Sequence[StoredAmendment], notices: Sequence[GivenNotice]
) -> Iterable[Mapping[str, object]]:
    """Return what rows say beside their content, with the salts of their digests in the log."""
    salt = ""
    for seal in seals:
        # A lifting is salted as the seal that it lifts.
        salt = salt_of(seal.content) if seal.content else salt
        text = head_text(salt, SEAL, seal_row(seal))
        yield {"of": SEAL, "text": text, "sha256": seal.digest}
    for it in made:
        yield {"of": AMENDMENT, "text": head_text(salt, AMENDMENT, amendment_row(it)), "sha256": ""}
    for notice in notices:
        text = head_text(salt, NOTICE, notice_row(seals[0].year, notice))
        yield {"of": NOTICE, "text": text, "sha256": ""}
