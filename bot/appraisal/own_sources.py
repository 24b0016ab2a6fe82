"""Where a figure comes from, in the words of a unit or a person who reads their own result.

A reason trail names data by codes (``units.TOB.total``), so that auditors find them. Whom it is
about reads names instead: «total of Tobacco Monopoly Bureau».
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from aggregation.model.names import CONSEQUENCES, GRADES
from aggregation.model.reason_lines import Label, ReasonLine
from aggregation.model.results import ConsequenceKind
from aggregation.scheme.scheme import Scheme
from bot.appraisal.standing_years import StandingYear
from survey_flows.messages import Message, Named

CODED = re.compile(
    r"(?P<table>units|indicators|public|personal|leaders|history|categories|leagues)"
    r"\.(?P<subject>[^.\s:]+)"
    r"(?:\.(?P<field>[^.\s:]+))?(?:: ?(?P<rest>.*))?"
)
KEY = re.compile(r"\d{4}/[a-z_]+/(?P<kind>[a-z_]+)/(?P<subject>[^/\s]+)(?:/[^/\s]+)?")
SAID = {
    ("units", "total"): "appraisal-own-total",
    ("units", "grade"): "appraisal-own-grade",
    ("leaders", "grade"): "appraisal-own-grade",
    ("units", None): "appraisal-own-grade",
    ("public", None): "appraisal-own-public",
    ("personal", None): "appraisal-own-personal",
}
"""How a source is said, by its table and field."""
Names = Mapping[str, Named | Message]
"""The names of units, people, indicators, families and grades, by code."""


def names_of(stands: StandingYear) -> Names:
    """Return the names of all that a standing year has a code for."""
    found: dict[str, Named | Message] = {str(grade): word for grade, word in GRADES.items()}
    for body in stands.content.bodies:
        found |= {unit.unit: Named(unit.zh, unit.en) for unit in body.units}
        found |= {leader.leader: Named(leader.zh, leader.en) for leader in body.leaders}
    return found | scheme_names(stands.content.inputs.scheme)


def scheme_names(scheme: Scheme) -> dict[str, Named]:
    """Return the names of a scheme's indicators, leagues and categories."""
    names = {code: Named(it.zh, it.en) for code, it in scheme.indicators.items()}
    names |= {code: Named(it.zh, it.en) for code, it in scheme.leagues.items()}
    return names | {code: Named(it.zh, it.en) for code, it in scheme.categories.items()}


def plain_line(line: ReasonLine, names: Names) -> ReasonLine:
    """Return a line whose sources and value are said in names, where they were codes."""
    value = names.get(line.value, line.value) if isinstance(line.value, str) else line.value
    return replace(line, value=value, inputs=tuple(_plain(it, names) for it in line.inputs))


def _plain(source: Label, names: Names) -> Label:
    if isinstance(source, Message):
        said = {
            name: names.get(value, _plain(value, names)) if isinstance(value, str) else value
            for name, value in source.values
        }
        return Message(source.id, **said)
    if isinstance(source, Named):
        return source
    if key := KEY.fullmatch(source):
        subject = names.get(key["subject"], key["subject"])
        kind = CONSEQUENCES[ConsequenceKind(key["kind"])]
        return Message("appraisal-own-decision", kind=kind, subject=subject)
    coded = CODED.fullmatch(source)
    return source if coded is None else _said(coded, names)


def _said(coded: re.Match[str], names: Names) -> Label:
    """Return a coded source in words."""
    table, field, rest = coded["table"], coded["field"], coded["rest"]
    subject = names.get(coded["subject"], coded["subject"])
    if table in ("categories", "leagues"):
        return subject
    if table == "history":
        unit, _, post = (rest or "").partition(" ")
        there = Message("appraisal-own-post", unit=names.get(unit, unit), post=post)
        name = "appraisal-own-history-in" if rest else "appraisal-own-history"
        return Message(name, year=field or "", subject=subject, where=there)
    if table == "indicators" and field is not None:
        part = names.get(field, field)
        said = Message("appraisal-own-indicator", subject=subject, part=part)
    else:
        said = Message(SAID.get((table, field), "appraisal-own-figure"), subject=subject)
    return Message("appraisal-source-says", source=said, says=rest) if rest else said
