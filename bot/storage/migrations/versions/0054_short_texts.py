"""Steps keep the words of short messages beside those of chats."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    short = sa.Column(
        "short",
        sa.Text(),
        nullable=False,
        server_default="{}",
        comment="JSON: the short message by language, where one is sent",
    )
    op.add_column("pushes", short)
