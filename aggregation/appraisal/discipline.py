"""Against whom something is open or confirmed, so that no reward is proposed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.model.results import ConsequenceKind, Proposal, ProposalStatus

GRAVE = frozenset(
    {
        ConsequenceKind.GRADE_FOUR,
        ConsequenceKind.REMOVAL_FROM_POSTS,
        ConsequenceKind.DISMISSAL,
        ConsequenceKind.DISCIPLINE_REFERRAL,
        ConsequenceKind.VOID_ANSWERS,
        ConsequenceKind.BAR_FIRST,
    }
)
"""Consequences that bar a reward until they are declined."""


def disciplined(
    given: AppraisalInputs, proposals: Iterable[Proposal]
) -> dict[str, tuple[str, ...]]:
    """Returns by unit code and leader id why no reward may be proposed.

    An open proposal bars as a confirmed one does; an investigation and a sanction bar while they
    run on the last day of the year.
    """
    last = date(given.year, 12, 31)
    reasons = [
        (p.subject, p.key)
        for p in proposals
        if p.kind in GRAVE and p.status is not ProposalStatus.DECLINED
    ]
    reasons += [(it.person, it.id) for it in given.discipline if it.period.covers(last)]
    found: dict[str, set[str]] = {}
    for subject, why in reasons:
        found.setdefault(subject, set()).add(why)
    return {subject: tuple(sorted(why)) for subject, why in found.items()}
