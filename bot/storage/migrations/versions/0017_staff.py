"""Second factors of who can sign in, accounts that are closed, and what administrators choose."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "staff", sa.Column("disabled", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "staff",
        sa.Column(
            "signed_out",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="epoch seconds: sessions begun until then are over",
        ),
    )
    op.add_column(
        "staff",
        sa.Column(
            "initial_until",
            sa.BigInteger(),
            nullable=False,
            server_default="0",
            comment="epoch seconds until which a password that was handed out opens a session; "
            "0: own",
        ),
    )
    op.create_table(
        "second_factors",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="the secret of RFC 6238, encrypted and bound to the login",
        ),
        sa.Column(
            "confirmed",
            sa.Boolean(),
            nullable=False,
            comment="a first code was given; from then on it is asked for",
        ),
        sa.Column(
            "step",
            sa.BigInteger(),
            nullable=False,
            comment="the last half minute of which a code was taken",
        ),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column(
            "code",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed hash of a code that was not used yet",
        ),
        sa.PrimaryKeyConstraint("login", "code", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "choices",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False, comment="JSON"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_choices")),
    )
