"""Tables of a year's material: units, leaders, points, findings, decisions, grades and seals."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from bot.storage.schema.metadata import SERIAL, metadata

units = Table(
    "units",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("name_zh", String(80), nullable=False),
    Column("name_en", String(120), nullable=False),
    Column("category", String(16), nullable=False),
    Column("questionnaire", String(64), nullable=False),
    Column("position", Integer, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("unit", String(32), primary_key=True),
    Column("from_year", Integer, primary_key=True),
    Column(
        "league",
        String(16),
        nullable=False,
        comment="its league from that year on (0: ever); empty: none",
    ),
)

inner_units = Table(
    "inner_units",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("code", String(32), primary_key=True),
    Column(
        "parent",
        String(32),
        nullable=False,
        comment="the unit, or the part of one, that it is part of",
    ),
    Column("name_zh", String(80), nullable=False),
    Column("name_en", String(120), nullable=False),
    Column("category", String(16), nullable=False),
)

leaders = Table(
    "leaders",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("leader", String(32), primary_key=True),
    Column("name_zh", String(80), nullable=False),
    Column("name_en", String(120), nullable=False),
    Column("unit", String(32), nullable=False),
    Column("role", String(12), nullable=False, comment="principal, deputy or officer"),
    Column("post", String(120), nullable=False, comment="the title as it is printed"),
)

indicators = Table(
    "indicators",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("subject", String(32), primary_key=True, comment="a unit's code or a leader's id"),
    Column("indicator", String(32), primary_key=True),
    Column("value", String(32), nullable=False, comment="an exact decimal"),
)

adjustments = Table(
    "adjustments",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("year", Integer, nullable=False),
    Column("unit", String(32), nullable=False),
    Column(
        "points", String(32), nullable=False, comment="an exact decimal; negative is a deduction"
    ),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("id", String(32), primary_key=True, comment="the office's own number of it"),
    Column("subject", String(32), nullable=False),
    Column(
        "kind",
        String(32),
        nullable=False,
        comment="criminal_offence, safety_accident, unfitness, veto …",
    ),
    Column("on", String(10), nullable=False, comment="ISO date"),
    Column("source", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("established", String(10), nullable=False, comment="ISO date; empty: on the same day"),
    Column("revoked", String(10), nullable=False, comment="ISO date, or empty"),
)

decisions = Table(
    "decisions",
    metadata,
    Column(
        "id",
        SERIAL,
        primary_key=True,
        autoincrement=True,
        comment="the last decision on a key counts",
    ),
    Column("year", Integer, nullable=False),
    Column("proposal", String(200), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("by", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("login", String(80), nullable=False, comment="the account; empty: before accounts"),
    Column("grounds", String(64), nullable=False, comment="digest of what it rests on, or empty"),
    Column("heard_on", String(10), nullable=False, comment="ISO date of the hearing, or empty"),
    Column("number", Integer, nullable=False, comment="from 1 on each proposal"),
    Column("organ", String(80), nullable=False, comment="that decided, or empty: no paper"),
    Column("document", String(80), nullable=False, comment="number of the paper, or empty"),
    Column("decided_on", String(10), nullable=False, comment="ISO date of the paper, or empty"),
    Column("released_by", String(80), nullable=False, comment="who released the paper, or empty"),
    Index("ix_decisions_number", "year", "proposal", "number", unique=True),
)

unit_decisions = Table(
    "unit_decisions",
    metadata,
    Column(
        "id",
        SERIAL,
        primary_key=True,
        autoincrement=True,
        comment="the last decision on a unit counts",
    ),
    Column("year", Integer, nullable=False),
    Column("unit", String(32), nullable=False, comment="a unit with too few answers to be ranked"),
    Column("grade", String(16), nullable=False),
    Column("by", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Column("login", String(80), nullable=False, comment="the account; empty: before accounts"),
    Column("number", Integer, nullable=False, comment="from 1 on each unit"),
    Index("ix_unit_decisions_number", "year", "unit", "number", unique=True),
)

grades = Table(
    "grades",
    metadata,
    Column(
        "id",
        SERIAL,
        primary_key=True,
        autoincrement=True,
        comment="amendments append; the last counts",
    ),
    Column("year", Integer, nullable=False),
    Column("subject", String(32), nullable=False),
    Column("kind", String(8), nullable=False, comment="unit or leader"),
    Column("grade", String(16), nullable=False, comment="first … fourth, or not_appraised"),
    Column("confirmed", Boolean, nullable=False),
    Column("unit", String(32), nullable=False),
    Column("post", String(120), nullable=False),
    Column("scheme", String(64), nullable=False),
    Index("ix_grades_subject_year", "subject", "year"),
)

seals = Table(
    "seals",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column(
        "number",
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="from 1; rows are only added, and the last counts",
    ),
    Column(
        "content",
        LargeBinary,
        nullable=False,
        comment="gzip of the canonical JSON; empty: the seal before is lifted",
    ),
    Column("digest", String(64), nullable=False, comment="SHA-256 of the canonical JSON, or empty"),
    Column("organ", String(80), nullable=False, comment="the body that confirmed the list by name"),
    Column("document", String(120), nullable=False, comment="of that body"),
    Column("decided_on", String(10), nullable=False, comment="ISO date, or empty"),
    Column("reason", Text, nullable=False, comment="of a lifting, or empty"),
    Column("by", String(80), nullable=False, comment="who prepared it"),
    Column("approved_by", String(80), nullable=False, comment="who signed it, or empty"),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
)

seal_drafts = Table(
    "seal_drafts",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False, comment="gzip of what waits to be sealed"),
    Column("digest", String(64), nullable=False, comment="SHA-256 of the canonical JSON"),
)

filings = Table(
    "filings",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False, comment="0: of every year"),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1"),
    Column("kind", String(16), nullable=False, comment="the table that was handed in"),
    Column("file", String(200), nullable=False, comment="its name"),
    Column("sha256", String(64), nullable=False, comment="of its bytes"),
    Column("changes", Text, nullable=False, comment="JSON: key, value before, value after"),
    Column("reason", Text, nullable=False, comment="why, once the material is closed"),
    Column("by", String(80), nullable=False, comment="who handed it in"),
    Column("approved_by", String(80), nullable=False, comment="who released it, or empty"),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
)

material_closings = Table(
    "material_closings",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("by", String(80), nullable=False),
    Column("approved_by", String(80), nullable=False, comment="who signed it, or empty"),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
)

posts = Table(
    "posts",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("person", String(32), nullable=False),
    Column("unit", String(32), nullable=False),
    Column("role", String(12), nullable=False, comment="principal, deputy or officer"),
    Column("title", String(120), nullable=False),
    Column("begins", String(10), nullable=False, comment="ISO date"),
    Column("until", String(10), nullable=False, comment="last day, ISO date; empty: still"),
    Column("held", String(12), nullable=False, comment="held, acting or seconded"),
    Column("main", Boolean, nullable=False),
    Column("elected", Boolean, nullable=False),
    Index("ix_posts_person", "person"),
)

absences = Table(
    "absences",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("person", String(32), nullable=False),
    Column("kind", String(12), nullable=False, comment="sick, study …, retired, left, died"),
    Column("begins", String(10), nullable=False, comment="ISO date"),
    Column("until", String(10), nullable=False, comment="last day, ISO date; empty: still"),
    Index("ix_absences_person", "person"),
)

discipline = Table(
    "discipline",
    metadata,
    Column("id", String(32), primary_key=True, comment="the office's own number of it"),
    Column("person", String(32), nullable=False),
    Column("kind", String(16), nullable=False, comment="investigation or sanction"),
    Column("level", String(16), nullable=False, comment="of a sanction, or empty"),
    Column("begins", String(10), nullable=False, comment="ISO date"),
    Column("ended", String(10), nullable=False, comment="ISO date, or empty"),
)

unit_periods = Table(
    "unit_periods",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("begins", String(10), primary_key=True, comment="ISO date"),
    Column("until", String(10), nullable=False, comment="last day, ISO date; empty: still"),
    Column("name_zh", String(80), nullable=False),
    Column("name_en", String(120), nullable=False),
    Column("category", String(16), nullable=False),
    Column("league", String(16), nullable=False, comment="or empty"),
)

unit_events = Table(
    "unit_events",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("on", String(10), nullable=False, comment="ISO date"),
    Column("kind", String(16), nullable=False, comment="create, merge, split, abolish …"),
    Column("before", Text, nullable=False, comment="codes, with spaces between"),
    Column("after", Text, nullable=False, comment="codes, with spaces between"),
    Column("document", Text, nullable=False),
    Column("shares", Text, nullable=False, comment="code=share of the merged score, or empty"),
    Column("continues", Boolean, nullable=False, comment="the days of the units before count"),
)
