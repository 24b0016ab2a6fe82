"""Tokens of programs, what they made, and what was made public."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "tokens",
        sa.Column(
            "name",
            sa.String(length=32),
            nullable=False,
            comment="a name is given once, so that the audit log stays clear",
        ),
        sa.Column(
            "id",
            sa.String(length=16),
            nullable=False,
            comment="the part of the token that may be seen",
        ),
        sa.Column(
            "digest",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 of the secret part: 256 random bits",
        ),
        sa.Column(
            "scopes", sa.Text(), nullable=False, comment="what it is good for, separated by spaces"
        ),
        sa.Column("made", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.Column("expires", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.Column("revoked", sa.BigInteger(), nullable=True, comment="epoch seconds"),
        sa.Column(
            "used",
            sa.String(length=10),
            nullable=True,
            comment="the last day on which it was used, in the city's time; no finer",
        ),
        sa.Column("by", sa.String(length=80), nullable=False, comment="who made it"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tokens")),
        sa.UniqueConstraint("id", name=op.f("uq_tokens_id")),
    )
    op.create_table(
        "repeats",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column(
            "key",
            sa.String(length=64),
            nullable=False,
            comment="the Idempotency-Key of a request that made something",
        ),
        sa.Column(
            "digest", sa.LargeBinary(length=32), nullable=False, comment="SHA-256 of the request"
        ),
        sa.Column("answer", sa.Text(), nullable=False, comment="the name of what was made"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("token", "key", name=op.f("pk_repeats")),
    )
    op.create_table(
        "publications",
        sa.Column(
            "campaign",
            sa.String(length=32),
            nullable=False,
            comment="its results are open to anybody",
        ),
        sa.Column("number", sa.Integer(), nullable=False, comment="the release that is shown"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("campaign", name=op.f("pk_publications")),
    )
