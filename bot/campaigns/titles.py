"""The title of a campaign in print: that of a pilot or a withdrawn campaign says so itself."""

from __future__ import annotations

from survey_flows.campaign_aim import (
    COUNTING,
    LEADERS,
    PEERS,
    PILOT,
    PUBLIC,
    STAFF,
    SUPERIORS,
    UNITS,
    Aim,
)
from survey_flows.messages import ENGLISH, Message, Named, render
from survey_flows.questionnaire import Text
from survey_flows.wording import DEFAULT

AIM_WORDS = {
    "purpose": {
        COUNTING: Message("campaign-purpose-counting"),
        PILOT: Message("campaign-purpose-pilot"),
    },
    "about": {
        UNITS: Message("campaign-about-units"),
        LEADERS: Message("campaign-about-leaders"),
    },
    "asks": {
        PUBLIC: Message("campaign-asks-public"),
        STAFF: Message("campaign-asks-staff"),
        SUPERIORS: Message("campaign-asks-superiors"),
        PEERS: Message("campaign-asks-peers"),
    },
}
"""The parts of an aim in words, by part and stored word."""


def aim_words(aim: Aim) -> Message:
    """Returns what a campaign is about and whom it asks."""
    about, asks = AIM_WORDS["about"][aim.about], AIM_WORDS["asks"][aim.asks]
    return Message("campaign-aim", about=about, asks=asks)


def printed_title(title: Text, pilot: bool = False, void: bool = False) -> Named:
    """Returns a title in both languages, marked where the campaign counts nowhere.

    A table, picture or file that is passed on keeps its title and loses the page around it.
    """
    zh = title["zh-Hans"]
    plain = Named(zh, title.get("en") or zh)
    if void:
        return _marked(Message("campaign-title-void", title=plain))
    return _marked(Message("campaign-title-pilot", title=plain)) if pilot else plain


def marked_title(title: Text, pilot: bool) -> dict[str, str]:
    """Returns a title by language, marked for a pilot."""
    found = printed_title(title, pilot)
    return {"zh-Hans": found.zh, "en": found.en}


def file_mark(pilot: bool) -> str:
    """Returns what the names of a pilot's files end with."""
    return "-pilot" if pilot else ""


def _marked(title: Message) -> Named:
    return Named(render(title, DEFAULT), render(title, ENGLISH))
