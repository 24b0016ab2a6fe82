"""Blocks: a unit's ballots by pattern, as releases keep them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import OPEN, VOUCHED, PatternCount
from survey_flows.ballot import STAFF

Pattern = tuple[str, str, bool | str, int, str, str]
"""Questionnaire, group, open link or not, fraud weight, ratings, stratum that scores use.

By method 2 the third is the loose channel, or empty for vouched ballots.
"""
Block = Counter[Pattern]
"""A unit's ballots by pattern."""


def _source(opened: bool | str) -> str:
    """Return the source that stands for a block's kind of link."""
    if isinstance(opened, str):
        return opened or VOUCHED
    return OPEN if opened else VOUCHED


def block_rows(unit: str, block: Block) -> list[PatternCount]:
    """Return the rows of a unit's block, as the scan gives them."""
    return [
        PatternCount(unit, sheet, group, stratum, _source(opened), weight, ratings, count)
        for (sheet, group, opened, weight, ratings, stratum), count in sorted(block.items())
    ]


def unit_blocks(rows: Iterable[PatternCount], reader: PatternReader) -> dict[str, Block]:
    """Group rows of the scan by unit, without anything that scores do not need.

    Of a unit's own staff only their number is kept.
    """
    found: dict[str, Block] = {}
    for row in rows:
        channel = reader.loose_channel(row.source)
        opened = channel if reader.apart else bool(channel)
        stratum = "" if opened else reader.stratum(row.unit, row.grp, row.stratum)
        pattern = (row.questionnaire, row.grp, opened, row.weight, row.ratings, stratum)
        if row.grp == STAFF:
            pattern = (row.questionnaire, STAFF, "" if reader.apart else False, 0, "", "")
        found.setdefault(row.unit, Counter())[pattern] += row.count
    return found


def ballots_by_weight(rows: Iterable[PatternCount]) -> dict[str, dict[int, int]]:
    """Count each unit's ballots by fraud weight in quarters, without its own staff."""
    found: dict[str, dict[int, int]] = {}
    for row in rows:
        if row.grp == STAFF:
            continue
        own = found.setdefault(row.unit, {})
        own[row.weight] = own.get(row.weight, 0) + row.count
    return found


def dump_block(block: Block) -> list[list[Any]]:
    """Return a block as it is stored; a stratum stands last, and only where there is one."""
    return [
        [*own, count, *filter(None, [stratum])] for (*own, stratum), count in sorted(block.items())
    ]


def load_block(rows: Iterable[Sequence[Any]]) -> Block:
    """Return a stored block."""
    return Counter(
        {(row[0], row[1], row[2], row[3], row[4], (*row, "")[6]): row[5] for row in rows}
    )
