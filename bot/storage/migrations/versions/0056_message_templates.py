"""A register of the templates that providers approve, with who approved which when."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "message_templates",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False, comment="invitation or reminder"),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="with the provider's variables"),
        sa.Column(
            "provider_id",
            sa.String(length=64),
            nullable=False,
            server_default="",
            comment="by which the provider knows it, or empty",
        ),
        sa.Column(
            "state",
            sa.String(length=12),
            nullable=False,
            comment="draft, filed, approved, refused",
        ),
        sa.Column(
            "note",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="number of the provider's paper, or why it refused",
        ),
        sa.Column(
            "changed_by",
            sa.String(length=64),
            nullable=False,
            comment="login of who put it into this state",
        ),
        sa.Column(
            "changed_at", sa.BigInteger(), nullable=False, comment="epoch seconds of that moment"
        ),
        sa.PrimaryKeyConstraint("account", "kind", "lang"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("message_templates")
