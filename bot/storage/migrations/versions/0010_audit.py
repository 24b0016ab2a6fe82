"""Who did what, in rows that can only be added."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
TEXT = "the audit log only grows"
STATES = "draft, opening, open, paused, closing, closed"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit",
        sa.Column(
            "number",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="from 1, without gaps",
        ),
        sa.Column("at", sa.BigInteger(), nullable=False, comment="epoch seconds"),
        sa.Column(
            "who",
            sa.String(length=80),
            nullable=False,
            comment="a login, or cli: and an account of the machine",
        ),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column(
            "act",
            sa.String(length=80),
            nullable=False,
            comment="what was done: the form's address, or the command",
        ),
        sa.Column(
            "what",
            sa.String(length=120),
            nullable=False,
            comment="to what: a campaign, a year, a case",
        ),
        sa.Column("outcome", sa.String(length=12), nullable=False, comment="done, refused, failed"),
        sa.Column(
            "digest",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 of this row and of the digest before it",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_who", "audit", ["who"])
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            name, refuse = f"audit_{what.lower()}", f"SELECT RAISE(ABORT, '{TEXT}')"
            op.execute(f"CREATE TRIGGER {name} BEFORE {what} ON audit BEGIN {refuse}; END")
        return
    op.execute(f"COMMENT ON COLUMN campaigns.state IS '{STATES}'")
    op.execute(
        f"CREATE FUNCTION audit_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'integrity_constraint_violation'; END$$"
    )
    each = "FOR EACH ROW EXECUTE FUNCTION audit_grows()"
    op.execute(f"CREATE TRIGGER audit_change BEFORE UPDATE OR DELETE ON audit {each}")
    op.execute("CREATE TRIGGER audit_empty BEFORE TRUNCATE ON audit EXECUTE FUNCTION audit_grows()")
