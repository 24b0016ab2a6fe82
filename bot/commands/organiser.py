"""``minping organiser``: say who asks, which every campaign tells citizens, and show it."""

from __future__ import annotations

import argparse
from typing import Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY, Audit
from bot.terminal.words import say
from survey_flows.errors import Message

OPTIONS = {
    "name-zh": Message("help-organiser-name-zh"),
    "name-en": Message("help-organiser-name-en"),
    "phone": Message("help-organiser-phone"),
    "privacy": Message("help-organiser-privacy"),
    "country": Message("help-organiser-country"),
    "icp": Message("help-organiser-icp"),
    "police": Message("help-organiser-police"),
}
NEEDED = ("name-zh", "phone", "privacy")


def register(commands: Any) -> None:
    """Add the command and its parts."""
    parser = commands.add_parser("organiser", help=Message("help-organiser"))
    parts = parser.add_subparsers(required=True, metavar="ACTION")
    give = parts.add_parser("set", help=Message("help-organiser-set"))
    for option, text in OPTIONS.items():
        give.add_argument(
            f"--{option}",
            required=option in NEEDED,
            default="CN" if option == "country" else "",
            help=text,
        )
    give.set_defaults(run=run_set, audit=Audit("organiser set"))
    show = parts.add_parser("show", help=Message("help-organiser-show"))
    show.set_defaults(run=run_show, audit=READS_ONLY)


async def run_set(settings: Settings, chosen: argparse.Namespace) -> int:
    """Store who asks."""
    from bot.campaigns.organiser import chosen_organiser, save_organiser

    names = [option.replace("-", "_") for option in OPTIONS]
    organiser = chosen_organiser(**{name: getattr(chosen, name) for name in names})
    async with open_store(settings) as database:
        await save_organiser(database, organiser)
    return await run_show(settings, chosen)


async def run_show(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Print who asks, as citizens read it."""
    from bot.campaigns.organiser import read_organiser
    from bot.core.shipped_files import shipped_words
    from survey_flows.organiser import organiser_line

    async with open_store(settings) as database:
        organiser = await read_organiser(database)
    words = shipped_words()
    if organiser is None:
        say(Message("organiser-none"))
        return 1
    for lang in words.languages:
        print(organiser_line(organiser, lang, words))
    return 0
