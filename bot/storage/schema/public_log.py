"""Tables of the public log: entries, tiles, checkpoints, and acts that wait for it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from bot.storage.schema.metadata import SERIAL, metadata

log_entries = Table(
    "log_entries",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("label", LargeBinary(32), comment="none: of a sealed entry of form 2"),
    Column("commitment", LargeBinary(32), comment="none: of a receipt"),
    Column("kind", String(16), nullable=False),
    Column("campaign", String(32), nullable=False),
    Column("body", Text, comment="of a public act"),
    Column("form", Integer, nullable=False, comment="of the line: 2, or 1 from before"),
    Column("signatures", Text, comment="of an act of form 2: who signed it, as JSON"),
    Index("ix_log_entries_label", "label"),
)

log_tiles = Table(
    "log_tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("tile", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "hashes",
        LargeBinary,
        nullable=False,
        comment="256 hashes of complete subtrees of height 8·level",
    ),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False, comment="signed, C2SP tlog-checkpoint"),
    Column(
        "frontier",
        LargeBinary,
        nullable=False,
        comment="roots of the complete subtrees, the largest first",
    ),
    Column("at", BigInteger, nullable=False),
    Column(
        "shown",
        Integer,
        comment="1: may be served; 0: the guard has not confirmed it; none: older than the guard",
    ),
)

cosignatures = Table(
    "cosignatures",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(80), primary_key=True),
    Column("line", Text, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column(
        "id",
        SERIAL,
        primary_key=True,
        autoincrement=True,
        comment="acts that wait for the log",
    ),
    Column("kind", String(16), nullable=False),
    Column("name", String(80), nullable=False),
    Column("campaign", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("signatures", Text, nullable=False, comment="JSON: names of keys, and what they signed"),
)

refused_acts = Table(
    "refused_acts",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(80), nullable=False),
    Column("campaign", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("signatures", Text, nullable=False),
    Column("reason", String(16), nullable=False, comment="unsigned, misfit, repeated, differs"),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
    Column("seen", Boolean, nullable=False, comment="somebody has looked at it"),
)
