"""Checks of public acts: that the log commits to them, that none is kept back, and who signed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from itertools import pairwise

from bot.crypto.note_signatures import verify_signature
from bot.transparency.verdicts import DROPPED, PROPOSED, RELEASE, REOPEN, UPHOLD
from bot.verification.acts import (
    DESK,
    GATE,
    LOG,
    NEEDED_KEYS,
    ONCE,
    SIGNERS,
    Act,
    KeysInForce,
    keys_at,
)
from bot.verification.bundle_reader import Bundle, CheckFailed
from bot.verification.log_file import OLDER
from bot.verification.strict_files import read_body
from survey_flows.log_entries import (
    LOG_ITSELF,
    RECEIPT,
    SEALED,
    SEEN,
    act_commitment,
    act_label,
    older_act_label,
    signed_act_text,
)
from survey_flows.messages import Message, Place
from survey_flows.signed_notes import VerifierKey

KEPT_BACK = {
    "registration": "verification-registration-kept-back",
    "closing": "verification-closing-kept-back",
    "result": "verification-result-kept-back",
}
"""Messages by the kind of the public entries of form 1 that stand under the campaign's name."""


VERDICTS = frozenset((PROPOSED, UPHOLD, RELEASE, REOPEN, DROPPED))


def check_acts(bundle: Bundle) -> Message:
    """Check that acts are what the log commits to, and that none of them is kept back."""
    labels = {older_act_label(kind, bundle.campaign): name for kind, name in KEPT_BACK.items()}
    log = bundle.log
    for position, kind in enumerate(log.kinds):
        if position in bundle.public or kind in (RECEIPT, SEALED):
            continue
        if kind == OLDER:
            if (label := log.label(position)) in labels:
                raise CheckFailed(Message(labels[label], position=position))
        elif log.campaigns[position] in (LOG_ITSELF, bundle.campaign):
            raise CheckFailed(Message("verification-act-kept-back", kind=kind, position=position))
    for position, act in bundle.public.items():
        _require_committed(bundle, position, act)
    if not bundle.is_older:
        require_next_decisions(bundle)
    agree = Message("verification-public-texts-agree", count=len(bundle.public))
    signed = (act for act in bundle.public.values() if act.signatures is not None)
    unknown = sorted({act.kind for act in signed} - SIGNERS.keys())
    if unknown:
        return Message("verification-acts-of-unknown-kinds", agree=agree, kinds=tuple(unknown))
    return agree


def _require_committed(bundle: Bundle, position: int, act: Act) -> None:
    log = bundle.log
    if act.signatures is None:
        commitment = sha256(act.text.encode()).digest()
    else:
        commitment = act_commitment(act.text, act.signatures)
    if commitment != log.commitment(position):
        raise CheckFailed(Message("verification-public-text-differs", position=position))
    if act.signatures is None:
        return
    body = read_body(act.text, Place(subject=f"entry {position}"))
    said = tuple(str(body.get(part)) for part in ("kind", "campaign", "name"))
    named = said[:2] == (log.kinds[position], log.campaigns[position])
    once = said[0] not in ONCE or said[2] == said[1]
    if not named or not once or act_label(*said) != log.label(position):
        raise CheckFailed(Message("verification-act-other-line", position=position))


def require_next_decisions(bundle: Bundle) -> None:
    """Check that the decisions on each case have their names and, in format 2, go 1, 2, 3.

    Raises:
        CheckFailed: one stands under another name, is not the next, or has no known verdict.
    """
    counts: Counter[str] = Counter()
    for act in bundle.acts("decision"):
        case, number = str(act.body["case"]), act.body["number"]
        name, position = f"{bundle.campaign}/{case}/{number}", act.position
        if act.signatures is None:
            same = bundle.log.label(position) == older_act_label("decision", name)
        else:
            same = act.body["name"] == name
        if not same:
            raise CheckFailed(Message("verification-decision-name-differs", position=position))
        counts[case] += 1
        if bundle.is_older:
            continue
        if number != counts[case]:
            raise CheckFailed(Message("verification-decision-number-differs", position=position))
        if act.body["verdict"] not in VERDICTS:
            raise CheckFailed(Message("verification-decision-verdict", position=position))


def check_signatures(bundle: Bundle) -> Message:
    """Check that each act is signed by those who must, with keys that held at its entry."""
    if bundle.is_older:
        return Message("verification-acts-unsigned")
    signed = in_place = 0
    for position, act in sorted(bundle.public.items()):
        if act.signatures is None:
            continue
        in_place += _require_signed(bundle, position, act)
        signed += 1
    found = Message("verification-acts-signed", count=signed)
    if in_place:
        found = Message("verification-acts-signed-for-desk", signed=found, count=in_place)
    if late := _late(bundle):
        found = Message("verification-acts-late", signed=found, count=len(late), position=late[0])
    broken, lost = _handed_over(bundle)
    for role, count in sorted(lost.items()):
        found = Message(LOST[role], signed=found, count=count)
    return Message("verification-keys-broken", signed=found, count=broken) if broken else found


def _late(bundle: Bundle) -> list[int]:
    """Return the entries of acts that were ordered before another one that stands before them.

    Each says how many entries the log had then: somebody kept it back and put it in later.
    """
    late, newest = [], -1
    for position, act in sorted(bundle.public.items()):
        seen = act.body.get(SEEN)
        if SIGNERS.get(act.kind) != DESK or type(seen) is not int:
            continue
        if seen < newest or seen > position:
            late.append(position)
        newest = max(newest, seen)
    return late


def _require_signed(bundle: Bundle, position: int, act: Act) -> bool:
    """Return whether the log's key stood in for the desk's, which has none yet."""
    held = keys_at(bundle.key_acts, position)
    text = signed_act_text(bundle.origin, act.text)
    by_name: dict[str, Sequence[VerifierKey]] = {n: [k] for n, k in held.named().items()}
    by_name[bundle.origin] = bundle.log_keys
    for signature in act.signatures or ():
        keys = (key for key in by_name.get(signature.name, ()) if key.id == signature.key_id)
        if not any(verify_signature(key, signature, text) for key in keys):
            raise CheckFailed(
                Message("verification-act-signature-false", position=position, key=signature.name)
            )
    names = {signature.name for signature in act.signatures or ()}
    role = SIGNERS.get(act.kind)
    by_log = role == DESK and held.desk is None and "desk" not in NEEDED_KEYS
    signer = bundle.origin + (LOG if by_log else role or "")
    if not names or (role is not None and signer not in names):
        raise CheckFailed(
            Message("verification-act-unsigned", kind=act.kind, position=position, key=signer)
        )
    return by_log


STANDS_IN = {"desk": GATE, "gate": DESK}
"""Whose signature stands, with the log's, in the place of a lost key's."""
LOST = {"desk": "verification-keys-desk-lost", "gate": "verification-keys-gate-lost"}
"""The message about a key of this role that was lost and replaced."""


def _handed_over(bundle: Bundle) -> tuple[int, Counter[str]]:
    """Return how many acts ``keys`` lack the signature of a key that they replace.

    After the registration that would let whoever has the log's key make itself a gate. A key
    that was lost cannot sign: then the other one of desk and gate does, and these are counted
    apart by the role of the lost one.
    """
    broken, lost = 0, Counter[str]()
    for before, after in pairwise(bundle.key_acts):
        act = bundle.public[after.position]
        signers, replaced = {one.name for one in act.signatures or ()}, _replaced(before, after)
        if replaced <= signers:
            continue
        role = act.body.get("lost")
        stands_in = STANDS_IN.get(role) if isinstance(role, str) else None
        if (
            stands_in
            and replaced == {f"{bundle.origin}/{role}"}
            and (bundle.origin + stands_in in signers)
        ):
            lost[str(role)] += 1
            continue
        if after.position > bundle.registration.position:
            raise CheckFailed(Message("verification-keys-not-handed-over", position=after.position))
        broken += 1
    return broken, lost


def _replaced(before: KeysInForce, after: KeysInForce) -> set[str]:
    pairs = ((before.desk, after.desk), (before.gate, after.gate))
    return {old.name for old, new in pairs if old is not None and old != new}


def check_labels(bundle: Bundle) -> Message:
    """Check that no receipt's label and no act's label stands twice."""
    log = bundle.log
    named = [at for at, kind in enumerate(log.kinds) if kind not in (OLDER, SEALED)]
    counts = Counter((log.kinds[at] == RECEIPT, log.label(at)) for at in named)
    if len(counts) < len(named):
        twice = next(
            at for at in named[::-1] if counts[log.kinds[at] == RECEIPT, log.label(at)] > 1
        )
        raise CheckFailed(Message("verification-label-twice", position=twice))
    return Message("verification-labels-once", count=len(counts))
