"""Tables of searches that found nothing: marks of people, and words that ten of them have typed.

A word that fewer have typed stands nowhere, for it may be somebody's name.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table

from bot.storage.schema.metadata import metadata

search_misses = Table(
    "search_misses",
    metadata,
    Column(
        "mark",
        LargeBinary(32),
        primary_key=True,
        comment="keyed pseudonym of a person and a word together",
    ),
    Column("campaign", String(32), nullable=False),
    Column("word", LargeBinary(32), nullable=False, comment="the word under the campaign's key"),
    Index("ix_search_misses_campaign_word", "campaign", "word"),
    # In the order of the marks, which is that of nobody's coming.
    sqlite_with_rowid=False,
)

missed_words = Table(
    "missed_words",
    metadata,
    Column("campaign", String(32), primary_key=True),
    Column("word", String(24), primary_key=True, comment="ten people or more searched for it"),
    sqlite_with_rowid=False,
)
