"""R7: third grade in two adjacent years proposes dismissal; only a settled third counts.

The fourth grade is worse than the third and counts like one. What is unknown counts as not settled.
"""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.model.facts import Grade, PastGrade
from aggregation.model.reason_lines import ReasonLine
from aggregation.model.results import Certainty, ConsequenceKind, LeaderResult
from aggregation.model.situation import ProposalDraft, Rule, RuleParams, Situation, Stage
from survey_flows.messages import Message

LOW = (Grade.THIRD, Grade.FOURTH)


def propose(now: Situation, _: RuleParams) -> Iterable[ProposalDraft]:
    """Dismissal of each leader whose third or fourth grade is settled this year and last."""
    for leader in now.leaders.values():
        before = now.past.get((leader.leader, now.year - 1))
        if _low(leader) and before is not None and before.grade in LOW and before.confirmed:
            yield ProposalDraft(
                ConsequenceKind.DISMISSAL, leader.leader, _grounds(now.year, leader, before)
            )


def _low(leader: LeaderResult) -> bool:
    return leader.grade in LOW and leader.certainty is Certainty.SETTLED


def _grounds(year: int, leader: LeaderResult, before: PastGrade) -> tuple[ReasonLine, ...]:
    this = ReasonLine(Message("rules-third-this-year"), str(year), leader.lowered_by)
    source = f"history.{before.subject}.{before.year}: {before.unit} {before.post}".strip()
    last = ReasonLine(Message("rules-third-last-year"), str(before.year), (source,))
    return this, last


RULE = Rule("two_year_third", Stage.SETTLED, RuleParams, propose, reads_past=True)
