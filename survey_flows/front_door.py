"""The front door: which campaign somebody means who comes without a link, or with one too early.

Nobody is led into a pilot, a drawn sample or a campaign for invited people without its link.
Where several campaigns fit, the citizen is asked; where the units that they search are in one
campaign only, that one is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from survey_flows.campaign_definition import EVERYONE, CampaignDefinition
from survey_flows.choice_numbers import command_words, numbered_buttons
from survey_flows.effects import Button, Input, Screen
from survey_flows.events import Event, Pressed, Started, Typed
from survey_flows.localized_names import in_language, known_language, show_end, unit_name
from survey_flows.outside_window import Phase, phase
from survey_flows.session import LEAD
from survey_flows.typed_intents import about_us, is_quit
from survey_flows.unit_list import fold
from survey_flows.unit_search import SURE, find_units, is_named

START = "start:"
MOST_BROUGHT = 8


@dataclass(frozen=True, slots=True)
class Brought:
    """What a citizen brought along, to be taken when its campaign next takes ballots.

    ``campaign`` is empty for the choice of a campaign that waits at the door. ``admitted`` says
    that ``link`` has been checked and is one of the campaign's own. ``words`` were searched.
    """

    campaign: str
    link: str = ""
    unit: str = ""
    lang: str = ""
    words: str = ""
    admitted: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Campaigns to choose from, for a ``unit`` or for searched ``words``."""

    campaigns: tuple[CampaignDefinition, ...]
    unit: str = ""
    words: str = ""
    missed: bool = False
    """Whether the words were found in no campaign."""


Way = CampaignDefinition | Choice | None


def candidates(
    definitions: Iterable[CampaignDefinition], now: datetime
) -> list[CampaignDefinition]:
    """The campaigns that take ballots now and let everybody in.

    A planned sample without a registered door lets everybody in only where no other campaign does.
    """
    taking = [one for one in _public(definitions) if phase(one, now) is Phase.OPEN]
    return [one for one in taking if not one.sampled] or taking


def default_campaign(
    definitions: Sequence[CampaignDefinition], now: datetime
) -> CampaignDefinition | None:
    """The campaign that stands for all where one is shown.

    It is the one that opened last among the candidates; without any, one that is paused; then the
    next that will open; then the last one.
    """
    open_ones = candidates(definitions, now)
    known = _public(definitions)
    phases = [(one, phase(one, now)) for one in known]
    paused = [one for one, its in phases if its is Phase.PAUSED]
    waiting = [one for one, its in phases if its is Phase.BEFORE]
    return (
        next(reversed(open_ones), None)
        or next(reversed(paused), None)
        or next(iter(waiting), None)
        or next(reversed(known), None)
    )


def find_way(
    definitions: Sequence[CampaignDefinition],
    held: CampaignDefinition | None,
    event: Event,
    now: datetime,
) -> Way:
    """The campaign that an event means, or the choice of one.

    Args:
        definitions: all that are open or were, in the order of their opening.
        held: the campaign of the citizen's conversation.
        event: what the citizen did.
        now: the present moment.
    """
    if isinstance(event, Started):
        linked = next((one for one in definitions if one.link(event.link)), None)
        if linked is not None:
            return linked
        return _started(definitions, held, event, now)
    if held is not None and not (is_start(event) and phase(held, now) is Phase.AFTER):
        return held
    if isinstance(event, Pressed) and event.data.startswith(LEAD):
        wanted = event.data.removeprefix(LEAD)
        return next(
            (one for one in candidates(definitions, now) if one.campaign == wanted),
            _any(definitions, now),
        )
    if isinstance(event, Typed) and fold(event.text):
        return find_by_words(definitions, event.text, now)
    return _any(definitions, now)


def find_by_words(definitions: Sequence[CampaignDefinition], words: str, now: datetime) -> Way:
    """The candidate that has the searched unit, or the choice of those that do."""
    known = candidates(definitions, now)
    if len(known) < 2:
        return _any(definitions, now)
    if _says_more(known, words):
        return Choice(tuple(known))
    hits = _with_words(known, words)
    if len(hits) == 1:
        return hits[0]
    return Choice(hits or tuple(known), words=words if hits else "", missed=not hits)


def elsewhere(
    definitions: Sequence[CampaignDefinition],
    held: CampaignDefinition,
    words: str,
    now: datetime,
) -> Choice | None:
    """The other campaigns that have a unit which the conversation's campaign lacks."""
    here = find_units(held, words)
    if not fold(words) or _says_more([held], words) or (here and here[0][0] <= SURE):
        return None
    others = [one for one in candidates(definitions, now) if one.campaign != held.campaign]
    hits = _with_words(others, words)
    if not hits or (here and find_units(hits[0], words)[0][0] > SURE):
        return None
    return Choice(hits, words=words)


def _says_more(definitions: Iterable[CampaignDefinition], words: str) -> bool:
    """Whether words are answered by a sentence of their own, and name no unit."""
    more = bool(about_us(words, free_words=False)) or is_quit(words)
    return more and not any(is_named(definition, words) for definition in definitions)


def _with_words(
    definitions: Iterable[CampaignDefinition], words: str
) -> tuple[CampaignDefinition, ...]:
    """The campaigns with a unit that the words mean; only those that surely have it, if any."""
    found = [(one, hits) for one in definitions if (hits := find_units(one, words))]
    sure = tuple(one for one, hits in found if hits[0][0] <= SURE)
    return sure or tuple(one for one, _ in found)


def is_start(event: Event) -> bool:
    """Whether an event begins a conversation anew: a start, or the button of a language."""
    return isinstance(event, Started) or (
        isinstance(event, Pressed) and event.data.startswith(START)
    )


def _started(
    definitions: Sequence[CampaignDefinition],
    held: CampaignDefinition | None,
    event: Started,
    now: datetime,
) -> Way:
    going_on = held if held is not None and phase(held, now) is Phase.OPEN else None
    with_unit = [one for one in candidates(definitions, now) if one.unit_code(event.unit)]
    if with_unit:
        here = going_on is not None and bool(going_on.unit_code(event.unit))
        if here and going_on is not None and not going_on.aim.pilot:
            return going_on
        if len(with_unit) > 1:
            return Choice(tuple(with_unit), unit=event.unit)
        return with_unit[0]
    if going_on is not None:
        return going_on
    return _any(definitions, now, event.unit)


def _any(definitions: Sequence[CampaignDefinition], now: datetime, unit: str = "") -> Way:
    known = candidates(definitions, now)
    if len(known) > 1:
        return Choice(tuple(known))
    with_unit = [one for one in definitions if one.unit_code(unit)]
    return default_campaign(with_unit if with_unit and not known else definitions, now)


def _public(definitions: Iterable[CampaignDefinition]) -> list[CampaignDefinition]:
    return [one for one in definitions if not one.aim.pilot and one.door == EVERYONE]


def door_screen(choice: Choice, lang: str, *, begun: bool = False) -> Screen:
    """The screen on which a citizen chooses a campaign.

    ``begun``: a conversation goes on meanwhile, in which the language is chosen by its command.
    """
    first = choice.campaigns[0]
    say, lang = first.wording.say, known_language(first, lang)
    rows = [(Button(_label(one, lang), LEAD + one.campaign),) for one in choice.campaigns]
    others = tuple(
        Button(say(tag, "language-name"), START + tag)
        for tag in first.wording.languages
        if tag != lang and not begun
    )
    named = next((one for one in choice.campaigns if one.unit_code(choice.unit)), None)
    if named is not None:
        text = say(lang, "door-unit", unit=unit_name(named, named.unit_code(choice.unit), lang))
    else:
        text = say(lang, "door-found" if choice.words else "door")
    return Screen("door", lang, text, (*rows, others) if others else tuple(rows), Input.SEARCH)


def _label(definition: CampaignDefinition, lang: str) -> str:
    title = in_language(definition.title, lang, definition)
    until = show_end(definition, lang)
    return definition.wording.say(lang, "door-campaign", title=title, date=until)


def chosen(choice: Choice, lang: str, event: Event) -> CampaignDefinition | None:
    """The campaign that an event at the door chooses: by its button, number or title."""
    if isinstance(event, Pressed) and event.data.startswith(LEAD):
        wanted = event.data.removeprefix(LEAD)
        return next((one for one in choice.campaigns if one.campaign == wanted), None)
    if not isinstance(event, Typed):
        return None
    words, screen = fold(event.text), door_screen(choice, lang)
    buttons = numbered_buttons(replace(screen, input=Input.SEARCH))
    for number, (button, one) in enumerate(zip(buttons, choice.campaigns, strict=False), 1):
        titles = {fold(title) for title in one.title.values()}
        if words in {str(number), fold(command_words(button))} | titles:
            return one
    return None
