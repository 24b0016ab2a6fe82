"""What was published of a campaign, so that no two publications can be told apart by few people."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "releases",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the body"),
        sa.Column(
            "body",
            sa.Text(),
            nullable=False,
            comment="JSON: the counts that pages and exports are made from",
        ),
        sa.PrimaryKeyConstraint("campaign", "number", name=op.f("pk_releases")),
    )
