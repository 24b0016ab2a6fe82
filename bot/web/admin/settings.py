"""The console's page of settings: administrators' choices, and what the environment sets."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy.engine import make_url

from bot.accounts.preferences import chosen_preferences, read_preferences, save_preferences
from bot.accounts.roles import ROLES
from bot.ballots.remote_mixer import RemoteMixer
from bot.campaigns.organiser import CHINA, chosen_organiser, read_organiser, save_organiser
from bot.core.settings import variable
from bot.web.admin.page import Visit, staff_page
from survey_flows.campaign_definition import Organiser

SHOWN = (
    "public_url",
    "timezone",
    "telegram_name",
    "push_rate",
    "web_rate",
    "trusted_proxies",
    "log_origin",
)
"""Settings without secrets; tokens and the addresses of stores are left out."""


ORGANISER = ("name_zh", "name_en", "phone", "privacy", "country", "icp", "police")


@staff_page
async def show_settings(visit: Visit) -> web.Response:
    """Shows the page."""
    choices = await read_preferences(visit.service.database)
    shown = [(variable(name), getattr(visit.service.settings, name)) for name in SHOWN]
    organiser = await read_organiser(visit.service.database)
    return visit.render(
        "settings",
        choices=choices,
        environment=shown,
        runs=_parts(visit),
        roles=ROLES,
        organiser=_typed(organiser),
    )


def _typed(organiser: Organiser | None) -> dict[str, str]:
    """Returns who asks as the form has it."""
    if organiser is None:
        return {"country": CHINA}
    names = {"name_zh": organiser.name["zh-Hans"], "name_en": organiser.name["en"]}
    return names | {name: getattr(organiser, name) for name in ORGANISER[2:]}


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
    """Stores who asks, or the other choices."""
    if visit.text("act") == "organiser":
        organiser = chosen_organiser(**{name: visit.text(name) for name in ORGANISER})
        await save_organiser(visit.service.database, organiser)
        return visit.redirect("/admin/settings", "organiser")
    roles = tuple(role for role in ROLES if visit.text(f"factor-{role}") == "yes")
    wanted = chosen_preferences(
        visit.text("hours"),
        sorted(set(visit.text("not_on").split())),
        visit.text("fatigue_days"),
        roles,
    )
    await save_preferences(visit.service.database, wanted)
    return visit.redirect("/admin/settings", "settings")
