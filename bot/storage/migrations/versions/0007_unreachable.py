"""Who has blocked the bot."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "unreachable",
        sa.Column("person", sa.LargeBinary(length=32), nullable=False, comment="as in sessions"),
        sa.Column(
            "at",
            sa.BigInteger(),
            nullable=False,
            comment="when the bot was found blocked: epoch seconds of a quarter hour",
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_unreachable")),
    )
