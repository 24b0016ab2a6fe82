"""R7: a finding of unfitness for the post proposes dismissal."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.model.facts import EventKind
from aggregation.model.results import Kind
from aggregation.model.situation import Draft, Rule, RuleParams, Situation, Stage, fact_line


def propose(now: Situation, _: RuleParams) -> Iterable[Draft]:
    """Dismissal of each leader found unfit."""
    for fact in now.of_kind(EventKind.UNFITNESS):
        yield Draft(Kind.DISMISSAL, fact.subject, (fact_line(fact),), fact=fact.id)


RULE = Rule("unfitness", Stage.SETTLED, RuleParams, propose)
