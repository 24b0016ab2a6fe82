"""R9: after a serious safety accident the principal is lowered one grade and admonished."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.model.facts import FindingKind
from aggregation.model.results import ConsequenceKind
from aggregation.model.situation import (
    ProposalDraft,
    Rule,
    RuleParams,
    Situation,
    Stage,
    finding_line,
)


def propose(now: Situation, _: RuleParams) -> Iterable[ProposalDraft]:
    """A downgrade and a talk for each principal who headed the unit on the day.

    It is left to the office for one who was on leave while another acted.
    """
    for fact in now.of_kind(FindingKind.SAFETY_ACCIDENT):
        for who in now.answering(fact):
            for kind in (ConsequenceKind.DOWNGRADE, ConsequenceKind.ADMONITION_TALK):
                grounds = (finding_line(fact),)
                yield ProposalDraft(kind, who.person, grounds, who.discretionary, fact.id)


RULE = Rule("safety_accident", Stage.LOWERING, RuleParams, propose)
