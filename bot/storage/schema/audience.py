"""Tables of a campaign's audience: persons with their addresses, frames, invitations.

None leads to a ballot.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table

from bot.storage.schema.metadata import metadata

persons = Table(
    "persons",
    metadata,
    Column(
        "lookup",
        LargeBinary(32),
        primary_key=True,
        comment="keyed pseudonym of the person: that of the address or number that came first",
    ),
    Column("lang", String(16), nullable=False),
    Column("group_code", String(16), nullable=False),
    Column("area", String(20), nullable=False),
    Column("size", String(11), nullable=False),
    Column(
        "source", String(64), nullable=False, comment="name of the list that the person came from"
    ),
    Column(
        "consent",
        String(10),
        nullable=False,
        comment="the day of the consent, or empty, as in the next two",
    ),
    Column("opted_out", String(10), nullable=False),
    Column("invited", String(10), nullable=False, comment="the day of the last invitation"),
)
"""Joined to nothing of a campaign's ballots; `docs/audience.md` says what a dump tells."""

addresses = Table(
    "addresses",
    metadata,
    Column(
        "lookup",
        LargeBinary(32),
        primary_key=True,
        comment="keyed pseudonym of kind and address",
    ),
    Column("person", LargeBinary(32), nullable=False),
    Column(
        "kind",
        String(16),
        nullable=False,
        comment="telegram, sms, email, letter, outside, or number; empty after an opt-out",
    ),
    Column("sealed", LargeBinary, comment="the address; none without consent or after an opt-out"),
    Column("position", Integer, nullable=False, comment="its place among the person's addresses"),
    Column("unreachable", String(10), nullable=False, comment="since when messages do not arrive"),
    Column(
        "opted_out",
        String(10),
        nullable=False,
        comment="the day on which the person opted out from this address, or empty",
    ),
    Index("ix_addresses_person", "person"),
)
"""Addresses of persons, and numbers by which a list knows them."""

frames = Table(
    "frames",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column(
        "number",
        String(32),
        primary_key=True,
        comment="stands for the contact in this campaign, in public",
    ),
    Column("lookup", LargeBinary(32), nullable=False, comment="the contact"),
    Column("group_code", String(16), nullable=False),
    Column("stratum", String(32), nullable=False),
    Column("drawn", Boolean, nullable=False),
    Column(
        "invited",
        Boolean,
        nullable=False,
        comment="drawn, and could be invited when invitations were made",
    ),
    Column(
        "turn",
        Integer,
        comment="which of the number's codes invites: 0 but where two codes met; none for a token",
    ),
    Index("ix_frames_person", "campaign", "lookup"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("mark", LargeBinary(32), primary_key=True, comment="keyed hash of its token"),
    Column("campaign", String(32), nullable=False),
    Column(
        "link", String(16), nullable=False, comment="the link of its cell: group, stratum, source"
    ),
    Column(
        "holder",
        LargeBinary(32),
        comment="keyed pseudonym of who used it; leads to no contact and no ballot",
    ),
    Index("ix_invitations_campaign", "campaign"),
)
