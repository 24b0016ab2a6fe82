"""Tables of population figures: people of an evaluator group by stratum or by margin."""

from __future__ import annotations

import re
from typing import Any

from bot.spreadsheets.columns import Field, cell_reader, match_columns
from bot.spreadsheets.reader import Problems, Sheet, normalise_width
from survey_flows.errors import Message

FIELDS = (
    Field("unit", ("单位代码", "单位"), optional=True),
    Field("group", ("评价主体", "主体")),
    Field("margin", ("维度",), optional=True),
    Field("value", ("层", "取值"), longest=32),
    Field("people", ("人数", "人口")),
)
MARGINS = ("", "1", "2", "3", "4")
PEOPLE = re.compile(r"[1-9][0-9]{0,9}|[1-9][0-9]{0,2}(,[0-9]{3}){1,3}")
"""A whole number, also with a comma before every three digits; «1,5» is none."""


def read_population(sheet: Sheet) -> list[dict[str, Any]]:
    """Returns the rows as `aggregation.scheme.population.PopulationFigure` takes them.

    Without ``margin``, ``value`` is a whole stratum.

    Raises:
        BadInput: the table has problems, by row and column.
    """
    problems = Problems(sheet.file)
    found: list[dict[str, Any]] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in match_columns(sheet, FIELDS, problems):
        cell = cell_reader(problems, row)
        texts = {name: normalise_width(cell(name).text) for name in ("unit", "group", "value")}
        margin, people = (
            normalise_width(cell("margin").text),
            normalise_width(cell("people").text),
        )
        if margin not in MARGINS:
            cell("margin").complain(Message("campaign-population-bad-margin", margin=margin))
        if not PEOPLE.fullmatch(people):
            cell("people").complain(Message("campaign-population-bad-number", people=people))
        key = (*texts.values(), margin)
        if key in seen:
            twice = Message("campaign-population-twice", first=seen[key])
            problems.add(twice, row.number, "value")
        seen.setdefault(key, row.number)
        found.append(texts | {"margin": margin or 0, "people": people.replace(",", "")})
    problems.settle()
    return found
