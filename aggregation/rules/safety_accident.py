"""R9: after a serious safety accident the principal is lowered one grade and admonished."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.model.facts import EventKind
from aggregation.model.results import Kind
from aggregation.model.situation import Draft, Rule, RuleParams, Situation, Stage, fact_line


def propose(now: Situation, _: RuleParams) -> Iterable[Draft]:
    """A downgrade and a talk for each principal of the unit."""
    for fact in now.of_kind(EventKind.SAFETY_ACCIDENT):
        for principal in now.principals(fact.subject):
            for kind in (Kind.DOWNGRADE, Kind.ADMONITION_TALK):
                yield Draft(kind, principal.id, (fact_line(fact),), fact=fact.id)


RULE = Rule("safety_accident", Stage.LOWERING, RuleParams, propose)
