"""Rows of conversations say nothing of their moment; old ones are sorted at the next key change.

`bot.conversations.key_rotation` finds out the campaign of each old row, which only it can read.
"""

import time

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OLD_ROWS = 30 * 86_400
"""Seconds for which an old conversation is kept that no key change has sorted."""
PERSON = "pseudonym under the campaign's key, or under the month's in the lobby"
UNTIL = "epoch seconds of its end at the latest, equal for all of a campaign"
BLOCKED = "when the bot was found blocked: epoch seconds of the month's beginning"
LASTING = "keyed pseudonym of channel and user"


def upgrade() -> None:
    """Apply."""
    _sessions()
    _unreachable()
    _link_people()


def _sessions() -> None:
    """Make the table anew: SQLite numbers the rows of the old one in the order of their coming."""
    op.drop_index("ix_sessions_touched", table_name="sessions")
    op.rename_table("sessions", "old_sessions")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE old_sessions RENAME CONSTRAINT pk_sessions TO pk_old_sessions")
    op.create_table(
        "sessions",
        sa.Column("person", sa.LargeBinary(length=32), nullable=False, comment=PERSON),
        sa.Column("campaign", sa.String(length=32), nullable=False, comment="empty: the lobby"),
        sa.Column("until", sa.BigInteger(), nullable=False, comment=UNTIL),
        sa.Column(
            "body",
            sa.LargeBinary(),
            nullable=False,
            comment="the conversation, encrypted under the key of an hour",
        ),
        sa.Column(
            "hour", sa.Integer(), nullable=False, comment="of which hour that key is, since 1970"
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_sessions")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sessions_campaign", "sessions", ["campaign"])
    op.create_index("ix_sessions_until", "sessions", ["until"])
    until = int(time.time()) + OLD_ROWS
    # The hour 0 makes the next key change visit each row.
    op.execute(
        sa.text(
            "INSERT INTO sessions (person, campaign, until, body, hour)"
            " SELECT person, '', :until, body, 0 FROM old_sessions ORDER BY person"
        ).bindparams(until=until)
    )
    op.drop_table("old_sessions")


def _unreachable() -> None:
    op.rename_table("unreachable", "old_unreachable")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE old_unreachable RENAME CONSTRAINT pk_unreachable TO pk_old_unreachable"
        )
    op.create_table(
        "unreachable",
        sa.Column("person", sa.LargeBinary(length=32), nullable=False, comment=LASTING),
        sa.Column("at", sa.BigInteger(), nullable=False, comment=BLOCKED),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_unreachable")),
        sqlite_with_rowid=False,
    )
    # A month of thirty days is near enough for a mark that is kept for a year.
    op.execute(
        "INSERT INTO unreachable (person, at)"
        " SELECT person, at / 2592000 * 2592000 FROM old_unreachable ORDER BY person"
    )
    op.drop_table("old_unreachable")


def _link_people() -> None:
    op.create_table(
        "link_people",
        sa.Column(
            "mark",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed pseudonym of a person and a link together",
        ),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("link", sa.String(length=16), nullable=False, comment="the link's token"),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_link_people")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_link_people_campaign_link", "link_people", ["campaign", "link"])
