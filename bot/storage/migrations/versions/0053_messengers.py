"""Messages name the kind of address to which they go; receipts find the message that they are of.

Until now every message went to a chat of Telegram.
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

STATES = "queued, sent, delivered, unreachable, opted_out, failed"


def upgrade() -> None:
    """Apply."""
    stopped = sa.Column(
        "stopped",
        sa.String(length=64),
        nullable=False,
        server_default="",
        comment="kind of address and code with which a provider refused it, or empty",
    )
    op.add_column("pushes", stopped)
    kind = sa.Column(
        "kind",
        sa.String(length=16),
        nullable=False,
        server_default="telegram",
        comment="kind of the address to which it goes next, or went",
    )
    op.add_column("outbox", kind)
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        op.alter_column("outbox", "state", existing_type=sa.String(length=12), comment=STATES)
    op.drop_index("ix_outbox_state_campaign_step_send_order", "outbox")
    columns = ["state", "kind", "campaign", "step", "send_order"]
    op.create_index("ix_outbox_queue", "outbox", columns)
    files = "SELECT 1 FROM handouts WHERE handouts.campaign = outbox.campaign"
    files += " AND handouts.step = outbox.step"
    named = files.replace("SELECT 1", "SELECT kind")
    op.execute(f"UPDATE outbox SET kind = ({named}) WHERE EXISTS ({files})")  # noqa: S608
    op.create_table(
        "receipts",
        sa.Column(
            "mark",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed hash of account and reference, by which a receipt finds its message",
        ),
        sa.Column(
            "campaign",
            sa.String(length=32),
            nullable=False,
            comment="empty: the receipt came first",
        ),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(length=32), nullable=False, comment="the contact"),
        sa.Column(
            "address",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="pseudonym of the address",
        ),
        sa.Column(
            "outcome", sa.String(length=12), nullable=False, comment="empty while it is awaited"
        ),
        sa.Column(
            "until",
            sa.BigInteger(),
            nullable=False,
            comment="epoch seconds of the day it is deleted",
        ),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_receipts")),
    )
    op.create_table(
        "messenger_accounts",
        sa.Column(
            "kind",
            sa.String(length=16),
            nullable=False,
            comment="of the addresses that it writes to",
        ),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=16), nullable=False),
        sa.Column(
            "link", sa.String(length=12), nullable=False, comment="button, free, or template"
        ),
        sa.Column("longest", sa.Integer(), nullable=False, comment="characters of a text"),
        sa.Column("rate", sa.Integer(), nullable=False, comment="messages an hour"),
        sa.Column(
            "hours",
            sa.String(length=11),
            nullable=False,
            comment="local times within which it may send",
        ),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_messenger_accounts")),
    )
