"""R6: a criminal offence sets grade four and costs the Party and government posts."""

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
    """Grade four and removal from posts, for every leader with an offence."""
    for fact in now.of_kind(FindingKind.CRIMINAL_OFFENCE):
        for kind in (ConsequenceKind.GRADE_FOUR, ConsequenceKind.REMOVAL_FROM_POSTS):
            yield ProposalDraft(kind, fact.subject, (finding_line(fact),), fact=fact.id)


RULE = Rule("criminal_offence", Stage.LOWERING, RuleParams, propose)
