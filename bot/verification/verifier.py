"""Checks a published bundle without a database, a network or trust in the operator.

Each check is one sentence that holds or does not.
A check that rests on one that failed says so and fails too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.verification.act_checks import check_acts, check_labels, check_signatures
from bot.verification.bundle_reader import Bundle, CheckFailed, VerificationRequest
from bot.verification.campaign_checks import (
    check_batches,
    check_closing,
    check_intake,
    check_published_scores,
    check_registration,
    check_result,
)
from bot.verification.claims import (
    check_growth,
    check_inclusion_proof,
    check_promise,
    check_receipt,
)
from bot.verification.gate_checks import check_again, check_gate, check_units
from bot.verification.log_checks import check_form, check_root, check_signature, check_witnesses
from bot.verification.opening_checks import (
    check_ballots_fit,
    check_completeness,
    check_counted,
    check_openings,
    check_quotas,
    check_totals,
    check_weights_of_ballots,
)
from bot.verification.profile_check import check_profile
from bot.verification.weight_check import check_weights
from survey_flows.errors import BadInput, Problem
from survey_flows.messages import ENGLISH, Message

Check = Callable[[Bundle], Message]
"""Returns the message of what it found, or raises `CheckFailed`."""


WRONG = (
    *(LookupError, TypeError, ValueError, AttributeError, ArithmeticError),
    *(RecursionError, MemoryError),
)
"""What a part of a bundle raises that is missing or of another type than a check expects."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: whether it holds, and the sentence of what it found."""

    ok: bool
    finding: Problem

    def render(self, lang: str) -> str:
        """Return the sentence in a language."""
        return self.finding.render(lang)

    @property
    def what(self) -> str:
        """The sentence in English."""
        return self.render(ENGLISH)


def verify(files: Mapping[str, bytes], wanted: VerificationRequest) -> list[CheckResult]:
    """Run every check of a bundle, in the order of the page for strangers."""
    try:
        bundle = Bundle(files, wanted)
    except BadInput as error:
        return [CheckResult(False, error.problems[0])]
    checks = dict(PUBLIC_CHECKS)
    claims: tuple[tuple[str, str, Check], ...] = (
        (wanted.since, "verification-check-growth", check_growth),
        (wanted.receipt, "verification-check-receipt", check_receipt),
        (wanted.promise, "verification-check-promise", check_promise),
        (wanted.inclusion, "verification-check-inclusion-proof", check_inclusion_proof),
    )
    checks |= {name: check for claim, name, check in claims if claim}
    unreadable = _unreadable_openings(bundle)
    if bundle.has_openings and not unreadable:
        checks |= OPENING_CHECKS
    left_out = OF_FORM_2 if bundle.is_older else frozenset()
    results = [_run(name, check, bundle) for name, check in checks.items() if name not in left_out]
    return results + unreadable


def _unreadable_openings(bundle: Bundle) -> list[CheckResult]:
    """Return what is wrong with the file of openings, on which all their checks rest."""
    try:
        _ = bundle.opened
    except BadInput as error:
        return [CheckResult(False, error.problems[0])]
    except (CheckFailed, *WRONG):
        pass  # The checks say themselves what is missing.
    return []


def _run(name: str, check: Check, bundle: Bundle) -> CheckResult:
    try:
        return CheckResult(True, Problem(check(bundle)))
    except CheckFailed as error:
        return CheckResult(False, Problem(error.message))
    except BadInput as error:
        return CheckResult(False, error.problems[0])
    except WRONG:
        lacking = Message("verification-check-lacks-data", check=Message(name))
        return CheckResult(False, Problem(lacking))


PUBLIC_CHECKS: Mapping[str, Check] = {
    "verification-check-profile": check_profile,
    "verification-check-signature": check_signature,
    "verification-check-witnesses": check_witnesses,
    "verification-check-root": check_root,
    "verification-check-form": check_form,
    "verification-check-public-entries": check_acts,
    "verification-check-signatures": check_signatures,
    "verification-check-labels": check_labels,
    "verification-check-registration": check_registration,
    "verification-check-batches": check_batches,
    "verification-check-intake": check_intake,
    "verification-check-closing": check_closing,
    "verification-check-result": check_result,
    "verification-check-published-scores": check_published_scores,
}
"""Checks of every bundle, by the message that names them."""

OPENING_CHECKS: Mapping[str, Check] = {
    "verification-check-openings": check_openings,
    "verification-check-completeness": check_completeness,
    "verification-check-ballots-fit": check_ballots_fit,
    "verification-check-gate": check_gate,
    "verification-check-again": check_again,
    "verification-check-units": check_units,
    "verification-check-counted": check_counted,
    "verification-check-quotas": check_quotas,
    "verification-check-weights-of-ballots": check_weights_of_ballots,
    "verification-check-weights": check_weights,
    "verification-check-totals": check_totals,
}
"""Checks of a bundle with openings."""

OF_FORM_2 = frozenset(
    f"verification-check-{name}"
    for name in ("profile", "signatures", "labels", "batches", "intake", "gate", "again", "units")
)
"""Checks that say nothing of a bundle of format 1, whose log has no lines."""
