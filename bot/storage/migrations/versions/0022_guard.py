"""Campaigns keep the ids of their keys; checkpoints are served once the guard knows them.

Keys and checkpoints from before have neither: the service takes them over at its first start.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "campaign_keys",
        sa.Column("campaign", sa.String(32), nullable=False),
        sa.Column("holder", sa.String(8), nullable=False, comment="gate or mixer"),
        sa.Column(
            "key_id", sa.String(16), nullable=False, comment="SHA-256 of the labelled key, cut"
        ),
        sa.Column(
            "missing",
            sa.Text(),
            nullable=True,
            comment="the file of a key that is lost or another; none: in order",
        ),
        sa.PrimaryKeyConstraint("campaign", "holder", name=op.f("pk_campaign_keys")),
    )
    op.add_column(
        "checkpoints",
        sa.Column(
            "shown",
            sa.Integer(),
            nullable=True,
            comment="1: may be served; 0: the guard has not confirmed it; none: older than the "
            "guard",
        ),
    )
