"""Seals years in tests, as one administrator in the profile solo does it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.model.facts import PastGrade
from bot.accounts.approvals import Approval, Approvals
from bot.accounts.officers import officer_decisions
from bot.appraisal.amendment_decisions import amendment_decision
from bot.appraisal.collecting import CloseOrder, show_close
from bot.appraisal.filing_decisions import filing_decisions, prepare_close
from bot.appraisal.letter_decisions import letters_decision
from bot.appraisal.organ_reports import ReportState, read_reports, say_none
from bot.appraisal.past_grades import final_lines
from bot.appraisal.public_notices import NoticeOrder, give_public_notice, show_notice
from bot.appraisal.seal_decisions import seal_decisions
from bot.appraisal.sealing import SealOrder, prepare_lifting, prepare_seal, preview_seal
from bot.appraisal.year import open_year
from bot.campaigns.registered import counts_already
from bot.core.clock import Clock, SystemClock
from bot.core.identity import Office
from bot.publication.early_decision import early_decision
from bot.records.notices import GivenNotice
from bot.service.composition import Service
from bot.storage.database import reading
from bot.transparency.desk import Desk
from tests.desk import DESK, roster_of

ORGAN = ("市委常委会", "常委会纪要第12号")


def office_of(login: str = "zhou", clock: Clock | None = None) -> Office:
    return Office(login, clock or SystemClock(), "Asia/Shanghai")


def approvals_of(database: AsyncEngine, clock: Clock | None = None) -> Approvals:
    decisions = {
        **officer_decisions(DESK),
        **seal_decisions(DESK),
        **amendment_decision(DESK),
        **filing_decisions(DESK),
        **letters_decision(),
        **early_decision(),
    }
    return Approvals(roster_of(database), decisions, counts_already, clock or SystemClock())


async def nothing_else(database: AsyncEngine, year: int, office: Office | None = None) -> None:
    """Record that the organs have nothing to report of what is not handed in."""
    async with reading(database) as connection:
        reports = await read_reports(connection, year)
    for report in reports:
        if report.state is ReportState.MISSING:
            said = (report.kind, "市纪委监委", "情况说明")
            await say_none(database, year, *said, office or office_of())


async def closed_material(approvals: Approvals, year: int, office: Office) -> Approval:
    """Close the material as somebody does who has just looked at the list."""
    database = approvals.roster.database
    await nothing_else(database, year, office)
    seen = (await show_close(database, year)).digest
    return await prepare_close(approvals, year, CloseOrder(str(year), seen), office)


async def order_of(
    database: AsyncEngine, year: int, office: Office, campaigns: Sequence[str] = ()
) -> SealOrder:
    """What somebody says who has looked at the year and seals it today.

    Of what nobody has reported the organs have nothing.
    """
    await nothing_else(database, year, office)
    seen = (await preview_seal(database, year, campaigns)).seen
    return SealOrder(*ORGAN, office.today.isoformat(), seen, str(year))


async def prepared_seal(
    database: AsyncEngine, year: int, campaigns: Sequence[str] = (), clock: Clock | None = None
) -> Approval:
    """What the preparation of a seal gives; in the profile solo the year is sealed then."""
    office = office_of(clock=clock)
    order = await order_of(database, year, office, campaigns)
    approvals = approvals_of(database, clock)
    return await prepare_seal(database, approvals, year, order, office, campaigns)


async def seal_year(
    database: AsyncEngine, year: int, campaigns: Sequence[str] = (), clock: Clock | None = None
) -> list[PastGrade]:
    """Seal a year and return its lines of history."""
    await prepared_seal(database, year, campaigns, clock)
    return list(final_lines((await open_year(database, year)).bodies))


async def lift_seal(database: AsyncEngine, year: int, reason: str = "数据有误") -> Approval:
    approvals = approvals_of(database)
    return await prepare_lifting(database, approvals, year, reason, str(year), office_of())


async def seal_at(service: Service, year: int, login: str = "zhou") -> None:
    """Seal a year in a running service, in which one administrator is enough."""
    office = office_of(login, service.clock)
    order = await order_of(service.database, year, office)
    await prepare_seal(service.database, service.approvals, year, order, office)


SITE = "https://mp.example"


async def give_notice(
    database: AsyncEngine, year: int, office: Office, desk: Desk = DESK
) -> GivenNotice:
    """Give public notice as somebody does who has just looked at the list."""
    seen = (await show_notice(database, year, office, SITE)).digest
    order = NoticeOrder(str(year), seen)
    return await give_public_notice(database, desk, year, order, office, SITE)
