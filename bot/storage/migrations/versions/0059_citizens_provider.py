"""The identity provider by which citizens confirm, as commands need to know of it."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "citizens_provider",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column(
            "issuer",
            sa.String(length=255),
            nullable=False,
            comment="the provider's name for itself",
        ),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("citizens_provider")
