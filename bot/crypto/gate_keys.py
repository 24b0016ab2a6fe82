"""The gate's keys: they make pseudonyms, seal conversations and sign submissions.

Conversations and dead letters are sealed under a key of the hour. Once all of them are sealed anew
(`bot.conversations.key_rotation`) the key is destroyed; an old copy of the database tells nothing.
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

from bot.crypto.sealed_rows import open_row, seal_row
from survey_flows.errors import BadSession, Message, Place

SIZE = 32
NONCE = 12
COUNTER = 16
INVITATION = 10
HOUR = 3600
STAMP = 4
"""Bytes before a seal that hold its hour, in whole hours since 1970."""
SUFFIX = ".key"


class Keyring:
    """Secrets of 32 bytes by name, each in a file that only its owner can read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, bytes] = {}

    def find_or_create(self, name: str) -> bytes:
        """Returns the secret of this name; makes one if there is none."""
        if name not in self._known:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._known[name] = load_secret(self._path(name))
        return self._known[name]

    def find(self, name: str) -> bytes | None:
        """Returns the secret of this name, if there is one."""
        return self.find_or_create(name) if self._path(name).exists() else None

    def names(self) -> list[str]:
        """Returns the names of all secrets, also of those that only this process still knows."""
        return sorted(
            {path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"[!.]*{SUFFIX}")}
            | {*self._known}
        )

    def destroy(self, name: str) -> None:
        """Overwrites and removes a secret, for good; does nothing if there is none.

        A backup, or a disk that moves its blocks, may keep a copy: see the guide for operators.
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
    """Secrets by the hour since 1970 in which they were made; `now` is the hour to seal under.

    Until the first `set_hour` that is the newest hour with a secret.
    """

    def __init__(self, ring: Keyring) -> None:
        self._ring = ring
        self._secrets: dict[int, bytes] = {}
        self.now = max(map(int, ring.names()), default=0)

    def set_hour(self, hour: int) -> None:
        """Makes the secret of this hour the one to seal under."""
        self._secrets[hour] = self._ring.find_or_create(str(hour))
        self.now = hour

    def secret(self) -> bytes:
        """Returns the secret to seal under."""
        if self.now not in self._secrets:
            self.set_hour(self.now)
        return self._secrets[self.now]

    def find(self, hour: int) -> bytes | None:
        """Returns the secret of an hour; None when there is none any more."""
        if hour not in self._secrets and (secret := self._ring.find(str(hour))):
            self._secrets[hour] = secret
        return self._secrets.get(hour)

    def destroy_others(self) -> None:
        """Destroys the secrets of all hours but this one and the one before.

        Other processes may still be sealing under the hour before.
        """
        for name in self._ring.names():
            if int(name) not in (self.now - 1, self.now):
                self._secrets.pop(int(name), None)
                self._ring.destroy(name)


@dataclass(frozen=True, slots=True)
class GateKeys:
    """The gate's secrets. They never leave this object's methods.

    ``gate`` makes the pseudonyms of conversations and addresses. ``sign`` signs for the mixer.
    ``voters`` holds a secret for each campaign, destroyed at its close. ``hours`` seals.
    ``rectification`` is the secret of citizens' requests (`bot.crypto.rectification_keys`).
    """

    gate: bytes
    sign: bytes
    voters: Keyring
    hours: HourlyKeys
    rectification: bytes

    def person(self, channel: str, user: str) -> bytes:
        """Returns the pseudonym of a conversation; an unkeyed hash falls to trying every id."""
        return pseudonym(self.gate, "person", channel, user)

    def voter(self, campaign: str, channel: str, user: str) -> bytes:
        """Returns a citizen's pseudonym in a campaign; nobody can make it after the close."""
        return pseudonym(self.voters.find_or_create(campaign), "voter", campaign, channel, user)

    def counter(self, campaign: str, kind: str, name: str) -> bytes:
        """Returns the name of a counter; it equals no pseudonym and is void with the key."""
        return pseudonym(self.voters.find_or_create(campaign), "counter", kind, name)[:COUNTER]

    def invitation(self, campaign: str, number: str) -> str:
        """Returns the token of an invitation by its number in the frame: 80 bits.

        It is stored nowhere and made again whenever it is needed, until the campaign's key is gone.
        """
        raw = pseudonym(self.voters.find_or_create(campaign), "invitation", number)[:INVITATION]
        return base64.b32encode(raw).decode()

    def invitation_mark(self, campaign: str, token: str) -> bytes | None:
        """Returns the stored mark of a token, 32 bytes; None once the key is destroyed."""
        secret = self.voters.find(campaign)
        return pseudonym(secret, "invitation mark", token) if secret else None

    def holder(self, campaign: str, channel: str, user: str) -> bytes:
        """Returns the pseudonym of an invitation's user; no conversation or ballot has it."""
        return pseudonym(self.voters.find_or_create(campaign), "holder", channel, user)

    def place(self, campaign: str, cell: Sequence[str], channel: str, user: str) -> bytes:
        """Returns the mark of a citizen's quota place, another one in each cell."""
        return pseudonym(self.voters.find_or_create(campaign), "place", *cell, channel, user)

    def seal_count(self, campaign: str, stream: str, text: str) -> bytes:
        """Encrypts the running numbers of a campaign; nobody reads them after the close."""
        key = pseudonym(self.voters.find_or_create(campaign), "stream", campaign, stream)
        return seal_row(key, text)

    def open_count(self, campaign: str, stream: str, sealed: bytes) -> str | None:
        """Decrypts what `seal_count` made; None when another key or another row's did."""
        secret = self.voters.find(campaign)
        if secret is None:
            return None
        return open_row(pseudonym(secret, "stream", campaign, stream), sealed)

    def update(self, name: str) -> str:
        """Returns the key of a taken update whose own name would tell its sender."""
        return pseudonym(self.gate, "update", name).hex()[:48]

    def address(self, address: str) -> str:
        """Returns a client address under a key, to count requests without keeping addresses."""
        return pseudonym(self.gate, "address", address).hex()

    def signature(self, message: bytes) -> bytes:
        """Returns 64 bytes that show the mixer that a message is the gate's (Ed25519)."""
        return _signing(self.sign).sign(message)

    def public(self) -> bytes:
        """Returns the public key that checks `signature`."""
        return _signing(self.sign).public_key().public_bytes_raw()

    def seal(self, person: bytes, text: str) -> bytes:
        """Encrypts a conversation under the newest key, bound to its owner.

        The cipher is ChaCha20-Poly1305 (RFC 8439).
        """
        hour, nonce = self.hours.now, secrets.token_bytes(NONCE)
        stamp = hour.to_bytes(STAMP, "big")
        return (
            stamp
            + nonce
            + ChaCha20Poly1305(self.hours.secret()).encrypt(nonce, text.encode(), stamp + person)
        )

    def unseal(self, person: bytes, sealed: bytes) -> str:
        """Decrypts what `seal` made.

        Raises:
            BadSession: it was sealed under another or a destroyed key or for another person, or is
                damaged.
        """
        stamp, nonce, rest = sealed[:STAMP], sealed[STAMP : STAMP + NONCE], sealed[STAMP + NONCE :]
        secret = self.hours.find(key_hour_of(sealed))
        try:
            if secret is not None and len(nonce) == NONCE:
                return ChaCha20Poly1305(secret).decrypt(nonce, rest, stamp + person).decode()
        except InvalidTag:
            pass
        raise BadSession(Message("crypto-conversation-other-key"))


@lru_cache(maxsize=1)
def _signing(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret)


def key_hour_of(sealed: bytes) -> int:
    """Returns the hour of the secret under which something was sealed."""
    return int.from_bytes(sealed[:STAMP], "big")


def pseudonym(key: bytes, *parts: str) -> bytes:
    """Returns 32 bytes for ``parts``; only the owner of ``key`` can make them (HMAC-SHA256)."""
    # Each part goes in with its length, so that no two lists of parts give the same bytes.
    message = b"".join(
        len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts)
    )
    return hmac.digest(key, message, "sha256")


def load_gate_keys(folder: Path) -> GateKeys:
    """Returns the gate's keys in ``folder``; makes missing ones, readable by their owner only."""
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
    """Returns the 32 random bytes kept in ``path``; processes that make them at once agree.

    Raises:
        BadSession: the file does not hold 32 bytes.
    """
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
        raise BadSession(Message("crypto-key-file-damaged", bytes=SIZE), Place(file=str(path)))
    return secret
