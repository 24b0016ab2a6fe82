"""What is pushed to whom was invited."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "pushes",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False, comment="0 the invitation, then reminders"),
        sa.Column(
            "state", sa.String(length=12), nullable=False, comment="running, paused, cancelled"
        ),
        sa.Column("texts", sa.Text(), nullable=False, comment="JSON: the message by language"),
        sa.Column(
            "hours",
            sa.String(length=11),
            nullable=False,
            comment="local time in which messages are sent: HH:MM-HH:MM",
        ),
        sa.Column(
            "not_on", sa.Text(), nullable=False, comment="JSON: local days on which nothing is sent"
        ),
        sa.PrimaryKeyConstraint("campaign", "step", name=op.f("pk_pushes")),
    )
    op.create_table(
        "outbox",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column(
            "lookup",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="the contact: one message to each in a step",
        ),
        sa.Column(
            "state",
            sa.String(length=12),
            nullable=False,
            comment="queued, sent, unreachable, opted_out, failed",
        ),
        sa.Column(
            "place",
            sa.BigInteger(),
            nullable=False,
            comment="drawn by lot: the order of sending tells nothing",
        ),
        sa.Column(
            "due",
            sa.BigInteger(),
            nullable=False,
            comment="epoch seconds before which nobody takes it; 0 once settled",
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "step", "lookup", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_state_campaign_step_place", "outbox", ["state", "campaign", "step", "place"]
    )
