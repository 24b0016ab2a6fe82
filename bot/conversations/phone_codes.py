"""Codes that show a telephone: six digits by a short message, good for some minutes.

The telephone is in memory while it is sent to and compared; it is stored nowhere.
Redis holds digests under the secret of the day, which lies in memory, and all of them expire.
Whoever asks for a code is answered alike whether one was sent or not. So nobody learns whether
a telephone can be reached, or that somebody has just asked for it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.code_accounts import CODE, SMS
from bot.conversations.identity_pages import Ticket
from bot.core.events import event, fault
from bot.crypto.gate_keys import GateKeys
from bot.fieldwork.outreach.message_templates import approved_template, read_templates
from bot.fieldwork.outreach.messenger import (
    TEMPLATE,
    ApprovedTemplate,
    DeliveryOutcome,
    Messenger,
    OutgoingMessage,
)
from bot.storage.database import reading

log = logging.getLogger(__name__)

DIGITS = 6
CODE_SECONDS = 300
TRIES = 5
"""Times that a code may be compared, right or wrong."""
PAUSE_SECONDS, DAY = 60, 86_400
A_DAY = 5
"""Codes for one telephone in a day, whoever asks and in whatever campaign."""
AT_ONCE = 20
"""Messages that wait for their provider at once; more would only make each slower."""
SEND_SECONDS = 30.0
TAKEN = (DeliveryOutcome.DELIVERED, DeliveryOutcome.ACCEPTED)

# Counts a comparison and makes it in one step, so that no two of them share a try.
COMPARE = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if redis.call('HINCRBY', KEYS[1], 'tries', 1) > tonumber(ARGV[2]) then return 0 end
return redis.call('HGET', KEYS[1], 'digest') == ARGV[1] and 1 or 0
"""


def code_messenger(messengers: Sequence[Messenger]) -> Messenger | None:
    """Returns the account that sends codes: the one for short messages."""
    return next((one for one in messengers if one.account.kind == SMS), None)


class PhoneCodes:
    """Sends codes and compares them.

    Args:
        redis: keeps digests and counts.
        database: has the templates of an account that sends these alone.
        keys: the gate's secrets.
        messenger: sends the codes; None where no account does.
    """

    def __init__(
        self, redis: Redis, database: AsyncEngine, keys: GateKeys, messenger: Messenger | None
    ) -> None:
        self._redis = redis
        self._database = database
        self._keys = keys
        self._messenger = messenger
        self._compare = redis.register_script(COMPARE)
        self._free = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def can_send(self) -> bool:
        """Whether an account sends codes."""
        return self._messenger is not None

    async def send(
        self, ticket: Ticket, phone: str, lang: str, words: Callable[[str], str]
    ) -> None:
        """Sends a code, unless the telephone has had too many; nothing tells the two apart.

        Args:
            ticket: whose conversation it is for.
            phone: in E.164.
            lang: of the citizen.
            words: makes the text of a code.

        Raises:
            redis.exceptions.RedisError: nothing could be counted, so that nothing is sent.
        """
        code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        may = await self._is_due(phone)
        # As much is written for a telephone that gets nothing, so that it takes as long.
        name = self._name(ticket, phone if may else secrets.token_hex(DIGITS))
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(name)
            pipe.hset(name, mapping={"digest": self._digest(name, code), "tries": 0})
            pipe.expire(name, CODE_SECONDS)
            await pipe.execute()
        if self._messenger is None or not may:
            return
        message = OutgoingMessage("", "", code, "", words=words(code))
        task = asyncio.create_task(self._hand_over(self._messenger, phone, lang, message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def compare(self, ticket: Ticket, phone: str, code: str) -> bool:
        """Returns whether this code was sent for this conversation, and counts the try.

        The right one stays good until it expires, so that a form that is sent twice is taken.

        Raises:
            redis.exceptions.RedisError: nothing could be compared.
        """
        name = self._name(ticket, phone)
        return bool(await self._compare(keys=[name], args=[self._digest(name, code), TRIES]))

    async def stop(self) -> None:
        """Waits for the messages that are under way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=SEND_SECONDS)

    async def _is_due(self, phone: str) -> bool:
        """Counts the wish for a code; returns whether the telephone may have one now."""
        name = self._keys.passing_name("identity phone", phone).hex()
        pause, day = f"minping:identity:pause:{name}", f"minping:identity:day:{name}"
        if not await self._redis.set(pause, 1, nx=True, ex=PAUSE_SECONDS):
            return False
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.incr(day)
            pipe.expire(day, DAY, nx=True)
            return int((await pipe.execute())[0]) <= A_DAY

    async def _hand_over(
        self, messenger: Messenger, phone: str, lang: str, message: OutgoingMessage
    ) -> None:
        try:
            async with self._free, asyncio.timeout(SEND_SECONDS):
                if messenger.account.link == TEMPLATE:
                    template = await self._template(messenger.account.name, lang)
                    message = replace(message, template=template)
                answer = await messenger.send(phone, message)
        except Exception as error:
            log.error(
                "a code could not be sent: %s",
                type(error).__name__,
                extra=event("code_not_sent", **fault(error)),
            )
            return
        if answer.outcome not in TAKEN:
            log.warning(
                "a code was not sent: %s %s",
                answer.outcome.value,
                answer.reason,
                extra=event("code_not_sent", reason=answer.outcome.value),
            )

    async def _template(self, account: str, lang: str) -> ApprovedTemplate | None:
        async with reading(self._database) as connection:
            return approved_template(await read_templates(connection, account), CODE, lang)

    def _name(self, ticket: Ticket, phone: str) -> str:
        whose = (ticket.campaign, ticket.channel, ticket.user)
        return f"minping:identity:code:{self._keys.passing_name('code', *whose, phone).hex()}"

    def _digest(self, name: str, code: str) -> str:
        return self._keys.passing_name("code digits", name, code).hex()
