"""Reads the openings of a bundle: the texts of sealed entries, of either kind of body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from bot.verification.bundle_format import OPENINGS
from bot.verification.log_file import OLDER, LoggedEntries
from bot.verification.strict_files import SALT, read_body, read_json, read_lines, read_strict_json
from survey_flows.errors import BadInput, Message, Place

ANSWER_FIELDS = ("unit", "questionnaire", "group", "stratum", "source", "ratings")
BallotAnswer = tuple[str, ...]
"""What a ballot says, in the order of `ANSWER_FIELDS`.

Equal answers are one object, because a million ballots have few different ones.
"""
BALLOT, COMMENT, WITHDRAWAL = "ballot", "comment", "withdrawal"

_BALLOT_2 = frozenset(
    (
        *("kind", "campaign", "unit", "questionnaire", "group", "stratum", "source", "channel"),
        *("ratings", "facts", "id", "again", "aside", "gate", "voter"),
    )
)
_COMMENT_1 = frozenset(("kind", "campaign", "unit", "text"))
_COMMENT_2 = _COMMENT_1 | {"id", "gate"}
BODY_PARTS: Mapping[str, tuple[frozenset[str], ...]] = {
    BALLOT: (_BALLOT_2,),
    COMMENT: (_COMMENT_2, _COMMENT_2 - {"unit"}),
    WITHDRAWAL: (frozenset(("kind", "campaign", "position", "erasure", "gate")),),
}
"""The parts of bodies that the gate signed."""
OLDER_BODY_PARTS: Mapping[str, frozenset[str]] = {
    BALLOT: _BALLOT_2 - {"channel", "id", "again", "aside", "gate"} | {"bucket", "risk"},
    COMMENT: _COMMENT_1,
    WITHDRAWAL: frozenset(("kind", "campaign", "position")),
}
"""The parts of bodies of form 1."""
_DIGITS = {
    name: re.compile(f"[0-9a-f]{{{length}}}")
    for name, length in (("id", 32), ("aside", 64), ("voter", 64), ("erasure", 32))
}


@dataclass(frozen=True, slots=True)
class Aside:
    """What a ballot says of its moment, kept until its weight is final."""

    bucket: int
    agrees: bool
    """Whether it has its parts alone and is what the ballot commits to."""
    cluster: int | None = None
    reminders: int | None = None


@dataclass(slots=True)
class Opening:
    """An opened entry.

    ``is_signed`` says that its body is of the kind that the gate signs.
    ``is_canonical`` says that its body is written as entries are, with the parts of its kind.
    ``names`` is the position that a withdrawal names;
    ``answer``, ``voter``, ``again`` and ``bucket`` (quarters of an hour) are those of a ballot.
    ``text`` is kept of what the gate signed, and ``number`` the id of a ballot or a comment.
    """

    commitment: bytes
    is_canonical: bool
    kind: str
    campaign: str
    is_signed: bool = False
    names: int = -1
    answer: BallotAnswer = ()
    voter: str = ""
    again: bool = False
    bucket: int = 0
    aside: Aside | None = None
    number: str = ""
    text: str = ""

    def body(self) -> dict[str, Any]:
        """Return the body that the gate signed; a million of them would fill the memory."""
        found: dict[str, Any] = orjson.loads(self.text)
        return found


def read_openings(
    raw: bytes, entries: LoggedEntries, older_bundle: bool, may_be_older: bool
) -> dict[int, Opening]:
    """Return the openings by position.

    Args:
        raw: the file.
        entries: the log's.
        older_bundle: the bundle is of format 1.
        may_be_older: bodies of form 1 may stand in lines of form 2.

    Raises:
        BadInput: a line is no opening, or names what another names.
    """
    found: dict[int, Opening] = {}
    known: dict[BallotAnswer, BallotAnswer] = {}
    read = read_json if older_bundle else read_strict_json
    for number, line in enumerate(read_lines(raw, OPENINGS), 1):
        place = Place(file=OPENINGS, line=number)
        value = read(line, place)
        try:
            position = value["position"]
            inside = 0 <= _whole(position) < len(entries)
            is_older = older_bundle or (inside and entries.kinds[position] == OLDER)
            if is_older or (may_be_older and '"gate":' not in value["body"]):
                opening = _read_older(value, known, strict=not older_bundle)
            else:
                opening = _read_signed(value, known, place)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadInput(Message("verification-opening-wrong"), place) from error
        if position in found:
            raise BadInput(Message("verification-opening-twice"), place)
        found[position] = opening
    return found


def _read_older(
    value: Mapping[str, Any], known: dict[BallotAnswer, BallotAnswer], strict: bool
) -> Opening:
    text = value["body"].encode()
    body = orjson.loads(text)
    commitment = sha256(bytes.fromhex(value["salt"]) + text).digest()
    is_canonical = orjson.dumps(body, option=orjson.OPT_SORT_KEYS) == text
    if strict:
        # Bundles of format 1 were published before the parts were asked for.
        whole = body.keys() == OLDER_BODY_PARTS.get(body["kind"]) and _has_digits(body)
        is_canonical = is_canonical and whole
    opening = Opening(commitment, is_canonical, body["kind"], body["campaign"])
    if opening.kind == WITHDRAWAL:
        opening.names = int(body["position"])
    if opening.kind == BALLOT:
        _take_answer(opening, body, known)
        opening.bucket = int(body["bucket"])
    return opening


def _read_signed(
    value: Mapping[str, Any], known: dict[BallotAnswer, BallotAnswer], place: Place
) -> Opening:
    text, salt, parts = value["body"], value["salt"], set(value) - {"aside"}
    if parts != {"position", "salt", "body"} or not SALT.fullmatch(salt):
        raise ValueError(parts)
    body = read_body(text, place)
    kind = body["kind"]
    commitment = sha256(bytes.fromhex(salt) + text.encode()).digest()
    whole = body.keys() in BODY_PARTS.get(kind, ()) and _has_digits(body)
    opening = Opening(commitment, whole, kind, body["campaign"], is_signed=True, text=text)
    opening.number = str(body.get("id", ""))
    if kind == WITHDRAWAL:
        opening.names = _whole(body["position"])
    if kind == BALLOT:
        _take_answer(opening, body, known)
        if type(body["again"]) is not bool:
            raise ValueError(body["again"])
        opening.again = body["again"]
    if "aside" in value:
        opening.aside = _read_aside(value["aside"], body.get("aside"), place)
    return opening


def _has_digits(body: Mapping[str, Any]) -> bool:
    """Return whether ids and digests have as many hexadecimal digits as they must."""
    return all(
        isinstance(body[name], str) and bool(digits.fullmatch(body[name]))
        for name, digits in _DIGITS.items()
        if name in body
    )


def _take_answer(
    opening: Opening, body: Mapping[str, Any], known: dict[BallotAnswer, BallotAnswer]
) -> None:
    answer = tuple(str(body[name]) for name in ANSWER_FIELDS)
    opening.answer = known.setdefault(answer, answer)
    opening.voter = str(body["voter"])


_MOMENT = frozenset(("bucket", "risk"))
_ASIDES = (_MOMENT, _MOMENT | {"cluster", "reminders"})


def _read_aside(value: Mapping[str, Any], committed: object, place: Place) -> Aside:
    text, salt = value["text"], value["salt"]
    said = read_body(text, place)
    whole = set(value) == {"salt", "text"} and set(said) in _ASIDES
    digest = sha256(bytes.fromhex(salt) + text.encode()).hexdigest()
    agrees = whole and bool(SALT.fullmatch(salt)) and digest == committed
    way = [_whole(said[name]) for name in ("cluster", "reminders") if name in said]
    return Aside(_whole(said["bucket"]), agrees, *way)


def _whole(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value
