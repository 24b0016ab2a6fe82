"""The states of a campaign's life: drafted, registered and opened, paused, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import AwareDatetime, Field, field_validator, model_validator
from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.campaign_keys import make_gate_key
from bot.campaigns.definition import write_definition
from bot.campaigns.early_closes import checked_reason
from bot.campaigns.links import LINK, add_link
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.registration import REGISTRATION, order_registration
from bot.campaigns.states import (
    CLOSING,
    DRAFT,
    EARLY_CLOSE,
    OPEN,
    OPENING,
    PAUSE,
    PAUSED,
    require_state,
)
from bot.core.checked_input import CheckedInput, WrongTogether, checked
from bot.core.clock import Clock
from bot.crypto.gate_keys import GateKeys
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from survey_flows.campaign_aim import USUAL, Aim, check_aim
from survey_flows.campaign_definition import DOORS, Link, Unit
from survey_flows.errors import BadInput, Message, Place
from survey_flows.halves import check_halves
from survey_flows.identity_kinds import check_identity
from survey_flows.load import load_frozen

FIRST_YEAR, LAST_YEAR = 1990, 2999


class CampaignInput(CheckedInput):
    """What a form, a program or a command says of a new campaign."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")
    year: int = Field(ge=FIRST_YEAR, le=LAST_YEAR)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    opens_at: AwareDatetime
    closes_at: AwareDatetime

    problems: ClassVar = {
        "id": Message("campaign-bad-id"),
        "year": Message("campaign-bad-year", first=FIRST_YEAR, last=LAST_YEAR),
        "title_zh": Message("campaign-title-missing"),
        "title_en": Message("campaign-title-missing"),
        "opens_at": Message("campaign-bad-moment", first=FIRST_YEAR, last=LAST_YEAR),
        "closes_at": Message("campaign-bad-moment", first=FIRST_YEAR, last=LAST_YEAR),
    }

    @field_validator("opens_at", "closes_at")
    @classmethod
    def _within_years(cls, value: datetime) -> datetime:
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValueError(value)
        return value

    @model_validator(mode="after")
    def _window(self) -> CampaignInput:
        if self.closes_at <= self.opens_at:
            raise WrongTogether(Message("campaign-closes-before-opening"), "closes_at")
        return self


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    """A campaign before its registration.

    ``questionnaires`` are texts by id, as `survey_flows.load` reads them; ``scheme`` is JSON.
    A pilot counts in no year's appraisal; citizens are told so, and its registration says so.
    """

    id: str
    year: int
    title: Mapping[str, str]
    opens_at: datetime
    closes_at: datetime
    units: Sequence[Unit]
    questionnaires: Mapping[str, str]
    scheme: str
    aim: Aim = USUAL
    door: str = ""
    """One of `DOORS`; empty leaves it to what the campaign is."""
    halves: Sequence[str] = ()
    """What split halves differ in, of `survey_flows.halves.HALVES`; empty for no split."""
    identity: Sequence[str] = ()
    """The kinds of identity that are taken (`survey_flows.identity_kinds`); empty for none."""


async def create_campaign(database: AsyncEngine, draft: CampaignDraft, clock: Clock) -> Link:
    """Stores a draft and its open link; returns the link.

    Raises:
        BadInput: a field is wrong (`CampaignInput`), the id is taken, or a unit has no
            questionnaire.
    """
    link = Link(clock.token()[:LINK])
    async with writing(database) as connection:
        await add_campaign(connection, draft, link)
    return link


async def add_campaign(connection: AsyncConnection, draft: CampaignDraft, link: Link) -> None:
    """Does what `create_campaign` does, in the caller's transaction."""
    check_draft(draft)
    if await _exists(connection, draft.id):
        raise BadInput(Message("campaign-id-taken"), Place(subject=draft.id))
    await connection.execute(tables.campaigns.insert(), [draft_row(draft)])
    await add_link(connection, draft.id, link)


async def draft_exists(database: AsyncEngine, draft: CampaignDraft) -> bool:
    """Returns whether a campaign of this name, in any state, says what the draft says."""
    async with reading(database) as connection:
        query = select(tables.campaigns).where(tables.campaigns.c.id == draft.id)
        row = (await connection.execute(query)).first()
    said = {name: value for name, value in draft_row(draft).items() if name != "state"}
    return row is not None and all(row._mapping[name] == value for name, value in said.items())


async def discard_draft(database: AsyncEngine, campaign: str) -> None:
    """Deletes a draft with its links and its sampling frame; a registered campaign stays.

    Raises:
        BadInput: the campaign does not exist, or is no draft any more.
    """
    async with writing(database) as connection:
        row = await read_campaign_row(connection, campaign, "update")
        require_state(campaign, row.state, (DRAFT,))
        for table in (tables.links, tables.frames, tables.response_targets):
            await connection.execute(delete(table).where(table.c.campaign == campaign))
        columns = tables.campaigns.c
        gone = delete(tables.campaigns).where(columns.id == campaign, columns.state == DRAFT)
        if not (await connection.execute(gone)).rowcount:
            raise BadInput(Message("campaign-opened-just-now"), Place(subject=campaign))


async def open_campaign(
    database: AsyncEngine,
    campaign: str,
    keys: GateKeys,
    desk: Desk,
    name: str = "",
    seen: str = "",
) -> None:
    """Does what `order_opening` does, in a transaction of its own."""
    async with writing(database) as connection:
        await order_opening(connection, campaign, keys, desk, name, seen)


async def order_opening(
    connection: AsyncConnection,
    campaign: str,
    keys: GateKeys,
    desk: Desk,
    name: str = "",
    seen: str = "",
) -> None:
    """Orders a draft to be opened; the mixer then registers it in the log (`Mixer.turn`).

    The desk signs the frozen definition, and the mixer logs nothing else of the campaign.
    This alone makes the gate's key of the campaign. ``name`` and ``seen`` confirm the list of a
    counting campaign (`bot.campaigns.opening`).

    Raises:
        BadInput: the campaign does not exist, is neither a draft nor waits without an order, is
            stopped by something, or its list was not confirmed.
    """
    # The service starts without what reads schemes and places.
    from bot.campaigns.opening import check_opening, read_opening

    row = await read_campaign_row(connection, campaign, "update")
    # An order that the mixer refused can be given again; one that waits is not doubled.
    refused = row.state == OPENING and not await _is_ordered(connection, campaign)
    require_state(campaign, DRAFT if refused else row.state, (DRAFT,))
    check_opening(await read_opening(connection, row), name, seen)
    frozen = await order_registration(connection, desk, row)
    changed = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
    await connection.execute(changed.values(state=OPENING, **frozen))
    await make_gate_key(connection, keys, campaign)


async def pause_campaign(database: AsyncEngine, campaign: str, desk: Desk, clock: Clock) -> None:
    """Stops taking ballots and sending messages for a while; the log shows the pause.

    Raises:
        BadInput: the campaign does not exist, or is not open.
    """
    await _pause(database, campaign, OPEN, PAUSED, desk, clock)


async def resume_campaign(database: AsyncEngine, campaign: str, desk: Desk, clock: Clock) -> None:
    """Takes ballots again; raises `BadInput` when the campaign is not paused."""
    await _pause(database, campaign, PAUSED, OPEN, desk, clock)


async def close_campaign(
    database: AsyncEngine, campaign: str, desk: Desk, clock: Clock, reason: str = ""
) -> None:
    """Stops taking ballots for good; a ballot that is not durable by now is refused.

    The mixer closes the campaign once it has mixed the last ballots and destroyed the campaign's
    key (`Mixer.turn`). Before the planned end it does so on a signed order alone, which the log
    shows with the reason.

    Raises:
        BadInput: the campaign does not exist, is neither open nor paused, or would be closed early
            without a reason.
    """
    now = int(clock.now().timestamp())
    async with writing(database) as connection:
        row = await _change_state(connection, campaign, (OPEN, PAUSED), CLOSING)
        if now < row.closes_at:
            said = checked_reason(reason)
            facts = {"planned": row.closes_at, "at": now, "reason": said}
            await desk.order(connection, EARLY_CLOSE, campaign, facts)


async def campaigns_not_accepting(connection: AsyncConnection, campaigns: set[str]) -> set[str]:
    """Returns those of ``campaigns`` that take no ballots now, also for want of a key.

    The others are locked: they cannot be closed before the caller's transaction ends.
    """
    columns = tables.campaigns.c
    keys = tables.campaign_keys.c
    lacking = select(keys.campaign).where(keys.campaign == columns.id, keys.missing.is_not(None))
    query = select(columns.id).where(
        columns.id.in_(campaigns), columns.state == OPEN, ~lacking.exists()
    )
    return campaigns - set((await connection.execute(query.with_for_update(read=True))).scalars())


async def campaigns_in(
    connection: AsyncConnection, states: tuple[str, ...], lock: bool = False
) -> set[tuple[str, str]]:
    """Returns id and state of the campaigns in these states; with ``lock`` they stay in them."""
    columns = tables.campaigns.c
    query = select(columns.id, columns.state).where(columns.state.in_(states)).order_by(columns.id)
    rows = await connection.execute(query.with_for_update(read=True) if lock else query)
    return {(row.id, row.state) for row in rows}


def draft_row(draft: CampaignDraft) -> dict[str, object]:
    """Returns the row of a draft in the table of campaigns."""
    return {
        "id": draft.id,
        "year": draft.year,
        "state": DRAFT,
        "opens_at": int(draft.opens_at.timestamp()),
        "closes_at": int(draft.closes_at.timestamp()),
        "definition": write_definition(
            draft.title,
            draft.units,
            draft.questionnaires,
            draft.aim,
            draft.door,
            draft.halves,
            draft.identity,
        ),
        "scheme": draft.scheme,
        **asdict(draft.aim),
    }


def check_draft(draft: CampaignDraft) -> None:
    """Check what a draft says, before it is stored.

    Raises:
        BadInput: a field is wrong (`CampaignInput`), or a unit has no questionnaire.
    """
    checked(
        CampaignInput,
        id=draft.id,
        year=draft.year,
        title_zh=draft.title["zh-Hans"],
        title_en=draft.title.get("en") or draft.title["zh-Hans"],
        opens_at=draft.opens_at,
        closes_at=draft.closes_at,
    )
    check_aim(draft.aim)
    if draft.door not in ("", *DOORS):
        raise BadInput(Message("campaign-door-unknown", doors=DOORS), Place(field="door"))
    check_identity(draft.identity)
    forms = {name: load_frozen(text, name) for name, text in draft.questionnaires.items()}
    check_halves(draft.halves, forms if draft.halves else {})
    if not draft.units:
        raise BadInput(Message("campaign-without-units"), Place(subject=draft.id))
    for unit in draft.units:
        if unit.questionnaire not in draft.questionnaires:
            raise BadInput(
                Message("campaign-unknown-questionnaire", questionnaire=unit.questionnaire),
                Place(subject=unit.code),
            )


async def _exists(connection: AsyncConnection, campaign: str) -> bool:
    query = select(tables.campaigns.c.id).where(tables.campaigns.c.id == campaign)
    return (await connection.execute(query.with_for_update())).first() is not None


async def _pause(
    database: AsyncEngine, campaign: str, before: str, state: str, desk: Desk, clock: Clock
) -> None:
    """Brings a campaign from a state to another, and has the log show it."""
    async with writing(database) as connection:
        await _change_state(connection, campaign, (before,), state)
        # Whoever stops a survey on a bad day must not be able to do it unseen.
        facts = {"state": state, "at": int(clock.now().timestamp())}
        await desk.order(connection, PAUSE, campaign, facts)


async def _change_state(
    connection: AsyncConnection, campaign: str, allowed: tuple[str, ...], state: str
) -> Row[Any]:
    row = await read_campaign_row(connection, campaign, "update")
    require_state(campaign, row.state, allowed)
    changed = update(tables.campaigns).where(tables.campaigns.c.id == campaign)
    await connection.execute(changed.values(state=state))
    return row


async def _is_ordered(connection: AsyncConnection, campaign: str) -> bool:
    waiting = tables.notices.c
    query = select(waiting.id).where(waiting.kind == REGISTRATION, waiting.campaign == campaign)
    return (await connection.execute(query.limit(1))).first() is not None
