"""Runs the scan on Spark, for ballots that one machine cannot hold.

It needs the extra ``spark`` and Java.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aggregation.counts.scan import PatternCount
from bot.results.scan import check_files, check_values, counts_of, scan_sql
from survey_flows.errors import BadInput, Message


def counts_from_spark(
    paths: Sequence[Path], campaign: str, session: Any = None
) -> list[PatternCount]:
    """Count as `bot.results.scan.counts_from_parquet`, on Spark.

    Args:
        paths: Parquet files with the columns of the table of ballots.
        campaign: its id.
        session: the cluster's; None makes one on this machine.

    Raises:
        BadInput: as `counts_from_parquet`, or Spark is not installed.
    """
    check_files(paths)
    spark = session or local_session()
    spark.read.parquet(*map(str, paths)).createOrReplaceTempView("ballots")
    table = spark.sql(scan_sql("spark", campaign)).toArrow()
    check_values(table, ", ".join(path.name for path in paths))
    return counts_of(table)


def local_session() -> Any:
    """Return a session on this machine, the running one if there is one.

    Raises:
        BadInput: Spark is not installed.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise BadInput(Message("results-no-spark")) from None
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    quiet |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    builder = SparkSession.builder.master("local[2]").appName("minping")
    for name, value in quiet.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
