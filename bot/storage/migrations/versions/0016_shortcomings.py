"""Requests and the steps of their rectification. Nothing in these tables leads to a ballot."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
STEPS = "shortcoming_steps"
TEXT = "this table only grows"
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "held_follow_ups",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("box", sa.String(length=16), nullable=False),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="a follow-up that waits for the end of its day",
        ),
        sa.Column(
            "due",
            sa.BigInteger(),
            nullable=False,
            comment="epoch seconds of the midnight on which it is opened",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_follow_ups")),
    )
    op.create_table(
        "follow_stops",
        sa.Column(
            "mark",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed pseudonym of who wants no more; no other has it",
        ),
        sa.Column(
            "at", sa.BigInteger(), nullable=False, comment="epoch seconds; forgotten after a week"
        ),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_follow_stops")),
    )
    op.create_table(
        "shortcomings",
        sa.Column("id", sa.String(length=8), nullable=False, comment="random"),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column(
            "lookup",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed pseudonym of person and unit",
        ),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            comment="where the person is written to; none once they have stopped it",
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column(
            "day",
            sa.String(length=10),
            nullable=False,
            comment="on which it was left: no finer time is kept",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortcomings")),
        sa.UniqueConstraint("lookup", name=op.f("uq_shortcomings_lookup")),
    )
    op.create_index("ix_shortcomings_unit", "shortcomings", ["unit"])
    op.create_table(
        "shortcoming_words",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("shortcoming", sa.String(length=8), nullable=False),
        sa.Column(
            "by", sa.String(length=64), nullable=False, comment="login; empty for the person"
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("on", sa.String(length=10), nullable=False, comment="ISO date in the city"),
        sa.Column(
            "shared", sa.Boolean(), nullable=False, comment="the person lets the unit read it"
        ),
        sa.Column(
            "state",
            sa.String(length=12),
            nullable=False,
            comment="of an office's: queued, sent, shown, unreachable, stopped",
        ),
        sa.Column(
            "due",
            sa.BigInteger(),
            nullable=False,
            comment="epoch seconds before which nobody sends it; 0 once settled",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortcoming_words")),
    )
    op.create_index("ix_shortcoming_words_shortcoming", "shortcoming_words", ["shortcoming"])
    op.create_index("ix_shortcoming_words_state", "shortcoming_words", ["state"])
    op.create_table(
        STEPS,
        sa.Column("shortcoming", sa.String(length=8), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False, comment="from 0"),
        sa.Column(
            "act",
            sa.String(length=12),
            nullable=False,
            comment="assigned, planned, fixed, rated, closed, reopened",
        ),
        sa.Column(
            "by", sa.String(length=64), nullable=False, comment="login; empty for the person"
        ),
        sa.Column("to", sa.String(length=120), nullable=False, comment="who mends it, or empty"),
        sa.Column(
            "value",
            sa.String(length=12),
            nullable=False,
            comment="a theme, or whether it is mended, or empty",
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("on", sa.String(length=10), nullable=False, comment="ISO date in the city"),
        sa.PrimaryKeyConstraint("shortcoming", "step", name=op.f("pk_shortcoming_steps")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            refuse = f"SELECT RAISE(ABORT, '{TEXT}')"
            op.execute(
                f"CREATE TRIGGER {STEPS}_{what.lower()} BEFORE {what} ON {STEPS} "
                f"BEGIN {refuse}; END"
            )
        return
    run = "EXECUTE FUNCTION only_grows()"
    op.execute(
        f"CREATE TRIGGER {STEPS}_change BEFORE UPDATE OR DELETE ON {STEPS} FOR EACH ROW {run}"
    )
    op.execute(f"CREATE TRIGGER {STEPS}_empty BEFORE TRUNCATE ON {STEPS} {run}")
