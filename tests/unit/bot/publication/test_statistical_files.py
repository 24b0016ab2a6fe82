"""Files for statisticians are read back with labels and missing codes, without a small count."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pyreadstat
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount
from aggregation.disclosure.patterns import disclosed_patterns
from aggregation.estimation.scores import score_units
from bot.campaigns.registered import RegisteredCampaign
from bot.publication.exports import campaign_book, statistical_files
from bot.publication.exports.labelled_data import BOUND_ONLY, DONT_KNOW, SUPPRESSED
from bot.publication.exports.writers import page_records
from bot.results.scoring import ScoredCampaign
from survey_flows.campaign_definition import Unit
from tests.ballots import CODES
from tests.scoring import WINDOW, scheme

SCHEME = scheme(group=10, unit=20)
UNITS = {
    code: Unit(code, {"zh-Hans": code, "en": code}, "window", "econ", code.lower())
    for code in ("TAX", "市局")
}
SHEETS = {"window": WINDOW}


def scored(*rows: tuple[str, str, int, str, int]) -> ScoredCampaign:
    """A campaign from rows of unit, group, weight, pattern, count."""
    counts = tuple(
        PatternCount(unit, "window", grp, "", "invited", w, p, n) for unit, grp, w, p, n in rows
    )
    registered = RegisteredCampaign(
        "c1", 2026, {"zh-Hans": "民评", "en": "Poll"}, "closed", 0, 1, UNITS, SHEETS, SCHEME
    )
    return ScoredCampaign(
        registered, counts, score_units(counts, dict.fromkeys(UNITS, "econ"), SHEETS, SCHEME)
    )


GIVEN = scored(
    ("TAX", "resident", 4, "VS VS S VS", 61),
    ("TAX", "resident", 4, "VS DK S -", 36),
    ("TAX", "service_user", 4, "S S S S", 45),
    ("TAX", "service_user", 0, "VD VD VD VD", 33),
    ("TAX", "service_user", 4, "D D D D", 20),
    ("TAX", "staff", 4, "VS VS VS VS", 50),
    ("TAX", "resident", 4, "DK DK DK DK", 24),
    ("市局", "resident", 4, "VS VS S VS", 33),
    ("市局", "resident", 4, "S S S S", 30),
    ("市局", "deputy", 4, "VD VD VD VD", 9),
)
BOOK = campaign_book(GIVEN, "Asia/Shanghai")


def read_sav(files: dict[str, bytes], name: str, folder: Path, **options: bool):  # type: ignore[no-untyped-def]
    path = folder / "x.sav"
    path.write_bytes(files[name])
    return pyreadstat.read_sav(str(path), **options)


@pytest.mark.parametrize(
    ("lang", "labels", "count", "dont_know"),
    [
        ("zh-Hans", ["题"] * 4, "评价票（至少，整十）", "DK"),
        ("en", ["Title"] * 4, "ballots, at least so many: rounded down to tens", "DK"),
    ],
)
def test_answers_read_back_from_spss_with_labels_and_missing_codes(
    tmp_path: Path, lang: str, labels: list[str], count: str, dont_know: str
) -> None:
    files = statistical_files(BOOK, "sav")
    frame, meta = read_sav(files, f"answers-c1-window.{lang}.sav", tmp_path, user_missing=True)
    assert meta.column_names == ["overall", "ease", "speed", "attitude", "ballots"]
    assert meta.column_labels == [*labels, count]
    assert meta.variable_value_labels["ease"] == {
        1: "VS",
        2: "S",
        3: "B",
        4: "D",
        5: "VD",
        DONT_KNOW: dont_know,
    }
    assert meta.missing_ranges["ease"] == [{"lo": DONT_KNOW, "hi": DONT_KNOW}]
    assert meta.variable_measure["ease"] == "ordinal"
    rows = {tuple(row[:4]): row[4] for row in frame.fillna(-1).to_numpy().tolist()}
    # 94 ballots gave the first pattern and 36 the second; 10 are what rounding took from both.
    assert rows[1, 1, 2, 1] == 90
    assert rows[1, DONT_KNOW, 2, -1] == 30
    assert rows[4, 4, 4, 4] == 20
    assert all(ballots % 10 == 0 and ballots >= 10 for ballots in rows.values())
    plain, _ = read_sav(files, f"answers-c1-window.{lang}.sav", tmp_path)
    assert np.isnan(plain["ease"]).sum() == sum(row[1] in (-1, DONT_KNOW) for row in rows)


def test_pages_read_back_from_spss_and_parquet_as_they_are_told(tmp_path: Path) -> None:
    savs, parquets = statistical_files(BOOK, "sav"), statistical_files(BOOK, "parquet")
    for page in BOOK.pages:
        told = page_records(page)
        table = pq.read_table(io.BytesIO(parquets[f"{page.name}.parquet"])).to_pylist()
        frame, meta = read_sav(savs, f"{page.name}.en.sav", tmp_path, user_missing=True)
        assert len(told) == len(table) == len(frame)
        for at, (cells, row) in enumerate(zip(told, table, strict=True)):
            for name, cell in cells.items():
                kept = frame[name if name in frame else f"{name}_"][at]
                if cell == "*" or (
                    isinstance(cell, str) and cell[:1] in ("<", ">") and not isinstance(kept, str)
                ):
                    assert (kept, row[name]) == (SUPPRESSED if cell == "*" else BOUND_ONLY, None)
                    assert name in row["hidden"].split()
                elif isinstance(cell, str) or isinstance(kept, str):
                    assert (kept, row[name]) == (str(cell or "").rstrip(), cell or "")
                else:
                    assert row[name] == cell
                    assert np.isnan(kept) if cell is None else kept == cell
    _, meta = read_sav(savs, "units.zh-Hans.sav", tmp_path, user_missing=True)
    assert meta.column_names_to_labels["public_score"] == "民评得分"
    hidden = [
        name
        for row in page_records(BOOK.page("units"))
        for name, cell in row.items()
        if cell == "*"
    ]
    assert meta.missing_ranges[hidden[0]] == [{"lo": SUPPRESSED, "hi": SUPPRESSED}]
    assert meta.variable_value_labels[hidden[0]] == {SUPPRESSED: "人数过少，不公布"}
    schema = pq.read_schema(io.BytesIO(parquets["units.parquet"]))
    assert (
        json.loads(schema.field("n_valid").metadata[b"minping"])["en"] == "valid ballots that count"
    )


def test_the_same_book_gives_the_same_files() -> None:
    for form in ("sav", "parquet"):
        assert statistical_files(BOOK, form) == statistical_files(
            campaign_book(GIVEN, "Asia/Shanghai"), form
        )


def test_a_book_without_rows_has_files(tmp_path: Path) -> None:
    book = replace(BOOK, pages=tuple(replace(page, rows=()) for page in BOOK.pages))
    frame, _ = read_sav(statistical_files(book, "sav"), "units.en.sav", tmp_path)
    assert (len(frame), next(iter(frame))) == (0, "code")
    assert (
        pq.read_table(io.BytesIO(statistical_files(book, "parquet")["units.parquet"])).num_rows == 0
    )


PATTERNS = st.lists(st.sampled_from(CODES), min_size=4, max_size=4).map(" ".join)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(list(UNITS)),
        st.sampled_from(["resident", "service_user"]),
        PATTERNS,
        st.integers(1, 60),
    ),
    min_size=1,
    max_size=40,
)
FLOOR = 10
EVERY = [" ".join(CODES[at] for at in place) for place in np.ndindex(*(len(CODES),) * 4)]


@settings(max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate])
@given(ROWS)
def test_every_count_that_is_not_told_could_be_anything_in_an_interval_of_nine(
    rows: list[tuple[str, str, str, int]],
) -> None:
    """Bound each count by linear programming over all patterns.

    The attacker knows every disclosed overall answer, the file, and, at worst,
    the number of valid ballots and the mean of them all.
    """
    case = scored(*((unit, grp, 4, pattern, n) for unit, grp, pattern, n in rows))
    reader, told = PatternReader(SHEETS, SCHEME), case.disclosed
    listed = disclosed_patterns(case.counts, told, reader, FLOOR).get("window", {})
    pool: Counter[str] = Counter()
    for unit, _, pattern, n in rows:
        distribution = told[unit].distribution
        if not told[unit].withheld and distribution.get(pattern.split()[0]) is not None:
            pool[pattern] += n
    assert all(
        n % FLOOR == 0 and FLOOR <= n <= pool[pattern] < n + FLOOR for pattern, n in listed.items()
    )
    totals = Counter(pattern.split()[0] for pattern in pool.elements())
    sums = {
        code: total - sum(n for p, n in listed.items() if p.split()[0] == code)
        for code, total in totals.items()
    }
    assert all(rest == 0 or rest >= FLOOR for rest in sums.values()), (
        "the rest of an overall answer is no small cell"
    )
    outcomes = [reader.read("window", pattern) for pattern in EVERY]
    values = np.array([float(outcome.score or 0) for outcome in outcomes])
    valid = np.array([float(outcome.score is not None) for outcome in outcomes])
    rest = np.array([pool[pattern] - listed.get(pattern, 0) for pattern in EVERY], dtype=float)
    known = [np.array([float(p.split()[0] == code) for p in EVERY]) for code in CODES] + [
        valid,
        values * valid,
    ]
    most = [FLOOR - 1 if pattern in listed else None for pattern in EVERY]
    free = [at for at, pattern in enumerate(EVERY) if pattern in pool and pattern not in listed]
    for at in free[:3]:
        ends = [bound(at, sign, known, rest, most) for sign in (1, -1)]
        alone = bound(at, -1, known[:-2], rest, most)
        # A mean at its end says that all said so; that is told by the mean, not by this file.
        assert ends[1] - ends[0] >= FLOOR - 1 or ends[1] < alone


def bound(
    at: int, sign: int, known: list[np.ndarray], rest: np.ndarray, most: list[int | None]
) -> float:
    """The least (1) or the largest (−1) that a pattern's count may be."""
    aim = np.zeros(len(rest))
    aim[at] = sign
    limits = [(0, limit) for limit in most]
    matrix = np.array(known)
    return sign * linprog(aim, A_eq=matrix, b_eq=matrix @ rest, bounds=limits, method="highs").fun
