"""The rights of each role: the pages that it sees and the forms that it sends."""

from __future__ import annotations

import re
from dataclasses import dataclass

from survey_flows.messages import Message

ADMINISTRATOR, OBSERVER, STAFF = "administrator", "observer", "staff"
CHECKER, AUDITOR, APPROVER = "checker", "auditor", "approver"
OFFICE, UNIT = "office", "unit"
ROLES = (ADMINISTRATOR, APPROVER, OBSERVER, STAFF, CHECKER, AUDITOR, OFFICE, UNIT)
ROLE_CHOICES = (
    Message("account-role-administrator"),
    Message("account-role-approver"),
    Message("account-role-observer"),
    Message("account-role-staff"),
    Message("account-role-checker"),
    Message("account-role-auditor"),
    Message("account-role-office"),
    Message("account-role-unit"),
)
"""The roles as a command takes them, with their names."""
ROLE_NAMES = (
    Message("account-name-administrator"),
    Message("account-name-approver"),
    Message("account-name-observer"),
    Message("account-name-staff"),
    Message("account-name-checker"),
    Message("account-name-auditor"),
    Message("account-name-office"),
    Message("account-name-unit"),
)
"""The names of the roles alone, as pages say them."""
OWN = r"/admin/(sign-out|password|sessions|second-factor|recusal|logo\.png)"
"""Pages of a person's own account, and the logo on every page."""
APPROVALS, SIGNATURE = r"/admin/approvals", r"/admin/approvals/\d{1,9}"
"""The page of what waits for a second person, and the form by which one signs."""
OPENINGS = r"/campaigns/[^/]+/openings|/years/[^/]+/auditors"
"""The files of single ballots, without names, and of a year with its persons."""
YEAR, CAMPAIGNS = r"/admin/years/\d{4}", r"/admin/campaigns"
"""The page of a year's steps, which tells no result, and the list of campaigns."""
EDITORS, CODE = r"/(?:scheme|questionnaires(?:/[^/]+)?)", r"/links/[^/]+/[a-z]+\.svg"
"""The editors of a draft, and the picture of a link's code."""
WORDS = r"/requests(/|$)|/unit$"
"""Pages with citizens' words to an office, and the page of a unit's own result."""
START = "/admin/start"
"""The first page of approvers and auditors; others begin with their work itself."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Regular expressions of whole paths; what none of them matches is refused.

    ``home`` is the page to which `/admin` leads.
    """

    looks: str
    acts: str
    home: str = "/admin"


RIGHTS = {
    # Administrators see cases and do not vote on them, and open no ballots. Observers see scores,
    # so they see no cases. Citizens' words are for their office alone; others see counts by theme.
    ADMINISTRATOR: Rights(
        rf"/admin(?!{WORDS}|{OPENINGS}|/start$).*", rf"/admin(?!/cases|{WORDS}).*"
    ),
    OBSERVER: Rights(
        rf"/admin(?!/(approvals|cases|challenges|people|settings)|{WORDS}|{OPENINGS}|/start$).*",
        OWN,
    ),
    # Auditors check acts and counts. They see no names: no leaders, contacts or staff. Only a grant
    # for a year opens its bundle with persons.
    AUDITOR: Rights(
        rf"{OWN}|{START}|/admin/audit|{YEAR}|{CAMPAIGNS}"
        r"|/admin/campaigns/[^/]+(/(scores|(ranking|export|bundle|openings)\.\w+))?"
        r"|/admin/years/\d{4}/auditors\.zip",
        OWN,
        home=START,
    ),
    # Approvers sign what others prepared; they see what that is about, and change nothing else.
    APPROVER: Rights(
        rf"{OWN}|{START}|{APPROVALS}|/admin/audit|{YEAR}|{CAMPAIGNS}"
        r"|/admin/campaigns/[^/]+(/scores)?",
        rf"{OWN}|{SIGNATURE}",
        home=START,
    ),
    # Staff draft campaigns, send messages and watch responses. They open and close nothing, and see
    # no scores, and of a year its steps alone.
    STAFF: Rights(
        rf"/admin/?|{OWN}|{YEAR}|{CAMPAIGNS}|/admin/templates"
        r"|/admin/(contacts(/[\w-]+\.xlsx)?|drafts(/[\w-]+\.yaml)?)"
        rf"|/admin/campaigns/[^/]+((/push|/responses)(/.*)?|/draft|/posters|{EDITORS}|{CODE})?",
        rf"{OWN}|/admin/(contacts|drafts|templates)"
        rf"|/admin/campaigns/[^/]+(/(links|posters|draft|discard|push/.*)|{EDITORS}(/preview)?"
        r"|/responses/(quotas|targets))",
    ),
    # Checkers decide blindly, so they must not look up scores and counts of units.
    CHECKER: Rights(
        rf"{OWN}|/admin/cases(/.*)?|{APPROVALS}",
        rf"{OWN}|/admin/cases(/.*)?|{SIGNATURE}",
        home="/admin/cases",
    ),
    OFFICE: Rights(
        rf"{OWN}|/admin/requests(/.*)?|/admin/themes",
        rf"{OWN}|/admin/requests/.*",
        home="/admin/requests",
    ),
    # The page shows their own unit alone (`bot.web.admin.rectification.own_unit`).
    UNIT: Rights(rf"{OWN}|/admin/unit", rf"{OWN}|/admin/unit", home="/admin/unit"),
}


def roles_that_may(method: str, path: str) -> tuple[Message, ...]:
    """Returns the names of the roles that may make a request."""
    names = zip(ROLES, ROLE_NAMES, strict=True)
    return tuple(name for role, name in names if may(role, method, path))


def may(role: str, method: str, path: str) -> bool:
    """Returns whether a role may make a request."""
    rights = RIGHTS.get(role)
    return rights is not None and bool(
        re.fullmatch(rights.acts if method == "POST" else rights.looks, path)
    )
