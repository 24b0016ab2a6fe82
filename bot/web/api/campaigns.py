"""Campaigns for programs: what the pages and commands do, by the same functions."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.disclosure.rounding import ROUNDING_BASE, round_down
from aggregation.model.facts import UNIT_GRADES
from bot.campaigns.lifecycle import (
    CampaignDraft,
    CampaignSummary,
    close_campaign,
    create_campaign,
    draft_exists,
    list_campaigns,
    open_campaign,
    pause_campaign,
    resume_campaign,
    show_campaign,
)
from bot.campaigns.links import add_vouching_link as store_link
from bot.campaigns.quotas import set_quotas, show_quotas
from bot.campaigns.registered import RegisteredCampaign, read_registered_campaigns
from bot.core.urls import citizen_urls
from bot.fieldwork.audience.invitations import count_responses
from bot.results.live_counts import unit_counts
from bot.storage.database import reading, writing
from bot.storage.schema.api import repeats
from bot.web.api.models import (
    Campaign,
    CampaignCounts,
    CampaignLink,
    CampaignList,
    CellResponseCounts,
    LinkList,
    LocalizedNames,
    QuotaFill,
    QuotaInput,
    QuotaList,
    TokenScopes,
    UnitCount,
)
from bot.web.api.request import ApiCall, RequestRefused, idempotency_key
from survey_flows.campaign_definition import Link
from survey_flows.errors import BadInput

QUOTA = ("unit", "group", "stratum", "source", "most")
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)


async def show_token(call: ApiCall) -> web.Response:
    """The token itself, without its secret."""
    token = call.token
    return call.response(
        TokenScopes(
            token=token.name, scopes=list(token.scopes), expires_at=utc_datetime(token.expires)
        )
    )


async def list_all(call: ApiCall) -> web.Response:
    """A page of campaigns."""
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
    """One campaign."""
    return call.response(campaign_model(await call.summary()))


def campaign_model(summary: CampaignSummary) -> Campaign:
    """A campaign as it is told."""
    return Campaign(
        id=summary.id,
        year=summary.year,
        title=names(summary.title["zh-Hans"], summary.title.get("en", "")),
        state=summary.state,  # type: ignore[arg-type]
        opens_at=utc_datetime(summary.opens_at),
        closes_at=utc_datetime(summary.closes_at),
        units=summary.units,
        trial=summary.pilot,
        ballots=round_down(summary.ballots, summary.cell),
        step=max(ROUNDING_BASE, summary.cell),
    )


def names(zh: str, en: str) -> LocalizedNames:
    """A name in both languages; who has none in English keeps the Chinese one."""
    return LocalizedNames.model_validate({"zh": zh, "en": en or zh})


def utc_datetime(seconds: int) -> datetime:
    """Epoch seconds as they are written: in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


async def make_draft(call: ApiCall) -> web.Response:
    """Make a draft: 201. The same once more: 200 and nothing is made. Another of this name: 409."""
    draft = await _draft(call)
    try:
        await create_campaign(call.service.database, draft, call.service.clock)
        status = 201
    except (BadInput, IntegrityError) as error:
        if await draft_exists(call.service.database, draft):
            status = 200
        elif isinstance(error, BadInput) and not await _exists(call, draft.id):
            raise RequestRefused(422, error.what, error.where) from error
        else:
            raise RequestRefused(
                409, "there is another campaign of this name; choose another name", draft.id
            ) from error
    return call.response(campaign_model(await call.summary()), status)


async def _draft(call: ApiCall) -> CampaignDraft:
    from bot.campaigns.drafting import chosen_questionnaires, chosen_scheme, stored_units

    asked = call.body
    for name, at in (("opens_at", asked.opens_at), ("closes_at", asked.closes_at)):
        if not EARLIEST <= at <= LATEST:
            raise RequestRefused(422, "give a time between the years 1990 and 2999", name)
    try:
        units = await stored_units(call.service.database, asked.units, asked.year)
    except BadInput as error:
        raise RequestRefused(422, error.what, "units") from error
    grades = [getattr(asked.grades, grade) for grade in UNIT_GRADES] if asked.grades else None
    return CampaignDraft(
        id=call.path_param("campaign"),
        year=asked.year,
        title={"zh-Hans": asked.title.zh, "en": asked.title.en},
        opens_at=asked.opens_at,
        closes_at=asked.closes_at,
        units=units,
        questionnaires=await asyncio.to_thread(chosen_questionnaires, []),
        scheme=await asyncio.to_thread(chosen_scheme, None, None, grades),
        pilot=asked.trial,
    )


async def _exists(call: ApiCall, campaign: str) -> bool:
    return campaign in {summary.id for summary in await list_campaigns(call.service.database)}


async def open_one(call: ApiCall) -> web.Response:
    """Let a draft take ballots."""
    return await _moved(call, lambda name: open_campaign(call.service.database, name))


async def pause_one(call: ApiCall) -> web.Response:
    """Take no ballots for a while."""
    return await _moved(
        call, lambda name: pause_campaign(call.service.database, name, call.service.clock)
    )


async def resume_one(call: ApiCall) -> web.Response:
    """Take ballots again."""
    return await _moved(
        call, lambda name: resume_campaign(call.service.database, name, call.service.clock)
    )


async def close_one(call: ApiCall) -> web.Response:
    """Take no more ballots, for good."""
    name = (await call.summary()).id
    if call.body.confirm != name:
        raise RequestRefused(422, "this is not the campaign's name; it was not closed", "confirm")
    return await _moved(call, lambda name: close_campaign(call.service.database, name))


async def _moved(call: ApiCall, move: Callable[[str], Awaitable[None]]) -> web.Response:
    """The campaign after it was moved, and after the mixer, if it is here, took its turn."""
    name = (await call.summary()).id
    await move(name)
    await call.service.mixer.turn()
    await call.service.live_campaigns.refresh()
    return call.response(campaign_model(await show_campaign(call.service.database, name)))


async def list_links(call: ApiCall) -> web.Response:
    """Links. Those that vouch for a group are each worth votes: only for who could make them."""
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
        most=link.max_people,
        addresses=found,
    )


async def make_link(call: ApiCall) -> web.Response:
    """Make a link; by the same key and body once only."""
    key, poll, asked = idempotency_key(call), await _poll(call), call.body
    if asked.group not in poll.scheme.groups:
        raise RequestRefused(422, f"the groups are {', '.join(poll.scheme.groups)}", "group")
    try:
        async with writing(call.service.database) as connection:
            before = await _made_before(connection, call, key)
            link = None
            if before is None:
                link = await store_link(
                    connection, poll.id, asked.group, asked.stratum, call.service.clock, asked.most
                )
                await _keep(connection, call, key, link.token)
    except IntegrityError:  # the same request at the same moment
        async with reading(call.service.database) as connection:
            before, link = await _made_before(connection, call, key), None
    link = link or Link(before or "", asked.group, "invited", asked.stratum, asked.most)
    return call.response(_link(call, link), 201)


def _digest(call: ApiCall) -> bytes:
    return sha256(f"{call.request.method} {call.request.path}\n".encode() + call.raw).digest()


async def _made_before(connection: AsyncConnection, call: ApiCall, key: str) -> str | None:
    """What was made by this key; raises `Refusal` when something else was asked for then."""
    query = select(repeats).where(repeats.c.token == call.token.name, repeats.c.key == key)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    if bytes(row.digest) != _digest(call):
        raise RequestRefused(
            409,
            "this Idempotency-Key was sent with another request; choose another key",
            "Idempotency-Key",
        )
    return str(row.answer)


async def _keep(connection: AsyncConnection, call: ApiCall, key: str, answer: str) -> None:
    row = {"token": call.token.name, "key": key, "digest": _digest(call), "answer": answer}
    await connection.execute(
        repeats.insert(), [row | {"at": int(call.service.clock.now().timestamp())}]
    )


async def _poll(call: ApiCall) -> RegisteredCampaign:
    name = (await call.summary()).id
    return next(
        poll for poll in await read_registered_campaigns(call.service.database) if poll.id == name
    )


async def list_quotas(call: ApiCall) -> web.Response:
    """The quotas, as the campaign's page tells them."""
    return await _quotas(call, await call.summary())


async def put_quotas(call: ApiCall) -> web.Response:
    """Give a draft its quotas, by the table that the console takes."""
    summary = await call.summary()
    if summary.state != "draft":
        raise RequestRefused(
            409,
            "quotas are registered in the log at the opening and cannot be changed any more",
            summary.id,
        )
    try:
        await set_quotas(call.service.database, summary.id, "items.csv", _table(call.body.items))
    except BadInput as error:
        raise RequestRefused(422, error.what, error.where) from error
    return await _quotas(call, summary)


def _table(items: Sequence[QuotaInput]) -> bytes:
    """The quotas as a table whose second row is the first of them."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(QUOTA)
    table.writerows([getattr(item, name) for name in QUOTA] for item in items)
    return text.getvalue().encode()


async def _quotas(call: ApiCall, summary: CampaignSummary) -> web.Response:
    found = await show_quotas(call.service.database, summary.id)
    items = [
        QuotaFill(
            unit=fill.cell.unit,
            group=fill.cell.group,
            stratum=fill.cell.stratum,
            source=fill.cell.source,
            most=fill.capacity,
            taken=fill.taken,
            full=fill.full,
        )
        for fill in found
    ]
    return call.response(QuotaList(items=items, step=max(ROUNDING_BASE, summary.cell)))


async def show_counts(call: ApiCall) -> web.Response:
    """How many have answered, as the campaign's page tells it."""
    summary, poll = await call.summary(), await _poll(call)
    counts = await unit_counts(call.service.database, poll)
    responses = await count_responses(call.service.database, poll.id)
    return call.response(
        CampaignCounts(
            campaign=poll.id,
            state=summary.state,  # type: ignore[arg-type]
            rounded=summary.state != "closed",
            step=max(ROUNDING_BASE, summary.cell),
            ballots=round_down(summary.ballots, summary.cell),
            units=[
                UnitCount(unit=code, ballots=counts[code]) for code in poll.units if code in counts
            ],
            invitations=[
                CellResponseCounts(
                    cell=found.cell,
                    invited=found.invited,
                    opened=round_down(found.opened, summary.cell),
                    answered=round_down(found.answered, summary.cell),
                )
                for found in responses
            ],
        )
    )
