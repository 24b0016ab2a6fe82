"""Changes of a draft until it is opened: by whoever has seen what it says now.

A form that is older than the draft overwrites nothing: it comes back with what stands now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.model.facts import UNIT_GRADES
from aggregation.scheme.scheme import parse_scheme
from bot.campaigns.definition import FrozenDefinition, read_definition
from bot.campaigns.lifecycle import CampaignDraft, check_draft, draft_row
from bot.campaigns.quota_terms import dump_capacities
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import DRAFT, require_state
from bot.core.shipped_files import offered_questionnaires
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import registration_body
from survey_flows.errors import BadInput, Message, Place
from survey_flows.halves import check_halves
from survey_flows.load import dump_questionnaire, load_questionnaire
from survey_flows.questionnaire import Questionnaire


def draft_mark(row: Row[Any]) -> str:
    """Return what differs as soon as a draft says anything else."""
    return sha256(registration_body(row._mapping).encode()).hexdigest()[:16]


async def read_draft(database: AsyncEngine, campaign: str) -> tuple[Row[Any], str]:
    """Return the row of a draft and its mark.

    Raises:
        BadInput: there is no such campaign, or it is no draft any more.
    """
    async with reading(database) as connection:
        row = await read_campaign_row(connection, campaign)
    require_state(campaign, row.state, (DRAFT,))
    return row, draft_mark(row)


async def change_draft(database: AsyncEngine, draft: CampaignDraft, seen: str) -> None:
    """Replace what a draft says; its links, response quotas and sampling plan stay.

    Args:
        database: where the draft is.
        draft: what it says from now on, under the same name.
        seen: the mark of what was seen (`draft_mark`).

    Raises:
        BadInput: there is no such draft, somebody changed or opened it meanwhile, a field is wrong,
            or a response quota names a unit that the draft does not have any more.
    """
    check_draft(draft)
    async with writing(database) as connection:
        row = await _unchanged(connection, draft.id, seen)
        await _store(connection, draft, row)


async def change_questionnaire(
    database: AsyncEngine, campaign: str, questionnaire: Questionnaire, seen: str
) -> None:
    """Put a questionnaire in the place of that of its id in a draft; all else stays.

    Args:
        database: where the draft is.
        campaign: the draft.
        questionnaire: what is asked from now on. It is checked as one in a file is.
        seen: the mark of what was seen (`draft_mark`).

    Raises:
        BadInput: there is no such draft or questionnaire, somebody changed or opened the draft
            meanwhile, the questionnaire contradicts itself, or it cannot be split in halves.
    """
    text, name = dump_questionnaire(questionnaire), questionnaire.id
    sound = load_questionnaire(text, name)
    async with writing(database) as connection:
        row = await _unchanged(connection, campaign, seen)
        before = read_definition(row)
        if name not in before.questionnaires:
            message = Message("campaign-unknown-questionnaire", questionnaire=name)
            raise BadInput(message, Place(subject=campaign))
        check_halves(before.halves, before.questionnaires | {name: sound})
        texts = before.questionnaire_texts | {name: text}
        said = {"definition": before.text_with(questionnaires=texts)}
        changed = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
        await connection.execute(changed.values(said))


async def add_questionnaire(database: AsyncEngine, campaign: str, name: str, pattern: str) -> None:
    """Give a draft a further questionnaire, which begins as another one says.

    Units ask it once their material names it and the draft's units are read anew.

    Args:
        database: where the draft is.
        campaign: the draft.
        name: the new questionnaire's id.
        pattern: the id of one of the draft, or of one that is shipped.

    Raises:
        BadInput: there is no such draft or pattern, the draft has a questionnaire of this id, or no
            questionnaire can have it.
    """
    async with writing(database) as connection:
        row = await read_campaign_row(connection, campaign, "update")
        require_state(campaign, row.state, (DRAFT,))
        before = read_definition(row)
        if name in before.questionnaires:
            message = Message("campaign-questionnaire-exists", questionnaire=name)
            raise BadInput(message, Place(subject=campaign))
        found = before.questionnaires.get(pattern) or offered_questionnaires().get(pattern)
        if found is None:
            message = Message("campaign-unknown-questionnaire", questionnaire=pattern)
            raise BadInput(message, Place(subject=campaign))
        text = dump_questionnaire(replace(found, id=name))
        sound = load_questionnaire(text, name)
        check_halves(before.halves, before.questionnaires | {name: sound})
        texts = before.questionnaire_texts | {name: text}
        changed = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
        await connection.execute(changed.values(definition=before.text_with(questionnaires=texts)))


async def change_scheme(
    database: AsyncEngine, campaign: str, data: Mapping[str, Any], seen: str
) -> None:
    """Put a scheme in the place of a draft's; places of families are those of the year's units.

    Args:
        database: where the draft is.
        campaign: the draft.
        data: the scheme as a file would hold it. It is checked as one in a file is.
        seen: the mark of what was seen (`draft_mark`).

    Raises:
        BadInput: there is no such draft, somebody changed or opened it meanwhile, or what is wrong
            with the scheme.
    """
    from bot.campaigns.drafting import chosen_scheme, locked_places, units_of_year

    places: Mapping[str, Any] = data["unit_quota"]
    scheme = parse_scheme({**data, "unit_quota": {**places, "families": {}}}, "")
    async with reading(database) as connection:
        year = (await read_campaign_row(connection, campaign)).year
    units, locked = await units_of_year(database, year), await locked_places(database, year)
    quota = scheme.unit_quota
    counts = None if locked else [getattr(quota, grade.value) for grade in UNIT_GRADES]
    text = chosen_scheme(None, None, counts, year, units, locked, scheme)
    async with writing(database) as connection:
        await _unchanged(connection, campaign, seen)
        changed = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
        await connection.execute(changed.values(scheme=text))


async def _unchanged(connection: AsyncConnection, campaign: str, seen: str) -> Row[Any]:
    """Return the locked row of a draft that says what was seen.

    Raises:
        BadInput: it is no draft, or says something else.
    """
    row = await read_campaign_row(connection, campaign, "update")
    require_state(campaign, row.state, (DRAFT,))
    if draft_mark(row) != seen:
        raise BadInput(Message("campaign-draft-changed"), Place(subject=campaign))
    return row


async def _store(connection: AsyncConnection, draft: CampaignDraft, row: Row[Any]) -> None:
    before, said = read_definition(row), draft_row(draft)
    units = {unit.code for unit in draft.units}
    if gone := sorted({cell.unit for cell in before.capacities} - units):
        message = Message("campaign-quota-unit-gone", unit=gone[0])
        raise BadInput(message, Place(field="units"))
    parts: dict[str, Any] = {}
    if before.capacities:
        parts["quotas"] = dump_capacities(before.capacities)
    if before.sampling is not None:
        parts["sampling"] = before.sampling
    said["definition"] = FrozenDefinition(str(said["definition"])).text_with(**parts)
    changed = update(tables.campaigns).where(tables.campaigns.c.id == draft.id)
    await connection.execute(changed.values(said))


async def take_over_quotas(database: AsyncEngine, source: str, campaign: str) -> int:
    """Give a draft the response quotas of another campaign, for the units and groups that it has.

    Returns:
        How many quotas it has.

    Raises:
        BadInput: one of the campaigns is missing, or the second is no draft.
    """
    async with writing(database) as connection:
        before = read_definition(await read_campaign_row(connection, source))
        row = await read_campaign_row(connection, campaign, "update")
        require_state(campaign, row.state, (DRAFT,))
        now = read_definition(row)
        known = {"", *now.scheme.groups}
        kept = {
            cell: count
            for cell, count in before.capacities.items()
            if cell.unit in now.units and cell.group in known
        }
        if kept:
            text = now.text_with(quotas=dump_capacities(kept))
            changed = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
            await connection.execute(changed.values(definition=text))
    return len(kept)
