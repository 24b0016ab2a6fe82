"""What is looked at before a campaign is opened: what stops it, and what somebody confirms.

An opening cannot be taken back, and it locks the year's rules and places. So a counting campaign is
opened only by somebody who has typed its name and seen this list, whose digest comes back with the
name: a list that has changed meanwhile is looked at again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.appraisal.checks import place_misfits, unit_misfits
from aggregation.appraisal.places import Family, graded_families
from aggregation.model.facts import UNIT_GRADES
from bot.accounts.profiles import SOLO
from bot.accounts.roster import logged_profile
from bot.campaigns.choice_records import read_choices
from bot.campaigns.citizens_provider import has_citizens_provider
from bot.campaigns.code_accounts import sends_codes
from bot.campaigns.definition import FrozenDefinition, read_definition
from bot.campaigns.organiser import organiser_in
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.states import DRAFT, OPENING, require_state
from bot.records.store import ListedUnit
from bot.records.unit_periods import read_units_of
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.entry_bodies import registration_body
from survey_flows.errors import BadInput, Message, Place, Problem, gathered
from survey_flows.halves import ITEMS, SCALE
from survey_flows.identity_kinds import OPENID, PHONE
from survey_flows.messages import Named, render
from survey_flows.wording import DEFAULT

OPENING_HALVES = {
    ITEMS: Message("opening-halves-items"),
    SCALE: Message("opening-halves-scale"),
}
"""What somebody confirms of split halves, by half."""

OPENING_IDENTITIES = {
    PHONE: Message("opening-identity-phone"),
    OPENID: Message("opening-identity-openid"),
}
"""What somebody confirms of identities, by kind."""


@dataclass(frozen=True, slots=True)
class LockedFamily:
    """The places of a family that the opening locks: first, second, third."""

    name: Named
    units: int
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """The list before a campaign is opened.

    ``stops`` keep it from being opened; ``asks`` are for a person to think of. ``locks`` are the
    places by family; empty where they do not fit, and for a campaign that counts nowhere.
    """

    campaign: str
    counts: bool
    stops: tuple[Problem, ...]
    asks: tuple[Message, ...]
    locks: tuple[LockedFamily, ...]
    frozen: str

    @property
    def digest(self) -> str:
        """The digest of the list and of all that is locked with it."""
        said = [
            self.campaign,
            self.frozen,
            [stop.render(DEFAULT) for stop in self.stops],
            [render(ask, DEFAULT) for ask in self.asks],
            [[it.name.zh, it.units, it.places] for it in self.locks],
        ]
        text = json.dumps(said, ensure_ascii=False, sort_keys=True)
        return sha256(text.encode()).hexdigest()[:16]


async def show_opening(database: AsyncEngine, campaign: str) -> Opening:
    """Returns the list of a draft, or of a campaign whose opening was not carried out.

    Raises:
        BadInput: there is no such campaign, or it was opened already.
    """
    async with reading(database) as connection:
        row = await read_campaign_row(connection, campaign)
        require_state(campaign, row.state, (DRAFT, OPENING))
        return await read_opening(connection, row)


async def read_opening(connection: AsyncConnection, row: Row[Any]) -> Opening:
    """Returns the list of a campaign's row, in the caller's transaction."""
    definition, organiser = read_definition(row), await organiser_in(connection)
    frozen = sha256(registration_body(row._mapping).encode())
    frozen.update(repr(organiser).encode())
    nobody = [] if organiser else [Problem(Message("opening-organiser-missing"))]
    basics = (*nobody, *_unread_scales(definition), *_unworthy(definition))
    if PHONE in definition.identity and not await sends_codes(connection):
        basics = (*basics, Problem(Message("opening-identity-account"), Place(field="identity")))
    if OPENID in definition.identity and not await has_citizens_provider(connection):
        basics = (*basics, Problem(Message("opening-identity-provider"), Place(field="identity")))
    escrow = await _asks_escrow(connection)
    if definition.aim.pilot:
        return Opening(row.id, False, basics, escrow, (), frozen.hexdigest())
    listed = await read_units_of(connection, row.year)
    if not {x.unit.code for x in listed} & definition.units.keys():
        nowhere = (Message("opening-counts-nowhere", year=row.year), *escrow)
        return Opening(row.id, True, basics, nowhere, (), frozen.hexdigest())
    others = await _other_campaigns(connection, row)
    stops = [
        *basics,
        *_rules(definition, listed, row.year, others),
        *_changed_units(definition, listed),
        *_rated_twice(definition, others),
    ]
    units = [x.unit for x in listed]
    fits = bool(others) or not place_misfits(definition.scheme, units, row.year)
    families = graded_families(definition.scheme, units, row.year) if fits else []
    return Opening(
        row.id,
        True,
        tuple(stops),
        (*_asks(definition), *escrow),
        tuple(_locked(definition, families)),
        frozen.hexdigest(),
    )


def check_opening(opening: Opening, name: str, seen: str) -> None:
    """Refuses to open a counting campaign that something stops, or whose list was not confirmed.

    Raises:
        BadInput: every stop; another name; or a list that is not the one that was seen.
    """
    if opening.stops:
        raise gathered(list(opening.stops))
    if not opening.counts:
        return
    if name != opening.campaign:
        raise BadInput(Message("opening-name-missing"), Place(subject=opening.campaign))
    if seen != opening.digest:
        raise BadInput(Message("opening-list-changed"), Place(subject=opening.campaign))


async def _other_campaigns(
    connection: AsyncConnection, row: Row[Any]
) -> Mapping[str, FrozenDefinition]:
    """Returns the year's other counting campaigns that are drafts no more and not withdrawn."""
    columns = tables.campaigns.c
    query = select(tables.campaigns).where(
        columns.year == row.year, columns.id != row.id, columns.state != DRAFT
    )
    found = {it.id: read_definition(it) for it in await connection.execute(query)}
    void = {name for name, it in (await read_choices(connection)).items() if it.void}
    return {name: it for name, it in sorted(found.items()) if not it.aim.pilot and name not in void}


def _rules(
    definition: FrozenDefinition,
    listed: Sequence[ListedUnit],
    year: int,
    others: Mapping[str, FrozenDefinition],
) -> Iterator[Problem]:
    """The first counting campaign of a year locks rules and places; later ones have the same."""
    units = [x.unit for x in listed]
    yield from unit_misfits(definition.scheme, units, year)
    if not others:
        yield from place_misfits(definition.scheme, units, year)
    for name, other in others.items():
        if other.scheme.digest != definition.scheme.digest:
            yield Problem(Message("opening-other-rules", year=year), Place(subject=name))


def _unread_scales(definition: FrozenDefinition) -> Iterator[Problem]:
    """Rated items whose codes the scheme cannot read: their ballots could not be scored."""
    used = {unit.questionnaire for unit in definition.units.values()}
    try:
        scheme = definition.scheme
    except BadInput:
        return  # a draft is made with a scheme; what is none is refused where it is read
    for name, form in sorted(definition.questionnaires.items()):
        for question in form.rated if name in used else ():
            scale = question.scale or scheme.default_scale
            known = scheme.scales.get(scale)
            codes = {option.code for option in known.options} if known else set()
            if not question.choices.keys() <= codes:
                message = Message("opening-scale-unread", question=question.id, scale=scale)
                yield Problem(message, Place(subject=name))


def _unworthy(definition: FrozenDefinition) -> Iterator[Problem]:
    """Identities without a worth in the scores: what they are for is registered with the rules."""
    if not definition.identity:
        return
    try:
        rules = definition.scheme.evidence
    except BadInput:
        return  # as in `_unread_scales`
    if rules is not None and rules.verified_worth is None:
        yield Problem(Message("opening-identity-worth"), Place(field="identity"))


def _changed_units(definition: FrozenDefinition, listed: Iterable[ListedUnit]) -> Iterator[Problem]:
    """Units whose category or questionnaire is another one since the draft, or that are gone."""
    now = {x.unit.code: (x.unit.category, x.questionnaire) for x in listed}
    for code, unit in definition.units.items():
        if now.get(code) != (unit.category, unit.questionnaire):
            yield Problem(Message("opening-unit-changed"), Place(subject=code))


def _rated_twice(
    definition: FrozenDefinition, others: Mapping[str, FrozenDefinition]
) -> Iterator[Problem]:
    for name, other in others.items():
        if both := sorted(definition.units.keys() & other.units.keys()):
            message = Message("opening-rated-twice", count=len(both), unit=both[0])
            yield Problem(message, Place(subject=name))


def _asks(definition: FrozenDefinition) -> Iterator[Message]:
    for half in definition.halves:
        yield OPENING_HALVES[half]
    for kind in definition.identity:
        yield OPENING_IDENTITIES[kind]
    if definition.sampling is None:
        yield Message("opening-ask-sample")
    yield Message("opening-ask-channel")
    yield Message("opening-ask-assessment")


async def _asks_escrow(connection: AsyncConnection) -> tuple[Message, ...]:
    """What somebody confirms of backups, where more than one person runs the installation."""
    if await logged_profile(connection) == SOLO:
        return ()
    return (Message("opening-ask-escrow"),)


def _locked(definition: FrozenDefinition, families: Iterable[Family]) -> Iterator[LockedFamily]:
    for family in families:
        called = definition.scheme.family_name(family.name)
        places = tuple(family.places[grade] for grade in UNIT_GRADES)
        yield LockedFamily(Named(called.zh, called.en), family.size, places)
