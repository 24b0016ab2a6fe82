"""How far people are with a campaign, in counts."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "courses",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column(
            "grp",
            sa.String(length=16),
            nullable=False,
            comment="what the link vouches for, as the stratum",
        ),
        sa.Column("stratum", sa.String(length=32), nullable=False),
        sa.Column(
            "course",
            sa.String(length=12),
            nullable=False,
            comment="started, partial, broken, completed",
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "campaign", "source", "grp", "stratum", "course", name=op.f("pk_courses")
        ),
    )
    op.create_table(
        "arrivals",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False, comment="since 1970"),
        sa.Column(
            "course",
            sa.String(length=12),
            nullable=False,
            comment="what people came to: started, broken, completed",
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "hour", "course", name=op.f("pk_arrivals")),
    )
    op.create_table(
        "stops",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("questionnaire", sa.String(length=64), nullable=False),
        sa.Column(
            "question",
            sa.String(length=64),
            nullable=False,
            comment="or review: where people stand who have not submitted",
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "questionnaire", "question", name=op.f("pk_stops")),
    )
