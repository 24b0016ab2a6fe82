"""Names and dates as they are shown, with the default language to fall back on."""

from __future__ import annotations

from datetime import datetime, timedelta

from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.questionnaire import Text


def in_language(text: Text, lang: str, definition: CampaignDefinition) -> str:
    """``text`` in ``lang``, or in the default language, or in any that it has."""
    return (
        text.get(lang) or text.get(definition.wording.languages[0]) or next(iter(text.values()), "")
    )


def unit_name(definition: CampaignDefinition, code: str, lang: str) -> str:
    """The name of a unit; its code when the definition no longer has it."""
    unit = definition.units.get(code)
    return (unit and in_language(unit.name, lang, definition)) or code


def show_date(definition: CampaignDefinition, lang: str, moment: datetime) -> str:
    """A moment in words, in its own time zone; UTC is named, since no clock shows it."""
    zone = " UTC" if moment.utcoffset() == timedelta(0) else ""
    time = f"{moment:%H:%M}{zone}"
    return definition.wording.say(
        lang, "date", year=str(moment.year), month=moment.month, day=moment.day, time=time
    )


def show_end(definition: CampaignDefinition, lang: str) -> str:
    """The close of a campaign as a deadline."""
    return show_deadline(definition, lang, definition.closes_at)


def loss_notice(definition: CampaignDefinition, lang: str) -> str:
    """The sentence about ratings that were lost; empty where none were."""
    if definition.lost is None:
        return ""
    moments = (definition.lost.since, definition.lost.until)
    since, until = (show_date(definition, lang, moment) for moment in moments)
    return definition.wording.say(lang, "loss-told", since=since, until=until)


def show_deadline(definition: CampaignDefinition, lang: str, moment: datetime) -> str:
    """A moment until which something is done; midnight is told as the end of the day before.

    «Until 1 December, 00:00» is read by many as a day later than it is.
    """
    if moment.utcoffset() == timedelta(0) or (moment.hour, moment.minute) != (0, 0):
        return show_date(definition, lang, moment)
    day = moment.date() - timedelta(days=1)
    return definition.wording.say(
        lang, "date-end", year=str(day.year), month=day.month, day=day.day
    )


def end_in_figures(moment: datetime) -> str:
    """A deadline as ``2026-12-31 24:00`` in its own time zone; midnight as in `show_deadline`."""
    if moment.utcoffset() == timedelta(0) or (moment.hour, moment.minute) != (0, 0):
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{moment - timedelta(days=1):%Y-%m-%d} 24:00"


def known_language(definition: CampaignDefinition, tag: str) -> str:
    """The language nearest to a tag such as ``zh-CN`` or ``en_GB``; the default if none is near."""
    spoken = definition.wording.languages
    if tag in spoken:
        return tag
    base = tag.replace("_", "-").split("-")[0].lower()
    return next((lang for lang in spoken if lang.split("-")[0].lower() == base), spoken[0])
