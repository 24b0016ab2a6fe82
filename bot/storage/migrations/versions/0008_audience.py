"""Who may be invited, who is drawn, and their invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "contacts",
        sa.Column(
            "lookup",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed pseudonym of channel and address",
        ),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="channel and address; none without consent or after an opt-out",
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("grp", sa.String(length=16), nullable=False),
        sa.Column("area", sa.String(length=20), nullable=False),
        sa.Column("size", sa.String(length=11), nullable=False),
        sa.Column(
            "source",
            sa.String(length=64),
            nullable=False,
            comment="name of the list that the contact came from",
        ),
        sa.Column(
            "consent",
            sa.String(length=10),
            nullable=False,
            comment="the day of the consent, or empty, as in the next three",
        ),
        sa.Column("opted_out", sa.String(length=10), nullable=False),
        sa.Column(
            "unreachable",
            sa.String(length=10),
            nullable=False,
            comment="since when messages do not arrive",
        ),
        sa.Column(
            "invited",
            sa.String(length=10),
            nullable=False,
            comment="the day of the last invitation",
        ),
        sa.PrimaryKeyConstraint("lookup", name=op.f("pk_contacts")),
    )
    op.create_table(
        "frames",
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column(
            "number",
            sa.String(length=32),
            nullable=False,
            comment="stands for the contact in this campaign, in public",
        ),
        sa.Column("lookup", sa.LargeBinary(length=32), nullable=False, comment="the contact"),
        sa.Column("grp", sa.String(length=16), nullable=False),
        sa.Column("stratum", sa.String(length=32), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column(
            "invited",
            sa.Boolean(),
            nullable=False,
            comment="drawn, and could be invited when invitations were made",
        ),
        sa.PrimaryKeyConstraint("campaign", "number", name=op.f("pk_frames")),
    )
    op.create_table(
        "invitations",
        sa.Column(
            "mark", sa.LargeBinary(length=32), nullable=False, comment="keyed hash of its token"
        ),
        sa.Column("campaign", sa.String(length=32), nullable=False),
        sa.Column(
            "link",
            sa.String(length=16),
            nullable=False,
            comment="the link of its cell: group, stratum, source",
        ),
        sa.Column(
            "holder",
            sa.LargeBinary(length=32),
            nullable=True,
            comment="keyed pseudonym of who used it; leads to no contact and no ballot",
        ),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_invitations")),
    )
    op.create_index("ix_invitations_campaign", "invitations", ["campaign"])
