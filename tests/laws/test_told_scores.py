"""Law: the published figures of a unit, rounded, leave room for its score."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.estimation.method2.contrasts import STEEPEST
from aggregation.estimation.method2.evidence import UnitEvidence
from aggregation.estimation.method2.own_score import Contrasts, GroupContrast, OwnScore, own_score
from aggregation.numbers import half_up
from bot.verification.told_scores import ToldGroup, possible_scores, told_group
from tests.laws.test_method2_laws import RULES, units

K = Fraction(RULES.imagined)


@st.composite
def whole_contrasts(draw: st.DrawFn, unit: UnitEvidence) -> Contrasts:
    """Contrasts whose sum ρ + ρ_o is held within its limit, as those of a campaign are."""
    steep = st.integers(-9900, 9900).map(lambda n: Fraction(n, 10**6))
    loose, found = draw(steep), {}
    for name in unit:
        level = draw(steep)
        both = max(-STEEPEST, min(STEEPEST, level + loose))
        found[name] = GroupContrast(level=level, loose=loose, both=both, expected=draw(steep))
    return found


def told(unit: UnitEvidence, own: OwnScore, hidden: set[str]) -> list[ToldGroup]:
    """The groups as the public totals have them; of hidden ones only the contrasts."""
    found = []
    for name, group in unit.items():
        terms, contrast = own.terms[name], own.contrasts[name]
        # No answer of these units weighs less than a quarter.
        n = ceil(4 * group.weight)
        parts = (contrast.level, contrast.loose, contrast.expected)
        shown = name not in hidden and n >= 10 and terms.mean is not None
        line = {
            "n": None if name in hidden else n - n % 10,
            "b": f"{half_up(terms.weight, 1)}" if shown else None,
            "score": f"{half_up(terms.mean or Fraction(), 0)}" if shown else None,
            "contrasts": [f"{half_up(part, 3)}" for part in parts],
        }
        if n < 10 and n and name not in hidden:
            line["n"] = None
        if n >= 100 and shown:
            line["score"] = f"{half_up(terms.mean or Fraction(), 1)}"
        found.append(told_group(line, group.share, K))
    return found


@settings(max_examples=80, deadline=None)
@given(units(), st.data())
def test_the_score_lies_where_its_rounded_figures_leave_room(
    unit: UnitEvidence, data: st.DataObject
) -> None:
    own = own_score(unit, data.draw(whole_contrasts(unit)), RULES)
    if own is None:
        return
    hidden = data.draw(st.sets(st.sampled_from(sorted(unit)), max_size=2))
    groups = told(unit, own, hidden)
    assert all(group.possible for group in groups)
    least, most = possible_scores(groups)
    assert least <= own.score <= most
    assert least >= 0
    assert most <= 100
