"""What a new campaign is put together from: stored units, questionnaires and a scheme."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.checks import scheme_misfits
from aggregation.model.facts import UNIT_GRADES, AppraisedUnit
from aggregation.scheme.scheme import Scheme, parse_scheme
from bot.campaigns.scheme_files import load_scheme_file, shipped_scheme
from bot.core.shipped_files import shipped_questionnaires
from bot.records.store import exists_in, read_units
from bot.records.units import unit_search
from bot.spreadsheets.reader import read_sheet
from bot.storage.database import reading
from survey_flows.campaign_definition import Unit
from survey_flows.errors import BadInput, Problem
from survey_flows.load import dump_questionnaire


def parse_moment(text: str, timezone: str) -> datetime:
    """A date or a date with time, in UTC; without an offset it is meant in the city's ``timezone``.

    Raises:
        BadInput: not such a text.
    """
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(timezone))).astimezone(
            UTC
        )
    except (ValueError, OverflowError) as error:
        raise BadInput("write a date like 2026-11-24 or 2026-11-24T08:00", text[:40]) from error


async def stored_units(database: AsyncEngine, codes: Sequence[str] | None, year: int) -> list[Unit]:
    """The units that stand in a year, in their order; only those with the given codes when there are any.

    Raises:
        BadInput: a code that is not stored, or of a unit that is not there in that year.
    """
    async with reading(database) as connection:
        listed = [x for x in await read_units(connection) if exists_in(x.unit, year)]
    units = [rated_unit(x.unit, x.questionnaire) for x in listed]
    missing = set(codes or ()) - {unit.code for unit in units}
    if missing:
        raise BadInput(
            "no such unit stands in that year; see `minping import units`",
            ", ".join(sorted(missing)),
        )
    return [unit for unit in units if not codes or unit.code in codes]


def rated_unit(unit: AppraisedUnit, questionnaire: str) -> Unit:
    """A unit as citizens find and rate it."""
    names = {"zh-Hans": unit.zh, "en": unit.en}
    return Unit(unit.code, names, questionnaire, unit.category, unit_search(unit.zh, unit.code))


def chosen_questionnaires(files: Sequence[Path]) -> dict[str, str]:
    """The shipped questionnaires and those in ``files``, as texts by id; a file's takes the place of a shipped one.

    Raises:
        survey_flows.errors.BadQuestionnaire: a file that is not a questionnaire.
    """
    from bot.campaigns.questionnaire_files import read_questionnaire

    chosen = shipped_questionnaires() | {q.id: q for q in map(read_questionnaire, files)}
    return {name: dump_questionnaire(questionnaire) for name, questionnaire in chosen.items()}


async def find_scheme_misfits(database: AsyncEngine, scheme: Scheme, year: int) -> list[Problem]:
    """Problems that keep a year's stored units from being appraised on a scheme."""
    async with reading(database) as connection:
        units = [x.unit for x in await read_units(connection) if exists_in(x.unit, year)]
    return scheme_misfits(scheme, units, year)


def chosen_scheme(
    file: Path | None, population: Path | None = None, grades: Sequence[int] | None = None
) -> str:
    """The scheme in ``file``, or the shipped one, as JSON.

    Args:
        file: a scheme.
        population: a table of population figures, which take the place of the scheme's.
        grades: how many departments get the first, second and third grade, in place of the scheme's counts (R4).

    Raises:
        BadInput: not a valid scheme or table, or figures of a group that the scheme does not have.
    """
    scheme = load_scheme_file(file) if file else shipped_scheme()
    if grades:
        counts = {grade.value: count for grade, count in zip(UNIT_GRADES, grades, strict=True)}
        scheme = scheme.model_copy(
            update={"unit_quota": scheme.unit_quota.model_copy(update=counts)}
        )
    if population is None:
        return scheme.model_dump_json()
    from bot.campaigns.population_file import read_population

    try:
        data = population.read_bytes()
    except OSError as wrong:
        raise BadInput(
            f"the file cannot be read ({wrong.strerror}); check its name", str(population)
        ) from None
    figures = read_population(read_sheet(population.name, data))
    given = scheme.population.model_dump() if scheme.population else {}
    plain = scheme.model_dump(mode="json") | {"population": given | {"figures": figures}}
    return parse_scheme(plain, population.name).model_dump_json()
