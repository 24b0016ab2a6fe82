"""The tables of the interface for programs, and of what was made public."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from bot.storage.schema.metadata import metadata

tokens = Table(
    "tokens",
    metadata,
    Column(
        "name",
        String(32),
        primary_key=True,
        comment="a name is given once, so that the audit log stays clear",
    ),
    Column(
        "id",
        String(16),
        nullable=False,
        unique=True,
        comment="the part of the token that may be seen",
    ),
    Column(
        "digest",
        LargeBinary(32),
        nullable=False,
        comment="SHA-256 of the secret part: 256 random bits",
    ),
    Column("scopes", Text, nullable=False, comment="what it is good for, separated by spaces"),
    Column("made", BigInteger, nullable=False, comment="epoch seconds"),
    Column("expires", BigInteger, nullable=False, comment="epoch seconds"),
    Column("revoked", BigInteger, comment="epoch seconds"),
    Column(
        "used",
        String(10),
        comment="the last day on which it was used, in the city's time; no finer",
    ),
    Column("by", String(80), nullable=False, comment="who made it"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("token", String(32), primary_key=True),
    Column(
        "key",
        String(64),
        primary_key=True,
        comment="the Idempotency-Key of a request that made something",
    ),
    Column("digest", LargeBinary(32), nullable=False, comment="SHA-256 of the request"),
    Column("answer", Text, nullable=False, comment="the name of what was made"),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
)

publications = Table(
    "publications",
    metadata,
    Column("campaign", String(32), primary_key=True, comment="its results are open to anybody"),
    Column("number", Integer, nullable=False, comment="the release that is shown"),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
    Column("by", String(80), nullable=False),
)
