"""A verification review may end in an admonition talk; its finding is a fact with a source."""

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


class Params(RuleParams):
    """Whether the talk is left to the office even after such a finding."""

    discretionary: bool = True


def propose(now: Situation, params: Params) -> Iterable[ProposalDraft]:
    """An admonition talk for each leader whom a review found wanting."""
    for fact in now.of_kind(FindingKind.REVIEW_FINDING):
        yield ProposalDraft(
            ConsequenceKind.ADMONITION_TALK,
            fact.subject,
            (finding_line(fact),),
            params.discretionary,
            fact.id,
        )


RULE = Rule("review_finding", Stage.SETTLED, Params, propose)
