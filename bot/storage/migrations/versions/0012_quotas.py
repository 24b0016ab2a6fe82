"""Places of quotas."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "quota_cells",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column(
            "grp", sa.String(length=16), nullable=False, comment="empty: any, as in the next two"
        ),
        sa.Column("stratum", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column(
            "taken", sa.Integer(), nullable=False, comment="never more than the campaign registered"
        ),
        sa.PrimaryKeyConstraint(
            "campaign", "unit", "grp", "stratum", "source", name=op.f("pk_quota_cells")
        ),
    )
    op.create_table(
        "places",
        sa.Column(
            "mark",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed pseudonym of a person and a cell together",
        ),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_places")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_places_campaign", "places", ["campaign"])
