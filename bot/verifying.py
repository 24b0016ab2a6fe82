"""Checking a published bundle. Needs nothing but its files: no database, no network, no trust in who runs the service.

Each check is one sentence that holds or does not. A check that cannot be made because an earlier one failed says so.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

import orjson

from aggregation.cells import PatternCount, tally
from aggregation.ratings import Reader
from aggregation.scheme import Scheme, parse_scheme
from aggregation.scores import score_tally
from bot.bundles import (
    CHECKPOINT,
    FORMAT,
    FULL,
    LOG,
    LOG_HEAD,
    MANIFEST,
    OPENINGS,
    PUBLIC,
    TOTALS,
    WEIGHTS,
    WEIGHTS_HEAD,
)
from bot.notary import Opened, open_note
from bot.totals import contradicted, read_totals, recomputed, totals, write_totals
from survey_flows.entries import PROOF, public_label, read_code, receipt_label
from survey_flows.errors import BadInput
from survey_flows.load import load_questionnaire
from survey_flows.merkle import leaf_hash, root, verify_inclusion
from survey_flows.notes import VerifierKey
from survey_flows.questionnaire import Questionnaire

QUARTER = 900
LIGHTER = {0, 1, 2}
ONCE = ("registration", "closing", "result")
"""Public entries that stand under the campaign's name."""


@dataclass(frozen=True, slots=True)
class Check:
    """One sentence, and whether it holds."""

    ok: bool
    what: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be checked beside the bundle itself.

    ``keys`` are the log's public keys that are trusted, ``witnesses`` those whose signatures there have to be,
    ``receipt`` a citizen's code, ``since`` an older signed checkpoint, ``inclusion`` a proof as the service gives it.
    """

    keys: Sequence[VerifierKey] = ()
    witnesses: Sequence[VerifierKey] = ()
    receipt: str = ""
    since: str = ""
    inclusion: str = ""


def verify(files: Mapping[str, bytes], wanted: Wanted) -> list[Check]:
    """Every check of a bundle, in the order in which they rest on each other."""
    try:
        case = _Case(files, wanted)
    except BadInput as error:
        return [Check(False, str(error))]
    checks = [_signed, _witnessed, _rooted, _public_entries, _registered, _closed, _result, _retold]
    if wanted.since:
        checks.append(_grown)
    if wanted.receipt:
        checks.append(_included)
    if wanted.inclusion:
        checks.append(_proven)
    if case.opened is not None:
        checks += [_openings_match, _all_opened, _ballots_fit, _counted, _weighted, _totals_again]
    return [_run(check, case) for check in checks]


@dataclass(frozen=True, slots=True)
class Registered:
    """A campaign as it was registered before it opened."""

    position: int
    categories: Mapping[str, str]
    questionnaires: Mapping[str, Questionnaire]
    used: Mapping[str, str]
    scheme: Scheme
    opens_at: int
    closes_at: int


SAID = ("unit", "questionnaire", "group", "stratum", "source", "ratings")
Said = tuple[str, ...]
"""What a ballot says, in the order of `SAID`. Equal ones are one object: there are a million ballots."""


@dataclass(slots=True)
class _Opening:
    """An opened entry: what it commits to and, of a ballot, what counts. ``names`` is what a withdrawal names."""

    commitment: bytes
    strict: bool
    kind: str
    campaign: str
    names: int = -1
    said: Said = ()
    voter: str = ""
    bucket: int = 0


@dataclass(slots=True)
class _Ballots:
    """The opened ballots of the campaign: the last of each voter and unit counts."""

    counted: dict[int, Said] = field(default_factory=dict)
    superseded: int = 0
    voters: set[str] = field(default_factory=set)


class _Failed(Exception):
    """A check does not hold; the message is its sentence."""


class _Case:
    """A bundle with what was worked out of it."""

    def __init__(self, files: Mapping[str, bytes], wanted: Wanted) -> None:
        self.files, self.wanted = files, wanted
        manifest = _json(files[MANIFEST], MANIFEST)
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise BadInput(f"this bundle is not of the format {FORMAT}", MANIFEST)
        self.campaign, self.origin = str(manifest.get("campaign")), str(manifest.get("origin"))
        self.note = _text(files[CHECKPOINT], CHECKPOINT)
        self.data, self.campaigns = _read_log(files[LOG])
        self.public = _read_public(files[PUBLIC], len(self.data))
        self.opened = self._openings() if manifest.get("openings") else None
        self.opening_note: Opened | None = None

    def _openings(self) -> dict[int, _Opening]:
        found: dict[int, _Opening] = {}
        known: dict[Said, Said] = {}
        for number, line in enumerate(_lines(self.files.get(OPENINGS, b""), OPENINGS), 1):
            value = _json(line, f"{OPENINGS}, line {number}")
            try:
                position, opening = value["position"], _read_opening(value, known)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise BadInput("this is no opening", f"{OPENINGS}, line {number}") from error
            if position in found or type(position) is not int:
                raise BadInput("an entry is opened twice, or not rightly", f"{OPENINGS}, line {number}")
            found[position] = opening
        return found

    def leaves(self, size: int | None = None) -> list[bytes]:
        return [leaf_hash(data) for data in self.data[:size]]

    @cached_property
    def root(self) -> bytes:
        return root(self.leaves())

    @cached_property
    def own(self) -> set[int]:
        """The sealed entries that the log assigns to the campaign."""
        return {at for at, name in enumerate(self.campaigns) if name == self.campaign and at not in self.public}

    def entries(self, kind: str) -> list[tuple[int, dict[str, Any]]]:
        """The campaign's public entries of a kind."""
        return [
            (at, body)
            for at, (_, body) in sorted(self.public.items())
            if body.get("kind") == kind and body.get("campaign", body.get("id")) == self.campaign
        ]

    @cached_property
    def registered(self) -> Registered:
        found = self.entries("registration")
        if len(found) != 1:
            raise _Failed(f"the log holds {len(found)} registrations of the campaign, and it should hold one")
        return _read_registration(*found[0])

    @cached_property
    def closing(self) -> tuple[int, dict[str, Any]]:
        found = self.entries("closing")
        if len(found) != 1:
            raise _Failed(f"the log holds {len(found)} closings of the campaign, and it should hold one")
        return found[0]

    @cached_property
    def totals(self) -> dict[str, Any]:
        return read_totals(self.files[TOTALS])

    @cached_property
    def withdrawn(self) -> list[int]:
        """The positions that withdrawals name, in the order of the withdrawals."""
        return [o.names for _, o in sorted((self.opened or {}).items()) if o.kind == "withdrawal"]

    @cached_property
    def ballots(self) -> _Ballots:
        result = _Ballots()
        last: dict[tuple[str, str], int] = {}
        for position, opening in sorted((self.opened or {}).items()):
            if opening.kind != "ballot":
                continue
            who = (opening.voter, opening.said[0])
            if who in last:
                result.superseded += 1
                del result.counted[last[who]]
            last[who] = position
            result.counted[position] = opening.said
            result.voters.add(opening.voter)
        return result

    @cached_property
    def weights(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for number, line in enumerate(_table(self.files.get(WEIGHTS, b""), WEIGHTS, WEIGHTS_HEAD), 2):
            position, _, weight = line.partition(b",")
            if not (position.isdigit() and weight.isdigit()) or int(position) in found:
                raise BadInput("this is not a position and a weight, or it stands twice", f"{WEIGHTS}, line {number}")
            found[int(position)] = int(weight)
        return found


def _run(check: Callable[[_Case], str], case: _Case) -> Check:
    try:
        return Check(True, check(case))
    except (_Failed, BadInput) as error:
        return Check(False, str(error))
    except (KeyError, TypeError, ValueError, AttributeError):
        return Check(False, f"{(check.__doc__ or '').splitlines()[0].rstrip('.')}: the bundle lacks what is needed")


def _signed(case: _Case) -> str:
    """The checkpoint is signed by the log."""
    keys = [key for key in case.wanted.keys if key.name == case.origin]
    if not keys:
        raise _Failed(f"nothing is proven without the log's key: give it with --key, as {case.origin} publishes it")
    case.opening_note = opened = open_note(case.note, keys)
    if opened.checkpoint.origin != case.origin:
        raise _Failed("the checkpoint is that of another log")
    return f"the checkpoint of {opened.checkpoint.size} entries is signed by {case.origin}"


def _witnessed(case: _Case) -> str:
    """The checkpoint is signed by every witness that was named."""
    if not case.wanted.witnesses:
        return "no witness was named: a log that shows others another history would not be noticed (--witness)"
    for witness in case.wanted.witnesses:
        open_note(case.note, [witness])
    return f"it is signed by {', '.join(key.name for key in case.wanted.witnesses)}, who saw the log only grow"


def _rooted(case: _Case) -> str:
    """The entries are those of the checkpoint."""
    checkpoint = _note_of(case).checkpoint
    if checkpoint.size != len(case.data):
        raise _Failed(f"the checkpoint has {checkpoint.size} entries, and the bundle lists {len(case.data)}")
    if checkpoint.root != case.root:
        raise _Failed("the entries in the bundle are not those of the checkpoint: some were changed")
    return f"the {len(case.data)} entries in the bundle are those of the checkpoint"


def _public_entries(case: _Case) -> str:
    """The public entries are what the log commits to."""
    labels = {public_label(kind, case.campaign): kind for kind in ONCE}
    for position, data in enumerate(case.data):
        if data[:32] in labels and position not in case.public:
            raise _Failed(f"the log holds a {labels[data[:32]]} at entry {position}, and the bundle keeps it back")
    for position, (text, _) in case.public.items():
        if sha256(text.encode()).digest() != case.data[position][32:]:
            raise _Failed(f"the text of the public entry {position} is not what the log commits to")
    return f"the texts of the {len(case.public)} public entries are what the log commits to"


def _registered(case: _Case) -> str:
    """The campaign was registered before its first ballot."""
    position = case.registered.position
    if case.data[position][:32] != public_label("registration", case.campaign):
        raise _Failed("the registration stands under a name that is not the campaign's")
    early = [at for at in case.own if at < position]
    if early:
        raise _Failed(f"the entry {min(early)} of the campaign is older than its registration")
    return f"questions and weights were registered at entry {position}, before the campaign's {len(case.own)} entries"


def _closed(case: _Case) -> str:
    """The campaign was closed after its last ballot."""
    position, body = case.closing
    late = [at for at in case.own if at > position]
    if late:
        raise _Failed(f"the entry {max(late)} of the campaign is younger than its closing")
    least = body["counted"] + body["superseded"] + 2 * body["withdrawn"]
    if len(case.own) < least:
        raise _Failed(f"the closing tells of {least} entries, and the log has {len(case.own)} of the campaign")
    return (
        f"it was closed at entry {position}: {body['counted']} ballots count, {body['superseded']} were replaced by"
        f" their voters, {body['withdrawn']} entries withdrawn"
    )


def _result(case: _Case) -> str:
    """The log commits to the totals."""
    found = case.entries("result")
    if not found:
        raise _Failed("the log does not commit to the totals in the bundle: it holds no result of the campaign")
    position, body = found[-1]
    if body.get("totals") != sha256(case.files[TOTALS]).hexdigest():
        raise _Failed(f"the totals in the bundle are not those that the log commits to at entry {position}")
    if position < case.closing[0]:
        raise _Failed("the result is older than the closing")
    return f"the log commits to the totals at entry {position}"


def _retold(case: _Case) -> str:
    """The published scores follow from the totals."""
    if case.totals["campaign"] != case.campaign:
        raise _Failed("the totals are those of another campaign")
    again = recomputed(case.totals, case.registered.categories, case.registered.scheme)
    wrong = contradicted(case.totals, again)
    if wrong:
        raise _Failed(f"the published score does not follow from the totals: {', '.join(wrong)}")
    known = sum(value is not None for value in again.values())
    rest = len(again) - known
    return f"the published scores of {known} units follow from the totals" + (
        f"; those of {rest} rest on few people and cannot be recomputed from the public totals" if rest else ""
    )


def _grown(case: _Case) -> str:
    """The log only grew since the older checkpoint."""
    keys = [key for key in case.wanted.keys if key.name == case.origin]
    older = open_note(case.wanted.since, [*keys, *case.wanted.witnesses]).checkpoint
    if older.origin != case.origin:
        raise _Failed("the older checkpoint is that of another log")
    if older.size > len(case.data):
        raise _Failed(f"the log was rolled back: it had {older.size} entries, and now it has {len(case.data)}")
    if root(case.leaves(older.size)) != older.root:
        raise _Failed(f"the log was rewritten: its first {older.size} entries are not what they were")
    return f"the log only grew since it had {older.size} entries"


def _included(case: _Case) -> str:
    """The receipt's ballot is included."""
    label = receipt_label(read_code(case.wanted.receipt))
    found = [at for at, data in enumerate(case.data) if data[:32] == label]
    if not found:
        raise _Failed("the receipt is not included in this bundle's log")
    if case.campaigns[found[0]] != case.campaign:
        raise _Failed(f"the receipt is included, but for another campaign: {case.campaigns[found[0]]}")
    if case.opened is not None and found[0] not in case.opened and found[0] not in case.withdrawn:
        raise _Failed("the receipt is included, but its entry is neither opened nor withdrawn")
    return f"the receipt is included, as entry {found[0]}"


def _proven(case: _Case) -> str:
    """The proof of inclusion holds for this log."""
    value = _json(case.wanted.inclusion.encode(), "the proof")
    if not isinstance(value, dict) or value.get("format") != PROOF:
        raise _Failed(f"the proof is not of the format {PROOF}")
    keys = [key for key in case.wanted.keys if key.name == case.origin]
    checkpoint = open_note(value["checkpoint"], keys).checkpoint
    position, proof = value["position"], [bytes.fromhex(hash_) for hash_ in value["proof"]]
    data = bytes.fromhex(value["label"]) + bytes.fromhex(value["commitment"])
    if not verify_inclusion(leaf_hash(data), position, checkpoint.size, proof, checkpoint.root):
        raise _Failed("the proof of inclusion does not hold")
    if checkpoint.size > len(case.data) or root(case.leaves(checkpoint.size)) != checkpoint.root:
        raise _Failed("the proof is for another history of the log than the bundle's: keep both and tell others")
    return f"the proof of inclusion holds, for entry {position} of this log"


def _openings_match(case: _Case) -> str:
    """Every opening is what the log commits to."""
    opened = case.opened or {}
    for position, opening in opened.items():
        if not 0 <= position < len(case.data) or position in case.public:
            raise _Failed(f"entry {position} is opened, and it is no sealed entry of the log")
        if opening.commitment != case.data[position][32:]:
            raise _Failed(f"the opening of entry {position} is not what the log commits to")
        if opening.campaign != case.campaign or position not in case.own:
            raise _Failed(f"entry {position} is opened, and it is not of the campaign")
    return f"the {len(opened)} openings are what the log commits to"


def _all_opened(case: _Case) -> str:
    """Every entry of the campaign is opened or withdrawn."""
    opened, withdrawn = set(case.opened or {}), case.withdrawn
    for position, opening in (case.opened or {}).items():
        if opening.kind == "withdrawal" and opening.names >= position:
            raise _Failed(f"the withdrawal at entry {position} names an entry that is not older")
    twice = [position for position, count in Counter(withdrawn).items() if count > 1]
    if twice:
        raise _Failed(f"entry {twice[0]} was withdrawn twice")
    stray = set(withdrawn) - case.own
    if stray:
        raise _Failed(f"entry {min(stray)} was withdrawn, and it is no sealed entry of the campaign")
    if opened & set(withdrawn):
        raise _Failed(f"entry {min(opened & set(withdrawn))} was withdrawn, and it is opened all the same")
    missing = case.own - opened - set(withdrawn)
    if missing:
        raise _Failed(f"{len(missing)} entries of the campaign are neither opened nor withdrawn, first {min(missing)}")
    return f"every sealed entry of the campaign is opened, or withdrawn ({len(withdrawn)})"


def _ballots_fit(case: _Case) -> str:
    """Every ballot is one that the registered campaign could take."""
    known = case.registered
    first, last = known.opens_at // QUARTER, known.closes_at // QUARTER
    for position, opening in (case.opened or {}).items():
        if not opening.strict:
            raise _Failed(f"entry {position} is not written as entries are")
        if opening.kind != "ballot":
            if opening.kind not in ("comment", "withdrawal"):
                raise _Failed(f"entry {position} is of the unknown kind «{opening.kind}»")
            continue
        unit, questionnaire, *_ = opening.said
        if known.used.get(unit) != questionnaire:
            raise _Failed(
                f"the ballot at entry {position} is for no unit of the campaign, or with another questionnaire"
            )
        if not first <= opening.bucket <= last:
            raise _Failed(f"the ballot at entry {position} was cast outside the campaign's time")
    return "every ballot is for a unit of the campaign, with its questionnaire and in its time"


def _counted(case: _Case) -> str:
    """The last ballot of each voter and unit counts."""
    _, body = case.closing
    found = {
        "counted": len(case.ballots.counted),
        "superseded": case.ballots.superseded,
        "withdrawn": len(case.withdrawn),
    }
    for name, number in found.items():
        if body[name] != number:
            raise _Failed(f"the closing tells of {body[name]} {name}, and the openings of {number}")
    if body["voters"] < len(case.ballots.voters):
        raise _Failed(f"the closing tells of {body['voters']} voters, and the openings of {len(case.ballots.voters)}")
    return f"the last ballot of each voter and unit counts: {found['counted']}; {found['superseded']} were replaced"


def _weighted(case: _Case) -> str:
    """Fraud weights are given to ballots that count."""
    for position, weight in case.weights.items():
        if position not in case.ballots.counted or weight not in LIGHTER:
            raise _Failed(f"a weight of {weight} quarters is given to entry {position}, and it cannot have it")
    excluded = sum(not weight for weight in case.weights.values())
    return f"{excluded} ballots are excluded and {len(case.weights) - excluded} weigh less, all others count in full"


def _totals_again(case: _Case) -> str:
    """The totals follow from the ballots."""
    known = case.registered
    counts = Counter((said, case.weights.get(position, FULL)) for position, said in case.ballots.counted.items())
    rows = [_pattern(said, weight, count) for (said, weight), count in sorted(counts.items())]
    counted = tally(rows, Reader(known.questionnaires, known.scheme))
    scores = score_tally(counted, known.categories, known.scheme)
    if write_totals(totals(case.campaign, counted, scores, known.scheme)) != case.files[TOTALS]:
        raise _Failed("the totals in the bundle do not follow from the opened ballots")
    scored = sum(score.score is not None for score in scores.values())
    return f"totals and scores follow from the opened ballots ({scored} units with a score)"


def _pattern(said: Said, weight: int, count: int) -> PatternCount:
    unit, questionnaire, group, stratum, source, ratings = said
    return PatternCount(unit, questionnaire, group, stratum, source, weight, ratings, count)


def _read_opening(value: Mapping[str, Any], known: dict[Said, Said]) -> _Opening:
    text = value["body"].encode()
    body = orjson.loads(text)
    commitment = sha256(bytes.fromhex(value["salt"]) + text).digest()
    strict = orjson.dumps(body, option=orjson.OPT_SORT_KEYS) == text
    opening = _Opening(commitment, strict, body["kind"], body["campaign"])
    if opening.kind == "withdrawal":
        opening.names = int(body["position"])
    if opening.kind == "ballot":
        said = tuple(str(body[name]) for name in SAID)
        opening.said = known.setdefault(said, said)
        opening.voter, opening.bucket = str(body["voter"]), int(body["bucket"])
    return opening


def _note_of(case: _Case) -> Opened:
    if case.opening_note is None:
        raise _Failed("without the log's good signature the entries cannot be checked")
    return case.opening_note


def _read_registration(position: int, body: Mapping[str, Any]) -> Registered:
    paper, scheme = (json.loads(x) if isinstance(x, str) else x for x in (body["paper"], body["scheme"]))
    units = {unit["code"]: unit for unit in paper["units"]}
    return Registered(
        position=position,
        categories={code: unit["category"] for code, unit in units.items()},
        questionnaires={name: _questionnaire(text, name) for name, text in paper["questionnaires"].items()},
        used={code: unit["questionnaire"] for code, unit in units.items()},
        scheme=parse_scheme(scheme, f"entry {position}"),
        opens_at=body["opens_at"],
        closes_at=body["closes_at"],
    )


@lru_cache(maxsize=64)
def _questionnaire(text: str, name: str) -> Questionnaire:
    return load_questionnaire(text, name)


def _read_log(raw: bytes) -> tuple[list[bytes], list[str]]:
    """The 64 bytes of every entry and its campaign."""
    data, campaigns = [], []
    names: dict[bytes, str] = {}
    for number, line in enumerate(_table(raw, LOG, LOG_HEAD)):
        parts = line.split(b",")
        try:
            entry = bytes.fromhex((parts[1] + parts[2]).decode())
            good = len(parts) == 4 and int(parts[0]) == number and len(parts[1]) == len(parts[2]) == 64
        except (ValueError, IndexError):
            good, entry = False, b""
        if not good or len(entry) != 64:
            raise BadInput("this is no entry, or its position is not the next", f"{LOG}, line {number + 2}")
        data.append(entry)
        campaigns.append(names.setdefault(parts[3], parts[3].decode()))
    return data, campaigns


def _read_public(raw: bytes, size: int) -> dict[int, tuple[str, dict[str, Any]]]:
    found: dict[int, tuple[str, dict[str, Any]]] = {}
    for number, line in enumerate(_lines(raw, PUBLIC), 1):
        value = _json(line, f"{PUBLIC}, line {number}")
        try:
            position, text = value["position"], value["body"]
            body = orjson.loads(text)
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput("this is no public entry", f"{PUBLIC}, line {number}") from error
        if type(position) is not int or position in found or not 0 <= position < size or not isinstance(body, dict):
            raise BadInput("a public entry stands twice, or is none of the log", f"{PUBLIC}, line {number}")
        found[position] = (text, body)
    return found


def _table(raw: bytes, name: str, head: str) -> Iterator[bytes]:
    lines = _lines(raw, name)
    if next(lines, b"") != head.encode():
        raise BadInput(f"the first line is not «{head}»", name)
    return lines


def _lines(raw: bytes, name: str) -> Iterator[bytes]:
    if raw and not raw.endswith(b"\n"):
        raise BadInput("the file was cut off", name)
    return (line[:-1] for line in io.BytesIO(raw))


def _json(raw: bytes, where: str) -> Any:
    try:
        return orjson.loads(raw)
    except ValueError as error:
        raise BadInput("this is not JSON", where) from error


def _text(raw: bytes, where: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise BadInput("this is not text in UTF-8", where) from error
