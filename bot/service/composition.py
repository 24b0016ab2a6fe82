"""The composition root: builds the service from settings; nothing opens before `build` is entered.

Ports are opened by `bot.serving` alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.approvals import Approvals
from bot.accounts.audit_anchors import AUDIT, Anchor, anchor_rows, read_anchor, read_anchors
from bot.accounts.officers import Officers
from bot.accounts.roster import Roster
from bot.accounts.second_factor import FactorKeys
from bot.ballots.gate import Gate
from bot.ballots.held_requests import forget_stops
from bot.ballots.link_people import forget_link_people
from bot.ballots.mixer import GUARD, LOG_KEY, Mixer, destroy_closed_secrets
from bot.ballots.remote_mixer import RemoteMixer
from bot.ballots.screening import Screening
from bot.campaigns.campaign_keys import GATE, check_keys
from bot.campaigns.live_campaigns import LiveCampaigns, Trust
from bot.conversations.conductor import Conductor
from bot.conversations.homes import destroy_old_secrets, forget_closed_conversations
from bot.conversations.key_rotation import KeyRotation
from bot.conversations.store import delete_expired
from bot.core.clock import Clock, SystemClock
from bot.core.folder_lock import shared_folder
from bot.core.private_files import make_private
from bot.core.settings import Settings
from bot.crypto.contact_keys import ContactKeys
from bot.crypto.gate_keys import GateKeys
from bot.crypto.keyrings import Keyring
from bot.crypto.note_signatures import public_key
from bot.fieldwork.monitoring.search_misses import forget_search_misses
from bot.fraud_review.asides import erase_asides
from bot.service.embedded_valkey import EmbeddedValkey
from bot.service.health_checks import make_readiness, roster_check
from bot.service.installation_keys import load_desk, open_keys
from bot.service.readiness import Readiness
from bot.service.task_states import AWAY, TaskStates, repeat
from bot.service.two_persons import make_officers
from bot.service.upgrades import demand_version, upgrade_to_serve
from bot.storage.database import open_database, reading, sqlite_files, writing
from bot.storage.redis_link import open_redis
from bot.transparency.desk import Desk
from bot.transparency.guard import Guard
from bot.transparency.known_log import know_log
from bot.transparency.logged_acts import LoggedActs
from bot.verification.result_decision import result_check
from survey_flows.errors import MinpingError
from survey_flows.log_entries import LOG_ITSELF
from survey_flows.signed_notes import read_key

REFRESH_SECONDS = 1.0
FORGET_SECONDS = 3600.0
AUDIT_SECONDS = 60.0
APPROVAL_SECONDS = 5.0
PATIENCE = 8.0
"""Seconds that the database may leave one command of the running service unanswered."""
MIX_SECONDS = 2.0
MIXING = "mixer"
TASK_PATIENCE = 60.0
"""Seconds after which a round of periodic work that does not end degrades readiness."""
REDIS_PATIENCE = 3.0
"""Seconds after which a silent Redis counts as away; only sign-ins and pushes need it."""


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that channels, pages and commands work with."""

    settings: Settings
    clock: Clock
    database: AsyncEngine
    redis: Redis
    keys: GateKeys
    contact_keys: ContactKeys
    factor_keys: FactorKeys
    desk: Desk
    roster: Roster
    approvals: Approvals
    officers: Officers
    live_campaigns: LiveCampaigns
    conductor: Conductor
    mixer: Mixer | RemoteMixer
    readiness: Readiness
    tasks: TaskStates


@asynccontextmanager
async def open_store(
    settings: Settings, patience: float | None = None, serving: bool = False
) -> AsyncIterator[AsyncEngine]:
    """Opens a database of this version, for commands that need nothing else.

    Args:
        settings: names the database.
        patience: seconds for one statement, as in `open_database`; the migration has no limit.
        serving: the service opens it, which migrates an older one; a command refuses that.

    Raises:
        OperatorNeeded: as `demand_version`, or as `upgrade_to_serve`.
    """
    database = open_database(settings.database)
    try:
        await (upgrade_to_serve(settings, database) if serving else demand_version(database))
        if patience:
            await database.dispose()
            database = open_database(settings.database, patience)
        _know_log(settings, database)
        yield database
    finally:
        await database.dispose()


def _know_log(settings: Settings, database: AsyncEngine) -> None:
    """Notes which key signs the log, so that no check takes another note for a checkpoint."""
    if settings.log_key:
        know_log(database, read_key(settings.log_key))
        return
    ring = Keyring(settings.data / "keys" / "mixer")
    if ring.path(LOG_KEY).exists():
        know_log(database, public_key(ring.demand(LOG_KEY), settings.log_origin))


@asynccontextmanager
async def build(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Service]:
    """Runs the service without its listeners; on leaving, accepted updates are settled first."""
    clock = clock or SystemClock()
    make_private(settings.data, *sqlite_files(settings.database))
    async with AsyncExitStack() as stack:
        # While it holds them nobody replaces a key under it (`bot.service.gate_loss`).
        await stack.enter_async_context(shared_folder(settings.data / "keys"))
        database = await stack.enter_async_context(open_store(settings, PATIENCE, serving=True))
        url = settings.redis_url or await _bundled_redis(settings, stack)
        redis = open_redis(url, REDIS_PATIENCE)
        stack.push_async_callback(redis.aclose)
        opened = await open_keys(settings, database, clock)
        keys = opened.gate
        people = make_officers(settings, database, keys, opened.desk, clock)
        mixer, tasks = make_mixer(settings, database, keys, clock), TaskStates()
        await _first_turn(mixer, tasks)
        trust = Trust(mixer.key, opened.desk)
        live_campaigns = LiveCampaigns(database, settings.timezone, trust)
        await check_keys(database, GATE, keys.voters)
        await live_campaigns.refresh()
        resealing = KeyRotation(database, keys, clock, live_campaigns)
        await resealing.rotate()
        gate = Gate(keys, mixer.key, Screening(redis, keys, live_campaigns))
        mixer.gate_work = partial(gate.end_campaigns, database)
        await gate.begin(database)
        stack.push_async_callback(_end_stream, gate, database)
        site = settings.public_url
        conductor = Conductor(database, keys, live_campaigns, clock, gate, opened.contacts, site)
        readiness = make_readiness(settings, database, redis, clock, gate, mixer)
        readiness.add("accounts", roster_check(people.roster), needed=False)
        await stack.enter_async_context(running(conductor.run()))
        for name, seconds, work in (
            ("task:campaigns", REFRESH_SECONDS, live_campaigns.refresh),
            ("task:conversations", MIX_SECONDS, resealing.rotate),
            ("task:deletion", FORGET_SECONDS, partial(_forget, database, keys, clock)),
            ("task:approvals", APPROVAL_SECONDS, partial(_apply, people.approvals)),
            ("task:audit", AUDIT_SECONDS, partial(_anchor, database, opened.desk, clock)),
            (MIXING, MIX_SECONDS, partial(run_mixer_once, mixer, database, keys)),
        ):
            note = readiness.watch(name, within=seconds + TASK_PATIENCE)
            await stack.enter_async_context(running(repeat(work, seconds, name, tasks, note)))
        await stack.enter_async_context(running(readiness.run()))
        yield Service(
            settings,
            clock,
            database,
            redis,
            keys,
            opened.contacts,
            opened.factors,
            opened.desk,
            people.roster,
            people.approvals,
            people.officers,
            live_campaigns,
            conductor,
            mixer,
            readiness,
            tasks,
        )


def make_mixer(
    settings: Settings, database: AsyncEngine, keys: GateKeys, clock: Clock
) -> Mixer | RemoteMixer:
    """Returns the mixer with its own secrets, or its proxy when it is a process of its own.

    Before each turn the gate says where the numbers of closing campaigns end.
    """
    mixer: Mixer | RemoteMixer
    if settings.log_key:
        mixer = RemoteMixer(database, settings.log_key, settings.log_origin)
    else:
        ring = Keyring(settings.data / "keys" / "mixer")
        desk = load_desk(settings).key.public
        mixer = Mixer(database, ring, keys.public(), desk, settings.log_origin, clock)
        mixer.result_check = result_check(database, mixer.log.guard)
    mixer.gate_work = partial(_end_campaigns, mixer, keys, database)
    return mixer


async def finish_closing(
    settings: Settings, database: AsyncEngine, keys: GateKeys, clock: Clock
) -> None:
    """Completes a command's change without a running service: opens, mixes, closes, destroys keys.

    A mixer that is a process of its own gets some seconds to do its part.
    """
    mixer = make_mixer(settings, database, keys, clock)
    if isinstance(mixer, RemoteMixer):
        await mixer.turn()
        await mixer.wait()
    await run_mixer_once(mixer, database, keys)
    if await anchor_rows(database, load_desk(settings), clock):
        await mixer.turn()


async def run_mixer_once(mixer: Mixer | RemoteMixer, database: AsyncEngine, keys: GateKeys) -> None:
    """Runs the mixer once, checks the gate's keys, and destroys what a close leaves at the gate."""
    await mixer.turn()
    await check_keys(database, GATE, keys.voters)
    await forget_closed_conversations(database, keys)
    await forget_link_people(database)
    await destroy_closed_secrets(database, keys.voters)


async def audit_anchors(settings: Settings, database: AsyncEngine, desk: Desk) -> list[Anchor]:
    """Returns what the log commits to of the audit log: by the guard, where this process has it."""
    guard = Guard(settings.data / "keys" / "mixer" / GUARD)
    if guard.exists and not settings.log_key:
        acts = LoggedActs(guard)
        await acts.refresh()
        return [read_anchor(body, place) for place, body in acts.placed(AUDIT, LOG_ITSELF)]
    async with reading(database) as connection:
        return await read_anchors(connection, desk)


async def _first_turn(mixer: Mixer | RemoteMixer, tasks: TaskStates) -> None:
    """Runs the mixer before anything else; an unforeseen error leaves the service to start."""
    try:
        await mixer.turn()
    except (*AWAY, MinpingError):
        raise
    except Exception as error:
        tasks.note_failure(MIXING, error)


async def _end_campaigns(mixer: Mixer | RemoteMixer, keys: GateKeys, database: AsyncEngine) -> None:
    # The log's key is there only once the mixer has started.
    await Gate(keys, mixer.key).end_campaigns(database)


async def _end_stream(gate: Gate, database: AsyncEngine) -> None:
    """Ends the gate's stream; without a database the next start does it."""
    with suppress(*AWAY):
        await gate.stop(database)


async def _anchor(database: AsyncEngine, desk: Desk, clock: Clock) -> None:
    await anchor_rows(database, desk, clock)


async def _apply(approvals: Approvals) -> None:
    await approvals.apply_due()


async def _bundled_redis(settings: Settings, stack: AsyncExitStack) -> str:
    valkey = await stack.enter_async_context(EmbeddedValkey(settings.data / "valkey"))
    return valkey.url


async def _forget(database: AsyncEngine, keys: GateKeys, clock: Clock) -> None:
    async with writing(database) as connection:
        await delete_expired(connection, clock.now())
        await forget_stops(connection, clock.now())
    await forget_search_misses(database)
    await erase_asides(database, clock.now())
    destroy_old_secrets(keys, clock.now())


@asynccontextmanager
async def running(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Runs ``work`` as a task as long as the block; its failure ends the block."""
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work)
            try:
                yield
            finally:
                task.cancel()
    except BaseExceptionGroup as failed:
        if len(failed.exceptions) == 1:
            # A wrong token must print one sentence, not a group of exceptions.
            raise failed.exceptions[0] from None
        raise
