"""Seals of years, as rows that are only added."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TEXT = "seals are only added"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "seals",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="from 1; rows are only added, and the last counts",
        ),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=False,
            comment="gzip of the canonical JSON; empty: the seal before is lifted",
        ),
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the canonical JSON, or empty",
        ),
        sa.Column(
            "organ",
            sa.String(length=80),
            nullable=False,
            comment="the body that confirmed the list by name",
        ),
        sa.Column("document", sa.String(length=120), nullable=False, comment="of that body"),
        sa.Column("decided_on", sa.String(length=10), nullable=False, comment="ISO date, or empty"),
        sa.Column("reason", sa.Text(), nullable=False, comment="of a lifting, or empty"),
        sa.Column("by", sa.String(length=80), nullable=False, comment="who prepared it"),
        sa.Column(
            "approved_by", sa.String(length=80), nullable=False, comment="who signed it, or empty"
        ),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_seals")),
    )
    op.create_table(
        "seal_drafts",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "content", sa.LargeBinary(), nullable=False, comment="gzip of what waits to be sealed"
        ),
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="SHA-256 of the canonical JSON"
        ),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_seal_drafts")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            refuse = f"SELECT RAISE(ABORT, '{TEXT}')"
            op.execute(
                f"CREATE TRIGGER seals_{what.lower()} BEFORE {what} ON seals BEGIN {refuse}; END"
            )
        return
    run = "EXECUTE FUNCTION only_grows()"
    op.execute(f"CREATE TRIGGER seals_change BEFORE UPDATE OR DELETE ON seals FOR EACH ROW {run}")
    op.execute(f"CREATE TRIGGER seals_empty BEFORE TRUNCATE ON seals {run}")
