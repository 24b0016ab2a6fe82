"""Tables of public notices, appeals and the working-day calendar; rows are only added."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

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
    Column(
        "amendment", Integer, nullable=False, comment="that it tells of; 0: of the year's results"
    ),
    Column(
        "subjects", Text, nullable=False, comment="JSON: who is told; empty: all units and leaders"
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
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1"),
    Column(
        "seal", Integer, nullable=False, comment="the seal that it amends; 0: made before seals"
    ),
    Column("appeal", Integer, nullable=False, comment="the appeal that it follows from"),
    Column("round", Integer, nullable=False),
    Column("subject", String(32), nullable=False, comment="whose result was contested"),
    Column("corrections", Text, nullable=False, comment="JSON: what is put right"),
    Column(
        "changes",
        LargeBinary,
        nullable=False,
        comment="gzip of JSON: what follows for each subject; empty: not worked out yet",
    ),
    Column("before", String(64), nullable=False, comment="digest of the result that stood"),
    Column("after", String(64), nullable=False, comment="digest of the result from then on"),
    Column("by", String(80), nullable=False, comment="who answered"),
    Column("approved_by", String(80), nullable=False, comment="who signed it, or empty"),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
    Column("cause", Text, nullable=False, comment="JSON of what it follows from; empty: an appeal"),
)

executions = Table(
    "executions",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1"),
    Column("proposal", String(200), nullable=False, comment="whose decision was carried out"),
    Column("act", String(12), nullable=False, comment="executed, restored"),
    Column("on", String(10), nullable=False, comment="ISO date in the city"),
    Column("document", String(120), nullable=False),
    Column("by", String(80), nullable=False, comment="who entered it"),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
)

recusals = Table(
    "recusals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1"),
    Column("kind", String(12), nullable=False, comment="person, left, kin, no-kin, challenge …"),
    Column("login", String(64), nullable=False, comment="the account that it is about"),
    Column("year", Integer, nullable=False, comment="of a challenge; 0: of every year"),
    Column("subject", String(32), nullable=False, comment="a person or unit; empty: none any more"),
    Column("refers", Integer, nullable=False, comment="the challenge that is decided, or 0"),
    Column("text", Text, nullable=False, comment="grounds or reason, or empty"),
    Column("on", String(10), nullable=False, comment="ISO date in the city"),
    Column("by", String(80), nullable=False, comment="who entered it"),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
)

tellings = Table(
    "tellings",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1"),
    Column("notice", Integer, nullable=False, comment="number of the notice that is told"),
    Column("subject", String(32), nullable=False, comment="the unit or person told"),
    Column("act", String(12), nullable=False, comment="ordered, letter, delivered, opened"),
    Column("on", String(10), nullable=False, comment="ISO date in the city"),
    Column("by", String(80), nullable=False, comment="who did it"),
    Column("code", String(64), nullable=False, comment="keyed digest of a letter's code, or empty"),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
    Index("ix_tellings_code", "code"),
    Index("ix_tellings_subject", "year", "subject"),
)
