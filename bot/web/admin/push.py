"""The console's page of invitations: sample, messages, pushes and their progress."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from aiohttp import web
from sqlalchemy import func, select

from aggregation.disclosure.rounding import part_at_least
from aggregation.fieldwork.sampling import METHODS
from bot.accounts.approvals import DONE
from bot.accounts.preferences import preferences_in
from bot.campaigns.scheme_files import shipped_scheme
from bot.campaigns.summaries import show_campaign
from bot.core.shipped_files import shipped_words
from bot.core.urls import web_chat_url
from bot.fieldwork.audience.contacts import REASONS, count_contacts
from bot.fieldwork.audience.invitations import count_responses, make_invitations
from bot.fieldwork.audience.sampling import (
    SampleRequest,
    draw_campaign_sample,
    plan_sample,
    read_plan,
    write_sample,
)
from bot.fieldwork.outreach.accounts import read_accounts
from bot.fieldwork.outreach.handouts import (
    FORMS,
    HandoutRequest,
    count_waiting,
    drop_handout,
    list_handouts,
    prepare_handout,
)
from bot.fieldwork.outreach.messenger import DeliveryOutcome, OutgoingMessage
from bot.fieldwork.outreach.outbox import (
    ALL,
    HANDED,
    INVITATION,
    QUEUED,
    REMINDER,
    UNOPENED,
)
from bot.fieldwork.outreach.push_service import (
    begin_push,
    cancel_push,
    pause_push,
    resume_push,
    show_pushes,
)
from bot.fieldwork.outreach.push_texts import plain_short_texts, plain_texts, texts_as_sent
from bot.fieldwork.outreach.recipients import count_recipients
from bot.fieldwork.outreach.returns import take_return, take_returns
from bot.fieldwork.outreach.short_texts import preview_short
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.web.admin.campaigns import campaign_row
from bot.web.admin.live_updates import stream
from bot.web.admin.page import Visit, no_such_button, staff_page
from bot.web.shared.attachments import attachment
from bot.web.shared.templates import page_words
from survey_flows.errors import BadInput, Message, Place

TURNS = {"pause": pause_push, "resume": resume_push, "cancel": cancel_push}
LIVE_SECONDS = 1.0
TEST_TOKEN = "TEST"  # noqa: S105  (the link of a test message, which vouches for nobody)


@staff_page
async def show_push(visit: Visit) -> web.Response:
    """Shows the page."""
    return await _page(visit)


async def _page(visit: Visit, status: int = 200, **more: Any) -> web.Response:
    service, campaign = visit.service, visit.path_param("campaign")
    summary = await show_campaign(service.database, campaign)
    steps = await _steps(visit)
    texts = await plain_texts(service.database, campaign, service.settings.timezone)
    async with reading(service.database) as connection:
        accounts = await read_accounts(connection)
        kind = REMINDER if steps else INVITATION
        short = await plain_short_texts(connection, campaign, kind)
        choices = await preferences_in(connection)
        people = await count_contacts(connection, visit.today, choices.fatigue_days)
        frames = tables.frames.c
        counted = select(
            func.count(), func.count().filter(frames.drawn), func.count().filter(frames.invited)
        )
        framed, drawn, invited = (
            await connection.execute(counted.where(frames.campaign == campaign))
        ).one()
    words = shipped_words()
    context: dict[str, Any] = {
        "campaign": campaign_row(summary, visit),
        "steps": steps,
        "texts": texts,
        "accounts": accounts,
        "short": short,
        "hours": choices.hours,
        "not_on": " ".join(choices.not_on),
        "fatigue": choices.fatigue_days,
        "people": people,
        "reasons": {reason: people.left_out[reason] for reason in REASONS},
        "framed": framed,
        "drawn": drawn,
        "invited": invited,
        "recipients": await count_recipients(service.database, campaign),
        "planned": await _planned(visit) if not drawn else [],
        "cells": await _cells(visit, summary.cell),
        "buttons": {
            lang: [words.say(lang, f"invitation-{name}") for name in ("begin", "stop")]
            for lang in texts
        },
        "previewed": False,
        "allocations": METHODS,
        "step": "",
        "for_whom": "",
        "kinds": (INVITATION, REMINDER),
        "whom": (UNOPENED, ALL),
        **await _handouts(visit),
    }
    context |= more
    site = web_chat_url(service.settings)
    context["shorts"] = {
        lang: preview_short(text or short[lang], site) for lang, text in context["short"].items()
    }
    return visit.render("push", status=status, **context)


async def _steps(visit: Visit) -> list[dict[str, Any]]:
    """Returns each step with its counts and progress."""
    found = await show_pushes(
        visit.service.database, visit.path_param("campaign"), visit.service.settings.push_rate
    )
    steps = []
    for progress in found:
        total = sum(progress.counts.values())
        done = total - progress.counts.get("queued", 0)
        steps.append(
            {
                "number": progress.reminder,
                "state": progress.push.state if done < total else "done",
                "counts": progress.counts,
                "total": total,
                "done": done,
                "minutes": -(-int(progress.seconds_left) // 60),
                "stopped": progress.push.stopped.split(" ", 1) if progress.push.stopped else (),
                "kinds": [_by_kind(kind, own) for kind, own in sorted(progress.kinds.items())],
            }
        )
    return steps


def _by_kind(kind: str, counts: Mapping[str, int]) -> tuple[str, int, int, int]:
    """Returns how many messages to a kind of address wait, were handed over, and were not."""
    waiting, handed = counts.get(QUEUED, 0), sum(counts.get(state, 0) for state in HANDED)
    return kind, waiting, handed, sum(counts.values()) - waiting - handed


async def _planned(visit: Visit) -> list[tuple[str, int, int]]:
    """Returns the name, frame size and sample size of each cell."""
    plan = await read_plan(visit.service.database, visit.path_param("campaign"))
    if plan is None:
        return []
    return [
        (cell_label(cell, visit.lang), people, plan.sizes[cell])
        for cell, people in plan.people.items()
    ]


async def _cells(visit: Visit, cell: int) -> list[dict[str, Any]]:
    """Returns the response of each cell; what people did is rounded."""
    found = await count_responses(visit.service.database, visit.path_param("campaign"))
    return [
        {
            "cell": cell_label(response.cell, visit.lang),
            "invited": response.invited,
            "opened": part_at_least(response.opened, response.invited, cell),
            "answered": part_at_least(response.answered, response.invited, cell),
        }
        for response in found
    ]


async def _handouts(visit: Visit) -> dict[str, Any]:
    """Returns the campaign's files with invitations, and whom only a file can reach."""
    database, campaign = visit.service.database, visit.path_param("campaign")
    return {
        "handouts": await list_handouts(database, campaign),
        "handout_waiting": await count_waiting(database, campaign),
        "handout_forms": FORMS,
        "login": visit.visitor.login,
    }


@staff_page
async def take_handout(visit: Visit) -> web.StreamResponse:
    """Asks for a file with invitations, makes one that is allowed, or gives it up."""
    from bot.publication.reports.handout_files import HandoutMaker

    service, campaign, login = visit.service, visit.path_param("campaign"), visit.visitor.login
    act = visit.text("act")
    if act == "ask":
        form, _, kind = visit.text("form").partition(" ")
        purpose, recipient = visit.text("purpose"), visit.text("recipient")
        asked = HandoutRequest(campaign, form, kind, purpose, recipient)
        made = await prepare_handout(service.approvals, asked, login)
        return visit.redirect(_path(visit), "handout-allowed" if made.state == DONE else "prepared")
    if act == "returns":
        return await _take_returns(visit)
    if act == "scan":
        return await _take_scan(visit)
    if act not in ("make", "drop"):
        raise no_such_button(act)
    step = _number(visit, "step")
    if act == "drop":
        await drop_handout(service.database, campaign, step, login)
        return visit.redirect(_path(visit), "handout-dropped")
    on = (service.database, service.keys, service.contact_keys, service.desk, service.clock)
    site = service.settings.public_url or str(visit.request.url.origin())
    maker = HandoutMaker(*on, site, service.settings.timezone)
    file = await maker.make(campaign, step, login)
    await service.mixer.turn()
    headers = attachment(file.name)
    return web.Response(body=file.data, content_type=file.content_type, headers=headers)


async def _take_scan(visit: Visit) -> web.Response:
    """Takes what came of one letter by its reference."""
    on = (visit.service.database, visit.service.keys, visit.path_param("campaign"))
    await take_return(*on, visit.text("reference"), visit.text("outcome"), visit.today)
    return visit.redirect(_path(visit), "handout-returns")


async def _take_returns(visit: Visit) -> web.StreamResponse:
    """Takes the table of letters that came back, and of people who want no more."""
    file = visit.form.get("file") if visit.form is not None else None
    if not isinstance(file, web.FileField) or not file.filename:
        problem = page_words().say(visit.lang, "import-choose")
        return await _page(visit, 422, problem=problem)
    data = await asyncio.to_thread(file.file.read)
    on = (visit.service.database, visit.service.keys, visit.path_param("campaign"))
    await take_returns(*on, file.filename, data, visit.today)
    return visit.redirect(_path(visit), "handout-returns")


@staff_page
async def show_live(visit: Visit) -> web.StreamResponse:
    """Streams the steps while they change."""

    async def read() -> dict[str, Any]:
        return {"steps": await _steps(visit)}

    return await stream(visit, "admin_push_steps.html", read, LIVE_SECONDS)


@staff_page
async def take_plan(visit: Visit) -> web.Response:
    """Plans frame and sample sizes before the campaign is opened."""
    allocation = visit.text("allocation") or METHODS[0]
    wanted = SampleRequest(
        allocation,
        values=await _cell_values(visit),
        size=_number(visit, "size"),
        least=_number(visit, "least"),
        fatigue_days=_number(visit, "fatigue"),
    )
    service = visit.service
    await plan_sample(
        service.database, service.contact_keys, visit.path_param("campaign"), wanted, visit.today
    )
    return visit.redirect(_path(visit), "planned")


async def _cell_values(visit: Visit) -> dict[str, Decimal] | None:
    """Returns the numbers by cell of an uploaded table; None without one."""
    from bot.fieldwork.audience.cell_file import read_cells
    from bot.spreadsheets.reader import read_sheet

    file = visit.form.get("cells") if visit.form is not None else None
    if not isinstance(file, web.FileField) or not file.filename:
        return None
    data = await asyncio.to_thread(file.file.read)
    return read_cells(await asyncio.to_thread(read_sheet, file.filename, data))


@staff_page
async def take_invite(visit: Visit) -> web.Response:
    """Draws the sample and makes its invitations; nothing is sent."""
    service, campaign = visit.service, visit.path_param("campaign")
    await draw_campaign_sample(service.database, campaign)
    await make_invitations(
        service.database, service.keys, service.desk, campaign, visit.today, service.clock
    )
    await service.live_campaigns.refresh()
    return visit.redirect(_path(visit), "invited")


@staff_page
async def send_sample(visit: Visit) -> web.Response:
    """Sends the sample with its seed as JSON, so that anybody can draw it again."""
    sample = await draw_campaign_sample(visit.service.database, visit.path_param("campaign"))
    body = await asyncio.to_thread(write_sample, sample)
    headers = attachment(f"sample-{visit.path_param('campaign')}.json")
    return web.Response(body=body, content_type="application/json", headers=headers)


@staff_page
async def take_begin(visit: Visit) -> web.Response:
    """Previews the message, sends it to oneself, or starts the push."""
    texts = await texts_as_sent(
        visit.service.database,
        visit.path_param("campaign"),
        {"zh-Hans": visit.text("zh"), "en": visit.text("en")},
    )
    hours, days = visit.text("hours"), visit.text("not_on")
    step, people = visit.text("step"), visit.text("people")
    again: dict[str, Any] = {"texts": texts, "hours": hours, "not_on": days, "previewed": True}
    short = {"zh-Hans": visit.text("short_zh"), "en": visit.text("short_en")}
    again |= {"step": step, "for_whom": people, "short": short}
    act = visit.text("act")
    if act == "test":
        return await _page(visit, **again, test_result=await _send_test(visit, texts))
    if act != "begin":
        return await _page(visit, **again)
    await begin_push(
        visit.service.database,
        visit.path_param("campaign"),
        texts,
        hours,
        days.split(),
        step,
        people,
        visit.service.clock,
        short,
    )
    return visit.redirect(_path(visit), "pushed")


async def _send_test(visit: Visit, texts: dict[str, str]) -> str:
    """Sends the message to one's own chat. Returns the sentence with the outcome."""
    from bot.channels.telegram.messenger import TelegramMessenger
    from bot.channels.telegram.rate_limit import RateLimitPause

    settings, chat = visit.service.settings, visit.text("chat")
    if not settings.telegram_token:
        raise BadInput(Message("admin-no-bot"), Place(field="MINPING_TELEGRAM_TOKEN"))
    if not chat.removeprefix("-").isdecimal():
        return page_words().say(visit.lang, "push-test-chat")
    words = shipped_words()
    pause = RateLimitPause(visit.service.redis, settings.telegram_token.partition(":")[0])
    await pause.refresh()
    async with TelegramMessenger(
        settings.telegram_token, settings.telegram_api, pause
    ) as messenger:
        for lang, text in texts.items():
            buttons = [words.say(lang, f"invitation-{name}") for name in ("begin", "stop")]
            answer = await messenger.send(
                chat, OutgoingMessage(text, buttons[0], TEST_TOKEN, buttons[1])
            )
            if answer.outcome is not DeliveryOutcome.ACCEPTED:
                return page_words().say(visit.lang, "push-test-failed")
    return page_words().say(visit.lang, "push-test-sent")


@staff_page
async def take_turn(visit: Visit) -> web.Response:
    """Pauses or resumes a push, or cancels it when the form has the campaign's name."""
    act, campaign = visit.text("act"), visit.path_param("campaign")
    if act not in TURNS:
        raise no_such_button(act)
    if act == "cancel" and visit.text("name") != campaign:
        raise BadInput(Message("admin-not-this-name"), Place(subject=campaign))
    await TURNS[act](visit.service.database, campaign)
    return visit.redirect(_path(visit), f"push-{act}")


def cell_label(cell: str, lang: str) -> str:
    """Returns a cell's name, with its evaluator group's name in place of the code."""
    group, stroke, rest = cell.partition("/")
    names = shipped_scheme().groups.get(group)
    return (names["zh" if lang.startswith("zh") else "en"] if names else group) + (
        f" · {rest}" if stroke else ""
    )


def _number(visit: Visit, name: str) -> int:
    text = visit.text(name) or "0"
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise BadInput(Message("admin-whole-number-needed"), Place(field=name, subject=text[:20]))
    return int(text)


def _path(visit: Visit) -> str:
    return f"/admin/campaigns/{visit.path_param('campaign')}/push"
