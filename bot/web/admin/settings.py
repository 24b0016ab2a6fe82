"""The console's page of settings: administrators' choices, and what the environment sets."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.accounts.logo import read_logo, remove_logo, save_logo
from bot.accounts.preferences import (
    chosen_preferences,
    read_preferences,
    said_preferences,
    save_preferences,
)
from bot.accounts.roles import ROLES
from bot.ballots.remote_mixer import RemoteMixer
from bot.campaigns.escrows import RUNNING, read_escrows
from bot.campaigns.organiser import (
    chosen_organiser,
    read_organiser,
    said_organiser,
    save_organiser,
)
from bot.campaigns.states import CLOSED
from bot.core.settings import variable
from bot.core.stale_forms import StaleForm, seen_of
from bot.service.last_backup import read_last_backup
from bot.storage.database import reading
from bot.storage.schema.all import campaigns
from bot.transparency.log_reader import latest_checkpoint
from bot.web.admin.page import Visit, no_such_button, staff_page
from bot.web.shared.app_keys import CHILDREN
from bot.web.shared.templates import page_words
from survey_flows.errors import BadInput

SHOWN = (
    "public_url",
    "timezone",
    "city",
    "telegram_name",
    "push_rate",
    "web_rate",
    "trusted_proxies",
    "log_origin",
)
"""Settings without secrets; tokens and the addresses of stores are left out."""


CHOICES, WHO_ASKS = "choices", "organiser"
"""The two forms of the page."""
BACKUP = "backup"
"""The button that makes a backup."""
LOGO, LOGO_OFF = "logo", "logo-off"
"""The buttons of the form of the logo; the first is its file, too."""
ORGANISER = ("name_zh", "name_en", "phone", "privacy", "country", "icp", "police")

LABELS = {
    **{name: f"organiser-{name.replace('_', '-')}" for name in ORGANISER},
    "hours": "push-hours",
    "not_on": "settings-not-on",
    "fatigue_days": "settings-fatigue",
    "second_factor": "settings-factor",
}


@staff_page
async def show_settings(visit: Visit) -> web.Response:
    """Shows the page."""
    return await _page(visit, await _stands(visit))


async def _stands(visit: Visit) -> dict[str, dict[str, str]]:
    """Returns what the two forms say now."""
    database = visit.service.database
    return {
        CHOICES: said_preferences(await read_preferences(database)),
        WHO_ASKS: said_organiser(await read_organiser(database)),
    }


async def _page(
    visit: Visit,
    stands: Mapping[str, Mapping[str, str]],
    typed: Mapping[str, Mapping[str, str]] | None = None,
    problem: str = "",
    looked_at: str = "",
) -> web.Response:
    """Returns the page; ``typed`` is what a form said that is not stored.

    It is older than what stands, or has a ``problem``; then ``looked_at`` is the mark that it came
    with, so that it still overwrites nothing that nobody has seen.
    """
    shown = [(variable(name), getattr(visit.service.settings, name)) for name in SHOWN]
    differs = [
        (page_words().say(visit.lang, LABELS[name]), stands[form].get(name, ""), mine)
        for form, fields in ({} if problem else typed or {}).items()
        for name, mine in fields.items()
        if mine != stands[form].get(name, "")
    ]
    return visit.render(
        "settings",
        status=422 if typed else 200,
        environment=shown,
        runs=_parts(visit),
        backup=await _backup(visit),
        roles=ROLES,
        problem=problem,
        seen={form: seen_of(said) for form, said in stands.items()}
        | (dict.fromkeys(typed or {}, looked_at) if problem else {}),
        differs=differs,
        **{**stands, **(typed or {})},
    )


def _parts(visit: Visit) -> dict[str, str]:
    """Returns the parts of the service with names or keys of sentences."""
    service = visit.service
    settings = service.settings
    database = make_url(settings.database).get_backend_name()
    is_remote = isinstance(service.mixer, RemoteMixer)
    return {
        "database": "PostgreSQL" if database.startswith("postgres") else "SQLite",
        "redis": "Redis" if settings.redis_url else "Valkey",
        "https": "settings-yes" if settings.public_url.startswith("https://") else "settings-no",
        "telegram": "settings-yes" if settings.telegram_token else "settings-no",
        "mixer": "settings-mixer-elsewhere" if is_remote else "settings-mixer-here",
        "witnesses": str(len(settings.witnesses.split())),
    }


@dataclass(frozen=True, slots=True)
class BackupFacts:
    """What administrators read of backups.

    Attributes:
        made: when the last one was made, in the city's time; empty for never.
        since: entries that the log got since.
        keyless: running campaigns that have no escrow key.
        kept: closed campaigns whose escrow key nobody has said to be destroyed.
        button: whether folder and key are set, so that one can be made here.
    """

    made: str
    since: int
    keyless: tuple[str, ...]
    kept: tuple[str, ...]
    button: bool


async def _backup(visit: Visit) -> BackupFacts:
    service = visit.service
    settings = service.settings
    last = await asyncio.to_thread(read_last_backup, settings.data)
    async with reading(service.database) as connection:
        newest = await latest_checkpoint(connection)
        states = campaigns.c
        query = select(states.id, states.state).order_by(states.id)
        known = (await connection.execute(query)).all()
        escrows = await read_escrows(connection, service.desk)
    alive = {name for name, one in escrows.items() if not one.destroyed}
    running = [row.id for row in known if row.state in RUNNING]
    closed = [row.id for row in known if row.state == CLOSED]
    size = newest.size if newest else 0
    zone = ZoneInfo(settings.timezone)
    return BackupFacts(
        made=f"{datetime.fromtimestamp(last.made, zone):%Y-%m-%d %H:%M}" if last else "",
        since=max(0, size - last.log_size) if last else size,
        keyless=tuple(name for name in running if name not in alive),
        kept=tuple(name for name in closed if name in alive),
        button=bool(settings.backup_folder and settings.backup_key),
    )


async def _make_backup(visit: Visit) -> web.Response:
    """Makes a backup by the command, in a process of its own.

    Raises:
        BadInput: folder and key are not set.
        NotNow: as `Children.run`.
    """
    settings = visit.service.settings
    if not (settings.backup_folder and settings.backup_key):
        raise no_such_button(BACKUP)
    words = ["backup", "make", "--to", settings.backup_folder, "--key", settings.backup_key]
    await visit.request.app[CHILDREN].run(words, visit.lang)
    return visit.redirect("/admin/settings", "backup")


@staff_page
async def take_settings(visit: Visit) -> web.Response:
    """Stores who asks, or the other choices; a form older than these comes back with both."""
    if visit.text("act") in (LOGO, LOGO_OFF):
        return await _take_logo(visit)
    if visit.text("act") == BACKUP:
        return await _make_backup(visit)
    form = WHO_ASKS if visit.text("act") == WHO_ASKS else CHOICES
    typed = _typed(visit, form)
    try:
        await _store(visit, form, typed)
    except StaleForm:
        return await _page(visit, await _stands(visit), {form: typed})
    except BadInput as error:
        said = error.render(visit.lang)
        return await _page(visit, await _stands(visit), {form: typed}, said, visit.text("seen"))
    return visit.redirect("/admin/settings", "organiser" if form == WHO_ASKS else "settings")


async def _take_logo(visit: Visit) -> web.Response:
    """Stores the logo that a form brings, or takes it away."""
    database = visit.service.database
    file = visit.form.get(LOGO) if visit.form is not None else None
    if visit.text("act") == LOGO_OFF:
        await remove_logo(database)
    else:
        sent = file.file if isinstance(file, web.FileField) else io.BytesIO()
        await save_logo(database, await asyncio.to_thread(sent.read))
    return visit.redirect("/admin/settings", "settings")


@staff_page
async def send_logo(visit: Visit) -> web.Response:
    """Sends the city's logo; its address changes with it."""
    picture = await read_logo(visit.service.database)
    if picture is None:
        raise web.HTTPNotFound
    response = web.Response(body=picture, content_type="image/png")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _typed(visit: Visit, form: str) -> dict[str, str]:
    """Returns what a form says."""
    if form == WHO_ASKS:
        return {name: visit.text(name) for name in ORGANISER}
    roles = sorted(role for role in ROLES if visit.text(f"factor-{role}") == "yes")
    days = " ".join(sorted(set(visit.text("not_on").split())))
    said = {"hours": visit.text("hours"), "not_on": days}
    return said | {"fatigue_days": visit.text("fatigue_days"), "second_factor": " ".join(roles)}


async def _store(visit: Visit, form: str, typed: Mapping[str, str]) -> None:
    database, seen = visit.service.database, visit.text("seen")
    if form == WHO_ASKS:
        await save_organiser(database, chosen_organiser(**typed), seen)
        return
    days, roles = typed["not_on"].split(), typed["second_factor"].split()
    wanted = chosen_preferences(typed["hours"], days, typed["fatigue_days"], roles)
    await save_preferences(database, wanted, seen)
