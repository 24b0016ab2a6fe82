"""Who said that somebody had told them how to rate: a count for each unit, joined to no ballot."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "pressure",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column(
            "voter", sa.LargeBinary(length=32), nullable=False, comment="not the ballots' pseudonym"
        ),
        sa.PrimaryKeyConstraint("campaign", "unit", "voter", name=op.f("pk_pressure")),
    )
