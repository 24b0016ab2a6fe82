"""Signatures of the acts of the public log: who ordered what the log's key then writes.

The log's key says that an entry stands in the log; it says nothing of who wanted it.
An act is signed apart, over its body and the log's name, so that no signature fits another log.
"""

from __future__ import annotations

from bot.crypto.note_signatures import sign_text, verify_signature
from survey_flows.log_entries import signed_act_text
from survey_flows.signed_notes import Signature, VerifierKey


def sign_act(seed: bytes, name: str, origin: str, body: str) -> Signature:
    """Returns the signature of an act's body by the key of ``seed``, which is called ``name``."""
    return sign_text(seed, name, signed_act_text(origin, body))


def signed_act(key: VerifierKey, origin: str, body: str, signature: Signature) -> bool:
    """Returns whether ``key`` signed this body for the log ``origin``."""
    if (signature.name, signature.key_id) != (key.name, key.id):
        return False
    return verify_signature(key, signature, signed_act_text(origin, body))
