"""Tables of citizens' requests and their rectification; nothing in them leads to a ballot."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from bot.storage.schema.metadata import SERIAL, metadata

QUEUED, SENT, SHOWN, UNREACHABLE, STOPPED = "queued", "sent", "shown", "unreachable", "stopped"
"""The delivery states of an office's message to a citizen."""

held_follow_ups = Table(
    "held_follow_ups",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("box", String(16), nullable=False),
    Column(
        "sealed",
        LargeBinary,
        nullable=False,
        comment="a follow-up that waits for the end of its day",
    ),
    Column(
        "due",
        BigInteger,
        nullable=False,
        comment="epoch seconds of the midnight on which it is opened",
    ),
)

request_stops = Table(
    "request_stops",
    metadata,
    Column(
        "mark",
        LargeBinary(32),
        primary_key=True,
        comment="keyed pseudonym of a person who wants no more; no other table has it",
    ),
    Column("at", BigInteger, nullable=False, comment="epoch seconds; forgotten after a week"),
)

requests = Table(
    "requests",
    metadata,
    Column("id", String(8), primary_key=True, comment="random"),
    Column("campaign", String(32), nullable=False),
    Column("unit", String(32), nullable=False),
    Column(
        "lookup",
        LargeBinary(32),
        nullable=False,
        unique=True,
        comment="keyed pseudonym of person and unit",
    ),
    Column(
        "sealed",
        LargeBinary,
        comment="where the person is written to; none once they have stopped it",
    ),
    Column("lang", String(16), nullable=False),
    Column(
        "day", String(10), nullable=False, comment="on which it was left: no finer time is kept"
    ),
    Index("ix_requests_unit", "unit"),
)

request_messages = Table(
    "request_messages",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("request", String(8), nullable=False),
    Column("sender", String(64), nullable=False, comment="login; empty for the person"),
    Column("text", Text, nullable=False),
    Column("sent_on", String(10), nullable=False, comment="ISO date in the city"),
    Column("shared", Boolean, nullable=False, comment="the person lets the unit read it"),
    Column(
        "state",
        String(12),
        nullable=False,
        comment="of an office's: queued, sent, shown, unreachable, stopped",
    ),
    Column(
        "due",
        BigInteger,
        nullable=False,
        comment="epoch seconds before which nobody sends it; 0 once settled",
    ),
    Index("ix_request_messages_request", "request"),
    Index("ix_request_messages_state", "state"),
)

request_steps = Table(
    "request_steps",
    metadata,
    Column("request", String(8), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False, comment="from 0"),
    Column(
        "act",
        String(12),
        nullable=False,
        comment="assigned, planned, fixed, rated, closed, reopened",
    ),
    Column("taken_by", String(64), nullable=False, comment="login; empty for the person"),
    Column("responsible", String(120), nullable=False, comment="who is in charge, or empty"),
    Column(
        "value", String(12), nullable=False, comment="a theme, or the follow-up rating, or empty"
    ),
    Column("text", Text, nullable=False),
    Column("taken_on", String(10), nullable=False, comment="ISO date in the city"),
)
