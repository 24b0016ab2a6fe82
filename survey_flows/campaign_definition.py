"""The definition of a campaign: units, questionnaires and words, frozen when it opens."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from survey_flows.campaign_aim import USUAL, Aim
from survey_flows.errors import BadInput, Message, Place
from survey_flows.halves import Split
from survey_flows.questionnaire import Questionnaire, Text
from survey_flows.quota import Quotas
from survey_flows.thesaurus import Thesaurus

CODE_BYTES = 32
"""Longest unit code, so that a button (64 bytes) can carry it."""


class CitizenWording(Protocol):
    """Every citizen-facing sentence, by language."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Language tags that can be spoken, the default first."""

    def say(self, lang: str, key: str, /, **args: str | int) -> str:
        """The sentence ``key`` in ``lang`` with its placeholders filled."""


EVERYONE, BY_LINK, INVITED = DOORS = ("everyone", "link", "invited")
"""Who may come in: everybody; who has a link; who was invited. Only the first needs no link."""
INTERNAL = "~"
"""Begins the token of a link that only invitations lead to; nobody is handed one."""

IDLE_LIMIT = timedelta(hours=72)
"""After so long unfinished answers are dropped."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A department, district or county that can be rated.

    Raises:
        BadInput: ``code`` is empty or does not fit on a button (`CODE_BYTES` bytes).
    """

    code: str
    name: Text
    questionnaire: str
    category: str
    search: str = ""
    """Lower-case extra search words (pinyin, initials, short names), made when units are loaded."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.code.encode()) <= CODE_BYTES:
            raise BadInput(Message("unit-code-length", most=CODE_BYTES), Place(subject=self.code))


@dataclass(frozen=True, slots=True)
class Link:
    """Where a citizen came from: the evaluator group and stratum that an invitation vouches for.

    ``max_people`` is how many people it is meant for, None for anyone. Ballots of the links with
    one ``cluster`` (1 to 31) may be alike; 0 stands for none.
    """

    token: str
    group: str = "resident"
    source: str = "open"
    stratum: str = ""
    max_people: int | None = None
    cluster: int = 0


@dataclass(frozen=True, slots=True)
class Organiser:
    """Who asks: name, telephone, whom to ask about one's data, and the site's filing numbers.

    ``country`` is an ISO 3166 code; in China a site shows its ICP and its police number.
    """

    name: Text
    phone: str
    privacy: str
    country: str
    icp: str = ""
    police: str = ""


@dataclass(frozen=True, slots=True)
class RatedBefore:
    """Units that have been rated from where an update came; ``browser``: others may use it too."""

    units: frozenset[str] = frozenset()
    browser: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """What went with an older database: ratings that came between these moments may be gone."""

    since: datetime
    until: datetime


NOT_RATED = RatedBefore()
"""Of whom nothing was asked, or who has rated nothing."""


@dataclass(frozen=True, slots=True)
class CampaignDefinition:
    """A campaign as the engine sees it. ``units`` keeps their listed order.

    ``opens_at`` and ``closes_at`` are shown to citizens in the time zone that they carry.
    ``door`` is one of `DOORS`; ``sampled`` says that a sample is planned and no door was
    registered. ``organiser`` is None for older registrations. ``identity`` are the kinds of
    identity that are taken (`survey_flows.identity_kinds`). ``rated`` is what the one whom a step
    is about has rated before. ``lost`` is the last loss of ratings, if there was one.
    """

    campaign: str
    title: Text
    units: Mapping[str, Unit]
    questionnaires: Mapping[str, Questionnaire]
    links: Mapping[str, Link]
    wording: CitizenWording
    opens_at: datetime
    closes_at: datetime
    idle_limit: timedelta = IDLE_LIMIT
    state: str = "open"
    quotas: Quotas = field(default_factory=Quotas)
    aim: Aim = USUAL
    door: str = EVERYONE
    sampled: bool = False
    organiser: Organiser | None = None
    split: Split = field(default_factory=Split)
    identity: tuple[str, ...] = ()
    rated: RatedBefore = NOT_RATED
    lost: Lost | None = None
    thesaurus: Thesaurus = field(default_factory=Thesaurus, repr=False)
    search_index: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """Made by `unit_search`, for as long as the units are the same."""

    def asked(self, unit: str, order: str) -> Questionnaire:
        """The questionnaire of a unit, in the order in which this order asks it."""
        return self.split.turned(self.questionnaires[self.units[unit].questionnaire], order)

    def link(self, token: str) -> Link | None:
        """The link of a token in capital or small letters: some keyboards write only one."""
        exact = self.links.get(token)
        if exact is not None or not token or token.startswith(INTERNAL):
            return exact
        return next((self.links[one] for one in self.links if _same(one, token)), None)

    def unit_code(self, code: str) -> str:
        """The code of a unit that can be rated, in capital or small letters; empty for none."""
        if not code:
            return ""
        known = [code] if code in self.units else [one for one in self.units if _same(one, code)]
        ratable = (one for one in known if self.units[one].questionnaire in self.questionnaires)
        return next(ratable, "")


def same_cell(definition: CampaignDefinition, token: str) -> str:
    """Returns the first link that vouches for what this one does, so that it names no place.

    A link for a number of people keeps its name, by which they are counted.
    """
    link = definition.links.get(token)
    if link is None or link.max_people is not None:
        return token
    cell = (link.group, link.source, link.stratum)
    return min(
        other.token
        for other in definition.links.values()
        if other.max_people is None and (other.group, other.source, other.stratum) == cell
    )


def _same(one: str, other: str) -> bool:
    return one.casefold() == unicodedata.normalize("NFKC", other).casefold()
