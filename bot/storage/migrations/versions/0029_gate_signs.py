"""Ballots have what the gate signed; their moment can be erased, and withdrawals wait."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BUCKET = "whole quarters of an hour since 1970; none: erased after the result, as its risk"
RISK = "bits of the online checks (survey_flows.submission_risk)"
SIGNATURE = "key id and signature of the gate"


def upgrade() -> None:
    """Apply."""
    _ballots()
    with op.batch_alter_table("comments") as comments:
        id_ = sa.LargeBinary(length=16)
        comments.add_column(
            sa.Column("number", id_, comment="the gate's id; none before the gate signed")
        )
        comments.add_column(sa.Column("gate", sa.LargeBinary(length=68), comment=SIGNATURE))
    _superseded()
    _waiting()
    _marks()


def _ballots() -> None:
    """SQLite makes the table anew, since it alters no column."""
    with op.batch_alter_table("ballots") as ballots:
        for name, comment in (("bucket", BUCKET), ("risk", RISK)):
            ballots.alter_column(name, existing_type=sa.Integer(), nullable=True, comment=comment)
        for column in (
            sa.Column(
                "number",
                sa.LargeBinary(length=16),
                comment="the gate's id; none before the gate signed ballots",
            ),
            sa.Column("again", sa.Boolean(), comment="its person had rated this unit before"),
            sa.Column(
                "aside",
                sa.LargeBinary(length=32),
                comment="digest of bucket and risk, which the text has",
            ),
            sa.Column(
                "aside_salt",
                sa.LargeBinary(length=16),
                comment="of that digest; erased with bucket and risk",
            ),
            sa.Column("gate", sa.LargeBinary(length=68), comment=SIGNATURE),
            sa.Column("channel", sa.String(length=16)),
            sa.Column(
                "unit_voter",
                sa.LargeBinary(length=32),
                comment="the pseudonym for this unit alone",
            ),
        ):
            ballots.add_column(column)


def _superseded() -> None:
    for column in (
        sa.Column("unit_voter", sa.LargeBinary(length=32), comment="as in ballots; none of form 1"),
        sa.Column("bucket", sa.Integer(), comment="as in ballots; none where the text has it"),
        sa.Column("risk", sa.Integer()),
        sa.Column("aside_salt", sa.LargeBinary(length=16)),
    ):
        op.add_column("superseded", column)


def _waiting() -> None:
    op.create_table(
        "held_withdrawals",
        sa.Column(
            "position",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="of an entry whose text was erased; the close withdraws it",
        ),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column(
            "erasure",
            sa.LargeBinary(length=16),
            comment="the gate's id of the erasure; none of before",
        ),
        sa.Column("gate", sa.LargeBinary(length=68), comment=SIGNATURE),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_held_withdrawals")),
    )
    op.create_table(
        "intakes",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column(
            "units", sa.Text(), nullable=False, comment="JSON: what the act intake has a digest of"
        ),
        sa.PrimaryKeyConstraint("campaign", name=op.f("pk_intakes")),
    )


def _marks() -> None:
    op.create_table(
        "gate_marks",
        sa.Column(
            "mark",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed pseudonym of a person and a unit together",
        ),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False, comment="ballots since the last erasure"),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_gate_marks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seen_ids",
        sa.Column(
            "id",
            sa.LargeBinary(length=16),
            nullable=False,
            comment="of a ballot, comment or erasure",
        ),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen_ids")),
        sqlite_with_rowid=False,
    )
