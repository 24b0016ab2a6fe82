"""Which pages each role may look at, and which forms it may send. What is not listed is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

ADMINISTRATOR, OBSERVER, STAFF = "administrator", "observer", "staff"
REVIEWER, AUDITOR = "reviewer", "auditor"
OFFICE, UNIT = "office", "unit"
ROLES = (ADMINISTRATOR, OBSERVER, STAFF, REVIEWER, AUDITOR, OFFICE, UNIT)
OWN = r"/admin/(sign-out|password|sessions|second-factor)"
"""What concerns nobody but the person."""
OPENINGS = r"/campaigns/[^/]+/openings"
"""Every single ballot, without a name."""
WORDS = r"/requests(/|$)|/unit$"
"""What a citizen wrote to an office, and what is told to a unit alone."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Paths in full, as regular expressions. ``home`` is where somebody is led who opens `/admin`."""

    looks: str
    acts: str
    home: str = "/admin"


RIGHTS = {
    # Administrators see cases and do not vote, and open no ballots; observers see scores, and so nothing of cases. What
    # a citizen wrote to an office nobody else reads: of shortcomings they see how many there are by theme.
    ADMINISTRATOR: Rights(rf"/admin(?!{WORDS}|{OPENINGS}).*", rf"/admin(?!/cases|{WORDS}).*"),
    OBSERVER: Rights(rf"/admin(?!/(cases|people|settings)|{WORDS}|{OPENINGS}).*", OWN),
    # Auditors check what was done and counted. Nobody's name is theirs to see: no leaders, contacts or staff.
    AUDITOR: Rights(
        rf"/admin/?|{OWN}|/admin/audit|/admin/campaigns/[^/]+(/(scores|(ranking|export|bundle|openings)\.\w+))?",
        OWN,
    ),
    # Staff draft campaigns, write to people and watch who answers. Opening, closing, scores, the year are not theirs.
    STAFF: Rights(
        rf"/admin/?|{OWN}|/admin/(contacts(/[\w-]+\.xlsx)?|drafts(/[\w-]+\.yaml)?)|/admin/campaigns/[^/]+((/push|/responses)(/.*)?)?",
        rf"{OWN}|/admin/(contacts|drafts)|/admin/campaigns/[^/]+/(links|discard|push/.*|responses/quotas)",
    ),
    # Who decides blindly must not look up scores and counts of units beside it.
    REVIEWER: Rights(
        rf"{OWN}|/admin/cases(/.*)?", rf"{OWN}|/admin/cases(/.*)?", home="/admin/cases"
    ),
    OFFICE: Rights(
        rf"{OWN}|/admin/requests(/.*)?|/admin/themes",
        rf"{OWN}|/admin/requests/.*",
        home="/admin/requests",
    ),
    # Of their own unit alone (`bot.web.admin.rectification.own_unit`).
    UNIT: Rights(rf"{OWN}|/admin/unit", rf"{OWN}|/admin/unit", home="/admin/unit"),
}


def may(role: str, method: str, path: str) -> bool:
    """Whether somebody of this role may make this request."""
    rights = RIGHTS.get(role)
    return rights is not None and bool(
        re.fullmatch(rights.acts if method == "POST" else rights.looks, path)
    )
