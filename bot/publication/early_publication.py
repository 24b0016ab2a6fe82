"""Publishing although reviews of some units still run (复核中): who does, sees which, and why.

Two people do where the profile says so. The units are marked wherever the results are public, until
nobody owes them an answer any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.approvals import Approval, Approvals
from bot.appraisal.settling import unsettled_units
from bot.campaigns.registered import RegisteredCampaign
from bot.core.identity import Office
from bot.publication.early_decision import EARLY
from bot.publication.public_release import check_notice, publishable_release
from bot.storage.database import reading
from survey_flows.canonical_json import canonical
from survey_flows.errors import BadInput, Message, Place
from survey_flows.messages import ENGLISH, render
from survey_flows.wording import DEFAULT

MOST_REASON = 4000


@dataclass(frozen=True, slots=True)
class EarlyOrder:
    """What somebody says who publishes early: why, the campaign's name, and the list's digest."""

    reason: str
    typed: str
    seen: str


@dataclass(frozen=True, slots=True)
class EarlyList:
    """The units of a campaign that are not settled, by code."""

    campaign: str
    units: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The digest of the list."""
        said = {"campaign": self.campaign, "units": list(self.units)}
        return sha256(canonical(said).encode()).hexdigest()[:16]


async def units_under_review(
    database: AsyncEngine, campaign: RegisteredCampaign, today: date
) -> tuple[str, ...]:
    """Return the units of a counting campaign that may still ask for a review, or wait for one."""
    if campaign.aim.pilot:
        return ()
    async with reading(database) as connection:
        waiting = await unsettled_units(connection, campaign.year, today)
    return tuple(unit for unit in waiting if unit in campaign.units)


async def show_early(
    database: AsyncEngine, campaign: RegisteredCampaign, today: date
) -> EarlyList | None:
    """Return what somebody looks at before publishing early.

    None: the notice still runs, or every unit is settled.
    """
    try:
        await check_notice(database, campaign.year, today)
    except BadInput:
        return None
    units = await units_under_review(database, campaign, today)
    return EarlyList(campaign.id, units) if units else None


async def prepare_early(
    database: AsyncEngine,
    approvals: Approvals,
    campaign: RegisteredCampaign,
    order: EarlyOrder,
    office: Office,
    seen: int = 0,
) -> Approval:
    """Prepare the publication of the last release; in the profile solo it is public then.

    Args:
        database: where the campaign is.
        approvals: what waits for a second person.
        campaign: the campaign.
        order: what the person says.
        office: who publishes it.
        seen: the number of the release that was seen; 0: whatever is the last one.

    Raises:
        BadInput: as `make_public`, every unit is settled, the list is not the one that was seen, or
            the reason or the campaign's name is missing.
        BallotsChanged: the ballots are not those that the log commits to; the campaign is held.
    """
    place = Place(subject=campaign.id)
    await check_notice(database, campaign.year, office.today)
    found = await show_early(database, campaign, office.today)
    if found is None:
        raise BadInput(Message("publication-all-settled"), place)
    if order.typed.strip() != campaign.id:
        raise BadInput(Message("publication-not-typed", campaign=campaign.id), place)
    if not order.reason.strip() or len(order.reason.strip()) > MOST_REASON:
        raise BadInput(Message("publication-no-reason"), Place(field="reason"))
    if order.seen != found.digest:
        raise BadInput(Message("publication-list-changed"), place)
    release = await publishable_release(database, campaign, office.clock, seen)
    details = {
        "year": campaign.year,
        "release": release.number,
        "units": list(found.units),
        "rated": sorted(campaign.units),
        "reason": order.reason.strip(),
        "timezone": office.timezone,
        "told": " ".join(found.units),
    }
    return await approvals.prepare(EARLY, campaign.id, details, office.login)


def marked(campaign: RegisteredCampaign, codes: Collection[str]) -> RegisteredCampaign:
    """Return a campaign whose units of these codes bear the mark in their names."""
    units = {
        code: replace(unit, name=marked_name(unit.name)) if code in codes else unit
        for code, unit in campaign.units.items()
    }
    return replace(campaign, units=units)


def marked_name(name: Mapping[str, str]) -> dict[str, str]:
    """Return a name by language, with the mark of a review that runs."""
    said = {lang: text for lang, text in name.items() if text}
    return {
        lang: render(Message("publication-under-review", name=text), _language(lang))
        for lang, text in said.items()
    }


def _language(lang: str) -> str:
    return ENGLISH if lang == ENGLISH else DEFAULT
