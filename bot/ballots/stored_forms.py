"""Readers of the envelopes that wait in the database, by the version of what is signed in them.

Versions 0 and 1 are those before versions were written: one message, and a list of messages.
Version 2 is a list, too. The gate's messages then have ``stream`` and ``number``.
In version 3 the gate has signed ballots, comments and erasures for the log, and what waits for the
close has presses beside comments.
In version 4 ballots have cluster and reminders in their aside.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bot.core.stored_forms import Readers, UnknownForm

STAGED_FORM, HELD_FORM, REQUEST_FORM = 4, 3, 2
"""The versions that are written now: by the gate, for the close, and for the end of the day."""
BALLOT, COMMENT, WITHDRAWAL = "ballot", "comment", "withdrawal"
ERASE, PRESSURE, FOLLOW, END = "erase", "pressure", "follow", "end"

Submission = dict[str, Any]
"""What an envelope holds, with ``kind``, ``campaign`` and ``voter`` (the gate's pseudonym in hex).

- `BALLOT` has ``ballot``, ``receipt`` and ``text``. From version 3 on ``ballot`` is the body
  without ``gate`` and ``voter``, ``gate`` the signature, ``aside`` what the body has a digest of,
  and ``comment`` id and signatures of the text, if there is one. Before, it has columns of the row.
  A comment that waits has ``unit``, ``text`` and ``comment``.
- `ERASE` withdraws all of a voter's ballots and comments; from version 3 on it has ``erasure``, its
  id, and ``gate``. What waits for the close names the person's presses by ``presser``.
- `PRESSURE` has ``unit``.
- `FOLLOW` has the fields of `survey_flows.effects.HoldRequest` and the sealed address.
- `END` has no voter, but ``streams``: the gate's running numbers end there
  (`bot.ballots.gate_streams`). The one of a closing campaign has ``intake`` from version 3 on.

The keys are those of sealed bytes, which an older gate may have written: they never change.
"""

_ADDRESS = ("lookup", "sealed", "mark")
_REQUEST = ("campaign", "unit", "text", "shared", "lang", "day", "due", "at", *_ADDRESS)
_SUBMITTED: Mapping[str, tuple[str, ...]] = {
    BALLOT: ("campaign", "voter", "receipt", "text", "ballot"),
    ERASE: ("campaign", "voter"),
    PRESSURE: ("campaign", "voter", "unit"),
    FOLLOW: ("voter", *_REQUEST),
    END: ("campaign", "streams", "closing"),
}
_SIGNED: Mapping[str, tuple[str, ...]] = {
    **_SUBMITTED,
    BALLOT: (*_SUBMITTED[BALLOT], "gate", "aside", "comment"),
    ERASE: (*_SUBMITTED[ERASE], "erasure", "gate"),
}
_COMMENTS: Mapping[str, tuple[str, ...]] = {
    BALLOT: ("campaign", "voter", "unit", "text"),
    ERASE: ("campaign", "voter"),
}
_HELD: Mapping[str, tuple[str, ...]] = {
    BALLOT: ("campaign", "voter", "unit", "text", "comment"),
    ERASE: ("campaign", "voter", "presser"),
    PRESSURE: ("campaign", "voter", "unit"),
}
_REQUESTS: Mapping[str, tuple[str, ...]] = {FOLLOW: _REQUEST}
_BALLOT = frozenset(
    ("unit", "questionnaire", "grp", "stratum", "source", "ratings", "facts", "bucket", "risk")
)
_BODY = (_BALLOT - {"grp", "bucket", "risk"}) | {
    *("kind", "campaign", "group", "channel", "id", "again", "aside")
}
_COMMENT = frozenset(("id", "named", "unnamed"))
_ASIDE = frozenset(("salt", "bucket", "risk"))
_WAY = frozenset(("cluster", "reminders"))
SIGNED_FORM = 3
"""The first version with signatures of the gate."""
Kinds = Mapping[str, tuple[str, ...]]


def _one(kinds: Kinds, form: int) -> Callable[[str], list[Submission]]:
    return lambda text: _checked(kinds, form, [json.loads(text)])


def _many(kinds: Kinds, form: int) -> Callable[[str], list[Submission]]:
    return lambda text: _checked(kinds, form, json.loads(text))


def _readers(kinds: Kinds) -> dict[int, Callable[[str], list[Submission]]]:
    return {0: _one(kinds, 0), 1: _many(kinds, 1), 2: _many(kinds, 2)}


def _checked(kinds: Kinds, form: int, messages: Any) -> list[Submission]:
    """Returns the messages; one that lacks a part would stop the batch of all others.

    Raises:
        UnknownForm: they are not what this version holds.
    """
    if not isinstance(messages, list) or not all(_fits(kinds, form, one) for one in messages):
        raise UnknownForm(form)
    return messages


def _fits(kinds: Kinds, form: int, message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("kind"), str):
        return False
    parts = kinds.get(message["kind"])
    if parts is None or not all(part in message for part in parts):
        return False
    comment = message["comment"] if "comment" in parts else None
    if comment is not None and frozenset(comment) != _COMMENT:
        return False
    if "aside" in parts:
        wanted = _ASIDE | _WAY if form >= STAGED_FORM else _ASIDE
        return frozenset(message["ballot"]) == _BODY and frozenset(message["aside"]) == wanted
    return "ballot" not in parts or frozenset(message["ballot"]) == _BALLOT


STAGED: Readers[list[Submission]] = _readers(_SUBMITTED) | {
    form: _many(_SIGNED, form) for form in (SIGNED_FORM, STAGED_FORM)
}
HELD: Readers[list[Submission]] = _readers(_COMMENTS) | {HELD_FORM: _many(_HELD, HELD_FORM)}
REQUESTS: Readers[list[Submission]] = _readers(_REQUESTS)
"""Readers of submissions, of what waits for the close, and of held requests."""
