"""The rules against organised rating that a campaign registers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from aggregation.fraud.thresholds import Thresholds
from survey_flows.facts import Limits


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most ``most`` in any ``seconds``, all at once or spread."""

    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class RateLimits:
    """From where on the judge hears of a rate. Plain data; a campaign registers them with its limits."""

    user: RateLimit = RateLimit(10, 600)
    """A rating takes a minute or more."""
    source: RateLimit = RateLimit(600, 60)
    """Ten in a second is the peak after a reminder in a large city."""
    unit: RateLimit = RateLimit(200, 60)
    """A third of a source's rate for a single unit."""


@dataclass(frozen=True, slots=True)
class FraudRules:
    """From where on the online checks and the offline signals find something, as one campaign registered it."""

    limits: Limits
    rates: RateLimits
    thresholds: Thresholds

    def dump(self) -> dict[str, Any]:
        """Plain data for the campaign's paper."""
        return {name: asdict(getattr(self, name)) for name in ("limits", "rates", "thresholds")}


DEFAULT_RULES = FraudRules(Limits(), RateLimits(), Thresholds())


def read_rules(definition: str) -> FraudRules:
    """The rules in a campaign's frozen paper; the shipped ones where it has none, as imported campaigns do."""
    found = json.loads(definition).get("fraud")
    if found is None:
        return DEFAULT_RULES
    windows = tuple(found["thresholds"]["windows_hours"])
    return FraudRules(
        limits=Limits(**found["limits"]),
        rates=RateLimits(**{name: RateLimit(**rate) for name, rate in found["rates"].items()}),
        thresholds=Thresholds(**found["thresholds"] | {"windows_hours": windows}),
    )
