"""Units have periods, and what became of them has a day and a document."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "unit_periods",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("begins", sa.String(length=10), nullable=False, comment="ISO date"),
        sa.Column(
            "until",
            sa.String(length=10),
            nullable=False,
            comment="last day, ISO date; empty: still",
        ),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("league", sa.String(length=16), nullable=False, comment="or empty"),
        sa.PrimaryKeyConstraint("code", "begins", name=op.f("pk_unit_periods")),
    )
    codes = "codes, with spaces between"
    op.create_table(
        "unit_events",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("on", sa.String(length=10), nullable=False, comment="ISO date"),
        sa.Column(
            "kind", sa.String(length=16), nullable=False, comment="create, merge, split, abolish …"
        ),
        sa.Column("before", sa.Text(), nullable=False, comment=codes),
        sa.Column("after", sa.Text(), nullable=False, comment=codes),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column(
            "shares",
            sa.Text(),
            nullable=False,
            comment="code=share of the merged score, or empty",
        ),
        sa.Column(
            "continues",
            sa.Boolean(),
            nullable=False,
            comment="the days of the units before count",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_events")),
    )
