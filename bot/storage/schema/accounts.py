"""Tables of accounts and preferences; no citizen is in them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from bot.storage.schema.metadata import SERIAL, metadata

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

provider_accounts = Table(
    "provider_accounts",
    metadata,
    Column("login", String(64), primary_key=True),
    Column("provider", String(32), nullable=False, comment="the name of the provider's file"),
    Column("issuer", String(255), nullable=False, comment="the provider's name for itself"),
    Column(
        "subject", String(255), nullable=False, comment="the provider's name for the person; fixed"
    ),
    Column("name", String(60), nullable=False, comment="the real name by the provider, or empty"),
    UniqueConstraint("issuer", "subject", name="uq_provider_accounts_subject"),
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

preferences = Table(
    "preferences",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False, comment="JSON"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False, comment="what is to be done"),
    Column("subject", String(80), nullable=False, comment="to what: a login, a campaign"),
    Column("details", Text, nullable=False, comment="JSON: what its effect needs"),
    Column("prepared_by", String(80), nullable=False, comment="login, or cli: and an account"),
    Column("prepared_at", BigInteger, nullable=False, comment="epoch seconds"),
    Column("signers", Text, nullable=False, comment="JSON: who approved or waived the wait"),
    Column(
        "state", String(12), nullable=False, comment="waiting, approved, done, refused, withdrawn"
    ),
    Column(
        "due", BigInteger, nullable=False, comment="epoch seconds from which it holds; 0: not yet"
    ),
)

grants = Table(
    "grants",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("auditor", String(64), nullable=False, comment="login"),
    Column("campaign", String(32), nullable=False),
    Column("begins", BigInteger, nullable=False, comment="epoch seconds"),
    Column("ends", BigInteger, nullable=False, comment="epoch seconds"),
)
