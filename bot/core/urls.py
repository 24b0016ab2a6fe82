"""The addresses that citizens are given."""

from __future__ import annotations

from bot.core.settings import Settings
from survey_flows.campaign_definition import Link


def web_chat_url(settings: Settings) -> str:
    """Where the web chat is, without a slash at the end."""
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def citizen_urls(settings: Settings, link: Link, unit: str = "") -> list[str]:
    """The link in the web chat and, when there is a bot, in Telegram; to a unit when one is named."""
    path = "/".join(part for part in ("r", link.token, unit) if part)
    found = [f"{web_chat_url(settings)}/{path}"]
    if settings.telegram_name:
        payload = "-".join(part for part in (link.token, unit) if part)
        found.append(f"https://t.me/{settings.telegram_name}?start={payload}")
    return found
