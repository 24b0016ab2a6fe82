"""Thresholds of the signals, with reasons; a campaign registers them before its invitations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


def _ceilings() -> dict[str, float]:
    # Units differ in how people reach them, their reminders make bursts, and people who are moved
    # by one event rate one unit. None of these says anything of honesty, so they stay below
    # `Thresholds.doubt` and are hints.
    return {"source_share": 0.3, "burst": 0.3, "single_target": 0.45, "shared_voters": 0.9}


def _spreads() -> dict[str, float]:
    return {
        "lockstep": 0.35,
        "burst": 0.5,  # a unit reminds its own people
        "strata": 0.5,
        "source_share": 0.6,
        "identical_answers": 0.3,
        "young_accounts": 0.3,
        "single_target": 0.3,
        "staff_orders": 0.4,
        "odd_hours": 0.4,
        "online_findings": 0.3,
        "shared_voters": 0.5,
    }


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The usual behaviour that signals assume, and the levels of a posterior. Shares are 0–1."""

    windows_hours: tuple[int, ...] = (2, 6, 24, 72)
    """A sitting, half a day, a day, a long weekend; the whole campaign is looked at by `strata`."""
    prior: float = 0.001
    """One of a thousand groups of ballots is organised: many groups are examined."""
    hint: float = 1.5
    """Least logarithm of a reported Bayes factor: 4.5 times likelier organised than not."""
    least: int = 12
    """Fewer excess ballots are not distinguishable from chance, and move no score."""
    shrinkage: float = 4.0
    """Ballots of usual behaviour added to a comparison, so that a handful does not decide."""
    spreads: Mapping[str, float] = field(default_factory=_spreads)
    """Relative deviation between honest units of the share that a rule looks at, beyond chance."""
    ceilings: Mapping[str, float] = field(default_factory=_ceilings)
    """The most that a rule may claim alone; the others may claim 1."""
    doubt: float = 0.5
    """Below this posterior a ballot counts in full: the benefit of the doubt."""
    half: float = 0.625
    """From `doubt` to here a ballot counts half, from here to `nearly` a quarter."""
    nearly: float = 0.875
    """From here on a ballot does not count until two people have looked at its cluster."""
    discount: float = 0.8
    """Power of each rule's likelihood ratio: rules are not quite independent of each other."""
    similar: float = 0.6
    """Share of common three-character pieces (Jaccard) from which on two comments are one text."""
    comment_length: int = 8
    """Shorter comments are alike without coordination."""
    comments: int = 6
    """As many people do not write the same sentence of one unit by chance."""
    comment_factor: float = 3.0
    """Stock phrases are everywhere: this multiple of a unit's part is disregarded."""

    def dump(self) -> str:
        """Canonical JSON for the campaign's registration."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))


def read_thresholds(text: str) -> Thresholds:
    """The thresholds that `Thresholds.registered` wrote."""
    fields = json.loads(text)
    return Thresholds(**{**fields, "windows_hours": tuple(fields["windows_hours"])})
