"""R18: proven manipulation voids answers, bars the first grade and is referred for discipline."""

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
    """Void answers and a bar for the unit, a referral for its principals of the day.

    The answers are excluded before the public score is counted; this is the proposal to do so.
    """
    for fact in now.of_kind(FindingKind.MANIPULATION):
        ground = (finding_line(fact),)
        for kind in (ConsequenceKind.VOID_ANSWERS, ConsequenceKind.BAR_FIRST):
            yield ProposalDraft(kind, fact.subject, ground, fact=fact.id)
        for who in now.answering(fact):
            kind = ConsequenceKind.DISCIPLINE_REFERRAL
            yield ProposalDraft(kind, who.person, ground, who.discretionary, fact.id)


RULE = Rule("manipulation", Stage.BARRING, RuleParams, propose)
