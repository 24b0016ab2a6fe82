"""What the signals found, and what reviewers decided on it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "cases",
        sa.Column("id", serial, autoincrement=True, nullable=False),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False, comment="never shown to reviewers"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="of the ballots and their weights"),
        sa.Column("evidence", sa.Text(), nullable=False, comment="JSON: what reviewers are shown"),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False, comment="of the commitments in the log"),
        sa.Column("state", sa.String(length=12), nullable=False, comment="waiting, upheld or released"),
        sa.Column("round", sa.Integer(), nullable=False, comment="one more each time it was opened again"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("campaign", "digest", name=op.f("uq_cases_campaign_digest")),
    )
    op.create_table(
        "case_ballots",
        sa.Column("case", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ballot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False, comment="in quarters, while the case is not released"),
        sa.PrimaryKeyConstraint("case", "ballot", name=op.f("pk_case_ballots")),
    )
    op.create_table(
        "case_votes",
        sa.Column("id", serial, autoincrement=True, nullable=False, comment="votes are only added"),
        sa.Column("case", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False, comment="uphold, release or reopen"),
        sa.Column("reason", sa.String(length=32), nullable=False, comment="a code"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_votes")),
        sa.UniqueConstraint("case", "round", "by", name=op.f("uq_case_votes_case_round_by")),
    )
    op.add_column("staff", sa.Column("unit", sa.String(length=32), nullable=True, comment="where this person works"))
