"""A verification review may end in an admonition talk; its finding is a fact with a source."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.model.facts import EventKind
from aggregation.model.results import Kind
from aggregation.model.situation import Draft, Rule, RuleParams, Situation, Stage, fact_line


class Params(RuleParams):
    """Whether the talk is left to the office even after such a finding."""

    discretionary: bool = True


def propose(now: Situation, params: Params) -> Iterable[Draft]:
    """An admonition talk for each leader whom a review found wanting."""
    for fact in now.of_kind(EventKind.REVIEW_FINDING):
        yield Draft(
            Kind.ADMONITION_TALK, fact.subject, (fact_line(fact),), params.discretionary, fact.id
        )


RULE = Rule("review_finding", Stage.SETTLED, Params, propose)
