"""R6: a criminal offence sets grade four and costs the Party and government posts."""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.model.facts import EventKind
from aggregation.model.results import Kind
from aggregation.model.situation import Draft, Rule, RuleParams, Situation, Stage, fact_line


def propose(now: Situation, _: RuleParams) -> Iterable[Draft]:
    """Grade four and removal from posts, for every leader with an offence."""
    for fact in now.of_kind(EventKind.CRIMINAL_OFFENCE):
        for kind in (Kind.GRADE_FOUR, Kind.REMOVAL_FROM_POSTS):
            yield Draft(kind, fact.subject, (fact_line(fact),), fact=fact.id)


RULE = Rule("criminal_offence", Stage.LOWERING, RuleParams, propose)
