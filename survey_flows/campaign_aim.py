"""What a campaign is for: whether it counts in a year, what it is about and whom it asks."""

from __future__ import annotations

from dataclasses import dataclass

from survey_flows.errors import BadInput, Message, Place

COUNTING, PILOT = PURPOSES = ("counting", "pilot")
"""A counting campaign counts in the year's appraisal, a pilot in none."""
UNITS, LEADERS = ABOUT = ("units", "leaders")
PUBLIC, STAFF, SUPERIORS, PEERS = ASKS = ("public", "staff", "superiors", "peers")


@dataclass(frozen=True, slots=True)
class Aim:
    """Purpose, what the campaign is about, and whom it asks; frozen with its definition."""

    purpose: str = COUNTING
    about: str = UNITS
    asks: str = PUBLIC

    @property
    def pilot(self) -> bool:
        """Whether the campaign counts in no appraisal."""
        return self.purpose == PILOT


USUAL = Aim()
"""What is meant where nothing is said: it counts, and asks the public about units."""


def check_aim(aim: Aim) -> None:
    """Refuses an aim that no year can take.

    A year takes from its campaigns the public's score of units and nothing else; what others say,
    or what is said of leaders, would stand in the total under a wrong name.

    Raises:
        BadInput: a word that is not listed, or a counting campaign about leaders or that asks
            others than the public.
    """
    for name, known in (("purpose", PURPOSES), ("about", ABOUT), ("asks", ASKS)):
        if getattr(aim, name) not in known:
            raise BadInput(Message("campaign-aim-unknown", words=known), Place(field=name))
    if not aim.pilot and (aim.about, aim.asks) != (UNITS, PUBLIC):
        raise BadInput(Message("campaign-counting-asks-public"), Place(field="purpose"))
