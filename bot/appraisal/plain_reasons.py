"""Reason trails in the words of whoever reads them: names in place of codes.

A trail names data and fields of the scheme by codes (``units.TOB.total``, ``min_n.unit``), by which
a verifier finds them. Pages, files and letters say «total of Tobacco Monopoly Bureau» instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from aggregation.appraisal.trail import NOT_INDICATORS
from aggregation.model.facts import Role
from aggregation.model.names import CONSEQUENCES, GRADES, ROLES, rule_name
from aggregation.model.reason_lines import Label, ReasonLine
from aggregation.model.results import AppraisalResult, ConsequenceKind
from aggregation.scheme.inner_units import InnerScheme
from aggregation.scheme.scheme import Scheme
from survey_flows.messages import Message, Named, Value

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
FIELDS = {
    "adjustments": "appraisal-field-adjustments",
    "adjustments.bonus_max": "appraisal-field-bonus-max",
    "adjustments.deduct_max": "appraisal-field-deduct-max",
    "confidence_pct": "appraisal-field-confidence",
    "evidence.imagined": "appraisal-field-imagined",
    "evidence.states": "appraisal-field-states",
    "evidence.vouched": "appraisal-field-vouched",
    "leaders.first_pct": "appraisal-field-first-pct",
    "leaders.league_first": "appraisal-field-league-first",
    "leaders.league_third": "appraisal-field-league-third",
    "leaders.personal_floor": "appraisal-field-personal-floor",
    "leaders.pool": "appraisal-field-pool",
    "min_n.unit": "appraisal-field-floor-unit",
    "places": "appraisal-field-places",
    "presence": "appraisal-field-presence",
    "rules": "appraisal-field-rules",
    "tie_breaks": "appraisal-field-tie-breaks",
    "unit_quota": "appraisal-field-unit-quota",
    "unit_quota.ties": "appraisal-field-ties",
    "veto": "appraisal-field-veto",
}
"""What fields of the scheme are called, by their paths."""
WEIGHT = re.compile(r"categories\.([^.]+)\.(weights|group_weights)\.([^.]+)")
SHARE = re.compile(r"leaders\.shares\.([^.]+)(?:\.(unit|personal))?")
SHARES = {
    None: "appraisal-field-share",
    "unit": "appraisal-field-share-unit",
    "personal": "appraisal-field-share-personal",
}
LABELS = (str, Message, Named)
GROUP = "group:"
"""Begins the code of an evaluator group among names, which may be that of something else too."""
Names = Mapping[str, Named | Message]
"""The names of units, people, indicators, families, groups and grades, by code."""


def names_of(bodies: Iterable[AppraisalResult], scheme: Scheme) -> Names:
    """Return the names of all that a year's results and its scheme have a code for."""
    found: dict[str, Named | Message] = {str(grade): word for grade, word in GRADES.items()}
    for body in bodies:
        found |= {unit.unit: Named(unit.zh, unit.en) for unit in body.units}
        found |= {leader.leader: Named(leader.zh, leader.en) for leader in body.leaders}
    return found | scheme_names(scheme)


def scheme_names(scheme: Scheme) -> dict[str, Named]:
    """Return the names of a scheme's indicators, leagues, categories and groups, also inside."""
    names = {code: Named(it.zh, it.en) for code, it in scheme.leagues.items()}
    names |= {GROUP + code: Named(it["zh"], it["en"]) for code, it in scheme.groups.items()}
    level: Scheme | InnerScheme | None = scheme
    while level is not None:
        # What is outside is called so: a code inside may be the same.
        inside = {code: Named(it.zh, it.en) for code, it in level.indicators.items()}
        inside |= {code: Named(it.zh, it.en) for code, it in level.categories.items()}
        names, level = inside | names, level.inner
    return names


def plain_line(line: ReasonLine, names: Names) -> ReasonLine:
    """Return a line whose value, sources and fields are said in names, where they were codes."""
    value = names.get(line.value, line.value) if isinstance(line.value, str) else line.value
    inputs = tuple(plain_source(it, names) for it in line.inputs)
    return replace(line, value=value, inputs=inputs, scheme=_fields(line.scheme, names))


def plain_texts(lines: Iterable[ReasonLine], names: Names, lang: str) -> Iterator[str]:
    """Yield each line as one printed sentence in names."""
    return (plain_line(line, names).text(lang) for line in lines)


def part_name(part: str, names: Names) -> Label:
    """Return what a part of a total is called."""
    return NOT_INDICATORS[part] if part in NOT_INDICATORS else names.get(part, part)


def _fields(scheme: Label, names: Names) -> Label:
    """Return the fields of the scheme that a line follows, in words."""
    if isinstance(scheme, Message):
        said = {name: _said_field(name, it, names) for name, it in scheme.values}
        return Message(scheme.id, **said)
    if isinstance(scheme, Named) or not scheme:
        return scheme
    found = tuple(_field(path, names) for path in scheme.split(", "))
    return found[0] if len(found) == 1 else Message("appraisal-fields", fields=found)


def _said_field(name: str, value: Value, names: Names) -> Value:
    """Return a value of a message that names a field: the field, or how deep inside it holds."""
    if name == "where" and isinstance(value, str):
        return Message("appraisal-field-where", level=value.count(".") + 1)
    return _fields(value, names) if name == "field" and isinstance(value, LABELS) else value


def _field(path: str, names: Names) -> Label:
    if path in FIELDS:
        return Message(FIELDS[path])
    if weight := WEIGHT.fullmatch(path):
        family, kind, part = weight.groups()
        about = names.get(family, family)
        if kind == "group_weights":
            group = names.get(GROUP + part, part)
            return Message("appraisal-field-group-weight", family=about, group=group)
        return Message("appraisal-field-weight", family=about, part=part_name(part, names))
    if share := SHARE.fullmatch(path):
        return Message(SHARES[share[2]], role=ROLES[Role(share[1])])
    if path.startswith("rules."):
        return Message("appraisal-field-rule", rule=rule_name(path.removeprefix("rules.")))
    return path


def plain_source(source: Label, names: Names) -> Label:
    """Return where a figure comes from, or the key of a decision, in names."""
    if isinstance(source, Message):
        said = {
            name: names.get(value, plain_source(value, names)) if isinstance(value, str) else value
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
