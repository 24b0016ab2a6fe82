"""Sections and posts inside units."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "inner_units",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column(
            "parent",
            sa.String(length=32),
            nullable=False,
            comment="the unit, or the part of one, that it is part of",
        ),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("year", "code", name=op.f("pk_inner_units")),
    )
    if op.get_bind().dialect.supports_comments:
        op.alter_column(
            "leaders",
            "role",
            existing_type=sa.String(length=12),
            existing_nullable=False,
            comment="principal, deputy or officer",
        )
