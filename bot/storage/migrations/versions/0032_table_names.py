"""Three tables are called what they hold: preferences, idempotency keys, the mixer's keys."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

NAMES = {"choices": "preferences", "repeats": "idempotency_keys", "boxes": "mixer_keys"}


def upgrade() -> None:
    """Apply."""
    for old, new in NAMES.items():
        op.rename_table(old, new)
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT pk_{old} TO pk_{new}")
