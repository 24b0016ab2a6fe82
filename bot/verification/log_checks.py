"""Checks of the log itself: who signed it, and whether its entries are those that were signed."""

from __future__ import annotations

from collections.abc import Mapping

from bot.crypto.note_signatures import VerifiedNote, open_note
from bot.verification.bundle_reader import Bundle, CheckFailed
from survey_flows.log_entries import LOG_ITSELF, positions_digest
from survey_flows.messages import Message


def check_signature(bundle: Bundle) -> Message:
    """Check that the log's key signed the checkpoint."""
    keys = bundle.log_keys
    if not keys:
        raise CheckFailed(Message("verification-key-not-given", origin=bundle.origin))
    bundle.verified_note = verified = open_note(bundle.note, keys)
    if verified.checkpoint.origin != bundle.origin:
        raise CheckFailed(Message("verification-other-log"))
    size = verified.checkpoint.size
    return Message("verification-signed", size=size, origin=bundle.origin)


def check_witnesses(bundle: Bundle) -> Message:
    """Check that each witness that was named signed it."""
    if not bundle.wanted.witnesses:
        return Message("verification-no-witness-named")
    for witness in bundle.wanted.witnesses:
        open_note(bundle.note, [witness])
    witnesses = tuple(key.name for key in bundle.wanted.witnesses)
    return Message("verification-witnessed", witnesses=witnesses)


def check_root(bundle: Bundle) -> Message:
    """Check that the lines are the leaves of the signed tree."""
    checkpoint = _verified_note(bundle).checkpoint
    listed = len(bundle.log)
    if checkpoint.size != listed:
        signed = checkpoint.size
        raise CheckFailed(Message("verification-size-differs", signed=signed, listed=listed))
    if checkpoint.root != bundle.root:
        raise CheckFailed(Message("verification-root-differs"))
    return Message("verification-root-agrees", size=listed)


def _verified_note(bundle: Bundle) -> VerifiedNote:
    if bundle.verified_note is None:
        raise CheckFailed(Message("verification-signature-missing"))
    return bundle.verified_note


def check_form(bundle: Bundle) -> Message:
    """Check from where on a line says whose an entry is, and what the act ``format`` froze."""
    if bundle.is_older:
        return Message("verification-form-1-alone")
    log = bundle.log
    formats = [at for at, kind in enumerate(log.kinds) if kind == "format"]
    if formats != ([log.older] if log.older else []):
        raise CheckFailed(Message("verification-format-misplaced", count=log.older))
    if not log.older:
        return Message("verification-form-2")
    act = bundle.public.get(log.older)
    if act is None:
        raise CheckFailed(Message("verification-act-kept-back", kind="format", position=log.older))
    frozen = act.body["campaigns"]
    if not isinstance(frozen, Mapping) or act.body["from"] != log.older:
        raise CheckFailed(Message("verification-format-differs", campaign=LOG_ITSELF))
    found = _older_positions(bundle)
    for campaign in sorted({*frozen, *found}):
        if frozen.get(campaign, positions_digest(())) != positions_digest(found.get(campaign, ())):
            raise CheckFailed(Message("verification-format-differs", campaign=campaign))
    return Message("verification-form-1-until", position=log.older)


def _older_positions(bundle: Bundle) -> dict[str, list[int]]:
    """Return the positions of older sealed entries by campaign; a public one has its text."""
    found: dict[str, list[int]] = {}
    for position in range(bundle.log.older):
        campaign = bundle.log.campaigns[position]
        if (campaign == LOG_ITSELF) != (position in bundle.public):
            raise CheckFailed(Message("verification-older-act-kept-back", position=position))
        if campaign != LOG_ITSELF:
            found.setdefault(campaign, []).append(position)
    return found
