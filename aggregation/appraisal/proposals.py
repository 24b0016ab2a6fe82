"""Runs the scheme's rules and joins their proposals with people's decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aggregation.model.facts import Decision, Verdict
from aggregation.model.results import Proposal, ProposalStatus
from aggregation.model.situation import ProposalDraft, Situation, Stage
from aggregation.rules import registry
from aggregation.scheme.scheme import Scheme

_STATUS = {Verdict.CONFIRMED: ProposalStatus.CONFIRMED, Verdict.DECLINED: ProposalStatus.DECLINED}


def proposal_key(year: int, rule: str, draft: ProposalDraft) -> str:
    """The key of a proposal: ``year/rule/kind/subject``, and ``/fact`` if it follows an event.

    A second event makes a second key, so that no earlier decision covers it silently.
    """
    parts = [str(year), rule, draft.kind.value, draft.subject]
    return "/".join([*parts, draft.fact] if draft.fact else parts)


def propose(
    stage: Stage, scheme: Scheme, now: Situation, decisions: Mapping[str, Decision]
) -> list[Proposal]:
    """The proposals of the scheme's rules of one stage, each with its decision if there is one."""
    rules = (registry()[name] for name in sorted(scheme.rules))
    return [
        _decided(now.year, rule.name, draft, decisions)
        for rule in rules
        if rule.stage is stage
        for draft in _drafts(rule.propose(now, rule.params.model_validate(scheme.rules[rule.name])))
        if draft.subject not in now.gone
    ]


def _drafts(drafts: Iterable[ProposalDraft]) -> list[ProposalDraft]:
    return sorted(drafts, key=lambda d: (d.subject, d.kind, d.fact))


def _decided(
    year: int, rule: str, draft: ProposalDraft, decisions: Mapping[str, Decision]
) -> Proposal:
    key = proposal_key(year, rule, draft)
    made = decisions.get(key)
    status = _STATUS[made.verdict] if made else ProposalStatus.PROPOSED
    return Proposal(
        key,
        rule,
        draft.kind,
        draft.subject,
        draft.discretionary,
        draft.grounds,
        draft.fact,
        status,
        made,
    )
