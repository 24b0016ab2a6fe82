"""Who was told of their result of a year, when and how; rows are only added."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TEXT = "this table only grows"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "tellings",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1"),
        sa.Column(
            "notice", sa.Integer(), nullable=False, comment="number of the notice that is told"
        ),
        sa.Column(
            "subject", sa.String(length=32), nullable=False, comment="the unit or person told"
        ),
        sa.Column(
            "act",
            sa.String(length=12),
            nullable=False,
            comment="ordered, letter, delivered, opened",
        ),
        sa.Column("on", sa.String(length=10), nullable=False, comment="ISO date in the city"),
        sa.Column("by", sa.String(length=80), nullable=False, comment="who did it"),
        sa.Column(
            "code",
            sa.String(length=64),
            nullable=False,
            comment="keyed digest of a letter's code, or empty",
        ),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_tellings")),
    )
    op.create_index("ix_tellings_code", "tellings", ["code"])
    op.create_index("ix_tellings_subject", "tellings", ["year", "subject"])
    _let_grow("tellings")


def _let_grow(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            name, refuse = f"{table}_{what.lower()}", f"SELECT RAISE(ABORT, '{TEXT}')"
            op.execute(f"CREATE TRIGGER {name} BEFORE {what} ON {table} BEGIN {refuse}; END")
        return
    run = "EXECUTE FUNCTION only_grows()"
    op.execute(
        f"CREATE TRIGGER {table}_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {run}"
    )
    op.execute(f"CREATE TRIGGER {table}_empty BEFORE TRUNCATE ON {table} {run}")
