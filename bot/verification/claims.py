"""Checks of what a reader brings: an older checkpoint, a receipt, a promise, a proof."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.crypto.note_signatures import open_note, verify_signature
from bot.verification.bundle_reader import Bundle, CheckFailed
from bot.verification.log_file import OLDER
from bot.verification.strict_files import read_hex
from survey_flows.canonical_json import read_strict
from survey_flows.gate_texts import PROMISE_SECONDS, promise_text
from survey_flows.log_entries import (
    OLDER_FORM,
    OLDER_PROOF,
    PROOF,
    RECEIPT,
    older_receipt_label,
    read_code,
    read_line,
    receipt_label,
)
from survey_flows.merkle import leaf_hash, root, verify_inclusion
from survey_flows.messages import Message, Place
from survey_flows.signed_notes import read_note

DIGITS = 64
"""Hexadecimal digits of a digest."""


def check_growth(bundle: Bundle) -> Message:
    """Check that the log only grew since an older checkpoint."""
    keys = [*bundle.log_keys, *bundle.wanted.witnesses]
    older = open_note(bundle.wanted.since, keys).checkpoint
    size, now = older.size, len(bundle.log)
    if older.origin != bundle.origin:
        raise CheckFailed(Message("verification-older-checkpoint-other-log"))
    if size > now:
        raise CheckFailed(Message("verification-log-behind", before=size, now=now))
    if root(bundle.leaves(size)) != older.root:
        raise CheckFailed(Message("verification-log-rewritten", size=size))
    return Message("verification-log-grew", size=size)


def check_receipt(bundle: Bundle) -> Message:
    """Check that a receipt is in the log, as one of this campaign."""
    code = read_code(bundle.wanted.receipt)
    label, older = receipt_label(bundle.campaign, code), older_receipt_label(code)
    for position in (*bundle.lines.receipts, *bundle.lines.older):
        is_older = bundle.log.kinds[position] == OLDER
        if bundle.log.label(position) != (older if is_older else label):
            continue
        opened, named = bundle.opened, bundle.withdrawn
        if is_older and bundle.has_openings and position not in {*opened, *named}:
            raise CheckFailed(Message("verification-receipt-not-opened"))
        return Message("verification-receipt-included", position=position)
    other = _campaign_of(bundle, code)
    if other:
        raise CheckFailed(Message("verification-receipt-other-campaign", campaign=other))
    raise CheckFailed(Message("verification-receipt-not-included"))


def _campaign_of(bundle: Bundle, code: str) -> str:
    """Return the campaign of a receipt, if it is one of the log's."""
    log = bundle.log
    older = older_receipt_label(code)
    labels = {name: receipt_label(name, code) for name in set(log.campaigns)}
    for position, kind in enumerate(log.kinds):
        name = log.campaigns[position]
        if kind == RECEIPT and log.label(position) == labels[name]:
            return name
        if kind == OLDER and log.label(position) == older:
            return name
    return ""


def check_promise(bundle: Bundle) -> Message:
    """Check that a promise is the gate's, due as for everybody, and kept."""
    note = read_note(bundle.wanted.promise)
    lines = note.text.split("\n")
    if len(lines) != 6 or lines[1:3] != [bundle.origin, bundle.campaign]:
        raise CheckFailed(Message("verification-promise-other"))
    due = bundle.registered.closes_at + PROMISE_SECONDS
    try:
        label = read_hex(lines[3], DIGITS)
        said = promise_text(bundle.origin, bundle.campaign, label, int(lines[4]))
    except ValueError as error:
        raise CheckFailed(Message("verification-promise-other")) from error
    if said != note.text:
        raise CheckFailed(Message("verification-promise-other"))
    keys = [act.gate for act in bundle.gates if act.gate is not None]
    signed = [
        verify_signature(key, one, note.text)
        for key in keys
        for one in note.signatures
        if (key.name, key.id) == (one.name, one.key_id)
    ]
    if not signed or not all(signed):
        raise CheckFailed(Message("verification-promise-unsigned"))
    if lines[4] != str(due):
        raise CheckFailed(Message("verification-promise-due", said=lines[4], due=str(due)))
    for position in bundle.lines.receipts:
        if bundle.log.label(position) == label:
            return Message("verification-promise-kept", position=position)
    if bundle.acts("closing"):
        raise CheckFailed(Message("verification-promise-broken"))
    day = datetime.fromtimestamp(due, UTC).isoformat()
    if bundle.wanted.now() > due:
        raise CheckFailed(Message("verification-promise-overdue", due=day))
    return Message("verification-promise-not-yet", due=day)


def check_inclusion_proof(bundle: Bundle) -> Message:
    """Check that a proof leads from an entry to this log."""
    value = read_strict(bundle.wanted.inclusion, Place())
    known = isinstance(value, dict) and value.get("format") in (PROOF, OLDER_PROOF)
    if not known:
        raise CheckFailed(Message("verification-proof-unknown-format", format=PROOF))
    if value["format"] == OLDER_PROOF:
        data = read_hex(value["label"], DIGITS) + read_hex(value["commitment"], DIGITS)
    else:
        line = read_line(value["line"], Place())
        if line.form == OLDER_FORM:
            raise CheckFailed(Message("verification-proof-unknown-format", format=OLDER_PROOF))
        data = line.data
    checkpoint = open_note(value["checkpoint"], bundle.log_keys).checkpoint
    position, proof = value["position"], [read_hex(hash_, DIGITS) for hash_ in value["proof"]]
    if type(position) is not int or position < 0:
        raise ValueError(position)
    if not verify_inclusion(leaf_hash(data), position, checkpoint.size, proof, checkpoint.root):
        raise CheckFailed(Message("verification-proof-does-not-hold"))
    inside = checkpoint.size <= len(bundle.log)
    if not inside or root(bundle.leaves(checkpoint.size)) != checkpoint.root:
        raise CheckFailed(Message("verification-proof-other-history"))
    return Message("verification-proof-holds", position=position)
