"""The table of the audit log; triggers refuse to change or delete a row."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from bot.storage.schema.metadata import metadata

audit = Table(
    "audit",
    metadata,
    Column(
        "number", BigInteger, primary_key=True, autoincrement=False, comment="from 1, without gaps"
    ),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
    Column(
        "who", String(80), nullable=False, comment="a login, or cli: and an account of the machine"
    ),
    Column("role", String(16), nullable=False),
    Column(
        "act",
        String(80),
        nullable=False,
        comment="what was done: the form's address, or the command",
    ),
    Column("what", String(120), nullable=False, comment="to what: a campaign, a year, a case"),
    Column("outcome", String(12), nullable=False, comment="done, refused, failed"),
    Column(
        "digest",
        LargeBinary(32),
        nullable=False,
        comment="SHA-256 of this row and of the digest before it",
    ),
    Index("ix_audit_who", "who"),
)
