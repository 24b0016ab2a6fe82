"""What the gate counts of what it accepts, by unit, and the act that says it at the close."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.crypto.gate_signatures import GateSigner
from bot.transparency.entry_bodies import intake_body
from survey_flows.gate_texts import units_digest
from survey_flows.log_entries import signed_act_text

ACCEPTED, AGAIN, ERASED, ERASED_AGAIN = range(4)
"""Places of the counts of a unit."""
SALT_BYTES = 16


@dataclass(slots=True)
class IntakeCounts:
    """Accepted ballots, those of people who had rated the unit, and erased ones, by unit.

    ``units`` has the four counts of a unit; ``erasures`` and ``comments`` are of the campaign.
    """

    units: dict[str, list[int]] = field(default_factory=dict)
    erasures: int = 0
    comments: int = 0

    def accept(self, unit: str, again: bool, comment: bool) -> None:
        """Counts a ballot."""
        counts = self._of(unit)
        counts[ACCEPTED] += 1
        counts[AGAIN] += again
        self.comments += comment

    def erase(self, gone: Mapping[str, int]) -> None:
        """Counts an erasure with the ballots by unit that it withdraws."""
        self.erasures += 1
        for unit, count in gone.items():
            counts = self._of(unit)
            counts[ERASED] += count
            # Of one person's ballots for a unit all but the first came again.
            counts[ERASED_AGAIN] += count - 1

    def add(self, other: IntakeCounts) -> None:
        """Adds the counts of another stream, or of another message."""
        for unit, counts in other.units.items():
            own = self._of(unit)
            for place, count in enumerate(counts):
                own[place] += count
        self.erasures += other.erasures
        self.comments += other.comments

    def total(self, place: int) -> int:
        """Returns the sum of one of the four counts."""
        return sum(counts[place] for counts in self.units.values())

    def to_json(self) -> dict[str, Any]:
        """Returns what a sealed row keeps."""
        return {"units": self.units, "erasures": self.erasures, "comments": self.comments}

    def _of(self, unit: str) -> list[int]:
        return self.units.setdefault(unit, [0] * 4)


def read_counts(said: Mapping[str, Any] | None) -> IntakeCounts:
    """Returns what `IntakeCounts.to_json` wrote; nothing for a row of before."""
    if said is None:
        return IntakeCounts()
    units = {unit: list(counts) for unit, counts in said["units"].items()}
    return IntakeCounts(units, said["erasures"], said["comments"])


def total_counts(counts: Iterable[IntakeCounts]) -> IntakeCounts:
    """Returns the sum of some streams."""
    found = IntakeCounts()
    for one in counts:
        found.add(one)
    return found


def sign_intake(signer: GateSigner, campaign: str, counts: IntakeCounts) -> dict[str, Any]:
    """Returns the act ``intake`` with its signature, and what opens its digest to auditors."""
    salt = secrets.token_bytes(SALT_BYTES)
    units = {unit: found for unit, found in counts.units.items() if any(found)}
    figures = {
        "accepted": counts.total(ACCEPTED),
        "again": counts.total(AGAIN),
        "erased": counts.total(ERASED),
        "erasures": counts.erasures,
        "comments": counts.comments,
    }
    body = intake_body(campaign, figures, units_digest(salt, units))
    signature = signer.sign(signed_act_text(signer.origin, body))
    return {"body": body, "signature": signature, "salt": salt.hex(), "units": units}
