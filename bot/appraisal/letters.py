"""Letters to the people of a year: whom each notice tells, what is ordered, printed and delivered.

A letter has a code that opens the person's own page. It is made when the letter is printed and kept
as a keyed digest alone, so that nobody can print the same letter twice: a new one has a new code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.model.results import LeaderResult, UnitResult
from bot.accounts.approvals import Approval, Approvals
from bot.appraisal.amending import require_standing
from bot.appraisal.letter_decisions import LETTERS
from bot.appraisal.own_results import OwnResult, own_result
from bot.appraisal.request_times import own_until
from bot.appraisal.standing_years import StandingYear, read_standing
from bot.core.identity import Office
from bot.records.notices import GivenNotice, notice_for, read_notices
from bot.records.seals import lock_year
from bot.records.tellings import Telling, TellingAct, add_tellings, read_tellings
from bot.storage.database import reading, writing
from survey_flows.errors import BadInput, Message, Place


@dataclass(frozen=True, slots=True)
class ToldPerson:
    """A person whom a notice tells of their result, and how far that has come.

    Args:
        result: the person's standing result.
        notice: the last notice that tells of it.
        ordered_by: who ordered the letter that is to be printed now, or empty.
        printed: the day of the last letter of this notice.
        delivered: the day of its receipt.
        opened: the day on which the own page was opened.
    """

    result: LeaderResult
    notice: GivenNotice
    ordered_by: str
    printed: date | None
    delivered: date | None
    opened: date | None


@dataclass(frozen=True, slots=True)
class UnitLetters:
    """The people of a city's unit, those inside its parts among them."""

    unit: UnitResult
    people: tuple[ToldPerson, ...]

    def waiting(self) -> tuple[ToldPerson, ...]:
        """Return the people who have no letter of the last notice that tells them."""
        return tuple(it for it in self.people if it.printed is None and not it.ordered_by)

    def known(self) -> int:
        """Return how many surely know their result, by receipt or by opening their page."""
        return sum(it.delivered is not None or it.opened is not None for it in self.people)

    def ordered(self, login: str) -> tuple[ToldPerson, ...]:
        """Return the people whose letters this login may print now."""
        return tuple(it for it in self.people if it.ordered_by == login)


async def list_letters(database: AsyncEngine, year: int) -> list[UnitLetters]:
    """Return the people of a year by unit; nobody before the notice."""
    async with reading(database) as connection:
        stands = await read_standing(connection, year)
        return [] if stands is None else await _letters(connection, stands)


async def _letters(connection: AsyncConnection, stands: StandingYear) -> list[UnitLetters]:
    year = stands.content.year
    notices = await read_notices(connection, year)
    acts: dict[str, list[Telling]] = {}
    for telling in await read_tellings(connection, year):
        acts.setdefault(telling.subject, []).append(telling)
    homes = _homes(stands)
    people: dict[str, list[ToldPerson]] = {}
    for body in stands.content.bodies:
        for leader in body.leaders:
            notice = notice_for(notices, leader.leader)
            if notice is not None:
                told = _told(leader, notice, acts.get(leader.leader, ()))
                people.setdefault(homes[leader.unit], []).append(told)
    units = (it for it in stands.content.result.units if it.unit in people)
    return [UnitLetters(unit, tuple(people[unit.unit])) for unit in units]


def _homes(stands: StandingYear) -> dict[str, str]:
    """Return the city's unit of each unit and each part inside one; outer bodies come first."""
    homes = {unit.unit: unit.unit for unit in stands.content.result.units}
    for body in stands.content.inside:
        if body.result is not None:
            homes |= {part.unit: homes[body.unit] for part in body.result.units}
    return homes


def _told(leader: LeaderResult, notice: GivenNotice, acts: Sequence[Telling]) -> ToldPerson:
    last = {it.act: it for it in acts if it.notice == notice.number}
    made = [it for it in acts if it.act in (TellingAct.ORDERED, TellingAct.LETTER)]
    ordered = bool(made) and made[-1].act is TellingAct.ORDERED
    days = {act: it.on for act, it in last.items()}
    return ToldPerson(
        leader,
        notice,
        made[-1].by if ordered else "",
        days.get(TellingAct.LETTER),
        days.get(TellingAct.DELIVERED),
        days.get(TellingAct.OPENED),
    )


async def prepare_letters(
    database: AsyncEngine, approvals: Approvals, year: int, whose: str, office: Office
) -> Approval:
    """Prepare that letters are printed; alone or for a second person, as the profile says.

    Args:
        database: where the year is.
        approvals: what two people decide.
        year: the year.
        whose: a unit, for its people who have no letter yet; or one person, for another letter.
        office: who prepares, and prints them later.

    Raises:
        BadInput: the year is not sealed, no notice tells of anybody there, or all have letters.
    """
    stands = await require_standing(database, year)
    async with reading(database) as connection:
        units = await _letters(connection, stands)
    if not units:
        raise BadInput(Message("appraisal-no-notice"), Place(subject=str(year)))
    found = _chosen(units, whose)
    details = {
        "year": year,
        "unit": whose,
        "subjects": [[it.result.leader, it.notice.number] for it in found],
        "timezone": office.timezone,
    }
    return await approvals.prepare(LETTERS, f"{year}/{whose}", details, office.login)


def _chosen(units: Sequence[UnitLetters], whose: str) -> Sequence[ToldPerson]:
    for unit in units:
        if unit.unit.unit == whose:
            if not unit.waiting():
                raise BadInput(Message("appraisal-letters-made"), Place(subject=whose))
            return unit.waiting()
        if one := [it for it in unit.people if it.result.leader == whose]:
            return one
    raise BadInput(Message("appraisal-no-such-subject"), Place(subject=whose))


async def ordered_letters(
    database: AsyncEngine, year: int, unit: str, office: Office
) -> list[tuple[OwnResult, ToldPerson]]:
    """Return the results of a unit's people whose letters this office may print now.

    Raises:
        BadInput: there are none, because nobody ordered them or they are printed.
    """
    stands = await require_standing(database, year)
    found = []
    async with reading(database) as connection:
        units = [it for it in await _letters(connection, stands) if it.unit.unit == unit]
        for told in units[0].ordered(office.login) if units else ():
            subject = told.result.leader
            until = await own_until(connection, stands, told.notice, subject)
            own = own_result(stands, subject, told.notice, until)
            if own is not None:
                found.append((own, told))
    if not found:
        raise BadInput(Message("appraisal-no-letters"), Place(subject=unit))
    return found


async def record_letters(
    database: AsyncEngine, year: int, unit: str, codes: Mapping[str, str], office: Office
) -> None:
    """Append that these letters are printed, before anybody gets them.

    Args:
        database: where the year is.
        year: the year.
        unit: whose people these are.
        codes: the keyed digest of each person's code.
        office: who prints them.

    Raises:
        BadInput: they are printed already, or the year stands otherwise meanwhile.
    """
    async with writing(database) as connection:
        await lock_year(connection, year)
        stands = await read_standing(connection, year)
        units = await _letters(connection, stands) if stands is not None else []
        open_ = {
            told.result.leader: told.notice.number
            for it in units
            if it.unit.unit == unit
            for told in it.ordered(office.login)
        }
        if not set(codes) <= set(open_):
            raise BadInput(Message("appraisal-no-letters"), Place(subject=unit))
        now = (office.today, office.login, office.second)
        new = [
            Telling(year, open_[subject], subject, TellingAct.LETTER, *now, code)
            for subject, code in codes.items()
        ]
        await add_tellings(connection, year, new)
