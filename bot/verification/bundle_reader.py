"""Reads a bundle, and derives what follows from its files alone."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aggregation.scheme.scheme import Scheme
from bot.campaigns.definition import registered_definition
from bot.crypto.note_signatures import VerifiedNote
from bot.verification.acts import DESK, GATE, NEEDED_KEYS, Act, KeysInForce
from bot.verification.bundle_format import (
    CHECKPOINT,
    FOR_AUDITORS,
    FORMAT,
    LOG,
    MANIFEST,
    MANIFEST_PARTS,
    OLDER_FORMAT,
    OLDER_LOG,
    OPENINGS,
    PUBLIC,
    TOTALS,
    WEIGHTS,
    WEIGHTS_HEAD,
)
from bot.verification.log_file import OLDER, read_log, read_older_log
from bot.verification.opened_entries import BALLOT, WITHDRAWAL, BallotAnswer, Opening, read_openings
from bot.verification.public_acts import read_acts, read_key_acts
from bot.verification.public_totals import read_totals
from bot.verification.strict_files import (
    is_whole,
    read_json,
    read_strict_json,
    read_text,
    table_rows,
)
from survey_flows.campaign_aim import Aim
from survey_flows.canonical_json import read_strict
from survey_flows.errors import BadInput, Message, Place
from survey_flows.log_entries import RECEIPT, SEALED, is_campaign
from survey_flows.merkle import leaf_hash, root
from survey_flows.questionnaire import Questionnaire
from survey_flows.quota import QuotaCell
from survey_flows.signed_notes import VerifierKey, good_name

OLD, GROWN, UNSIGNED, NEW = "old", "grown", "unsigned", "new"
"""Of a campaign: closed in form 1; registered in form 1 and closed after; in a log that names no
key of the gate; and registered in form 2, where everything is checked."""


@dataclass(frozen=True, slots=True)
class VerificationRequest:
    """The keys to trust, and the claims to check beside the bundle itself.

    Args:
        keys: trusted public keys of the log.
        witnesses: public keys of witnesses that must have signed.
        receipt: a citizen's receipt.
        since: an older signed checkpoint.
        inclusion: a proof of inclusion as the service gives it (JSON).
        promise: the gate's signed promise about a receipt.
        now: the present second; a promise is overdue only while the campaign is not closed.
    """

    keys: Sequence[VerifierKey] = ()
    witnesses: Sequence[VerifierKey] = ()
    receipt: str = ""
    since: str = ""
    inclusion: str = ""
    promise: str = ""
    now: Callable[[], float] = time.time


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
    aim: Aim


@dataclass(slots=True)
class OpenedBallots:
    """The campaign's opened ballots, of which the last of each voter and unit counts."""

    counted: dict[int, BallotAnswer] = field(default_factory=dict)
    superseded: int = 0
    voters: set[str] = field(default_factory=set)
    by_unit: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lines:
    """The positions of the campaign's entries, ascending: receipts, sealed lines, older entries."""

    receipts: Sequence[int]
    sealed: Sequence[int]
    older: Sequence[int]

    def all(self) -> list[int]:
        """Return all of them."""
        return [*self.older, *self.receipts, *self.sealed]


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
        self.is_older = OLDER_LOG in files and LOG not in files
        expected = OLDER_FORMAT if self.is_older else FORMAT
        place = Place(file=MANIFEST)
        read = read_json if self.is_older else read_strict_json
        manifest = read(files[MANIFEST], place)
        if not isinstance(manifest, dict) or manifest.get("format") != expected:
            raise BadInput(Message("verification-unknown-format", format=expected), place)
        self.campaign, self.origin = str(manifest.get("campaign")), str(manifest.get("origin"))
        if not self.is_older:
            _require_parts(manifest, place)
        self.note = read_text(files[CHECKPOINT], Place(file=CHECKPOINT))
        self.log = read_older_log(files[OLDER_LOG]) if self.is_older else read_log(files)
        self.public = read_acts(files[PUBLIC], self.log, self.is_older)
        self.has_openings = bool(manifest.get("openings"))
        if not self.is_older and not self.has_openings and set(files) & FOR_AUDITORS:
            raise BadInput(Message("verification-bundle-files-wrong"), place)
        self.verified_note: VerifiedNote | None = None

    @property
    def log_keys(self) -> list[VerifierKey]:
        """The trusted keys of this bundle's log."""
        return [key for key in self.wanted.keys if key.name == self.origin]

    def leaves(self, size: int | None = None) -> list[bytes]:
        """Return the hashes of the log's entries, or of the first ``size``."""
        return [leaf_hash(data) for data in self.log.data[:size]]

    @cached_property
    def root(self) -> bytes:
        """The root hash of all entries."""
        return root(self.leaves())

    @cached_property
    def lines(self) -> Lines:
        """The positions of the campaign's receipts, sealed lines and older sealed entries."""
        found: dict[str, list[int]] = {RECEIPT: [], SEALED: [], OLDER: []}
        kinds = self.log.kinds
        for at, name in enumerate(self.log.campaigns):
            if name == self.campaign and kinds[at] in found and at not in self.public:
                found[kinds[at]].append(at)
        return Lines(found[RECEIPT], found[SEALED], found[OLDER])

    @cached_property
    def own(self) -> set[int]:
        """The positions of the campaign's entries that commit to a text of a citizen."""
        return {*self.lines.sealed, *self.lines.older}

    def acts(self, kind: str) -> list[Act]:
        """Return the campaign's acts of a kind."""
        return [
            act
            for _, act in sorted(self.public.items())
            if act.kind == kind and act.body.get("campaign", act.body.get("id")) == self.campaign
        ]

    def act(self, kind: str, message: str) -> Act:
        """Return the campaign's only act of a kind.

        Raises:
            CheckFailed: with this message, when there is none or more than one.
        """
        found = self.acts(kind)
        if len(found) != 1:
            raise CheckFailed(Message(message, count=len(found)))
        return found[0]

    @cached_property
    def registration(self) -> Act:
        """The campaign's registration."""
        return self.act("registration", "verification-registrations-not-one")

    @cached_property
    def closing(self) -> Act:
        """The campaign's closing."""
        return self.act("closing", "verification-closings-not-one")

    @cached_property
    def intake(self) -> Act:
        """The gate's count of what it accepted."""
        return self.act("intake", "verification-intakes-not-one")

    @cached_property
    def state(self) -> str:
        """What can be checked of the campaign: `OLD`, `GROWN`, `UNSIGNED` or `NEW`."""
        if self.registration.signatures is None and self.closing.signatures is None:
            return OLD
        if "gate" not in NEEDED_KEYS and not any(act.gate for act in self.key_acts):
            return UNSIGNED
        return GROWN if self.registration.signatures is None else NEW

    @property
    def ballots_end(self) -> int:
        """The position after which no ballot of the campaign stands: its intake, or its closing."""
        return (self.intake if self.state in (NEW, GROWN) else self.closing).position

    @cached_property
    def sealed_before_intake(self) -> int:
        """The number of sealed lines that are ballots."""
        return bisect_left(self.lines.sealed, self.ballots_end)

    @cached_property
    def key_acts(self) -> list[KeysInForce]:
        """The acts that name the desk's and the gate's keys, in order."""
        return read_key_acts(self.public, f"{self.origin}{DESK}", f"{self.origin}{GATE}")

    @cached_property
    def gates(self) -> list[KeysInForce]:
        """The keys of the gate that held since the registration, or that came into force later."""
        start = self.registration.position
        before = [act for act in self.key_acts if act.position < start][-1:]
        return before + [act for act in self.key_acts if act.position > start]

    @cached_property
    def registered(self) -> RegisteredTerms:
        """The campaign as it was registered."""
        return _read_registration(self.registration)

    @cached_property
    def totals(self) -> dict[str, Any]:
        """The public totals."""
        return read_totals(self.files[TOTALS])

    @cached_property
    def opened(self) -> dict[int, Opening]:
        """The opened entries by position."""
        raw = self.files.get(OPENINGS, b"") if self.has_openings else b""
        may_be_older = self.state in (GROWN, UNSIGNED)
        found = read_openings(raw, self.log, self.is_older, may_be_older)
        return dict(sorted(found.items()))

    @cached_property
    def withdrawn(self) -> list[int]:
        """The positions that withdrawals name, in the order of the withdrawals."""
        return [opening.names for opening in self.opened.values() if opening.kind == WITHDRAWAL]

    def lost_until(self, position: int) -> set[int]:
        """Return the sealed entries whose texts acts of loss before an entry name."""
        acts = (act for act in self.acts("loss") if act.position < position)
        named: set[int] = set()
        for act in acts:
            positions = act.body["positions"]
            named.update(positions if isinstance(positions, list) else ())
        return named & self.own

    @cached_property
    def lost(self) -> set[int]:
        """The sealed entries whose texts were lost with a database."""
        return self.lost_until(len(self.log))

    @cached_property
    def ballots(self) -> OpenedBallots:
        """The opened ballots, of which the last of each voter and unit counts."""
        result = OpenedBallots()
        last: dict[tuple[str, str], int] = {}
        for position, opening in self.opened.items():
            if opening.kind != BALLOT:
                continue
            unit = opening.answer[0]
            key = (opening.voter, unit)
            if key in last:
                result.superseded += 1
                del result.counted[last[key]]
            else:
                result.by_unit[unit] = result.by_unit.get(unit, 0) + 1
            last[key] = position
            result.counted[position] = opening.answer
            result.voters.add(opening.voter)
        return result

    @cached_property
    def weights(self) -> dict[int, int]:
        """Fraud weights other than full ones, in quarters, by position."""
        found: dict[int, int] = {}
        rows = table_rows(self.files.get(WEIGHTS, b""), WEIGHTS, WEIGHTS_HEAD)
        for number, line in enumerate(rows, 2):
            position, _, weight = line.partition(b",")
            whole = is_whole(position) and weight.isdigit() and len(weight) == 1
            if not whole or int(position) in found:
                place = Place(file=WEIGHTS, line=number)
                raise BadInput(Message("verification-weight-wrong"), place)
            found[int(position)] = int(weight)
        return found


def _require_parts(manifest: Mapping[str, Any], place: Place) -> None:
    """Refuse a manifest that another reader could take for another bundle."""
    campaign, origin = manifest.get("campaign"), manifest.get("origin")
    if not (isinstance(campaign, str) and is_campaign(campaign)):
        raise BadInput(Message("verification-no-campaign"), place)
    whole = manifest.keys() == MANIFEST_PARTS and type(manifest["openings"]) is bool
    if not (whole and isinstance(origin, str) and good_name(origin)):
        raise BadInput(Message("verification-manifest-wrong"), place)


def _read_registration(act: Act) -> RegisteredTerms:
    body: Mapping[str, Any] = act.body
    place = Place(file=PUBLIC, subject=f"entry {act.position}")
    for text in (body["paper"], body["scheme"]):
        if isinstance(text, str):
            read_strict(text, place, fractions=True)
    for name in ("opens_at", "closes_at"):
        if type(body[name]) is not int or body[name] < 0:
            raise BadInput(Message("verification-act-number", position=act.position, name=name))
    definition = registered_definition(body, f"entry {act.position}")
    units = definition.units
    if len(units) < definition.units_listed:
        raise BadInput(Message("verification-unit-twice"), place)
    return RegisteredTerms(
        position=act.position,
        categories={code: unit.category for code, unit in units.items()},
        questionnaires=definition.questionnaires,
        used={code: unit.questionnaire for code, unit in units.items()},
        scheme=definition.scheme,
        opens_at=body["opens_at"],
        closes_at=body["closes_at"],
        quotas=definition.capacities,
        aim=definition.aim,
    )
