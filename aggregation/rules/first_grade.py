"""R20: the first grade is commended and, for leaders, put on the promotion file."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.model.facts import Grade
from aggregation.model.names import GRADES
from aggregation.model.reason_lines import ReasonLine
from aggregation.model.results import ConsequenceKind, LeaderResult, UnitResult
from aggregation.model.situation import ProposalDraft, Rule, RuleParams, Situation, Stage
from survey_flows.messages import Message


class Params(RuleParams):
    """Whether units are commended, and whether first-grade leaders go on the promotion file."""

    units: bool = True
    promotion_file: bool = True


def propose(now: Situation, params: Params) -> Iterable[ProposalDraft]:
    """A commendation for each first-grade unit and leader against whom nothing is open or holds."""
    for unit in now.results.values():
        if params.units and unit.grade is Grade.FIRST and not _barred(now, unit):
            yield ProposalDraft(
                ConsequenceKind.COMMENDATION,
                unit.unit,
                (_ground(f"units.{unit.unit}.grade"),),
                True,
            )
    for leader in now.leaders.values():
        if leader.grade is Grade.FIRST and not _leader_barred(now, leader):
            ground = (_ground(f"leaders.{leader.leader}.grade"),)
            yield ProposalDraft(ConsequenceKind.COMMENDATION, leader.leader, ground, True)
            if params.promotion_file:
                yield ProposalDraft(ConsequenceKind.PROMOTION_FILE, leader.leader, ground, True)


def _barred(now: Situation, unit: UnitResult) -> bool:
    return unit.tentative or unit.unit in now.disciplined


def _leader_barred(now: Situation, leader: LeaderResult) -> bool:
    return now.results[leader.unit].tentative or leader.leader in now.disciplined


def _ground(where: str) -> ReasonLine:
    return ReasonLine(Message("rules-grade"), GRADES[Grade.FIRST], (where,))


RULE = Rule("first_grade", Stage.REWARDING, Params, propose)
