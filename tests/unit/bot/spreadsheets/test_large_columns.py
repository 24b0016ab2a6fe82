"""Columns of large tables: bytes instead of texts, and the row of each person that counts."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ballots.imported.pseudonyms import last_of_each
from bot.spreadsheets.coded_columns import CodedBuilder, Column, PackedBuilder, PackedColumn
from survey_flows.characters import clean_text
from survey_flows.errors import Message

TEXTS = st.text(st.sampled_from("aé税𠮷\n \x00\ud800"), max_size=4)
FAULT = Message("spreadsheets-cell-empty")


def fault_of(text: str) -> Message | None:
    return FAULT if "税" in text else None


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(TEXTS, max_size=6), max_size=5), st.data())
def test_a_column_in_bytes_says_the_same_as_one_of_texts(
    blocks: list[list[str]], data: st.DataObject
) -> None:
    packed, coded = PackedBuilder(), CodedBuilder()
    for block in blocks:
        packed.extend(block)
        coded.extend(block)
    columns: list[Column] = [packed.column(), coded.column()]
    texts = [clean_text(text) for block in blocks for text in block]
    kept = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    columns += [column.chosen(np.array(kept, dtype=bool)) for column in columns]
    chosen = [text for text, said in zip(texts, kept, strict=True) if said]
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(texts) + 1)] * 2)))
    for column, expected in zip(columns, [texts, texts, chosen, chosen], strict=True):
        assert column.between(first, last) == expected[first:last]
        assert column.blank().tolist() == [not text for text in expected]
        rows = [row for row, text in enumerate(expected) if "税" in text]
        assert column.wrong(fault_of, 2) == ([(row, FAULT) for row in rows[:2]], len(rows))


def test_a_column_in_bytes_takes_a_tenth_of_its_texts() -> None:
    packed = PackedColumn()
    packed.extend([f"{number:011d}" for number in range(1000)])
    ((block, lengths),) = packed._blocks
    assert len(block) + lengths.itemsize * len(lengths) == 15_000


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(0, 3), st.integers(0, 3)),
        min_size=1,
        max_size=30,
    )
)
def test_the_last_row_of_each_person_and_unit_counts(rows: list[tuple[str, int, int]]) -> None:
    # Two texts of a file, a and A, may mean one unit.
    units = CodedBuilder()
    units.extend([unit for unit, _, _ in rows])
    column = units.column()
    column.texts[:] = [{"C": "A"}.get(text, text) for text in column.texts]
    voters = np.array([[0, 0, 0, person] for _, person, _ in rows], dtype=">u8")
    voters[:, 0] = voters[:, 3] // 2  # persons whose first eight bytes are the same
    seconds = np.array([second for _, _, second in rows])
    expected: dict[tuple[str, int], int] = {}
    for row, (unit, person, second) in enumerate(rows):
        key = ({"C": "A"}.get(unit, unit), person)
        if key not in expected or second >= rows[expected[key]][2]:
            expected[key] = row
    found = last_of_each(column, voters, seconds).tolist()
    assert sorted(found) == sorted(expected.values())
    assert [rows[row][0] == "B" for row in found] == sorted(rows[row][0] == "B" for row in found)
