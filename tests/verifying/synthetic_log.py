"""A log in memory, written from docs/verifying-spec.md alone, and the files of its bundles.

Lines are made when they are asked for, so that a tampering changes what an entry holds
and everything that follows from it follows.
"""

from __future__ import annotations

import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LOG, DESK, GATE = "log", "desk", "gate"
Files = dict[str, bytes]


def canonical(value: Any) -> str:
    """Canonical JSON of values whose keys are ASCII."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(data: str | bytes) -> bytes:
    return sha256(data.encode() if isinstance(data, str) else data).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root as RFC 9162 defines it, by recursion."""
    if not leaves:
        return digest(b"")
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return digest(b"\x01" + merkle_root(leaves[:half]) + merkle_root(leaves[half:]))


def inclusion_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 9162."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*inclusion_path(index, leaves[:half]), merkle_root(leaves[half:])]
    return [*inclusion_path(index - half, leaves[half:]), merkle_root(leaves[:half])]


def consistency_path(old: int, leaves: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 9162."""
    if old == len(leaves):
        return [] if whole else [merkle_root(leaves)]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= half:
        return [*consistency_path(old, leaves[:half], whole), merkle_root(leaves[half:])]
    return [*consistency_path(old - half, leaves[half:], False), merkle_root(leaves[:half])]


@dataclass(frozen=True)
class SigningKey:
    """A key that signs; a witness has the type 4."""

    name: str
    secret: Ed25519PrivateKey
    kind: int = 1

    @property
    def public(self) -> bytes:
        return self.secret.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        return digest(self.name.encode() + b"\n" + bytes([self.kind]) + self.public)[:4]

    def written(self) -> str:
        """The key as others get it."""
        encoded = b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    def sign(self, text: str) -> str:
        """Base64 of the key's id and the signature."""
        return b64encode(self.id + self.secret.sign(text.encode())).decode()

    def note(self, text: str) -> str:
        """A note with this key's signature alone."""
        return f"{text}\n— {self.name} {self.sign(text)}\n"

    def cosignature(self, checkpoint: str, seconds: int) -> str:
        """The line of a witness under a checkpoint's text."""
        signature = self.secret.sign(f"cosignature/v1\ntime {seconds}\n{checkpoint}".encode())
        raw = self.id + seconds.to_bytes(8, "big") + signature
        return f"— {self.name} {b64encode(raw).decode()}\n"


def signing_key(seed: str, name: str, kind: int = 1) -> SigningKey:
    """A key by a fixed seed."""
    return SigningKey(name, Ed25519PrivateKey.from_private_bytes(digest(seed)), kind)


@dataclass(frozen=True)
class Keys:
    """The keys of a city."""

    log: SigningKey
    desk: SigningKey
    gate: SigningKey

    @classmethod
    def by_seed(cls, seed: str, origin: str = "log.example/minping") -> Keys:
        names = {LOG: origin, DESK: f"{origin}/desk", GATE: f"{origin}/gate"}
        return cls(*(signing_key(f"{seed}/{part}", name) for part, name in names.items()))

    @property
    def origin(self) -> str:
        return self.log.name


@dataclass(eq=False)
class Receipt:
    """The line of an accepted ballot's receipt."""

    campaign: str
    code: str

    def label(self) -> bytes:
        return digest(f"minping/receipt/{self.campaign}/{self.code}")

    def line(self) -> bytes:
        return f"2 {self.campaign} receipt {self.label().hex()}".encode()


@dataclass(eq=False)
class Sealed:
    """A sealed entry; a withdrawal names another entry, whose position its body gets."""

    campaign: str
    salt: bytes
    content: dict[str, Any]
    target: Sealed | None = None
    aside: tuple[bytes, str] | None = None
    shown: bool = True
    older_label: bytes = b""

    def body(self) -> str:
        return canonical(self.content)

    def commitment(self) -> bytes:
        return digest(self.salt + self.body().encode())

    def line(self) -> bytes:
        if self.older_label:
            return self.older_label + self.commitment()
        return f"2 {self.campaign} sealed {self.commitment().hex()}".encode()


@dataclass(eq=False)
class Act:
    """A public act. Its line says kind and campaign by itself, so that they can be made to lie."""

    kind: str
    campaign: str
    name: str
    body: str
    signatures: list[dict[str, str]] | None
    shown: bool = True

    def commitment(self) -> bytes:
        if self.signatures is None:
            return digest(self.body)
        return digest(canonical({"body": self.body, "signatures": self.signatures}))

    def line(self) -> bytes:
        if self.signatures is None:
            return digest(f"minping/{self.kind}/{self.name}") + self.commitment()
        label = digest(f"minping/{self.kind}/{self.campaign}/{self.name}").hex()
        return f"2 {self.campaign} {self.kind} {label} {self.commitment().hex()}".encode()


Item = Receipt | Sealed | Act


def act_text(origin: str, body: str) -> str:
    """What is signed of an act."""
    return f"minping-act/2\n{origin}\n{body}"


@dataclass
class SyntheticLog:
    """A log that grows in memory."""

    keys: Keys
    chance: Random
    items: list[Item] = field(default_factory=list)

    def act(
        self, kind: str, campaign: str, content: Mapping[str, Any], *signers: SigningKey,
        name: str = "",
    ) -> Act:  # fmt: skip
        """Append an act of form 2, signed by these keys; its name is the next one of its kind."""
        name = name or self._next_name(kind, campaign)
        body = canonical({"kind": kind, "campaign": campaign, "name": name, **content})
        act = Act(kind, campaign, name, body, self.signed(body, *signers))
        self.items.append(act)
        return act

    def signed(self, body: str, *signers: SigningKey) -> list[dict[str, str]]:
        text = act_text(self.keys.origin, body)
        ordered = sorted(signers, key=lambda key: key.name)
        return [{"key": key.name, "raw": key.sign(text)} for key in ordered]

    def _next_name(self, kind: str, campaign: str) -> str:
        found = sum(
            isinstance(item, Act) and (item.kind, item.campaign) == (kind, campaign)
            for item in self.items
        )
        return f"{campaign}/{found + 1}" if found else campaign

    def name_keys(self, *more: SigningKey) -> Act:
        """Append the act that names the desk's and the gate's key."""
        count = sum(isinstance(item, Act) and item.kind == "keys" for item in self.items)
        content = {"desk": self.keys.desk.written(), "gate": self.keys.gate.written()}
        return self.act("keys", "-", content, self.keys.log, *more, name=str(count + 1))

    def older_act(self, kind: str, campaign: str, content: Mapping[str, Any], name: str) -> Act:
        """Append a public entry of form 1."""
        act = Act(kind, campaign, name, canonical({"kind": kind, "campaign": campaign, **content}),
                  None)  # fmt: skip
        self.items.append(act)
        return act

    def name_format(self) -> Act:
        """Append the act that says whose the older entries are."""
        owners: dict[str, list[int]] = {}
        for at, item in enumerate(self.items):
            if isinstance(item, Sealed):
                owners.setdefault(item.campaign, []).append(at)
        campaigns = {
            name: [len(found), digest(",".join(map(str, found))).hex()]
            for name, found in owners.items()
        }
        content = {"from": len(self.items), "campaigns": campaigns}
        return self.act("format", "-", content, self.keys.log)

    def position(self, item: Item) -> int:
        return next(at for at, other in enumerate(self.items) if other is item)

    def settle(self) -> None:
        """Give the withdrawals the positions of their ballots, and these may not be opened."""
        places = {id(item): at for at, item in enumerate(self.items)}
        for item in self.items:
            if isinstance(item, Sealed) and item.target is not None:
                item.content["position"] = places[id(item.target)]

    def lines(self) -> list[bytes]:
        self.settle()
        return [item.line() for item in self.items]

    def checkpoint_text(self, size: int | None = None) -> str:
        leaves = [digest(b"\x00" + line) for line in self.lines()[:size]]
        top = b64encode(merkle_root(leaves)).decode()
        return f"{self.keys.origin}\n{len(leaves)}\n{top}\n"

    def checkpoint(self, size: int | None = None) -> str:
        return self.keys.log.note(self.checkpoint_text(size))

    def inclusion(self, item: Item) -> str:
        """The proof file of an entry of form 2."""
        lines, at = self.lines(), self.position(item)
        path = inclusion_path(at, [digest(b"\x00" + line) for line in lines])
        return canonical(
            {
                "format": "minping-inclusion/2",
                "position": at,
                "line": lines[at].decode(),
                "proof": [part.hex() for part in path],
                "checkpoint": self.checkpoint(),
            }
        )

    def public_files(self, campaign: str, openings: bool) -> Files:
        """The files of a bundle that the log itself gives."""
        lines = self.lines()
        manifest = {
            "format": "minping-bundle/2",
            "campaign": campaign,
            "origin": self.keys.origin,
            "openings": openings,
        }
        acts = [
            {"position": at, "body": item.body}
            | ({} if item.signatures is None else {"signatures": item.signatures})
            for at, item in enumerate(self.items)
            if isinstance(item, Act) and item.shown
        ]
        files = {
            "bundle.json": f"{canonical(manifest)}\n".encode(),
            "checkpoint.txt": self.checkpoint().encode(),
            "log.txt": b"".join(written(line) + b"\n" for line in lines),
            "public.jsonl": json_lines(acts),
        }
        older = [item for item in self.items if len(item.line()) == 64]
        owners = (item.campaign if isinstance(item, Sealed) else "-" for item in older)
        if older:
            files["older.txt"] = "".join(f"{owner}\n" for owner in owners).encode()
        return files

    def openings(self, campaign: str) -> bytes:
        self.settle()
        gone = {id(item.target) for item in self.items if isinstance(item, Sealed) and item.target}
        rows = []
        for at, item in enumerate(self.items):
            if not isinstance(item, Sealed) or item.campaign != campaign or not item.shown:
                continue
            if id(item) in gone:
                continue
            row: dict[str, Any] = {"position": at, "salt": item.salt.hex(), "body": item.body()}
            if item.aside:
                row["aside"] = {"salt": item.aside[0].hex(), "text": item.aside[1]}
            rows.append(row)
        return json_lines(rows)


def written(line: bytes) -> bytes:
    """The line of a file: an older entry is written in digits."""
    return line.hex().encode() if len(line) == 64 else line


def json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(f"{canonical(row)}\n" for row in rows).encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The bundle's ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()
