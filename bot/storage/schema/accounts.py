"""Tables of accounts and preferences; no citizen is in them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, String, Table, Text, false

from bot.storage.schema.metadata import metadata

staff = Table(
    "staff",
    metadata,
    Column("login", String(64), primary_key=True),
    Column("password", String(255), nullable=False, comment="argon2id"),
    Column("role", String(16), nullable=False),
    Column(
        "unit", String(32), comment="the unit that this person belongs to; barred from its cases"
    ),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column(
        "signed_out",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="epoch seconds: sessions begun until then are over",
    ),
    Column(
        "initial_until",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="epoch seconds until which a password that was handed out opens a session; 0: own",
    ),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("login", String(64), primary_key=True),
    Column(
        "sealed",
        LargeBinary,
        nullable=False,
        comment="the secret of RFC 6238, encrypted and bound to the login",
    ),
    Column(
        "confirmed",
        Boolean,
        nullable=False,
        comment="a first code was given; from then on it is asked for",
    ),
    Column(
        "step", BigInteger, nullable=False, comment="the last half minute of which a code was taken"
    ),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("login", String(64), primary_key=True),
    Column(
        "code",
        LargeBinary(32),
        primary_key=True,
        comment="keyed hash of a code that was not used yet",
    ),
)

choices = Table(
    "choices",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False, comment="JSON"),
)
