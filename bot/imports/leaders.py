"""The year's leading cadres with the post that each holds at its end."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.inputs import Leader, Role
from bot.imports.context import Known, Outcome
from bot.imports.fields import Field, arrange, reader, refuse_twins
from bot.imports.sheet import Problems, Row, Sheet
from bot.store.yearbook import replace_leaders

FIELDS = (
    Field("id", ("编号", "干部编号")),
    Field("name_zh", ("姓名", "name"), longest=80),
    Field("name_en", ("英文姓名",), optional=True, longest=120),
    Field("unit", ("单位代码", "单位")),
    Field("role", ("正副职", "职级")),
    Field("post", ("职务",), optional=True, longest=120),
)
ROLES = {Role.PRINCIPAL: ("正职",), Role.DEPUTY: ("副职",)}


async def store(connection: AsyncConnection, known: Known, sheet: Sheet) -> Outcome:
    """Make these the year's leaders: whoever is not in the table is not appraised."""
    leaders = read_leaders(sheet, known)
    await replace_leaders(connection, known.year, leaders)
    without = sorted(set(known.units) - {x.unit for x in leaders if x.role is Role.PRINCIPAL})
    notes = (f"units without a principal: {', '.join(without)}",) if without else ()
    return Outcome(len(leaders), (f"they take the place of {len(known.leaders)}", *notes))


def read_leaders(sheet: Sheet, known: Known) -> list[Leader]:
    """The leaders of a table, whose units are stored.

    Raises:
        BadInput: by row and column.
    """
    problems = Problems(sheet.file)
    rows = arrange(sheet, FIELDS, problems)
    refuse_twins(rows, ["id"], problems)
    leaders = [_leader(row, known, problems) for row in rows]
    problems.settle()
    return leaders


def _leader(row: Row, known: Known, problems: Problems) -> Leader:
    cell = reader(problems, row)
    id_ = cell("id").code()
    if id_ in known.units:
        cell("id").complain(f"«{id_}» is the code of a unit; give the leader another id")
    name = cell("name_zh").text
    unit = cell("unit").one_of(known.units, "unit")
    return Leader(id_, name, cell("name_en").text or name, unit, cell("role").member(Role, ROLES), cell("post").text)
