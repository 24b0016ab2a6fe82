"""A low rank leads to a verification review (甄别考察) of the leaders, never to a sanction."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from aggregation.model.reason_lines import ReasonLine
from aggregation.model.results import ConsequenceKind, UnitResult
from aggregation.model.situation import ProposalDraft, Rule, RuleParams, Situation, Stage
from survey_flows.messages import Message, Named


class Params(RuleParams):
    """The number of last ranks that are reviewed, in each league and in each category."""

    league: int = Field(default=1, ge=0)
    category: int = Field(default=1, ge=0)


def propose(now: Situation, params: Params) -> Iterable[ProposalDraft]:
    """A review of each unit with one above it and fewer than the number below; ties go together."""
    for unit in now.results.values():
        last = params.category if unit.league is None else params.league
        if unit.tentative:
            continue
        if unit.rank is not None and unit.rank > 1 and _behind(now, unit) < last:
            yield ProposalDraft(
                ConsequenceKind.VERIFICATION_REVIEW, unit.unit, (_ground(now, unit),)
            )


def _behind(now: Situation, unit: UnitResult) -> int:
    family = (other for other in now.results.values() if other.family == unit.family)
    return sum(other.rank is not None and other.rank > (unit.rank or 0) for other in family)


def _ground(now: Situation, unit: UnitResult) -> ReasonLine:
    family = now.families.get(unit.family, unit.family)
    value = Message("rules-rank-in-family", rank=unit.rank or 0, of=unit.of, family=family)
    source = Message("rules-rank-of-unit", unit=Named(unit.zh, unit.en))
    return ReasonLine(Message("rules-low-rank"), value, (source,))


RULE = Rule("bottom_rank", Stage.SETTLED, Params, propose)
