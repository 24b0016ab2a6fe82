"""Scores of a campaign by method 2, from rows of the scan, and the cases that method 1 failed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally
from aggregation.estimation.method2.clusters import ClusterSums
from aggregation.estimation.method2.states import UnitState
from aggregation.estimation.method2.stored_contrasts import dump_contrasts, load_contrasts
from aggregation.estimation.scores import UnitScore, score_tally, score_units
from tests.scoring import ECON, GROUPS, QUESTIONNAIRES, bounded_scheme, row, scheme

UNITS = ("U", *"ABCDEFGHIJK")
SAID = {"VS": 30, "S": 30, "B": 20, "D": 15, "VD": 5}


def answers(unit: str, group: str, source: str, people: int, **said: int) -> list[PatternCount]:
    """About so many ballots with one code for all items, in the usual shares or those given."""
    shares = said or SAID
    return [
        row(
            " ".join([code] * 4), max(1, people * share // 100), unit=unit, grp=group, source=source
        )
        for code, share in shares.items()
    ]


def city(own: list[PatternCount]) -> list[PatternCount]:
    """Unit U with its own rows, and eleven units of 40 vouched and 40 loose ballots a group."""
    others = [
        part
        for unit in UNITS[1:]
        for group in GROUPS
        for source in ("personal", "open")
        for part in answers(unit, group, source, 40)
    ]
    return [*own, *others]


def score(rows: list[PatternCount], **rules: object) -> UnitScore:
    return scores(rows, **rules)["U"]


def scores(rows: list[PatternCount], **rules: object) -> dict[str, UnitScore]:
    return score_units(rows, dict.fromkeys(UNITS, "econ"), QUESTIONNAIRES, bounded_scheme(**rules))


BEST, WORST = row("VS VS VS VS", source="personal"), row("VD VD VD VD", source="personal")
ISSUE_1 = [
    *answers("U", "resident", "open", 400),
    *answers("U", "service_user", "personal", 200),
]
"""One invited ballot among 600 took 70 % of its group's weight by method 1."""


@pytest.mark.parametrize("last", [BEST, WORST])
def test_one_invited_ballot_among_six_hundred_moves_the_score_by_less_than_is_published(
    last: PatternCount,
) -> None:
    before, after = score(city(ISSUE_1)), score(city([*ISSUE_1, last]))
    assert before.bounded
    assert after.bounded
    assert before.score
    assert after.score
    moved = abs(after.bounded.own.score - before.bounded.own.score)
    assert moved <= before.bounded.move < 3
    old = score_units([*ISSUE_1, last], {"U": "econ"}, QUESTIONNAIRES, scheme())["U"].score
    was = score_units(ISSUE_1, {"U": "econ"}, QUESTIONNAIRES, scheme())["U"].score
    assert old is not None
    assert was is not None
    assert abs(old - was) > 5


def test_there_is_no_cliff_at_thirty_answers_of_a_group() -> None:
    """A 30th enterprise ballot «very satisfied» lowered the score by seven points."""
    base = [
        *answers("U", "resident", "personal", 200),
        *answers("U", "service_user", "personal", 200),
    ]
    firm = row("D D D D", 29, grp="enterprise", source="personal")
    best = row("VS VS VS VS", grp="enterprise", source="personal")
    before, after = score(city([*base, firm])), score(city([*base, firm, best]))
    assert before.bounded
    assert after.bounded
    assert 0 < after.bounded.own.score - before.bounded.own.score < 1


def test_weights_are_printed_as_the_rules_have_them_and_as_they_really_are() -> None:
    made = score(city(ISSUE_1))
    assert [g.weight for g in made.groups] == [Fraction(weight) for weight in ECON]
    assert sum(g.weight_used for g in made.groups) == 100
    real = {g.group: float(g.weight_used) for g in made.groups}
    assert real["service_user"] > 70  # residents are loose, and nobody else answered
    assert made.bounded
    assert made.bounded.missing == (
        "enterprise",
        "deputy",
        "grassroots",
        "supervisor",
    )


def test_the_public_score_is_rounded_half_up_to_a_tenth() -> None:
    made = score(city(ISSUE_1))
    assert made.score
    assert made.bounded
    assert (made.score * 10).denominator == 1
    assert abs(made.score - made.bounded.own.score) <= Fraction(1, 20)


def test_a_group_without_weight_moves_nothing() -> None:
    """Thirty zeros from such a group took a unit from 77.6 to 66.3 in a draft of the method."""
    zeros = row("VD VD VD VD", 30, grp="visitor", source="personal")
    assert score(city([*ISSUE_1, zeros])).score == score(city(ISSUE_1)).score


def test_the_states_follow_vouched_support_and_the_worst_move() -> None:
    full = [part for group in GROUPS for part in answers("U", group, "personal", 40)]
    loose = [part for group in GROUPS for part in answers("U", group, "open", 60)]
    few = [part for group in GROUPS[:2] for part in answers("U", group, "open", 10)]
    found = {
        name: score(city(rows)) for name, rows in (("full", full), ("loose", loose), ("few", few))
    }
    states = {name: it.bounded.state if it.bounded else None for name, it in found.items()}
    assert states == {
        "full": UnitState.RANKED,
        "loose": UnitState.PROVISIONAL,
        "few": UnitState.PERSON,
    }
    assert "rank_provisional" in found["loose"].flags
    assert "insufficient" in found["few"].flags
    assert score(city(full), states={"first_year": True}).flags[0] == "rank_provisional"
    assert score([]).flags[0] == "insufficient"
    assert score([]).score is None


def test_group_codes_are_a_loose_channel_of_their_own_and_unknown_sources_make_none() -> None:
    base = [*answers("U", "resident", "personal", 40)]
    one = score(city([*base, *answers("U", "resident", "open", 400)]))
    two = score(
        city(
            [
                *base,
                *answers("U", "resident", "open", 200),
                *answers("U", "resident", "invited", 200),
            ]
        )
    )
    odd = score(
        city([*base, *answers("U", "resident", "open", 200), *answers("U", "resident", "x9", 200)])
    )

    def worth(made: UnitScore) -> float:
        assert made.bounded
        return float(made.bounded.own.terms["resident"].worth)

    assert worth(one) == worth(odd) < 10
    assert worth(one) < worth(two) < 20


def test_stored_contrasts_keep_other_units_where_they_were() -> None:
    rows = city(ISSUE_1)
    first = scores(rows)
    kept = load_contrasts(
        dump_contrasts({unit: it.bounded.own.contrasts for unit, it in first.items() if it.bounded})
    )
    struck = [
        replace(r, weight=0) if (r.unit, r.grp) == ("A", "resident") and "VS" in r.ratings else r
        for r in rows
    ]
    rules = bounded_scheme()
    categories = dict.fromkeys(UNITS, "econ")
    again = score_units(struck, categories, QUESTIONNAIRES, rules, kept)
    anew = score_units(struck, categories, QUESTIONNAIRES, rules)
    assert all(again[unit].score == first[unit].score for unit in UNITS if unit != "A")
    assert any(
        anew[unit].bounded.own.score != first[unit].bounded.own.score  # type: ignore[union-attr]
        for unit in UNITS
        if unit != "A"
    )


def test_the_prior_of_the_interval_is_on_the_questionnaire_s_own_scale() -> None:
    made = scores([row("VS", 20, unit="U", questionnaire="single", source="personal")])["U"]
    assert made.low is not None
    assert made.high is not None
    assert made.low < 100 == made.high


def test_clusters_widen_the_interval_and_leave_the_score() -> None:
    counted = tally(city(ISSUE_1), PatternReader(QUESTIONNAIRES, bounded_scheme()))
    categories = dict.fromkeys(UNITS, "econ")
    alike = [
        ClusterSums(str(at), 20, 20.0, 20.0 * mean, 20.0 * (mean**2 + 300))
        for at, mean in enumerate([95, 45, 85, 55, 90, 50, 80, 60, 75, 65], 1)
    ]
    plain = score_tally(counted, categories, bounded_scheme())["U"]
    clustered = score_tally(
        counted, categories, bounded_scheme(), clusters={("U", "service_user", ""): alike}
    )["U"]
    assert clustered.score == plain.score
    assert plain.bounded
    assert clustered.bounded
    assert clustered.bounded.variance.sampling > 2 * plain.bounded.variance.sampling
    assert clustered.bounded.variance.freedom < plain.bounded.variance.freedom
