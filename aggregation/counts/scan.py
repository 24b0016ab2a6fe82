"""The one scan of ballots: grouped by everything that statistics need, and counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aggregation.counts.ratings import OPEN, VOUCHED, PatternOutcome, PatternReader
from survey_flows.ballot import STAFF
from survey_flows.errors import Misuse

__all__ = ["OPEN", "VOUCHED", "PatternCount", "Tally", "scan", "tally", "tally_table"]

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

KEYS = ("unit", "questionnaire", "grp", "stratum", "source", "weight", "ratings")


@dataclass(frozen=True, slots=True)
class PatternCount:
    """One row of the scan: the count of ballots that share these keys and this rating pattern.

    ``weight`` is the fraud weight in quarters (0, 1, 2 or 4); ``ratings`` is as in
    `survey_flows.ballot.Ballot`.
    """

    unit: str
    questionnaire: str
    grp: str
    stratum: str
    source: str
    weight: int
    ratings: str
    count: int


@dataclass(frozen=True, slots=True)
class PositionSpan:
    """Ballots whose place is at least ``first`` and below ``end``.

    The place of a ballot is its position in the log; for ballots in no log (``logged`` False) it is
    their row's id.
    """

    logged: bool
    first: int
    end: int


def scan(ballots: ibis.Table, campaign: str, span: PositionSpan | None = None) -> ibis.Table:
    """The one GROUP BY, which any engine runs: columns `KEYS` and ``count``.

    Engines sort text in different ways, so the reader of the rows orders them. Scans of spans that
    do not overlap add up to the scan of their union.
    """
    chosen = ballots.filter(ballots.campaign == campaign)
    if span:
        place = chosen.position if span.logged else chosen.id
        chosen = chosen.filter(
            chosen.position.notnull() == span.logged, place >= span.first, place < span.end
        )
    return chosen.group_by(KEYS).aggregate(count=chosen.count())


@dataclass(frozen=True, slots=True)
class ScoreCell:
    """Ballots that are summed together. ``open_link`` when nobody vouches for them.

    ``stratum`` is empty but where answers are weighted to the population (`PatternReader.stratum`).
    ``channel`` is the loose channel where the method bounds each by itself, and empty otherwise.
    """

    unit: str
    group: str
    open_link: bool
    stratum: str = ""
    channel: str = ""


Counts = dict[tuple[int, int], int]
"""Ballots by (weight in quarters, place in `Tally.outcomes`)."""


@dataclass(slots=True)
class Tally:
    """Integer counts by cell, weight and outcome: the source of every published figure of scores.

    ``staff`` counts the ballots of own staff, which are in no cell.
    """

    outcomes: list[PatternOutcome]
    cells: dict[ScoreCell, Counts] = field(default_factory=dict)
    staff: int = 0

    def merge(self, other: Tally) -> None:
        """Add the counts of a part that was tallied with the same reader.

        Raises:
            Misuse: the parts do not share their outcomes.
        """
        if other.outcomes is not self.outcomes:
            raise Misuse("only tallies of one reader can be merged")
        for cell, counts in other.cells.items():
            mine = self.cells.setdefault(cell, {})
            for key, count in counts.items():
                mine[key] = mine.get(key, 0) + count
        self.staff += other.staff


def tally(rows: Iterable[PatternCount], reader: PatternReader) -> Tally:
    """Sums rows of the scan by cell; ballots of own staff are kept apart.

    Raises:
        BadInput: a row's questionnaire or pattern cannot be read.
    """
    result = Tally(reader.outcomes)
    for row in rows:
        if row.grp == STAFF:
            result.staff += row.count
            continue
        counts = result.cells.setdefault(
            cell_of(row.unit, row.grp, row.source, row.stratum, reader), {}
        )
        key = (row.weight, reader.place(row.questionnaire, row.ratings))
        counts[key] = counts.get(key, 0) + row.count
    return result


def cell_of(unit: str, group: str, source: str, stratum: str, reader: PatternReader) -> ScoreCell:
    """The cell in which a ballot is summed."""
    channel = reader.loose_channel(source)
    if channel:
        return ScoreCell(unit, group, True, "", channel if reader.apart else "")
    return ScoreCell(unit, group, False, reader.stratum(unit, group, stratum))


def tally_table(table: pa.Table, reader: PatternReader) -> Tally:
    """As `tally`, from an Arrow table with the columns of `scan`: for millions of rows.

    Raises:
        BadInput: a row's questionnaire or pattern cannot be read.
    """
    return tally_tables([table], reader)


def tally_tables(tables: Iterable[pa.Table], reader: PatternReader) -> Tally:
    """As `tally_table`, of one table after the other: never more than one is held in memory."""
    import pyarrow.compute as pc

    strata: dict[str, _Dense] = {}
    for table in tables:
        # Stratum by stratum, so that memory does not grow with them; one part where none matters.
        for name in table["stratum"].unique().to_pylist() if reader.placed else [""]:
            part = table.filter(pc.equal(table["stratum"], name)) if reader.placed else table
            strata.setdefault(name, _Dense(reader)).add(part)
    result = Tally(reader.outcomes)
    for name, counted in strata.items():
        counted.put_into(result, name)
    return result


class _Dense:
    """Counts in one array by unit, group, channel, weight and outcome; new names extend it."""

    def __init__(self, reader: PatternReader) -> None:
        import numpy as np

        self._reader = reader
        self._names: dict[str, dict[Any, int]] = {"unit": {}, "grp": {}, "weight": {}}
        self._channels = ("", *reader.channels)
        self._counts = np.zeros((0, 0, len(self._channels), 0, 0), dtype=np.int64)
        self._staff = 0

    def add(self, table: pa.Table) -> None:
        import numpy as np
        import pyarrow.compute as pc

        staff = pc.equal(table["grp"], STAFF)
        heard = table.filter(pc.invert(staff)) if pc.any(staff).as_py() else table
        self._staff += _ballots(table) - _ballots(heard)
        units, groups, weights = (self._encode(heard, column) for column in self._names)
        sources, names = _encode(heard, "source")
        known = [self._channels.index(self._reader.loose_channel(name)) for name in names]
        opened = np.array(known, dtype=np.int64)[sources] if names else sources
        places = _places(heard, self._reader)
        self._grow()
        # numpy adds integers in 64 bits, exactly; a weighted bincount would use floating point.
        np.add.at(self._counts, (units, groups, opened, weights, places), heard["count"].to_numpy())

    def _encode(self, table: pa.Table, column: str) -> Any:
        import numpy as np

        places, names = _encode(table, column)
        known = self._names[column]
        return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)[
            places
        ]

    def _grow(self) -> None:
        import numpy as np

        units, groups, weights = (len(known) for known in self._names.values())
        wanted = (units, groups, len(self._channels), weights, len(self._reader.outcomes))
        more = [(0, new - old) for new, old in zip(wanted, self._counts.shape, strict=True)]
        self._counts = np.pad(self._counts, more)

    def put_into(self, result: Tally, stratum: str) -> None:
        """Adds the counts to a tally, as those of one stratum."""
        import numpy as np

        result.staff += self._staff
        units, groups, weights = (list(known) for known in self._names.values())
        for unit, group, link in np.argwhere(self._counts.any(axis=(3, 4))).tolist():
            block = self._counts[unit, group, link]
            found, where = np.nonzero(block)
            keys = zip([weights[at] for at in found.tolist()], where.tolist(), strict=True)
            source = self._channels[link] or VOUCHED
            mine = result.cells.setdefault(
                cell_of(units[unit], groups[group], source, stratum, self._reader), {}
            )
            for key, count in zip(keys, block[found, where].tolist(), strict=True):
                mine[key] = mine.get(key, 0) + count


def _ballots(table: pa.Table) -> int:
    import pyarrow.compute as pc

    return int(pc.sum(table["count"]).as_py() or 0)


def _encode(table: pa.Table, column: str) -> tuple[Any, list[Any]]:
    encoded = table[column].combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy(), encoded.dictionary.to_pylist()


def _places(table: pa.Table, reader: PatternReader) -> Any:
    """For each row the place of its outcome; every distinct pattern is read once."""
    import numpy as np

    questionnaires, names = _encode(table, "questionnaire")
    ratings, patterns = _encode(table, "ratings")
    pairs = questionnaires.astype(np.int64) * len(patterns) + ratings
    seen = np.zeros(len(names) * len(patterns), dtype=bool)
    seen[pairs] = True
    places = np.zeros(len(seen), dtype=np.int64)
    for pair in np.flatnonzero(seen).tolist():
        places[pair] = reader.place(names[pair // len(patterns)], patterns[pair % len(patterns)])
    return places[pairs]
