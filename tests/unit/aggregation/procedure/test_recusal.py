"""Who must stand aside: by login and by person, from a unit, its parts and its people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregation.procedure.recusal import BARS, Bar, Officer, Ties, bar_of, unbarred

TIES = Ties(
    homes={
        "P1": frozenset({"TOB"}),
        "P2": frozenset({"TOB-1"}),
        "P3": frozenset({"LAC"}),
        "P4": frozenset({"LAC", "OLD"}),
    },
    heads={"TOB": frozenset({"P1"}), "LAC": frozenset({"P3"})},
    parents={"TOB-1": frozenset({"TOB"}), "TOB-1-1": frozenset({"TOB-1"})},
    same={"OLD": frozenset({"NEW"}), "NEW": frozenset({"OLD"})},
)
ZHOU = Officer("zhou")


@pytest.mark.parametrize(
    ("officer", "subject", "expected"),
    [
        (ZHOU, "TOB", None),
        # A person bars themselves, whatever unit the account belongs to.
        (replace(ZHOU, persons=frozenset({"P3"})), "P3", Bar.SELF),
        # The unit of the account: itself, above and below, and its people.
        (replace(ZHOU, units=frozenset({"TOB"})), "TOB", Bar.UNIT),
        (replace(ZHOU, units=frozenset({"TOB"})), "TOB-1-1", Bar.UNIT),
        (replace(ZHOU, units=frozenset({"TOB-1-1"})), "TOB", Bar.UNIT),
        (replace(ZHOU, units=frozenset({"TOB"})), "P2", Bar.UNIT),
        (replace(ZHOU, units=frozenset({"TOB-1"})), "P1", Bar.UNIT),
        (replace(ZHOU, units=frozenset({"TOB"})), "LAC", None),
        (replace(ZHOU, units=frozenset({"TOB"})), "P3", None),
        # The dated posts of the person bar too, in any unit since the year began.
        (replace(ZHOU, persons=frozenset({"P4"})), "LAC", Bar.UNIT),
        (replace(ZHOU, persons=frozenset({"P4"})), "P3", Bar.UNIT),
        (replace(ZHOU, persons=frozenset({"P4"})), "NEW", Bar.UNIT),
        (replace(ZHOU, persons=frozenset({"P4"})), "TOB", None),
        # Kin of the subject, and of the principals of a unit; not of somebody beside them.
        (replace(ZHOU, kin=frozenset({"P1"})), "P1", Bar.KIN),
        (replace(ZHOU, kin=frozenset({"P1"})), "TOB", Bar.KIN),
        (replace(ZHOU, kin=frozenset({"P1"})), "P2", None),
        (replace(ZHOU, kin=frozenset({"P2"})), "TOB", None),
        # An accepted challenge bars from this subject alone.
        (replace(ZHOU, challenged=frozenset({"TOB"})), "TOB", Bar.CHALLENGE),
        (replace(ZHOU, challenged=frozenset({"TOB"})), "P1", None),
    ],
)
def test_row_own_unit_login_and_person_bar(
    officer: Officer, subject: str, expected: Bar | None
) -> None:
    assert bar_of(officer, subject, TIES) is expected


def test_row_own_unit_who_wrote_or_decided_what_is_contested_is_barred() -> None:
    assert bar_of(ZHOU, "TOB", TIES, ("zhou",)) is Bar.CONTESTED
    assert bar_of(ZHOU, "TOB", TIES, ("chen",)) is None


def test_nobody_is_left_where_everybody_is_barred() -> None:
    officers = [
        replace(ZHOU, units=frozenset({"TOB"})),
        Officer("chen", kin=frozenset({"P1"})),
        Officer("dai"),
    ]
    assert unbarred(officers, "TOB", TIES) == ["dai"]
    assert unbarred(officers, "TOB", TIES, ("dai",)) == []
    assert unbarred(officers, "P3", TIES) == ["chen", "dai", "zhou"]


def test_a_ring_of_units_is_walked_once() -> None:
    ring = Ties(parents={"A": frozenset({"B"}), "B": frozenset({"A"})})
    assert ring.are_related("A", "B")
    assert not ring.are_related("A", "C")


def test_every_bar_has_its_words() -> None:
    assert set(BARS) == set(Bar)
