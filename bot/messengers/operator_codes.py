"""What the operators of the mainland report of a short message, by the codes that clouds pass on.

Sources: the lists of codes in the clouds' and China Mobile's pages; what stands in none of them is
no reason to give somebody up.
"""

from __future__ import annotations

from bot.fieldwork.outreach.messenger import DeliveryOutcome

UNREACHABLE = ("UNDELIV", "MK:0000", "MK:0001", "MK:0005", "MK:0013")
"""No such number, or its account is closed."""
OPTED_OUT = ("MBBLACK", "DBBLACK", "DB:0144", "REJECTD")
"""On the operator's list of people who want no such messages."""


def outcome_of(arrived: bool, code: str) -> DeliveryOutcome:
    """Return what a report means; `DeliveryOutcome.LATER` for all that may pass.

    A code that speaks of delivery, of a message that did not arrive, is no word to act upon.
    """
    if arrived:
        return DeliveryOutcome.DELIVERED
    if code in UNREACHABLE:
        return DeliveryOutcome.UNREACHABLE
    return DeliveryOutcome.OPTED_OUT if code in OPTED_OUT else DeliveryOutcome.LATER
