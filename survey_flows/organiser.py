"""Who asks: the organiser of a campaign, as citizens are told on every way in."""

from __future__ import annotations

from survey_flows.campaign_definition import CitizenWording, Organiser


def organiser_line(one: Organiser | None, lang: str, words: CitizenWording) -> str:
    """The line that says who asks; empty for a campaign that was registered without it."""
    if one is None:
        return ""
    name = one.name.get(lang) or one.name[words.languages[0]]
    line = words.say(lang, "organiser", organiser=name, phone=one.phone, privacy=one.privacy)
    return words.say(lang, "organiser-between").join(filter(None, (line, one.icp, one.police)))
