"""Reads the public acts of a bundle, and the keys that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from bot.verification.acts import Act, KeysInForce
from bot.verification.bundle_format import PUBLIC
from bot.verification.log_file import OLDER, LoggedEntries
from bot.verification.strict_files import read_json, read_lines, read_strict_json
from survey_flows.canonical_json import read_strict
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import LOG_ITSELF, RECEIPT, SEALED, read_signatures
from survey_flows.signed_notes import ED25519, VerifierKey, read_key


def read_acts(raw: bytes, entries: LoggedEntries, older_bundle: bool) -> dict[int, Act]:
    """Return the acts by position; whether the log commits to them is not checked here.

    Raises:
        BadInput: a line is no act, names no entry that can be one, or names one twice.
    """
    found: dict[int, Act] = {}
    read = read_json if older_bundle else read_strict_json
    for number, line in enumerate(read_lines(raw, PUBLIC), 1):
        place = Place(file=PUBLIC, line=number)
        value = read(line, place)
        try:
            position, text = value["position"], value["body"]
            named = type(position) is int and 0 <= position < len(entries)
            kind = entries.kinds[position] if named else ""
            act = _read_act(value, text, kind, place, older_bundle)
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(Message("verification-public-entry-wrong"), place) from error
        if not named or position in found or kind in (RECEIPT, SEALED):
            raise BadInput(Message("verification-public-entry-twice"), place)
        found[position] = act
    return found


def _read_act(
    value: Mapping[str, Any], text: str, kind: str, place: Place, older_bundle: bool
) -> Act:
    body = orjson.loads(text) if older_bundle else read_strict(text, place)
    if not isinstance(body, dict):
        raise TypeError(body)
    if kind in ("", OLDER):
        if set(value) != {"position", "body"}:
            raise KeyError(value)
        return Act(value["position"], text, body, None)
    if set(value) != {"position", "body", "signatures"}:
        raise KeyError(value)
    return Act(value["position"], text, body, read_signatures(value["signatures"], place))


def read_key_acts(acts: Mapping[int, Act], desk: str, gate: str) -> list[KeysInForce]:
    """Return what the acts ``keys`` name, in order.

    Args:
        acts: by position.
        desk: the name that the desk's key has.
        gate: the name that the gate's key has.

    Raises:
        BadInput: an act is not the next by its number, or names other keys.
    """
    found: list[KeysInForce] = []
    for position, act in sorted(acts.items()):
        if act.kind != "keys" or act.signatures is None:
            continue
        place = Place(file=PUBLIC, subject=f"entry {position}")
        keys = KeysInForce(position, _key(act, "desk", desk), _key(act, "gate", gate))
        named = act.body.get("campaign"), act.body.get("name")
        if named != (LOG_ITSELF, str(len(found) + 1)) or not keys.named():
            raise BadInput(Message("verification-keys-wrong", position=position), place)
        found.append(keys)
    return found


def _key(act: Act, role: str, name: str) -> VerifierKey | None:
    if role not in act.body:
        return None
    key = read_key(str(act.body[role]))
    if (key.name, key.kind) != (name, ED25519):
        place = Place(file=PUBLIC, subject=f"entry {act.position}")
        raise BadInput(Message("verification-keys-wrong", position=act.position), place)
    return key
