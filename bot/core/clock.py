"""Time and chance; nothing else reads a clock or draws a token, so that tests can set both."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time and chance."""

    def now(self) -> datetime:
        """Returns the present moment, in UTC."""

    def token(self) -> str:
        """Returns 80 random bits as 16 characters of A–Z and 2–7, for receipts and nonces."""


class SystemClock:
    """The machine's clock and its cryptographic random numbers."""

    def now(self) -> datetime:
        """Returns the present moment, in UTC."""
        return datetime.now(UTC)

    def token(self) -> str:
        """Returns 16 characters that nobody can guess."""
        return base64.b32encode(secrets.token_bytes(10)).decode()
