"""Pushes by staff: begin, pause, resume, cancel and show."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.accounts.preferences import HOURS, check_times
from bot.campaigns.registered import read_campaign_row
from bot.core.clock import Clock, SystemClock
from bot.fieldwork.outreach.accounts import read_accounts
from bot.fieldwork.outreach.message_templates import require_approved
from bot.fieldwork.outreach.messenger import NOT_STARTED
from bot.fieldwork.outreach.outbox import (
    ALL,
    CANCELLED,
    DELIVERED,
    FAILED,
    FORM,
    INVITATION,
    PAUSED,
    QUEUED,
    REMINDER,
    RUNNING,
    SENT,
    UNOPENED,
    Push,
    count_kinds,
    drop_lost,
    drop_queued,
    queue,
    read_pushes,
)
from bot.fieldwork.outreach.push_texts import (
    checked_short,
    checked_texts,
    plain_short_texts,
    texts_as_sent,
)
from bot.fieldwork.outreach.recipients import by_invitation, due_kind, first_kinds, of_messengers
from bot.storage.database import insert, reading, writing
from bot.storage.schema.outreach import pushes
from survey_flows.errors import BadInput, Message, Place

MOST_STEPS = 4
"""The invitation and three reminders (Dillman, Smyth and Christian 2014, chapter 9)."""
LEAST_HOURS = 72
"""Hours between a step's last hand-over and the next step."""
STATES = (QUEUED, SENT, DELIVERED, "unreachable", NOT_STARTED, "opted_out", FAILED)
"""States of a message: waiting, accepted by the messenger, arrived, undeliverable, to somebody who
has never started the bot, opted out, given up."""


@dataclass(frozen=True, slots=True)
class PushProgress:
    """Progress of a step: messages by `STATES`, and the seconds that the queued ones still take.

    ``reminder`` is the number of a reminder, 0 for an invitation. ``kinds`` are the same counts by
    kind of address.
    """

    push: Push
    counts: Mapping[str, int]
    seconds_left: float
    reminder: int = 0
    kinds: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


async def begin_push(
    database: AsyncEngine,
    campaign: str,
    texts: Mapping[str, str],
    hours: str = HOURS,
    not_on: Sequence[str] = (),
    kind: str = "",
    people: str = "",
    clock: Clock | None = None,
    short: Mapping[str, str] | None = None,
) -> Push:
    """Queue the next step of a campaign.

    An invitation goes to everybody who was invited and has got no message yet. A reminder goes to
    those who have not opened their invitation when their turn comes, or to all, which also reaches
    those who began and did not finish; who has got no message yet gets the invitation instead.

    Args:
        database: where the campaign is.
        campaign: an open campaign with invitations
            (`bot.fieldwork.audience.invitations.make_invitations`).
        texts: the message by language.
        hours: local time in which messages are sent, ``HH:MM-HH:MM``.
        not_on: local days on which nothing is sent, in ISO form.
        kind: `INVITATION` or `REMINDER`; without one, what is due.
        people: whom a reminder is for, `UNOPENED` or `ALL`; without it the last is for all.
        clock: tells how long ago the step before was handed over.
        short: the short message by language, with ``{link}`` where the link stands; without it the
            shipped one is sent to those whom an account writes to by SMS.

    Raises:
        BadInput: the campaign is not open, nobody is left for the step, the step before has not
            ended or was handed over less than `LEAST_HOURS` ago, a text is missing, or an account
            that may send it has no approved template.
    """
    if kind not in ("", INVITATION, REMINDER) or people not in ("", UNOPENED, ALL):
        raise BadInput(Message("fieldwork-step-unknown"), Place(subject=campaign))
    texts = await texts_as_sent(database, campaign, checked_texts(texts))
    check_times(hours, not_on)
    now = int((clock or SystemClock()).now().timestamp())
    async with writing(database) as connection:
        await require_open(connection, campaign)
        steps = await read_pushes(connection, campaign)
        before = of_messengers(steps)
        await _require_ended(connection, campaign, before, now)
        _require_distance(campaign, before, now)
        lacking, having = await by_invitation(connection, campaign)
        if not (lacking or having):
            raise BadInput(Message("fieldwork-nobody-invited"), Place(subject=campaign))
        kind = kind or due_kind(before, lacking, having)
        for_all = sum(push.counts for push in before) == MOST_STEPS - 1
        chosen = lacking if kind == INVITATION else lacking + having
        if not chosen:
            raise BadInput(Message("fieldwork-nobody-left"), Place(subject=campaign))
        first = {INVITATION} if lacking else set()
        await require_approved(connection, campaign, {kind} | first)
        step = len(steps)
        kinds = await first_kinds(connection, campaign)
        plain = await plain_short_texts(connection, campaign, kind)
        short = checked_short(plain | {k: v for k, v in (short or {}).items() if v.strip()})
        row = {"campaign": campaign, "step": step, "state": RUNNING, "hours": hours}
        # Whoever no mail reaches may be written to by SMS, also by an account that comes later.
        row["short"] = json.dumps(dict(short), ensure_ascii=False)
        row |= {"kind": kind, "people": people or (ALL if for_all else UNOPENED), "handed": 0}
        row |= {
            "texts": json.dumps(dict(texts), ensure_ascii=False),
            "not_on": json.dumps(sorted(not_on)),
        }
        await connection.execute(insert(connection, pushes), [row])
        rows = [message_row(campaign, step, lookup, kinds[lookup]) for lookup in chosen]
        await queue(connection, rows)
        return (await read_pushes(connection, campaign))[-1]


async def pause_push(database: AsyncEngine, campaign: str) -> None:
    """Hold every message that is not sent yet; raises `BadInput` when nothing is being sent."""
    await _turn(database, campaign, (RUNNING,), PAUSED, Message("fieldwork-push-not-running"))


async def resume_push(database: AsyncEngine, campaign: str) -> None:
    """Resume a push after a pause; raises `BadInput` when nothing is paused."""
    await _turn(database, campaign, (PAUSED,), RUNNING, Message("fieldwork-push-not-paused"))


async def cancel_push(database: AsyncEngine, campaign: str) -> None:
    """Cancel the present step for good; raises `BadInput` when there is nothing to cancel.

    What was not handed over is free for another step, whose text may be another.
    """
    refusal = Message("fieldwork-push-over")
    await _turn(database, campaign, (RUNNING, PAUSED), CANCELLED, refusal)


async def show_pushes(database: AsyncEngine, campaign: str, rate: float) -> list[PushProgress]:
    """Return the progress of each step of a campaign, at ``rate`` messages a second.

    An account that has declared a rate of its own sends at that.

    Raises:
        BadInput: no such campaign.
    """
    async with reading(database) as connection:
        await read_campaign_row(connection, campaign)
        found = of_messengers(await read_pushes(connection, campaign))
        counts = await count_kinds(connection, campaign)
        rates = {one.kind: one.rate for one in await read_accounts(connection)}
    progress = []
    for push in found:
        kinds = counts.get(push.step, {})
        own = sum(kinds.values(), Counter[str]())
        # The accounts send beside each other.
        left = (kinds[kind][QUEUED] / rates.get(kind, rate) for kind in kinds)
        number = reminder_number(found, push)
        progress.append(PushProgress(push, dict(own), max(left, default=0.0), number, kinds))
    return progress


def reminder_number(steps: Sequence[Push], push: Push) -> int:
    """Return the number of a reminder among the steps; 0 for an invitation."""
    if push.kind == INVITATION:
        return 0
    earlier = [one for one in steps if one.kind == REMINDER and one.step <= push.step]
    return len([one for one in earlier if one.counts or one == push])


async def require_open(connection: AsyncConnection, campaign: str) -> None:
    """Refuse a campaign that is not open; one that is stays so until the transaction ends.

    Raises:
        BadInput: no such campaign, or it is not open.
    """
    if (await read_campaign_row(connection, campaign, "share")).state != "open":
        raise BadInput(Message("fieldwork-pushes-only-open"), Place(subject=campaign))


def message_row(campaign: str, step: int, lookup: bytes, kind: str) -> dict[str, object]:
    """Return a row of the queue to an address of a kind; the order is drawn by lot."""
    head: dict[str, object] = {"campaign": campaign, "step": step, "lookup": lookup}
    head |= {"state": QUEUED, "send_order": secrets.randbits(62), "due": 0, "tries": 0}
    return head | {"form": FORM, "kind": kind}


async def _require_ended(
    connection: AsyncConnection, campaign: str, before: Sequence[Push], now: int
) -> None:
    """Refuse a step before the ones before have ended.

    Nobody may get an invitation and its reminder at once, or the invitation twice because a sender
    had it in hand when its step was cancelled.
    """
    if sum(push.counts for push in before) >= MOST_STEPS:
        message = Message("fieldwork-no-more-reminders", reminders=MOST_STEPS - 1)
        raise BadInput(message, Place(subject=campaign))
    cancelled = [push for push in before if push.state == CANCELLED]
    for push in cancelled:
        await drop_lost(connection, push, now)
    kinds = await count_kinds(connection, campaign)
    for push in {push.step: push for push in (*cancelled, *before[-1:])}.values():
        left = sum(counts[QUEUED] for counts in kinds.get(push.step, {}).values())
        if left:
            in_hand = push.state == CANCELLED
            key = "fieldwork-step-in-hand" if in_hand else "fieldwork-step-not-ended"
            raise BadInput(Message(key, left=left), Place(subject=campaign))


def _require_distance(campaign: str, before: Sequence[Push], now: int) -> None:
    """Refuse a step too soon after the last hand-over of the one before."""
    ready = max((push.handed for push in before), default=0) + LEAST_HOURS * 3600
    if now < ready and any(push.handed for push in before):
        hours = -(-(ready - now) // 3600)
        message = Message("fieldwork-step-too-soon", least=LEAST_HOURS, hours=hours)
        raise BadInput(message, Place(subject=campaign))


async def _turn(
    database: AsyncEngine, campaign: str, before: tuple[str, ...], after: str, refusal: Message
) -> None:
    """Change the last push's state; raises `BadInput` with ``refusal`` in another state."""
    async with writing(database) as connection:
        await read_campaign_row(connection, campaign)
        found = of_messengers(await read_pushes(connection, campaign))
        if not found:
            raise BadInput(Message("fieldwork-nothing-pushed"), Place(subject=campaign))
        last = found[-1]
        if last.state not in before:
            raise BadInput(refusal, Place(subject=campaign))
        own = (pushes.c.campaign == campaign, pushes.c.step == last.step)
        await connection.execute(update(pushes).where(*own).values(state=after, stopped=""))
        if after == CANCELLED:
            await drop_queued(connection, campaign, last.step)
