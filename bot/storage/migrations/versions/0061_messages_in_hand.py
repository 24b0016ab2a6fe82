"""Until when a sender has a message in hand, so that nobody takes it for one that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "outbox",
        sa.Column(
            "leased",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="epoch seconds until which a sender has it in hand; 0 in nobody's",
        ),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_column("outbox", "leased")
