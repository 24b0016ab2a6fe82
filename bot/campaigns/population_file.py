"""Population figures: how many people of an evaluator group are in each stratum, or have each value of a margin."""

from __future__ import annotations

import re
from typing import Any

from bot.spreadsheets.columns import Field, cell_reader, match_columns
from bot.spreadsheets.reader import Problems, Sheet, normalise_width

FIELDS = (
    Field("unit", ("单位代码", "单位"), optional=True),
    Field("group", ("评价主体", "主体")),
    Field("margin", ("维度",), optional=True),
    Field("value", ("层", "取值"), longest=32),
    Field("people", ("人数", "人口")),
)
MARGINS = ("", "1", "2", "3", "4")
PEOPLE = re.compile(r"[1-9]\d{0,9}")


def read_population(sheet: Sheet) -> list[dict[str, Any]]:
    """The table as `aggregation.scheme.population.PopulationFigure` takes it. Without ``margin``, ``value`` is a whole stratum.

    Raises:
        BadInput: by row and column.
    """
    problems = Problems(sheet.file)
    found: list[dict[str, Any]] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in match_columns(sheet, FIELDS, problems):
        cell = cell_reader(problems, row)
        texts = {name: normalise_width(cell(name).text) for name in ("unit", "group", "value")}
        margin, people = (
            normalise_width(cell("margin").text),
            normalise_width(cell("people").text).replace(",", ""),
        )
        if margin not in MARGINS:
            cell("margin").complain(
                f"«{margin}» is no margin; write 1 for the first part of the stratum"
            )
        if not PEOPLE.fullmatch(people):
            cell("people").complain(
                f"«{people}» is not a number of people; write a whole number from 1 on"
            )
        key = (*texts.values(), margin)
        if key in seen:
            problems.add(f"the same people stand in row {seen[key]} already", row.number, "value")
        seen.setdefault(key, row.number)
        found.append(texts | {"margin": margin or 0, "people": people})
    problems.settle()
    return found
