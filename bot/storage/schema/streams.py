"""Tables of the gate's running numbers, and of campaigns whose close a check holds.

A row of a stream holds no ballot, no time and no person. Beside it stand marks of people by which
the gate knows that a ballot replaces one. All go with the close of their campaign.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, LargeBinary, String, Table, Text

from bot.storage.schema.metadata import metadata

gate_streams = Table(
    "gate_streams",
    metadata,
    Column("stream", String(16), primary_key=True, comment="one run of one gate process"),
    Column("campaign", String(32), primary_key=True),
    Column(
        "sealed",
        LargeBinary,
        nullable=False,
        comment="last number and ballots by unit, under a key of the gate for the campaign",
    ),
    Column("ended", Boolean, nullable=False, comment="the gate puts no more numbers into it"),
)

gate_marks = Table(
    "gate_marks",
    metadata,
    Column(
        "mark",
        LargeBinary(32),
        primary_key=True,
        comment="keyed pseudonym of a person and a unit together",
    ),
    Column("campaign", String(32), nullable=False),
    Column("count", Integer, nullable=False, comment="ballots since the last erasure"),
    sqlite_with_rowid=False,
)

mixed_streams = Table(
    "mixed_streams",
    metadata,
    Column("stream", String(16), primary_key=True, comment="empty: what the gate said at the end"),
    Column("campaign", String(32), primary_key=True),
    Column(
        "sealed",
        LargeBinary,
        nullable=False,
        comment="numbers that were mixed, under the mixer's key of the campaign",
    ),
)

campaign_holds = Table(
    "campaign_holds",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("reason", String(80), primary_key=True, comment="id of the message"),
    Column("details", Text, nullable=False, comment="JSON: the values of the message"),
)

settlements = Table(
    "settlements",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("missing", Integer, nullable=False, comment="messages that two people accept as lost"),
    Column("first", String(32), nullable=False, comment="login"),
    Column("second", String(32), nullable=False, comment="login of another person"),
    Column("reason", Text, nullable=False),
)
