"""The verdicts on a fraud case, and the digest of the weights that follow from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

UPHOLD, RELEASE, PROPOSED, REOPEN = "uphold", "release", "proposed", "reopen"


WAITING, DECIDED, DROPPED = "waiting", "decided", "dropped"


def weights_digest(salt: bytes, weights: Sequence[Sequence[int]]) -> str:
    """What the log commits to: SHA-256 of the salt and the canonical JSON of positions and weights."""
    return sha256(salt + json.dumps(weights, separators=(",", ":")).encode()).hexdigest()
