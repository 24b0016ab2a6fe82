"""Letters of a year: whom each notice tells, what is ordered, printed and delivered.

Every person gets one, and so does a unit that has no account by which it could read its own page.
A letter has a code that opens the own page. It is made when the letter is printed and kept as a
keyed digest alone, so that nobody can print the same letter twice: a new one has a new code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from aggregation.appraisal.presence import ENDINGS
from aggregation.appraisal.standing import Standing
from aggregation.model.dated import EndingKind
from aggregation.model.results import LeaderResult, UnitResult
from bot.accounts.approvals import Approval, Approvals
from bot.accounts.roles import UNIT
from bot.appraisal.amending import require_standing
from bot.appraisal.letter_decisions import LETTERS
from bot.appraisal.own_results import OwnResult, own_result
from bot.appraisal.request_times import own_until
from bot.appraisal.standing_years import StandingYear, read_shown_year
from bot.core.identity import Office
from bot.records.notices import GivenNotice, notice_for, read_notices
from bot.records.seals import lock_year
from bot.records.tellings import Telling, TellingAct, add_tellings, read_tellings
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, Message, Place

DIED = ENDINGS[EndingKind.DIED]


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person or unit that a notice tells of their result by letter, and how far that has come.

    Args:
        result: the standing result.
        notice: the last notice that tells of it.
        ordered_by: who ordered the letter that is to be printed now, or empty.
        printed: the day of the last letter of this notice.
        delivered: the day of its receipt.
        opened: the day on which the own page was opened.
    """

    result: Standing
    notice: GivenNotice
    ordered_by: str
    printed: date | None
    delivered: date | None
    opened: date | None

    @property
    def subject(self) -> str:
        """The id of the person, or the code of the unit."""
        return subject_of(self.result)


def subject_of(result: Standing) -> str:
    """Return whom a result is about: the id of a person, or the code of a unit."""
    return result.leader if isinstance(result, LeaderResult) else result.unit


@dataclass(frozen=True, slots=True)
class UnitLetters:
    """Who gets letters in a city's unit: itself without an account, and its people to any depth."""

    unit: UnitResult
    people: tuple[Addressee, ...]

    def waiting(self) -> tuple[Addressee, ...]:
        """Return who has no letter of the last notice that tells them."""
        return tuple(it for it in self.people if it.printed is None and not it.ordered_by)

    def known(self) -> int:
        """Return how many surely know their result, by receipt or by opening their page."""
        return sum(it.delivered is not None or it.opened is not None for it in self.people)

    def ordered(self, login: str) -> tuple[Addressee, ...]:
        """Return those whose letters this login may print now."""
        return tuple(it for it in self.people if it.ordered_by == login)


async def list_letters(database: AsyncEngine, year: int) -> list[UnitLetters]:
    """Return who gets letters of a year, by unit; nobody before the notice."""
    async with reading(database) as connection:
        stands = await read_shown_year(connection, year)
        return [] if stands is None else await _letters(connection, stands)


async def _letters(connection: AsyncConnection, stands: StandingYear) -> list[UnitLetters]:
    year = stands.content.year
    notices = await read_notices(connection, year)
    acts: dict[str, list[Telling]] = {}
    for telling in await read_tellings(connection, year):
        acts.setdefault(telling.subject, []).append(telling)
    people: dict[str, list[Addressee]] = {}
    for home, result in await _addressed(connection, stands):
        subject = subject_of(result)
        notice = notice_for(notices, subject)
        if notice is not None:
            told = _told(result, notice, acts.get(subject, ()))
            people.setdefault(home, []).append(told)
    units = (it for it in stands.content.result.units if it.unit in people)
    return [UnitLetters(unit, tuple(people[unit.unit])) for unit in units]


async def _addressed(
    connection: AsyncConnection, stands: StandingYear
) -> list[tuple[str, Standing]]:
    """Return who gets a letter, each with the city's unit by which it is handed over."""
    served = await served_units(connection)
    homes = _homes(stands)
    units = (it for it in stands.content.result.units if it.unit not in served)
    found: list[tuple[str, Standing]] = [(it.unit, it) for it in units]
    people = (it for body in stands.content.bodies for it in body.leaders)
    alive = (it for it in people if it.state.reason != DIED)
    return found + [(homes[it.unit], it) for it in alive if it.unit in homes]


def unreachable(stands: StandingYear) -> tuple[str, ...]:
    """Return the people whom no letter can reach, since their unit has no place in the year."""
    homes = _homes(stands)
    people = (it for body in stands.content.bodies for it in body.leaders)
    return tuple(sorted(it.leader for it in people if it.unit not in homes))


async def count_letters(connection: AsyncConnection, stands: StandingYear) -> tuple[int, int]:
    """Return how many units and how many people are told by letter."""
    found = [result for _, result in await _addressed(connection, stands)]
    people = sum(isinstance(it, LeaderResult) for it in found)
    return len(found) - people, people


async def served_units(connection: AsyncConnection) -> frozenset[str]:
    """Return the units with an account that opens their own page."""
    columns = tables.staff.c
    query = select(columns.unit).where(columns.role == UNIT, columns.disabled.is_(False))
    rows = await connection.execute(query)
    return frozenset(unit for unit in rows.scalars() if unit)


def _homes(stands: StandingYear) -> dict[str, str]:
    """Return the city's unit of each unit and each part inside one; outer bodies come first."""
    homes = {unit.unit: unit.unit for unit in stands.content.result.units}
    for body in stands.content.inside:
        if body.result is not None:
            homes |= {part.unit: homes[body.unit] for part in body.result.units}
    return homes


def _told(result: Standing, notice: GivenNotice, acts: Sequence[Telling]) -> Addressee:
    last = {it.act: it for it in acts if it.notice == notice.number}
    made = [it for it in acts if it.act in (TellingAct.ORDERED, TellingAct.LETTER)]
    ordered = bool(made) and made[-1].act is TellingAct.ORDERED
    days = {act: it.on for act, it in last.items()}
    return Addressee(
        result,
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
        whose: a city's unit, for all there who have no letter yet; or one person or part of it, for
            another letter.
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
        "subjects": [[it.subject, it.notice.number] for it in found],
        "timezone": office.timezone,
    }
    return await approvals.prepare(LETTERS, f"{year}/{whose}", details, office.login)


def _chosen(units: Sequence[UnitLetters], whose: str) -> Sequence[Addressee]:
    for unit in units:
        if unit.unit.unit == whose and unit.waiting():
            return unit.waiting()
        if one := [it for it in unit.people if it.subject == whose]:
            return one
        if unit.unit.unit == whose:
            raise BadInput(Message("appraisal-letters-made"), Place(subject=whose))
    raise BadInput(Message("appraisal-no-such-subject"), Place(subject=whose))


async def ordered_letters(
    database: AsyncEngine, year: int, unit: str, office: Office
) -> list[tuple[OwnResult, Addressee]]:
    """Return the results in a unit whose letters this office may print now.

    Raises:
        BadInput: there are none, because nobody ordered them or they are printed.
    """
    stands = await require_standing(database, year)
    found = []
    async with reading(database) as connection:
        units = [it for it in await _letters(connection, stands) if it.unit.unit == unit]
        for told in units[0].ordered(office.login) if units else ():
            until = await own_until(connection, stands, told.notice, told.subject)
            own = own_result(stands, told.subject, told.notice, until)
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
        unit: the city's unit where these are.
        codes: the keyed digest of each addressee's code.
        office: who prints them.

    Raises:
        BadInput: they are printed already, or the year stands otherwise meanwhile.
    """
    async with writing(database) as connection:
        await lock_year(connection, year)
        stands = await read_shown_year(connection, year)
        units = await _letters(connection, stands) if stands is not None else []
        open_ = {
            told.subject: told.notice.number
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
