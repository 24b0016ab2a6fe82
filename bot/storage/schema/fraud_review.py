"""Tables of fraud cases, their votes, the effects of rules, and pressure reports."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.storage.schema.metadata import SERIAL, metadata

cases = Table(
    "cases",
    metadata,
    Column("id", String(16), primary_key=True, comment="random: it tells nothing of the unit"),
    Column("campaign", String(32), nullable=False),
    Column(
        "rules", Text, nullable=False, comment="names of the rules that found something, in JSON"
    ),
    Column(
        "unit", String(32), nullable=False, comment="to bar its own people; no checker is shown it"
    ),
    Column("evidence", Text, nullable=False, comment="JSON: all that checkers see"),
    Column(
        "digest",
        String(64),
        nullable=False,
        comment="SHA-256 of ballots and proposed weights: found once",
    ),
    Column(
        "salt", LargeBinary(16), nullable=False, comment="of the weights that the log commits to"
    ),
    Column("state", String(8), nullable=False, comment="waiting, decided, dropped"),
    Column(
        "verdict",
        String(8),
        nullable=False,
        comment="which weights stand: proposed, uphold, release",
    ),
    Column("round", Integer, nullable=False, comment="from 1; each reopening begins another"),
    Column("number", Integer, nullable=False, comment="of its decisions in the log"),
    UniqueConstraint("campaign", "digest"),
)

case_ballots = Table(
    "case_ballots",
    metadata,
    Column("case_id", String(16), primary_key=True),
    Column("ballot", BigInteger, primary_key=True, autoincrement=False, comment="the ballot's row"),
    Column("weight", Integer, nullable=False, comment="proposed, in quarters"),
    Column("before", Integer, nullable=False, comment="what a release restores, in quarters"),
    Index("ix_case_ballots_ballot", "ballot"),
)

case_votes = Table(
    "case_votes",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True, comment="votes are only added"),
    Column("case_id", String(16), nullable=False),
    Column("round", Integer, nullable=False),
    Column("checker", String(64), nullable=False),
    Column("verdict", String(8), nullable=False, comment="uphold, release or reopen"),
    Column(
        "act",
        String(8),
        nullable=False,
        comment="vote or reopen: one of each for a person and round",
    ),
    Column("reason", String(32), nullable=False, comment="its code"),
    Column("note", Text, nullable=False),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
    Column("mark", LargeBinary(32), comment="by the desk; a vote without it counts nowhere"),
    UniqueConstraint("case_id", "round", "checker", "act"),
)

rule_effects = Table(
    "rule_effects",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
    Column("body", Text, nullable=False, comment="JSON: how scores move without each rule"),
)

pressure = Table(
    "pressure",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("unit", String(32), primary_key=True),
    Column("voter", LargeBinary(32), primary_key=True, comment="not the ballots' pseudonym"),
)
"""What an earlier version stored at once; the mixer takes it into its pool."""

pressure_counts = Table(
    "pressure_counts",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("unit", String(32), primary_key=True),
    Column(
        "count",
        Integer,
        nullable=False,
        comment="pressure reports of a closed campaign, rounded down to tens",
    ),
)
