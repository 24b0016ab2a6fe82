"""For how many people a link is meant; a link is never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
TEXT = "a link is not changed: make another"


def upgrade() -> None:
    """Apply."""
    comment = "how many people it is meant for; none: for anyone"
    op.add_column("links", sa.Column("most", sa.Integer(), nullable=True, comment=comment))
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER links_fixed BEFORE UPDATE ON links "
            f"BEGIN SELECT RAISE(ABORT, '{TEXT}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION links_fixed() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'integrity_constraint_violation'; END$$"
    )
    op.execute(
        "CREATE TRIGGER links_fixed BEFORE UPDATE ON links FOR EACH ROW "
        "EXECUTE FUNCTION links_fixed()"
    )
