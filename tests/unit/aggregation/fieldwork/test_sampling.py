"""The draw against sha256sum, and allocations computed by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from aggregation.fieldwork.sampling import (
    Sample,
    SampleDesign,
    allocate,
    draw_numbers,
    frame_digest,
    lot_of,
    sample_contradiction,
)
from survey_flows.errors import BadInput, Message

FRAME = {"a": ["03", "00", "01"], "b": ["04", "02"]}


def design(
    method: str = "proportional", size: int = 0, least: int = 0, **values: str
) -> SampleDesign:
    return SampleDesign(
        method, size, least, {cell: Decimal(value) for cell, value in values.items()}
    )


def test_lots_and_digest_are_those_of_sha256sum() -> None:
    # printf '%s%s' seed 00 | sha256sum, and so on
    assert {number: lot_of("seed", number)[:16] for number in ("00", "01", "02", "03", "04")} == {
        "00": "20fe9e8e9e69eb7b",
        "01": "218295c2817ce30c",
        "02": "d2890c48fe00e6b7",
        "03": "d625a8c4a08e041b",
        "04": "5dbdef6995a97f61",
    }
    # printf '00 a\n01 b\n' | sha256sum
    digest = "166cd92c4abef3496c18f1a9cb441dc4f460fae53f98778c46775a8b2d4a0320"
    assert frame_digest({"b": ["01"], "a": ["00"]}) == digest


def test_the_smallest_lots_of_each_cell_are_drawn() -> None:
    assert draw_numbers("seed", FRAME, {"a": 2, "b": 1}) == {"a": ["00", "01"], "b": ["04"]}
    assert draw_numbers("seed", FRAME, {"a": 0, "b": 2}) == {"b": ["04", "02"]}
    with pytest.raises(BadInput, match="cell b: 3 are to be drawn of 2; draw fewer"):
        draw_numbers("seed", FRAME, {"b": 3})


@pytest.mark.parametrize(
    ("chosen", "people", "expected"),
    [
        # 10 x 27/99 = 2.73, 24: 2.42, 18: 1.82, 30: 3.03; the two left go to .82 and .73
        (design(size=10), {"B": 27, "C": 24, "D": 18, "E": 30}, {"B": 3, "C": 2, "D": 2, "E": 3}),
        # the small cell is raised to 10, and 90 are shared 600 : 300
        (design(size=100, least=10), {"a": 600, "b": 300, "c": 20}, {"a": 60, "b": 30, "c": 10}),
        # a cell smaller than the least is taken whole
        (design(size=100, least=10), {"a": 600, "b": 300, "c": 4}, {"a": 64, "b": 32, "c": 4}),
        # 100 x 2 = 200 x 1
        (design("neyman", 30, a="2", b="1"), {"a": 100, "b": 200}, {"a": 15, "b": 15}),
        # 10 x 100 and 990 x 1 would give the first cell 50 of its 10
        (design("neyman", 100, a="100", b="1"), {"a": 10, "b": 990}, {"a": 10, "b": 90}),
        # the first has so much too many that the second, at first under its least,
        # gets far more than that
        (design("neyman", 100, 20, a="99", b="0.01"), {"a": 10, "b": 1000}, {"a": 10, "b": 90}),
        # 0.3 : 0.1 exactly, not as floats
        (design("neyman", 4, a="0.3", b="0.1"), {"a": 10, "b": 10}, {"a": 3, "b": 1}),
        (design("fixed", 5, 2, a="5"), {"a": 9, "b": 9}, {"a": 5, "b": 0}),
    ],
)
def test_a_sample_is_allocated(
    chosen: SampleDesign, people: dict[str, int], expected: dict[str, int]
) -> None:
    assert allocate(chosen, people) == expected


@pytest.mark.parametrize(
    ("chosen", "complaint"),
    [
        (
            design(size=12),
            "sample: 12 do not fit: with at least 0 from each cell the sample has 0 to 11",
        ),
        (
            design(size=3, least=2),
            "sample: 3 do not fit: with at least 2 from each cell the sample has 4 to 11",
        ),
        (design("neyman", 3, a="1"), "cell b: give its standard deviation, a number above 0"),
        (design("neyman", 3, a="1", b="0"), "cell b: give its standard deviation"),
        (
            design("neyman", 3, a="1", b="1", c="1"),
            "cell c: nobody in this cell can be invited; leave it out",
        ),
        (
            design("fixed", 10, a="10"),
            "cell a: 10 cannot be drawn; give a whole number from 0 to 9",
        ),
        (
            design("fixed", 1, a="1.5"),
            "cell a: 1.5 cannot be drawn; give a whole number from 0 to 9",
        ),
        (design("fixed", 1, 2, a="1"), "cell a: 1 are fewer than 2; draw more or none"),
        (design("fixed", 3, a="1"), "sample: the cells have 1 and the sample 3"),
        (
            design("equal", 3),
            "sample: there is no allocation «equal»; there are proportional, neyman, fixed",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(chosen: SampleDesign, complaint: str) -> None:
    with pytest.raises(BadInput) as refused:
        allocate(chosen, {"a": 9, "b": 2})
    assert str(refused.value).startswith(complaint)


def test_a_published_sample_that_was_changed_is_noticed() -> None:
    good = Sample("year", "seed", design(size=3), FRAME, {"a": ["00", "01"], "b": ["04"]})
    assert sample_contradiction(good) is None
    for cell, drawn in (
        ("a", {"a": ["00", "03"], "b": ["04"]}),
        ("b", {"a": ["00", "01"], "b": []}),
        ("c", {**good.drawn, "c": ["05"]}),
    ):
        found = sample_contradiction(replace(good, drawn=drawn))
        assert found == Message("fieldwork-others-drawn", cell=cell)
    other = sample_contradiction(replace(good, seed="seen"))
    assert other is not None
    assert other.id == "fieldwork-others-drawn"
    twice = replace(good, frame={"a": ["00", "01", "03"], "b": ["00", "04"]})
    assert sample_contradiction(twice) == Message("fieldwork-number-twice")
