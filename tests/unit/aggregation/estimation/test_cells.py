"""Rows of the scan summed by cell, from rows and from Arrow tables; counts are added by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction

import pyarrow as pa
import pytest

from aggregation.counts.ratings import PatternOutcome, PatternReader
from aggregation.counts.scan import PatternCount, ScoreCell, Tally, tally, tally_table
from survey_flows.errors import BadInput, Misuse
from tests.scoring import QUESTIONNAIRES, row, scheme

ROWS = (
    row("S S S S", 3, stratum="岳麓区"),
    row("S S S S", 4, stratum="芙蓉区", source="sms"),  # another stratum and source, the same cell
    row("S S S S", 5, weight=2),  # another weight
    row("B", 2, questionnaire="single"),
    row("B - B -", 1),  # says the same as the row before: 60, overall B
    row("B B B B", 7, source="open"),  # another cell
    row("DK DK DK DK", 9, grp="deputy"),
    row("S S S S", 6, unit="市税务局", weight=0),
)
EIGHTY = PatternOutcome(Fraction(80), "S", "five_dk", False)
SIXTY = PatternOutcome(Fraction(60), "B", "five_dk", False)
UNKNOWN = PatternOutcome(None, "DK", "five_dk", True)
BY_HAND = {
    ScoreCell("U", "resident", False): {(4, EIGHTY): 7, (2, EIGHTY): 5, (4, SIXTY): 3},
    ScoreCell("U", "resident", True): {(4, SIXTY): 7},
    ScoreCell("U", "deputy", False): {(4, UNKNOWN): 9},
    ScoreCell("市税务局", "resident", False): {(0, EIGHTY): 6},
}


def reader() -> PatternReader:
    return PatternReader(QUESTIONNAIRES, scheme())


def plain(counted: Tally) -> dict[ScoreCell, dict[tuple[int, PatternOutcome], int]]:
    """Return the tally with the outcomes themselves in place of their indices."""
    return {
        cell: {
            (weight, counted.outcomes[place]): count for (weight, place), count in counts.items()
        }
        for cell, counts in counted.cells.items()
    }


def table(rows: Sequence[PatternCount]) -> pa.Table:
    return pa.Table.from_pylist([asdict(r) for r in rows])


def test_rows_are_summed_by_unit_group_link_weight_and_what_they_say() -> None:
    assert plain(tally(ROWS, reader())) == BY_HAND


def test_an_arrow_table_is_summed_the_same_also_in_chunks() -> None:
    chunks = pa.concat_tables([table(ROWS[:3]), table(ROWS[3:5]), table(ROWS[5:])])
    assert chunks["unit"].num_chunks == 3
    assert plain(tally_table(table(ROWS), reader())) == BY_HAND
    assert plain(tally_table(chunks, reader())) == BY_HAND


def test_a_table_without_rows_has_no_cells() -> None:
    assert tally_table(table(ROWS).slice(0, 0), reader()).cells == {}


def test_counts_beyond_floating_point_stay_exact() -> None:
    rows = [row("S S S S", 2**53), row("S S S S", 1, stratum="x")]
    for counted in (tally(rows, reader()), tally_table(table(rows), reader())):
        assert plain(counted) == {ScoreCell("U", "resident", False): {(4, EIGHTY): 2**53 + 1}}


def test_parts_are_merged_into_the_whole_and_the_part_that_was_added_stays_as_it_was() -> None:
    one = reader()
    first, second = tally(ROWS[:4], one), tally(ROWS[4:], one)
    second_before = plain(second)
    first.merge(second)
    assert plain(first) == BY_HAND
    assert plain(second) == second_before
    first.merge(second)
    assert plain(second) == second_before


def test_tallies_of_two_readers_are_not_merged() -> None:
    with pytest.raises(Misuse, match="one reader"):
        tally(ROWS, reader()).merge(tally(ROWS, reader()))


def test_a_pattern_that_cannot_be_read_is_refused_in_a_table_too() -> None:
    with pytest.raises(BadInput, match="question overall: the scale has no code «X»"):
        tally_table(table([*ROWS, row("X S S S")]), reader())
    with pytest.raises(BadInput, match="questionnaire gone: "):
        tally_table(table([*ROWS, row("S", questionnaire="gone")]), reader())
