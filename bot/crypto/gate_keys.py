"""The gate's secret keys and what is made with them: pseudonyms, sealed conversations, signed submissions.

What is sealed for a while (conversations, dead letters) is sealed under a key of its hour. The key is destroyed once
everything is sealed anew (`bot.conversations.key_rotation`), and with it what an old copy of the database holds.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from survey_flows.errors import BadSession

SIZE = 32
NONCE = 12
COUNTER = 16
INVITATION = 10
HOUR = 3600
STAMP = 4
"""Bytes before a seal that tell its hour, in whole hours since 1970."""
SUFFIX = ".key"


class Keyring:
    """Secrets of 32 bytes by name, each in a file that only its owner can read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, bytes] = {}

    def find_or_create(self, name: str) -> bytes:
        """The secret of this name; made if there is none."""
        if name not in self._known:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._known[name] = load_secret(self._path(name))
        return self._known[name]

    def find(self, name: str) -> bytes | None:
        """The secret of this name, if there is one."""
        return self.find_or_create(name) if self._path(name).exists() else None

    def names(self) -> list[str]:
        """The names of all secrets, also of those that another process has destroyed and this one still knows."""
        return sorted(
            {path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"[!.]*{SUFFIX}")}
            | {*self._known}
        )

    def destroy(self, name: str) -> None:
        """Overwrite and remove a secret, for good; nothing if there is none.

        A disk that moves what it writes may keep a copy, as may a backup: see the guide for operators.
        """
        self._known.pop(name, None)
        path = self._path(name)
        # The service and a command may destroy the same secret at once.
        with suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(bytes(SIZE))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()

    def _path(self, name: str) -> Path:
        return self._folder / (name + SUFFIX)


class HourlyKeys:
    """Secrets by the hour since 1970 in which they were made. What is sealed now is sealed under `now`'s.

    Until the first `turn` that is the newest there is.
    """

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring
        self._secrets: dict[int, bytes] = {}
        self.now = max(map(int, ring.names()), default=0)

    def set_hour(self, hour: int) -> None:
        """From now on seal under the secret of this hour."""
        self._secrets[hour] = self._ring.find_or_create(str(hour))
        self.now = hour

    def secret(self) -> bytes:
        """The secret to seal under."""
        if self.now not in self._secrets:
            self.set_hour(self.now)
        return self._secrets[self.now]

    def find(self, hour: int) -> bytes | None:
        """The secret of an hour; None when there is none, or no longer."""
        if hour not in self._secrets and (secret := self._ring.find(str(hour))):
            self._secrets[hour] = secret
        return self._secrets.get(hour)

    def destroy_others(self) -> None:
        """Destroy all but those of this hour and the one before, under which other processes may just be sealing."""
        for name in self._ring.names():
            if int(name) not in (self.now - 1, self.now):
                self._secrets.pop(int(name), None)
                self._ring.destroy(name)


@dataclass(frozen=True, slots=True)
class GateKeys:
    """The gate's secrets. They never leave this object's methods.

    ``gate`` makes pseudonyms of conversations and addresses, ``sign`` vouches for what is handed to the mixer,
    ``voters`` holds a secret for each campaign, which is destroyed when it is closed, and ``hours`` those that seal.
    ``follow`` is that of follow-ups (`bot.crypto.rectification_keys`).
    """

    gate: bytes
    sign: bytes
    voters: Keyring
    hours: HourlyKeys
    rectification: bytes

    def person(self, channel: str, user: str) -> bytes:
        """The pseudonym under which a conversation is kept. An unkeyed hash would be guessed by trying every id."""
        return pseudonym(self.gate, "person", channel, user)

    def voter(self, campaign: str, channel: str, user: str) -> bytes:
        """The pseudonym of one citizen in one campaign; once that key is destroyed nobody can make it again."""
        return pseudonym(self.voters.find_or_create(campaign), "voter", campaign, channel, user)

    def counter(self, campaign: str, kind: str, name: str) -> bytes:
        """Under which name something of a campaign is counted: no other pseudonym, and gone with the campaign's key."""
        return pseudonym(self.voters.find_or_create(campaign), "counter", kind, name)[:COUNTER]

    def invitation(self, campaign: str, number: str) -> str:
        """The token of the invitation of who has this number in a campaign's frame: 80 bits, like `Clock.token`.

        It is made again whenever it is needed and stored nowhere; once the campaign's key is destroyed nobody can.
        """
        raw = pseudonym(self.voters.find_or_create(campaign), "invitation", number)[:INVITATION]
        return base64.b32encode(raw).decode()

    def invitation_mark(self, campaign: str, token: str) -> bytes | None:
        """What is stored of an invitation's token, 32 bytes; None when the campaign's key is destroyed."""
        secret = self.voters.find(campaign)
        return pseudonym(secret, "invitation mark", token) if secret else None

    def holder(self, campaign: str, channel: str, user: str) -> bytes:
        """The pseudonym of who used an invitation: none that a conversation or a ballot has."""
        return pseudonym(self.voters.find_or_create(campaign), "holder", channel, user)

    def place(self, campaign: str, cell: Sequence[str], channel: str, user: str) -> bytes:
        """The mark of one citizen's place in a cell: no other pseudonym, and another one in each cell."""
        return pseudonym(self.voters.find_or_create(campaign), "place", *cell, channel, user)

    def update(self, name: str) -> str:
        """What stands for an update in the list of those that were taken, where its name tells who sent it."""
        return pseudonym(self.gate, "update", name).hex()[:48]

    def address(self, address: str) -> str:
        """A client address under a key, for counting requests without keeping where they came from."""
        return pseudonym(self.gate, "address", address).hex()

    def signature(self, message: bytes) -> bytes:
        """64 bytes by which the mixer knows that a message comes from the gate (Ed25519)."""
        return _signing(self.sign).sign(message)

    def public(self) -> bytes:
        """The public key that checks `signature`."""
        return _signing(self.sign).public_key().public_bytes_raw()

    def seal(self, person: bytes, text: str) -> bytes:
        """Encrypt a conversation under the newest key, bound to its owner (ChaCha20-Poly1305, RFC 8439)."""
        hour, nonce = self.hours.now, secrets.token_bytes(NONCE)
        stamp = hour.to_bytes(STAMP, "big")
        return (
            stamp
            + nonce
            + ChaCha20Poly1305(self.hours.secret()).encrypt(nonce, text.encode(), stamp + person)
        )

    def unseal(self, person: bytes, sealed: bytes) -> str:
        """Decrypt what `seal` made.

        Raises:
            BadSession: sealed under another key or one that is destroyed, for another person, or damaged.
        """
        stamp, nonce, rest = sealed[:STAMP], sealed[STAMP : STAMP + NONCE], sealed[STAMP + NONCE :]
        secret = self.hours.find(key_hour_of(sealed))
        try:
            if secret is not None and len(nonce) == NONCE:
                return ChaCha20Poly1305(secret).decrypt(nonce, rest, stamp + person).decode()
        except InvalidTag:
            pass
        raise BadSession("the stored conversation was sealed under another key")


@lru_cache(maxsize=1)
def _signing(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret)


def key_hour_of(sealed: bytes) -> int:
    """Of which hour the secret is that something was sealed under."""
    return int.from_bytes(sealed[:STAMP], "big")


def pseudonym(key: bytes, *parts: str) -> bytes:
    """32 bytes that stand for ``parts`` and that only who has ``key`` can make (HMAC-SHA256)."""
    # Every part goes in with its length, so that no two lists of parts give the same bytes.
    message = b"".join(
        len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts)
    )
    return hmac.digest(key, message, "sha256")


def load_gate_keys(folder: Path) -> GateKeys:
    """Read the gate's keys in ``folder``; make those that are missing, readable by their owner only."""
    ring = Keyring(folder)
    voters, hours = Keyring(folder / "voters"), HourlyKeys(Keyring(folder / "hours"))
    return GateKeys(
        ring.find_or_create("gate"),
        ring.find_or_create("sign"),
        voters,
        hours,
        ring.find_or_create("follow"),
    )


def load_secret(path: Path) -> bytes:
    """32 random bytes kept in ``path``. Two that ask for it at once agree on one of them."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    secret = path.read_bytes()
    if len(secret) != SIZE:
        raise BadSession(
            f"the key file must hold {SIZE} bytes; restore it from the backup", str(path)
        )
    return secret
