"""What is stored of each sealed entry of a campaign, with what the log says of its position."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, Table, select

from bot.ballots.stored_bodies import ballot_text, comment_text, stored_aside
from bot.storage.schema import all as tables
from survey_flows.gate_texts import aside_digest

BodyMaker = Callable[[Mapping[str, Any]], str]
"""Makes the text that an entry commits to from a stored row."""


def stored_rows(campaign: str) -> Iterator[tuple[Select[Any], BodyMaker]]:
    """Yields the rows of a campaign with what the log says of their positions."""
    makers: Sequence[tuple[Table, BodyMaker]] = (
        (tables.ballots, ballot_text),
        (tables.comments, comment_text),
        (tables.superseded, superseded_text),
        (tables.withdrawals, withdrawn_text),
    )
    logged = tables.log_entries.c
    for table, body in makers:
        said = (logged.body.label("logged_body"), logged.campaign.label("logged_for"))
        join = table.outerjoin(tables.log_entries, logged.position == table.c.position)
        query = select(*table.c, logged.commitment, *said).select_from(join)
        query = query.where(table.c.campaign == campaign, table.c.position.is_not(None))
        yield query.order_by(table.c.position), body


def superseded_text(row: Mapping[str, Any]) -> str:
    """Returns the text of a superseded ballot.

    Raises:
        ValueError: its columns say another ballot or moment than the text.
    """
    text = str(row["body"])
    body = json.loads(text)
    voter = row["voter"] if row["unit_voter"] is None else row["unit_voter"]
    if (body["unit"], body["voter"]) != (row["unit"], bytes(voter).hex()):
        raise ValueError(text)
    salt = row["aside_salt"]
    if salt is not None and body["aside"] != aside_digest(bytes(salt), stored_aside(row)):
        raise ValueError(text)
    return text


def withdrawn_text(row: Mapping[str, Any]) -> str:
    """Returns the text of a withdrawal, which is stored as it is."""
    return str(row["body"])
