"""The names of the appraisal's codes in print (messages ``label-…``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aggregation.model.facts import FindingKind, Grade, Role, Verdict
from aggregation.model.results import Certainty, ConsequenceKind, ProposalStatus
from aggregation.model.standings import AppraisalState
from survey_flows.messages import Message, Named

GRADES: Mapping[Grade, Message] = {
    Grade.FIRST: Message("label-grade-first"),
    Grade.SECOND: Message("label-grade-second"),
    Grade.THIRD: Message("label-grade-third"),
    Grade.FOURTH: Message("label-grade-fourth"),
}
STATES: Mapping[AppraisalState, Message] = {
    AppraisalState.APPRAISED: Message("appraisal-state-appraised"),
    AppraisalState.NO_GRADE: Message("appraisal-state-no-grade"),
    AppraisalState.NOT_APPRAISED: Message("appraisal-state-not-appraised"),
    AppraisalState.WAITING: Message("appraisal-state-waiting"),
}
ROLES: Mapping[Role, Message] = {
    Role.PRINCIPAL: Message("label-role-principal"),
    Role.DEPUTY: Message("label-role-deputy"),
    Role.OFFICER: Message("label-role-officer"),
}
CERTAINTIES: Mapping[Certainty, Message] = {
    Certainty.SETTLED: Message("label-certainty-settled"),
    Certainty.PROVISIONAL: Message("label-certainty-provisional"),
}
PROPOSAL_STATUSES: Mapping[ProposalStatus, Message] = {
    ProposalStatus.PROPOSED: Message("label-proposal-proposed"),
    ProposalStatus.CONFIRMED: Message("label-proposal-confirmed"),
    ProposalStatus.DECLINED: Message("label-proposal-declined"),
}
VERDICTS: Mapping[Verdict, Message] = {
    Verdict.CONFIRMED: Message("label-decision-confirmed"),
    Verdict.DECLINED: Message("label-decision-declined"),
}
CONSEQUENCES: Mapping[ConsequenceKind, Message] = {
    ConsequenceKind.GRADE_FOUR: Message("label-consequence-grade-four"),
    ConsequenceKind.REMOVAL_FROM_POSTS: Message("label-consequence-removal-from-posts"),
    ConsequenceKind.DISMISSAL: Message("label-consequence-dismissal"),
    ConsequenceKind.DOWNGRADE: Message("label-consequence-downgrade"),
    ConsequenceKind.ADMONITION_TALK: Message("label-consequence-admonition-talk"),
    ConsequenceKind.VERIFICATION_REVIEW: Message("label-consequence-verification-review"),
    ConsequenceKind.BAR_FIRST: Message("label-consequence-bar-first"),
    ConsequenceKind.VOID_ANSWERS: Message("label-consequence-void-answers"),
    ConsequenceKind.DISCIPLINE_REFERRAL: Message("label-consequence-discipline-referral"),
    ConsequenceKind.COMMENDATION: Message("label-consequence-commendation"),
    ConsequenceKind.PROMOTION_FILE: Message("label-consequence-promotion-file"),
}
FINDINGS: Mapping[FindingKind, Message] = {
    FindingKind.CRIMINAL_OFFENCE: Message("label-finding-criminal-offence"),
    FindingKind.SAFETY_ACCIDENT: Message("label-finding-safety-accident"),
    FindingKind.UNFITNESS: Message("label-finding-unfitness"),
    FindingKind.REVIEW_FINDING: Message("label-finding-review-finding"),
    FindingKind.MANIPULATION: Message("label-finding-manipulation"),
    FindingKind.VETO: Message("label-finding-veto"),
}
RULES: Mapping[str, Message] = {
    "bottom_rank": Message("label-rule-bottom-rank"),
    "criminal_offence": Message("label-rule-criminal-offence"),
    "first_grade": Message("label-rule-first-grade"),
    "low_personal_score": Message("label-rule-low-personal-score"),
    "manipulation": Message("label-rule-manipulation"),
    "review_finding": Message("label-rule-review-finding"),
    "safety_accident": Message("label-rule-safety-accident"),
    "third_grade_unit": Message("label-rule-third-grade-unit"),
    "two_year_third": Message("label-rule-two-year-third"),
    "unfitness": Message("label-rule-unfitness"),
}
"""The rules by their names in the scheme; each rule of `aggregation.rules` has one here."""
SIGNALS: Mapping[str, Message] = {
    "burst": Message("label-signal-burst"),
    "identical_answers": Message("label-signal-identical-answers"),
    "lockstep": Message("label-signal-lockstep"),
    "odd_hours": Message("label-signal-odd-hours"),
    "online_findings": Message("label-signal-online-findings"),
    "shared_voters": Message("label-signal-shared-voters"),
    "similar_comments": Message("label-signal-similar-comments"),
    "single_target": Message("label-signal-single-target"),
    "source_share": Message("label-signal-source-share"),
    "staff_orders": Message("label-signal-staff-orders"),
    "strata": Message("label-signal-strata"),
    "young_accounts": Message("label-signal-young-accounts"),
}
"""The signals of organised rating, by their names in `aggregation.fraud.signals`."""
FLAGS: Mapping[str, Message] = {
    "insufficient": Message("label-flag-insufficient"),
    "pooled": Message("label-flag-pooled"),
    "rank_provisional": Message("label-flag-rank-provisional"),
    "dont_know_high": Message("label-flag-dont-know-high"),
    "open_link_only": Message("label-flag-open-link-only"),
    "open_link_capped": Message("label-flag-open-link-capped"),
    "verified_below_floor": Message("label-flag-verified-below-floor"),
    "group_below_floor": Message("label-flag-group-below-floor"),
    "corrected": Message("label-flag-corrected"),
    "below_floor": Message("label-flag-below-floor"),
}
"""The flags of scores; a flag of one group ends in the group's code (``below_floor:resident``)."""


def rule_name(rule: str) -> Message | str:
    """Returns what a rule is called; a rule that has no name stays."""
    return RULES.get(rule, rule)


def flags_by_code(
    found: Iterable[str], groups: Mapping[str, Mapping[str, str]]
) -> dict[str, tuple[Named, ...]]:
    """Returns each flag once, with the names of the groups that it stands for."""
    by_code: dict[str, tuple[Named, ...]] = {}
    for text in found:
        code, _, group = text.partition(":")
        called = groups.get(group, {})
        name = Named(called.get("zh", group), called.get("en", group))
        by_code[code] = by_code.get(code, ()) + ((name,) if group else ())
    return by_code


def flag_label(code: str, groups: tuple[Named, ...]) -> Message | str:
    """Returns the words for a flag of some groups; a code that has no name stays."""
    flag = FLAGS.get(code, code)
    return Message("label-flag-of-groups", flag=flag, groups=groups) if groups else flag
