"""The synthetic city: every kind of input of a year's appraisal, drawn from a seed.

Districts, counties and departments carry plausible names; people, points, events, decisions and
ballots are drawn. See `bot.demo` for what the city knows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from random import Random

from aggregation.model.facts import (
    Adjustment,
    AppraisedUnit,
    Decision,
    Finding,
    Leader,
    Membership,
    PastGrade,
)
from bot.demo.city_ballots import SyntheticBallot, draw_votes
from bot.demo.city_people import draw_leaders
from bot.demo.city_story import YearEvents, draw_story
from bot.demo.city_unit import CityUnit
from survey_flows.questionnaire import Questionnaire

DISTRICTS = "A_district"
INDICATORS = ("objective", "superior", "governance")
POINTS = {"strong": (92, 96), "steady": (77, 85), "weak": (60, 64)}
"""Range of the offices' indicator points of a unit, by its profile."""


@dataclass(frozen=True, slots=True)
class City:
    """One year of the synthetic city, with its ballots in the order in which they were cast."""

    year: int
    campaign: str
    opens: date
    units: tuple[CityUnit, ...]
    leaders: tuple[Leader, ...]
    indicators: Mapping[tuple[str, str], Decimal]
    personal: Mapping[str, Decimal]
    adjustments: tuple[Adjustment, ...]
    facts: tuple[Finding, ...]
    decisions: tuple[Decision, ...]
    history: tuple[PastGrade, ...]
    ballots: tuple[SyntheticBallot, ...]


def make_city(
    seed: int,
    questionnaires: Mapping[str, Questionnaire],
    *,
    year: int = 2010,
    ballots: int = 30_000,
) -> City:
    """Draws the city; the same arguments make the same city, to the last digit.

    Args:
        seed: seeds everything that is drawn; each part has its own stream.
        questionnaires: by id; ratings are drawn for their rated questions.
        year: leagues are those of that year; in 2010 they are five districts and four counties.
        ballots: how many in all, at least 160 for each unit.
    """
    units = tuple(read_units(year))
    opens = date(year, 12, 1)
    campaign = f"city-{year}"
    leaders = draw_leaders(_stream(seed, "people"), units)
    story = draw_story(_stream(seed, "story"), year, units, leaders)
    votes = draw_votes(_stream(seed, "ballots"), units, questionnaires, campaign, opens, ballots)
    return City(
        year=year,
        campaign=campaign,
        opens=opens,
        units=units,
        leaders=leaders,
        indicators=_indicators(_stream(seed, "indicators"), units),
        personal=_personal(_stream(seed, "personal"), leaders, story),
        adjustments=story.adjustments,
        facts=story.facts,
        decisions=story.decisions,
        history=story.history,
        ballots=votes,
    )


def read_units(year: int) -> Iterator[CityUnit]:
    """Yields the districts and counties of ``year``, then the departments, in listing order."""
    for row in _rows("districts.csv"):
        membership = Membership(row["league"], _year(row["since"]), _year(row["until"]))
        if membership.covers(year):
            unit = AppraisedUnit(
                row["code"], row["name_zh"], row["name_en"], DISTRICTS, (membership,)
            )
            yield CityUnit(unit, "district", row["profile"], int(row["leaders"]))
    for row in _rows("units.csv"):
        unit = AppraisedUnit(row["code"], row["name_zh"], row["name_en"], row["category"])
        yield CityUnit(unit, row["questionnaire"], row["profile"], int(row["leaders"]))


def _stream(seed: int, part: str) -> Random:
    # Nothing here is secret, and the same seed must make the same city.
    return Random(f"{seed}/{part}")  # noqa: S311


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("bot.demo") / "city_data" / name).read_text(encoding="utf-8")
    return iter(list(csv.DictReader(text.splitlines())))


def _year(text: str) -> int | None:
    return int(text) if text else None


def _indicators(rng: Random, units: tuple[CityUnit, ...]) -> dict[tuple[str, str], Decimal]:
    return {
        (x.unit.code, id_): _points(rng, *POINTS[x.profile]) for x in units for id_ in INDICATORS
    }


def _personal(rng: Random, leaders: tuple[Leader, ...], story: YearEvents) -> dict[str, Decimal]:
    """Draws personal scores, lower for leaders with an event; no two are the same."""
    low, high = (rng.sample(range(*span), len(leaders)) for span in ((6000, 7000), (7400, 9800)))
    drawn = zip(leaders, low, high, strict=True)
    return {
        x.id: Decimal(worse if x.id in story.marked else better) / 100 for x, worse, better in drawn
    }


def _points(rng: Random, low: int, high: int) -> Decimal:
    return Decimal(rng.randint(low * 100, high * 100)) / 100
