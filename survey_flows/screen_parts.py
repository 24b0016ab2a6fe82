"""What several screens have: the shape of their rows, and a code in groups of four."""

from __future__ import annotations

from collections.abc import Iterable

from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.effects import Button
from survey_flows.session import Session

Rows = tuple[tuple[Button, ...], ...]


def column(buttons: Iterable[Button]) -> Rows:
    """Buttons below each other, one a row."""
    return tuple((button,) for button in buttons)


def identity_offer(definition: CampaignDefinition, session: Session) -> Rows:
    """The button that offers to show an identity, where the campaign takes one and none is known.

    It stands where a citizen begins and nowhere later: it is no step of a rating.
    """
    if not definition.identity or session.identity:
        return ()
    label = definition.wording.say(session.lang, "identity-offer")
    return ((Button(label, f"{session.key}:d"),),)


def grouped(code: str) -> str:
    """A receipt as it is shown and copied: ABCD-EFGH-…"""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
