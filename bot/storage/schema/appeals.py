"""Tables of public notices, appeals and the working-day calendar; rows are only added."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from bot.storage.schema.metadata import metadata

calendar_days = Table(
    "calendar_days",
    metadata,
    Column("day", String(10), primary_key=True, comment="ISO date"),
    Column(
        "kind",
        String(4),
        nullable=False,
        comment="off: a holiday; work: a weekend day that is worked",
    ),
    Column("name", String(40), nullable=False),
)

public_notices = Table(
    "public_notices",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column(
        "number",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="from 1; another follows an amendment",
    ),
    Column("begins", String(10), nullable=False, comment="ISO date, as in the next two"),
    Column("ends", String(10), nullable=False),
    Column(
        "until", String(10), nullable=False, comment="last day on which a review may be asked for"
    ),
    Column("by", String(64), nullable=False, comment="login"),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
)

appeals = Table(
    "appeals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1"),
    Column("year", Integer, nullable=False),
    Column("subject", String(32), nullable=False, comment="a unit's code or a leader's id"),
)

appeal_steps = Table(
    "appeal_steps",
    metadata,
    Column("appeal", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False, comment="from 0"),
    Column("act", String(12), nullable=False, comment="received, assigned, answered, again"),
    Column("by", String(64), nullable=False, comment="login"),
    Column("to", String(64), nullable=False, comment="login of who is charged with it, or empty"),
    Column("ruling", String(12), nullable=False, comment="upheld, rejected, or empty"),
    Column("text", Text, nullable=False, comment="grounds or reason"),
    Column("on", String(10), nullable=False, comment="ISO date in the city"),
    Column(
        "due", String(10), nullable=False, comment="ends the time that this act opens, or empty"
    ),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
)

amendments = Table(
    "amendments",
    metadata,
    Column("appeal", Integer, primary_key=True, autoincrement=False),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("year", Integer, nullable=False),
    Column("subject", String(32), nullable=False),
    Column("kind", String(12), nullable=False, comment="grade, decision or score"),
    Column(
        "what", String(200), nullable=False, comment="the proposal that was decided anew, or empty"
    ),
    Column("before", String(16), nullable=False),
    Column("after", String(16), nullable=False),
    Column("by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
)
