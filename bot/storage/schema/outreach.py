"""Tables of pushes and their outgoing messages; no row tells who answered."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from bot.storage.schema.metadata import metadata

pushes = Table(
    "pushes",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("step", Integer, primary_key=True, comment="0 the invitation, then reminders"),
    Column("state", String(12), nullable=False, comment="running, paused, cancelled"),
    Column("texts", Text, nullable=False, comment="JSON: the message by language"),
    Column(
        "hours",
        String(11),
        nullable=False,
        comment="local time in which messages are sent: HH:MM-HH:MM",
    ),
    Column("not_on", Text, nullable=False, comment="JSON: local days on which nothing is sent"),
    Column(
        "kind",
        String(12),
        nullable=False,
        server_default="reminder",
        comment="invitation, for whoever has none, or reminder",
    ),
    Column(
        "people",
        String(12),
        nullable=False,
        server_default="unopened",
        comment="whom a reminder is for: unopened or all",
    ),
    Column(
        "handed",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="epoch seconds of the quarter of an hour of the last hand-over",
    ),
    Column(
        "stopped",
        String(64),
        nullable=False,
        server_default="",
        comment="kind of address and code with which a provider refused it, or empty",
    ),
    Column(
        "short",
        Text,
        nullable=False,
        server_default="{}",
        comment="JSON: the short message by language, where one is sent",
    ),
)

outbox = Table(
    "outbox",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column(
        "lookup",
        LargeBinary(32),
        primary_key=True,
        comment="the contact: one message to each in a step",
    ),
    Column(
        "state",
        String(12),
        nullable=False,
        comment="queued, sent, delivered, unreachable, opted_out, failed",
    ),
    Column(
        "send_order",
        BigInteger,
        nullable=False,
        comment="drawn by lot: the order of sending tells nothing",
    ),
    Column(
        "due",
        BigInteger,
        nullable=False,
        comment="epoch seconds before which nobody takes it; 0 once settled",
    ),
    Column("tries", Integer, nullable=False),
    Column(
        "leased",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="epoch seconds until which a sender has it in hand; 0 in nobody's",
    ),
    Column(
        "form",
        Integer,
        nullable=False,
        server_default="1",
        comment="version of the row; a sender leaves alone what it cannot read",
    ),
    Column(
        "kind",
        String(16),
        nullable=False,
        server_default="telegram",
        comment="kind of the address to which it goes next, or went",
    ),
    Index("ix_outbox_queue", "state", "kind", "campaign", "step", "send_order"),
)

receipts = Table(
    "receipts",
    metadata,
    Column(
        "mark",
        LargeBinary(32),
        primary_key=True,
        comment="keyed hash of account and reference, by which a receipt finds its message",
    ),
    Column("campaign", String(32), nullable=False, comment="empty: the receipt came first"),
    Column("step", Integer, nullable=False),
    Column("lookup", LargeBinary(32), nullable=False, comment="the contact"),
    Column("address", LargeBinary(32), nullable=False, comment="pseudonym of the address"),
    Column("outcome", String(12), nullable=False, comment="empty while it is awaited"),
    Column("until", BigInteger, nullable=False, comment="epoch seconds of the day it is deleted"),
)
"""What a receipt needs to find its message, for three days at most."""

messenger_accounts = Table(
    "messenger_accounts",
    metadata,
    Column("kind", String(16), primary_key=True, comment="of the addresses that it writes to"),
    Column("name", String(32), nullable=False),
    Column("provider", String(16), nullable=False),
    Column("link", String(12), nullable=False, comment="button, free, or template"),
    Column("longest", Integer, nullable=False, comment="characters of a text"),
    Column("rate", Integer, nullable=False, comment="messages an hour"),
    Column("hours", String(11), nullable=False, comment="local times within which it may send"),
)
"""The accounts that the running service sends through, without their secrets."""

message_templates = Table(
    "message_templates",
    metadata,
    Column("account", String(32), primary_key=True),
    Column("kind", String(12), primary_key=True, comment="invitation or reminder"),
    Column("lang", String(8), primary_key=True),
    Column("text", Text, nullable=False, comment="with the provider's variables"),
    Column(
        "provider_id",
        String(64),
        nullable=False,
        server_default="",
        comment="by which the provider knows it, or empty",
    ),
    Column("state", String(12), nullable=False, comment="draft, filed, approved, refused"),
    Column(
        "note",
        Text,
        nullable=False,
        server_default="",
        comment="number of the provider's paper, or why it refused",
    ),
    Column("changed_by", String(64), nullable=False, comment="login of who put it into this state"),
    Column("changed_at", BigInteger, nullable=False, comment="epoch seconds of that moment"),
)
"""Texts that providers approve before they are sent."""

handouts = Table(
    "handouts",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("step", Integer, primary_key=True, comment="of the campaign's messages"),
    Column("form", String(12), nullable=False, comment="letters, merge, or sealed"),
    Column("kind", String(16), nullable=False, comment="kind of the addresses"),
    Column(
        "recipient",
        Text,
        nullable=False,
        comment="the age key that opens a sealed file, or empty",
    ),
    Column("purpose", Text, nullable=False),
    Column("asked_by", String(64), nullable=False),
    Column("made", Integer, nullable=False, comment="how often the file was made"),
)
"""Files with invitations: whom one reaches stands in `outbox`, under its step."""
