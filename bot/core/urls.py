"""Web addresses for citizens."""

from __future__ import annotations

from bot.core.settings import Settings
from survey_flows.campaign_definition import Link


def web_chat_url(settings: Settings) -> str:
    """Returns the address of the web chat, without a slash at the end."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return settings.public_url.rstrip("/") or f"http://{host}:{settings.port}"


def citizen_urls(settings: Settings, link: Link, unit: str = "") -> list[str]:
    """Returns a link's addresses in the web chat and, if there is a bot, in Telegram.

    With a ``unit`` they lead to its questions, and with a unit and a link without a token to that
    unit in whichever campaign rates it at the time.
    """
    kind = "r" if link.token else "u"
    path = "/".join(part for part in (kind, link.token, unit) if part)
    found = [f"{web_chat_url(settings)}/{path}"]
    if settings.telegram_name:
        payload = f"{link.token}-{unit}" if unit else link.token
        found.append(f"https://t.me/{settings.telegram_name}?start={payload}")
    return found
