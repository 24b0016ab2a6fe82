"""Puts together what two people decide: the decisions of every room, and the officers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.approvals import Approvals
from bot.accounts.named_people import NamedPeople
from bot.accounts.officers import Officers, any_grant, officer_decisions
from bot.accounts.profiles import CITY
from bot.accounts.roster import Roster
from bot.appraisal.amendment_decisions import amendment_decision
from bot.appraisal.filing_decisions import filing_decisions
from bot.appraisal.letter_decisions import letters_decision
from bot.appraisal.seal_decisions import seal_decisions
from bot.ballots.settlement import SETTLE, settle_decision
from bot.campaigns.choices import choice_decisions
from bot.campaigns.opening_decision import OPENING, opening_decision
from bot.campaigns.registered import counts_already
from bot.core.clock import Clock
from bot.core.settings import Settings
from bot.crypto.gate_keys import GateKeys
from bot.fieldwork.outreach.handouts import handout_decision
from bot.publication.early_decision import early_decision
from bot.service.installation_keys import desk_ring, load_desk, open_keys
from bot.transparency.desk import DESK, Desk
from bot.verification.result_decision import RESULT, result_decision
from survey_flows.errors import BadInput, Message, Place


@dataclass(frozen=True, slots=True)
class TwoPersons:
    """The roster, what waits for a second person, and who appoints."""

    roster: Roster
    approvals: Approvals
    officers: Officers


def make_officers(
    settings: Settings, database: AsyncEngine, keys: GateKeys, desk: Desk, clock: Clock
) -> TwoPersons:
    """Returns the parts, with the kinds of decisions of every room."""
    roster = Roster(database, desk, desk_ring(settings).folder)
    decisions = {
        **officer_decisions(desk),
        SETTLE: settle_decision(),
        RESULT: result_decision(desk),
        **seal_decisions(desk),
        **amendment_decision(desk),
        **filing_decisions(desk),
        **letters_decision(),
        **early_decision(),
        OPENING: opening_decision(keys, desk),
        **choice_decisions(desk),
        **handout_decision(),
    }
    approvals = Approvals(roster, decisions, counts_already, clock)
    return TwoPersons(roster, approvals, Officers(approvals, clock))


def named_people(settings: Settings, database: AsyncEngine) -> NamedPeople:
    """Returns what finds the people whom a command names; see `NamedPeople` for the roster."""
    ring = desk_ring(settings)
    has_desk = ring.path(DESK).exists()
    return NamedPeople(
        database, Roster(database, load_desk(settings), ring.folder) if has_desk else None
    )


async def read_profile(settings: Settings, database: AsyncEngine) -> str:
    """Returns the profile that the roster beside the desk's key has.

    At a mixer of its own there is none. Nobody knows it there, so that as many people are asked
    for as in a city.
    """
    roster = named_people(settings, database).roster
    return CITY if roster is None else (await roster.settled_book()).profile


async def require_grant(people: TwoPersons, campaign: str, clock: Clock) -> None:
    """Refuses to open ballots at the machine while no auditor has a grant; solo asks nobody.

    Raises:
        BadInput: there is none.
    """
    if not (await people.approvals.profile()).needs_two:
        return
    if not await any_grant(people.roster, campaign, int(clock.now().timestamp())):
        raise BadInput(Message("grant-missing"), Place(subject=campaign))


async def open_officers(settings: Settings, database: AsyncEngine, clock: Clock) -> TwoPersons:
    """Returns the parts for a command."""
    keys = await open_keys(settings, database, clock)
    return make_officers(settings, database, keys.gate, keys.desk, clock)
