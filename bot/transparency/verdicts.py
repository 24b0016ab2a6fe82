"""The verdicts on a fraud case, and the digest of the weights that follow from them.

The verifier imports this module, so that it must not import the database.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

UPHOLD, RELEASE, PROPOSED, REOPEN = "uphold", "release", "proposed", "reopen"
"""Verdicts of checkers, of a scan (`PROPOSED`), and the mark of a reopened case."""

WAITING, DECIDED, DROPPED = "waiting", "decided", "dropped"
"""States of a case; `DROPPED` is a verdict too."""


def weights_digest(salt: bytes, weights: Sequence[Sequence[int]]) -> str:
    """Return the commitment of the log to a case's weights: SHA-256 of salt and JSON."""
    return sha256(salt + json.dumps(weights, separators=(",", ":")).encode()).hexdigest()
