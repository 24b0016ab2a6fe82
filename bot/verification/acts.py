"""The table of public acts: who signs which kind, and which keys hold when.

The page for strangers has the same table (docs/verifying-spec.md). A kind that is not in it is no
failure: it must be signed like every act, and the verifier warns of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_flows.signed_notes import Signature, VerifierKey

LOG, DESK, GATE = "", "/desk", "/gate"
"""What follows the origin in the name of the key."""

SIGNERS: Mapping[str, str] = {
    "format": LOG,
    "keys": LOG,
    "closing": LOG,
    "loss": LOG,
    "intake": GATE,
    "registration": DESK,
    "link": DESK,
    "pause": DESK,
    "early-close": DESK,
    "decision": DESK,
    "result": DESK,
    "audit": DESK,
    "void": DESK,
    "choice": DESK,
    "export": DESK,
    "escrow": DESK,
    # Reserved: these kinds are known, and nothing writes them yet.
    "profile": DESK,
    "officer": DESK,
    "grant": DESK,
    "opened": DESK,
    "page": DESK,
    "succession": DESK,
    "year-rules": DESK,
    "year-table": DESK,
    "year-decision": DESK,
    "year-seal": DESK,
    "year-amendment": DESK,
    "year-notice": DESK,
    "material-closed": DESK,
}

ONCE = frozenset(("registration", "early-close", "intake", "closing"))
"""Kinds of which a campaign has one act, under its own name."""

NEEDED_KEYS: frozenset[str] = frozenset(("desk", "gate"))
"""Roles («desk», «gate») that must have a key in the log before a campaign is registered.

Were a role not here, a log without such a key would be checked as far as it goes and the verifier
would say so: acts of the desk signed by the log's key, and nothing asked for that the gate signs.
"""


@dataclass(frozen=True, slots=True)
class Act:
    """A public act; one of form 1 has no signatures (None) and often no name."""

    position: int
    text: str
    body: Mapping[str, object]
    signatures: tuple[Signature, ...] | None

    @property
    def kind(self) -> str:
        """The kind that the body says."""
        return str(self.body.get("kind"))


@dataclass(frozen=True, slots=True)
class KeysInForce:
    """The keys that an act ``keys`` names, for the entries after its position."""

    position: int
    desk: VerifierKey | None
    gate: VerifierKey | None

    def named(self) -> dict[str, VerifierKey]:
        """Return the keys by name."""
        return {key.name: key for key in (self.desk, self.gate) if key is not None}


def keys_at(acts: Sequence[KeysInForce], position: int) -> KeysInForce:
    """Return the keys that hold at an entry; none before the first act ``keys``."""
    before = [act for act in acts if act.position < position]
    return before[-1] if before else KeysInForce(-1, None, None)
