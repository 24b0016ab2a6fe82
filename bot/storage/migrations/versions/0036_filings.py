"""What is handed in leaves a record that is only added to; and the close of a year's material."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TEXT = "this table only grows"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "filings",
        sa.Column(
            "year", sa.Integer(), autoincrement=False, nullable=False, comment="0: of every year"
        ),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1"),
        sa.Column(
            "kind", sa.String(length=16), nullable=False, comment="the table that was handed in"
        ),
        sa.Column("file", sa.String(length=200), nullable=False, comment="its name"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of its bytes"),
        sa.Column(
            "changes", sa.Text(), nullable=False, comment="JSON: key, value before, value after"
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="why, once the material is closed"),
        sa.Column("by", sa.String(length=80), nullable=False, comment="who handed it in"),
        sa.Column(
            "approved_by", sa.String(length=80), nullable=False, comment="who released it, or empty"
        ),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_filings")),
    )
    op.create_table(
        "material_closings",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column(
            "approved_by", sa.String(length=80), nullable=False, comment="who signed it, or empty"
        ),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_material_closings")),
    )
    for table in ("filings", "material_closings"):
        _let_grow(table)


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
