"""Accounts that an identity provider opens, by the provider's name for the person."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "provider_accounts",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column(
            "provider",
            sa.String(length=32),
            nullable=False,
            comment="the name of the provider's file",
        ),
        sa.Column(
            "issuer",
            sa.String(length=255),
            nullable=False,
            comment="the provider's name for itself",
        ),
        sa.Column(
            "subject",
            sa.String(length=255),
            nullable=False,
            comment="the provider's name for the person; fixed",
        ),
        sa.Column(
            "name",
            sa.String(length=60),
            nullable=False,
            comment="the real name by the provider, or empty",
        ),
        sa.PrimaryKeyConstraint("login"),
        sa.UniqueConstraint("issuer", "subject", name="uq_provider_accounts_subject"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("provider_accounts")
