"""A contact becomes a person with addresses; until now each had one, a chat of Telegram."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0045"
branch_labels = None
depends_on = None

PERSONS = (
    "INSERT INTO persons"
    " (lookup, lang, group_code, area, size, source, consent, opted_out, invited)"
    " SELECT lookup, lang, group_code, area, size, source, consent, opted_out, invited"
    " FROM contacts ORDER BY lookup"
)
ADDRESSES = (
    "INSERT INTO addresses (lookup, person, kind, sealed, position, unreachable, opted_out)"
    " SELECT lookup, lookup, CASE WHEN opted_out = '' THEN 'telegram' ELSE '' END,"
    " sealed, 0, unreachable, opted_out FROM contacts ORDER BY lookup"
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "persons",
        sa.Column(
            "lookup",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed pseudonym of the person: that of the address or number that came first",
        ),
        sa.Column("lang", sa.String(length=16), nullable=False),
        sa.Column("group_code", sa.String(length=16), nullable=False),
        sa.Column("area", sa.String(length=20), nullable=False),
        sa.Column("size", sa.String(length=11), nullable=False),
        sa.Column(
            "source",
            sa.String(length=64),
            nullable=False,
            comment="name of the list that the person came from",
        ),
        sa.Column(
            "consent",
            sa.String(length=10),
            nullable=False,
            comment="the day of the consent, or empty, as in the next two",
        ),
        sa.Column("opted_out", sa.String(length=10), nullable=False),
        sa.Column(
            "invited",
            sa.String(length=10),
            nullable=False,
            comment="the day of the last invitation",
        ),
        sa.PrimaryKeyConstraint("lookup", name=op.f("pk_persons")),
    )
    op.create_table(
        "addresses",
        sa.Column(
            "lookup",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed pseudonym of kind and address",
        ),
        sa.Column("person", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=16),
            nullable=False,
            comment="telegram, sms, email, letter, outside, or number; empty after an opt-out",
        ),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="the address; none without consent or after an opt-out",
        ),
        sa.Column(
            "position",
            sa.Integer(),
            nullable=False,
            comment="its place among the person's addresses",
        ),
        sa.Column(
            "unreachable",
            sa.String(length=10),
            nullable=False,
            comment="since when messages do not arrive",
        ),
        sa.Column(
            "opted_out",
            sa.String(length=10),
            nullable=False,
            comment="the day on which the person opted out from this address, or empty",
        ),
        sa.PrimaryKeyConstraint("lookup", name=op.f("pk_addresses")),
    )
    op.create_index("ix_addresses_person", "addresses", ["person"])
    op.execute(PERSONS)
    op.execute(ADDRESSES)
    op.drop_table("contacts")
