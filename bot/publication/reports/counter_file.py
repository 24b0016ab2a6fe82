"""Tables of the service counters for which posters are made."""

from __future__ import annotations

from collections.abc import Collection

from bot.publication.reports.posters import MAX_COUNTERS, Counter
from bot.spreadsheets.columns import Field, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Problems, Sheet
from survey_flows.errors import BadInput, Message, Place

FIELDS = (
    Field("unit", ("单位代码", "单位")),
    Field("counter_zh", ("窗口", "窗口名称"), longest=40),
    Field("counter_en", ("英文名称",), optional=True, longest=60),
)


def read_counters(sheet: Sheet, units: Collection[str]) -> list[Counter]:
    """Read the counters of a table, whose units the campaign rates.

    Raises:
        BadInput: the problems by row and column; no row, or more than fit into one file.
    """
    if not 0 < len(sheet.rows) <= MAX_COUNTERS:
        message = Message(
            "publication-counters-out-of-range", max=MAX_COUNTERS, rows=len(sheet.rows)
        )
        raise BadInput(message, Place(file=sheet.file))
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    refuse_duplicates(rows, ["unit", "counter_zh"], problems)
    found = []
    for row in rows:
        cell = cell_reader(problems, row)
        zh = cell("counter_zh").text
        name = {"zh-Hans": zh, "en": cell("counter_en").text or zh}
        found.append(
            Counter(cell("unit").one_of(units, Message("spreadsheets-kind-campaign-unit")), name)
        )
    problems.settle()
    return found
