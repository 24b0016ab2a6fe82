"""The one scan, equal on every engine."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from aggregation.estimation.scores import PatternCount, score_table, score_units
from bot.results.scan import counts_from_parquet, read_counts, table_from_parquet
from bot.storage.database import open_database, writing
from bot.storage.migrate import migrate
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.ballots import EMPTY, counted, drawn, write_parquet
from tests.scoring import QUESTIONNAIRES, bounded_scheme, scheme


async def test_a_database_counts_what_is_there(store_url: str) -> None:
    ballots = drawn(1)
    database = open_database(store_url)
    try:
        await migrate(database)
        async with writing(database) as connection:
            await connection.execute(tables.ballots.insert(), ballots)
        for campaign in ("2026", "2025年", "none", "5%s'; --"):
            assert await read_counts(database, campaign) == counted(ballots, campaign)
    finally:
        await database.dispose()


@pytest.mark.postgres
async def test_sqlite_postgresql_and_duckdb_give_the_same_scores_to_the_bit(
    sqlite_url: str, postgres_url: str, tmp_path: Path
) -> None:
    ballots = drawn(5, 900)
    found = [counts_from_parquet([write_parquet(tmp_path / "a.parquet", ballots)], "2025年")]
    for url in (sqlite_url, postgres_url):
        database = open_database(url)
        try:
            await migrate(database)
            async with writing(database) as connection:
                await connection.execute(tables.ballots.insert(), list(reversed(ballots)))
            found.append(await read_counts(database, "2025年"))
        finally:
            await database.dispose()
    assert found == [counted(ballots, "2025年")] * 3
    categories = dict.fromkeys(["TAX", "市税务局", "é", "Z'; --"], "econ")
    for rules in (scheme(), bounded_scheme(unit=10)):
        scores = [repr(score_units(rows, categories, QUESTIONNAIRES, rules)) for rows in found]
        assert scores[0] == scores[1] == scores[2]


def test_parquet_counts_the_same_also_in_parts(tmp_path: Path) -> None:
    ballots = drawn(2)
    paths = [
        write_parquet(tmp_path / "a.parquet", ballots[:250]),
        write_parquet(tmp_path / "b.parquet", ballots[250:]),
    ]
    assert counts_from_parquet(paths, "2026") == counted(ballots, "2026")


def test_a_table_is_scored_as_its_rows_are(tmp_path: Path) -> None:
    ballots = [ballot | {"campaign": "2026"} for ballot in drawn(3, 3000)]
    path = write_parquet(tmp_path / "a.parquet", ballots)
    categories = {str(ballot["unit"]): "econ" for ballot in ballots}
    by_rows = score_units(counted(ballots, "2026"), categories, QUESTIONNAIRES, scheme())
    assert score_table(table_from_parquet([path]), categories, QUESTIONNAIRES, scheme()) == by_rows
    bounded = bounded_scheme()
    by_rows = score_units(counted(ballots, "2026"), categories, QUESTIONNAIRES, bounded)
    by_table = score_table(table_from_parquet([path]), categories, QUESTIONNAIRES, bounded)
    assert by_table == by_rows


def test_files_of_several_campaigns_need_a_choice(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="2025年, 2026; choose one"):
        counts_from_parquet([write_parquet(tmp_path / "a.parquet", drawn(4))])


def test_a_file_that_is_not_ballots_is_refused(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"x": [1]}), tmp_path / "x.parquet")
    (tmp_path / "y.parquet").write_text("not parquet")
    for name in ("x", "y", "missing"):
        with pytest.raises(BadInput, match=f"{name}.parquet"):
            counts_from_parquet([tmp_path / f"{name}.parquet"], "2026")


def test_a_campaign_without_ballots_is_scored_as_unheard(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", drawn(6, 50))
    assert counts_from_parquet([path], "2024") == []
    made = score_table(
        table_from_parquet([path], "2024"), {"TAX": "econ"}, QUESTIONNAIRES, scheme()
    )
    assert made == score_units([], {"TAX": "econ"}, QUESTIONNAIRES, scheme())
    assert (made["TAX"].n, made["TAX"].score, made["TAX"].flags[0]) == (0, None, "insufficient")


def test_files_without_ballots_count_nothing(tmp_path: Path) -> None:
    parquet.write_table(EMPTY, tmp_path / "empty.parquet")
    assert counts_from_parquet([tmp_path / "empty.parquet"]) == []


ONE = {name: value for name, value in drawn(7, 1)[0].items() if name != "voter"}


@pytest.mark.parametrize("column", ["campaign", *PatternCount.__slots__[:-1]])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    path = write_parquet(
        tmp_path / "a.parquet", [{name: value for name, value in ONE.items() if name != column}]
    )
    with pytest.raises(BadInput, match=f"^a.parquet: the column «{column}» is missing"):
        counts_from_parquet([path], "2026")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"stratum": None}, "a.parquet: the column «stratum» is not filled in every ballot"),
        ({"campaign": None}, "column campaign: there are ballots without a campaign"),
        ({"weight": 3}, "a.parquet: a fraud weight is 3 quarters"),
        ({"weight": -4}, "a.parquet: a fraud weight is -4 quarters"),
    ],
)
def test_a_ballot_with_a_wrong_value_is_refused(
    tmp_path: Path, wrong: dict[str, object], told: str
) -> None:
    ballots = [ONE | {"weight": 4}, ONE | wrong]
    with pytest.raises(BadInput, match=f"^{told}"):
        counts_from_parquet([write_parquet(tmp_path / "a.parquet", ballots)])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"weight": "4"}, "whole numbers"), ({"weight": 2.5}, "whole numbers"), ({"unit": 7}, "text")],
)
def test_a_column_of_another_type_is_refused(
    tmp_path: Path, wrong: dict[str, object], told: str
) -> None:
    path = write_parquet(tmp_path / "a.parquet", [ONE | wrong])
    with pytest.raises(BadInput, match=f"the column «{next(iter(wrong))}» has to hold {told}"):
        table_from_parquet([path])
