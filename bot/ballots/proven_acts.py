"""The acts of one campaign as the log has them, collected on a walk that proves the whole log.

No row is asked whether a campaign is registered: a row can be hidden, and the signed root cannot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.registration import REGISTRATION, registers
from bot.crypto.act_signatures import signed_act
from bot.storage.schema import all as tables
from bot.transparency.desk import DESK, desk_name
from bot.transparency.entry_bodies import KEYS
from bot.transparency.log_entry import LogEntry, is_committed
from survey_flows.errors import BadInput, Place
from survey_flows.log_entries import LOG_ITSELF, OLDER_FORM, read_signatures
from survey_flows.signed_notes import VerifierKey, read_key

CLOSING_ACT, DECISION, RESULT = "closing", "decision", "result"


class ProvenActs:
    """What the log says of a campaign.

    Args:
        campaign: its id.
    """

    def __init__(self, campaign: str) -> None:
        self._campaign = campaign
        self.registration: tuple[int, str] | None = None
        """Position and text."""
        self.closed = False
        self.decisions: list[Mapping[str, Any]] = []
        """The bodies of the acts on fraud cases, in the order of the log."""
        self._desk: VerifierKey | None = None

    def take(self, position: int, entry: LogEntry) -> None:
        """Notes an entry at its position if it is an act of the campaign, or names the desk.

        A line of form 1 says neither kind nor campaign; its committed text does.
        """
        if entry.body is None or not is_committed(entry):
            return
        if entry.form != OLDER_FORM and entry.campaign not in (self._campaign, LOG_ITSELF):
            return
        said = json.loads(entry.body)
        about = (said.get("kind"), said.get("campaign"))
        if about == (REGISTRATION, self._campaign):
            self.registration = (position, entry.body)
        elif about == (CLOSING_ACT, self._campaign):
            self.closed = True
        elif about == (DECISION, self._campaign):
            self.decisions.append(said)
        elif about == (KEYS, LOG_ITSELF) and DESK in said:
            self._desk = read_key(said[DESK])

    def registers(self, row: Row[Any]) -> bool:
        """Returns whether a campaign's row is what was registered, and names its place."""
        if self.registration is None:
            return row.registered is None
        position, body = self.registration
        try:
            return bool(row.registered == position) and registers(body, row)
        except (ValueError, TypeError, KeyError):
            return False

    def waiting(self, rows: Iterable[Row[Any]]) -> list[Mapping[str, Any]]:
        """Returns the bodies of decisions that wait for the log, if the desk has signed them."""
        return [json.loads(row.body) for row in rows if self._desk and _signed(self._desk, row)]


async def read_waiting_decisions(connection: AsyncConnection, campaign: str) -> list[Row[Any]]:
    """Returns the rows that say to be decisions on a campaign and wait for the log."""
    columns = tables.notices.c
    query = select(columns.body, columns.signatures).where(
        columns.kind == DECISION, columns.campaign == campaign
    )
    return list(await connection.execute(query.order_by(columns.id)))


def _signed(desk: VerifierKey, row: Row[Any]) -> bool:
    origin = desk.name.removesuffix(desk_name(""))
    try:
        signatures = read_signatures(json.loads(row.signatures), Place(field="signatures"))
    except (BadInput, ValueError, RecursionError):
        return False
    return any(signed_act(desk, origin, row.body, one) for one in signatures)
