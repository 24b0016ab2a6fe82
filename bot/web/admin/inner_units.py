"""The console's page of inner units: sections, posts and the people in them (R16)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from aiohttp import web

from aggregation.appraisal.nesting import InnerBody
from aggregation.model.facts import Grade
from aggregation.model.results import LeaderResult, UnitResult
from aggregation.scheme.scheme import scheme_levels
from bot.appraisal.year import AppraisedYear
from bot.core.labels import name, pick
from bot.web.admin.page import Visit, staff_page, year_of
from survey_flows.errors import BadInput, Message, Place


@staff_page
async def show_inner_units(visit: Visit) -> web.Response:
    """Shows units with inner units; with ``?unit=`` the inner units of one and their people."""
    year, code = await visit.year(), visit.query("unit")
    bodies = {body.unit: body for body in year.inside}
    if code and code not in bodies:
        raise BadInput(Message("admin-no-inner-units"), Place(subject=code))
    body = bodies.get(code)
    parts, people = _inside(body)
    return visit.render(
        "inner_units",
        year=year_of(visit),
        name=lambda named: name(named, visit.lang),
        pick=lambda zh, en: pick((zh, en), visit.lang),
        tops=[top for top in year.inside if top.level == 1],
        body=body,
        above=_above(body, bodies) if body else [],
        inner=parts,
        people=people,
        counts=Counter(one.grade for one in people),
        grades=tuple(Grade),
        names={part.unit: pick((part.zh, part.en), visit.lang) for part in parts},
        deeper=set(bodies),
        kinds=_kinds(year, visit.lang),
    )


def _inside(body: InnerBody | None) -> tuple[list[UnitResult], tuple[LeaderResult, ...]]:
    if body is None or body.result is None:
        return [], ()
    return sorted(body.result.units, key=_order), body.result.leaders


def _order(part: UnitResult) -> tuple[str, bool, int, str]:
    return (part.category, part.rank is None, part.rank or 0, part.unit)


def _above(body: InnerBody, bodies: Mapping[str, InnerBody]) -> list[InnerBody]:
    """Returns the bodies that this one is in, the outermost first."""
    home = {unit.code: it for it in bodies.values() for unit in it.inputs.units}
    way: list[InnerBody] = []
    up = home.get(body.unit)
    while up is not None:
        way.insert(0, up)
        up = home.get(up.unit)
    return way


def _kinds(year: AppraisedYear, lang: str) -> dict[str, str]:
    found = [level.categories for level in scheme_levels(year.inputs.scheme)]
    return {code: pick((it.zh, it.en), lang) for kinds in found for code, it in kinds.items()}
