"""Reads and checks archives: a closed campaign's ballots as counted patterns in Parquet files.

An archive is a folder of

- ``archive.json``, the manifest: each file's size and SHA-256, and whether the archive is whole;
- ``campaign.json``, the frozen definition, and ``release.json``, the last release;
- ``checkpoint.txt``, the log's signed note at that time, where there is a log;
- ``counts/``: the scan of each span of ballots, a file each, which add up to the campaign's;
- ``ballots/``, for auditors: the same spans ballot by ballot.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregation.counts.scan import KEYS, PositionSpan
from bot.core.file_errors import unreadable, unwritable
from bot.results.scan import check_values, counts_from_parquet, counts_of
from survey_flows.errors import BadInput, Message, Place

if TYPE_CHECKING:
    import pyarrow as pa

    from aggregation.counts.scan import PatternCount

FORMAT = "minping-archive/1"
MANIFEST, CAMPAIGN, RELEASE, CHECKPOINT = (
    "archive.json",
    "campaign.json",
    "release.json",
    "checkpoint.txt",
)
CAMPAIGN_KEYS = {
    "id": "id",
    "year": "year",
    "state": "state",
    "opens_at": "opens_at",
    "closes_at": "closes_at",
    "paper": "definition",
    "scheme": "scheme",
}
"""The columns of a campaign by their keys in the archive, which never change."""
COUNTS, BALLOTS = "counts", "ballots"

Progress = Callable[[int, int], None]
"""Takes the number of ballots that are done, and of all."""
ScanFunction = Callable[[list[Path], str], "list[PatternCount]"]
"""Runs the scan over Parquet files of ballots."""


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """A Parquet file of the archive; ``stamp`` identifies the database's state that it holds."""

    file: str
    span: PositionSpan
    stamp: str
    ballots: int
    rows: int
    bytes: int
    digest: str

    @property
    def folder(self) -> str:
        """`COUNTS` or `BALLOTS`."""
        return self.file.partition("/")[0]


@dataclass(frozen=True, slots=True)
class ArchiveManifest:
    """The files of an archive.

    ``size`` is the log's at the checkpoint; ``files`` are digests of the other files by name.
    """

    campaign: str
    whole: bool = False
    size: int = 0
    parts: tuple[ArchivePart, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    def of(self, folder: str) -> list[ArchivePart]:
        """Return the parts in `COUNTS` or `BALLOTS`."""
        return [part for part in self.parts if part.folder == folder]

    def with_part(self, part: ArchivePart) -> ArchiveManifest:
        """Return the manifest with a part, which replaces the one of its span and folder."""
        others = [p for p in self.parts if (p.folder, p.span) != (part.folder, part.span)]
        order = sorted([*others, part], key=lambda p: (p.folder, not p.span.logged, p.span.first))
        return replace(self, whole=False, parts=tuple(order))


@dataclass(frozen=True, slots=True)
class ArchiveCheck:
    """The result of a check; ``scanned`` says that single ballots give the counts."""

    manifest: ArchiveManifest
    digest: str
    ballots: int
    scanned: bool


def read_manifest(folder: Path) -> ArchiveManifest | None:
    """Read the manifest of an archive; None where there is none.

    Raises:
        BadInput: the manifest is damaged or of another format.
    """
    path = folder / MANIFEST
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_bytes())
        if found.pop("format") != FORMAT:
            message = Message("archive-unknown-format", format=FORMAT)
            raise BadInput(message, Place(file=str(path)))
        parts = tuple(
            ArchivePart(**part | {"span": PositionSpan(**part["span"])})
            for part in found.pop("parts")
        )
        return ArchiveManifest(**found, parts=parts)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise BadInput(Message("archive-manifest-unreadable"), Place(file=str(path))) from None


def whole_manifest(folder: Path) -> ArchiveManifest:
    """Read the manifest of a finished archive.

    Raises:
        BadInput: there is no archive, or it is not finished.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise BadInput(Message("archive-missing"), Place(file=str(folder)))
    if not manifest.whole:
        raise BadInput(Message("archive-not-finished"), Place(file=str(folder)))
    return manifest


def save_manifest(folder: Path, manifest: ArchiveManifest) -> None:
    """Write the manifest, whole or not at all."""
    save_file(
        folder,
        MANIFEST,
        json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1).encode(),
    )


def save_file(folder: Path, name: str, data: bytes) -> str:
    """Write a file of the archive, whole or not at all, and return its SHA-256.

    Raises:
        BadInput: the file cannot be written.
    """
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.part")
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        raise unwritable(error, path) from error
    return sha256(data).hexdigest()


def read_text(folder: Path, manifest: ArchiveManifest, name: str) -> Any:
    """Read a JSON file of the archive.

    Raises:
        BadInput: the file is not the one that was written.
    """
    path = folder / name
    _check_digest(path, manifest.files.get(name, ""))
    return json.loads(path.read_bytes())


def count_tables(folder: Path, manifest: ArchiveManifest) -> Iterator[pa.Table]:
    """Yield the counts, one part after the other, with the columns of the scan."""
    from pyarrow import parquet

    for part in manifest.of(COUNTS):
        path = folder / part.file
        _check_digest(path, part.digest)
        table = parquet.read_table(path, columns=[*KEYS, "count"])
        check_values(table, part.file)
        yield table


def check_archive(
    folder: Path, scan: ScanFunction = counts_from_parquet, progress: Progress | None = None
) -> ArchiveCheck:
    """Verify every digest and sum, and that single ballots, where there are any, give the counts.

    Args:
        folder: the archive.
        scan: how the single ballots are counted.
        progress: called after each part.

    Raises:
        BadInput: a file is missing, was changed, or does not hold what the manifest says.
    """
    manifest = whole_manifest(folder)
    for name, digest in manifest.files.items():
        _check_digest(folder / name, digest)
    total, done = sum(part.ballots for part in manifest.of(COUNTS)), 0
    rows = {part.span: part for part in manifest.of(BALLOTS)}
    for part, table in zip(manifest.of(COUNTS), count_tables(folder, manifest), strict=True):
        if (table.num_rows, sum(table["count"].to_pylist())) != (part.rows, part.ballots):
            raise BadInput(Message("archive-file-contradicts-manifest"), Place(file=part.file))
        if rows:
            _check_ballots(folder, manifest.campaign, rows.get(part.span), counts_of(table), scan)
        done += part.ballots
        if progress:
            progress(done, total)
    return ArchiveCheck(
        manifest, sha256((folder / MANIFEST).read_bytes()).hexdigest(), total, bool(rows)
    )


def _check_ballots(
    folder: Path,
    campaign: str,
    part: ArchivePart | None,
    counts: list[PatternCount],
    scan: ScanFunction,
) -> None:
    if part is None:
        raise BadInput(Message("archive-ballots-missing"), Place(file=str(folder / BALLOTS)))
    _check_digest(folder / part.file, part.digest)
    if scan([folder / part.file], campaign) != counts:
        raise BadInput(Message("archive-ballots-contradict-counts"), Place(file=part.file))


def _check_digest(path: Path, digest: str) -> None:
    try:
        with path.open("rb") as file:
            found = sha256()
            while block := file.read(1 << 20):
                found.update(block)
    except OSError as error:
        raise unreadable(error, path) from error
    if found.hexdigest() != digest:
        raise BadInput(Message("archive-file-changed"), Place(file=str(path)))
