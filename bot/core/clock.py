"""The only source of the present time and of chance, so that tests can give their own."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time and chance."""

    def now(self) -> datetime:
        """The present moment, in UTC."""

    def token(self) -> str:
        """80 random bits in 16 characters of A–Z and 2–7: a receipt, or the nonce of a conversation."""


class SystemClock:
    """The machine's clock and its cryptographic random numbers."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)

    def token(self) -> str:
        """16 characters that nobody can guess."""
        return base64.b32encode(secrets.token_bytes(10)).decode()
