"""Decisions hold for their grounds, by an account, one after the other; and are only added."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TEXT = "this table only grows"
KEYS = {"decisions": "proposal", "unit_decisions": "unit"}


def upgrade() -> None:
    """Apply."""
    login = ("login", sa.String(length=80), "the account; empty: before accounts")
    number = {"decisions": "from 1 on each proposal", "unit_decisions": "from 1 on each unit"}
    for table, key in KEYS.items():
        _add(table, *login)
        if table == "decisions":
            _add(table, "grounds", sa.String(length=64), "digest of what it rests on, or empty")
            _add(table, "heard_on", sa.String(length=10), "ISO date of the hearing, or empty")
        column = sa.Column(
            "number", sa.Integer(), nullable=False, server_default="0", comment=number[table]
        )
        op.add_column(table, column)
        op.execute(
            f"UPDATE {table} SET number = (SELECT COUNT(*) FROM {table} d WHERE d.year ="  # noqa: S608
            f" {table}.year AND d.{key} = {table}.{key} AND d.id <= {table}.id)"
        )
        op.create_index(f"ix_{table}_number", table, ["year", key, "number"], unique=True)
        _let_grow(table)


def _add(table: str, name: str, kind: sa.types.TypeEngine[str], comment: str) -> None:
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default="", comment=comment))


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
