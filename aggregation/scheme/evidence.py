"""The constants of scoring method 2, registered with the scheme before the first ballot."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from aggregation.scheme.parts import SchemeModel

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
    channel are worth at most ``loose_worth`` vouched ones (K). A family's contrasts are pulled to
    the campaign's with the weight of ``family_pull`` units, and every contrast of the campaign
    starts from no difference with the weight ``start``. Ballots from ``vouched`` sources are
    vouched for; all others are loose. ``declared_bias`` (points) is by how much two units may be
    wrongly apart, for reasons that no number of answers shows, while a settled grade holds.
    """

    imagined: Least = Decimal(30)
    loose_worth: Least = Decimal(10)
    family_pull: Least = Decimal(5)
    start: Least = Decimal(2)
    vouched: tuple[str, ...] = ("personal",)
    declared_bias: Count = Decimal(2)
    states: StateRules = StateRules()
