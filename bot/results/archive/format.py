"""An archive: a closed campaign's ballots as counted patterns, in Parquet files that no database is needed to read.

A folder of

- ``archive.json``, the manifest: every file with its size and SHA-256, and whether the archive is whole;
- ``campaign.json``, the campaign as it was frozen, ``release.json``, its last release, and, where there is a log, its
  signed note at that time, ``checkpoint.txt``;
- ``counts/``: the one scan of spans of ballots, a file each; they add up to that of the campaign;
- for auditors, ``ballots/``: the same spans ballot by ballot.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aggregation.counts.scan import KEYS, PositionSpan
from bot.results.scan import check_values, counts_from_parquet, counts_of
from survey_flows.errors import BadInput

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
COUNTS, BALLOTS = "counts", "ballots"

Progress = Callable[[int, int], None]
"""Told how many ballots are done, and of how many."""
ScanFunction = Callable[[list[Path], str], "list[PatternCount]"]
"""Runs the one scan over Parquet files of ballots."""


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """A Parquet file of the archive. ``stamp`` tells in which state of the database it was written."""

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
    """What the archive holds. ``size`` is that of the log at its checkpoint; ``files`` are digests by name."""

    campaign: str
    whole: bool = False
    size: int = 0
    parts: tuple[ArchivePart, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    def of(self, folder: str) -> list[ArchivePart]:
        """The parts in `COUNTS` or `BALLOTS`."""
        return [part for part in self.parts if part.folder == folder]

    def with_part(self, part: ArchivePart) -> ArchiveManifest:
        """With the part in the place of the one of the same span and folder, if there is one."""
        others = [p for p in self.parts if (p.folder, p.span) != (part.folder, part.span)]
        order = sorted([*others, part], key=lambda p: (p.folder, not p.span.logged, p.span.first))
        return replace(self, whole=False, parts=tuple(order))


@dataclass(frozen=True, slots=True)
class ArchiveCheck:
    """What a check found to be so: ``scanned`` says that there were single ballots and that they give the counts."""

    manifest: ArchiveManifest
    digest: str
    ballots: int
    scanned: bool


def read_manifest(folder: Path) -> ArchiveManifest | None:
    """The manifest of an archive; None where there is none.

    Raises:
        BadInput: what stands there is not one of this format.
    """
    path = folder / MANIFEST
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_bytes())
        if found.pop("format") != FORMAT:
            raise BadInput(f"this is not an archive of the format {FORMAT}", str(path))
        parts = tuple(
            ArchivePart(**part | {"span": PositionSpan(**part["span"])})
            for part in found.pop("parts")
        )
        return ArchiveManifest(**found, parts=parts)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise BadInput("the manifest cannot be read; write the archive anew", str(path)) from None


def whole_manifest(folder: Path) -> ArchiveManifest:
    """The manifest of an archive that was finished; raises `BadInput` where there is none."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise BadInput("there is no archive; write one with `minping archive write`", str(folder))
    if not manifest.whole:
        raise BadInput(
            "this archive is not finished; write it again and it goes on where it stopped",
            str(folder),
        )
    return manifest


def save_manifest(folder: Path, manifest: ArchiveManifest) -> None:
    """Write the manifest, whole or not at all."""
    save_file(
        folder,
        MANIFEST,
        json.dumps({"format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1).encode(),
    )


def save_file(folder: Path, name: str, data: bytes) -> str:
    """Write a file of the archive, whole or not at all; returns its SHA-256. Raises `BadInput` where it cannot be."""
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.part")
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        raise BadInput(f"the file cannot be written ({error.strerror})", str(path)) from error
    return sha256(data).hexdigest()


def read_text(folder: Path, manifest: ArchiveManifest, name: str) -> Any:
    """A JSON file of the archive. Raises `BadInput` when it is not the one that was written."""
    path = folder / name
    _check_digest(path, manifest.files.get(name, ""))
    return json.loads(path.read_bytes())


def count_tables(folder: Path, manifest: ArchiveManifest) -> Iterator[pa.Table]:
    """The counts, one part after the other, each with the columns of `aggregation.counts.scan.scan`."""
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
        progress: told how far it is.

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
            raise BadInput("the file does not hold what the manifest says", part.file)
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
        raise BadInput("single ballots of some of the counts are missing", str(folder / BALLOTS))
    _check_digest(folder / part.file, part.digest)
    if scan([folder / part.file], campaign) != counts:
        raise BadInput("the ballots do not give the counts", part.file)


def _check_digest(path: Path, digest: str) -> None:
    try:
        with path.open("rb") as file:
            found = sha256()
            while block := file.read(1 << 20):
                found.update(block)
    except OSError as error:
        raise BadInput(f"the file cannot be read ({error.strerror})", str(path)) from error
    if found.hexdigest() != digest:
        raise BadInput(
            "the file is not the one that was written; take it from a backup or write it anew",
            str(path),
        )
