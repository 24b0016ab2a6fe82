"""Cases of suspected organised rating, and the checkers' votes on them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "cases",
        sa.Column(
            "id",
            sa.String(length=16),
            nullable=False,
            comment="random: it tells nothing of the unit",
        ),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column(
            "rules",
            sa.Text(),
            nullable=False,
            comment="names of the rules that found something, in JSON",
        ),
        sa.Column(
            "unit",
            sa.String(length=32),
            nullable=False,
            comment="to bar its own people; no reviewer is shown it",
        ),
        sa.Column("told", sa.Text(), nullable=False, comment="JSON: all that reviewers are told"),
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of ballots and proposed weights: found once",
        ),
        sa.Column(
            "salt",
            sa.LargeBinary(length=16),
            nullable=False,
            comment="of the weights that the log commits to",
        ),
        sa.Column(
            "state", sa.String(length=8), nullable=False, comment="waiting, decided, dropped"
        ),
        sa.Column(
            "verdict",
            sa.String(length=8),
            nullable=False,
            comment="which weights stand: proposed, uphold, release",
        ),
        sa.Column(
            "round", sa.Integer(), nullable=False, comment="from 1; each reopening begins another"
        ),
        sa.Column("number", sa.Integer(), nullable=False, comment="of its decisions in the log"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("campaign", "digest", name=op.f("uq_cases_campaign_digest")),
    )
    op.create_table(
        "case_ballots",
        sa.Column("case_id", sa.String(length=16), nullable=False),
        sa.Column(
            "ballot",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="the ballot's row",
        ),
        sa.Column("weight", sa.Integer(), nullable=False, comment="proposed, in quarters"),
        sa.Column(
            "before", sa.Integer(), nullable=False, comment="what a release restores, in quarters"
        ),
        sa.PrimaryKeyConstraint("case_id", "ballot", name=op.f("pk_case_ballots")),
    )
    op.create_index("ix_case_ballots_ballot", "case_ballots", ["ballot"])
    op.create_table(
        "case_votes",
        sa.Column(
            "id", _Serial, autoincrement=True, nullable=False, comment="votes are only added"
        ),
        sa.Column("case_id", sa.String(length=16), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=False),
        sa.Column(
            "verdict", sa.String(length=8), nullable=False, comment="uphold, release or reopen"
        ),
        sa.Column(
            "act",
            sa.String(length=8),
            nullable=False,
            comment="vote or reopen: one of each for a person and round",
        ),
        sa.Column("reason", sa.String(length=32), nullable=False, comment="its code"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_votes")),
        sa.UniqueConstraint(
            "case_id",
            "round",
            "reviewer",
            "act",
            name=op.f("uq_case_votes_case_id_round_reviewer_act"),
        ),
    )
    op.create_table(
        "rule_effects",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.Column(
            "body", sa.Text(), nullable=False, comment="JSON: how scores move without each rule"
        ),
        sa.PrimaryKeyConstraint("campaign", name=op.f("pk_rule_effects")),
    )
    op.add_column(
        "staff",
        sa.Column(
            "unit",
            sa.String(length=32),
            nullable=True,
            comment="the unit that this person belongs to; barred from its cases",
        ),
    )
