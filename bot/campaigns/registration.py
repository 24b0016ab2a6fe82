"""What a campaign registers in the log before it takes ballots, and whether it still says the same.

Triggers keep a registered campaign from being changed by a slip. A change that gets around them is
found when the service loads the campaign, and by everybody with `minping verify`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.campaigns.definition import read_definition
from bot.campaigns.link_marks import mark_links
from bot.campaigns.organiser import organiser_in, organiser_part
from bot.campaigns.states import CLOSED
from bot.crypto.note_signatures import open_note
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk, facts_of
from bot.transparency.entry_bodies import registration_body
from bot.transparency.log_entry import entry_of_row, is_committed
from bot.transparency.log_reader import LogDamaged, latest_checkpoint, prove_inclusion
from survey_flows.campaign_aim import Aim
from survey_flows.campaign_definition import Organiser
from survey_flows.errors import BadInput
from survey_flows.log_entries import OLDER_FORM, act_label, older_act_label
from survey_flows.merkle import leaf_hash, verify_inclusion
from survey_flows.signed_notes import Checkpoint, VerifierKey

REGISTRATION = "registration"


def definition_with_seed(
    row: Row[Any],
    limits: Sequence[Mapping[str, Any]] = (),
    organiser: Organiser | None = None,
) -> str:
    """Returns the definition's text as it is registered: with organiser, link limits and seed.

    The desk draws the seed when it signs the opening, so that nobody who drafts a campaign chooses
    its sample. ``limits`` come from `read_limits`.
    """
    parts: dict[str, Any] = {"links": list(limits)} if limits else {}
    parts |= organiser_part(organiser)
    return read_definition(row).text_with(**parts, seed=secrets.token_hex(32))


async def order_registration(
    connection: AsyncConnection, desk: Desk, row: Row[Any]
) -> dict[str, str]:
    """Freezes a campaign's definition and has the desk sign it; returns the columns to store."""
    limits, organiser = await read_limits(connection, row.id), await organiser_in(connection)
    frozen = {"definition": definition_with_seed(row, limits, organiser)}
    body = registration_body({**row._mapping, **frozen})
    await desk.order(connection, REGISTRATION, row.id, facts_of(body), name=row.id)
    await mark_links(connection, desk, row.id)
    return frozen


def registers(body: str, row: Row[Any]) -> bool:
    """Returns whether a registration's body says what the campaign's row says.

    Columns that repeat a part of the definition agree with it.
    """
    return _repeats_aim(row) and facts_of(body) == facts_of(registration_body(row._mapping))


def _repeats_aim(row: Row[Any]) -> bool:
    return read_definition(row).aim == Aim(row.purpose, row.about, row.asks)


async def read_limits(connection: AsyncConnection, campaign: str) -> list[dict[str, Any]]:
    """Returns group, stratum and limit of each link that is meant for a number of people.

    The token is left out: whoever reads the log must not get into the campaign by it.
    """
    columns = tables.links.c
    query = select(columns.group_code, columns.stratum, columns.max_people).where(
        columns.campaign == campaign
    )
    rows = await connection.execute(
        query.where(columns.max_people.is_not(None)).order_by(*query.selected_columns)
    )
    return [
        {"group": row.group_code, "stratum": row.stratum, "most": row.max_people} for row in rows
    ]


async def unproven_in_log(
    connection: AsyncConnection, rows: Sequence[Row[Any]], key: VerifierKey
) -> set[str]:
    """Returns the ids of the campaigns whose registration is in no log that ``key`` has signed.

    `differing_from_log` compares two rows, which whoever owns the database can both change, so
    that citizens read other words on the same buttons. The signed checkpoint is nobody's to change.
    A registration that is newer than the newest checkpoint is not proven yet.
    """
    newest = await latest_checkpoint(connection)
    try:
        signed = open_note(newest.note, [key]).checkpoint if newest else None
    except BadInput:
        signed = None
    return {row.id for row in rows if not await _is_proven(connection, row, signed)}


async def _is_proven(connection: AsyncConnection, row: Row[Any], signed: Checkpoint | None) -> bool:
    position = row.registered
    if signed is None or position is None or not 0 <= position < signed.size:
        return False
    query = select(tables.log_entries).where(tables.log_entries.c.position == position)
    found = (await connection.execute(query)).first()
    if found is None or found.body is None:
        return False
    try:
        entry = entry_of_row(found._mapping)
        proof = await prove_inclusion(connection, position, signed.size)
    except (BadInput, LogDamaged, ValueError):
        return False
    if entry.form == OLDER_FORM:
        # A line of form 1 says neither kind nor campaign; its label does.
        known = entry.label == older_act_label(REGISTRATION, row.id)
    else:
        known = (entry.kind, entry.campaign) == (REGISTRATION, row.id)
    leaf = leaf_hash(entry.line)
    return (
        known
        and is_committed(entry)
        and verify_inclusion(leaf, position, signed.size, proof, signed.root)
    )


async def differing_from_log(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> set[str]:
    """Returns the ids of the campaigns that differ from their registration in the log.

    A campaign that takes ballots must be in the log. A closed one may be absent from it, because
    imported campaigns are never registered; one whose row has lost its place differs. These are
    rows, so that this finds slips; `bot.ballots.close_check` proves.
    """
    columns = tables.log_entries.c
    labels: dict[bytes, str] = {}
    for row in rows:
        own = (act_label(REGISTRATION, row.id, row.id), older_act_label(REGISTRATION, row.id))
        labels |= dict.fromkeys(own, row.id)
    query = select(columns.position, columns.label, columns.kind, columns.body).where(
        columns.label.in_(list(labels)), columns.kind == REGISTRATION
    )
    found = await connection.execute(query.order_by(columns.position))
    logged = {labels[bytes(row.label)]: row for row in found}
    return {row.id for row in rows if _differs(row, logged.get(row.id))}


def _differs(row: Row[Any], logged: Row[*tuple[Any, ...]] | None) -> bool:
    if row.registered is None:
        return logged is not None or bool(row.state != CLOSED) or not _repeats_aim(row)
    return logged is None or logged.position != row.registered or not registers(logged.body, row)
