"""The one scan on Spark equals that on DuckDB.

The test is skipped without Spark, which `make test-spark` installs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from bot.results.scan import counts_from_parquet
from bot.results.scan_spark import counts_from_spark, local_session
from survey_flows.errors import BadInput
from tests.ballots import EMPTY, drawn, write_parquet

pytest.importorskip("pyspark", reason="no Spark: make test-spark")
pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore"),
]  # Spark's own libraries warn of each other


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    running = local_session()
    yield running
    running.stop()


@pytest.mark.parametrize("campaign", ["2026", "2025年", "none", "5%s'; --", "a\\'b\\"])
def test_spark_counts_what_duckdb_counts(session: Any, tmp_path: Path, campaign: str) -> None:
    ballots = drawn(11, 40_000)
    for number in range(0, 400, 4):
        ballots[number]["campaign"] = campaign
    paths = [write_parquet(tmp_path / f"{at}.parquet", ballots[at::3]) for at in range(3)]
    found = counts_from_spark(paths, campaign, session)
    assert found == counts_from_parquet(paths, campaign)
    assert (
        sum(row.count for row in found)
        == sum(ballot["campaign"] == campaign for ballot in ballots)
        > 0
    )


def test_spark_counts_nothing_in_files_without_ballots(session: Any, tmp_path: Path) -> None:
    parquet.write_table(EMPTY, tmp_path / "empty.parquet")
    assert counts_from_spark([tmp_path / "empty.parquet"], "2026", session) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"stratum": None}, "the column «stratum» is not filled"),
        ({"weight": 3}, "a fraud weight is 3 quarters"),
    ],
)
def test_spark_refuses_what_duckdb_refuses(
    session: Any, tmp_path: Path, wrong: dict[str, Any], told: str
) -> None:
    ballots = [ballot | {"campaign": "2026"} for ballot in drawn(12, 2)]
    path = write_parquet(tmp_path / "a.parquet", [ballots[0], ballots[1] | wrong])
    for scan in (
        counts_from_parquet,
        lambda paths, campaign: counts_from_spark(paths, campaign, session),
    ):
        with pytest.raises(BadInput, match=f"^a.parquet: {told}"):
            scan([path], "2026")


def test_a_file_that_is_not_ballots_is_refused(session: Any, tmp_path: Path) -> None:
    parquet.write_table(pa.table({"x": [1]}), tmp_path / "x.parquet")
    with pytest.raises(BadInput, match=r"^x.parquet: the column «campaign» is missing"):
        counts_from_spark([tmp_path / "x.parquet"], "2026", session)
