"""A bundle as it is looked into by `bot.verification.verifier`: its files read strictly, and what follows from them alone."""

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
from survey_flows.errors import BadInput
from survey_flows.merkle import leaf_hash, root
from survey_flows.questionnaire import Questionnaire
from survey_flows.quota import QuotaCell
from survey_flows.signed_notes import VerifierKey


@dataclass(frozen=True, slots=True)
class VerificationRequest:
    """What is to be checked beside the bundle itself.

    ``keys`` are the log's public keys that are trusted, ``witnesses`` those whose signatures there have to be,
    ``receipt`` a citizen's code, ``since`` an older signed checkpoint, ``inclusion`` a proof as the service gives it.
    """

    keys: Sequence[VerifierKey] = ()
    witnesses: Sequence[VerifierKey] = ()
    receipt: str = ""
    since: str = ""
    inclusion: str = ""


@dataclass(frozen=True, slots=True)
class RegisteredTerms:
    """A campaign as it was registered before it opened."""

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
"""What a ballot says, in the order of `ANSWER_FIELDS`. Equal ones are one object: there are a million ballots."""


@dataclass(slots=True)
class Opening:
    """An opened entry: what it commits to and, of a ballot, what counts. ``names`` is what a withdrawal names."""

    commitment: bytes
    strict: bool
    kind: str
    campaign: str
    names: int = -1
    answer: BallotAnswer = ()
    voter: str = ""
    bucket: int = 0


@dataclass(slots=True)
class OpenedBallots:
    """The opened ballots of the campaign: the last of each voter and unit counts."""

    counted: dict[int, BallotAnswer] = field(default_factory=dict)
    superseded: int = 0
    voters: set[str] = field(default_factory=set)


class CheckFailed(Exception):
    """A check does not hold; the message is its sentence."""


class Bundle:
    """A bundle with what was worked out of it.

    Raises:
        BadInput: a file of it cannot be read; a later look raises `CheckFailed` for what should be there and is not.
    """

    def __init__(self, files: Mapping[str, bytes], wanted: VerificationRequest) -> None:
        self.files, self.wanted = files, wanted
        manifest = read_json(files[MANIFEST], MANIFEST)
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise BadInput(f"this bundle is not of the format {FORMAT}", MANIFEST)
        self.campaign, self.origin = str(manifest.get("campaign")), str(manifest.get("origin"))
        self.note = _text(files[CHECKPOINT], CHECKPOINT)
        self.data, self.campaigns = _read_log(files[LOG])
        self.public = _read_public(files[PUBLIC], len(self.data))
        self.opened = self._openings() if manifest.get("openings") else None
        self.opening_note: VerifiedNote | None = None

    def _openings(self) -> dict[int, Opening]:
        found: dict[int, Opening] = {}
        known: dict[BallotAnswer, BallotAnswer] = {}
        for number, line in enumerate(read_lines(self.files.get(OPENINGS, b""), OPENINGS), 1):
            value = read_json(line, f"{OPENINGS}, line {number}")
            try:
                position, opening = value["position"], _read_opening(value, known)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise BadInput("this is no opening", f"{OPENINGS}, line {number}") from error
            if position in found or type(position) is not int:
                raise BadInput(
                    "an entry is opened twice, or not rightly", f"{OPENINGS}, line {number}"
                )
            found[position] = opening
        return found

    def leaves(self, size: int | None = None) -> list[bytes]:
        """The hashes of the log's entries, or of the first ``size``."""
        return [leaf_hash(data) for data in self.data[:size]]

    @cached_property
    def root(self) -> bytes:
        """The root over all entries."""
        return root(self.leaves())

    @cached_property
    def own(self) -> set[int]:
        """The sealed entries that the log assigns to the campaign."""
        return {
            at
            for at, name in enumerate(self.campaigns)
            if name == self.campaign and at not in self.public
        }

    def entries(self, kind: str) -> list[tuple[int, dict[str, Any]]]:
        """The campaign's public entries of a kind."""
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
            raise CheckFailed(
                f"the log holds {len(found)} registrations of the campaign, and it should hold one"
            )
        return _read_registration(*found[0])

    @cached_property
    def closing(self) -> tuple[int, dict[str, Any]]:
        """Position and text of the campaign's closing."""
        found = self.entries("closing")
        if len(found) != 1:
            raise CheckFailed(
                f"the log holds {len(found)} closings of the campaign, and it should hold one"
            )
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
    def ballots(self) -> OpenedBallots:
        """The opened ballots, of which the last of each voter and unit counts."""
        result = OpenedBallots()
        last: dict[tuple[str, str], int] = {}
        for position, opening in sorted((self.opened or {}).items()):
            if opening.kind != "ballot":
                continue
            who = (opening.voter, opening.answer[0])
            if who in last:
                result.superseded += 1
                del result.counted[last[who]]
            last[who] = position
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
                raise BadInput(
                    "this is not a position and a weight, or it stands twice",
                    f"{WEIGHTS}, line {number}",
                )
            found[int(position)] = int(weight)
        return found


def _read_opening(value: Mapping[str, Any], known: dict[BallotAnswer, BallotAnswer]) -> Opening:
    text = value["body"].encode()
    body = orjson.loads(text)
    commitment = sha256(bytes.fromhex(value["salt"]) + text).digest()
    strict = orjson.dumps(body, option=orjson.OPT_SORT_KEYS) == text
    opening = Opening(commitment, strict, body["kind"], body["campaign"])
    if opening.kind == "withdrawal":
        opening.names = int(body["position"])
    if opening.kind == "ballot":
        said = tuple(str(body[name]) for name in ANSWER_FIELDS)
        opening.answer = known.setdefault(said, said)
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
    """The 64 bytes of every entry and its campaign."""
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
            raise BadInput(
                "this is no entry, or its position is not the next", f"{LOG}, line {number + 2}"
            )
        data.append(entry)
        campaigns.append(names.setdefault(parts[3], parts[3].decode()))
    return data, campaigns


def _read_public(raw: bytes, size: int) -> dict[int, tuple[str, dict[str, Any]]]:
    found: dict[int, tuple[str, dict[str, Any]]] = {}
    for number, line in enumerate(read_lines(raw, PUBLIC), 1):
        value = read_json(line, f"{PUBLIC}, line {number}")
        try:
            position, text = value["position"], value["body"]
            body = orjson.loads(text)
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput("this is no public entry", f"{PUBLIC}, line {number}") from error
        if (
            type(position) is not int
            or position in found
            or not 0 <= position < size
            or not isinstance(body, dict)
        ):
            raise BadInput(
                "a public entry stands twice, or is none of the log", f"{PUBLIC}, line {number}"
            )
        found[position] = (text, body)
    return found


def _table(raw: bytes, name: str, head: str) -> Iterator[bytes]:
    lines = read_lines(raw, name)
    if next(lines, b"") != head.encode():
        raise BadInput(f"the first line is not «{head}»", name)
    return lines


def read_lines(raw: bytes, name: str) -> Iterator[bytes]:
    """The lines of a file; raises `BadInput` when it was cut off."""
    if raw and not raw.endswith(b"\n"):
        raise BadInput("the file was cut off", name)
    return (line[:-1] for line in io.BytesIO(raw))


def read_json(raw: bytes, where: str) -> Any:
    """What a JSON text says.

    Raises:
        BadInput: it is none.
    """
    try:
        return orjson.loads(raw)
    except ValueError as error:
        raise BadInput("this is not JSON", where) from error


def _text(raw: bytes, where: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise BadInput("this is not text in UTF-8", where) from error
