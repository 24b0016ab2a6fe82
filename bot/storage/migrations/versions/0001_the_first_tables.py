"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "adjustments",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column(
            "points",
            sa.String(length=32),
            nullable=False,
            comment="an exact decimal; negative is a deduction",
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustments")),
    )
    op.create_table(
        "ballots",
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
            comment="keyed pseudonym, a different one in each campaign",
        ),
        sa.Column("questionnaire", sa.String(length=64), nullable=False),
        sa.Column("grp", sa.String(length=16), nullable=False),
        sa.Column("stratum", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column(
            "weight", sa.Integer(), nullable=False, comment="fraud weight in quarters: 0, 1, 2, 4"
        ),
        sa.Column("ratings", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False, comment="JSON: the other closed answers"),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column(
            "bucket", sa.Integer(), nullable=False, comment="whole quarters of an hour since 1970"
        ),
        sa.Column("receipt", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sa.UniqueConstraint(
            "campaign", "unit", "voter", name=op.f("uq_ballots_campaign_unit_voter")
        ),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False, comment="draft, open, closed"),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column(
            "paper",
            sa.Text(),
            nullable=False,
            comment="JSON: title, units, questionnaires, frozen when it opens",
        ),
        sa.Column(
            "scheme", sa.Text(), nullable=False, comment="JSON: the scheme the campaign runs on"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_table(
        "dead_letters",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column(
            "body",
            sa.LargeBinary(),
            nullable=False,
            comment="the event, encrypted under the session key",
        ),
        sa.Column(
            "error",
            sa.String(length=80),
            nullable=False,
            comment="the class of the error, never its text",
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_dead_letters")),
    )
    op.create_table(
        "decisions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="the last decision on a key counts",
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("proposal", sa.String(length=200), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_table(
        "findings",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "id", sa.String(length=32), nullable=False, comment="the office's own number of it"
        ),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=32),
            nullable=False,
            comment="criminal_offence, safety_accident, unfitness, veto …",
        ),
        sa.Column("on", sa.String(length=10), nullable=False, comment="ISO date"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("year", "id", name=op.f("pk_findings")),
    )
    op.create_table(
        "grades",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="amendments append; the last counts",
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="unit or leader"),
        sa.Column(
            "grade",
            sa.String(length=16),
            nullable=False,
            comment="first … fourth, or not_appraised",
        ),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("post", sa.String(length=120), nullable=False),
        sa.Column("scheme", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grades")),
    )
    with op.batch_alter_table("grades", schema=None) as batch_op:
        batch_op.create_index("ix_grades_subject_year", ["subject", "year"], unique=False)

    op.create_table(
        "indicators",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "subject",
            sa.String(length=32),
            nullable=False,
            comment="a unit's code or a leader's id",
        ),
        sa.Column("indicator", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False, comment="an exact decimal"),
        sa.PrimaryKeyConstraint("year", "subject", "indicator", name=op.f("pk_indicators")),
    )
    op.create_table(
        "leaders",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("leader", sa.String(length=32), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False, comment="principal or deputy"),
        sa.Column(
            "post", sa.String(length=120), nullable=False, comment="the title as it is printed"
        ),
        sa.PrimaryKeyConstraint("year", "leader", name=op.f("pk_leaders")),
    )
    op.create_table(
        "links",
        sa.Column("token", sa.String(length=16), nullable=False),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column("grp", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("stratum", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_links")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index("ix_links_campaign", ["campaign"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("from_year", sa.Integer(), nullable=False),
        sa.Column(
            "league",
            sa.String(length=16),
            nullable=False,
            comment="its league from that year on (0: ever); empty: none",
        ),
        sa.PrimaryKeyConstraint("unit", "from_year", name=op.f("pk_memberships")),
    )
    op.create_table(
        "sessions",
        sa.Column(
            "person",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed pseudonym of channel and user",
        ),
        sa.Column(
            "body",
            sa.LargeBinary(),
            nullable=False,
            comment="the conversation, encrypted under the session key",
        ),
        sa.Column("touched", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index("ix_sessions_touched", ["touched"], unique=False)

    op.create_table(
        "staff",
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False, comment="argon2id"),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_staff")),
    )
    op.create_table(
        "unit_decisions",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="the last decision on a unit counts",
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "unit",
            sa.String(length=32),
            nullable=False,
            comment="a unit with too few answers to be ranked",
        ),
        sa.Column("grade", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_decisions")),
    )
    op.create_table(
        "units",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("questionnaire", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_units")),
    )
    op.create_table(
        "updates",
        sa.Column(
            "key",
            sa.String(length=80),
            nullable=False,
            comment="the channel's key of an update that was taken",
        ),
        sa.Column(
            "at",
            sa.BigInteger(),
            nullable=False,
            comment="epoch seconds of a quarter of an hour; old keys are forgotten",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_updates")),
    )
    with op.batch_alter_table("updates", schema=None) as batch_op:
        batch_op.create_index("ix_updates_at", ["at"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("updates", schema=None) as batch_op:
        batch_op.drop_index("ix_updates_at")

    op.drop_table("updates")
    op.drop_table("units")
    op.drop_table("unit_decisions")
    op.drop_table("staff")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index("ix_sessions_touched")

    op.drop_table("sessions")
    op.drop_table("memberships")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index("ix_links_campaign")

    op.drop_table("links")
    op.drop_table("leaders")
    op.drop_table("indicators")
    with op.batch_alter_table("grades", schema=None) as batch_op:
        batch_op.drop_index("ix_grades_subject_year")

    op.drop_table("grades")
    op.drop_table("findings")
    op.drop_table("decisions")
    op.drop_table("dead_letters")
    op.drop_table("campaigns")
    op.drop_table("ballots")
    op.drop_table("adjustments")
