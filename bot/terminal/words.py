"""Prints messages in the language of the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aggregation.disclosure.rounding import ROUNDING_BASE
from bot.campaigns.states import STATE_NAMES
from bot.core.settings import read_language
from survey_flows.errors import Problem
from survey_flows.messages import Message, render

CODES: Mapping[str, Message] = {
    # Roles.
    "administrator": Message("word-administrator"),
    "approver": Message("word-approver"),
    "observer": Message("word-observer"),
    "staff": Message("word-staff"),
    "checker": Message("word-checker"),
    "auditor": Message("word-auditor"),
    "office": Message("word-office"),
    "unit": Message("word-unit"),
    # Outcomes of acts.
    "done": Message("word-done"),
    "refused": Message("word-refused"),
    "accepted": Message("word-accepted"),
    "failed": Message("word-failed"),
    # What two people decide.
    "appoint": Message("word-appoint"),
    "password": Message("word-password"),
    "factor": Message("word-factor"),
    "enable": Message("word-enable"),
    "grant": Message("word-grant"),
    "profile": Message("word-profile"),
    "settle": Message("word-settle"),
    "result": Message("word-result"),
    "year-filing": Message("word-year-filing"),
    "year-close": Message("word-year-close"),
    "year-amend": Message("word-year-amend"),
    "year-seal": Message("word-year-seal"),
    "year-lift": Message("word-year-lift"),
    "publish-early": Message("word-publish-early"),
    "opening": Message("word-opening"),
    "choice": Message("word-choice"),
    "void": Message("word-void"),
    # States of a campaign.
    **STATE_NAMES,
    # Acts, states and rulings of reviews and appeals.
    "received": Message("word-received"),
    "assigned": Message("word-assigned"),
    "answered": Message("word-answered"),
    "again": Message("word-again"),
    "late": Message("word-late"),
    "direct": Message("word-direct"),
    "cause": Message("word-cause"),
    "challenged": Message("word-challenged"),
    "withdrawn": Message("word-withdrawn"),
    "waiting": Message("word-waiting"),
    "charged": Message("word-charged"),
    "final": Message("word-final"),
    "upheld": Message("word-upheld"),
    "rejected": Message("word-rejected"),
    # States of a template.
    "template-draft": Message("word-template-draft"),
    "template-filed": Message("word-template-filed"),
    "template-approved": Message("word-template-approved"),
    "template-refused": Message("word-template-refused"),
    # States of a push and of its messages.
    "running": Message("word-running"),
    "cancelled": Message("word-cancelled"),
    "queued": Message("word-queued"),
    "sent": Message("word-sent"),
    "unreachable": Message("word-unreachable"),
    "not_started": Message("word-not-started"),
    "delivered": Message("word-delivered"),
    "limited": Message("word-limited"),
    "silence": Message("word-silence"),
    "later": Message("word-later"),
    "not_delivered": Message("word-not-delivered"),
    "opted_out": Message("word-opted-out"),
    # Files with invitations: forms, states, kinds of addresses.
    "letters": Message("word-letters"),
    "merge": Message("word-merge"),
    "sealed": Message("word-sealed"),
    "allowed": Message("word-allowed"),
    "made": Message("word-made"),
    "sms": Message("word-sms"),
    "email": Message("word-email"),
    "wechat": Message("word-wechat"),
    "wecom": Message("word-wecom"),
    "dingtalk": Message("word-dingtalk"),
    "feishu": Message("word-feishu"),
    "letter": Message("word-letter"),
    "outside": Message("word-outside"),
    "handout": Message("word-handout"),
    # Dispositions of invitations.
    "expired": Message("word-expired"),
    "declined": Message("word-declined"),
    "started": Message("word-started"),
    "partial": Message("word-partial"),
    "broken": Message("word-broken"),
    "completed": Message("word-completed"),
    # Reasons not to invite a contact.
    "no_consent": Message("word-no-consent"),
    "fatigue": Message("word-fatigue"),
    # States and verdicts of fraud cases.
    "decided": Message("word-decided"),
    "dropped": Message("word-dropped"),
    "uphold": Message("word-uphold"),
    "release": Message("word-release"),
    "proposed": Message("word-proposed"),
    "reopen": Message("word-reopen"),
    # States of a token.
    "good": Message("word-good"),
    "revoked": Message("word-revoked"),
}
"""Words for stored codes. A code stands once: the same code means the same in each room."""
PROFILES: Mapping[str, Message] = {
    "solo": Message("profile-solo"),
    "office": Message("profile-office"),
    "city": Message("profile-city"),
}
"""Words for the profiles, of which one has the code of a role."""
SOURCES: Mapping[str, Message] = {
    "open": Message("source-open"),
    "invited": Message("source-invited"),
    "personal": Message("source-personal"),
    "verified": Message("source-verified"),
    "import": Message("source-import"),
}
"""Words for the sources of ballots, of which one has the code of a campaign's state."""


def word(code: str) -> Message | str:
    """Returns the message that names a code, or the code itself where people write it so."""
    return CODES.get(code, code)


def source_word(source: str) -> Message | str:
    """Returns the message that names a source of ballots."""
    return SOURCES.get(source, source)


def worded(message: Message | str) -> str:
    """Returns a message in the language of the terminal; text stays as it is."""
    return message if isinstance(message, str) else render(message, read_language())


def say(message: Message | str, *, flush: bool = False) -> None:
    """Prints a message in the language of the terminal."""
    print(worded(message), flush=flush)


def say_list(asks: Iterable[Message], stops: Sequence[Problem], how: Message) -> int:
    """Prints the list before an act, and how it is done; returns the exit status.

    Args:
        asks: what somebody thinks of first.
        stops: what keeps the act from being done; with any the status is 1.
        how: the command that does it.
    """
    for ask in asks:
        say(ask)
    for stop in stops:
        print(stop.render(read_language()))
    if stops:
        return 1
    say(how)
    return 0


def rounded_count(count: int | None, cell: int = ROUNDING_BASE) -> Message | str:
    """Returns a disclosed number of people or ballots: a multiple of ten, or a bound.

    Args:
        count: the count rounded down (`aggregation.disclosure.rounding`), or None when it is
            below the smallest disclosed cell.
        cell: the campaign's smallest disclosed cell, in people.
    """
    if count is None:
        return Message("count-fewer-than", count=max(ROUNDING_BASE, cell))
    return Message("count-at-least", count=count) if count else "0"
