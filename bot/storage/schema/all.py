"""All tables. SQL is the record: uniqueness and durability are enforced here, nowhere else."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.storage.schema.accounts import approvals as approvals
from bot.storage.schema.accounts import grants as grants
from bot.storage.schema.accounts import preferences as preferences
from bot.storage.schema.accounts import provider_accounts as provider_accounts
from bot.storage.schema.accounts import recovery_codes as recovery_codes
from bot.storage.schema.accounts import second_factors as second_factors
from bot.storage.schema.accounts import staff as staff
from bot.storage.schema.api import idempotency_keys as idempotency_keys
from bot.storage.schema.api import publications as publications
from bot.storage.schema.api import tokens as tokens
from bot.storage.schema.appeals import amendments as amendments
from bot.storage.schema.appeals import appeal_steps as appeal_steps
from bot.storage.schema.appeals import appeals as appeals
from bot.storage.schema.appeals import calendar_days as calendar_days
from bot.storage.schema.appeals import executions as executions
from bot.storage.schema.appeals import public_notices as public_notices
from bot.storage.schema.appeals import recusals as recusals
from bot.storage.schema.appeals import tellings as tellings
from bot.storage.schema.audience import addresses as addresses
from bot.storage.schema.audience import frames as frames
from bot.storage.schema.audience import invitations as invitations
from bot.storage.schema.audience import persons as persons
from bot.storage.schema.audit_log import audit as audit
from bot.storage.schema.campaigns import campaign_keys as campaign_keys
from bot.storage.schema.campaigns import campaigns as campaigns
from bot.storage.schema.campaigns import citizens_provider as citizens_provider
from bot.storage.schema.campaigns import link_marks as link_marks
from bot.storage.schema.campaigns import links as links
from bot.storage.schema.fraud_review import case_ballots as case_ballots
from bot.storage.schema.fraud_review import case_votes as case_votes
from bot.storage.schema.fraud_review import cases as cases
from bot.storage.schema.fraud_review import pressure as pressure
from bot.storage.schema.fraud_review import pressure_counts as pressure_counts
from bot.storage.schema.fraud_review import rule_effects as rule_effects
from bot.storage.schema.metadata import SERIAL
from bot.storage.schema.metadata import metadata as metadata
from bot.storage.schema.monitoring import arrivals as arrivals
from bot.storage.schema.monitoring import break_offs as break_offs
from bot.storage.schema.monitoring import progress_counts as progress_counts
from bot.storage.schema.monitoring import response_targets as response_targets
from bot.storage.schema.outreach import handouts as handouts
from bot.storage.schema.outreach import message_templates as message_templates
from bot.storage.schema.outreach import messenger_accounts as messenger_accounts
from bot.storage.schema.outreach import outbox as outbox
from bot.storage.schema.outreach import pushes as pushes
from bot.storage.schema.outreach import receipts as receipts
from bot.storage.schema.public_log import checkpoints as checkpoints
from bot.storage.schema.public_log import cosignatures as cosignatures
from bot.storage.schema.public_log import log_entries as log_entries
from bot.storage.schema.public_log import log_tiles as log_tiles
from bot.storage.schema.public_log import notices as notices
from bot.storage.schema.public_log import refused_acts as refused_acts
from bot.storage.schema.quotas import link_people as link_people
from bot.storage.schema.quotas import quota_cells as quota_cells
from bot.storage.schema.quotas import quota_places as quota_places
from bot.storage.schema.records import absences as absences
from bot.storage.schema.records import adjustments as adjustments
from bot.storage.schema.records import decisions as decisions
from bot.storage.schema.records import discipline as discipline
from bot.storage.schema.records import filings as filings
from bot.storage.schema.records import findings as findings
from bot.storage.schema.records import grades as grades
from bot.storage.schema.records import indicators as indicators
from bot.storage.schema.records import inner_units as inner_units
from bot.storage.schema.records import leaders as leaders
from bot.storage.schema.records import material_closings as material_closings
from bot.storage.schema.records import memberships as memberships
from bot.storage.schema.records import posts as posts
from bot.storage.schema.records import seal_drafts as seal_drafts
from bot.storage.schema.records import seals as seals
from bot.storage.schema.records import unit_decisions as unit_decisions
from bot.storage.schema.records import unit_events as unit_events
from bot.storage.schema.records import unit_periods as unit_periods
from bot.storage.schema.records import units as units
from bot.storage.schema.rectification import held_follow_ups as held_follow_ups
from bot.storage.schema.rectification import request_messages as request_messages
from bot.storage.schema.rectification import request_steps as request_steps
from bot.storage.schema.rectification import request_stops as request_stops
from bot.storage.schema.rectification import requests as requests
from bot.storage.schema.search import missed_words as missed_words
from bot.storage.schema.search import search_misses as search_misses
from bot.storage.schema.streams import campaign_holds as campaign_holds
from bot.storage.schema.streams import gate_marks as gate_marks
from bot.storage.schema.streams import gate_streams as gate_streams
from bot.storage.schema.streams import mixed_streams as mixed_streams
from bot.storage.schema.streams import settlements as settlements

updates = Table(
    "updates",
    metadata,
    Column(
        "key", String(80), primary_key=True, comment="the channel's key of an update that was taken"
    ),
    Column(
        "at",
        BigInteger,
        nullable=False,
        comment="epoch seconds of a quarter of an hour; old keys are forgotten",
    ),
    Index("ix_updates_at", "at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column(
        "person",
        LargeBinary(32),
        primary_key=True,
        comment="pseudonym under the campaign's key, or under the month's in the lobby",
    ),
    Column("campaign", String(32), nullable=False, comment="empty: the lobby"),
    Column(
        "until",
        BigInteger,
        nullable=False,
        comment="epoch seconds of its end at the latest, equal for all of a campaign",
    ),
    Column(
        "body",
        LargeBinary,
        nullable=False,
        comment="the conversation, encrypted under the key of an hour",
    ),
    Column("hour", Integer, nullable=False, comment="of which hour that key is, since 1970"),
    Index("ix_sessions_campaign", "campaign"),
    Index("ix_sessions_until", "until"),
    # In the order of the pseudonyms, which is that of nobody's coming.
    sqlite_with_rowid=False,
)

ballots = Table(
    "ballots",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("campaign", String(32), nullable=False),
    Column("unit", String(32), nullable=False),
    Column(
        "voter",
        LargeBinary(32),
        nullable=False,
        comment="the mixer's keyed pseudonym of the gate's pseudonym",
    ),
    Column("questionnaire", String(64), nullable=False),
    Column("grp", String(16), nullable=False),
    Column("stratum", String(32), nullable=False),
    Column("source", String(16), nullable=False),
    Column(
        "weight", Integer, nullable=False, default=4, comment="fraud weight in quarters: 0, 1, 2, 4"
    ),
    Column("ratings", Text, nullable=False),
    Column("facts", Text, nullable=False, comment="JSON: the other closed answers"),
    Column(
        "bucket",
        Integer,
        comment="whole quarters of an hour since 1970; none: erased after the result, as its risk",
    ),
    Column(
        "risk",
        Integer,
        default=0,
        comment="bits of the online checks (survey_flows.submission_risk)",
    ),
    Column(
        "position",
        BigInteger,
        comment="its entry in the log; none for ballots imported from elsewhere",
    ),
    Column("salt", LargeBinary(16)),
    Column("number", LargeBinary(16), comment="the gate's id; none before the gate signed ballots"),
    Column("again", Boolean, comment="its person had rated this unit before"),
    Column("aside", LargeBinary(32), comment="digest of bucket and risk, which the text has"),
    Column("aside_salt", LargeBinary(16), comment="of that digest; erased with bucket and risk"),
    Column("gate", LargeBinary(68), comment="key id and signature of the gate"),
    Column("channel", String(16)),
    Column("unit_voter", LargeBinary(32), comment="the pseudonym for this unit alone"),
    Column("cluster", Integer, comment="key of its registered link; erased as its bucket"),
    Column("reminders", Integer, comment="0, 1 or 2 for more, of who was invited; erased too"),
    UniqueConstraint("campaign", "unit", "voter"),
    Index("ix_ballots_position", "position"),
)

comments = Table(
    "comments",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("campaign", String(32), nullable=False),
    Column(
        "unit", String(32), nullable=False, comment="empty: of a unit with fewer than ten ballots"
    ),
    Column(
        "voter",
        LargeBinary(32),
        nullable=False,
        comment="not the ballots' pseudonym: nothing joins the two",
    ),
    Column("text", Text, nullable=False),
    Column("position", BigInteger),
    Column("salt", LargeBinary(16)),
    Column("number", LargeBinary(16), comment="the gate's id; none before the gate signed"),
    Column("gate", LargeBinary(68), comment="key id and signature of the gate"),
    UniqueConstraint("campaign", "unit", "voter"),
)

superseded = Table(
    "superseded",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("campaign", String(32), nullable=False),
    Column("unit", String(32), nullable=False),
    Column("voter", LargeBinary(32), nullable=False, comment="as in ballots or in comments"),
    Column("salt", LargeBinary(16), nullable=False),
    Column(
        "body", Text, nullable=False, comment="what the entry commits to: a ballot or a comment"
    ),
    Column("unit_voter", LargeBinary(32), comment="as in ballots; none of form 1"),
    Column("bucket", Integer, comment="as in ballots; none where the text has it"),
    Column("risk", Integer),
    Column("aside_salt", LargeBinary(16)),
    Column("cluster", Integer),
    Column("reminders", Integer),
    Index("ix_superseded_campaign_voter", "campaign", "voter"),
)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("campaign", String(32), nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("body", Text, nullable=False),
)

held_withdrawals = Table(
    "held_withdrawals",
    metadata,
    Column(
        "position",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="of an entry whose text was erased; the close withdraws it",
    ),
    Column("campaign", String(32), nullable=False),
    Column("erasure", LargeBinary(16), comment="the gate's id of the erasure; none of before"),
    Column("gate", LargeBinary(68), comment="key id and signature of the gate"),
)

seen_ids = Table(
    "seen_ids",
    metadata,
    Column("id", LargeBinary(16), primary_key=True, comment="of a ballot, comment or erasure"),
    Column("campaign", String(32), nullable=False),
    sqlite_with_rowid=False,
)

intakes = Table(
    "intakes",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("salt", LargeBinary(16), nullable=False),
    Column("units", Text, nullable=False, comment="JSON: what the act intake has a digest of"),
)

mixer_keys = Table(
    "mixer_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("public", LargeBinary(32), nullable=False, comment="X25519: what the gate seals to"),
    Column("signature", LargeBinary(64), nullable=False, comment="by the log's key"),
    Column("made", BigInteger, nullable=False, comment="epoch seconds"),
)

staging = Table(
    "staging",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("box", String(16), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

held_comments = Table(
    "held_comments",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("box", String(16), nullable=False),
    Column(
        "sealed",
        LargeBinary,
        nullable=False,
        comment="comments and presses that wait for the close",
    ),
)

refused = Table(
    "refused",
    metadata,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("box", String(16), nullable=False),
    Column(
        "sealed",
        LargeBinary,
        nullable=False,
        comment="an envelope that no reader takes; empty once it is refused for good",
    ),
    Column("at", BigInteger, nullable=False, comment="epoch seconds of a quarter of an hour"),
    Column(
        "reason",
        String(16),
        nullable=False,
        comment="unknown_key, bad_signature, unknown_form, broken, repeated, closed",
    ),
    Column("digest", LargeBinary(32), nullable=False, comment="SHA-256 of the sealed bytes"),
    Column(
        "source",
        String(16),
        nullable=False,
        comment="its table: staging, held_comments, held_follow_ups",
    ),
    Column("due", BigInteger, comment="as in held_follow_ups"),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("key", String(80), primary_key=True),
    Column(
        "body", LargeBinary, nullable=False, comment="the event, encrypted under the key of an hour"
    ),
    Column("hour", Integer, nullable=False),
    Column("error", String(80), nullable=False, comment="the class of the error, never its text"),
    Column("at", BigInteger, nullable=False),
)

releases = Table(
    "releases",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False, comment="epoch seconds"),
    Column("digest", String(64), nullable=False, comment="SHA-256 of the body"),
    Column(
        "body",
        Text,
        nullable=False,
        comment="JSON: the counts that pages and exports are made from",
    ),
)

unreachable = Table(
    "unreachable",
    metadata,
    Column(
        "person", LargeBinary(32), primary_key=True, comment="keyed pseudonym of channel and user"
    ),
    Column(
        "at",
        BigInteger,
        nullable=False,
        comment="when the bot was found blocked: epoch seconds of the month's beginning",
    ),
    sqlite_with_rowid=False,
)
