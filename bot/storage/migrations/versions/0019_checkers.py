"""Checkers get their name: the role, the second factor's roles and the votes on cases."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

OLD, NEW = "reviewer", "checker"
UNIQUE = "uq_case_votes_case_id_round_{}_act"
COMMENTS = {
    "cases.unit": "to bar its own people; no checker is shown it",
    "cases.told": "JSON: all that checkers see",
}


def upgrade() -> None:
    """Apply. The audit log keeps the word: its rows are chained and never change."""
    connection = op.get_bind()
    connection.execute(
        sa.text("UPDATE staff SET role = :new WHERE role = :old"), {"new": NEW, "old": OLD}
    )
    _rename_chosen_roles(connection)
    if connection.dialect.name == "postgresql":
        op.alter_column("case_votes", OLD, new_column_name=NEW)
        op.execute(
            f"ALTER TABLE case_votes RENAME CONSTRAINT {UNIQUE.format(OLD)} TO {UNIQUE.format(NEW)}"
        )
        for column, comment in COMMENTS.items():
            op.execute(f"COMMENT ON COLUMN {column} IS '{comment}'")
        return
    # SQLite cannot rename a constraint. The table has no triggers, so a copy loses nothing.
    with op.batch_alter_table("case_votes") as table:
        table.drop_constraint(UNIQUE.format(OLD), type_="unique")
        table.alter_column(OLD, new_column_name=NEW)
    with op.batch_alter_table("case_votes") as table:
        table.create_unique_constraint(UNIQUE.format(NEW), ["case_id", "round", NEW, "act"])


def _rename_chosen_roles(connection: sa.Connection) -> None:
    chosen = connection.execute(
        sa.text("SELECT value FROM choices WHERE name = 'second_factor'")
    ).scalar()
    if chosen is None:
        return
    roles = [NEW if role == OLD else role for role in json.loads(chosen)]
    connection.execute(
        sa.text("UPDATE choices SET value = :value WHERE name = 'second_factor'"),
        {"value": json.dumps(roles)},
    )
