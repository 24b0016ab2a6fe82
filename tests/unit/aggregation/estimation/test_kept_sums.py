"""Sums by key: what is kept, what is joined, and what they are worth to a variance."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from aggregation.counts.ratings import PatternReader
from aggregation.estimation.method2.kept_sums import (
    FEWEST_ANSWERS,
    KeptSums,
    Moments,
    PlacedCount,
    clusters_of,
    dump_kept,
    exact_sums,
    gathered_again,
    kept_sums,
    load_kept,
)
from survey_flows.ballot import STAFF
from tests.scoring import QUESTIONNAIRES, bounded_scheme

SCHEME = bounded_scheme()


def kept(*rows: tuple[str, str, int, int]) -> dict[str, KeptSums]:
    """Keep the sums of answers «satisfied» of U by source, group, key and number."""
    placed = [
        PlacedCount("U", "single", group, "", source, 4, "S", key, 1, ballots)
        for source, group, key, ballots in rows
    ]
    return kept_sums(placed, PatternReader(QUESTIONNAIRES, SCHEME))


def test_few_answers_of_a_key_join_the_next_one_and_the_last_the_one_before() -> None:
    found = kept(
        ("invited", "deputy", 1, 4),
        ("invited", "deputy", 2, 5),
        ("invited", "deputy", 4, 3),
        ("invited", "deputy", 5, 12),
        ("invited", "deputy", 9, 2),
        ("personal", "deputy", 3, 9),
        ("personal", "deputy", 0, 2),
        ("invited", STAFF, 1, 40),
    )["U"]
    assert {part: sums.n for part, sums in found.clusters.items()} == {
        ("deputy", "invited", 4): 12,
        ("deputy", "invited", 5): 14,
        ("deputy", "", 0): 11,
    }
    assert {had: sums.n for had, sums in found.reminders.items()} == {1: 11}


def test_few_who_came_after_reminders_join_others_and_few_in_all_are_dropped() -> None:
    def reminders(*counts: tuple[int, int]) -> dict[int, int]:
        """Return what is kept of counts by reminders."""
        rows = [
            PlacedCount("U", "single", "resident", "", "personal", 4, "S", 0, had, ballots)
            for had, ballots in counts
        ]
        found = kept_sums(rows, PatternReader(QUESTIONNAIRES, SCHEME))["U"]
        return {had: sums.n for had, sums in found.reminders.items()}

    assert reminders((0, 30), (2, 1)) == {0: 31}
    assert reminders((0, 3), (1, 8), (2, 12)) == {1: 11, 2: 12}
    assert reminders((0, 3), (1, 4)) == {}


def test_sums_are_the_same_whatever_was_read_beside_them() -> None:
    own = [PlacedCount("U", "window", "resident", "", "personal", 4, "VS VS VS VS", 0, 0, 12)]
    other = [PlacedCount("V", "uneven", "resident", "", "personal", 4, "S VD B", 0, 0, 12)]
    alone = kept_sums(own, PatternReader(QUESTIONNAIRES, SCHEME))["U"]
    beside = kept_sums(own + other, PatternReader(QUESTIONNAIRES, SCHEME))["U"]
    assert alone.scale < beside.scale
    assert exact_sums(alone) == exact_sums(beside)
    clusters, reminders = exact_sums(alone)
    assert clusters == {("resident", "", 0): (12, 48, 4800, 480_000)}
    assert reminders == {0: (12, 48, 4800, 480_000)}
    less = kept_sums(own[:0] + other, PatternReader(QUESTIONNAIRES, SCHEME))["V"]
    assert exact_sums(less) != exact_sums(alone)


answers = st.lists(
    st.tuples(
        st.sampled_from(["VS", "S", "B", "D", "VD", "DK"]),
        st.sampled_from(["personal", "invited", "open"]),
        st.integers(0, 31),
        st.integers(0, 2),
        st.sampled_from([0, 1, 2, 4]),
        st.integers(1, 30),
    ),
    max_size=40,
)


@given(said=answers)
def test_nothing_is_lost_and_no_key_stands_for_few(
    said: list[tuple[str, str, int, int, int, int]],
) -> None:
    rows = [
        PlacedCount("U", "single", "resident", "", source, weight, code, key, had, ballots)
        for code, source, key, had, weight, ballots in said
    ]
    reader = PatternReader(QUESTIONNAIRES, SCHEME)
    found = kept_sums(rows, reader)
    assert {
        unit: load_kept(json.loads(json.dumps(dump_kept(it)))) for unit, it in found.items()
    } == (found)
    own = found.get("U", KeptSums(1))
    assert all(sums.n >= FEWEST_ANSWERS for (_, _, key), sums in own.clusters.items() if key)
    assert all(sums.n >= FEWEST_ANSWERS for sums in own.reminders.values())
    whole = {part[:2] for part in own.clusters if part[2]}
    beside = {part: sums for part, sums in own.clusters.items() if part[:2] in whole}
    assert all(sums.n >= FEWEST_ANSWERS for sums in beside.values())
    assert found == {
        unit: gathered_again(sums) for unit, sums in kept_sums(rows, reader, older=True).items()
    }
    for channel, sources in (("", "personal"), ("open", "open"), ("invited", "invited")):
        points = [
            (weight, ballots, reader.read("single", code).score)
            for code, source, _, _, weight, ballots in said
            if source == sources
        ]
        parts = [sums for part, sums in own.clusters.items() if part[1] == channel]
        total = (
            Moments(*(sum(column) for column in zip(*parts, strict=True))) if parts else Moments()
        )
        assert total.n == sum(n for w, n, y in points if w and y is not None)
        assert total.wy == own.scale * sum(w * n * y for w, n, y in points if y is not None)
        assert total.wy2 == own.scale**2 * sum(w * n * y * y for w, n, y in points if y is not None)


def test_sums_are_in_ballots_and_points_where_they_enter_the_variance() -> None:
    (cluster,) = clusters_of(kept(("invited", "deputy", 7, 12)))["U", "deputy", "invited"]
    assert (cluster.key, cluster.n, cluster.weight) == ("7", 12, 12.0)
    assert (cluster.points, cluster.squares) == (960.0, 76_800.0)
