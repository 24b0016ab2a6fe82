"""The public score of one unit with everything that is published beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from aggregation.counts.ratings import PatternOutcome
from aggregation.counts.scan import Counts
from aggregation.estimation.intervals import Posterior
from aggregation.estimation.weighting import RakingFit
from aggregation.scheme.scheme import Scheme
from survey_flows.questionnaire import NO_ANSWER

if TYPE_CHECKING:
    from aggregation.estimation.method2.figures import BoundedFigures
    from aggregation.estimation.method2.own_score import Contrasts

PEOPLE = ("resident", "service_user")
"""Without answers of either of these that count, a unit has not been heard by the people."""

SATISFIED = ("VS", "S")
"""«Very satisfied» and «satisfied», and never a third level: the codes of the top-two rate."""


@dataclass(frozen=True, slots=True)
class GroupScore:
    """One evaluator group's part in a unit's score.

    ``score`` is 0–100, ``variance`` that of the mean, in points². ``n`` counts the ballots
    received, ``n_valid`` the valid ones that are not excluded, ``n_open`` those of `n_valid` by an
    open link. ``weight`` is the scheme's, ``weight_used`` the one after redistribution, of 100.
    ``unweighted`` is the score without fraud weights.

    ``flags`` are ``below_floor``, ``open_link_only``, ``open_link_capped`` and
    ``verified_below_floor`` (capped although fewer vouched answers than the floor stand beside).
    ``links`` are the valid answers by kind of link: those that are vouched for, then those of each
    loose channel; method 1 does not tell channels apart and has none.
    ``fit`` says how the vouched answers were weighted to the population, and ``strata`` counts the
    valid ones by stratum then.
    """

    group: str
    n: int
    n_valid: int
    score: Fraction | None
    variance: float
    weight: Fraction
    weight_used: Fraction
    flags: tuple[str, ...] = ()
    n_open: int = 0
    unweighted: Fraction | None = None
    fit: RakingFit | None = None
    strata: tuple[tuple[str, int], ...] = ()
    links: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitScore:
    """A unit's public score (民评) with all figures that are published beside it.

    Ballots of own staff are in none of its figures. ``score`` is exact; ``low`` and ``high`` are
    its 95 % interval in points; ``variance`` is that of the score. ``n`` counts the ballots
    received, ``excluded`` those of fraud weight 0, ``n_valid`` the valid ones in groups with
    weight. ``distribution`` counts the overall item by code over all ballots that are not excluded,
    each as one. ``dont_know_rate`` is the share of «don't know» among those, in 0–1;
    ``top_two_rate`` (非常满意+满意率) that of VS and S among overall answers with points.
    ``unweighted`` is the score without fraud weights.
    ``effective`` is Kish's number of equal answers.
    ``squares`` is the sum of squared distances of answers from the mean of their part (points²) on
    ``degrees`` degrees of freedom. ``posterior`` underlies the interval and the rank sets.

    ``flags`` are ``insufficient`` (a person must decide), ``pooled`` (no group reached the floor:
    the score is the mean of all, for information), ``dont_know_high``, ``open_link_only`` (every
    answer that counts), and of groups with weight ``group_below_floor:<group>``,
    ``open_link_only:<group>``, ``open_link_capped:<group>`` and ``verified_below_floor:<group>``.

    By method 2 ``score`` is rounded as it is published, ``bounded`` has the exact one and its
    figures, ``weight_used`` of a group is its real weight, and ``rank_provisional`` is a flag.
    """

    unit: str
    n: int
    n_valid: int
    score: Fraction | None
    variance: float
    low: float | None
    high: float | None
    dont_know_rate: Fraction | None
    top_two_rate: Fraction | None
    distribution: Mapping[str, int]
    groups: tuple[GroupScore, ...]
    flags: tuple[str, ...] = ()
    excluded: int = 0
    unweighted: Fraction | None = None
    effective: Fraction | None = None
    squares: Fraction = Fraction()
    degrees: int = 0
    posterior: Posterior | None = None
    bounded: BoundedFigures | None = None


def kept_contrasts(scores: Mapping[str, UnitScore]) -> dict[str, Contrasts] | None:
    """The contrasts that scores of method 2 were made with, to try other ballots under them.

    With contrasts made anew, a few ballots of one unit would move the scores of others.
    """
    found = {
        code: score.bounded.own.contrasts
        for code, score in scores.items()
        if score.bounded is not None
    }
    return found or None


def heard_ballots(cells: Sequence[Counts]) -> dict[int, int]:
    """Ballots that are not excluded, by the place of their outcome."""
    result: dict[int, int] = {}
    for counts in cells:
        for (weight, place), count in counts.items():
            if weight:
                result[place] = result.get(place, 0) + count
    return result


def dont_know_rate(heard: Mapping[int, int], outcomes: Sequence[PatternOutcome]) -> Fraction | None:
    """The share of «don't know» among ballots that are not excluded; None without any."""
    total = sum(heard.values())
    unknown = sum(count for place, count in heard.items() if outcomes[place].dont_know)
    return Fraction(unknown, total) if total else None


def overall_distribution(
    heard: Mapping[int, int], outcomes: Sequence[PatternOutcome], scheme: Scheme
) -> dict[str, int]:
    """Ballots that are not excluded by the code of their overall item."""
    scales = sorted({outcomes[place].scale for place in heard}) or [scheme.default_scale]
    codes = [option.code for scale in scales for option in scheme.scales[scale].options]
    result = dict.fromkeys([*codes, NO_ANSWER], 0)
    for place, count in heard.items():
        result[outcomes[place].overall] += count
    return result


def top_two_rate(heard: Mapping[int, int], outcomes: Sequence[PatternOutcome]) -> Fraction | None:
    """The share of VS and S among overall answers with points; None without any."""
    answered = top = 0
    for place, count in heard.items():
        outcome = outcomes[place]
        if outcome.overall != NO_ANSWER and not outcome.dont_know:
            answered += count
            top += count * (outcome.overall in SATISFIED)
    return Fraction(top, answered) if answered else None
