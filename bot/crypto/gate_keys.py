"""The gate's keys: they make pseudonyms, seal conversations and sign submissions.

A conversation's pseudonym is made under a key of its campaign, which goes at the close; before a
campaign is chosen it is made under the key of a month (the lobby), which goes with the next month.

A key that was made once is demanded ever after (`bot.crypto.keyrings`): one that is made anew in
silence makes other pseudonyms, under which a person could rate a second time.

Conversations and dead letters are sealed under a key of the hour. Once all of them are sealed anew
(`bot.conversations.key_rotation`) the key is destroyed; an old copy of the database tells nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from bot.core.identity import SHOWN
from bot.core.short_codes import BITS, LENGTH, code_of
from bot.crypto.keyrings import HourlyKeys, Keyring
from bot.crypto.ram_secrets import RamSecrets
from bot.crypto.sealed_rows import open_row, seal_row
from survey_flows.errors import BadSession, Message

NONCE = 12
COUNTER = 16
INVITATION = 10
CODE = 7
REFERENCE = 8
HOUR = 3600
DAY = 86_400
SLOW = {"n": 1 << 15, "r": 8, "p": 1, "maxmem": 1 << 26, "dklen": 32}
"""How slow an identity's pseudonym is: 32 MB and about a tenth of a second (docs/security.md)."""
TICKET = 32
"""Bytes to whose multiples a ticket is padded: a chat shows its address whole."""
STAMP = 4
"""Bytes before a seal that hold its hour, in whole hours since 1970."""
ROUND, FILLING = 512, b"\0"
"""Bytes to whose multiples a conversation is filled up; no text of one has the filling."""
SIGN = "sign"
Person = tuple[str, str]
"""Channel and user."""
GATE_KEYS = ("gate", SIGN, "follow")
"""The names of the gate's own keys; those of campaigns and hours have folders of their own."""


@dataclass(frozen=True, slots=True)
class GateKeys:
    """The gate's secrets. They never leave this object's methods.

    ``gate`` makes the pseudonyms of addresses, of locks, and of citizens who blocked the bot.
    ``sign`` signs for the mixer. ``hours`` seals.
    ``voters`` holds a secret for each campaign, made when it opens and destroyed at its close.
    Methods that need it raise `KeyMissing` without it.
    ``conversations`` holds one for each campaign too, made when somebody begins.
    ``lobbies`` holds one for each month (``2026-11``), ``updates`` one for each day since 1970.
    ``rectification`` is the secret of citizens' requests (`bot.crypto.rectification_keys`).
    ``passing`` is the secret of the day in memory, for names in Redis.
    """

    gate: bytes
    sign: bytes
    voters: Keyring
    hours: HourlyKeys
    rectification: bytes
    conversations: Keyring
    lobbies: Keyring
    updates: Keyring
    passing: RamSecrets

    def person(self, channel: str, user: str) -> bytes:
        """Returns a citizen's lasting pseudonym; an unkeyed hash falls to trying every id.

        No row of a campaign has it: it locks, and marks citizens who blocked the bot.
        """
        return pseudonym(self.gate, "person", channel, user)

    def conversation(self, campaign: str, channel: str, user: str) -> bytes:
        """Returns the pseudonym of a conversation in a campaign that is not closed."""
        secret = self.conversations.find_or_create(campaign)
        return pseudonym(secret, "conversation", channel, user)

    def known_conversations(self, campaign: str, people: Iterable[Person]) -> list[bytes]:
        """Returns what `conversation` does for each, or nothing when the campaign has no key."""
        secret = self.conversations.find(campaign)
        return [pseudonym(secret, "conversation", *one) for one in people] if secret else []

    def lobby(self, month: str, channel: str, user: str) -> bytes:
        """Returns the pseudonym of a conversation without a campaign in a month."""
        return pseudonym(self.lobbies.find_or_create(month), "lobby", channel, user)

    def known_lobbies(self, month: str, people: Iterable[Person]) -> list[bytes]:
        """Returns what `lobby` does for each, or nothing when the month has no key."""
        secret = self.lobbies.find(month)
        return [pseudonym(secret, "lobby", *one) for one in people] if secret else []

    def voter(self, campaign: str, channel: str, user: str) -> bytes:
        """Returns a citizen's pseudonym in a campaign; nobody can make it after the close."""
        return pseudonym(self.voters.demand(campaign), "voter", campaign, channel, user)

    def many_voters(self, campaign: str, channel: str, users: Iterable[str]) -> list[bytes]:
        """Returns `voter` of each of ``users``."""
        secret = self.voters.demand(campaign)
        return pseudonyms(secret, ("voter", campaign, channel), users)

    def identity(self, campaign: str, kind: str, value: str) -> str:
        """Returns the pseudonym of a shown identity in a campaign, 64 hexadecimal digits.

        Telephones are few: with the campaign's key, a plain HMAC of every number of a city would
        take a minute. So each takes scrypt's time (RFC 7914) as well, and the caller waits for it.
        Nobody can make it after the close.

        Args:
            campaign: one that is open.
            kind: of the identity (`survey_flows.identity_kinds`).
            value: what was shown, such as a telephone in E.164.
        """
        secret = self.voters.demand(campaign)
        salt = pseudonym(secret, "identity salt", campaign, kind)
        slow = hashlib.scrypt(value.encode(), salt=salt, **SLOW)
        return pseudonym(secret, SHOWN, campaign, kind, slow.hex()).hex()

    def ticket(self, text: str) -> str:
        """Encrypts what a page of today is told by its address; it is good on this machine only."""
        sealed = seal_row(pseudonym(self.passing.secret(), "ticket"), text, TICKET)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def read_ticket(self, ticket: str) -> str | None:
        """Decrypts what `ticket` made today; None for anything else."""
        try:
            sealed = base64.b64decode(ticket + "=" * (-len(ticket) % 4), b"-_", validate=True)
        except ValueError:
            return None
        return open_row(pseudonym(self.passing.secret(), "ticket"), sealed)

    def counter(self, campaign: str, kind: str, name: str) -> bytes:
        """Returns the name of a counter of no person; it is void with the campaign's key."""
        return pseudonym(self.voters.demand(campaign), "counter", kind, name)[:COUNTER]

    def passing_name(self, purpose: str, *parts: str) -> bytes:
        """Returns a name in Redis that leads to a citizen on this day and in this memory only."""
        return pseudonym(self.passing.secret(), purpose, *parts)[:COUNTER]

    def link_person(self, campaign: str, link: str, channel: str, user: str) -> bytes:
        """Returns the mark of a citizen who rated by a link for a number of people."""
        return pseudonym(self.voters.demand(campaign), "link", link, channel, user)

    def search_miss(self, campaign: str, word: str, channel: str, user: str) -> tuple[bytes, bytes]:
        """Returns the marks of a citizen with a searched word, and of the word alone."""
        secret = self.voters.demand(campaign)
        mark = pseudonym(secret, "search", word, channel, user)
        return mark, pseudonym(secret, "searched word", word)

    def missed_word(self, campaign: str, word: str) -> bytes | None:
        """Returns the mark of a searched word; None once the key is destroyed."""
        secret = self.voters.find(campaign)
        return pseudonym(secret, "searched word", word) if secret else None

    def invitation(self, campaign: str, number: str, turn: int | None) -> str:
        """Returns the code of an invitation by its number in the frame: 50 bits, ten signs.

        It is stored nowhere and made again whenever it is needed, until the campaign's key is gone.
        ``turn`` counts up where the codes of two numbers are the same. Without one it is the token
        of an invitation that was made before there were codes: 80 bits, sixteen signs.
        """
        secret = self.voters.demand(campaign)
        if turn is None:
            raw = pseudonym(secret, "invitation", number)[:INVITATION]
            return base64.b32encode(raw).decode()
        return _code(pseudonym(secret, "invitation code", number, str(turn)))

    def reference(self, campaign: str, number: str) -> str:
        """Returns eight signs by which a letter is told apart that comes back; it opens nothing."""
        return _code(pseudonym(self.voters.demand(campaign), "reference", number))[:REFERENCE]

    def invitation_mark(self, campaign: str, token: str) -> bytes | None:
        """Returns the stored mark of a token, 32 bytes; None once the key is destroyed."""
        secret = self.voters.find(campaign)
        return pseudonym(secret, "invitation mark", token) if secret else None

    def holder(self, campaign: str, channel: str, user: str) -> bytes:
        """Returns the pseudonym of an invitation's user; no conversation or ballot has it."""
        return pseudonym(self.voters.demand(campaign), "holder", channel, user)

    def place(self, campaign: str, cell: Sequence[str], channel: str, user: str) -> bytes:
        """Returns the mark of a citizen's quota place, another one in each cell."""
        return pseudonym(self.voters.demand(campaign), "place", *cell, channel, user)

    def knows_voters(self, campaign: str) -> bool:
        """Returns whether the campaign has its gate's key, which a close takes away."""
        return self.voters.find(campaign) is not None

    def rated(self, campaign: str, unit: str, channel: str, user: str) -> bytes:
        """Returns the mark of a citizen who has rated a unit; no ballot or place has it."""
        return pseudonym(self.voters.demand(campaign), "rated", unit, channel, user)

    def seal_count(self, campaign: str, stream: str, text: str) -> bytes:
        """Encrypts the running numbers of a campaign; nobody reads them after the close."""
        key = pseudonym(self.voters.demand(campaign), "stream", campaign, stream)
        return seal_row(key, text)

    def open_count(self, campaign: str, stream: str, sealed: bytes) -> str | None:
        """Decrypts what `seal_count` made; None when another key or another row's did."""
        secret = self.voters.find(campaign)
        if secret is None:
            return None
        return open_row(pseudonym(secret, "stream", campaign, stream), sealed)

    def update(self, name: str, sent: int) -> str:
        """Returns the key of a taken update whose own name would tell its sender.

        It is made under the secret of the day on which the update was ``sent`` (epoch seconds),
        which is the same when the update is delivered again.
        """
        secret = self.updates.find_or_create(str(sent // DAY))
        return pseudonym(secret, "update", name).hex()[:48]

    def address(self, address: str) -> str:
        """Returns a name of the console under a key; citizens' addresses are `passing_name`."""
        return pseudonym(self.gate, "address", address).hex()

    def result_code(self, code: str) -> str:
        """Returns the digest by which the code of a person's letter is found again.

        A code has 50 bits, which an unkeyed hash would give away to whoever copies the database.
        """
        return pseudonym(self.gate, "result code", code).hex()

    def signature(self, message: bytes) -> bytes:
        """Returns 64 bytes that show the mixer that a message is the gate's (Ed25519)."""
        return _signing(self.sign).sign(message)

    def public(self) -> bytes:
        """Returns the public key that checks `signature`."""
        return _signing(self.sign).public_key().public_bytes_raw()

    def seal(self, person: bytes, text: str) -> bytes:
        """Encrypts a conversation under the newest key, bound to its owner.

        The cipher is ChaCha20-Poly1305 (RFC 8439). The text is filled up to a round length, which
        would else say who has just rated: a receipt and its promise are long.
        """
        hour, nonce = self.hours.now, secrets.token_bytes(NONCE)
        stamp = hour.to_bytes(STAMP, "big")
        return (
            stamp
            + nonce
            + ChaCha20Poly1305(self.hours.secret()).encrypt(nonce, _filled(text), stamp + person)
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
                text = ChaCha20Poly1305(secret).decrypt(nonce, rest, stamp + person)
                return text.rstrip(FILLING).decode()
        except InvalidTag:
            pass
        raise BadSession(Message("crypto-conversation-other-key"))


@lru_cache(maxsize=1)
def _signing(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret)


def _code(made: bytes) -> str:
    """Returns the code of the first bits of a pseudonym."""
    return code_of(int.from_bytes(made[:CODE], "big") >> CODE * 8 - LENGTH * BITS)


def _filled(text: str) -> bytes:
    data = text.encode()
    return data + FILLING * (-len(data) % ROUND)


def key_hour_of(sealed: bytes) -> int:
    """Returns the hour of the secret under which something was sealed."""
    return int.from_bytes(sealed[:STAMP], "big")


def pseudonym(key: bytes, *parts: str) -> bytes:
    """Returns 32 bytes for ``parts``; only the owner of ``key`` can make them (HMAC-SHA256)."""
    return hmac.digest(key, _framed(parts), "sha256")


def pseudonyms(key: bytes, head: Sequence[str], last: Iterable[str]) -> list[bytes]:
    """Returns `pseudonym` of ``head`` and one more part, for each of the parts in ``last``."""
    begin = _framed(head)
    return [
        hmac.digest(key, begin + len(raw).to_bytes(4, "big") + raw, "sha256")
        for raw in map(str.encode, last)
    ]


def _framed(parts: Iterable[str]) -> bytes:
    # Each part goes in with its length, so that no two lists of parts give the same bytes.
    found: list[bytes] = []
    for part in parts:
        raw = part.encode()
        found += (len(raw).to_bytes(4, "big"), raw)
    return b"".join(found)


def load_gate_keys(folder: Path, signing: str = SIGN) -> GateKeys:
    """Returns the gate's keys in ``folder``; ``signing`` names the key that signs.

    Raises:
        KeyMissing: one of `GATE_KEYS` is not there.
    """
    ring = Keyring(folder)
    gate, sign, follow = (ring.demand(name) for name in ("gate", signing, "follow"))
    voters, hours = Keyring(folder / "voters"), HourlyKeys(Keyring(folder / "hours"))
    return GateKeys(
        gate,
        sign,
        voters,
        hours,
        follow,
        Keyring(folder / "conversations"),
        Keyring(folder / "lobbies"),
        Keyring(folder / "updates"),
        RamSecrets(folder),
    )


def make_gate_keys(folder: Path) -> GateKeys:
    """Returns the gate's keys of a new installation; makes those that are not there."""
    ring = Keyring(folder)
    for name in GATE_KEYS:
        ring.find_or_create(name)
    return load_gate_keys(folder)
