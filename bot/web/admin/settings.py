"""The console's page of settings: administrators' choices, and what the environment sets."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping

from aiohttp import web
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
from bot.campaigns.organiser import (
    chosen_organiser,
    read_organiser,
    said_organiser,
    save_organiser,
)
from bot.core.settings import variable
from bot.core.stale_forms import StaleForm, seen_of
from bot.web.admin.page import Visit, staff_page
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


@staff_page
async def take_settings(visit: Visit) -> web.Response:
    """Stores who asks, or the other choices; a form older than these comes back with both."""
    if visit.text("act") in (LOGO, LOGO_OFF):
        return await _take_logo(visit)
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
