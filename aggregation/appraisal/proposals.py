"""Runs the scheme's rules and joins their proposals with people's decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aggregation.appraisal.grounds import grounds_digest
from aggregation.model.facts import Decision, Verdict
from aggregation.model.results import Proposal, ProposalStatus
from aggregation.model.situation import ProposalDraft, Rule, Situation, Stage
from aggregation.rules import registry
from aggregation.scheme.scheme import Scheme

Decisions = Mapping[str, Decision]
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
        _decided(now, rule, scheme, draft, decisions)
        for rule in rules
        if rule.stage is stage
        for draft in _drafts(rule.propose(now, rule.params.model_validate(scheme.rules[rule.name])))
        if draft.subject not in now.gone
    ]


def _drafts(drafts: Iterable[ProposalDraft]) -> list[ProposalDraft]:
    return sorted(drafts, key=lambda d: (d.subject, d.kind, d.fact))


def _decided(
    now: Situation, rule: Rule, scheme: Scheme, draft: ProposalDraft, decisions: Decisions
) -> Proposal:
    key = proposal_key(now.year, rule.name, draft)
    digest = grounds_digest(rule.name, scheme.rules[rule.name], draft)
    made = decisions.get(key)
    holds = made is not None and made.grounds in ("", digest)
    status = _STATUS[made.verdict] if made is not None and holds else ProposalStatus.PROPOSED
    return Proposal(
        key,
        rule.name,
        draft.kind,
        draft.subject,
        draft.discretionary,
        draft.grounds,
        draft.fact,
        status,
        made if holds else None,
        digest,
        None if holds else made,
    )
