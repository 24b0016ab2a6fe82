"""Columns and tables are named by the glossary: definition, group code, requests, progress.

Triggers follow a renamed column by themselves, on SQLite by its text and on PostgreSQL by its
number. Texts that are logged or archived keep their keys, such as ``paper`` and ``most``.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = {
    "courses": "progress_counts",
    "follow_stops": "request_stops",
    "places": "quota_places",
    "shortcoming_steps": "request_steps",
    "shortcoming_words": "request_messages",
    "shortcomings": "requests",
    "stops": "break_offs",
}
COLUMNS = (
    ("arrivals", "course", "progress"),
    ("campaigns", "paper", "definition"),
    ("cases", "told", "evidence"),
    ("contacts", "grp", "group_code"),
    ("frames", "grp", "group_code"),
    ("links", "grp", "group_code"),
    ("links", "most", "max_people"),
    ("outbox", "place", "send_order"),
    ("progress_counts", "course", "progress"),
    ("progress_counts", "grp", "group_code"),
    ("quota_cells", "grp", "group_code"),
    ("request_messages", "by", "sender"),
    ("request_messages", "on", "sent_on"),
    ("request_messages", "shortcoming", "request"),
    ("request_steps", "by", "taken_by"),
    ("request_steps", "on", "taken_on"),
    ("request_steps", "shortcoming", "request"),
    ("request_steps", "to", "responsible"),
)
INDEXES = (
    ("outbox", "state campaign step place", "outbox", "state campaign step send_order"),
    ("places", "campaign", "quota_places", "campaign"),
    ("shortcoming_words", "shortcoming", "request_messages", "request"),
    ("shortcoming_words", "state", "request_messages", "state"),
    ("shortcomings", "unit", "requests", "unit"),
)
COMMENTS = {
    "arrivals.progress": "the state that people reached: started, broken, completed",
    "request_steps.responsible": "who is in charge, or empty",
    "request_steps.value": "a theme, or the follow-up rating, or empty",
    "request_stops.mark": "keyed pseudonym of a person who wants no more; no other table has it",
}
STEPS, GROWS = "request_steps", "this table only grows"


def upgrade() -> None:
    """Apply."""
    for old, new in TABLES.items():
        op.rename_table(old, new)
    for table, old, new in COLUMNS:
        op.execute(f'ALTER TABLE {table} RENAME COLUMN "{old}" TO {new}')
    for old_table, old, table, new in INDEXES:
        op.drop_index(_index(old_table, old), table_name=table)
        op.create_index(_index(table, new), table, new.split())
    if op.get_bind().dialect.name == "sqlite":
        _rename_on_sqlite()
    else:
        _rename_on_postgresql()


def _index(table: str, columns: str) -> str:
    return f"ix_{table}_{columns.replace(' ', '_')}"


def _rename_on_sqlite() -> None:
    """Rename what has no ALTER there; the names of primary keys, which nothing uses, stay."""
    with op.batch_alter_table("requests") as table:
        table.drop_constraint("uq_shortcomings_lookup", type_="unique")
    with op.batch_alter_table("requests") as table:
        table.create_unique_constraint("uq_requests_lookup", ["lookup"])
    for what in ("UPDATE", "DELETE"):
        op.execute(f"DROP TRIGGER shortcoming_steps_{what.lower()}")
        refuse = f"SELECT RAISE(ABORT, '{GROWS}')"
        op.execute(
            f"CREATE TRIGGER {STEPS}_{what.lower()} BEFORE {what} ON {STEPS} BEGIN {refuse}; END"
        )


def _rename_on_postgresql() -> None:
    for old, new in TABLES.items():
        op.execute(f"ALTER TABLE {new} RENAME CONSTRAINT pk_{old} TO pk_{new}")
    op.execute(
        "ALTER TABLE requests RENAME CONSTRAINT uq_shortcomings_lookup TO uq_requests_lookup"
    )
    op.execute("ALTER SEQUENCE shortcoming_words_id_seq RENAME TO request_messages_id_seq")
    for what in ("change", "empty"):
        op.execute(f"ALTER TRIGGER shortcoming_steps_{what} ON {STEPS} RENAME TO {STEPS}_{what}")
    for column, comment in COMMENTS.items():
        op.execute(f"COMMENT ON COLUMN {column} IS '{comment}'")
