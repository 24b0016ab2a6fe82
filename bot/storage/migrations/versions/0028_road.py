"""Searches that found nothing, and what kind of message each step of a push is."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "search_misses",
        sa.Column(
            "mark",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed pseudonym of a person and a word together",
        ),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column(
            "word",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="the word under the campaign's key",
        ),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_search_misses")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_misses_campaign_word", "search_misses", ["campaign", "word"])
    op.create_table(
        "missed_words",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column(
            "word",
            sa.String(length=24),
            nullable=False,
            comment="ten people or more searched for it",
        ),
        sa.PrimaryKeyConstraint("campaign", "word", name=op.f("pk_missed_words")),
        sqlite_with_rowid=False,
    )
    _steps()


def _steps() -> None:
    with op.batch_alter_table("pushes") as table:
        table.add_column(
            sa.Column(
                "kind",
                sa.String(length=12),
                nullable=False,
                server_default="reminder",
                comment="invitation, for whoever has none, or reminder",
            )
        )
        table.add_column(
            sa.Column(
                "people",
                sa.String(length=12),
                nullable=False,
                server_default="unopened",
                comment="whom a reminder is for: unopened or all",
            )
        )
        table.add_column(
            sa.Column(
                "handed",
                sa.BigInteger(),
                nullable=False,
                server_default="0",
                comment="epoch seconds of the quarter of an hour of the last hand-over",
            )
        )
    op.execute("UPDATE pushes SET kind = 'invitation' WHERE step = 0")
