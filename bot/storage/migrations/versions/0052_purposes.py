"""What a campaign is for stands in columns; the signed definition keeps its own words.

The columns repeat the definition, which is what the log commits to, and are frozen with it.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

COLUMNS = (
    ("purpose", 8, "counting", "counting or pilot; repeats the definition, as about and asks do"),
    ("about", 8, "units", "units or leaders"),
    ("asks", 10, "public", "public, staff, superiors or peers"),
)
FROZEN = "campaigns_aim_frozen"
REFUSAL = "this campaign is registered in the log; what was registered cannot be changed"


def upgrade() -> None:
    """Apply."""
    for name, length, usual, comment in COLUMNS:
        kind = sa.String(length=length)
        column = sa.Column(name, kind, nullable=False, server_default=usual, comment=comment)
        op.add_column("campaigns", column)
    # Until now a definition could say nothing else of its aim than that it is a pilot.
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, definition FROM campaigns")).all()
    pilots = [{"id": name} for name, text in rows if json.loads(text).get("trial")]
    if pilots:
        change = "UPDATE campaigns SET purpose = 'pilot' WHERE id = :id"
        connection.execute(sa.text(change), pilots)
    _freeze()


def downgrade() -> None:
    """Undo."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(f"DROP TRIGGER {FROZEN}" + (" ON campaigns" if postgresql else ""))
    if postgresql:
        op.execute(f"DROP FUNCTION {FROZEN}()")
    for name, *_ in COLUMNS:
        op.drop_column("campaigns", name)


def _freeze() -> None:
    changed = " OR ".join(f"NEW.{name} <> OLD.{name}" for name, *_ in COLUMNS)
    when = f"OLD.registered IS NOT NULL AND ({changed})"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {FROZEN} BEFORE UPDATE ON campaigns WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {FROZEN}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION"
        f" '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END$$"
    )
    op.execute(
        f"CREATE TRIGGER {FROZEN} BEFORE UPDATE ON campaigns FOR EACH ROW WHEN ({when}) "
        f"EXECUTE FUNCTION {FROZEN}()"
    )
