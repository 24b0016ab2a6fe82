"""The constants of scoring method 2, registered with the scheme before the first ballot."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_validator

from aggregation.scheme.parts import SchemeModel
from aggregation.scheme.problems import SchemeError
from survey_flows.errors import Message
from survey_flows.identity_kinds import VERIFIED

Count = Annotated[Decimal, Field(ge=0)]
Least = Annotated[Decimal, Field(gt=0)]


class StateRules(SchemeModel):
    """When a unit is ranked, ranked provisionally, or left to a person.

    ``ranked_move`` and ``provisional_move`` are the most points by which one more ballot may
    move the score. ``support`` is the least Σ W/(W + k) of vouched answers of a ranked unit.
    ``first_year`` makes every unit's rank provisional.
    """

    ranked_move: Least = Decimal(3)
    provisional_move: Least = Decimal(5)
    support: Count = Decimal(1)
    first_year: bool = False


class EvidenceRules(SchemeModel):
    """How much answers are worth.

    ``imagined`` answers (k) of what could be expected of a group join its own. Answers of one loose
    channel are worth at most ``loose_worth`` vouched ones (K), those of people who showed to be one
    person ``verified_worth``; without it they count with the open link's. A family's contrasts are
    pulled to the campaign's with the weight of ``family_pull`` units, and every contrast of the
    campaign starts from no difference with the weight ``start``. Ballots from ``vouched`` sources
    are vouched for; all others are loose. ``declared_bias`` (points) is by how much two units may
    be wrongly apart, for reasons that no number of answers shows, while a settled grade holds.
    """

    imagined: Least = Decimal(30)
    loose_worth: Least = Decimal(10)
    verified_worth: Least | None = None
    family_pull: Least = Decimal(5)
    start: Least = Decimal(2)
    vouched: tuple[str, ...] = ("personal",)
    declared_bias: Count = Decimal(2)
    states: StateRules = StateRules()

    @field_validator("vouched")
    @classmethod
    def _vouched(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # An identity shows that somebody is one person, and not that chance drew them.
        if VERIFIED in value:
            raise SchemeError(Message("scheme-verified-vouched", source=VERIFIED))
        return value

    def most_worth(self, channel: str) -> Decimal:
        """Returns K of a loose channel: the most vouched answers that its answers are worth."""
        if channel == VERIFIED and self.verified_worth is not None:
            return self.verified_worth
        return self.loose_worth
