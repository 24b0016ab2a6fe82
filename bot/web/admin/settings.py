"""The settings: what the service runs on, which the environment says, and what administrators choose here."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy.engine import make_url

from bot.accounts.preferences import Preferences, read_preferences, save_preferences
from bot.accounts.roles import ROLES
from bot.ballots.remote_mixer import RemoteMixer
from bot.core.settings import variable
from bot.web.admin.page import Visit, staff_page
from survey_flows.errors import BadInput

TOLD = (
    "public_url",
    "timezone",
    "telegram_name",
    "push_rate",
    "web_rate",
    "trusted_proxies",
    "log_origin",
)
"""Settings that are no secrets and lead to none: addresses of stores and tokens are left out."""


@staff_page
async def show_settings(visit: Visit) -> web.Response:
    """The page."""
    choices = await read_preferences(visit.service.database)
    told = [(variable(name), getattr(visit.service.settings, name)) for name in TOLD]
    return visit.render("settings", choices=choices, told=told, runs=_parts(visit), roles=ROLES)


def _parts(visit: Visit) -> dict[str, str]:
    """The parts of the service that an administrator must know of, as keys of sentences or names."""
    service = visit.service
    settings = service.settings
    database = make_url(settings.database).get_backend_name()
    own_mixer = isinstance(service.mixer, RemoteMixer)
    return {
        "database": "PostgreSQL" if database.startswith("postgres") else "SQLite",
        "redis": "Redis" if settings.redis_url else "Valkey",
        "https": "settings-yes" if settings.public_url.startswith("https://") else "settings-no",
        "telegram": "settings-yes" if settings.telegram_token else "settings-no",
        "mixer": "settings-mixer-elsewhere" if own_mixer else "settings-mixer-here",
        "witnesses": str(len(settings.witnesses.split())),
    }


@staff_page
async def take_settings(visit: Visit) -> web.Response:
    """Store what was chosen."""
    days = visit.text("fatigue_days")
    if not days.isdecimal() or len(days) > 6:
        raise BadInput("this is no whole number", days[:20])
    roles = tuple(role for role in ROLES if visit.text(f"factor-{role}") == "yes")
    wanted = Preferences(
        visit.text("hours"), tuple(sorted(set(visit.text("not_on").split()))), int(days), roles
    )
    await save_preferences(visit.service.database, wanted)
    return visit.redirect("/admin/settings", "settings")
