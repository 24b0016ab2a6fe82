"""Checks a bundle: one file, the standard library and ``cryptography``, nothing of minping.

It is written from docs/verifying-spec.md alone, so that two programs which share no line
agree on what the log proves. It checks no scores, and says so.

    python minping_verify.py bundle.zip --key LOGKEY
"""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import math
import re
import struct
import sys
import time
import zipfile
import zlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LINE = re.compile(
    rb"2 ([a-z0-9-]{1,32}) (?:(receipt|sealed) ([0-9a-f]{64})"
    rb"|(?!(?:receipt|sealed) )([a-z][a-z-]{0,15}) ([0-9a-f]{64}) ([0-9a-f]{64}))"
)
OLDER_LINE = re.compile(rb"[0-9a-f]{128}")
HEX = re.compile(r"[0-9a-f]*")
CODE = re.compile(r"[A-Z2-7]{16}")
RECEIPT, SEALED, OLDER = "receipt", "sealed", "older"
MOST_BYTES, ROOM, TIMES = 8 << 30, 16 << 20, 100
"""Bytes that a bundle may unpack to: at most the first, and the second with so many of its own."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LARGEST, LARGEST_SIZE = 2**53, 2**63 - 1
DEEPEST, MOST_NOTE = 64, 65_536
TOTALS = ("minping-totals/1", "minping-totals/2")

PUBLIC_FILES = {"bundle.json", "checkpoint.txt", "log.txt", "public.jsonl", "totals.json"}
AUDIT_FILES = {"openings.jsonl", "weights.csv"}
OPTIONAL_FILES = {"cases.jsonl", "intake.json", "sums.json"}

DESK_KINDS = (
    "registration link pause early-close decision result audit profile officer grant opened page "
    "succession escrow export void choice year-rules year-table year-decision year-seal "
    "year-amendment year-notice material-closed"
)
SIGNERS = dict.fromkeys(DESK_KINDS.split(), "/desk") | {
    "intake": "/gate", "format": "", "keys": "", "closing": "", "loss": "",
}  # fmt: skip
"""Who signs a kind of act: what follows the origin in the name of the key."""
ONCE = {"registration", "early-close", "intake", "closing"}

BALLOT_2 = {
    *("kind", "campaign", "unit", "questionnaire", "group", "stratum", "source", "channel"),
    *("ratings", "facts", "id", "again", "aside", "gate", "voter"),
}
BALLOT_1 = BALLOT_2 - {"channel", "id", "again", "aside", "gate"} | {"bucket", "risk"}
COMMENT_1 = {"kind", "campaign", "unit", "text"}
BODY_KEYS = {
    "ballot": (BALLOT_2,),
    "comment": (COMMENT_1 | {"id", "gate"}, (COMMENT_1 | {"id", "gate"}) - {"unit"}),
    "withdrawal": ({"kind", "campaign", "position", "erasure", "gate"},),
}
OLDER_BODY_KEYS = {
    "ballot": BALLOT_1,
    "comment": COMMENT_1,
    "withdrawal": {"kind", "campaign", "position"},
}
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError),
    *(ValueError, LookupError, ArithmeticError, AttributeError, TypeError, MemoryError),
)
ASIDES = ({"bucket", "risk"}, {"bucket", "risk", "cluster", "reminders"})
DIGITS = {"id": 32, "aside": 64, "voter": 64, "erasure": 32}
"""How many hexadecimal digits a part of a body has."""
NEW, GROWN, OLD = "new", "grown", "old"
PROFILES = ("solo", "office", "city")
"""How many people decide, the fewest first."""
LIGHT = ("proposed", "uphold")
VERDICTS = {*LIGHT, "release", "reopen", "dropped"}


class Failed(Exception):
    """A check does not hold; the text says why."""


# Canonical JSON


def _refuse_fraction(text: str) -> object:
    raise Failed(f"the number {text} has a fraction or an exponent")


def _refuse_constant(text: str) -> object:
    raise Failed(f"{text} is no JSON")


def _whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= LARGEST:
        raise Failed(f"the number {text[:40]} is 2^53 or more")
    return int(text)


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise Failed(f"the number {text[:40]} is none that can be computed with")
    return value


def _any_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Failed("a key stands twice in an object")
    return found


def _ascii_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = _any_keys(pairs)
    if not "".join(found).isascii():
        raise Failed("a key is not ASCII")
    return found


_STRICT: dict[str, Any] = {
    "parse_float": _refuse_fraction, "parse_constant": _refuse_constant, "parse_int": _whole,
}  # fmt: skip
_QUICK = json.JSONDecoder(**_STRICT)
_READER = json.JSONDecoder(object_pairs_hook=_ascii_keys, **_STRICT)
_READER_OF_UNITS = json.JSONDecoder(object_pairs_hook=_any_keys, **_STRICT)
_READER_OF_TEXTS = json.JSONDecoder(
    object_pairs_hook=_any_keys, **(_STRICT | {"parse_float": _finite})
)
_MARK = re.compile(r'\\.|["\[\]{}]', re.DOTALL)
_WRITE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_WRITE_UNITS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def is_deep(text: str) -> bool:
    """Return whether too many lists and objects lie inside each other."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth, quoted = 0, False
    for mark in _MARK.findall(text):
        if mark == '"':
            quoted = not quoted
        elif not quoted and mark in "[{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif not quoted and mark in "]}":
            depth -= 1
    return False


def read_json(raw: bytes | str, reader: json.JSONDecoder = _READER) -> Any:
    """Return the value of a JSON text, read strictly."""
    try:
        text = raw if isinstance(raw, str) else raw.decode()
        if is_deep(text):
            raise Failed(f"more than {DEEPEST} lists and objects lie inside each other")
        value = reader.decode(text)
        if "\\u" in text:
            _WRITE(value).encode()
    except UnicodeEncodeError as error:
        raise Failed("half of a surrogate pair stands in a text") from error
    except UnicodeDecodeError as error:
        raise Failed("the bytes are no UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise Failed("a text is no JSON") from error
    return value


def read_canonical(text: str) -> dict[str, Any]:
    """Return the object of a canonical text."""
    # A key that stands twice is not written again, so that an ASCII text needs no look at its keys.
    value = read_json(text, _QUICK if text.isascii() else _READER)
    if not isinstance(value, dict):
        raise Failed("a body is no object")
    if _WRITE(value) != text:
        read_json(text)
        raise Failed("a body is not canonical")
    return value


def number(value: object) -> int:
    """Return a value that must be a whole number from 0."""
    if type(value) is not int or value < 0:
        raise Failed("a number is missing or is none")
    return value


def digits(value: object, length: int) -> bytes:
    """Return the bytes of a text of so many hexadecimal digits."""
    if not isinstance(value, str) or len(value) != length or not HEX.fullmatch(value):
        raise Failed(f"a text of {length} hexadecimal digits is missing or is none")
    return bytes.fromhex(value)


def unbase64(value: object) -> bytes:
    """Return the bytes of base64, which has one spelling alone."""
    try:
        raw = base64.b64decode(str(value), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw or base64.b64encode(raw).decode() != value:
        raise Failed("a text is no base64, or not as it is written")
    return raw


# The tree, keys and notes


def leaf(data: bytes) -> bytes:
    """Return the hash of an entry."""
    return sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of two parts of the tree."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaves (RFC 9162, 2.1.1)."""
    level = list(leaves)
    while len(level) > 1:
        joined = [node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = joined + level[len(level) & ~1 :]
    return level[0] if level else sha256().digest()


def included(found: bytes, index: int, size: int, proof: Sequence[bytes], top: bytes) -> bool:
    """Return whether a proof leads from a leaf to a root (RFC 9162, 2.1.3.2)."""
    if index >= size:
        return False
    at, last = index, size - 1
    for other in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node(other, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, other)
        at, last = at >> 1, last >> 1
    return last == 0 and found == top


@cache
def _public(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


class Key(NamedTuple):
    """A public key: its name, its type (1 signs, 4 cosigns), its id and its bytes."""

    name: str
    kind: int
    id: bytes
    public: bytes

    def holds(self, text: bytes, raw: bytes) -> bool:
        """Return whether this key signed a text."""
        try:
            _public(self.public).verify(raw, text)
        except (InvalidSignature, ValueError):
            return False
        return True


def good_name(name: str) -> bool:
    """Return whether a text can be the name of a key."""
    return bool(name) and name.isprintable() and not re.search(r"[\s+]", name)


def read_key(text: object) -> Key:
    """Return the key that ``name+id+base64`` writes."""
    name, _, rest = str(text).partition("+")
    shown, _, encoded = rest.partition("+")
    raw = unbase64(encoded)
    if not good_name(name) or len(raw) != 33 or raw[0] not in (1, 4):
        raise Failed(f"«{text}» is no key")
    found = sha256(name.encode() + b"\n" + raw).digest()[:4]
    if found.hex() != shown:
        raise Failed(f"the key of {name} is mistyped: its id is {found.hex()}")
    return Key(name, raw[0], found, raw[1:])


class Note(NamedTuple):
    """A text with signatures: name, id of the key, and the rest."""

    text: str
    signatures: list[tuple[str, bytes, bytes]]


def read_note(raw: bytes | str) -> Note:
    """Return a signed note; its signatures are not checked."""
    whole = raw if isinstance(raw, str) else raw.decode()
    if len(whole) > MOST_NOTE:
        raise Failed(f"a note has more than {MOST_NOTE} characters")
    head, found, below = whole.rpartition("\n\n")
    lines = below.split("\n")
    if not found or not head or lines[-1] or not 2 <= len(lines) <= 65:
        raise Failed("a note is not signed as notes are")
    if any(char < " " and char != "\n" for char in whole):
        raise Failed("a note has a control character")
    signatures = []
    for line in lines[:-1]:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—" or not good_name(parts[1]):
            raise Failed("a note has a line that is no signature")
        signature = unbase64(parts[2])
        if len(signature) < 5:
            raise Failed("a note has a signature that is too short")
        signatures.append((parts[1], signature[:4], signature[4:]))
    return Note(head + "\n", signatures)


def signers(note: Note, keys: Iterable[Key]) -> set[Key]:
    """Return which of the keys signed a note; a false signature of one of them fails."""
    found = set()
    for name, id_, raw in note.signatures:
        for key in keys:
            if (key.name, key.id) != (name, id_):
                continue
            text, signature = note.text.encode(), raw
            if key.kind == 4:
                seen = int.from_bytes(raw[:8], "big")
                if seen > LARGEST_SIZE:
                    raise Failed(f"the signature of {name} has no time")
                text, signature = f"cosignature/v1\ntime {seen}\n".encode() + text, raw[8:]
            if not key.holds(text, signature):
                raise Failed(f"the signature of {name} is false")
            found.add(key)
    return found


def read_checkpoint(note: Note) -> tuple[str, int, bytes]:
    """Return origin, size and root of a checkpoint."""
    lines = note.text.split("\n")
    if (
        len(lines) != 4
        or not good_name(lines[0])
        or not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1])
        or int(lines[1]) > LARGEST_SIZE
    ):
        raise Failed("a note is no checkpoint")
    top = unbase64(lines[2])
    if len(top) != 32:
        raise Failed("the root of a checkpoint has not 32 bytes")
    return lines[0], int(lines[1]), top


# The bundle


class Entry(NamedTuple):
    """An entry of the log; an older one has the kind ``older``."""

    data: bytes
    kind: str
    campaign: str
    label: bytes
    commitment: bytes


class Act(NamedTuple):
    """A public act; an older one has no signatures and no name."""

    position: int
    kind: str
    campaign: str
    body: dict[str, Any]
    text: str
    signatures: list[tuple[str, bytes]] | None


class Opening(NamedTuple):
    """An opened entry; ``signed`` says that its body is one of form 2."""

    position: int
    kind: str
    body: dict[str, Any]
    signed: bool
    aside: dict[str, Any] | None


class Sums(NamedTuple):
    """The numbers that the checks compare, as the page names them."""

    receipts: int
    before: int
    after: int
    missing: int
    unended: int
    lost: int
    lost_ever: int


class Asked(NamedTuple):
    """What is claimed beside the bundle: keys, and texts of files; an empty one is not asked."""

    keys: Sequence[Key] = ()
    witnesses: Sequence[Key] = ()
    since: str = ""
    receipt: str = ""
    promise: str = ""
    inclusion: str = ""
    now: Callable[[], float] = time.time


def read_entry(line: bytes) -> Entry:
    """Return the entry of a line of ``log.txt``."""
    if OLDER_LINE.fullmatch(line):
        data = bytes.fromhex(line.decode())
        return Entry(data, OLDER, "", data[:32], data[32:])
    found = LINE.fullmatch(line)
    if not found or (found[1] == b"-" and found[2]):
        raise Failed("a line is not of the grammar")
    campaign, simple, only, kind, label, commitment = (part or b"" for part in found.groups())
    if simple == b"sealed":
        label, commitment = b"", only
    elif simple:
        label = only
    raw = bytes.fromhex(label.decode()), bytes.fromhex(commitment.decode())
    return Entry(line, (simple or kind).decode(), campaign.decode(), *raw)


def read_lines(raw: bytes) -> list[bytes]:
    """Return the lines of a file, each of which 0x0A ends."""
    if raw and not raw.endswith(b"\n"):
        raise Failed("the last line of a file is cut off")
    return raw.split(b"\n")[:-1]


class Bundle:
    """The files of a bundle, and what follows from them."""

    def __init__(self, files: Mapping[str, bytes], asked: Asked) -> None:
        self.files, self.asked = files, asked
        self.failures: dict[str, str] = {}
        """The check that found a failure first, by what it found."""

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The content of ``bundle.json``."""
        found = read_json(self.files["bundle.json"])
        if found["format"] != "minping-bundle/2" or set(found) != {
            *("format", "campaign", "origin", "openings")
        }:
            raise Failed("bundle.json is not of the format minping-bundle/2")
        if not isinstance(found["openings"], bool) or not good_name(found["origin"]):
            raise Failed("bundle.json is wrong")
        if not re.fullmatch("[a-z0-9-]{1,32}", found["campaign"]) or found["campaign"] == "-":
            raise Failed("bundle.json names no campaign")
        return dict(found)

    @cached_property
    def campaign(self) -> str:
        """The campaign of the bundle."""
        return str(self.manifest["campaign"])

    @cached_property
    def origin(self) -> str:
        """The name of the log."""
        return str(self.manifest["origin"])

    @cached_property
    def opened(self) -> bool:
        """Whether the bundle has openings."""
        return bool(self.manifest["openings"])

    @cached_property
    def log_keys(self) -> list[Key]:
        """The keys of the log that were given."""
        return [key for key in self.asked.keys if key.name == self.origin and key.kind == 1]

    @cached_property
    def entries(self) -> list[Entry]:
        """Every entry, an older one with the campaign of ``older.txt``."""
        entries = [read_entry(line) for line in read_lines(self.files["log.txt"])]
        owners = [line.decode() for line in read_lines(self.files.get("older.txt", b""))]
        older = sum(entry.kind == OLDER for entry in entries)
        if len(owners) != older:
            raise Failed(f"older.txt has {len(owners)} lines for {older} older entries")
        for at, owner in enumerate(owners):
            entries[at] = entries[at]._replace(campaign=owner)
        return entries

    @cached_property
    def leaves(self) -> list[bytes]:
        """The hashes of the entries."""
        return [leaf(entry.data) for entry in self.entries]

    @cached_property
    def acts(self) -> dict[int, Act]:
        """The acts of ``public.jsonl`` by position."""
        found: dict[int, Act] = {}
        for line in read_lines(self.files["public.jsonl"]):
            act = self._read_act(read_json(line))
            if act.position in found:
                raise Failed(f"the act of entry {act.position} stands twice")
            found[act.position] = act
        return dict(sorted(found.items()))

    def _read_act(self, row: dict[str, Any]) -> Act:
        position, text = number(row["position"]), row["body"]
        entry = self.entries[position]
        if entry.kind == OLDER:
            if (
                set(row) != {"position", "body"}
                or sha256(text.encode()).digest() != entry.commitment
            ):
                raise Failed(f"entry {position} does not commit to its text")
            body = read_json(text)
            return Act(position, body["kind"], body["campaign"], body, text, None)
        said = row["signatures"]
        whole = {"body": text, "signatures": said}
        if set(row) != {"position", *whole} or entry.kind in (RECEIPT, SEALED):
            raise Failed(f"entry {position} is no act, or its line has other parts")
        if sha256(_WRITE(whole).encode()).digest() != entry.commitment:
            raise Failed(f"entry {position} does not commit to its text and signatures")
        if any(set(part) != {"key", "raw"} for part in said):
            raise Failed(f"the signatures of entry {position} are written in another way")
        names = [part["key"] for part in said]
        if names != sorted(set(names)):
            raise Failed(f"the signatures of entry {position} are not sorted, or one stands twice")
        body = read_canonical(text)
        kind, campaign, name = body["kind"], body["campaign"], body["name"]
        if (kind, campaign) != (entry.kind, entry.campaign):
            raise Failed(
                f"the act of entry {position} is of another kind or campaign than its line"
            )
        if sha256(f"minping/{kind}/{campaign}/{name}".encode()).digest() != entry.label:
            raise Failed(f"the label of entry {position} is not that of its act")
        if kind in ONCE and name != campaign:
            raise Failed(f"the act of entry {position} has not its campaign's name")
        raws = [(part["key"], unbase64(part["raw"])) for part in said]
        return Act(position, kind, campaign, body, text, raws)

    def own(self, kind: str) -> list[Act]:
        """Return the campaign's acts of a kind."""
        return [a for a in self.acts.values() if (a.kind, a.campaign) == (kind, self.campaign)]

    def one(self, kind: str) -> Act:
        """Return the campaign's only act of a kind."""
        found = self.own(kind)
        if len(found) != 1:
            raise Failed(f"there are {len(found)} acts {kind} of the campaign, not one")
        return found[0]

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """The positions of the campaign's entries by kind; ``older`` are its older sealed ones."""
        found: dict[str, list[int]] = {RECEIPT: [], SEALED: [], OLDER: []}
        for at, entry in enumerate(self.entries):
            if entry.campaign == self.campaign and entry.kind in found:
                found[entry.kind].append(at)
        return found

    @cached_property
    def state(self) -> str:
        """Whether the campaign is new, grown or old."""
        if self.one("registration").signatures is not None:
            return NEW
        return OLD if self.one("closing").signatures is None else GROWN

    @cached_property
    def sums(self) -> Sums:
        """The numbers of the log's lines and of what is missing."""
        closing, sealed = self.one("closing"), self.positions[SEALED]
        before = (
            sealed if self.state == OLD else sealed[: bisect_left(sealed, self.intake.position)]
        )
        lost = [self.lost(at) & set(before) for at in (closing.position, len(self.entries))]
        return Sums(
            len(self.positions[RECEIPT]),
            len(before),
            len(sealed) - len(before),
            number(closing.body.get("missing", 0)),
            number(closing.body.get("unended", 0)),
            *map(len, lost),
        )

    @property
    def intake(self) -> Act:
        """The gate's count of what it accepted."""
        return self.one("intake")

    def lost(self, until: int) -> set[int]:
        """Return the own sealed entries that acts of loss before an entry name."""
        own = {*self.positions[SEALED], *self.positions[OLDER]}
        acts = (act for act in self.own("loss") if act.position < until)
        return {number(at) for act in acts for at in act.body["positions"]} & own

    @cached_property
    def key_acts(self) -> list[tuple[int, Key, Key]]:
        """Position, desk's key and gate's key of each act ``keys``."""
        found = []
        acts = [act for act in self.acts.values() if act.kind == "keys" and act.signatures]
        for count, act in enumerate(acts, 1):
            desk, gate = read_key(act.body["desk"]), read_key(act.body["gate"])
            names = (desk.name, gate.name, desk.kind, gate.kind)
            if names != (f"{self.origin}/desk", f"{self.origin}/gate", 1, 1):
                raise Failed(f"the keys of entry {act.position} have other names or types")
            if act.campaign != "-" or act.body["name"] != str(count):
                raise Failed(f"the keys of entry {act.position} are not number {count}")
            found.append((act.position, desk, gate))
        return found

    def keys_at(self, position: int) -> dict[str, Key]:
        """Return the desk's and the gate's keys that hold at an entry, by name."""
        held = [keys for at, *keys in self.key_acts if at < position]
        return {key.name: key for key in held[-1]} if held else {}

    @cached_property
    def gates(self) -> list[tuple[int, Key]]:
        """The gate's keys since the registration, with the entries after which they hold."""
        start = self.one("registration").position
        later = [at for at, *_ in self.key_acts if at > start]
        gates = [(at, gate) for at, _, gate in self.key_acts]
        return gates[max(0, len(gates) - len(later) - 1) :]

    def gate_signed(self, signature: object, text: bytes, position: int) -> bool:
        """Return whether the gate signed a text that stands at an entry."""
        raw = unbase64(signature)
        known = [key for at, key in self.gates if at < position and key.id == raw[:4]]
        return any(key.holds(text, raw[4:]) for key in known)

    @cached_property
    def openings(self) -> dict[int, Opening]:
        """The opened entries by position."""
        found: dict[int, Opening] = {}
        own = {*self.positions[SEALED], *self.positions[OLDER]}
        for line in read_lines(self.files["openings.jsonl"]):
            row = read_json(line)
            position, text = number(row["position"]), row["body"]
            if position in found or position not in own:
                raise Failed(f"an opening names entry {position}, twice or not a sealed one")
            salt = digits(row["salt"], 32)
            if sha256(salt + text.encode()).digest() != self.entries[position].commitment:
                raise Failed(f"entry {position} does not commit to its opening")
            found[position] = self._read_opening(position, read_canonical(text), row)
        return dict(sorted(found.items()))

    def _read_opening(self, at: int, body: dict[str, Any], row: dict[str, Any]) -> Opening:
        kind, keys = body["kind"], set(body)
        signed = keys in BODY_KEYS.get(kind, ())
        older = keys == OLDER_BODY_KEYS.get(kind)
        may_be_older = self.entries[at].kind == OLDER or self.state == GROWN
        if not (signed or (older and may_be_older)):
            raise Failed(f"the body of entry {at} has not the keys of its kind")
        if signed and self.entries[at].kind == OLDER:
            raise Failed(f"entry {at} is older than its body's form")
        if body["campaign"] != self.campaign:
            raise Failed(f"the body of entry {at} is of another campaign")
        for name in keys & DIGITS.keys():
            digits(body[name], DIGITS[name])
        aside = row.get("aside")
        if set(row) - {"aside"} != {"position", "salt", "body"} or (
            "aside" in row and (kind != "ballot" or not isinstance(aside, dict))
        ):
            raise Failed(f"the opening of entry {at} has other parts")
        return Opening(at, kind, body, signed, aside)

    @cached_property
    def ballots(self) -> list[Opening]:
        """The opened ballots in the order of the log."""
        return [opening for opening in self.openings.values() if opening.kind == "ballot"]

    @cached_property
    def withdrawals(self) -> list[Opening]:
        """The opened withdrawals in the order of the log."""
        return [opening for opening in self.openings.values() if opening.kind == "withdrawal"]

    @cached_property
    def counted(self) -> dict[tuple[str, str], Opening]:
        """The last opened ballot of each unit and voter."""
        return {(b.body["unit"], b.body["voter"]): b for b in self.ballots}

    @cached_property
    def weights(self) -> dict[int, int]:
        """Weights below a full one, in quarters, by position."""
        head, *lines = read_lines(self.files["weights.csv"])
        if head != b"position,weight":
            raise Failed("the first line of weights.csv is another")
        found: dict[int, int] = {}
        for line in lines:
            pair = re.fullmatch(rb"(0|[1-9][0-9]*),([012])", line)
            if not pair or int(pair[1]) in found:
                raise Failed(f"weights.csv has a wrong line: {line[:40]!r}")
            found[int(pair[1])] = int(pair[2])
        return found

    @cached_property
    def quarters(self) -> tuple[int, int]:
        """The first and the last quarter of an hour in which the campaign is open."""
        body = self.one("registration").body
        return number(body["opens_at"]) // 900, number(body["closes_at"]) // 900

    @cached_property
    def units(self) -> dict[str, Any]:
        """The questionnaires of the registered units, by code."""
        listed = [(unit["code"], unit["questionnaire"]) for unit in self.paper["units"]]
        if len(dict(listed)) < len(listed):
            raise Failed("a unit stands twice in the registration")
        return dict(listed)

    @cached_property
    def paper(self) -> dict[str, Any]:
        """The registered definition: units and quotas."""
        found = self.one("registration").body["paper"]
        return dict(read_json(found, _READER_OF_TEXTS) if isinstance(found, str) else found)


# The checks, in the order of the page


def check_files(bundle: Bundle) -> str:
    """The bundle has the files that it should have."""
    names, opened = set(bundle.files), bundle.opened
    needed = PUBLIC_FILES | (AUDIT_FILES if opened else set())
    allowed = needed | {"older.txt"} | (OPTIONAL_FILES if opened else set())
    if needed - names or names - allowed:
        wrong = ", ".join(sorted((needed - names) | (names - allowed)))
        raise Failed(f"files are missing or too many: {wrong}")
    kind = "for auditors" if opened else "public"
    return f"bundle of {bundle.campaign} in the log {bundle.origin}, {kind}"


def check_checkpoint(bundle: Bundle) -> str:
    """The log's key signed the checkpoint."""
    note = read_note(bundle.files["checkpoint.txt"])
    if not signers(note, bundle.log_keys):
        raise Failed(f"no given key of {bundle.origin} signed the checkpoint")
    origin, size, _ = read_checkpoint(note)
    if origin != bundle.origin:
        raise Failed("the checkpoint is that of another log")
    return f"{bundle.origin} signed a log of {size} entries"


def check_witnesses(bundle: Bundle) -> str:
    """Each witness that was asked for signed the checkpoint."""
    note = read_note(bundle.files["checkpoint.txt"])
    for witness in bundle.asked.witnesses:
        if witness.kind != 4 or not signers(note, [witness]):
            raise Failed(f"the witness {witness.name} did not sign")
    if not bundle.asked.witnesses:
        return "none was asked for: the log's key alone stands for its history"
    return "signed by " + ", ".join(witness.name for witness in bundle.asked.witnesses)


def check_entries(bundle: Bundle) -> str:
    """The entries are those of the checkpoint."""
    _, size, top = read_checkpoint(read_note(bundle.files["checkpoint.txt"]))
    if size != len(bundle.entries):
        raise Failed(f"the checkpoint has {size} entries, log.txt {len(bundle.entries)}")
    if root(bundle.leaves) != top:
        raise Failed("the root of the entries is not that of the checkpoint")
    return f"all {size} entries are those of the checkpoint"


def check_form(bundle: Bundle) -> str:
    """Older entries stand first, and the act of format says whose they are."""
    older = [at for at, entry in enumerate(bundle.entries) if entry.kind == OLDER]
    formats = [at for at, entry in enumerate(bundle.entries) if entry.kind == "format"]
    if not older:
        if formats or "older.txt" in bundle.files:
            raise Failed("an act of format or older.txt without older entries")
        return "form 2 from entry 0"
    count = len(older)
    if older[-1] != count - 1 or formats != [count]:
        raise Failed("an older entry stands late, or the act of format not behind the last one")
    body = bundle.acts[count].body
    found: dict[str, list[int]] = {}
    for at in older:
        owner = bundle.entries[at].campaign
        if owner != "-":
            found.setdefault(owner, []).append(at)
        elif at not in bundle.acts:
            raise Failed(f"the text of the older public entry {at} is kept back")
        if owner != "-" and at in bundle.acts:
            raise Failed(f"the older entry {at} is both sealed and public")
    told = {
        name: [len(all_), sha256(",".join(map(str, all_)).encode()).hexdigest()]
        for name, all_ in found.items()
    }
    stated = {name: part for name, part in body["campaigns"].items() if part[0]}
    if body["from"] != count or stated != told:
        raise Failed("the act of format says another thing of the older entries")
    return f"form 1: whose the first {count} entries are was committed only at entry {count}"


def check_acts(bundle: Bundle) -> str:
    """Acts are what their lines commit to, and none is kept back."""
    shown = bundle.acts
    for at, entry in enumerate(bundle.entries):
        if entry.kind in (OLDER, RECEIPT, SEALED) or entry.campaign not in ("-", bundle.campaign):
            continue
        if at not in shown:
            raise Failed(f"the act {entry.kind} of entry {at} is kept back")
    _decisions(bundle)
    unknown = sorted({a.kind for a in shown.values() if a.signatures and a.kind not in SIGNERS})
    more = f"; kinds that this program does not know: {', '.join(unknown)}" if unknown else ""
    return f"all {len(shown)} acts are what the log commits to{more}"


def check_signatures(bundle: Bundle) -> str:
    """Acts are signed by those who must sign them."""
    signed = 0
    for act in bundle.acts.values():
        if act.signatures is None:
            continue
        keys = {key.name: [key] for key in bundle.keys_at(act.position).values()}
        keys[bundle.origin] = bundle.log_keys
        text = f"minping-act/2\n{bundle.origin}\n{act.text}".encode()
        for name, raw in act.signatures:
            known = [key for key in keys.get(name, ()) if key.id == raw[:4]]
            if not any(key.holds(text, raw[4:]) for key in known):
                raise Failed(f"the signature of {name} on entry {act.position} does not hold")
        names = {name for name, _ in act.signatures}
        if not names or (act.kind in SIGNERS and bundle.origin + SIGNERS[act.kind] not in names):
            raise Failed(f"the act {act.kind} of entry {act.position} is not signed by its signer")
        signed += 1
    told = f"all {signed} acts are signed by those who must sign them"
    return f"{told}{_late(bundle)}{_handed_over(bundle)}"


def _late(bundle: Bundle) -> str:
    late, newest = [], -1
    for at, act in sorted(bundle.acts.items()):
        seen = act.body.get("seen")
        if SIGNERS.get(act.kind) != "/desk" or type(seen) is not int:
            continue
        if seen < newest or seen > at:
            late.append(at)
        newest = max(newest, seen)
    return f"; PUT IN LATE: {len(late)} acts, the first is entry {late[0]}" if late else ""


def _handed_over(bundle: Bundle) -> str:
    broken, lost = 0, Counter[str]()
    for (_, *before), (at, *after) in pairwise(bundle.key_acts):
        act = bundle.acts[at]
        signed = {name for name, _ in act.signatures or ()}
        replaced = {old.name for old, new in zip(before, after, strict=True) if old != new}
        rest = replaced - signed
        for role, other in (("desk", "gate"), ("gate", "desk")):
            alone = replaced == {f"{bundle.origin}/{role}"} and f"{bundle.origin}/{other}" in signed
            if rest and act.body.get("lost") == role and alone:
                lost[role] += 1
                rest = set()
        if rest and at > bundle.one("registration").position:
            raise Failed(f"the keys of entry {at} are not signed by those that they replace")
        broken += bool(rest)
    told = ""
    for role, other in (("desk", "gate"), ("gate", "desk")):
        if lost[role]:
            told += f"; the {role}'s key was LOST and replaced by log and {other}: {lost[role]}"
    return told + (f"; keys replaced without the old ones' signature: {broken}" if broken else "")


def check_labels(bundle: Bundle) -> str:
    """No label stands twice."""
    known = (entry for entry in bundle.entries if entry.kind != OLDER and entry.label)
    counts = Counter((entry.kind == RECEIPT, entry.label) for entry in known)
    twice = [label for (_, label), count in counts.items() if count > 1]
    if twice:
        raise Failed(f"the label {twice[0].hex()} stands twice")
    return f"{len(counts)} labels, none twice"


def check_registration(bundle: Bundle) -> str:
    """One registration stands before everything sealed."""
    act = bundle.one("registration")
    if act.signatures is None:
        _older_label(bundle, act)
    early = [at for all_ in bundle.positions.values() for at in all_ if at < act.position]
    if early:
        raise Failed(f"entry {min(early)} stands before the registration")
    _ = bundle.quarters, bundle.units
    scheme = act.body["scheme"]
    told = read_json(scheme, _READER_OF_TEXTS) if isinstance(scheme, str) else scheme
    if not isinstance(told, dict):
        raise Failed("the registered scheme is no object")
    return f"registered at entry {act.position}, before every ballot"


def _older_label(bundle: Bundle, act: Act, name: str = "") -> None:
    label = sha256(f"minping/{act.kind}/{name or act.campaign}".encode()).digest()
    if bundle.entries[act.position].label != label:
        raise Failed(f"the label of the older entry {act.position} is not that of its act")


def check_batches(bundle: Bundle) -> str:
    """Receipts and ballots stand in batches."""
    receipts, sealed = bundle.positions[RECEIPT], bundle.positions[SEALED]
    if bundle.state == OLD:
        if receipts or sealed:
            raise Failed("a campaign that closed before has entries of form 2")
        return "none: the campaign closed in form 1"
    end, turns = bundle.intake.position, [[0, 0]]
    last = b""
    for at in sorted([*receipts, *(at for at in sealed if at < end)]):
        entry = bundle.entries[at]
        if entry.kind == SEALED:
            turns[-1][1] += 1
            continue
        if turns[-1][1]:
            turns.append([0, 0])
            last = b""
        if entry.label <= last:
            raise Failed(f"the receipt of entry {at} is not in its place")
        last = entry.label
        turns[-1][0] += 1
    wrong = [pair for pair in turns if pair[0] != pair[1]]
    if wrong:
        raise Failed(f"a batch has {wrong[0][0]} receipts and {wrong[0][1]} ballots")
    least = min(count for count, _ in turns)
    return (
        f"{len(receipts)} receipts and as many ballots in {len(turns)} batches of {least} or more"
    )


def check_intake(bundle: Bundle) -> str:
    """The log has as many ballots as the gate accepted."""
    if bundle.state == OLD:
        if bundle.own("intake"):
            raise Failed("a campaign that closed before has an intake")
        return "none: the gate signed no count in form 1"
    act, sums = bundle.intake, bundle.sums
    accepted = number(act.body["accepted"])
    if act.position < max(bundle.positions[RECEIPT], default=0):
        raise Failed("a receipt stands after the intake")
    if act.position > bundle.one("closing").position:
        raise Failed("the intake stands after the closing")
    gone = accepted - sums.receipts
    if gone > sums.missing or (gone < -sums.lost and not sums.unended and bundle.state == NEW):
        raise Failed(f"the gate accepted {accepted} ballots, the log has {sums.receipts} receipts")
    more = f", {gone} are missing" if gone > 0 else ""
    more += f", {-gone} are not in its count" if gone < 0 else ""
    return f"the gate signed that it accepted {accepted} ballots{more}"


def check_closing(bundle: Bundle) -> str:
    """The closing's numbers agree with the lines and with the intake."""
    act, sums, older = bundle.one("closing"), bundle.sums, len(bundle.positions[OLDER])
    if act.signatures is None:
        _older_label(bundle, act)
    late = [at for all_ in bundle.positions.values() for at in all_ if at > act.position]
    if late:
        raise Failed(f"entry {max(late)} stands after the closing")
    counted, superseded, withdrawn = (
        number(act.body[name]) for name in ("counted", "superseded", "withdrawn")
    )
    told = f"{counted} ballots count, {superseded} were replaced, {withdrawn} withdrawn"
    gap = f"; CLOSED WITH A GAP: {sums.missing} messages and {sums.unended} streams are missing"
    told += gap if sums.missing or sums.unended else ""
    told += f"; the texts of {sums.lost} ballots were lost" if sums.lost else ""
    if bundle.state != NEW:
        own = older + sums.before + sums.after
        if own < counted + superseded + 2 * withdrawn:
            raise Failed(f"the closing names more than the {own} entries that there are")
        return f"{told}; form 1: the gate's count does not bound these numbers"
    comments = number(act.body["comments"])
    if counted + superseded + withdrawn + sums.lost != sums.receipts:
        raise Failed(f"{told}, which are not the {sums.receipts} receipts")
    if withdrawn + comments != sums.after:
        raise Failed(
            f"{withdrawn} withdrawals and {comments} comments are not {sums.after} entries"
        )
    erased, texts = number(bundle.intake.body["erased"]), number(bundle.intake.body["comments"])
    short = withdrawn < erased and bool(sums.missing or sums.lost)
    if not sums.unended and withdrawn != erased and not short:
        raise Failed(f"{withdrawn} ballots are withdrawn, the gate had erasures of {erased}")
    if not sums.unended and comments > texts:
        raise Failed(f"there are {comments} comments, the gate accepted {texts}")
    return f"{told}; {comments} comments of {texts} texts"


def check_result(bundle: Bundle) -> str:
    """The last result commits to the totals."""
    closing = bundle.one("closing").position
    found = bundle.own("result")
    if not found or found[0].position < closing:
        raise Failed("there is no result, or one before the closing")
    if found[-1].body["totals"] != sha256(bundle.files["totals.json"]).hexdigest():
        raise Failed(f"the result of entry {found[-1].position} has other totals")
    if found[-1].signatures is None:
        _older_label(bundle, found[-1])
    _require_totals(bundle)
    return f"entry {found[-1].position} commits to the totals"


def _require_totals(bundle: Bundle) -> None:
    """Totals are of this campaign and of each of its units; their figures are not read here."""
    told = read_json(bundle.files["totals.json"], _READER_OF_UNITS)
    if told["format"] not in TOTALS or told["campaign"] != bundle.campaign:
        raise Failed("totals.json is of another format or campaign")
    units = [unit["unit"] for unit in told["units"]]
    if len(set(units)) < len(units) or set(units) != bundle.units.keys():
        raise Failed("totals.json has other units than the registration")
    if "sums.json" in bundle.files:
        read_json(bundle.files["sums.json"], _READER_OF_UNITS)


def check_profile(bundle: Bundle) -> str:
    """A second person signed where the profile asks for one."""
    name, alone = PROFILES[0], 0
    for act in bundle.acts.values():
        body, at = act.body, act.position
        signed = body.get("approved", [])
        second = isinstance(signed, list) and any(one != body.get("prepared") for one in signed)
        if act.kind == "profile":
            if body["profile"] not in PROFILES:
                raise Failed(f"the act of entry {at} names no known profile")
            if PROFILES.index(body["profile"]) < PROFILES.index(name) and not second:
                raise Failed(f"one person alone lowered the profile at entry {at}")
            name = body["profile"]
        elif act.kind == "loss" or "lost" in body:
            if number(body["people"]) < (1 if name == PROFILES[0] else 2):
                raise Failed(f"one person alone decided the act of entry {at}, in profile {name}")
        elif act.kind in ("officer", "grant") and "approved" in body:
            if not second and name != PROFILES[0]:
                raise Failed(f"one person alone decided the act of entry {at}, in profile {name}")
            alone += not second
    told = f"; one person alone appointed or granted {alone} times" if alone else ""
    if name == PROFILES[0]:
        return f"{name}: ONE PERSON ALONE DECIDES{told}"
    return f"{name}: a second person signs{told}"


def check_since(bundle: Bundle) -> str:
    """The log only grew since an older checkpoint."""
    note = read_note(bundle.asked.since)
    if not signers(note, [*bundle.log_keys, *bundle.asked.witnesses]):
        raise Failed("no known key signed the older checkpoint")
    return f"the log only grew since it had {_earlier(bundle, note)} entries"


def _earlier(bundle: Bundle, note: Note) -> int:
    origin, size, top = read_checkpoint(note)
    if origin != bundle.origin:
        raise Failed("the older checkpoint is that of another log")
    if size > len(bundle.leaves) or root(bundle.leaves[:size]) != top:
        raise Failed(f"the log does not begin with the {size} entries of the older checkpoint")
    return size


def check_receipt(bundle: Bundle) -> str:
    """A citizen's receipt is in the log."""
    code = re.sub(r"[\s\-–—‐]+", "", bundle.asked.receipt).upper()
    if not CODE.fullmatch(code):
        raise Failed("a receipt is 16 characters of A to Z and 2 to 7")
    at = _find_label(bundle, RECEIPT, f"minping/receipt/{bundle.campaign}/{code}")
    at = _find_label(bundle, OLDER, code) if at is None else at
    if at is None:
        raise Failed("no entry of this campaign has this receipt")
    return f"included as entry {at}"


def _find_label(bundle: Bundle, kind: str, text: str) -> int | None:
    label = sha256(text.encode()).digest()
    found = (at for at in bundle.positions[kind] if bundle.entries[at].label == label)
    return next(found, None)


def check_promise(bundle: Bundle) -> str:
    """A promise of the gate is kept."""
    note = read_note(bundle.asked.promise)
    lines = note.text.split("\n")
    if len(lines) != 6 or lines[:3] != ["minping-promise/1", bundle.origin, bundle.campaign]:
        raise Failed("no promise of this log and campaign")
    if not signers(note, [gate for _, gate in bundle.gates]):
        raise Failed("the gate did not sign the promise")
    due = number(bundle.one("registration").body["closes_at"]) + 604_800
    if lines[4] != str(due):
        raise Failed(f"the promise is due at {lines[4]}, those of this campaign at {due}")
    label = digits(lines[3], 64)
    for at in bundle.positions[RECEIPT]:
        if bundle.entries[at].label == label:
            return f"kept, entry {at}"
    if bundle.own("closing"):
        raise Failed("BROKEN: signed by the gate, and not in the closed log")
    day = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(due))
    if bundle.asked.now() > due:
        raise Failed(f"OVERDUE since {day}: signed by the gate, and the log is not closed")
    return f"not yet, due {day}"


def check_inclusion(bundle: Bundle) -> str:
    """A proof of inclusion leads to this log."""
    proof = read_json(bundle.asked.inclusion)
    line = proof.get("line", "").encode()
    if proof["format"] == "minping-inclusion/1":
        line = digits(proof["label"], 64) + digits(proof["commitment"], 64)
    elif proof["format"] != "minping-inclusion/2" or read_entry(line).kind == OLDER:
        raise Failed("a proof of another format")
    note = read_note(proof["checkpoint"])
    if not signers(note, bundle.log_keys):
        raise Failed("the log did not sign the checkpoint of the proof")
    position, path = number(proof["position"]), [digits(part, 64) for part in proof["proof"]]
    _, size, top = read_checkpoint(note)
    if not included(leaf(line), position, size, path, top):
        raise Failed("the proof does not lead to the root")
    _earlier(bundle, note)
    return f"entry {position} is proven to be in the log"


def check_openings(bundle: Bundle) -> str:
    """Openings are what the log commits to."""
    return f"all {len(bundle.openings)} openings are what the log commits to"


def check_complete(bundle: Bundle) -> str:
    """Every sealed entry is opened, withdrawn or lost."""
    named = [number(opening.body["position"]) for opening in bundle.withdrawals]
    if len(set(named)) < len(named):
        raise Failed("a ballot is withdrawn twice")
    sealed, older = set(bundle.positions[SEALED]), set(bundle.positions[OLDER])
    ballots = {at for at in sealed if bundle.state != OLD and at < bundle.intake.position}
    for opening, position in zip(bundle.withdrawals, named, strict=True):
        if position >= opening.position or position not in ballots | older:
            raise Failed(f"the withdrawal of entry {opening.position} names no earlier ballot")
    opened, gone = set(bundle.openings), set(named)
    if opened & gone:
        raise Failed(f"entry {min(opened & gone)} is both opened and withdrawn")
    lost = bundle.lost(len(bundle.entries)) - opened - gone
    rest = (sealed | older) - opened - gone - lost
    if rest:
        raise Failed(f"{len(rest)} entries are neither opened nor withdrawn, the first {min(rest)}")
    more = f"; {len(lost)} LOST, as acts of loss say" if lost else ""
    return f"every entry is opened or withdrawn ({len(gone)}){more}"


def check_bodies(bundle: Bundle) -> str:
    """Bodies are in their places and fit the registration."""
    units = bundle.units
    ids: Counter[str] = Counter()
    end = 0 if bundle.state == OLD else bundle.intake.position
    kept = 0
    for at, opening in bundle.openings.items():
        _require_place(bundle, opening, end)
        if opening.signed and opening.kind != "withdrawal":
            ids[opening.body["id"]] += 1
        if opening.kind != "ballot":
            continue
        unit, questionnaire = opening.body["unit"], opening.body["questionnaire"]
        if unit not in units or units[unit] != questionnaire:
            raise Failed(f"the ballot of entry {at} is of no registered unit and questionnaire")
        if opening.signed and not isinstance(opening.body["again"], bool):
            raise Failed(f"the ballot of entry {at} does not say again as true or false")
        kept += _check_aside(bundle, opening)
    if ids and ids.most_common(1)[0][1] > 1:
        raise Failed(f"the id {ids.most_common(1)[0][0]} stands twice")
    return f"{len(bundle.ballots)} ballots fit the registration, asides kept: {kept}"


def _require_place(bundle: Bundle, opening: Opening, end: int) -> None:
    at = opening.position
    if bundle.entries[at].kind == OLDER:
        return
    if (at < end) != (opening.kind == "ballot"):
        raise Failed(f"the {opening.kind} of entry {at} is on the wrong side of the intake")


def _check_aside(bundle: Bundle, ballot: Opening) -> bool:
    """Return whether a ballot's aside is kept; its time is that of the campaign."""
    at, bucket = ballot.position, ballot.body.get("bucket")
    if ballot.signed:
        if ballot.aside is None:
            return False
        salt, text = digits(ballot.aside["salt"], 32), ballot.aside["text"]
        if sha256(salt + text.encode()).hexdigest() != ballot.body["aside"]:
            raise Failed(f"the aside of entry {at} is not what its ballot has")
        told = read_canonical(text)
        bucket = told["bucket"]
        if set(told) not in ASIDES or set(ballot.aside) != {"salt", "text"}:
            raise Failed(f"the aside of entry {at} has other parts")
    first, last = bundle.quarters
    if not first <= number(bucket) <= last:
        raise Failed(f"the ballot of entry {at} is of another time")
    return ballot.signed


def _check_lost_gates(bundle: Bundle, by_key: Mapping[bytes, int]) -> None:
    """A lost key of the gate signed no more ballots than were accepted until it was replaced."""
    start = bundle.one("registration").position
    for (_, _, old), (at, _, _) in pairwise(bundle.key_acts):
        body = bundle.acts[at].body
        if body.get("lost") != "gate" or at < start:
            continue
        most = number(body.get("accepted", {}).get(bundle.campaign, 0))
        found = by_key.get(old.id, 0)
        if found > most and not bundle.sums.unended:
            raise Failed(
                f"{found} ballots are signed by a lost key of the gate, which accepted {most}"
            )


def check_gate(bundle: Bundle) -> str:
    """The gate signed every ballot, comment and erasure."""
    checked = unsigned = 0
    by_key = Counter[bytes]()
    erasures: dict[tuple[str, str], bool] = {}
    for at, opening in bundle.openings.items():
        body = opening.body
        if not opening.signed:
            unsigned += 1
            continue
        if opening.kind == "withdrawal":
            said = (body["erasure"], body["gate"])
            text = f"minping-erasure/2\n{bundle.origin}\n{bundle.campaign}\n{body['erasure']}"
            if said not in erasures:
                erasures[said] = bundle.gate_signed(body["gate"], text.encode(), at)
            good = erasures[said]
        else:
            rest = {name: part for name, part in body.items() if name not in ("gate", "voter")}
            text = f"minping-{opening.kind}/2\n{bundle.origin}\n{_WRITE(rest)}"
            good = bundle.gate_signed(body["gate"], text.encode(), at)
        if not good:
            raise Failed(f"the gate did not sign the {opening.kind} of entry {at}")
        checked += 1
        if opening.kind == "ballot":
            by_key[unbase64(body["gate"])[:4]] += 1
    if bundle.state != OLD:
        _check_lost_gates(bundle, by_key)
        most, found = number(bundle.intake.body["erasures"]), len({one for one, _ in erasures})
        if found > most and not bundle.sums.unended:
            raise Failed(f"there are {found} erasures, the gate accepted {most}")
    more = f"; form 1: {unsigned} bodies nobody signed" if unsigned else ""
    return f"the gate signed {checked} ballots, comments and withdrawals{more}"


def check_again(bundle: Bundle) -> str:
    """Of one voter and unit the first ballot alone is new."""
    seen: set[tuple[str, str]] = set()
    late = 0
    for ballot in bundle.ballots:
        place = (ballot.body["unit"], ballot.body["voter"])
        if ballot.signed and place in seen and not ballot.body["again"]:
            raise Failed(f"the ballot of entry {ballot.position} replaces one of somebody else")
        late += ballot.signed and place not in seen and bool(ballot.body["again"])
        seen.add(place)
    sums = bundle.sums
    if late > sums.missing + sums.lost_ever and not sums.unended and bundle.state == NEW:
        raise Failed(f"{late} voters of a unit have no first ballot")
    more = f"; {late} have no first ballot here" if late else ""
    return f"{len(seen)} voters of units, each with one first ballot{more}"


def check_units(bundle: Bundle) -> str:
    """Of each unit as many ballots are there as the gate accepted."""
    if bundle.state == OLD:
        return "none: the gate signed no count in form 1"
    told = read_json(bundle.files["intake.json"], _READER_OF_UNITS)
    order = sorted(told["units"].items(), key=lambda part: part[0].encode("utf-16-be"))
    text = digits(told["salt"], 32) + _WRITE_UNITS(dict(order)).encode()
    intake, sums = bundle.intake.body, bundle.sums
    if sha256(text).hexdigest() != intake["units"] or set(told) != {"salt", "units"}:
        raise Failed("intake.json is not what the intake commits to")
    rows = {unit: [number(part) for part in row] for unit, row in order}
    columns = list(zip(*rows.values(), strict=True)) or [(0,)] * 4
    if len(columns) != 4 or [sum(column) for column in columns[:3]] != [
        intake[name] for name in ("accepted", "again", "erased")
    ]:
        raise Failed("the units' numbers are not those of the intake")
    opened, again = Counter[str](), Counter[str]()
    for ballot in bundle.ballots:
        if ballot.signed:
            opened[ballot.body["unit"]] += 1
            again[ballot.body["unit"]] += ballot.body["again"]
    lacking = 0
    for unit in sorted(rows.keys() | opened.keys()):
        accepted, revotes, erased, erased_again = rows.get(unit, [0, 0, 0, 0])
        stay, stay_again = accepted - erased, revotes - erased_again
        new = opened[unit] - again[unit]
        if bundle.state == GROWN:
            stay, stay_again = (
                max(accepted, opened[unit]) if sums.unended else accepted,
                again[unit],
            )
            new = min(new, stay - stay_again)
        if not sums.unended and (
            opened[unit] > stay or again[unit] > stay_again or new > stay - stay_again
        ):
            raise Failed(f"{unit}: {opened[unit]} ballots are there, {again[unit]} of them again; "
                         f"the gate has {stay} and {stay_again}")  # fmt: skip
        lacking += max(0, stay - opened[unit])
    if lacking > sums.missing + sums.lost_ever and bundle.state == NEW:
        raise Failed(f"units lack {lacking} ballots that the gate accepted and nobody erased")
    more = f"; {lacking} are missing" if lacking and bundle.state == NEW else ""
    return f"{len(rows)} units have the ballots that the gate accepted{more}"


def check_counts(bundle: Bundle) -> str:
    """The closing's numbers are those of the openings."""
    body, counted = bundle.one("closing").body, len(bundle.counted)
    found = {
        "counted": counted,
        "superseded": len(bundle.ballots) - counted,
        "withdrawn": len(bundle.withdrawals),
    }
    late = len(bundle.lost(len(bundle.entries)) - bundle.lost(bundle.one("closing").position))
    for name, value in found.items():
        if abs(number(body[name]) - value) > late:
            raise Failed(f"the closing says {name} {body[name]}, the openings {value}")
    by_unit = Counter(unit for unit, _ in bundle.counted)
    most = max(by_unit.values(), default=0)
    if bundle.state == OLD:
        most = len({voter for _, voter in bundle.counted})
    if number(body["voters"]) < most:
        raise Failed(f"the closing says {body['voters']} voters, a unit has {most}")
    return f"the last ballot of each voter and unit counts: {counted}"


def check_quotas(bundle: Bundle) -> str:
    """No quota is exceeded."""
    quotas = bundle.paper.get("quotas", [])
    counts = Counter(
        tuple(b.body[name] for name in ("unit", "group", "stratum", "source"))
        for b in bundle.counted.values()
    )
    for quota in quotas:
        cell = [str(quota[name]) for name in ("unit", "group", "stratum", "source")]
        found = sum(
            count
            for place, count in counts.items()
            if place[0] == cell[0] and place[1] != "staff"
            and all(wanted in ("", is_) for wanted, is_ in zip(cell[1:], place[1:], strict=True))
        )  # fmt: skip
        if found > number(quota["most"]):
            raise Failed(
                f"{found} ballots count for {'/'.join(cell)}, its quota is {quota['most']}"
            )
    return f"{len(quotas)} quotas kept"


def check_weights(bundle: Bundle) -> str:
    """Ballots weigh less by decisions alone."""
    weights, decided = bundle.weights, _decisions(bundle)
    counted = {ballot.position for ballot in bundle.counted.values()}
    if weights.keys() - counted:
        raise Failed(f"entry {min(weights.keys() - counted)} has a weight and does not count")
    cases: dict[str, tuple[bytes, list[list[int]]]] = {}
    for line in read_lines(bundle.files.get("cases.jsonl", b"")):
        row = read_json(line)
        if row["case"] in cases or set(row) != {"case", "salt", "weights"}:
            raise Failed("a line of cases.jsonl stands twice or has other parts")
        cases[row["case"]] = (digits(row["salt"], 32), row["weights"])
    standing = {name for name, acts in decided.items() if acts[-1]["verdict"] != "dropped"}
    if standing != cases.keys():
        raise Failed(f"the case {min(standing ^ cases.keys())} is not in both cases and log")
    ruled: set[int] = set()
    for name, (salt, pairs) in cases.items():
        if sha256(salt + _WRITE(pairs).encode()).hexdigest() != decided[name][-1]["weights"]:
            raise Failed(f"the weights of the case {name} are not those of its last decision")
        if any(weights.get(at, 4) != weight for at, weight in pairs):
            raise Failed(f"the weights of the case {name} are not those of weights.csv")
        verdicts = [act["verdict"] for act in decided[name] if act["verdict"] != "reopen"]
        if verdicts and verdicts[-1] in LIGHT:
            ruled |= {at for at, _ in pairs}
    if weights.keys() - ruled:
        rest = weights.keys() - ruled
        raise Failed(f"{len(rest)} ballots weigh less without a decision, the first {min(rest)}")
    return f"{len(weights)} ballots weigh less, all by decisions on {len(cases)} cases"


def _decisions(bundle: Bundle) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for act in bundle.own("decision"):
        acts = found.setdefault(str(act.body["case"]), [])
        acts.append(act.body)
        name = f"{bundle.campaign}/{act.body['case']}/{act.body['number']}"
        if number(act.body["number"]) != len(acts) or act.body["verdict"] not in VERDICTS:
            raise Failed(f"the decision of entry {act.position} is not the case's next one")
        if act.signatures is None:
            _older_label(bundle, act, name)
        elif act.body["name"] != name:
            raise Failed(f"the decision of entry {act.position} has another name")
    return found


NOT_CHECKED = (
    "not checked here: that the totals follow from the ballots, and the scores from the totals"
)
RESTS = "this rests on what failed at «"
Check = Callable[[Bundle], str]
PUBLIC_CHECKS: Mapping[str, Check] = {
    "files": check_files, "checkpoint": check_checkpoint, "witnesses": check_witnesses,
    "entries": check_entries, "form": check_form, "acts": check_acts,
    "signatures": check_signatures, "labels": check_labels, "registration": check_registration,
    "batches": check_batches, "intake": check_intake, "closing": check_closing,
    "result": check_result, "profile": check_profile,
}  # fmt: skip
CLAIMS: Mapping[str, Check] = {
    "since": check_since, "receipt": check_receipt, "promise": check_promise,
    "inclusion": check_inclusion,
}  # fmt: skip
OPENING_CHECKS: Mapping[str, Check] = {
    "openings": check_openings, "complete": check_complete, "bodies": check_bodies,
    "gate": check_gate, "again": check_again, "units": check_units, "counts": check_counts,
    "quotas": check_quotas, "weights": check_weights,
}  # fmt: skip


class Outcome(NamedTuple):
    """One check: its name, whether it holds, and what it found."""

    name: str
    ok: bool
    finding: str

    def line(self) -> str:
        """Return the line that is printed."""
        return f"{'ok' if self.ok else 'FAIL':4}  {self.name}: {self.finding}"


def verify(files: Mapping[str, bytes], asked: Asked) -> Iterator[Outcome]:
    """Run every check in the order of the page."""
    bundle = Bundle(files, asked)
    checks = dict(PUBLIC_CHECKS)
    checks |= {name: check for name, check in CLAIMS.items() if getattr(asked, name)}
    first = run("files", check_files, bundle)
    if first.ok and bundle.opened:
        checks |= OPENING_CHECKS
    for name, check in checks.items():
        yield first if name == "files" else run(name, check, bundle)


def in_print(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the outcomes as they are printed: the profile says first who decides."""
    return sorted(outcomes, key=lambda outcome: outcome.name != "profile")


WRONG = (
    *(LookupError, TypeError, ValueError, AttributeError, ArithmeticError),
    *(RecursionError, MemoryError),
)


def run(name: str, check: Check, bundle: Bundle) -> Outcome:
    """Run one check; what a file lacks or has in another type is a failure too."""
    try:
        return Outcome(name, True, check(bundle))
    except Failed as error:
        finding = str(error)
    except WRONG as error:
        finding = f"what it needs is missing or wrong ({error!r:.80})"
    first = bundle.failures.setdefault(finding, name)
    return Outcome(name, False, finding if first == name else f"{RESTS}{first}»")


def unpack(path: Path) -> dict[str, bytes]:
    """Return the files of a bundle by name."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(set(names)) < len(names):
                raise Failed("a file stands twice in the bundle")
            infos = archive.infolist()
            most = min(MOST_BYTES, ROOM + TIMES * path.stat().st_size)
            if sum(info.file_size for info in infos) > most:
                raise Failed("the bundle unpacks to more than a bundle has")
            if any(info.compress_type not in METHODS for info in infos):
                raise Failed("a file of the bundle is packed in another way than deflate")
            return {name: archive.read(name) for name in names}
    except (OSError, *DAMAGED) as error:
        raise Failed(f"{path} cannot be read as a bundle") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each check; return 0 when all hold, else 1."""
    parser = argparse.ArgumentParser(description="Checks a bundle of a closed campaign.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", action="append", default=[], help="the log's key")
    parser.add_argument("--witness", action="append", default=[], help="the key of a witness")
    parser.add_argument("--receipt", default="", help="a receipt's code")
    for name in ("since", "promise", "inclusion"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    try:
        texts: dict[str, Any] = {
            name: getattr(given, name).read_bytes().decode() if getattr(given, name) else ""
            for name in ("since", "promise", "inclusion")
        }
        keys, witnesses = ([read_key(text.strip()) for text in listed]
                           for listed in (given.key, given.witness))  # fmt: skip
        asked = Asked(keys, witnesses, receipt=given.receipt, **texts)
        outcomes = verify(unpack(given.bundle), asked)
    except (Failed, OSError, ValueError) as error:
        print(f"FAIL  {error}")
        return 1
    found = in_print(outcomes)
    print(*(outcome.line() for outcome in found), NOT_CHECKED, sep="\n")
    return 0 if all(outcome.ok for outcome in found) else 1


if __name__ == "__main__":
    sys.exit(main())
