"""What a step says: the shipped texts, and the lines that none of one's own may lack."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.definition import FrozenDefinition, read_definition
from bot.campaigns.live_campaigns import load_definition
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.titles import marked_title
from bot.core.shipped_files import shipped_words
from bot.fieldwork.outreach.outbox import INVITATION, read_pushes
from bot.fieldwork.outreach.recipients import by_invitation, due_kind, of_messengers
from bot.fieldwork.outreach.short_texts import LINK
from bot.storage.database import reading
from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.errors import BadInput, Message, Place
from survey_flows.localized_names import in_language, show_end
from survey_flows.organiser import organiser_line

MOST_TEXT = 2000
MOST_SHORT = 300


async def plain_texts(database: AsyncEngine, campaign: str, timezone: str) -> dict[str, str]:
    """Return the shipped message of the next step by language.

    Raises:
        BadInput: no such campaign.
    """
    async with reading(database) as connection:
        row = await read_campaign_row(connection, campaign)
        before = of_messengers(await read_pushes(connection, campaign))
        kind = due_kind(before, *(await by_invitation(connection, campaign)))
    key = "invitation-text" if kind == INVITATION else "reminder-text"
    words = shipped_words()
    definition = load_definition(row, [], words, ZoneInfo(timezone))
    title = marked_title(definition.title, definition.aim.pilot)
    return _with_needed_lines(
        definition,
        {
            lang: words.say(
                lang,
                key,
                title=in_language(title, lang, definition),
                date=show_end(definition, lang),
            )
            for lang in words.languages
        },
    )


async def plain_short_texts(
    connection: AsyncConnection, campaign: str, kind: str
) -> dict[str, str]:
    """Return the shipped short message of an invitation or a reminder by language.

    Raises:
        BadInput: no such campaign.
    """
    definition = read_definition(await read_campaign_row(connection, campaign))
    key = "invitation-short" if kind == INVITATION else "reminder-short"
    words, organiser = shipped_words(), definition.organiser
    phone = organiser.phone if organiser else ""
    lead = {lang: words.say(lang, "pilot") + " " for lang in words.languages}
    return {
        lang: (lead[lang] if definition.aim.pilot else "")
        + words.say(lang, key, link=LINK, phone=phone)
        for lang in words.languages
    }


async def texts_as_sent(
    database: AsyncEngine, campaign: str, texts: Mapping[str, str]
) -> dict[str, str]:
    """Return the texts as they are sent: each says who asks, and of a pilot that it is one.

    Raises:
        BadInput: no such campaign.
    """
    async with reading(database) as connection:
        row = await read_campaign_row(connection, campaign)
    return _with_needed_lines(read_definition(row), texts)


def _with_needed_lines(
    definition: FrozenDefinition | CampaignDefinition, texts: Mapping[str, str]
) -> dict[str, str]:
    """Return the texts with the lines that nobody who writes them can leave out."""
    words, found = shipped_words(), dict(texts)
    for lang in texts:
        needed = [words.say(lang, "pilot")] if definition.aim.pilot else []
        for line in (*needed, organiser_line(definition.organiser, lang, words)):
            if line not in found[lang]:
                found[lang] = f"{found[lang].rstrip()}\n{line}"
    return found


def checked_texts(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Return texts in both languages; raises `BadInput` when one is missing or too long."""
    for lang in ("zh-Hans", "en"):
        if not texts.get(lang, "").strip():
            raise BadInput(Message("fieldwork-text-missing"), Place(field=f"text {lang}"))
        if len(texts[lang]) > MOST_TEXT:
            message = Message("fieldwork-text-too-long", max=MOST_TEXT)
            raise BadInput(message, Place(field=f"text {lang}"))
    return texts


def checked_short(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Return short texts; raises `BadInput` when one is too long."""
    for lang, text in texts.items():
        if len(text) > MOST_SHORT:
            message = Message("fieldwork-text-too-long", max=MOST_SHORT)
            raise BadInput(message, Place(field=f"short {lang}"))
    return texts
