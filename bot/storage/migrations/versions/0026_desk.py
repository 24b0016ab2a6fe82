"""Acts that wait carry signatures; those that the desk did not sign are kept aside."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _sign_acts()


def _sign_acts() -> None:
    """Give waiting acts room for signatures; the service signs older ones once (take-over)."""
    with op.batch_alter_table("notices") as table:
        table.add_column(
            sa.Column(
                "signatures",
                sa.Text(),
                nullable=False,
                server_default="",
                comment="JSON: names of keys, and what they signed",
            )
        )
    with op.batch_alter_table("notices") as table:
        table.alter_column("signatures", server_default=None)
    op.create_table(
        "refused_acts",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signatures", sa.Text(), nullable=False),
        sa.Column(
            "reason",
            sa.String(length=16),
            nullable=False,
            comment="unsigned, misfit, repeated, differs",
        ),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.Column("seen", sa.Boolean(), nullable=False, comment="somebody has looked at it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_acts")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("COMMENT ON COLUMN notices.id IS 'acts that wait for the log'")
