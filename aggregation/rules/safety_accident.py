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
    """A downgrade and a talk for each principal of the unit."""
    for fact in now.of_kind(FindingKind.SAFETY_ACCIDENT):
        for principal in now.principals(fact.subject):
            for kind in (ConsequenceKind.DOWNGRADE, ConsequenceKind.ADMONITION_TALK):
                yield ProposalDraft(kind, principal.id, (finding_line(fact),), fact=fact.id)


RULE = Rule("safety_accident", Stage.LOWERING, RuleParams, propose)
