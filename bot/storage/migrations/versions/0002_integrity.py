"""The log, and the mixer before it."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

FROZEN = ("year", "opens_at", "closes_at", "paper", "scheme", "registered")
KEPT = {
    "campaigns": "this campaign is registered in the log; what was registered cannot be changed",
    "log_entries": "the log only grows",
}

COMMENTS = {
    "ballots.voter": "the mixer's keyed pseudonym of the gate's pseudonym",
    "ballots.risk": "bits of the online checks (survey_flows.submission_risk)",
    "ballots.position": "its entry in the log; none for ballots imported from elsewhere",
    "campaigns.state": "draft, opening, open, closing, closed",
    "campaigns.registered": "position of its registration in the log; from then on it is frozen",
}


def upgrade() -> None:
    """Apply."""
    _create()
    _change()
    _freeze()
    _describe()


def _change() -> None:
    op.add_column("campaigns", sa.Column("registered", sa.BigInteger(), nullable=True))
    _move_comments()
    op.add_column("ballots", sa.Column("risk", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("ballots", sa.Column("position", sa.BigInteger(), nullable=True))
    op.add_column("ballots", sa.Column("salt", sa.LargeBinary(length=16), nullable=True))
    op.create_index("ix_ballots_position", "ballots", ["position"], unique=False)
    op.drop_column("ballots", "receipt")
    op.drop_column("ballots", "comment")


def _move_comments() -> None:
    """Parts comments from their ballots.

    They get another order, and pseudonyms from which nothing leads back.
    """
    found = (
        op.get_bind()
        .execute(sa.text("SELECT campaign, unit, comment FROM ballots WHERE comment <> ''"))
        .all()
    )
    rows = [
        {"campaign": c, "unit": u, "voter": secrets.token_bytes(32), "text": t} for c, u, t in found
    ]
    secrets.SystemRandom().shuffle(rows)
    if rows:
        table = sa.table(
            "comments", *(sa.column(name) for name in ("campaign", "unit", "voter", "text"))
        )
        op.bulk_insert(table, rows)


def _freeze() -> None:
    """Guards against slips.

    `minping verify` finds whoever drops a trigger.
    """
    changed = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in FROZEN)
    when = f"OLD.registered IS NOT NULL AND (NEW.registered IS NULL OR {changed})"
    _forbid("campaigns_frozen", "campaigns", "UPDATE", when)
    _forbid("campaigns_kept", "campaigns", "DELETE", "OLD.registered IS NOT NULL")
    _forbid("log_entries_frozen", "log_entries", "UPDATE", "TRUE")
    _forbid("log_entries_kept", "log_entries", "DELETE", "TRUE")


def _forbid(name: str, table: str, what: str, when: str) -> None:
    text = KEPT[table]
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON {table} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{text}' USING ERRCODE = 'integrity_constraint_violation'; END$$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW WHEN ({when}) "
        f"EXECUTE FUNCTION {name}()"
    )


def _describe() -> None:
    """PostgreSQL keeps what a column is for."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for where, text in COMMENTS.items():
        quoted = text.replace("'", "''")
        op.execute(f"COMMENT ON COLUMN {where} IS '{quoted}'")


def _create() -> None:
    op.create_table(
        "boxes",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column(
            "public",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="X25519: what the gate seals to",
        ),
        sa.Column(
            "signature", sa.LargeBinary(length=64), nullable=False, comment="by the log's key"
        ),
        sa.Column("made", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boxes")),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="signed, C2SP tlog-checkpoint"),
        sa.Column(
            "frontier",
            sa.LargeBinary(),
            nullable=False,
            comment="roots of the complete subtrees, the largest first",
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoints")),
    )
    op.create_table(
        "comments",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column(
            "voter",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="not the ballots' pseudonym: nothing joins the two",
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint(
            "campaign", "unit", "voter", name=op.f("uq_comments_campaign_unit_voter")
        ),
    )
    op.create_table(
        "cosignatures",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", "name", name=op.f("pk_cosignatures")),
    )
    op.create_table(
        "held_comments",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("box", sa.String(length=16), nullable=False),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="a comment that waits for a later batch",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_comments")),
    )
    op.create_table(
        "log_entries",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("label", sa.LargeBinary(length=32), nullable=False),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=True, comment="of a public entry"),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_log_entries")),
    )
    op.create_index("ix_log_entries_label", "log_entries", ["label"], unique=False)
    op.create_table(
        "log_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tile", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "hashes",
            sa.LargeBinary(),
            nullable=False,
            comment="256 hashes of complete subtrees of height 8·level",
        ),
        sa.PrimaryKeyConstraint("level", "tile", name=op.f("pk_log_tiles")),
    )
    op.create_table(
        "notices",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="public entries that wait for the log",
        ),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_table(
        "refused",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("box", sa.String(length=16), nullable=False),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="not sealed or not signed by the gate",
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused")),
    )
    op.create_table(
        "staging",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("box", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staging")),
    )
    op.create_table(
        "superseded",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column(
            "voter",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="as in ballots or in comments",
        ),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column(
            "body",
            sa.Text(),
            nullable=False,
            comment="what the entry commits to: a ballot or a comment",
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_superseded")),
    )
    op.create_index(
        "ix_superseded_campaign_voter", "superseded", ["campaign", "voter"], unique=False
    )
    op.create_table(
        "withdrawals",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_withdrawals")),
    )
