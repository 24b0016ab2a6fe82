"""A sender finds the people of its messages by key, and not among all people of a campaign."""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_frames_person", "frames", ["campaign", "lookup"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_frames_person", "frames")
