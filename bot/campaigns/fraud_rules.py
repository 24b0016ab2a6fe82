"""The fraud rules that a campaign registers: limits, rates and thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from aggregation.fraud.thresholds import Thresholds
from survey_flows.facts import Limits


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most ``most`` submissions in any ``seconds``, all at once or spread."""

    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The rates above which an online check marks a submission."""

    user: RateLimit = RateLimit(10, 600)
    """A rating takes a minute or more."""
    source: RateLimit = RateLimit(600, 60)
    """A reminder in a large city brings a peak of ten submissions in a second."""
    unit: RateLimit = RateLimit(200, 60)
    """A single unit gets at most a third of a source's rate."""


@dataclass(frozen=True, slots=True)
class FraudRules:
    """Where the online checks and the offline signals begin to find something in a campaign."""

    limits: Limits
    rates: RateLimits
    thresholds: Thresholds

    def dump(self) -> dict[str, Any]:
        """Returns plain data for the campaign's definition; its keys are logged."""
        return {name: asdict(getattr(self, name)) for name in ("limits", "rates", "thresholds")}


DEFAULT_RULES = FraudRules(Limits(), RateLimits(), Thresholds())


def read_rules(plain: Mapping[str, Any] | None) -> FraudRules:
    """Returns the rules that `FraudRules.dump` wrote; the shipped ones for None."""
    if plain is None:
        return DEFAULT_RULES
    windows = tuple(plain["thresholds"]["windows_hours"])
    return FraudRules(
        limits=Limits(**plain["limits"]),
        rates=RateLimits(**{name: RateLimit(**rate) for name, rate in plain["rates"].items()}),
        thresholds=Thresholds(**plain["thresholds"] | {"windows_hours": windows}),
    )
