"""Who must stand aside, what was carried out, and what an amendment follows from."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0039"
branch_labels = None
depends_on = None

TEXT = "this table only grows"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "recusals",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1"),
        sa.Column(
            "kind",
            sa.String(length=12),
            nullable=False,
            comment="person, left, kin, no-kin, challenge …",
        ),
        sa.Column(
            "login",
            sa.String(length=64),
            nullable=False,
            comment="the account that it is about",
        ),
        sa.Column("year", sa.Integer(), nullable=False, comment="of a challenge; 0: of every year"),
        sa.Column(
            "subject",
            sa.String(length=32),
            nullable=False,
            comment="a person or unit; empty: none any more",
        ),
        sa.Column(
            "refers", sa.Integer(), nullable=False, comment="the challenge that is decided, or 0"
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="grounds or reason, or empty"),
        sa.Column("on", sa.String(length=10), nullable=False, comment="ISO date in the city"),
        sa.Column("by", sa.String(length=80), nullable=False, comment="who entered it"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_recusals")),
    )
    op.create_table(
        "executions",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1"),
        sa.Column(
            "proposal",
            sa.String(length=200),
            nullable=False,
            comment="whose decision was carried out",
        ),
        sa.Column("act", sa.String(length=12), nullable=False, comment="executed, restored"),
        sa.Column("on", sa.String(length=10), nullable=False, comment="ISO date in the city"),
        sa.Column("document", sa.String(length=120), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False, comment="who entered it"),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_executions")),
    )
    for table in ("recusals", "executions"):
        _let_grow(table)
    # The column keeps its default: to change it SQLite would rebuild the table without triggers.
    cause = sa.Column(
        "cause",
        sa.Text(),
        nullable=False,
        server_default="",
        comment="JSON of what it follows from; empty: an appeal",
    )
    op.add_column("amendments", cause)


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
