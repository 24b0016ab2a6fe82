"""What a Parquet file declares is checked before it is unpacked; messages tell the figure."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from bot.spreadsheets import parquet_footer, parquet_tables
from bot.spreadsheets.columnar import read_table
from bot.spreadsheets.parquet_footer import Limits
from survey_flows.errors import BadInput

NEEDED = {"id": "respondent"}


def written(folder: Path, table: pa.Table, **options: object) -> Path:
    path = folder / "t.parquet"
    parquet.write_table(table, path, **options)
    return path


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as error:
        read_table(path, NEEDED)
    return str(error.value)


def varint(number: int) -> bytes:
    found = b""
    while number > 127:
        found += bytes([number & 127 | 128])
        number >>= 7
    return found + bytes([number])


def with_rows(path: Path, rows: int, declared: int) -> bytes:
    """The file with another number of rows in its footer."""
    data = path.read_bytes()
    size = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - size : -8]
    # Field 3 of the structure, a number of eight bytes, folded.
    old, new = (b"\x16" + varint(2 * number) for number in (rows, declared))
    assert old in footer  # first as the file's rows, then as those of its row group
    changed = footer.replace(old, new, 1)
    return data[: -8 - size] + changed + len(changed).to_bytes(4, "little") + b"PAR1"


def test_declared_rows_are_counted_before_anything_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, pa.table({"id": ["a"] * 77}))
    path.write_bytes(with_rows(path, 77, 10**12))
    assert refused(path) == (
        "t.parquet: the table declares 1000000000000 rows, of at most 5000000; split it"
    )
    path = written(tmp_path, pa.table({"id": ["a"] * 77}))
    path.write_bytes(with_rows(path, 77, 5_000))
    assert "footer: this part of the Parquet file is damaged" in refused(path)


def test_a_page_that_unpacks_to_more_is_refused_with_the_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = pa.table({"id": [f"{n:09}" for n in range(400_000)]})
    options = {"use_dictionary": False, "data_page_size": 10**8, "max_rows_per_page": 10**7}
    path = written(tmp_path, texts, compression="zstd", **options)
    monkeypatch.setattr(parquet_footer, "MAX_PAGE", 1_000_000)
    assert "column id: this part unpacks to 6 MB, of at most 1" in refused(path)
    monkeypatch.setattr(parquet_footer, "MAX_PAGE", 100_000_000)
    monkeypatch.setattr(parquet_tables, "LIMITS", Limits(5_000_000, 2_000_000))
    assert "the columns unpack to 6 MB, of at most 2; split the table" in refused(path)


def test_a_text_that_is_repeated_for_every_row_is_refused_before_it_is(tmp_path: Path) -> None:
    repeated = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), ["x" * 900_000])
    assert "900000 characters, of at most 32767" in refused(
        written(tmp_path, pa.table({"id": repeated}), compression="zstd", store_schema=False)
    )
    plain = pa.table({"id": ["x" * 900_000] * 20})
    assert "characters, of at most 32767" in refused(
        written(tmp_path, plain, compression="zstd", use_dictionary=False)
    )


def test_a_schema_without_end_is_refused(tmp_path: Path) -> None:
    kind: pa.DataType = pa.int64()
    for _ in range(60):
        kind = pa.struct([("x", kind)])
    table = pa.table({"id": ["a"], "deep": pa.array([None], kind)})
    assert "footer: this part of the Parquet file is damaged" in refused(written(tmp_path, table))


def test_any_bytes_of_a_footer_are_a_value_or_a_sentence(tmp_path: Path) -> None:
    whole = written(tmp_path, pa.table({"id": ["a", "b", "c"] * 40})).read_bytes()
    chance, found = random.Random(5), set()
    for _ in range(100):
        changed = bytearray(whole)
        changed[chance.randrange(len(changed) - 8)] = chance.randrange(256)
        path = tmp_path / "t.parquet"
        path.write_bytes(changed)
        try:
            read_table(path, NEEDED)
            found.add("read")
        except BadInput as error:
            found.add("refused " + error.place.file)
    assert found == {"read", "refused t.parquet"}
