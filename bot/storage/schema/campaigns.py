"""Tables of campaigns and of the links into them; triggers freeze what is registered."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from bot.storage.schema.metadata import metadata

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("year", Integer, nullable=False),
    Column(
        "state",
        String(12),
        nullable=False,
        comment="draft, opening, open, paused, closing, held, closed",
    ),
    Column("opens_at", BigInteger, nullable=False),
    Column("closes_at", BigInteger, nullable=False),
    Column(
        "definition",
        Text,
        nullable=False,
        comment="JSON: title, units, questionnaires, frozen when it opens",
    ),
    Column("scheme", Text, nullable=False, comment="JSON: the scheme the campaign runs on"),
    Column(
        "registered",
        BigInteger,
        comment="position of its registration in the log; from then on it is frozen",
    ),
    Column(
        "purpose",
        String(8),
        nullable=False,
        comment="counting or pilot; repeats the definition, as about and asks do",
    ),
    Column("about", String(8), nullable=False, comment="units or leaders"),
    Column("asks", String(10), nullable=False, comment="public, staff, superiors or peers"),
)

campaign_keys = Table(
    "campaign_keys",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("holder", String(8), primary_key=True, comment="gate or mixer"),
    Column("key_id", String(16), nullable=False, comment="SHA-256 of the labelled key, cut"),
    Column("missing", Text, comment="the file of a key that is lost or another; none: in order"),
)

links = Table(
    "links",
    metadata,
    Column("token", String(16), primary_key=True),
    Column("campaign", String(32), nullable=False),
    Column("group_code", String(16), nullable=False),
    Column("source", String(16), nullable=False),
    Column("stratum", String(32), nullable=False),
    Column("max_people", Integer, comment="how many people it is meant for; none: for anyone"),
    Column(
        "cluster",
        Integer,
        nullable=False,
        server_default="0",
        comment="1 to 31: ballots by links of one key may be alike; 0: none",
    ),
    Index("ix_links_campaign", "campaign"),
)

link_marks = Table(
    "link_marks",
    metadata,
    Column("token", String(16), primary_key=True),
    Column("mark", LargeBinary, nullable=False, comment="the desk's, of all that the link says"),
)

citizens_provider = Table(
    "citizens_provider",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("issuer", String(255), nullable=False, comment="the provider's name for itself"),
)
"""The identity provider by which citizens confirm, of the running service; without its secret.

Without a name it is gone, and a campaign that took its word runs on.
"""
