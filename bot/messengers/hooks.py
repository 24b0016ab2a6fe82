"""The addresses to which providers send receipts, and words that people sent back.

The secret in the address is all that tells a provider from anybody else: none of them signs.
Nothing of a request is logged.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.clock import Clock
from bot.core.events import event, fault
from bot.core.identity import Address
from bot.crypto.contact_keys import ContactKeys
from bot.fieldwork.audience.contacts import set_reachable
from bot.fieldwork.audience.opt_outs import opt_in, opt_out
from bot.fieldwork.outreach.receipts import Receipt, take_receipts
from bot.messengers.contract import AccountMessenger, BadReceipt, Hooked, Request
from bot.storage.database import writing
from survey_flows.opt_out_words import Wish, wish_of

log = logging.getLogger(__name__)

MOST_BYTES = 1_000_000
PATH = "/hooks/{account}/{secret}"


class Hooks:
    """Takes receipts for all accounts of a service.

    Args:
        database: with the messages.
        keys: of the contacts; they make the marks of references.
        clock: the present time.
        timezone: the city's, for the days of opt-outs.
        messengers: the accounts.
    """

    def __init__(
        self,
        database: AsyncEngine,
        keys: ContactKeys,
        clock: Clock,
        timezone: str,
        messengers: Iterable[AccountMessenger],
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._messengers: Mapping[str, AccountMessenger] = {
            one.account.name: one for one in messengers if one.hook
        }

    def routes(self) -> list[web.RouteDef]:
        """Return the route; none where no account waits for anything."""
        return [web.post(PATH, self.take)] if self._messengers else []

    async def take(self, request: web.Request) -> web.Response:
        """Take a provider's request; answer as the provider expects once all of it is stored."""
        messenger = self._messengers.get(request.match_info["account"])
        secret = request.match_info["secret"].encode()
        if messenger is None or not hmac.compare_digest(messenger.hook.encode(), secret):
            raise web.HTTPNotFound
        try:
            body = await request.clone(client_max_size=MOST_BYTES).read()
            headers = {name.lower(): value for name, value in request.headers.items()}
            said = messenger.read_hook(Request(body, headers))
        except BadReceipt:
            return web.Response(status=400)
        try:
            await self._act(messenger, said)
        except (SQLAlchemyError, OSError) as error:
            log.warning(
                "receipts cannot be taken now: %s",
                type(error).__name__,
                extra=event("account_silent", reason="receipts", **fault(error)),
            )
            return web.Response(status=503)
        kind = "application/json" if said.json else "text/plain"
        return web.Response(text=said.answer, content_type=kind)

    async def _act(self, messenger: AccountMessenger, said: Hooked) -> None:
        now = self._clock.now()
        day = now.astimezone(self._zone).date()
        name = messenger.account.name
        receipts = [
            Receipt(self._keys.receipt_mark(name, reference), outcome)
            for reference, outcome in said.receipts
        ]
        async with writing(self._database) as connection:
            await take_receipts(connection, receipts, int(now.timestamp()), day)
            for address, text in said.words:
                await self._hear(connection, Address(messenger.account.kind, address), text, day)

    async def _hear(
        self, connection: AsyncConnection, address: Address, text: str, day: date
    ) -> None:
        """Act upon what somebody sent back; every word shows that messages arrive."""
        wish = wish_of(text)
        if wish in (Wish.STOP, Wish.PERHAPS_STOP):
            await opt_out(connection, self._keys, [address], day)
        elif wish is Wish.AGAIN:
            await opt_in(connection, self._keys, [address], day)
        else:
            await set_reachable(connection, self._keys, [address])
