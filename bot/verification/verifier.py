"""Checks a published bundle without a database, a network or trust in the operator.

Each check is one sentence that holds or does not.
A check that rests on one that failed says so and fails too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from bot.crypto.note_signatures import VerifiedNote, open_note
from bot.verification.bundle_format import TOTALS
from bot.verification.bundle_reader import (
    Bundle,
    CheckFailed,
    VerificationRequest,
    read_json,
)
from bot.verification.opening_checks import (
    check_ballots_fit,
    check_completeness,
    check_counted,
    check_openings,
    check_quotas,
    check_totals,
    check_weights_of_ballots,
)
from bot.verification.public_totals import contradicted_units, recomputed_scores
from bot.verification.weight_check import check_weights
from survey_flows.errors import BadInput, Problem
from survey_flows.log_entries import OLDER_PROOF as PROOF
from survey_flows.log_entries import older_act_label as public_label
from survey_flows.log_entries import older_receipt_label as receipt_label
from survey_flows.log_entries import read_code
from survey_flows.merkle import leaf_hash, root, verify_inclusion
from survey_flows.messages import ENGLISH, Message, Place

KEPT_BACK = {
    "registration": "verification-registration-kept-back",
    "closing": "verification-closing-kept-back",
    "result": "verification-result-kept-back",
}
"""Messages by the kind of the public entries that stand under the campaign's name."""

Check = Callable[[Bundle], Message]
"""Returns the message of what it found, or raises `CheckFailed`."""


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
    """Run every check of a bundle, in the order in which they rest on each other."""
    try:
        bundle = Bundle(files, wanted)
    except BadInput as error:
        return [CheckResult(False, error.problems[0])]
    checks = dict(PUBLIC_CHECKS)
    if wanted.since:
        checks["verification-check-growth"] = _check_growth
    if wanted.receipt:
        checks["verification-check-receipt"] = _check_receipt
    if wanted.inclusion:
        checks["verification-check-inclusion-proof"] = _check_inclusion_proof
    if bundle.opened is not None:
        checks |= OPENING_CHECKS
    return [_run(name, check, bundle) for name, check in checks.items()]


def _run(name: str, check: Check, bundle: Bundle) -> CheckResult:
    try:
        return CheckResult(True, Problem(check(bundle)))
    except CheckFailed as error:
        return CheckResult(False, Problem(error.message))
    except BadInput as error:
        return CheckResult(False, error.problems[0])
    except (KeyError, TypeError, ValueError, AttributeError):
        lacking = Message("verification-check-lacks-data", check=Message(name))
        return CheckResult(False, Problem(lacking))


def _check_signature(bundle: Bundle) -> Message:
    keys = bundle.log_keys
    if not keys:
        raise CheckFailed(Message("verification-key-not-given", origin=bundle.origin))
    bundle.verified_note = verified = open_note(bundle.note, keys)
    if verified.checkpoint.origin != bundle.origin:
        raise CheckFailed(Message("verification-other-log"))
    size = verified.checkpoint.size
    return Message("verification-signed", size=size, origin=bundle.origin)


def _check_witnesses(bundle: Bundle) -> Message:
    if not bundle.wanted.witnesses:
        return Message("verification-no-witness-named")
    for witness in bundle.wanted.witnesses:
        open_note(bundle.note, [witness])
    witnesses = tuple(key.name for key in bundle.wanted.witnesses)
    return Message("verification-witnessed", witnesses=witnesses)


def _check_root(bundle: Bundle) -> Message:
    checkpoint = _verified_note(bundle).checkpoint
    listed = len(bundle.data)
    if checkpoint.size != listed:
        signed = checkpoint.size
        raise CheckFailed(Message("verification-size-differs", signed=signed, listed=listed))
    if checkpoint.root != bundle.root:
        raise CheckFailed(Message("verification-root-differs"))
    return Message("verification-root-agrees", size=listed)


def _check_public_entries(bundle: Bundle) -> Message:
    labels = {public_label(kind, bundle.campaign): name for kind, name in KEPT_BACK.items()}
    for position, data in enumerate(bundle.data):
        if data[:32] in labels and position not in bundle.public:
            raise CheckFailed(Message(labels[data[:32]], position=position))
    for position, (text, _) in bundle.public.items():
        if sha256(text.encode()).digest() != bundle.data[position][32:]:
            raise CheckFailed(Message("verification-public-text-differs", position=position))
    return Message("verification-public-texts-agree", count=len(bundle.public))


def _check_registration(bundle: Bundle) -> Message:
    terms = bundle.registered
    if bundle.data[terms.position][:32] != public_label("registration", bundle.campaign):
        raise CheckFailed(Message("verification-registration-name-differs"))
    early = [position for position in bundle.own if position < terms.position]
    if early:
        raise CheckFailed(Message("verification-entry-before-registration", position=min(early)))
    position, entries, quotas = terms.position, len(bundle.own), len(terms.quotas)
    registered = Message("verification-registered", position=position, entries=entries)
    if quotas:
        registered = Message(
            "verification-registered-with-quotas",
            quotas=quotas,
            position=position,
            entries=entries,
        )
    if terms.pilot:
        return Message("verification-registered-pilot", registered=registered)
    return registered


def _check_closing(bundle: Bundle) -> Message:
    position, body = bundle.closing
    late = [at for at in bundle.own if at > position]
    if late:
        raise CheckFailed(Message("verification-entry-after-closing", position=max(late)))
    counted, superseded, withdrawn = body["counted"], body["superseded"], body["withdrawn"]
    # A withdrawal is an entry of its own, beside the one that it names.
    named, found = counted + superseded + 2 * withdrawn, len(bundle.own)
    if found < named:
        raise CheckFailed(Message("verification-closing-names-more", named=named, found=found))
    closed = Message(
        "verification-closed",
        position=position,
        counted=counted,
        superseded=superseded,
        withdrawn=withdrawn,
    )
    missing, unended = body.get("missing", 0), body.get("unended", 0)
    if missing or unended:
        gap = {"missing": missing, "unended": unended}
        return Message("verification-closed-with-gap", closed=closed, **gap)
    return closed


def _check_result(bundle: Bundle) -> Message:
    found = bundle.entries("result")
    if not found:
        raise CheckFailed(Message("verification-result-missing"))
    position, body = found[-1]
    if body.get("totals") != sha256(bundle.files[TOTALS]).hexdigest():
        raise CheckFailed(Message("verification-totals-differ", position=position))
    if position < bundle.closing[0]:
        raise CheckFailed(Message("verification-result-before-closing"))
    return Message("verification-totals-committed", position=position)


def _check_published_scores(bundle: Bundle) -> Message:
    if bundle.totals["campaign"] != bundle.campaign:
        raise CheckFailed(Message("verification-totals-other-campaign"))
    terms = bundle.registered
    again = recomputed_scores(bundle.totals, terms.categories, terms.scheme)
    wrong = contradicted_units(bundle.totals, again)
    if wrong:
        raise CheckFailed(Message("verification-scores-contradicted", units=tuple(wrong)))
    known = sum(value is not None for value in again.values())
    rest = len(again) - known
    if rest:
        return Message("verification-scores-follow-in-part", known=known, rest=rest)
    return Message("verification-scores-follow", known=known)


def _check_growth(bundle: Bundle) -> Message:
    keys = [*bundle.log_keys, *bundle.wanted.witnesses]
    older = open_note(bundle.wanted.since, keys).checkpoint
    size, now = older.size, len(bundle.data)
    if older.origin != bundle.origin:
        raise CheckFailed(Message("verification-older-checkpoint-other-log"))
    if size > now:
        raise CheckFailed(Message("verification-log-rolled-back", before=size, now=now))
    if root(bundle.leaves(size)) != older.root:
        raise CheckFailed(Message("verification-log-rewritten", size=size))
    return Message("verification-log-grew", size=size)


def _check_receipt(bundle: Bundle) -> Message:
    label = receipt_label(read_code(bundle.wanted.receipt))
    found = [at for at, data in enumerate(bundle.data) if data[:32] == label]
    if not found:
        raise CheckFailed(Message("verification-receipt-not-included"))
    position = found[0]
    campaign = bundle.campaigns[position]
    if campaign != bundle.campaign:
        raise CheckFailed(Message("verification-receipt-other-campaign", campaign=campaign))
    opened = bundle.opened
    if opened is not None and position not in opened and position not in bundle.withdrawn:
        raise CheckFailed(Message("verification-receipt-not-opened"))
    return Message("verification-receipt-included", position=position)


def _check_inclusion_proof(bundle: Bundle) -> Message:
    value = read_json(bundle.wanted.inclusion.encode(), Place())
    if not isinstance(value, dict) or value.get("format") != PROOF:
        raise CheckFailed(Message("verification-proof-unknown-format", format=PROOF))
    checkpoint = open_note(value["checkpoint"], bundle.log_keys).checkpoint
    position, proof = value["position"], [bytes.fromhex(hash_) for hash_ in value["proof"]]
    data = bytes.fromhex(value["label"]) + bytes.fromhex(value["commitment"])
    if not verify_inclusion(leaf_hash(data), position, checkpoint.size, proof, checkpoint.root):
        raise CheckFailed(Message("verification-proof-does-not-hold"))
    known = checkpoint.size <= len(bundle.data)
    if not known or root(bundle.leaves(checkpoint.size)) != checkpoint.root:
        raise CheckFailed(Message("verification-proof-other-history"))
    return Message("verification-proof-holds", position=position)


def _verified_note(bundle: Bundle) -> VerifiedNote:
    if bundle.verified_note is None:
        raise CheckFailed(Message("verification-signature-missing"))
    return bundle.verified_note


PUBLIC_CHECKS: Mapping[str, Check] = {
    "verification-check-signature": _check_signature,
    "verification-check-witnesses": _check_witnesses,
    "verification-check-root": _check_root,
    "verification-check-public-entries": _check_public_entries,
    "verification-check-registration": _check_registration,
    "verification-check-closing": _check_closing,
    "verification-check-result": _check_result,
    "verification-check-published-scores": _check_published_scores,
}
"""Checks of every bundle, by the message that names them."""

OPENING_CHECKS: Mapping[str, Check] = {
    "verification-check-openings": check_openings,
    "verification-check-completeness": check_completeness,
    "verification-check-ballots-fit": check_ballots_fit,
    "verification-check-counted": check_counted,
    "verification-check-quotas": check_quotas,
    "verification-check-weights-of-ballots": check_weights_of_ballots,
    "verification-check-weights": check_weights,
    "verification-check-totals": check_totals,
}
"""Checks of a bundle with openings."""
