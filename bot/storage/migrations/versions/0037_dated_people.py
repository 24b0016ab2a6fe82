"""Posts, absences and discipline have dates; findings say when they were established or revoked."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    still = "last day, ISO date; empty: still"
    op.create_table(
        "posts",
        sa.Column("id", serial, autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column(
            "role", sa.String(length=12), nullable=False, comment="principal, deputy or officer"
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("begins", sa.String(length=10), nullable=False, comment="ISO date"),
        sa.Column("until", sa.String(length=10), nullable=False, comment=still),
        sa.Column("held", sa.String(length=12), nullable=False, comment="held, acting or seconded"),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("elected", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
    )
    op.create_index("ix_posts_person", "posts", ["person"])
    op.create_table(
        "absences",
        sa.Column("id", serial, autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=12),
            nullable=False,
            comment="sick, study …, retired, left, died",
        ),
        sa.Column("begins", sa.String(length=10), nullable=False, comment="ISO date"),
        sa.Column("until", sa.String(length=10), nullable=False, comment=still),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index("ix_absences_person", "absences", ["person"])
    op.create_table(
        "discipline",
        sa.Column(
            "id", sa.String(length=32), nullable=False, comment="the office's own number of it"
        ),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column(
            "kind", sa.String(length=16), nullable=False, comment="investigation or sanction"
        ),
        sa.Column("level", sa.String(length=16), nullable=False, comment="of a sanction, or empty"),
        sa.Column("begins", sa.String(length=10), nullable=False, comment="ISO date"),
        sa.Column("ended", sa.String(length=10), nullable=False, comment="ISO date, or empty"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discipline")),
    )
    for name, comment in (
        ("established", "ISO date; empty: on the same day"),
        ("revoked", "ISO date, or empty"),
    ):
        op.add_column(
            "findings",
            sa.Column(
                name, sa.String(length=10), nullable=False, server_default="", comment=comment
            ),
        )
