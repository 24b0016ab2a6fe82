"""Operations on campaigns, by the same functions as the console and the commands."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.disclosure.rounding import ROUNDING_BASE, part_at_least, round_down
from aggregation.model.facts import UNIT_GRADES
from bot.campaigns.lifecycle import (
    CampaignDraft,
    close_campaign,
    create_campaign,
    draft_exists,
    open_campaign,
    pause_campaign,
    resume_campaign,
)
from bot.campaigns.links import add_vouching_link as store_link
from bot.campaigns.quota_file import FIELDS
from bot.campaigns.quotas import set_quotas, show_quotas
from bot.campaigns.registered import RegisteredCampaign, find_registered_campaign
from bot.campaigns.summaries import CampaignSummary, list_campaigns, show_campaign
from bot.core.urls import citizen_urls
from bot.fieldwork.audience.invitations import count_responses
from bot.results.live_counts import unit_counts
from bot.storage.database import reading, writing
from bot.storage.schema.api import idempotency_keys
from bot.web.api.call import ApiCall, RequestRefused, idempotency_key
from bot.web.api.inputs import QuotaInput
from bot.web.api.models import (
    Campaign,
    CampaignCounts,
    CampaignLink,
    CampaignList,
    CellResponseCounts,
    LinkList,
    LocalizedNames,
    QuotaFill,
    QuotaList,
    TokenScopes,
    UnitCount,
)
from survey_flows.campaign_aim import Aim
from survey_flows.campaign_definition import Link
from survey_flows.errors import BadInput, Message, Place

QUOTA_COLUMNS = [field.name for field in FIELDS]
"""The columns of the console's table of quotas: `QuotaInput` has the same fields in this order."""
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)


async def show_token(call: ApiCall) -> web.Response:
    """Answers with the token's name and scopes."""
    token = call.token
    return call.response(
        TokenScopes(
            token=token.name, scopes=list(token.scopes), expires_at=utc_datetime(token.expires)
        )
    )


async def list_all(call: ApiCall) -> web.Response:
    """Answers with a page of campaigns."""
    state, year = call.query.state, call.query.year
    found = [
        s for s in reversed(await list_campaigns(call.service.database)) if state in (None, s.state)
    ]
    found = [summary for summary in found if year in (None, summary.year)]
    shown, following = call.paged(found)
    return call.response(
        CampaignList(
            items=[campaign_model(summary) for summary in shown], total=len(found), next=following
        )
    )


async def show_one(call: ApiCall) -> web.Response:
    """Answers with one campaign."""
    return call.response(campaign_model(await call.summary()))


def campaign_model(summary: CampaignSummary) -> Campaign:
    """Returns the model of a campaign; its ballots are rounded."""
    return Campaign(
        id=summary.id,
        year=summary.year,
        title=names(summary.title["zh-Hans"], summary.title.get("en", "")),
        state=summary.state,  # type: ignore[arg-type]
        opens_at=utc_datetime(summary.opens_at),
        closes_at=utc_datetime(summary.closes_at),
        closed_early_at=utc_datetime(summary.early.at) if summary.early else None,
        units=summary.units,
        **asdict(summary.aim),
        ballots=round_down(summary.ballots, summary.cell),
        step=max(ROUNDING_BASE, summary.cell),
    )


def names(zh: str, en: str) -> LocalizedNames:
    """Returns a name in both languages; without an English one, the Chinese stands for both."""
    return LocalizedNames.model_validate({"zh": zh, "en": en or zh})


def utc_datetime(seconds: int) -> datetime:
    """Returns epoch seconds as a moment in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


async def make_draft(call: ApiCall) -> web.Response:
    """Makes a draft: 201; 200 when this draft is there already, 409 when another has its name."""
    draft = await _draft(call)
    try:
        await create_campaign(call.service.database, draft, call.service.clock)
        status = 201
    except (BadInput, IntegrityError) as error:
        if await draft_exists(call.service.database, draft):
            status = 200
        elif isinstance(error, BadInput) and not await _exists(call, draft.id):
            raise RequestRefused.because(422, error) from error
        else:
            raise RequestRefused(
                409, Message("api-campaign-name-taken"), Place(subject=draft.id)
            ) from error
    return call.response(campaign_model(await call.summary()), status)


async def _draft(call: ApiCall) -> CampaignDraft:
    from bot.campaigns.drafting import (
        chosen_questionnaires,
        chosen_scheme,
        locked_places,
        stored_units,
        units_of_year,
    )

    wanted = call.body
    try:
        units = await stored_units(call.service.database, wanted.units, wanted.year)
    except BadInput as error:
        raise RequestRefused(422, error.message, Place(field="units")) from error
    listed = await units_of_year(call.service.database, wanted.year)
    locked = await locked_places(call.service.database, wanted.year)
    grades = [getattr(wanted.grades, grade) for grade in UNIT_GRADES] if wanted.grades else None
    return CampaignDraft(
        id=call.path_param("campaign"),
        year=wanted.year,
        title={"zh-Hans": wanted.title.zh, "en": wanted.title.en},
        opens_at=wanted.opens_at,
        closes_at=wanted.closes_at,
        units=units,
        questionnaires=await asyncio.to_thread(chosen_questionnaires, []),
        scheme=await asyncio.to_thread(
            chosen_scheme, None, None, grades, wanted.year, listed, locked
        ),
        aim=Aim(wanted.purpose, wanted.about, wanted.asks),
        door=wanted.door or "",
        halves=wanted.halves,
        identity=wanted.identity,
    )


async def _exists(call: ApiCall, campaign: str) -> bool:
    return campaign in {summary.id for summary in await list_campaigns(call.service.database)}


async def open_one(call: ApiCall) -> web.Response:
    """Registers a pilot; a person opens a campaign that counts, for programs do not sign."""
    summary, on = await call.summary(), call.service
    if not summary.aim.pilot:
        raise RequestRefused(409, Message("api-person-opens"), Place(subject=summary.id))
    return await _change_state(
        call, lambda name: open_campaign(on.database, name, on.keys, on.desk)
    )


async def pause_one(call: ApiCall) -> web.Response:
    """Pauses a campaign."""
    on = call.service
    return await _change_state(
        call, lambda name: pause_campaign(on.database, name, on.desk, on.clock)
    )


async def resume_one(call: ApiCall) -> web.Response:
    """Resumes a paused campaign."""
    on = call.service
    return await _change_state(
        call, lambda name: resume_campaign(on.database, name, on.desk, on.clock)
    )


async def close_one(call: ApiCall) -> web.Response:
    """Closes a campaign, when the body confirms its name."""
    name = (await call.summary()).id
    if call.body.confirm != name:
        raise RequestRefused(422, Message("api-not-this-name"), Place(field="confirm"))
    on = call.service
    return await _change_state(
        call,
        lambda name: close_campaign(on.database, name, on.desk, on.clock, call.body.reason),
    )


async def _change_state(call: ApiCall, change: Callable[[str], Awaitable[None]]) -> web.Response:
    """Changes the state; a mixer within this service writes its log entry before the answer."""
    name = (await call.summary()).id
    await change(name)
    await call.service.mixer.turn()
    await call.service.live_campaigns.refresh()
    return call.response(campaign_model(await show_campaign(call.service.database, name)))


async def list_links(call: ApiCall) -> web.Response:
    """Answers with the links; those that vouch for a group only to tokens that could make them."""
    links = [
        link
        for link in (await call.summary()).links
        if link.source == "open" or call.may("campaigns:write")
    ]
    return call.response(LinkList(items=[_link(call, link) for link in links]))


def _link(call: ApiCall, link: Link) -> CampaignLink:
    found = citizen_urls(call.service.settings, link)
    return CampaignLink(
        group=link.group,
        source=link.source,
        stratum=link.stratum,
        max_people=link.max_people,
        addresses=found,
    )


async def make_link(call: ApiCall) -> web.Response:
    """Makes a link; the same key and body make it once only."""
    key, campaign, wanted = idempotency_key(call), await _campaign(call), call.body
    try:
        async with writing(call.service.database) as connection:
            before = await _made_before(connection, call, key)
            link = None
            if before is None:
                link = await store_link(
                    connection,
                    campaign.id,
                    wanted.group,
                    wanted.stratum,
                    call.service.desk,
                    call.service.clock,
                    wanted.max_people,
                )
                await _remember(connection, call, key, link.token)
    except IntegrityError:  # the same request at the same moment
        async with reading(call.service.database) as connection:
            before, link = await _made_before(connection, call, key), None
    except BadInput as error:
        # A wrong field is the program's; the state of the campaign is a conflict.
        raise RequestRefused.because(422 if error.place.field else 409, error) from error
    link = link or Link(before or "", wanted.group, "invited", wanted.stratum, wanted.max_people)
    return call.response(_link(call, link), 201)


def _digest(call: ApiCall) -> bytes:
    return sha256(f"{call.request.method} {call.request.path}\n".encode() + call.raw).digest()


async def _made_before(connection: AsyncConnection, call: ApiCall, key: str) -> str | None:
    """Returns the link that this key made; raises `RequestRefused` if another request had it."""
    query = select(idempotency_keys).where(
        idempotency_keys.c.token == call.token.name, idempotency_keys.c.key == key
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    if bytes(row.digest) != _digest(call):
        raise RequestRefused(
            409, Message("api-idempotency-key-reused"), Place(field="Idempotency-Key")
        )
    return str(row.answer)


async def _remember(connection: AsyncConnection, call: ApiCall, key: str, answer: str) -> None:
    row = {"token": call.token.name, "key": key, "digest": _digest(call), "answer": answer}
    await connection.execute(
        idempotency_keys.insert(), [row | {"at": int(call.service.clock.now().timestamp())}]
    )


async def _campaign(call: ApiCall) -> RegisteredCampaign:
    return await find_registered_campaign(call.service.database, (await call.summary()).id)


async def list_quotas(call: ApiCall) -> web.Response:
    """Answers with the quotas; how far they are filled is rounded."""
    return await _quotas(call, await call.summary())


async def put_quotas(call: ApiCall) -> web.Response:
    """Gives a draft its quotas, checked as the table that the console takes."""
    summary = await call.summary()
    if summary.state != "draft":
        raise RequestRefused(409, Message("api-quotas-registered"), Place(subject=summary.id))
    try:
        await set_quotas(call.service.database, summary.id, "items.csv", _table(call.body.items))
    except BadInput as error:
        raise RequestRefused.because(422, error) from error
    return await _quotas(call, summary)


def _table(items: Sequence[QuotaInput]) -> bytes:
    """Returns the quotas as CSV: row 2 is the first of them."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(QUOTA_COLUMNS)
    table.writerows(
        [item.unit, item.group, item.stratum, item.source, item.capacity] for item in items
    )
    return text.getvalue().encode()


async def _quotas(call: ApiCall, summary: CampaignSummary) -> web.Response:
    found = await show_quotas(call.service.database, summary.id)
    items = [
        QuotaFill(
            unit=fill.cell.unit,
            group=fill.cell.group,
            stratum=fill.cell.stratum,
            source=fill.cell.source,
            capacity=fill.capacity,
            taken=fill.taken,
            full=fill.full,
        )
        for fill in found
    ]
    return call.response(QuotaList(items=items, step=max(ROUNDING_BASE, summary.cell)))


async def show_counts(call: ApiCall) -> web.Response:
    """Answers with counts of ballots and invitations, rounded until the close."""
    summary, campaign = await call.summary(), await _campaign(call)
    counts = await unit_counts(call.service.database, campaign)
    responses = await count_responses(call.service.database, campaign.id)
    return call.response(
        CampaignCounts(
            campaign=campaign.id,
            state=summary.state,  # type: ignore[arg-type]
            rounded=summary.state != "closed",
            step=max(ROUNDING_BASE, summary.cell),
            ballots=round_down(summary.ballots, summary.cell),
            units=[
                UnitCount(unit=code, ballots=counts[code])
                for code in campaign.units
                if code in counts
            ],
            invitations=[
                CellResponseCounts(
                    cell=found.cell,
                    invited=found.invited,
                    opened=part_at_least(found.opened, found.invited, summary.cell),
                    answered=part_at_least(found.answered, found.invited, summary.cell),
                )
                for found in responses
            ],
        )
    )
