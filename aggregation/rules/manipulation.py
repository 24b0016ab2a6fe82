"""R18: proven manipulation voids the answers, bars the first grade and is referred for discipline."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.model.facts import EventKind
from aggregation.model.results import Kind
from aggregation.model.situation import Draft, Rule, RuleParams, Situation, Stage, fact_line


def propose(now: Situation, _: RuleParams) -> Iterable[Draft]:
    """Void answers and a bar for the unit, a referral for its principals.

    The answers themselves are excluded before the public score is counted; this is the proposal to do so.
    """
    for fact in now.of_kind(EventKind.MANIPULATION):
        ground = (fact_line(fact),)
        for kind in (Kind.VOID_ANSWERS, Kind.BAR_FIRST):
            yield Draft(kind, fact.subject, ground, fact=fact.id)
        for principal in now.principals(fact.subject):
            yield Draft(Kind.DISCIPLINE_REFERRAL, principal.id, ground, fact=fact.id)


RULE = Rule("manipulation", Stage.BARRING, RuleParams, propose)
