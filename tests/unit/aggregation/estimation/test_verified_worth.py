"""Answers of people who showed to be one person: a loose channel with a worth of its own."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest

from aggregation.appraisal.variations import variations
from aggregation.counts.ratings import PatternReader, loose_channels
from aggregation.counts.scan import tally
from aggregation.estimation.method2.ballots import needed_ballots, public_score
from aggregation.estimation.method2.evidence import UnitEvidence
from aggregation.estimation.method2.own_score import (
    ENDS,
    GroupContrast,
    group_terms,
    own_score,
)
from aggregation.estimation.scores import score_units
from aggregation.scheme.evidence import EvidenceRules
from aggregation.scheme.scheme import Scheme, parse_scheme
from bot.campaigns.scheme_files import offered_scheme
from survey_flows.errors import BadInput
from survey_flows.identity_kinds import check_identity, source_of
from tests.method2 import group, mean_of
from tests.scoring import QUESTIONNAIRES, bounded_scheme, row, scheme

RULES = EvidenceRules(verified_worth=Decimal(30))
CHANNELS = loose_channels(RULES)
Places = Sequence[tuple[str, str]]


@pytest.mark.parametrize("people", [2, 30, 1_000, 20_000])
def test_however_many_they_are_they_are_worth_at_most_their_own_number(people: int) -> None:
    said = group("1", mean_of(20, 60), verified=mean_of(people, 80), open=mean_of(people, 20))
    terms = group_terms(said, GroupContrast(), RULES)
    assert terms.each == {
        "verified": Fraction(30 * people, people + 30),
        "open": Fraction(10 * people, people + 10),
    }
    assert terms.worth < 40


def test_the_fewest_ballots_are_those_of_trying_all_with_both_worths() -> None:
    unit = {"resident": group("1", mean_of(30, 70))}
    own = own_score(unit, {}, RULES)
    assert own is not None
    points = Fraction(15)
    target = Fraction(public_score(own.score)) - points
    found, tried = [], []
    for channels in (CHANNELS, CHANNELS[:2]):
        found.append(needed_ballots(unit, own, channels, RULES, points, up=False).loose)
        places = list(product(unit, channels))
        tried.append(
            min(
                sum(split)
                for split in product(range(9), repeat=len(places))
                if _with_worst(unit, places, split) <= target
            )
        )
    assert found == tried
    assert tried[0] < tried[1]


def _with_worst(unit: UnitEvidence, places: Places, split: Sequence[int]) -> Fraction:
    changed = dict(unit)
    for (name, channel), count in zip(places, split, strict=True):
        if count:
            changed[name] = changed[name].by_channel(channel, ENDS[0], Fraction(count))
    found = own_score(changed, {}, RULES)
    assert found is not None
    return Fraction(public_score(found.score))


@pytest.mark.parametrize(
    ("rules", "channel"),
    [
        (scheme(), ""),
        (bounded_scheme(), "open"),
        (bounded_scheme(verified_worth=30), "verified"),
    ],
)
def test_they_are_never_vouched_for_and_count_apart_only_with_a_worth(
    rules: Scheme, channel: str
) -> None:
    rows = [row("VS VS VS VS", source="verified"), row("S S S S", source="personal")]
    cells = tally(rows, PatternReader(QUESTIONNAIRES, rules)).cells
    assert sorted((it.open_link, it.channel) for it in cells) == [(False, ""), (True, channel)]


def test_without_a_worth_they_share_the_open_links_and_with_it_they_add() -> None:
    def score(**rules: object) -> Fraction:
        said = [
            row("S S S S", 40, source="personal"),
            row("VS VS VS VS", 200, source="open"),
            row("VS VS VS VS", 200, source="verified"),
        ]
        kinds = {"U": "econ"}
        found = score_units(said, kinds, QUESTIONNAIRES, bounded_scheme(unit=1, **rules))["U"]
        assert found.score is not None
        return found.score

    assert 80 < score() < score(verified_worth=10) < score(verified_worth=30) < 100


def test_a_scheme_says_it_only_when_asked_and_never_calls_it_vouched() -> None:
    plain = offered_scheme()
    evidence = plain.model_dump(mode="json")["evidence"]
    assert evidence.pop("verified_worth") is None
    without = parse_scheme(plain.model_dump(mode="json") | {"evidence": evidence})
    other = parse_scheme(
        plain.model_dump(mode="json") | {"evidence": {**evidence, "verified_worth": 30}}
    )
    assert without.digest == plain.digest != other.digest
    keys = {it.key: it.scheme.evidence for it in variations(other)}
    twice = keys["loose_worth_20"]
    assert twice is not None
    assert twice.verified_worth == 60
    with pytest.raises(BadInput, match="verified_worth"):
        parse_scheme(
            plain.model_dump(mode="json")
            | {"evidence": {**evidence, "vouched": ["personal", "verified"]}}
        )


def test_an_identity_changes_the_source_of_all_but_personal_invitations() -> None:
    found = {name: source_of(name, "1f") for name in ("open", "invited", "personal")}
    assert found == {"open": "verified", "invited": "verified", "personal": "personal"}
    assert source_of("open", "") == "open"
    check_identity([])
    check_identity(["phone"])
    for wrong in (["sms"], ["phone", "phone"], ["none"]):
        with pytest.raises(BadInput, match="phone"):
            check_identity(wrong)
