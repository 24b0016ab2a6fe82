"""How a citizen can show to be one person over several channels, and what that changes."""

from __future__ import annotations

from collections.abc import Sequence

from survey_flows.errors import BadInput, Message, Place

PHONE = "phone"
"""A telephone, shown by a code that is sent to it."""
OPENID = "openid"
"""An account with the city's identity provider, shown by its word (OpenID Connect)."""
IDENTITY_KINDS = (PHONE, OPENID)
"""The kinds that a campaign may take; one that takes none asks nobody."""
VERIFIED = "verified"
"""The source of ballots of people who have shown an identity and hold no personal invitation."""
PERSONAL = "personal"
"""The source of ballots by a personal invitation, which says more than an identity does."""


def check_identity(kinds: Sequence[str]) -> None:
    """Checks the kinds of identity that a campaign takes.

    Raises:
        BadInput: one is unknown, or named twice.
    """
    if len(set(kinds)) < len(kinds) or not set(kinds) <= set(IDENTITY_KINDS):
        raise BadInput(Message("identity-unknown", known=IDENTITY_KINDS), Place(field="identity"))


def source_of(link_source: str, identity: str) -> str:
    """Returns the source of a ballot.

    Args:
        link_source: of the link by which the citizen came.
        identity: the identity that they have shown, empty for none.
    """
    return VERIFIED if identity and link_source != PERSONAL else link_source
