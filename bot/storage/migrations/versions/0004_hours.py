"""Conversations are sealed under keys of an hour.

Those under the one key that there was before are deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


COMMENTS = {"sessions": "of which hour that key is, since 1970"}
BODIES = {
    "sessions": "the conversation, encrypted under the key of an hour",
    "dead_letters": "the event, encrypted under the key of an hour",
}


def upgrade() -> None:
    """Apply."""
    for table, body in BODIES.items():
        op.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608
        hour = sa.Column(
            "hour", sa.Integer(), nullable=False, server_default="0", comment=COMMENTS.get(table)
        )
        with op.batch_alter_table(table) as batch:
            batch.add_column(hour)
            batch.alter_column("hour", server_default=None)
            batch.alter_column("body", existing_type=sa.LargeBinary(), comment=body)
