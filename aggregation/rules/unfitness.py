"""R7: a finding of unfitness for the post proposes dismissal.

A confirmed one bars the first grade, so that the rule runs before leaders are graded.
"""

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
    """Dismissal of each leader found unfit."""
    for fact in now.of_kind(FindingKind.UNFITNESS):
        yield ProposalDraft(
            ConsequenceKind.DISMISSAL, fact.subject, (finding_line(fact),), fact=fact.id
        )


RULE = Rule("unfitness", Stage.LOWERING, RuleParams, propose)
