"""Profiles: how many people an installation needs for what one must not decide alone.

- *solo*: one administrator decides everything, as in trying out and in pilots. Outputs say so.
- *office*: who prepares does not approve; a checker or an approver signs as the second.
- *city*: approvers alone sign as the second.

In office and city appointments and grants wait a day once a counting campaign is registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.accounts.roles import ADMINISTRATOR, APPROVER, AUDITOR, CHECKER
from survey_flows.errors import BadInput, Message, Place

SOLO, OFFICE, CITY = "solo", "office", "city"
PROFILES = (SOLO, OFFICE, CITY)
"""From the lowest to the highest."""
APPROVE_IN: Mapping[str, tuple[str, ...]] = {
    SOLO: (ADMINISTRATOR,),
    OFFICE: (CHECKER, APPROVER),
    CITY: (APPROVER,),
}
"""The roles that sign as the second person."""
GUARDED = (ADMINISTRATOR, CHECKER, AUDITOR, APPROVER)
"""The roles that two people give; an account has one of them."""
WAIVE = (ADMINISTRATOR, CHECKER, APPROVER)
"""The roles that may waive a wait."""
WAIT = 86_400
"""Seconds until an appointment or a grant holds."""
PROFILE = "profile"
"""The kind of the act."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile that holds, and since when (epoch seconds; 0: from the beginning)."""

    name: str
    since: int

    @property
    def needs_two(self) -> bool:
        """Whether a second person signs."""
        return self.name != SOLO


def is_lower(wanted: str, present: str) -> bool:
    """Returns whether a profile asks for fewer people than another.

    Raises:
        BadInput: there is no such profile.
    """
    if wanted not in PROFILES:
        raise BadInput(Message("profile-unknown", profiles=PROFILES), Place(field="profile"))
    return PROFILES.index(wanted) < PROFILES.index(present)
