"""Ballots keep the key of their registered link and how many reminders were sent, apart."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "ballots",
        sa.Column(
            "cluster", sa.Integer(), comment="key of its registered link; erased as its bucket"
        ),
    )
    op.add_column(
        "ballots",
        sa.Column(
            "reminders",
            sa.Integer(),
            comment="0, 1 or 2 for more, of who was invited; erased too",
        ),
    )
    op.add_column("superseded", sa.Column("cluster", sa.Integer()))
    op.add_column("superseded", sa.Column("reminders", sa.Integer()))
    op.add_column(
        "links",
        sa.Column(
            "cluster",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="1 to 31: ballots by links of one key may be alike; 0: none",
        ),
    )
