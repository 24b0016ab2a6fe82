"""The running service: starts its parts, web server and channels, and stops on a signal."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from aiohttp import web

from bot import __version__
from bot.accounts.first_sign_in import add_first_administrator, write_link
from bot.accounts.staff import has_staff
from bot.campaigns.citizens_provider import announce_citizens_provider
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.messenger import TelegramMessenger, telegram_account
from bot.channels.wechat.account import WECHAT, WECOM, read_account
from bot.channels.wechat.channel import WechatChannel
from bot.conversations.dead_letters import DeadLetterStore
from bot.conversations.phone_codes import PhoneCodes, code_messenger
from bot.core.events import event
from bot.core.faults import listener_fault
from bot.core.settings import Settings, read_language
from bot.core.shipped_files import shipped_words
from bot.core.urls import web_chat_url
from bot.crypto.rectification_keys import RectificationKeys
from bot.crypto.secret_files import load_secret
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.messenger import Messenger
from bot.fieldwork.outreach.outbox import nothing_is_stopped
from bot.fieldwork.outreach.pace import Pace
from bot.fieldwork.outreach.sender import PushSender
from bot.messengers.contract import AccountMessenger
from bot.messengers.hooks import Hooks
from bot.messengers.registry import make_messengers
from bot.openid.provider_files import CITIZENS, Provider, read_providers
from bot.rectification.relay import AnswerMessenger, AnswerRelay
from bot.service.composition import Service, build, running
from bot.service.metrics.request_counts import RequestCounts
from bot.storage.database import writing
from bot.storage.migrate import HEAD
from bot.web.connections import MOST_HEADS, ConnectionLimits, raise_descriptor_limit
from bot.web.server import make_web
from bot.web.shared.app_keys import REQUEST_COUNTS
from survey_flows.messages import Message, render

log = logging.getLogger(__name__)

STOP_SECONDS = 10.0
SELDOM = (10_000, 20, 20)
"""The garbage collector's thresholds: citizens wait while it runs, and it finds hardly anything."""


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Runs the service until ``stop`` is set; then finishes accepted updates and takes no more."""
    async with build(settings) as service, listening(service, stop):
        # After the listener stands: a link that leads nowhere would be of no use.
        await _welcome(service)
        # Modules loaded by now stay for good, so the collector need not visit them again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*SELDOM)
        about = {"version": __version__, "schema": HEAD, "address": web_chat_url(settings)}
        log.info("the service listens", extra=event("service_started", **about))
        await stop.wait()
        log.info("the service ends", extra=event("service_stopped"))


@asynccontextmanager
async def listening(service: Service, stop: asyncio.Event) -> AsyncIterator[int]:
    """Runs the listeners of a built service and yields the port (a free one for port 0)."""
    settings = service.settings
    messengers = make_messengers(settings.data, settings.public_url)
    providers = read_providers(settings.data)
    await announce(service, messengers)
    await announce_provider(service, providers)
    hooks = make_hooks(service, messengers)
    codes = PhoneCodes(service.redis, service.database, service.keys, code_messenger(messengers))
    unstopped = partial(nothing_is_stopped, service.database)
    service.readiness.add("messengers", unstopped, needed=False)
    async with (
        serve_telegram(service) as channel,
        serve_wechat(service) as accounts,
        serve_accounts(service, messengers),
    ):
        routes = [route for part in (channel, *accounts, hooks) if part for route in part.routes()]
        app = make_web(service, routes, codes, providers)
        async with serve_metrics(service, app[REQUEST_COUNTS]), serve_web(app, settings) as port:
            if channel and settings.public_url:
                await channel.start_webhook(settings.public_url)
                yield port
            elif channel:
                async with running(channel.poll(stop)):
                    yield port
            else:
                yield port


@asynccontextmanager
async def serve_web(app: web.Application, settings: Settings) -> AsyncIterator[int]:
    """Listens for the web server's requests and yields the port."""
    most = raise_descriptor_limit() // 2
    limits = ConnectionLimits(most, None if settings.trusted_proxies else MOST_HEADS)
    runner = web.AppRunner(app, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    try:
        loop = asyncio.get_running_loop()
        try:
            listener = await loop.create_server(
                limits.factory(runner), settings.host, settings.port, backlog=1024
            )
        except OSError as error:
            raise listener_fault(error, settings.host, settings.port) from error
        try:
            async with running(limits.run()):
                yield listener.sockets[0].getsockname()[1]
        finally:
            listener.close()
    finally:
        await runner.cleanup()


@asynccontextmanager
async def serve_metrics(service: Service, counts: RequestCounts) -> AsyncIterator[None]:
    """Shows a monitoring system the metrics, where the settings name an address for them."""
    if not service.settings.metrics:
        yield
        return
    # Only who wants metrics loads the library.
    from bot.service.metrics.exposition import MetricPage, MetricSources
    from bot.service.metrics.figures import FigureReader
    from bot.service.metrics.listener import listen

    figures = FigureReader(service.database, service.clock)
    of_service = (service.readiness, service.tasks, service.settings.data, service.clock)
    page = MetricPage(MetricSources(counts, figures, *of_service))
    async with running(figures.run()), listen(page, service.settings.metrics):
        yield


async def _welcome(service: Service) -> None:
    """Prints the addresses; makes the first administrator, and the link by which they sign in."""
    address = web_chat_url(service.settings)
    _say(Message("serving-citizens", address=f"{address}/"))
    _say(Message("serving-console", address=f"{address}/admin"))
    if not await has_staff(service.database):
        await add_first_administrator(service.officers)
    file = await write_link(service.settings.data, service.roster, address)
    if file is not None:
        _say(Message("serving-first-sign-in", file=str(file)))
    if not service.live_campaigns.current(service.clock.now()):
        _say(Message("serving-no-campaign"))


def _say(message: Message) -> None:
    print(render(message, read_language()))


async def announce(service: Service, messengers: Iterable[Messenger]) -> None:
    """Stores through which accounts this service sends, for the console and for commands."""
    settings = service.settings
    accounts = [telegram_account(settings.push_rate)] if settings.telegram_token else []
    accounts += [one.account for one in messengers]
    async with writing(service.database) as connection:
        await announce_accounts(connection, accounts)


async def announce_provider(service: Service, providers: Iterable[Provider]) -> None:
    """Stores which provider citizens confirm by, for the opening of campaigns."""
    found = [(one.name, one.issuer) for one in providers if one.use == CITIZENS]
    async with writing(service.database) as connection:
        await announce_citizens_provider(connection, *(found[0] if found else ("", "")))


@asynccontextmanager
async def serve_telegram(service: Service) -> AsyncIterator[TelegramChannel | None]:
    """Runs the Telegram channel with its senders; yields None when no token is set."""
    settings = service.settings
    if not settings.telegram_token:
        yield None
        return
    secret = settings.telegram_secret or load_secret(settings.data / "keys" / "telegram.key").hex()
    keep = DeadLetterStore(service.database, service.keys, service.clock).add
    token, api = settings.telegram_token, settings.telegram_api
    pace = Pace(service.redis, settings.push_rate, settings.telegram_token.partition(":")[0])
    async with (
        TelegramChannel(
            token, service.conductor, secret, api, keep, service.redis, pace.note_reply
        ) as channel,
        TelegramMessenger(token, api, channel.limits, settings.push_rate) as messenger,
        running(make_push_sender(service, messenger, pace).run()),
        running(make_relay(service, {"telegram": messenger}, pace).run()),
    ):
        service.readiness.add("telegram", channel.is_reached, needed=False)
        yield channel


@asynccontextmanager
async def serve_accounts(
    service: Service, messengers: Iterable[AccountMessenger]
) -> AsyncIterator[None]:
    """Runs a sender for each account, each at its own pace, so that none waits for another."""
    async with AsyncExitStack() as stack:
        for messenger in messengers:
            await stack.enter_async_context(messenger)
            account = messenger.account
            pace = Pace(service.redis, account.rate, account.name)
            sender = make_push_sender(service, messenger, pace)
            await stack.enter_async_context(running(sender.run()))
        yield


def make_hooks(service: Service, messengers: Iterable[AccountMessenger]) -> Hooks:
    """Returns the addresses at which the accounts of a built service hear of their messages."""
    on = (service.database, service.contact_keys, service.clock, service.settings.timezone)
    return Hooks(*on, messengers)


@asynccontextmanager
async def serve_wechat(service: Service) -> AsyncIterator[list[WechatChannel]]:
    """Runs the channels of a WeChat Official Account and of a WeCom application, where set up."""
    settings = service.settings
    is_public = settings.public_url.startswith("https://")
    wechat = read_account(
        WECHAT,
        settings.wechat_token,
        settings.wechat_aes_key,
        settings.wechat_app_id,
        must_seal=is_public,
    )
    wecom = read_account(
        WECOM, settings.wecom_token, settings.wecom_aes_key, settings.wecom_corp_id
    )
    keep = DeadLetterStore(service.database, service.keys, service.clock).add
    async with AsyncExitStack() as stack:
        parts = (
            service.conductor,
            service.clock,
            service.keys.update,
            keep,
            settings.public_url.rstrip("/"),
        )
        channels = [
            await stack.enter_async_context(WechatChannel(account, *parts))
            for account in (wechat, wecom)
            if account
        ]
        for channel in channels:
            service.readiness.add(channel.name, channel.is_in_time, needed=False)
        yield channels


def make_relay(
    service: Service, messengers: Mapping[str, AnswerMessenger], pace: Pace
) -> AnswerRelay:
    """Returns the relay of offices' answers for a built service."""
    keys, live = RectificationKeys(service.keys.rectification), service.live_campaigns
    return AnswerRelay(service.database, keys, live, messengers, pace, service.clock)


def make_push_sender(service: Service, messenger: Messenger, pace: Pace) -> PushSender:
    """Returns the sender of an account's queued messages for a built service."""
    keys, zone, words = (
        (service.keys, service.contact_keys),
        service.settings.timezone,
        shipped_words(),
    )
    site = service.settings.public_url.rstrip("/")
    return PushSender(service.database, *keys, messenger, pace, service.clock, zone, words, site)
