"""How many people of each evaluator group an office wants to hear in a campaign."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "response_targets",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("group_code", sa.String(length=16), nullable=False, comment="of the scheme"),
        sa.Column(
            "people",
            sa.Integer(),
            nullable=False,
            comment="who should submit; a plan, not a rule",
        ),
        sa.PrimaryKeyConstraint("campaign", "group_code"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("response_targets")
