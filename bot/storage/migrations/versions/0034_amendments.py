"""Amendments say what they put right and what follows for each subject; notices tell of them."""

import json
from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TEXT = "this table only grows"


def upgrade() -> None:
    """Apply."""
    older = [dict(row._mapping) for row in op.get_bind().execute(sa.text(OLDER))]
    _let_change("amendments")
    op.drop_table("amendments")
    op.create_table(
        "amendments",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1"),
        sa.Column(
            "seal",
            sa.Integer(),
            nullable=False,
            comment="the seal that it amends; 0: made before seals",
        ),
        sa.Column(
            "appeal", sa.Integer(), nullable=False, comment="the appeal that it follows from"
        ),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "subject",
            sa.String(length=32),
            nullable=False,
            comment="whose result was contested",
        ),
        sa.Column("corrections", sa.Text(), nullable=False, comment="JSON: what is put right"),
        sa.Column(
            "changes",
            sa.LargeBinary(),
            nullable=False,
            comment="gzip of JSON: what follows for each subject; empty: not worked out yet",
        ),
        sa.Column(
            "before",
            sa.String(length=64),
            nullable=False,
            comment="digest of the result that stood",
        ),
        sa.Column(
            "after",
            sa.String(length=64),
            nullable=False,
            comment="digest of the result from then on",
        ),
        sa.Column("by", sa.String(length=80), nullable=False, comment="who answered"),
        sa.Column(
            "approved_by", sa.String(length=80), nullable=False, comment="who signed it, or empty"
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("year", "number", name=op.f("pk_amendments")),
    )
    _bring_over(older)
    _let_grow("amendments")
    _tell_whom()


OLDER = "SELECT * FROM amendments ORDER BY year, appeal, round"


def _bring_over(older: list[dict[str, object]]) -> None:
    """Keep amendments from before seals: they changed lines of history, which stand as they are."""
    numbers: Counter[object] = Counter()
    statement = sa.text(
        "INSERT INTO amendments (year, number, seal, appeal, round, subject, corrections, changes,"
        ' before, after, "by", approved_by, reason, at) VALUES (:year, :number, 0, :appeal, :round,'
        " :subject, :corrections, :changes, '', '', :by, '', :reason, :at)"
    )
    for row in older:
        numbers[row["year"]] += 1
        names = ("kind", "subject", "what", "before", "after", "by", "reason")
        correction = {name: row[name] for name in names}
        correction |= {"at": "", "score": None, "disclosed": None}
        said = json.dumps([correction], ensure_ascii=False, sort_keys=True)
        row |= {"number": numbers[row["year"]], "corrections": said, "changes": b""}
        op.get_bind().execute(statement, row)


def _let_change(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for what in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_{what}")
        return
    for what in ("change", "empty"):
        op.execute(f"DROP TRIGGER {table}_{what} ON {table}")


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


def _tell_whom() -> None:
    """Say of each notice of what and whom it tells; the ones so far told everybody of the year.

    The columns keep their defaults: to change them SQLite would rebuild the table without triggers.
    """
    amendment = sa.Column(
        "amendment",
        sa.Integer(),
        nullable=False,
        server_default="0",
        comment="that it tells of; 0: of the year's results",
    )
    subjects = sa.Column(
        "subjects",
        sa.Text(),
        nullable=False,
        server_default="",
        comment="JSON: who is told; empty: all units and leaders",
    )
    op.add_column("public_notices", amendment)
    op.add_column("public_notices", subjects)
