"""Words of all channels: commands, payloads of deep links, and the channels' own sentences."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from survey_flows.effects import Screen
from survey_flows.events import OptedOut, Started, TopicRequested, Typed, Update
from survey_flows.session import IDENTITY
from survey_flows.typed_commands import TOPICS, command_of
from survey_flows.wording import Wording

COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


@cache
def channel_words() -> Wording:
    """Returns the channels' own sentences, in each language that has a file."""
    found = [
        file
        for file in files("bot.channels").joinpath("wording").iterdir()
        if file.name.endswith(".ftl")
    ]
    return Wording({file.name.removesuffix(".ftl"): file.read_text("utf-8") for file in found})


def page_label(screen: Screen) -> str:
    """Returns the id of the words that lead to a screen's page."""
    return "identity-open" if screen.step == IDENTITY else "promise-open"


def read_words(text: str, lang: str = "") -> Update:
    """Returns the update of a text: a command or words; ``lang`` is the channel's guess."""
    command = COMMAND.fullmatch(text)
    if command is None:
        return command_of(text) or Typed(text)
    name, argument = command[1].lower(), command[2] or ""
    if name == "start":
        return read_payload(argument.strip(), lang)
    if name == "stop" and not argument:
        return OptedOut()
    if name in TOPICS:
        return TopicRequested(name)
    # «/road works are late» is a comment.
    return Typed(text) if argument else command_of(f"/{name}") or TopicRequested("help")


def read_payload(payload: str, lang: str = "") -> Started:
    """Reads a deep link's payload: ``<link>``, ``<link>-<unit>`` or ``-<unit>``.

    A link's token never has a hyphen.
    """
    link, _, unit = payload.partition("-") if PAYLOAD.fullmatch(payload) else ("", "", "")
    return Started(link=link, unit=unit, lang=lang)
