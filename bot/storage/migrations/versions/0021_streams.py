"""Running numbers of the gate, refused envelopes with their reasons, and held campaigns."""

from __future__ import annotations

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

CAMPAIGN_STATES = "draft, opening, open, paused, closing, held, closed"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "gate_streams",
        sa.Column(
            "stream", sa.String(length=16), nullable=False, comment="one run of one gate process"
        ),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="last number and ballots by unit, under a key of the gate for the campaign",
        ),
        sa.Column(
            "ended", sa.Boolean(), nullable=False, comment="the gate puts no more numbers into it"
        ),
        sa.PrimaryKeyConstraint("stream", "campaign", name=op.f("pk_gate_streams")),
    )
    op.create_table(
        "mixed_streams",
        sa.Column(
            "stream",
            sa.String(length=16),
            nullable=False,
            comment="empty: what the gate said at the end",
        ),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="numbers that were mixed, under the mixer's key of the campaign",
        ),
        sa.PrimaryKeyConstraint("stream", "campaign", name=op.f("pk_mixed_streams")),
    )
    op.create_table(
        "campaign_holds",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False, comment="id of the message"),
        sa.Column("details", sa.Text(), nullable=False, comment="JSON: the values of the message"),
        sa.PrimaryKeyConstraint("campaign", "reason", name=op.f("pk_campaign_holds")),
    )
    op.create_table(
        "settlements",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column(
            "missing",
            sa.Integer(),
            nullable=False,
            comment="messages that two people accept as lost",
        ),
        sa.Column("first", sa.String(length=32), nullable=False, comment="login"),
        sa.Column(
            "second", sa.String(length=32), nullable=False, comment="login of another person"
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", name=op.f("pk_settlements")),
    )
    op.add_column(
        "outbox",
        sa.Column(
            "form",
            sa.Integer(),
            nullable=False,
            server_default="1",
            comment="version of the row; a sender leaves alone what it cannot read",
        ),
    )
    _extend_refused()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"COMMENT ON COLUMN campaigns.state IS '{CAMPAIGN_STATES}'")
        for column, comment in (
            ("sealed", "an envelope that no reader takes; empty once it is refused for good"),
            ("at", "epoch seconds of a quarter of an hour"),
        ):
            op.execute(f"COMMENT ON COLUMN refused.{column} IS '{comment}'")


def _extend_refused() -> None:
    """Give refused rows their reason; an older mixer refused at the gate's table alone."""
    bind = op.get_bind()
    kept = bind.execute(sa.text("SELECT id, box, sealed FROM refused")).all()
    boxes = set(bind.execute(sa.text("SELECT id FROM boxes")).scalars())
    added = (
        sa.Column(
            "reason",
            sa.String(length=16),
            nullable=False,
            server_default="broken",
            comment="unknown_key, bad_signature, unknown_form, broken, repeated, closed",
        ),
        sa.Column(
            "digest",
            sa.LargeBinary(length=32),
            nullable=False,
            server_default="",
            comment="SHA-256 of the sealed bytes",
        ),
        sa.Column(
            "source",
            sa.String(length=16),
            nullable=False,
            server_default="staging",
            comment="its table: staging, held_comments, held_follow_ups",
        ),
        sa.Column("due", sa.BigInteger(), nullable=True, comment="as in held_follow_ups"),
    )
    for column in added:
        op.add_column("refused", column)
    changed = sa.text("UPDATE refused SET reason = :reason, digest = :digest WHERE id = :id")
    for row in kept:
        reason = "broken" if row.box in boxes else "unknown_key"
        digest = sha256(row.sealed).digest()
        bind.execute(changed, {"id": row.id, "reason": reason, "digest": digest})
    with op.batch_alter_table("refused") as table:
        for name in ("reason", "digest", "source"):
            table.alter_column(name, server_default=None)
