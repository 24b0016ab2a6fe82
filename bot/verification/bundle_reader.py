"""Reads the files of a bundle strictly, and derives what follows from them alone."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import orjson

from aggregation.scheme.scheme import Scheme
from bot.campaigns.definition import registered_definition
from bot.crypto.note_signatures import VerifiedNote
from bot.verification.bundle_format import (
    CHECKPOINT,
    FORMAT,
    LOG,
    LOG_HEAD,
    MANIFEST,
    OPENINGS,
    PUBLIC,
    TOTALS,
    WEIGHTS,
    WEIGHTS_HEAD,
)
from bot.verification.public_totals import read_totals
from survey_flows.errors import BadInput, Message, Place
from survey_flows.merkle import leaf_hash, root
from survey_flows.questionnaire import Questionnaire
from survey_flows.quota import QuotaCell
from survey_flows.signed_notes import VerifierKey


@dataclass(frozen=True, slots=True)
class VerificationRequest:
    """The keys to trust, and the claims to check beside the bundle itself.

    Args:
        keys: trusted public keys of the log.
        witnesses: public keys of witnesses that must have signed.
        receipt: a citizen's receipt.
        since: an older signed checkpoint.
        inclusion: a proof of inclusion as the service gives it (JSON).
    """

    keys: Sequence[VerifierKey] = ()
    witnesses: Sequence[VerifierKey] = ()
    receipt: str = ""
    since: str = ""
    inclusion: str = ""


@dataclass(frozen=True, slots=True)
class RegisteredTerms:
    """A campaign as it was registered before it opened.

    ``categories`` and ``used`` (the questionnaire's name) are by unit, times in epoch seconds.
    """

    position: int
    categories: Mapping[str, str]
    questionnaires: Mapping[str, Questionnaire]
    used: Mapping[str, str]
    scheme: Scheme
    opens_at: int
    closes_at: int
    quotas: Mapping[QuotaCell, int]
    pilot: bool


ANSWER_FIELDS = ("unit", "questionnaire", "group", "stratum", "source", "ratings")
BallotAnswer = tuple[str, ...]
"""What a ballot says, in the order of `ANSWER_FIELDS`.

Equal answers are one object, because a million ballots have few different ones.
"""


@dataclass(slots=True)
class Opening:
    """An opened entry.

    ``is_canonical`` says that its body is written as entries are.
    ``names`` is the position that a withdrawal names;
    ``answer``, ``voter`` and ``bucket`` (quarters of an hour) are those of a ballot.
    """

    commitment: bytes
    is_canonical: bool
    kind: str
    campaign: str
    names: int = -1
    answer: BallotAnswer = ()
    voter: str = ""
    bucket: int = 0


@dataclass(slots=True)
class OpenedBallots:
    """The campaign's opened ballots, of which the last of each voter and unit counts."""

    counted: dict[int, BallotAnswer] = field(default_factory=dict)
    superseded: int = 0
    voters: set[str] = field(default_factory=set)


class CheckFailed(Exception):
    """A check does not hold."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class Bundle:
    """A bundle, and what follows from its files.

    Raises:
        BadInput: a file cannot be read.
            A property raises `CheckFailed` later, when an entry is missing that it needs.
    """

    def __init__(self, files: Mapping[str, bytes], wanted: VerificationRequest) -> None:
        self.files, self.wanted = files, wanted
        manifest = read_json(files[MANIFEST], Place(file=MANIFEST))
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            message = Message("verification-unknown-format", format=FORMAT)
            raise BadInput(message, Place(file=MANIFEST))
        self.campaign, self.origin = str(manifest.get("campaign")), str(manifest.get("origin"))
        self.note = _text(files[CHECKPOINT], CHECKPOINT)
        self.data, self.campaigns = _read_log(files[LOG])
        self.public = _read_public(files[PUBLIC], len(self.data))
        self.opened = self._openings() if manifest.get("openings") else None
        self.verified_note: VerifiedNote | None = None

    def _openings(self) -> dict[int, Opening]:
        found: dict[int, Opening] = {}
        known: dict[BallotAnswer, BallotAnswer] = {}
        for number, line in enumerate(read_lines(self.files.get(OPENINGS, b""), OPENINGS), 1):
            place = Place(file=OPENINGS, line=number)
            value = read_json(line, place)
            try:
                position, opening = value["position"], _read_opening(value, known)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise BadInput(Message("verification-opening-wrong"), place) from error
            if position in found or type(position) is not int:
                raise BadInput(Message("verification-opening-twice"), place)
            found[position] = opening
        return found

    @property
    def log_keys(self) -> list[VerifierKey]:
        """The trusted keys of this bundle's log."""
        return [key for key in self.wanted.keys if key.name == self.origin]

    def leaves(self, size: int | None = None) -> list[bytes]:
        """Return the hashes of the log's entries, or of the first ``size``."""
        return [leaf_hash(data) for data in self.data[:size]]

    @cached_property
    def root(self) -> bytes:
        """The root hash of all entries."""
        return root(self.leaves())

    @cached_property
    def own(self) -> set[int]:
        """The positions of the campaign's sealed entries."""
        return {
            at
            for at, name in enumerate(self.campaigns)
            if name == self.campaign and at not in self.public
        }

    def entries(self, kind: str) -> list[tuple[int, dict[str, Any]]]:
        """Return position and text of the campaign's public entries of a kind."""
        return [
            (at, body)
            for at, (_, body) in sorted(self.public.items())
            if body.get("kind") == kind and body.get("campaign", body.get("id")) == self.campaign
        ]

    @cached_property
    def registered(self) -> RegisteredTerms:
        """The campaign as it was registered."""
        found = self.entries("registration")
        if len(found) != 1:
            raise CheckFailed(Message("verification-registrations-not-one", count=len(found)))
        return _read_registration(*found[0])

    @cached_property
    def closing(self) -> tuple[int, dict[str, Any]]:
        """Position and text of the campaign's closing."""
        found = self.entries("closing")
        if len(found) != 1:
            raise CheckFailed(Message("verification-closings-not-one", count=len(found)))
        return found[0]

    @cached_property
    def totals(self) -> dict[str, Any]:
        """The public totals."""
        return read_totals(self.files[TOTALS])

    @cached_property
    def withdrawn(self) -> list[int]:
        """The positions that withdrawals name, in the order of the withdrawals."""
        return [o.names for _, o in sorted((self.opened or {}).items()) if o.kind == "withdrawal"]

    @cached_property
    def lost(self) -> set[int]:
        """The sealed entries whose texts were lost with a database, as acts of loss name them."""
        named = (at for _, body in self.entries("loss") for at in body["positions"])
        return set(named) & self.own

    @cached_property
    def ballots(self) -> OpenedBallots:
        """The opened ballots, of which the last of each voter and unit counts."""
        result = OpenedBallots()
        last: dict[tuple[str, str], int] = {}
        for position, opening in sorted((self.opened or {}).items()):
            if opening.kind != "ballot":
                continue
            key = (opening.voter, opening.answer[0])
            if key in last:
                result.superseded += 1
                del result.counted[last[key]]
            last[key] = position
            result.counted[position] = opening.answer
            result.voters.add(opening.voter)
        return result

    @cached_property
    def weights(self) -> dict[int, int]:
        """Fraud weights other than full ones, in quarters, by position."""
        found: dict[int, int] = {}
        for number, line in enumerate(
            _table(self.files.get(WEIGHTS, b""), WEIGHTS, WEIGHTS_HEAD), 2
        ):
            position, _, weight = line.partition(b",")
            if not (position.isdigit() and weight.isdigit()) or int(position) in found:
                place = Place(file=WEIGHTS, line=number)
                raise BadInput(Message("verification-weight-wrong"), place)
            found[int(position)] = int(weight)
        return found


def _read_opening(value: Mapping[str, Any], known: dict[BallotAnswer, BallotAnswer]) -> Opening:
    text = value["body"].encode()
    body = orjson.loads(text)
    commitment = sha256(bytes.fromhex(value["salt"]) + text).digest()
    is_canonical = orjson.dumps(body, option=orjson.OPT_SORT_KEYS) == text
    opening = Opening(commitment, is_canonical, body["kind"], body["campaign"])
    if opening.kind == "withdrawal":
        opening.names = int(body["position"])
    if opening.kind == "ballot":
        answer = tuple(str(body[name]) for name in ANSWER_FIELDS)
        opening.answer = known.setdefault(answer, answer)
        opening.voter, opening.bucket = str(body["voter"]), int(body["bucket"])
    return opening


def _read_registration(position: int, body: Mapping[str, Any]) -> RegisteredTerms:
    definition = registered_definition(body, f"entry {position}")
    units = definition.units
    return RegisteredTerms(
        position=position,
        categories={code: unit.category for code, unit in units.items()},
        questionnaires=definition.questionnaires,
        used={code: unit.questionnaire for code, unit in units.items()},
        scheme=definition.scheme,
        opens_at=body["opens_at"],
        closes_at=body["closes_at"],
        quotas=definition.capacities,
        pilot=definition.pilot,
    )


def _read_log(raw: bytes) -> tuple[list[bytes], list[str]]:
    """Return the 64 bytes and the campaign of every entry."""
    data, campaigns = [], []
    names: dict[bytes, str] = {}
    for number, line in enumerate(_table(raw, LOG, LOG_HEAD)):
        parts = line.split(b",")
        try:
            entry = bytes.fromhex((parts[1] + parts[2]).decode())
            good = (
                len(parts) == 4 and int(parts[0]) == number and len(parts[1]) == len(parts[2]) == 64
            )
        except (ValueError, IndexError):
            good, entry = False, b""
        if not good or len(entry) != 64:
            raise BadInput(Message("verification-entry-wrong"), Place(file=LOG, line=number + 2))
        data.append(entry)
        campaigns.append(names.setdefault(parts[3], parts[3].decode()))
    return data, campaigns


def _read_public(raw: bytes, size: int) -> dict[int, tuple[str, dict[str, Any]]]:
    found: dict[int, tuple[str, dict[str, Any]]] = {}
    for number, line in enumerate(read_lines(raw, PUBLIC), 1):
        place = Place(file=PUBLIC, line=number)
        value = read_json(line, place)
        try:
            position, text = value["position"], value["body"]
            body = orjson.loads(text)
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(Message("verification-public-entry-wrong"), place) from error
        if (
            type(position) is not int
            or position in found
            or not 0 <= position < size
            or not isinstance(body, dict)
        ):
            raise BadInput(Message("verification-public-entry-twice"), place)
        found[position] = (text, body)
    return found


def _table(raw: bytes, name: str, head: str) -> Iterator[bytes]:
    lines = read_lines(raw, name)
    if next(lines, b"") != head.encode():
        raise BadInput(Message("verification-first-line-wrong", head=head), Place(file=name))
    return lines


def read_lines(raw: bytes, name: str) -> Iterator[bytes]:
    """Return the lines of a file.

    Raises:
        BadInput: the file was cut off.
    """
    if raw and not raw.endswith(b"\n"):
        raise BadInput(Message("verification-file-cut-off"), Place(file=name))
    return (line[:-1] for line in io.BytesIO(raw))


def read_json(raw: bytes, place: Place) -> Any:
    """Return the value of a JSON text.

    Raises:
        BadInput: the text is not JSON.
    """
    try:
        return orjson.loads(raw)
    except ValueError as error:
        raise BadInput(Message("verification-no-json"), place) from error


def _text(raw: bytes, name: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise BadInput(Message("verification-no-utf-8"), Place(file=name)) from error
