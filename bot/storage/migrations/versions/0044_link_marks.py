"""The desk marks links, so that nobody who writes one into the table votes by it."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "link_marks",
        sa.Column("token", sa.String(length=16), nullable=False),
        sa.Column(
            "mark",
            sa.LargeBinary(),
            nullable=False,
            comment="the desk's, of all that the link says",
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_link_marks")),
    )
