"""Comments and presses wait sealed for the close; of presses only counts by unit are stored.

Presses of campaigns that are not closed stay where they are until the mixer takes them into its
pool, which only its key can do.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "pressure_counts",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column(
            "count",
            sa.Integer(),
            nullable=False,
            comment="pressure reports of a closed campaign, rounded down to tens",
        ),
        sa.PrimaryKeyConstraint("campaign", "unit", name=op.f("pk_pressure_counts")),
    )
    op.execute(
        "INSERT INTO pressure_counts (campaign, unit, count)"
        " SELECT campaign, unit, COUNT(*) / 10 * 10 FROM pressure"
        " WHERE campaign IN (SELECT id FROM campaigns WHERE state = 'closed')"
        " GROUP BY campaign, unit HAVING COUNT(*) >= 10"
    )
    op.execute(
        "DELETE FROM pressure WHERE campaign IN (SELECT id FROM campaigns WHERE state = 'closed')"
    )
    if op.get_bind().dialect.supports_comments:
        op.alter_column(
            "held_comments",
            "sealed",
            existing_type=sa.LargeBinary(),
            existing_nullable=False,
            comment="comments and presses that wait for the close",
        )
        op.alter_column(
            "comments",
            "unit",
            existing_type=sa.String(length=32),
            existing_nullable=False,
            comment="empty: of a unit with fewer than ten ballots",
        )
