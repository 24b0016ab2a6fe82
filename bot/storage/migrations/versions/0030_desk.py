"""Acts that wait carry signatures; those that the desk did not sign are kept aside."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _sign_acts()
    _two_persons()
    op.add_column(
        "case_votes",
        sa.Column(
            "mark",
            sa.LargeBinary(length=32),
            nullable=True,
            comment="by the desk; a vote without it counts nowhere",
        ),
    )


def _two_persons() -> None:
    """Make the tables of what a second person signs, and of what auditors may open."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "approvals",
        sa.Column("id", serial, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="what is to be done"),
        sa.Column(
            "subject", sa.String(length=80), nullable=False, comment="to what: a login, a campaign"
        ),
        sa.Column("details", sa.Text(), nullable=False, comment="JSON: what its effect needs"),
        sa.Column(
            "prepared_by",
            sa.String(length=80),
            nullable=False,
            comment="login, or cli: and an account",
        ),
        sa.Column("prepared_at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.Column(
            "signers", sa.Text(), nullable=False, comment="JSON: who approved or waived the wait"
        ),
        sa.Column(
            "state",
            sa.String(length=12),
            nullable=False,
            comment="waiting, approved, done, refused, withdrawn",
        ),
        sa.Column(
            "due",
            sa.BigInteger(),
            nullable=False,
            comment="epoch seconds from which it holds; 0: not yet",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_table(
        "grants",
        sa.Column("id", serial, autoincrement=True, nullable=False),
        sa.Column("auditor", sa.String(length=64), nullable=False, comment="login"),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.Column("ends", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )


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
