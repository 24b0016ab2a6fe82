"""The document that a decision rests on: whose it is, its number, its day and who released it."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

COLUMNS = (
    ("organ", 80, "that decided, or empty: no paper"),
    ("document", 80, "number of the paper, or empty"),
    ("decided_on", 10, "ISO date of the paper, or empty"),
    ("released_by", 80, "who released the paper, or empty"),
)


def upgrade() -> None:
    """Apply."""
    for name, length, comment in COLUMNS:
        kind = sa.String(length=length)
        column = sa.Column(name, kind, nullable=False, server_default="", comment=comment)
        op.add_column("decisions", column)


def downgrade() -> None:
    """Undo."""
    for name, *_ in reversed(COLUMNS):
        op.drop_column("decisions", name)
