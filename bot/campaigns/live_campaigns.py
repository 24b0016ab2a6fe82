"""Live campaigns: what citizens' conversations need of every campaign, kept in memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.campaigns.campaign_keys import read_missing_keys
from bot.campaigns.definition import read_definition
from bot.campaigns.fraud_rules import FraudRules
from bot.campaigns.link_marks import unmarked_links
from bot.campaigns.links import read_links
from bot.campaigns.log_loss import read_losses
from bot.campaigns.quota_counts import count_rated, read_taken_places
from bot.campaigns.registration import differing_from_log, unproven_in_log
from bot.campaigns.states import OPEN, PAUSED
from bot.core.events import event
from bot.core.shipped_files import shipped_thesaurus, shipped_words
from bot.storage.database import reading
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk
from survey_flows.campaign_definition import CampaignDefinition, CitizenWording, Link
from survey_flows.events import Event
from survey_flows.front_door import Choice, Way, default_campaign, elsewhere, find_way
from survey_flows.quota import QuotaCell, Quotas
from survey_flows.signed_notes import VerifierKey
from survey_flows.unit_search import index_of

log = logging.getLogger(__name__)

State = tuple[tuple[str, str, int, int, int, bool], ...]
"""Id, state, opening, closing, number of links, and whether a key is missing, of each campaign.

It changes with any of them.
"""


def load_definition(
    row: Row[Any], links: Iterable[Link], words: CitizenWording, zone: tzinfo
) -> CampaignDefinition:
    """Returns a campaign's row as the questionnaire engine takes it."""
    definition = read_definition(row)
    return CampaignDefinition(
        campaign=row.id,
        title=definition.title,
        units=definition.units,
        questionnaires=definition.questionnaires,
        links={link.token: link for link in links},
        wording=words,
        opens_at=datetime.fromtimestamp(row.opens_at, zone),
        closes_at=datetime.fromtimestamp(row.closes_at, zone),
        state=row.state,
        quotas=Quotas(definition.capacities),
        aim=definition.aim,
        door=definition.door,
        sampled=definition.sampled_without_door,
        organiser=definition.organiser,
        split=definition.split,
        identity=definition.identity,
        thesaurus=shipped_thesaurus(),
    )


@dataclass(frozen=True, slots=True)
class Trust:
    """What a process knows beside the database, so that its owner changes nothing unseen.

    ``log_key`` signs the log's checkpoints; ``desk`` has marked the links.
    """

    log_key: VerifierKey
    desk: Desk


@dataclass(slots=True)
class _Known:
    state: State
    definitions: dict[str, CampaignDefinition]
    rules: dict[str, FraudRules]


class LiveCampaigns:
    """Every campaign that is open or was, by id.

    Other processes change campaigns too; `refresh` reads what they changed.

    Args:
        database: has the campaigns.
        timezone: the city's.
        trust: what campaigns and links have to agree with; None takes rows as they stand, for
            parts that no citizen's ballot comes from.
    """

    def __init__(self, database: AsyncEngine, timezone: str, trust: Trust | None = None) -> None:
        self._database = database
        self._trust = trust
        self._zone = ZoneInfo(timezone)
        self._words = shipped_words()
        self._known = _Known((), {}, {})
        self._turn = asyncio.Lock()
        self.taken_invitations: dict[bytes, bytes] = {}
        """Holders by marks, as this process has seen them (`bot.fieldwork.audience.admission`)."""
        # What the log was told of, once: campaigns without proof, links without a mark.
        self._told: set[str] = set()
        self._strange: set[str] = set()
        self._taken: dict[str, Mapping[QuotaCell, int]] = {}
        self._fallen: set[str] = set()

    async def refresh(self) -> None:
        """Reads the campaigns again if any of them changed."""
        # One at a time: an earlier reader must not overwrite what a later one has read.
        async with self._turn, reading(self._database) as connection:
            state = await _read_state(connection)
            if state != self._known.state:
                definitions, rules, proven = await self._read_definitions(connection)
                # What is not proven yet is looked at again: a checkpoint comes after its entries.
                self._known = _Known(state if proven else (), definitions, rules)
            await self._note_full(connection)

    async def _note_full(self, connection: AsyncConnection) -> None:
        """Notes which quotas are full; a full one never has a place again.

        No count falls before the close. What this process has seen is remembered, and at first the
        ballots are asked, so that whoever lowers a count in the database makes no room.
        """
        definitions = self._known.definitions
        limited = [
            name
            for name, definition in definitions.items()
            if definition.quotas.capacity and definition.state == "open"
        ]
        if not limited:
            return
        counts = await read_taken_places(connection, limited)
        for name in limited:
            quotas = definitions[name].quotas
            taken = self._taken.get(name)
            if taken is None:
                taken = await count_rated(connection, name, list(quotas.capacity))
            fallen = {cell for cell, least in taken.items() if counts.get((name, cell), 0) < least}
            if fallen and name not in self._fallen:
                self._fallen.add(name)
                log.error(
                    "counts of %d quotas of campaign %s were lowered",
                    len(fallen),
                    name,
                    extra=event("quotas_lowered", campaign=name, count=len(fallen)),
                )
            self._taken[name] = taken = {
                cell: max(taken.get(cell, 0), counts.get((name, cell), 0))
                for cell in quotas.capacity
            }
            full = frozenset(cell for cell, most in quotas.capacity.items() if taken[cell] >= most)
            if full != quotas.full:
                definitions[name] = replace(definitions[name], quotas=replace(quotas, full=full))

    async def _read_definitions(
        self, connection: AsyncConnection
    ) -> tuple[dict[str, CampaignDefinition], dict[str, FraudRules], bool]:
        links = await self._read_links(connection)
        query = select(tables.campaigns).where(
            tables.campaigns.c.state.not_in(("draft", "opening"))
        )
        rows = (await connection.execute(query.order_by(tables.campaigns.c.opens_at))).all()
        changed = await differing_from_log(connection, rows)
        for campaign in sorted(changed):
            log.error(
                "campaign %s differs from its registration and takes no ballots: minping verify",
                campaign,
                extra=event("campaign_differs", campaign=campaign, reason="differs"),
            )
        unproven = await self._unproven(connection, rows)
        rows = [row for row in rows if row.id not in changed | unproven]
        missing = await read_missing_keys(connection)
        lost = await read_losses(connection, [row.id for row in rows], self._zone)
        definitions = {}
        for row in rows:
            read = load_definition(row, links.get(row.id, ()), self._words, self._zone)
            definitions[row.id] = replace(_without_key(read, missing), lost=lost.get(row.id))
        for definition in definitions.values():
            # So that no citizen's first search waits for it.
            await asyncio.to_thread(index_of, definition)
        rules = {row.id: read_definition(row).fraud_rules for row in rows}
        return definitions, rules, not unproven

    async def _unproven(self, connection: AsyncConnection, rows: Sequence[Row[Any]]) -> set[str]:
        """The campaigns that take ballots and whose registration no signed log has."""
        if self._trust is None:
            return set()
        live = [row for row in rows if row.state in (OPEN, PAUSED)]
        unproven = await unproven_in_log(connection, live, self._trust.log_key)
        for campaign in sorted(unproven - self._told):
            log.warning(
                "campaign %s waits: no signed log has its registration",
                campaign,
                extra=event("campaign_differs", campaign=campaign, reason="waits"),
            )
        self._told = unproven
        return unproven

    async def _read_links(self, connection: AsyncConnection) -> dict[str, tuple[Link, ...]]:
        """The links by campaign, without those that the desk has not marked."""
        links = await read_links(connection)
        if self._trust is None:
            return links
        strange = await unmarked_links(connection, self._trust.desk)
        if strange.keys() - self._strange:
            log.error(
                "links that nobody made lead nowhere: %d in %s",
                len(strange),
                ", ".join(sorted(set(strange.values()))),
                extra=event("links_refused", count=len(strange)),
            )
        self._strange = set(strange)
        return {
            campaign: tuple(link for link in found if link.token not in strange)
            for campaign, found in links.items()
        }

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return self._zone

    @property
    def rules(self) -> dict[str, FraudRules]:
        """The fraud rules of each campaign."""
        return self._known.rules

    @property
    def campaigns(self) -> tuple[str, ...]:
        """The ids of all campaigns that are open or were."""
        return tuple(self._known.definitions)

    def get(self, campaign: str) -> CampaignDefinition | None:
        """Returns the definition of a campaign that is open or was."""
        return self._known.definitions.get(campaign)

    def has_link(self, token: str) -> bool:
        """Returns whether a token is a link of a campaign that is open or was."""
        return any(token in one.links for one in self._known.definitions.values())

    def quotas(self, campaign: str) -> Quotas:
        """Returns a campaign's quotas, with what is full and taken; an unknown one has none."""
        definition = self.get(campaign)
        if definition is None:
            return Quotas()
        return replace(definition.quotas, taken=self._taken.get(campaign, {}))

    def current(self, now: datetime) -> CampaignDefinition | None:
        """Returns the campaign that stands for all, for pages of no campaign."""
        return default_campaign(list(self._known.definitions.values()), now)

    def way(self, event: Event, campaign: str, now: datetime) -> Way:
        """Returns the campaign of an event, or the choice of one; None while there is none.

        It is the link's campaign, else the conversation's, else what the front door finds.
        """
        definitions = list(self._known.definitions.values())
        return find_way(definitions, self.get(campaign), event, now)

    def elsewhere(self, campaign: str, words: str, now: datetime) -> Choice | None:
        """Returns the campaigns that have the searched unit when this one does not."""
        definition = self.get(campaign)
        if definition is None:
            return None
        return elsewhere(list(self._known.definitions.values()), definition, words, now)

    def sentence(self, lang: str, key: str) -> str:
        """Returns a sentence for a citizen."""
        return self._words.say(lang, key)

    def sentence_in_each_language(self, key: str) -> str:
        """Returns a sentence in every language, a line each, for an unknown language."""
        return "\n".join(self._words.say(lang, key) for lang in self._words.languages)


def _without_key(
    definition: CampaignDefinition, missing: Mapping[str, Sequence[str]]
) -> CampaignDefinition:
    """Returns the definition as citizens find it: an open campaign without its key is paused."""
    if definition.state == OPEN and definition.campaign in missing:
        return replace(definition, state=PAUSED)
    return definition


async def _read_state(connection: AsyncConnection) -> State:
    columns = tables.campaigns.c
    links = select(func.count()).where(tables.links.c.campaign == columns.id).scalar_subquery()
    rows = await connection.execute(
        select(columns.id, columns.state, columns.opens_at, columns.closes_at, links).order_by(
            columns.id
        )
    )
    missing = await read_missing_keys(connection)
    return tuple((row[0], row[1], row[2], row[3], row[4], row[0] in missing) for row in rows)
