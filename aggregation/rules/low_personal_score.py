"""A personal score below the scheme's floor leads to a verification review, never to a sanction."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.model.reason_lines import ReasonLine
from aggregation.model.results import ConsequenceKind
from aggregation.model.situation import ProposalDraft, Rule, RuleParams, Situation, Stage
from survey_flows.messages import Message


def propose(now: Situation, _: RuleParams) -> Iterable[ProposalDraft]:
    """A review of each leader whose personal score is below the floor."""
    for leader in now.leaders.values():
        if leader.personal is not None and leader.personal < now.floor:
            value = f"{leader.personal} < {now.floor}"
            inputs = (f"personal.{leader.leader}",)
            label = Message("rules-low-personal-score")
            ground = ReasonLine(label, value, inputs, "leaders.personal_floor")
            yield ProposalDraft(
                ConsequenceKind.VERIFICATION_REVIEW, leader.leader, (ground,), discretionary=True
            )


RULE = Rule("low_personal_score", Stage.SETTLED, RuleParams, propose)
