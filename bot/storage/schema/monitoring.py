"""Tables of the response monitor: counts of people, of which none leads to anybody.

They change once an hour, by the sum of many conversations (`bot.fieldwork.monitoring.progress`).
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from bot.storage.schema.metadata import metadata

progress_counts = Table(
    "progress_counts",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("source", String(16), primary_key=True),
    Column(
        "group_code",
        String(16),
        primary_key=True,
        comment="what the link vouches for, as the stratum",
    ),
    Column("stratum", String(32), primary_key=True),
    Column("progress", String(12), primary_key=True, comment="started, partial, broken, completed"),
    Column("people", Integer, nullable=False),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False, comment="since 1970"),
    Column(
        "progress",
        String(12),
        primary_key=True,
        comment="the state that people reached: started, broken, completed",
    ),
    Column("people", Integer, nullable=False),
)

break_offs = Table(
    "break_offs",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("questionnaire", String(64), primary_key=True),
    Column(
        "question",
        String(64),
        primary_key=True,
        comment="or review: where people stand who have not submitted",
    ),
    Column("people", Integer, nullable=False),
)

response_targets = Table(
    "response_targets",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("group_code", String(16), primary_key=True, comment="of the scheme"),
    Column("people", Integer, nullable=False, comment="who should submit; a plan, not a rule"),
)
