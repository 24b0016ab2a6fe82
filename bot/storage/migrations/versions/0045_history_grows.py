"""Grades of earlier years are only added to, as the rest of the record is."""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

TEXT = "this table only grows"


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            name, refuse = f"grades_{what.lower()}", f"SELECT RAISE(ABORT, '{TEXT}')"
            op.execute(f"CREATE TRIGGER {name} BEFORE {what} ON grades BEGIN {refuse}; END")
        return
    run = "EXECUTE FUNCTION only_grows()"
    op.execute(f"CREATE TRIGGER grades_change BEFORE UPDATE OR DELETE ON grades FOR EACH ROW {run}")
    op.execute(f"CREATE TRIGGER grades_empty BEFORE TRUNCATE ON grades {run}")
