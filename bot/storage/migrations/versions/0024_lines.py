"""Entries of the log have a form; those of form 2 are lines, and acts have signatures.

The entries from before are of form 1. The mixer logs at its next start whose each of them is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

LABEL = "none: of a sealed entry of form 2"
COMMITMENT = "none: of a receipt"
BODY = "of a public act"
FORM = "of the line: 2, or 1 from before"
SIGNATURES = "of an act of form 2: who signed it, as JSON"
WAITING = "public entries that wait for the log"
KEPT = "the log only grows"


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "postgresql":
        _alter()
    else:
        _make_anew()
        _make_notices_anew()


def _alter() -> None:
    hashes = sa.LargeBinary(length=32)
    for name, comment in (("label", LABEL), ("commitment", COMMITMENT)):
        op.alter_column("log_entries", name, nullable=True, comment=comment, existing_type=hashes)
    op.alter_column("log_entries", "body", comment=BODY, existing_type=sa.Text())
    # A constant default is kept once and not in each row: adding it takes no time.
    form = sa.Column("form", sa.Integer(), nullable=False, server_default="1", comment=FORM)
    op.add_column("log_entries", form)
    op.alter_column("log_entries", "form", server_default=None)
    op.add_column("log_entries", sa.Column("signatures", sa.Text(), comment=SIGNATURES))
    for table in ("log_entries", "notices"):
        op.alter_column(table, "kind", type_=sa.String(length=16), existing_nullable=False)


def _make_anew() -> None:
    """Makes the table anew: SQLite alters no column, and lengths of texts it does not keep."""
    op.drop_index("ix_log_entries_label", table_name="log_entries")
    op.rename_table("log_entries", "old_log_entries")
    op.create_table(
        "log_entries",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("label", sa.LargeBinary(length=32), comment=LABEL),
        sa.Column("commitment", sa.LargeBinary(length=32), comment=COMMITMENT),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), comment=BODY),
        sa.Column("form", sa.Integer(), nullable=False, comment=FORM),
        sa.Column("signatures", sa.Text(), comment=SIGNATURES),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_log_entries")),
    )
    op.execute(
        "INSERT INTO log_entries (position, label, commitment, kind, campaign, body, form)"
        " SELECT position, label, commitment, kind, campaign, body, 1 FROM old_log_entries"
        " ORDER BY position"
    )
    # Its triggers against slips go with it, and the new table gets the same.
    op.drop_table("old_log_entries")
    op.create_index("ix_log_entries_label", "log_entries", ["label"])
    for name, act in (("log_entries_frozen", "UPDATE"), ("log_entries_kept", "DELETE")):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON log_entries WHEN TRUE "
            f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
        )


def _make_notices_anew() -> None:
    op.rename_table("notices", "old_notices")
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False, comment=WAITING),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.execute(
        "INSERT INTO notices (id, kind, name, campaign, body)"
        " SELECT id, kind, name, campaign, body FROM old_notices ORDER BY id"
    )
    op.drop_table("old_notices")
