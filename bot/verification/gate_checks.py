"""Checks of what the gate signed: each ballot, which is a voter's first, and the counts by unit.

Whoever mixes makes the pseudonyms and draws the order; without these checks it could silence whom
it likes by inventing re-votes and withdrawals.
"""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from bot.crypto.note_signatures import verify_signature
from bot.verification.bundle_format import INTAKE
from bot.verification.bundle_reader import GROWN, NEW, OLD, UNSIGNED, Bundle, CheckFailed
from bot.verification.campaign_checks import number
from bot.verification.opened_entries import BALLOT, COMMENT, WITHDRAWAL, Opening
from bot.verification.strict_files import read_salt, read_strict_json
from survey_flows.gate_texts import (
    ballot_gate_text,
    comment_gate_text,
    erasure_gate_text,
    units_digest,
)
from survey_flows.log_entries import read_signatures
from survey_flows.messages import Message, Place
from survey_flows.signed_notes import ID

Rows = dict[str, list[int]]
"""By unit: ballots accepted, those that said again, erased ones, and erased ones of these."""


def check_gate(bundle: Bundle) -> Message:
    """Check that the gate signed every ballot, comment and withdrawal."""
    if bundle.state == OLD:
        return Message("verification-gate-form-1")
    signed = unsigned = 0
    by_key = Counter[str]()
    erasures: dict[tuple[str, str], bool] = {}
    for position, opening in bundle.opened.items():
        if not opening.is_signed:
            unsigned += 1
        elif not _is_signed(bundle, position, opening, erasures):
            raise CheckFailed(Message("verification-gate-not-signed", position=position))
        else:
            signed += 1
            by_key[_signing_key(opening)] += opening.kind == BALLOT
    if bundle.state == UNSIGNED:
        return Message("verification-gate-not-in-log")
    accepted, found = number(bundle.intake, "erasures"), len({one for one, _ in erasures})
    if found > accepted and not number(bundle.closing, "unended", 0):
        raise CheckFailed(Message("verification-erasures-more", found=found, accepted=accepted))
    _require_lost_keys_rest(bundle, by_key)
    agrees = Message("verification-gate-signed", count=signed)
    return (
        Message("verification-gate-unsigned", signed=agrees, count=unsigned) if unsigned else agrees
    )


def _signing_key(opening: Opening) -> str:
    """Return the id of the gate's key that signed a body, in hexadecimal digits."""
    return b64decode(str(opening.body().get("gate")))[:ID].hex()


def _require_lost_keys_rest(bundle: Bundle, by_key: Mapping[str, int]) -> None:
    """Check that a key that was lost signed no more than the gate had accepted by then.

    Raises:
        CheckFailed: it signed more; whoever found it used it.
    """
    start = bundle.registration.position
    for before, after in pairwise(bundle.key_acts):
        act = bundle.public[after.position]
        if act.body.get("lost") != "gate" or before.gate is None or after.position < start:
            continue
        accepted = act.body.get("accepted", {})
        named = accepted.get(bundle.campaign, 0) if isinstance(accepted, dict) else None
        found = by_key.get(before.gate.id.hex(), 0)
        if (
            type(named) is not int
            or named < 0
            or (found > named and not number(bundle.closing, "unended", 0))
        ):
            raise CheckFailed(
                Message("verification-gate-lost-more", found=found, accepted=str(named))
            )


def _is_signed(
    bundle: Bundle, position: int, opening: Opening, erasures: dict[tuple[str, str], bool]
) -> bool:
    body, origin = opening.body(), bundle.origin
    gate = str(body.get("gate"))
    if opening.kind == BALLOT:
        return _holds(bundle, position, gate, ballot_gate_text(origin, body))
    if opening.kind == COMMENT:
        return _holds(bundle, position, gate, comment_gate_text(origin, body))
    said = (str(body.get("erasure")), gate)
    if said not in erasures:
        # One erasure withdraws every ballot of its voter, with one signature.
        text = erasure_gate_text(origin, bundle.campaign, said[0])
        erasures[said] = _holds(bundle, position, gate, text)
    return erasures[said]


def _holds(bundle: Bundle, position: int, gate: str, text: str) -> bool:
    """Return whether a key of the gate signed a text; it may have changed before the mixing."""
    keys = [act.gate for act in bundle.gates if act.gate and act.position < position]
    for key in keys:
        written = [{"key": key.name, "raw": gate}]
        (signature,) = read_signatures(written, Place(subject=f"entry {position}"))
        if signature.key_id == key.id and verify_signature(key, signature, text):
            return True
    return False


def check_again(bundle: Bundle) -> Message:
    """Check that of one voter and unit exactly the first ballot says that it is the first."""
    if bundle.state in (OLD, UNSIGNED):
        return Message("verification-again-form-1")
    seen: set[tuple[str, str]] = set()
    without_first = 0
    for position, opening in bundle.opened.items():
        if opening.kind != BALLOT:
            continue
        place = (opening.voter, opening.answer[0])
        if opening.is_signed and place in seen and not opening.again:
            raise CheckFailed(Message("verification-two-firsts", position=position))
        without_first += opening.is_signed and place not in seen and opening.again
        seen.add(place)
    gap = _gap(bundle)
    if gap is not None and without_first > gap and bundle.state == NEW:
        raise CheckFailed(Message("verification-no-first", count=without_first))
    agrees = Message("verification-firsts-agree", count=len(seen))
    if without_first:
        return Message("verification-firsts-missing", agrees=agrees, count=without_first)
    return agrees


def _gap(bundle: Bundle) -> int | None:
    """Return how many ballots may be missing, also by a loss after the closing; None: any."""
    closing, lines = bundle.closing, bundle.lines
    if number(closing, "unended", 0):
        return None
    ballots = set(lines.sealed[: bundle.sealed_before_intake])
    return number(closing, "missing", 0) + len(bundle.lost & ballots)


def check_units(bundle: Bundle) -> Message:
    """Check that each unit has the ballots that the gate accepted and nobody erased."""
    if bundle.state in (OLD, UNSIGNED):
        return Message("verification-units-form-1")
    rows, gap = _read_units(bundle), _gap(bundle)
    opened: Counter[str] = Counter()
    again: Counter[str] = Counter()
    for opening in bundle.opened.values():
        if opening.kind == BALLOT and opening.is_signed:
            opened[opening.answer[0]] += 1
            again[opening.answer[0]] += opening.again
    lacking = 0
    for unit in sorted(rows.keys() | opened.keys()):
        found, repeated = opened[unit], again[unit]
        accepted, revotes, erased, erased_again = rows.get(unit, [0, 0, 0, 0])
        stay, stay_again = accepted - erased, revotes - erased_again
        new = found - repeated
        if bundle.state == GROWN:
            # Ballots of form 1 that were erased are in the gate's counts, too.
            stay, stay_again = max(accepted, found) if gap is None else accepted, repeated
            new = min(new, stay - stay_again)
        over = found > stay or repeated > stay_again or new > stay - stay_again
        if over and gap is not None:
            raise CheckFailed(
                Message("verification-unit-differs", unit=unit, found=found, accepted=stay)
            )
        lacking += max(0, stay - found)
    if gap is not None and lacking > gap and bundle.state == NEW:
        raise CheckFailed(Message("verification-units-lack", count=lacking))
    agrees = Message("verification-units-agree", count=len(rows))
    if lacking and bundle.state == NEW:
        return Message("verification-units-missing", agrees=agrees, count=lacking)
    return agrees


def _read_units(bundle: Bundle) -> Rows:
    """Return the gate's counts by unit, which the act ``intake`` commits to."""
    place = Place(file=INTAKE)
    value = read_strict_json(bundle.files.get(INTAKE, b""), place, ascii_keys=False)
    units: Mapping[str, Any] = value["units"]
    salt = read_salt(value["salt"])
    if set(value) != {"salt", "units"} or units_digest(salt, units) != bundle.intake.body["units"]:
        raise CheckFailed(Message("verification-intake-file-differs"))
    rows = {unit: [int(count) for count in row] for unit, row in units.items()}
    whole = all(len(row) == 4 and min(row) >= 0 for row in rows.values())
    columns = [sum(row[at] for row in rows.values()) for at in range(3)] if whole else []
    if columns != [number(bundle.intake, name) for name in ("accepted", "again", "erased")]:
        raise CheckFailed(Message("verification-intake-sums-differ"))
    return rows


def require_gate_parts(bundle: Bundle, position: int, opening: Opening) -> None:
    """Check place and aside of a body that the gate signed.

    Raises:
        CheckFailed: it stands on the wrong side of the intake, or its aside is another.
    """
    before = position < bundle.ballots_end
    if bundle.state in (NEW, GROWN) and before != (opening.kind == BALLOT):
        raise CheckFailed(Message("verification-body-misplaced", position=position))
    if opening.aside is not None and not (opening.kind == BALLOT and opening.aside.agrees):
        raise CheckFailed(Message("verification-aside-differs", position=position))


def require_own_ids(bundle: Bundle) -> None:
    """Check that no id of a ballot or a comment stands twice.

    Raises:
        CheckFailed: one does.
    """
    seen: set[str] = set()
    for position, opening in bundle.opened.items():
        if not opening.is_signed or opening.kind == WITHDRAWAL:
            continue
        if opening.number in seen:
            raise CheckFailed(Message("verification-id-twice", position=position))
        seen.add(opening.number)
