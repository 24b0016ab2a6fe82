"""A scheme as the fields of a form: each leaf a text at its path, in chapters.

The form reads and writes the plain data of a scheme; whether that is a scheme, and what is wrong
with it, says `aggregation.scheme.scheme.parse_scheme` alone, as of a file. What has no field here,
such as the rules inside units and population figures, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import unquote

from aggregation.rules import registry
from aggregation.scheme.evidence import EvidenceRules, StateRules
from aggregation.scheme.parts import (
    Category,
    Floors,
    Late,
    LeaderRules,
    Presence,
    Procedure,
    UnitQuota,
)
from aggregation.scheme.scheme import PUBLIC, Scheme
from survey_flows.characters import clean_text

NUMBER, WORDS, FLAG, CHOICE = "number", "words", "flag", "choice"
YES, ON = "true", "on"
OPTIONAL = ("points", "verified_worth")
"""Numbers that a scheme may leave out: an option without points, a worth that is not used."""
NEW_ROWS = 2
"""Empty rows for what is added to a table of names."""
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,23}")
NAMED = ("groups", "indicators", "leagues", "categories")
"""Tables of names that a form may add to and take from, by code."""
LANGUAGES = ("zh", "en")
Get = Callable[[str], str]
_SEPARATING = re.compile(r"[%.\s]", re.ASCII)


def segment(code: str) -> str:
    """Returns a code of a scheme as a part of a path, which dots separate."""
    return _SEPARATING.sub(lambda sign: f"%{ord(sign[0]):02X}", code)


@dataclass(frozen=True, slots=True)
class SchemeField:
    """A leaf of the scheme.

    Attributes:
        path: as in reason trails, ``min_n.unit``; it names the field in the form, too.
        kind: how it is typed.
        value: as text; empty for what is not there.
        called: the key of its name among the words of the form, or a code of the scheme's own.
        choices: what may be chosen, for a choice.
        lang: the language of its words; empty for all else.
    """

    path: str
    kind: str
    value: str
    called: str
    choices: tuple[str, ...] = ()
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Fields that stand together under the name of a code; ``code`` is empty for those without.

    ``adds`` says that the part is an empty row, for something new.
    """

    fields: tuple[SchemeField, ...]
    code: str = ""
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the form, by the key of its name."""

    called: str
    parts: tuple[Part, ...]


def plain_scheme(scheme: Scheme) -> dict[str, Any]:
    """Returns the data of a scheme, as a file would hold it."""
    data: dict[str, Any] = scheme.model_dump(mode="json")
    return data


def scheme_chapters(data: Mapping[str, Any]) -> list[Chapter]:
    """Returns the form of a scheme's plain data, valid or not."""
    form = _Form(data)
    return [
        Chapter("heads", (form.heads(),)),
        *(Chapter(name, tuple(form.names(name))) for name in NAMED[:3]),
        Chapter("categories", tuple(form.categories())),
        Chapter("floors", (form.floors(),)),
        Chapter("scales", tuple(form.scales())),
        *([Chapter("evidence", (form.evidence(),))] if data.get("evidence") else []),
        Chapter("grades", tuple(form.grades())),
        Chapter("leaders", (form.leaders(),)),
        Chapter("rules", tuple(form.rules())),
        Chapter("days", (form.days(),)),
    ]


def changed_scheme(data: Mapping[str, Any], get: Get) -> dict[str, Any]:
    """Returns the plain data with what a form says in place of each of its fields.

    ``rows-`` and a table's name lists the codes that the form had a row for (`segment`). A row that
    was emptied is gone, with its weights. A new row without a code gets one; a new category takes
    the weights of the first.
    """
    changed = deepcopy(dict(data))
    _settle_rows(changed, get)
    for chapter in scheme_chapters(changed):
        for part in chapter.parts:
            if not part.adds:
                for field in part.fields:
                    _put(changed, field, clean_text(get(field.path)))
    for name in NAMED:
        _drop_emptied(changed, name)
        _add_new(changed, name, get)
    if not any(_words(changed.get("sponsor"))):
        changed["sponsor"] = None
    _settle_grade_names(changed)
    return changed


class _Form:
    """Makes the fields of plain data."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data

    def field(
        self, path: str, called: str, kind: str = NUMBER, choices: tuple[str, ...] = ()
    ) -> SchemeField:
        value = _at(self.data, path)
        lang = path.rpartition(".")[2] if kind == WORDS else ""
        text = "" if value is None else str(value)
        if kind == FLAG:
            text = YES if value in (True, YES) else ""
        return SchemeField(path, kind, text, called, choices, lang if lang in LANGUAGES else "")

    def words(self, path: str, called: str) -> list[SchemeField]:
        return [self.field(f"{path}.{lang}", called, WORDS) for lang in LANGUAGES]

    def heads(self) -> Part:
        version = self.field("version", "version", WORDS)
        return Part((*self.words("title", "title"), version, *self.words("sponsor", "sponsor")))

    def names(self, name: str) -> Iterator[Part]:
        for code in self.data.get(name) or {}:
            yield Part(tuple(self.words(f"{name}.{segment(code)}", "title")), code)
        yield from (self._new(name, number) for number in range(NEW_ROWS))

    def _new(self, name: str, number: int) -> Part:
        lead = f"{name}+{number}"
        code = SchemeField(f"{lead}.code", WORDS, "", "code")
        return Part(
            (*(SchemeField(f"{lead}.{it}", WORDS, "", "title", (), it) for it in LANGUAGES), code),
            adds=True,
        )

    def categories(self) -> Iterator[Part]:
        components = (*(self.data.get("indicators") or {}), PUBLIC)
        for code in self.data.get("categories") or {}:
            lead = f"categories.{segment(code)}"
            yield Part(
                (
                    *self.words(lead, "title"),
                    self.field(f"{lead}.graded_by", "graded-by", CHOICE, _choices(Category)),
                    *(
                        self.field(f"{lead}.weights.{segment(it)}", f"weights {it}")
                        for it in components
                    ),
                    *(
                        self.field(f"{lead}.group_weights.{segment(it)}", f"group-weights {it}")
                        for it in self.data.get("groups") or {}
                    ),
                ),
                code,
            )
        yield self._new("categories", 0)

    def floors(self) -> Part:
        return Part(
            (
                self.field("overall_share", "overall-share"),
                self.field("dk_flag_pct", "dk-flag-pct"),
                *(
                    self.field(f"min_n.{name}", called)
                    for name, called in zip(
                        Floors.model_fields, ("min-group", "min-unit", "publish-cell"), strict=True
                    )
                ),
                self.field("places", "places"),
                self.field("confidence_pct", "confidence-pct"),
            )
        )

    def scales(self) -> Iterator[Part]:
        for name, scale in (self.data.get("scales") or {}).items():
            fields = [
                self.field(
                    f"scales.{segment(name)}.options.{at}.points", f"points {name}.{option['code']}"
                )
                for at, option in enumerate(scale["options"])
            ]
            yield Part(tuple(fields), name)

    def evidence(self) -> Part:
        numbers = [name for name in EvidenceRules.model_fields if name not in ("vouched", "states")]
        states = [name for name in StateRules.model_fields if name != "first_year"]
        return Part(
            (
                *(self.field(f"evidence.{it}", _key(it)) for it in numbers),
                *(self.field(f"evidence.states.{it}", _key(it)) for it in states),
                self.field("evidence.states.first_year", "first-year", FLAG),
            )
        )

    def grades(self) -> Iterator[Part]:
        quota = "unit_quota"
        ties, small = (get_args(UnitQuota.model_fields[it].annotation) for it in ("ties", "small"))
        yield Part(
            (
                *(self.field(f"{quota}.{it}", it) for it in ("first", "second", "third")),
                self.field(f"{quota}.ties", "ties", CHOICE, ties),
                self.field(f"{quota}.min_family", "min-family"),
                self.field(f"{quota}.small", "small", CHOICE, small),
                self.field("adjustments.bonus_max", "bonus-max"),
                self.field("adjustments.deduct_max", "deduct-max"),
            )
        )
        grades = [(f"grade_names.{it}", f"grade-{it}") for it in ("first", "second", "third")]
        grades += [("grade_names.fourth", "grade-fourth"), ("grade_names.no_grade", "no-grade")]
        grades.append(("grade_names.not_appraised", "not-appraised"))
        yield Part(tuple(one for path, called in grades for one in self.words(path, called)))

    def leaders(self) -> Part:
        pools = get_args(LeaderRules.model_fields["pool"].annotation)
        return Part(
            (
                *(
                    self.field(f"leaders.shares.{role}.{of}", f"{role}-{of}")
                    for role in ("principal", "deputy")
                    for of in ("unit", "personal")
                ),
                *(
                    self.field(f"leaders.first_pct.{grade}", f"pct-{grade}")
                    for grade in ("first", "second", "third")
                ),
                self.field("leaders.pool", "pool", CHOICE, pools),
                self.field("leaders.league_first", "league-first"),
                self.field("leaders.league_third", "league-third"),
                self.field("leaders.personal_floor", "personal-floor"),
                self.field("leaders.third_unit_principal_may_be_first", "principal-may", FLAG),
            )
        )

    def rules(self) -> Iterator[Part]:
        said = self.data.get("rules") or {}
        for name, rule in sorted(registry().items()):
            called = f"rule-{_key(name)}"
            fields = [SchemeField(f"rules.{name}", ON, YES if name in said else "", called)]
            for param, info in rule.params.model_fields.items():
                kind = FLAG if info.annotation is bool else NUMBER
                value = (said.get(name) or {}).get(param, info.default)
                text = (YES if value in (True, YES) else "") if kind == FLAG else str(value)
                fields.append(SchemeField(f"rules.{name}.{param}", kind, text, _param(param)))
            yield Part(tuple(fields), name)

    def days(self) -> Part:
        late = self.field("late", "late", CHOICE, get_args(Late))
        return Part(
            (
                *(self.field(f"procedure.{it}", _DAYS[it]) for it in Procedure.model_fields),
                *(self.field(f"presence.{it}", _key(it)) for it in Presence.model_fields),
                late,
            )
        )


_DAYS: Mapping[str, str] = {
    "public_notice_working_days": "notice",
    "review_request_days": "review-request",
    "review_answer_days": "review-answer",
    "second_appeal_days": "second-appeal",
    "rectification_days": "rectification",
    "late_cause_working_days": "late-cause",
    "person_request_days": "person-request",
    "person_second_days": "person-second",
    "person_review_answer_days": "person-review",
    "person_appeal_answer_days": "person-appeal",
}
_PARAMS: Mapping[str, str] = {
    "league": "last-in-league",
    "category": "last-in-category",
    "units": "of-units",
}


def _param(name: str) -> str:
    return _PARAMS.get(name, _key(name))


def _key(name: str) -> str:
    return name.replace("_", "-")


def _choices(model: type[Category]) -> tuple[str, ...]:
    return get_args(model.model_fields["graded_by"].annotation)


def _at(data: Any, path: str) -> Any:
    for part in map(unquote, path.split(".")):
        if isinstance(data, list):
            data = data[int(part)]
        else:
            data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _put(data: dict[str, Any], field: SchemeField, text: str) -> None:
    """Puts what was typed at a field's path; a weight that was emptied is taken away."""
    *way, last = map(unquote, field.path.split("."))
    if way[:1] == ["rules"]:
        _put_rule(data, field, text)
        return
    at: Any = data
    for part in way:
        if isinstance(at, list):
            at = at[int(part)]
        else:
            if at.get(part) is None:
                at[part] = {}
            at = at[part]
    if field.kind == FLAG:
        at[last] = text == YES
    elif not text and way[-1:] in (["weights"], ["group_weights"]):
        at.pop(last, None)
    elif not text and last in OPTIONAL:
        at[last] = None
    elif field.kind != NUMBER or text != field.value:
        # A number that nobody touched stays as it is written.
        at[last] = text


def _put_rule(data: dict[str, Any], field: SchemeField, text: str) -> None:
    rules = data.setdefault("rules", {})
    _, name, *param = field.path.split(".")
    if field.kind == ON:
        if text != YES:
            rules.pop(name, None)
        elif name not in rules:
            rules[name] = {}
    elif name in rules and text != field.value:
        rules[name][param[0]] = text == YES if field.kind == FLAG else text


def _words(named: object) -> list[str]:
    found = named if isinstance(named, Mapping) else {}
    return [str(found.get(lang) or "") for lang in LANGUAGES]


def _drop_emptied(data: dict[str, Any], name: str) -> None:
    weights = {"groups": "group_weights", "indicators": "weights"}.get(name, "")
    for code in [it for it, named in (data.get(name) or {}).items() if not any(_words(named))]:
        del data[name][code]
        for category in data["categories"].values() if weights else ():
            category[weights].pop(code, None)


def _add_new(data: dict[str, Any], name: str, get: Get) -> None:
    for number in range(NEW_ROWS):
        lead = f"{name}+{number}"
        named = {lang: clean_text(get(f"{lead}.{lang}")) for lang in LANGUAGES}
        code = get(f"{lead}.code")
        if not (code or any(named.values())):
            continue
        table = data.setdefault(name, {})
        code = code if CODE.fullmatch(code) and code not in table else _free(table, name[0])
        table[code] = _like_first(table, name) | named


def _like_first(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Returns what a new row begins with: a category has the weights of the first one."""
    return deepcopy(dict(next(iter(table.values()), {}))) if name == "categories" else {}


def _settle_rows(data: dict[str, Any], get: Get) -> None:
    """Gives each table the rows that its form had: an earlier look added some and took others."""
    for name in NAMED:
        table = data.get(name) or {}
        codes = [unquote(code) for code in get(f"rows-{name}").split()]
        known = [code for code in codes if code in table or CODE.fullmatch(code)]
        if known:
            data[name] = {code: table.get(code) or _like_first(table, name) for code in known}


def _free(table: Mapping[str, Any], letter: str) -> str:
    return next(code for n in range(1, len(table) + 2) if (code := f"{letter}{n}") not in table)


def _settle_grade_names(data: dict[str, Any]) -> None:
    """Takes away names of grades that nobody gave."""
    names = data.get("grade_names") or {}
    named = {grade: it for grade, it in names.items() if it is not None and any(_words(it))}
    whole = named | {it: None for it in ("no_grade", "not_appraised") if it not in named}
    data["grade_names"] = whole if named else None
