"""Tables of a campaign's audience: contacts, frames, invitations; none leads to a ballot."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, LargeBinary, String, Table

from bot.storage.schema.metadata import metadata

contacts = Table(
    "contacts",
    metadata,
    Column(
        "lookup",
        LargeBinary(32),
        primary_key=True,
        comment="keyed pseudonym of channel and address",
    ),
    Column(
        "sealed",
        LargeBinary,
        comment="channel and address; none without consent or after an opt-out",
    ),
    Column("lang", String(16), nullable=False),
    Column("group_code", String(16), nullable=False),
    Column("area", String(20), nullable=False),
    Column("size", String(11), nullable=False),
    Column(
        "source", String(64), nullable=False, comment="name of the list that the contact came from"
    ),
    Column(
        "consent",
        String(10),
        nullable=False,
        comment="the day of the consent, or empty, as in the next three",
    ),
    Column("opted_out", String(10), nullable=False),
    Column("unreachable", String(10), nullable=False, comment="since when messages do not arrive"),
    Column("invited", String(10), nullable=False, comment="the day of the last invitation"),
)
"""Joined to nothing of a campaign's ballots; `docs/audience.md` says what a dump tells."""

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
