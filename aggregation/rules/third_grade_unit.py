"""R9: principals of *some* third-grade units are lowered and admonished, as the office chooses."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.model.facts import Grade
from aggregation.model.names import CERTAINTIES
from aggregation.model.reason_lines import ReasonLine
from aggregation.model.results import Certainty, ConsequenceKind, UnitResult
from aggregation.model.situation import ProposalDraft, Rule, RuleParams, Situation, Stage
from survey_flows.messages import Message, Named


class Params(RuleParams):
    """Whether proposals are left to the office, and whether a provisional third suffices."""

    discretionary: bool = True
    also_provisional: bool = True


def propose(now: Situation, params: Params) -> Iterable[ProposalDraft]:
    """A downgrade and a talk for each principal who held a third-grade unit long enough."""
    for unit in now.results.values():
        if unit.grade is Grade.THIRD and (
            params.also_provisional or unit.certainty is Certainty.SETTLED
        ):
            for who in now.answering_for_year(unit.unit):
                for kind in (ConsequenceKind.DOWNGRADE, ConsequenceKind.ADMONITION_TALK):
                    yield ProposalDraft(kind, who.person, (_ground(unit),), params.discretionary)


def _ground(unit: UnitResult) -> ReasonLine:
    value = Message(
        "rules-unit-with-certainty",
        unit=Named(unit.zh, unit.en),
        certainty=CERTAINTIES[unit.certainty or Certainty.PROVISIONAL],
    )
    return ReasonLine(Message("rules-third-unit"), value, (f"units.{unit.unit}.grade",))


RULE = Rule("third_grade_unit", Stage.LOWERING, Params, propose)
