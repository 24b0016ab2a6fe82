"""R20: the first grade is commended and, for leaders, put on the promotion file."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.model.facts import Grade
from aggregation.model.results import ConsequenceKind, ReasonLine
from aggregation.model.situation import ProposalDraft, Rule, RuleParams, Situation, Stage


class Params(RuleParams):
    """Whether units are commended, and whether first-grade leaders go on the promotion file."""

    units: bool = True
    promotion_file: bool = True


def propose(now: Situation, params: Params) -> Iterable[ProposalDraft]:
    """A commendation for each first-grade unit and leader."""
    for unit in now.results.values():
        if params.units and unit.grade is Grade.FIRST:
            yield ProposalDraft(
                ConsequenceKind.COMMENDATION,
                unit.unit,
                (_ground(f"units.{unit.unit}.grade"),),
                True,
            )
    for leader in now.leaders.values():
        if leader.grade is Grade.FIRST:
            ground = (_ground(f"leaders.{leader.leader}.grade"),)
            yield ProposalDraft(ConsequenceKind.COMMENDATION, leader.leader, ground, True)
            if params.promotion_file:
                yield ProposalDraft(ConsequenceKind.PROMOTION_FILE, leader.leader, ground, True)


def _ground(where: str) -> ReasonLine:
    return ReasonLine("考核等次", "grade", "一等", (where,), "", "first")


RULE = Rule("first_grade", Stage.SETTLED, Params, propose)
