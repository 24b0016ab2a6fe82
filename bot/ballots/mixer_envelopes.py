"""The mixer's way with sealed rows: it opens those of the gate and seals what has to wait."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Table, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ballots.mixer_keys import key_name
from bot.ballots.refused import Opened, open_row
from bot.ballots.stored_forms import Submission
from bot.core.events import event
from bot.crypto.keyrings import Keyring
from bot.crypto.sealed_envelopes import EnvelopeOpener, MixerKey, seal, sign_and_pad
from survey_flows.errors import MinpingError

log = logging.getLogger(__name__)


class BatchTaken(MinpingError):
    """Another mixer took the rows first; nothing was written."""


class MixerEnvelopes:
    """Opens sealed rows and makes them.

    Args:
        ring: the mixer's secrets.
        gates: returns the gate's public keys, the present one and those that were lost.
        signing: the log's key, which signs what the mixer seals for itself.
        current: returns the mixer key of today.
    """

    def __init__(
        self,
        ring: Keyring,
        gates: Callable[[], Sequence[bytes]],
        signing: Ed25519PrivateKey,
        current: Callable[[], MixerKey],
    ) -> None:
        self._ring = ring
        self._gates = gates
        self._signing = signing
        self._current = current

    @property
    def current(self) -> MixerKey:
        """The mixer key of today."""
        return self._current()

    async def open(self, rows: Sequence[Any], source: str) -> list[Opened]:
        """Opens each row of the table ``source``; what no reader takes says why."""
        return await asyncio.to_thread(self._open, rows, source)

    def _open(self, rows: Sequence[Any], source: str) -> list[Opened]:
        found = {name: self._ring.find(key_name(name)) for name in {row.box for row in rows}}
        own = self._signing.public_key().public_bytes_raw()
        opener = EnvelopeOpener(
            {name: secret for name, secret in found.items() if secret},
            self._gates() if source == "staging" else [own],
        )
        return [open_row(opener, row, source) for row in rows]

    def sealed_row(
        self, messages: Sequence[Mapping[str, Any]], form: int, slots: int | None = None
    ) -> dict[str, Any]:
        """Returns a row with messages for a later turn of the mixer.

        ``slots``: to whose multiples the envelope is padded, in sizes of one message; by default
        the envelope has one for each message.
        """
        key = self.current
        content = sign_and_pad(messages, self._signing.sign, form, slots)
        return {"box": key.id, "sealed": seal(key, content)}


async def take(connection: AsyncConnection, table: Table, rows: Sequence[Any]) -> None:
    """Deletes the rows that were read.

    Raises:
        BatchTaken: another mixer has taken some of them.
    """
    if rows:
        statement = delete(table).where(table.c.id.in_([row.id for row in rows]))
        if (await connection.execute(statement)).rowcount != len(rows):
            raise BatchTaken("the batch was taken by another mixer")


def campaign_of(one: Opened) -> str:
    """Returns the campaign of an envelope; empty for a refused one."""
    return str(one.submissions[0]["campaign"]) if one.submissions else ""


def submissions_of(opened: Sequence[Opened]) -> list[Submission]:
    """Returns the submissions of some envelopes in their order."""
    return [submission for one in opened for submission in one.submissions]


def tell_refused(opened: Sequence[Opened]) -> None:
    """Logs how many envelopes were refused, by reason."""
    for reason, count in sorted(Counter(one.refused for one in opened if one.refused).items()):
        log.error(
            "%d envelopes were refused and kept aside: %s",
            count,
            reason,
            extra=event("envelopes_refused", count=count, reason=reason),
        )
