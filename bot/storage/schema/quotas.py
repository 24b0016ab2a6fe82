"""Tables of response quotas: the taken places of a cell, and marks so that nobody takes two.

Beside them stand the marks of people who rated by a link for a number of them.
A campaign without either has no row. Its rows go with its key at the close.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from bot.storage.schema.metadata import metadata

quota_cells = Table(
    "quota_cells",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("unit", String(32), primary_key=True),
    Column("group_code", String(16), primary_key=True, comment="empty: any, as in the next two"),
    Column("stratum", String(32), primary_key=True),
    Column("source", String(16), primary_key=True),
    Column("taken", Integer, nullable=False, comment="never more than the campaign registered"),
)

quota_places = Table(
    "quota_places",
    metadata,
    Column(
        "mark",
        LargeBinary(32),
        primary_key=True,
        comment="keyed pseudonym of a person and a cell together",
    ),
    Column("campaign", String(32), nullable=False),
    Index("ix_quota_places_campaign", "campaign"),
    # In the order of the marks, which is that of nobody's coming.
    sqlite_with_rowid=False,
)

link_people = Table(
    "link_people",
    metadata,
    Column(
        "mark",
        LargeBinary(32),
        primary_key=True,
        comment="keyed pseudonym of a person and a link together",
    ),
    Column("campaign", String(32), nullable=False),
    Column("link", String(16), nullable=False, comment="the link's token"),
    Index("ix_link_people_campaign_link", "campaign", "link"),
    sqlite_with_rowid=False,
)
