"""The service's secret keys and what is made with them: pseudonyms and sealed conversations."""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from survey_flows.errors import BadSession

SIZE = 32
NONCE = 12


@dataclass(frozen=True, slots=True)
class Keys:
    """Secrets of 32 bytes each. They never leave this object's methods."""

    gate: bytes
    session: bytes

    def person(self, channel: str, user: str) -> bytes:
        """The pseudonym under which a conversation is kept. An unkeyed hash would be guessed by trying every id."""
        return self._pseudonym("person", channel, user)

    def voter(self, campaign: str, channel: str, user: str) -> bytes:
        """The pseudonym of one citizen in one campaign; another in each, so that years cannot be joined."""
        return self._pseudonym("voter", campaign, channel, user)

    def address(self, address: str) -> str:
        """A client address under a key, for counting requests without keeping where they came from."""
        return self._pseudonym("address", address).hex()

    def seal(self, person: bytes, text: str) -> bytes:
        """Encrypt a conversation, bound to its owner (ChaCha20-Poly1305, RFC 8439)."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + ChaCha20Poly1305(self.session).encrypt(nonce, text.encode(), person)

    def unseal(self, person: bytes, sealed: bytes) -> str:
        """Decrypt what `seal` made.

        Raises:
            BadSession: sealed under another key or for another person, or damaged.
        """
        try:
            return ChaCha20Poly1305(self.session).decrypt(sealed[:NONCE], sealed[NONCE:], person).decode()
        except InvalidTag as error:
            raise BadSession("the stored conversation was sealed under another key") from error

    def _pseudonym(self, *parts: str) -> bytes:
        # Every part goes in with its length, so that no two lists of parts give the same bytes.
        message = b"".join(len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts))
        return hmac.digest(self.gate, message, "sha256")


def keep_keys(folder: Path) -> Keys:
    """Read the keys in ``folder``; make those that are missing, readable by their owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Keys(gate=keep_secret(folder / "gate.key"), session=keep_secret(folder / "session.key"))


def keep_secret(path: Path) -> bytes:
    """32 random bytes kept in ``path``. Two processes that start together agree on one of them."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
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
        raise BadSession(f"the key file must hold {SIZE} bytes; restore it from the backup", str(path))
    return secret
