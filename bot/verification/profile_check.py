"""Says how many people decide in an installation, by the acts of its log.

Without an act ``profile`` one person decides alone, and the first line of every check says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.verification.acts import Act
from bot.verification.bundle_reader import Bundle, CheckFailed
from survey_flows.messages import Message

SOLO, PROFILES = "solo", ("solo", "office", "city")
"""From the fewest people to the most."""
SENTENCES = {
    "solo": "verification-profile-solo",
    "office": "verification-profile-office",
    "city": "verification-profile-city",
}
LOSS = "loss"
OF_OFFICERS = frozenset(("officer", "grant"))
"""Kinds of acts that a second person signs above the profile solo."""


def check_profile(bundle: Bundle) -> Message:
    """Check that a second person signed where the profile asks for one, and say which it is."""
    name, since, alone = SOLO, -1, 0
    for position, act in sorted(bundle.public.items()):
        if act.kind == "profile":
            lowered = PROFILES.index(_named(act)) < PROFILES.index(name)
            if lowered and not _second_signed(act.body):
                raise CheckFailed(Message("verification-profile-broken", position=position))
            name, since = _named(act), position
        elif act.kind == LOSS or "lost" in act.body:
            if not _enough_people(act.body.get("people"), name):
                raise CheckFailed(Message("verification-profile-broken", position=position))
        elif act.kind in OF_OFFICERS and "approved" in act.body:
            signed = _second_signed(act.body)
            if not signed and name != SOLO:
                raise CheckFailed(Message("verification-profile-broken", position=position))
            alone += not signed
    # One person alone is the state of a log that names no profile, so no entry is named.
    since_when = {} if name == SOLO else {"position": since}
    return Message(SENTENCES[name], count=alone, **since_when)


def _enough_people(people: object, profile: str) -> bool:
    """Return whether as many people decided on a loss as the profile asks for."""
    return type(people) is int and people >= (1 if profile == SOLO else 2)


def _named(act: Act) -> str:
    """Return the profile that an act sets."""
    name = act.body.get("profile")
    if name not in PROFILES:
        raise CheckFailed(Message("verification-profile-unknown", position=act.position))
    return str(name)


def _second_signed(body: Mapping[str, Any]) -> bool:
    """Return whether somebody else than who prepared it approved it."""
    approved = body.get("approved")
    return isinstance(approved, list) and any(one != body.get("prepared") for one in approved)
