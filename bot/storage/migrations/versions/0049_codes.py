"""Invitations get codes of ten signs; those that were made before keep their tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    turn = sa.Column(
        "turn",
        sa.Integer(),
        nullable=True,
        comment="which of the number's codes invites: 0 but where two codes met; none for a token",
    )
    op.add_column("frames", turn)
