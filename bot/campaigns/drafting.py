"""The parts of a new campaign: stored units, questionnaires and a scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.checks import unit_misfits
from aggregation.appraisal.places import graded_families, with_family_places
from aggregation.appraisal.quota import offered_quota, quota_misfit
from aggregation.model.facts import UNIT_GRADES, AppraisedUnit
from aggregation.scheme.parts import UnitQuota
from aggregation.scheme.scheme import Scheme, parse_scheme
from bot.campaigns.lifecycle import FIRST_YEAR, LAST_YEAR
from bot.campaigns.registered import counting_campaigns
from bot.campaigns.scheme_files import load_scheme_file, offered_scheme
from bot.campaigns.states import DRAFT
from bot.core.checked_input import CheckedInput, checked
from bot.core.file_errors import unreadable
from bot.core.shipped_files import offered_questionnaires
from bot.records.unit_periods import read_units_of
from bot.records.units import unit_search
from bot.spreadsheets.reader import read_sheet
from bot.storage.database import reading
from survey_flows.campaign_definition import Unit
from survey_flows.errors import BadInput, Message, Place, Problem
from survey_flows.load import dump_questionnaire
from survey_flows.questionnaire import Questionnaire

GRADES_MISSING = Message("campaign-bad-grades")
MAX_PLACES = 9_999_999


class GradePlaces(CheckedInput):
    """The numbers of units with the first three grades, in place of the scheme's (R4)."""

    first: int = Field(ge=0, le=MAX_PLACES)
    second: int = Field(ge=0, le=MAX_PLACES)
    third: int = Field(ge=0, le=MAX_PLACES)

    problems: ClassVar = {
        "first": GRADES_MISSING,
        "second": GRADES_MISSING,
        "third": GRADES_MISSING,
    }


def parse_moment(text: str, timezone: str, field: str = "") -> datetime:
    """Returns a date, or date and time, in UTC; without an offset it is in the city's ``timezone``.

    Raises:
        BadInput: the text is no such date; the place is the ``field``.
    """
    try:
        parsed = datetime.fromisoformat(text)
        if not parsed.tzinfo:
            parsed = parsed.replace(tzinfo=ZoneInfo(timezone))
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        place = Place(field=field) if field else Place(subject=text[:40])
        raise BadInput(
            Message("campaign-bad-moment", first=FIRST_YEAR, last=LAST_YEAR), place
        ) from error


async def stored_units(database: AsyncEngine, codes: Sequence[str] | None, year: int) -> list[Unit]:
    """Returns the units of a year in their order; with ``codes``, only those.

    Raises:
        BadInput: a code is not stored, or its unit does not exist in that year.
    """
    async with reading(database) as connection:
        listed = await read_units_of(connection, year)
    units = [rated_unit(x.unit, x.questionnaire) for x in listed]
    missing = set(codes or ()) - {unit.code for unit in units}
    if missing:
        raise BadInput(
            Message("campaign-unknown-units", units=tuple(sorted(missing)), year=year),
            Place(field="units"),
        )
    return [unit for unit in units if not codes or unit.code in codes]


async def locked_places(database: AsyncEngine, year: int) -> UnitQuota | None:
    """Returns the places that the year's first counting campaign has locked; None before it."""
    found = [it for it in await counting_campaigns(database, year) if it.state != DRAFT]
    return found[0].scheme.unit_quota if found else None


def rated_unit(unit: AppraisedUnit, questionnaire: str) -> Unit:
    """Returns a unit as citizens find and rate it."""
    names = {"zh-Hans": unit.zh, "en": unit.en}
    return Unit(unit.code, names, questionnaire, unit.category, unit_search(unit.zh, unit.code))


def chosen_questionnaires(
    files: Sequence[Path], shipped: Mapping[str, Questionnaire] | None = None
) -> dict[str, str]:
    """Returns the shipped questionnaires and those in ``files``, as texts by id.

    A file's questionnaire takes the place of a shipped one with its id. Of the shipped ones those
    that new drafts take are meant where ``shipped`` names no others.

    Raises:
        survey_flows.errors.BadQuestionnaire: a file holds no questionnaire.
    """
    from bot.campaigns.questionnaire_files import read_questionnaire

    known = offered_questionnaires() if shipped is None else shipped
    chosen = {**known, **{q.id: q for q in map(read_questionnaire, files)}}
    return {name: dump_questionnaire(questionnaire) for name, questionnaire in chosen.items()}


async def find_scheme_misfits(database: AsyncEngine, scheme: Scheme, year: int) -> list[Problem]:
    """Returns what keeps a year from being appraised by a scheme with the units stored now."""
    return unit_misfits(scheme, await units_of_year(database, year), year)


async def units_of_year(database: AsyncEngine, year: int) -> list[AppraisedUnit]:
    """Returns the city's units of a year as they are stored now."""
    async with reading(database) as connection:
        return [x.unit for x in await read_units_of(connection, year)]


def chosen_scheme(
    file: Path | None,
    population: Path | None = None,
    grades: Sequence[int | str] | None = None,
    year: int = 0,
    units: Sequence[AppraisedUnit] | None = None,
    locked: UnitQuota | None = None,
    like: Scheme | None = None,
) -> str:
    """Returns the scheme in ``file``, that of another campaign, or the offered one, as JSON.

    Args:
        file: a scheme.
        population: a table of population figures, which take the place of the scheme's.
        grades: the units that get the first, second and third grade, in place of the scheme's
            numbers (R4).
        year: the year that is appraised.
        units: the year's units. Without ``grades`` and ``file`` the places are offered for them;
            the places of each family are fixed where the counts fit. None: the scheme's numbers
            stay, as for campaigns that are over.
        locked: the year's places, if a counting campaign has locked them; ``grades`` go before.
        like: the scheme of another campaign, in place of the offered one; its places are kept where
            they fit the units.

    Raises:
        BadInput: no valid scheme, table or number, figures of a group that the scheme lacks, or a
            scheme with method 1, which is kept for years that are over.
    """
    scheme = load_scheme_file(file) if file else like or offered_scheme()
    if scheme.evidence is None:
        raise BadInput(Message("campaign-scheme-old-method"), Place(file=str(file), field="method"))
    if grades:
        names = [grade.value for grade in UNIT_GRADES]
        places = checked(GradePlaces, **dict(zip(names, grades, strict=True)))
        quota = scheme.unit_quota.model_copy(update={**places.model_dump(), "families": {}})
        scheme = scheme.model_copy(update={"unit_quota": quota})
    elif locked is not None:
        scheme = scheme.model_copy(update={"unit_quota": locked})
    if units is not None and (grades or locked is None):
        offer = not grades and file is None
        if offer and like is not None:
            scheme, offer = _without_families(like), not _fits(like, units, year)
        scheme = _with_places(scheme, units, year, offer)
    return _with_population(scheme, population) if population else scheme.model_dump_json()


def _without_families(scheme: Scheme) -> Scheme:
    """Returns a scheme with its counts of places alone: families are those of the year's units."""
    quota = scheme.unit_quota.model_copy(update={"families": {}})
    return scheme.model_copy(update={"unit_quota": quota})


def _fits(scheme: Scheme, units: Sequence[AppraisedUnit], year: int) -> bool:
    bare = _without_families(scheme)
    graded = sum(family.size for family in graded_families(bare, units, year))
    return quota_misfit(bare.unit_quota, graded) is None


def _with_places(scheme: Scheme, units: Sequence[AppraisedUnit], year: int, offer: bool) -> Scheme:
    """Returns the scheme with the places of each family, where its counts fit the units."""
    graded = sum(family.size for family in graded_families(scheme, units, year))
    if offer:
        quota = offered_quota(scheme.unit_quota, graded)
        scheme = scheme.model_copy(update={"unit_quota": quota})
    fits = quota_misfit(scheme.unit_quota, graded) is None
    keep = not fits or scheme.unit_quota.families
    return scheme if keep else with_family_places(scheme, units, year)


def _with_population(scheme: Scheme, file: Path) -> str:
    from bot.campaigns.population_file import read_population

    try:
        data = file.read_bytes()
    except OSError as error:
        raise unreadable(error, file) from None
    figures = read_population(read_sheet(file.name, data))
    given = scheme.population.model_dump() if scheme.population else {}
    plain = scheme.model_dump(mode="json") | {"population": given | {"figures": figures}}
    return parse_scheme(plain, file.name).model_dump_json()
