"""Handouts: files with invitations that leave the service by letter or through another sender."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "handouts",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False, comment="of the campaign's messages"),
        sa.Column(
            "form", sa.String(length=12), nullable=False, comment="letters, merge, or sealed"
        ),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="kind of the addresses"),
        sa.Column(
            "recipient",
            sa.Text(),
            nullable=False,
            comment="the age key that opens a sealed file, or empty",
        ),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False, comment="how often the file was made"),
        sa.PrimaryKeyConstraint("campaign", "step", name=op.f("pk_handouts")),
    )
