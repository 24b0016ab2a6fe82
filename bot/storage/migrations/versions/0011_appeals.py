"""Public notice, appeals and amendments, as append-only rows; and the calendar of working days."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
GROWING = ("public_notices", "appeals", "appeal_steps", "amendments")
TEXT = "this table only grows"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.String(length=10), nullable=False, comment="ISO date"),
        sa.Column(
            "kind",
            sa.String(length=4),
            nullable=False,
            comment="off: a holiday; work: a weekend day that is worked",
        ),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "public_notices",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="from 1; another follows an amendment",
        ),
        sa.Column(
            "begins", sa.String(length=10), nullable=False, comment="ISO date, as in the next two"
        ),
        sa.Column("ends", sa.String(length=10), nullable=False),
        sa.Column(
            "until",
            sa.String(length=10),
            nullable=False,
            comment="last day on which a review may be asked for",
        ),
        sa.Column("by", sa.String(length=64), nullable=False, comment="login"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_public_notices")),
    )
    op.create_table(
        "appeals",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "subject",
            sa.String(length=32),
            nullable=False,
            comment="a unit's code or a leader's id",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_appeals")),
    )
    op.create_table(
        "appeal_steps",
        sa.Column("appeal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False, comment="from 0"),
        sa.Column(
            "act",
            sa.String(length=12),
            nullable=False,
            comment="received, assigned, answered, again",
        ),
        sa.Column("by", sa.String(length=64), nullable=False, comment="login"),
        sa.Column(
            "to",
            sa.String(length=64),
            nullable=False,
            comment="login of who is charged with it, or empty",
        ),
        sa.Column(
            "ruling", sa.String(length=12), nullable=False, comment="upheld, rejected, or empty"
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="grounds or reason"),
        sa.Column("on", sa.String(length=10), nullable=False, comment="ISO date in the city"),
        sa.Column(
            "due",
            sa.String(length=10),
            nullable=False,
            comment="ends the time that this act opens, or empty",
        ),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("appeal", "step", name=op.f("pk_appeal_steps")),
    )
    op.create_table(
        "amendments",
        sa.Column("appeal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False, comment="grade, decision or score"),
        sa.Column(
            "what",
            sa.String(length=200),
            nullable=False,
            comment="the proposal that was decided anew, or empty",
        ),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("appeal", "round", name=op.f("pk_amendments")),
    )
    _let_grow()


def _let_grow() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in GROWING:
            for what in ("UPDATE", "DELETE"):
                name, refuse = f"{table}_{what.lower()}", f"SELECT RAISE(ABORT, '{TEXT}')"
                op.execute(f"CREATE TRIGGER {name} BEFORE {what} ON {table} BEGIN {refuse}; END")
        return
    op.execute(
        f"CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'integrity_constraint_violation'; END$$"
    )
    for table in GROWING:
        run = "EXECUTE FUNCTION only_grows()"
        op.execute(
            f"CREATE TRIGGER {table}_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {run}"
        )
        op.execute(f"CREATE TRIGGER {table}_empty BEFORE TRUNCATE ON {table} {run}")
