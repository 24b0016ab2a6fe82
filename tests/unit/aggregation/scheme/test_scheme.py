"""The scheme as validated data: its digest, and a problem for every wrong field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aggregation.rules import registry
from aggregation.scheme.scheme import Scheme, parse_scheme
from bot.campaigns.scheme_files import load_scheme_file, offered_scheme, read_scheme, shipped_scheme
from survey_flows.errors import BadInput
from tests.cities import scheme_data


def changed(path: str, value: Any) -> dict[str, Any]:
    data = scheme_data()
    *parents, last = path.split(".")
    place = data
    for key in parents:
        place = place[int(key)] if isinstance(place, list) else place[key]
    place[last] = value
    return data


def test_the_shipped_scheme_grades_ninety_nine_departments_and_turns_every_rule_on() -> None:
    scheme = shipped_scheme()
    quota = scheme.unit_quota
    assert (quota.first, quota.second, quota.third) == (18, 75, 6)
    assert set(offered_scheme().rules) == set(registry())
    assert set(registry()) - set(scheme.rules) == {"low_personal_score"}


def test_a_stored_scheme_is_read_back_as_it_was() -> None:
    scheme = shipped_scheme()
    again = Scheme.model_validate_json(scheme.model_dump_json())
    assert again == scheme
    assert again.digest == scheme.digest


def test_the_digest_is_of_the_meaning_and_not_of_the_spelling() -> None:
    assert parse_scheme(changed("overall_share", "40.0")).digest == shipped_scheme().digest
    assert parse_scheme(changed("overall_share", "41")).digest != shipped_scheme().digest


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "categories.B_econ.weights.public",
            31,
            "categories.B_econ.weights: the weights sum to 101; change them",
        ),
        (
            "categories.B_econ.group_weights.deputy",
            9,
            "categories.B_econ.group_weights: the weights sum to 99; change",
        ),
        (
            "categories.B_econ.weights",
            {"growth": 100},
            "categories.B_econ.weights: 'growth' is unknown; use one of gov",
        ),
        (
            "categories.B_econ.group_weights",
            {"tourist": 100},
            "categories.B_econ.group_weights: 'tourist' is unknown; use one of deputy, enterprise",
        ),
        (
            "categories.B_econ.graded_by",
            "chance",
            "categories.B_econ.graded_by: use one of quota, league",
        ),
        ("leagues", {}, "leagues: a category is graded by league, so name the leagues"),
        ("unit_quota.first", -1, "unit_quota.first: the number must be at least 0"),
        ("unit_quota.ties", "coin", "unit_quota.ties: use one of better, middle"),
        (
            "default_scale",
            "ten",
            "default_scale: 'ten' is unknown; use one of five_dk, linear5_dk, three_dk or add it",
        ),
        ("dk_flag_pct", 150, "dk_flag_pct: the number must be at most 100"),
        ("open_link_cap_pct", -1, "open_link_cap_pct: the number must be at least 0"),
        ("tie_breaks", ["luck"], "tie_breaks: 'luck' is unknown"),
        (
            "scales.five_dk.options.0.points",
            79,
            "scales.five_dk.options: list at least two options with points, the b",
        ),
        ("scales.five_dk.options.0.code", "S", "scales.five_dk.options: a code stands twice"),
        (
            "leaders.shares.principal.unit",
            71,
            "leaders.shares.principal: unit 71 and personal 30 must sum to 100",
        ),
        (
            "leaders.shares",
            {"deputy": {"unit": 50, "personal": 50}},
            "leaders.shares: give shares for both principal",
        ),
        (
            "leaders.first_pct.third",
            30,
            "leaders.first_pct: a worse unit may not have the higher ceiling",
        ),
        (
            "leaders.first_pct",
            {"first": 25},
            "leaders.first_pct: give a ceiling for units of the first, second and",
        ),
        (
            "adjustments.bonus_max",
            -3,
            "adjustments.bonus_max: the number must be at least 0",
        ),
        (
            "procedure.second_appeal_days",
            0,
            "procedure.second_appeal_days: the number must be at least 1",
        ),
        (
            "rules.bottom_rank.league",
            -1,
            "rules.bottom_rank.league: the number must be at least 0",
        ),
        (
            "rules.unfitness.severity",
            1,
            "rules.unfitness.severity: this field is not known; remove it",
        ),
        ("rules.whim", {}, "rules: 'whim' is unknown; use one of bottom_rank, criminal_offence"),
        ("min_n.unit", -5, "min_n.unit: the number must be at least 0"),
        ("confidence_pct", 100, "confidence_pct: the number must be less than 100"),
        ("colour", "red", "colour: this field is not known; remove it"),
        (
            "indicators.public",
            {"zh": "民评", "en": "Public"},
            "indicators.public: this name is kept for the public sco",
        ),
    ],
)
def test_a_contradiction_is_refused_by_field_and_remedy(
    path: str, value: Any, message: str
) -> None:
    with pytest.raises(BadInput) as refused:
        parse_scheme(changed(path, value), "mine.yaml")
    assert f"mine.yaml, {message}" in str(refused.value)


def test_a_missing_field_is_named() -> None:
    data = scheme_data()
    del data["unit_quota"]
    with pytest.raises(BadInput, match=r"^scheme, unit_quota: this field is missing; add it$"):
        parse_scheme(data)


def test_a_key_that_stands_twice_is_refused_with_its_line() -> None:
    with pytest.raises(
        BadInput, match=r"^x.yaml, line 2: the key «version» stands twice; keep one of them"
    ):
        read_scheme("version: a\nversion: b\n", "x.yaml")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"version: [", "this is not YAML"),
        (b"\xff\xfe\x00", "the file is not UTF-8 text; save it as UTF-8"),
        (b"just words", "this is no scheme"),
        (b"? [a, b]\n: c\n", "this is not YAML"),
    ],
)
def test_a_file_that_is_no_scheme_is_refused(tmp_path: Path, body: bytes, message: str) -> None:
    file = tmp_path / "scheme.yaml"
    file.write_bytes(body)
    with pytest.raises(BadInput) as refused:
        load_scheme_file(file)
    assert refused.value.place.file == str(file)
    assert message in refused.value.what


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the file cannot be read"):
        load_scheme_file(tmp_path / "none.yaml")


def names(**changes: object) -> dict[str, Any]:
    """Names of all grades, of which some are changed; None leaves one out."""
    words = {
        "first": {"zh": "优秀", "en": "excellent grade"},
        "second": {"zh": "良好", "en": "good grade"},
        "third": {"zh": "一般", "en": "fair grade"},
        "fourth": {"zh": "较差", "en": "poor grade"},
    }
    return {name: said for name, said in (words | changes).items() if said is not None}


def test_a_scheme_names_the_grades_and_the_states_without_one() -> None:
    plain = parse_scheme(scheme_data())
    called = parse_scheme(scheme_data() | {"grade_names": names()})
    assert (plain.terms, plain.digest) == ((), parse_scheme(scheme_data()).digest)
    assert called.digest != plain.digest
    terms = {term: (zh, en) for term, zh, en in called.terms}
    assert terms["grade-fourth"] == ("较差", "poor grade")
    assert terms["grade-row"] == ("优秀/良好/一般", "excellent grade/good grade/fair grade")
    assert "no-grade" not in terms, "it is called as usual"
    pending = {"no_grade": {"zh": "暂不定等", "en": "grade pending"}}
    named = parse_scheme(scheme_data() | {"grade_names": names(**pending)})
    assert ("no-grade", "暂不定等", "grade pending") in named.terms
    assert parse_scheme(called.model_dump(mode="json")) == called


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fourth": None}, "grade_names.fourth"),
        ({"fifth": {"zh": "极差", "en": "worst"}}, "grade_names.fifth"),
        ({"second": {"zh": "优秀", "en": "good grade"}}, "need a name of their own"),
        ({"second": {"zh": "良好", "en": "Excellent Grade "}}, "need a name of their own"),
        ({"no_grade": {"zh": "优秀", "en": "no grade"}}, "need a name of their own"),
        ({"first": {"zh": " ", "en": "excellent grade"}}, "need a name of their own"),
        ({"first": {"zh": "", "en": "excellent grade"}}, "grade_names.first.zh"),
        ({"first": {"zh": "优\n秀", "en": "excellent grade"}}, "grade_names.first.zh"),
        ({"first": {"zh": "优" * 21, "en": "excellent grade"}}, "grade_names.first.zh"),
        ({"first": {"zh": "优秀"}}, "grade_names.first.en"),
    ],
)
def test_names_that_would_confuse_grades_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        parse_scheme(scheme_data() | {"grade_names": names(**changes)})
