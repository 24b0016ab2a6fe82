"""Tables of the gate's running numbers, and of campaigns whose close a check holds.

A row of a stream holds no ballot, no time and no person, and goes with the close of its campaign.
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
