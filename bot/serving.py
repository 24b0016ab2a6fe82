"""The running service: its parts, the web server and Telegram, until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from bot.accounts.staff import add_staff, generate_password, handed_out, has_staff
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.messenger import TelegramPostman
from bot.channels.wechat.account import WECHAT, WECOM, read_account
from bot.channels.wechat.channel import WeixinChannel
from bot.conversations.dead_letters import Letters
from bot.core.settings import Settings
from bot.core.shipped_files import shipped_words
from bot.core.urls import web_address
from bot.crypto.gate_keys import keep_secret
from bot.crypto.rectification_keys import FollowKeys
from bot.fieldwork.outreach.messenger import Postman
from bot.fieldwork.outreach.pace import Pace
from bot.fieldwork.outreach.sender import Pusher
from bot.rectification.relay import Relay, Teller
from bot.service.composition import Service, build, running
from bot.web.server import make_web

log = logging.getLogger(__name__)

FIRST_ADMINISTRATOR = "admin"
STOP_SECONDS = 10.0
SELDOM = (10_000, 20, 20)
"""The collector's thresholds: hardly anything here is cyclic, and citizens wait while it looks."""


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Run until ``stop`` is set; then take nothing new and finish what was begun."""
    async with build(settings) as service:
        await _welcome(service)
        async with listening(service, stop):
            # What was loaded by now stays: the collector need not walk through it while citizens wait.
            gc.collect()
            gc.freeze()
            gc.set_threshold(*SELDOM)
            await stop.wait()


@asynccontextmanager
async def listening(service: Service, stop: asyncio.Event) -> AsyncIterator[int]:
    """The listeners of a built service; yields the port (its own choice when the setting is 0)."""
    settings = service.settings
    async with telegram(service) as channel, weixin(service) as accounts:
        routes = [route for part in (channel, *accounts) if part for route in part.routes()]
        runner = web.AppRunner(
            make_web(service, routes), access_log=None, shutdown_timeout=STOP_SECONDS
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, settings.host, settings.port, backlog=1024)
            await site.start()
            if channel and settings.public_url:
                await channel.start_webhook(settings.public_url)
                yield runner.addresses[0][1]
            elif channel:
                async with running(channel.poll(stop)):
                    yield runner.addresses[0][1]
            else:
                yield runner.addresses[0][1]
        finally:
            await runner.cleanup()


async def _welcome(service: Service) -> None:
    """Say where the pages are; make the first administrator, whose password is shown this once."""
    address = web_address(service.settings)
    print(f"Citizens:        {address}/")
    print(f"Administrators:  {address}/admin")
    if not await has_staff(service.database):
        password = generate_password()
        until = handed_out(service.clock)
        await add_staff(
            service.database, FIRST_ADMINISTRATOR, password, "administrator", initial_until=until
        )
        print(f"First administrator: {FIRST_ADMINISTRATOR}   password (shown only now): {password}")
    if not service.papers.current(service.clock.now()):
        print(
            "No campaign is open: `minping campaign create --help`, or `minping demo` for a whole synthetic city."
        )


@asynccontextmanager
async def telegram(service: Service) -> AsyncIterator[TelegramChannel | None]:
    """The Telegram channel, when there is a token."""
    settings = service.settings
    if not settings.telegram_token:
        yield None
        return
    secret = settings.telegram_secret or keep_secret(settings.data / "keys" / "telegram.key").hex()
    keep = Letters(service.database, service.keys, service.clock).keep
    token, api = settings.telegram_token, settings.telegram_api
    pace = Pace(service.redis, settings.push_rate, settings.telegram_token.partition(":")[0])
    async with (
        TelegramChannel(
            token, service.conductor, secret, api, keep, service.redis, pace.replied
        ) as channel,
        TelegramPostman(token, api, channel.pause) as postman,
        running(make_pusher(service, {"telegram": postman}, pace).run()),
        running(make_relay(service, {"telegram": postman}, pace).run()),
    ):
        yield channel


@asynccontextmanager
async def weixin(service: Service) -> AsyncIterator[list[WeixinChannel]]:
    """The channels of a WeChat Official Account and of a WeCom application, where they are set up."""
    settings = service.settings
    wechat = read_account(
        WECHAT, settings.wechat_token, settings.wechat_aes_key, settings.wechat_app_id
    )
    wecom = read_account(
        WECOM, settings.wecom_token, settings.wecom_aes_key, settings.wecom_corp_id
    )
    keep = Letters(service.database, service.keys, service.clock).keep
    async with AsyncExitStack() as stack:
        parts = (
            service.conductor,
            service.clock,
            service.keys.update,
            keep,
            settings.public_url.rstrip("/"),
        )
        yield [
            await stack.enter_async_context(WeixinChannel(account, *parts))
            for account in (wechat, wecom)
            if account
        ]


def make_relay(service: Service, tellers: Mapping[str, Teller], pace: Pace) -> Relay:
    """A sender of offices' answers with the parts of a built service."""
    keys = FollowKeys(service.keys.follow)
    return Relay(service.database, keys, service.papers, tellers, pace, service.clock)


def make_pusher(service: Service, postmen: Mapping[str, Postman], pace: Pace) -> Pusher:
    """A sender of queued messages with the parts of a built service."""
    keys, zone = (service.keys, service.contact_keys), service.settings.timezone
    return Pusher(service.database, *keys, postmen, pace, service.clock, zone, shipped_words())
