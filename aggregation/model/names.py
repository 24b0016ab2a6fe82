"""The names of the appraisal's codes in print (messages ``label-…``)."""

from __future__ import annotations

from collections.abc import Mapping

from aggregation.model.facts import FindingKind, Grade, Role, Verdict
from aggregation.model.results import Certainty, ConsequenceKind, ProposalStatus
from survey_flows.messages import Message

GRADES: Mapping[Grade, Message] = {
    Grade.FIRST: Message("label-grade-first"),
    Grade.SECOND: Message("label-grade-second"),
    Grade.THIRD: Message("label-grade-third"),
    Grade.FOURTH: Message("label-grade-fourth"),
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
