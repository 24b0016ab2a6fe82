"""The console's editor of a draft's scheme: a form by chapters, with what differs from before."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from aggregation.model.facts import UNIT_GRADES
from aggregation.scheme.diff import scheme_differences
from aggregation.scheme.scheme import PUBLIC, Scheme, parse_scheme
from bot.campaigns.definition import FrozenDefinition, read_definition
from bot.campaigns.draft_changes import change_scheme, read_draft
from bot.campaigns.registered import find_registered_campaign
from bot.campaigns.scheme_files import offered_scheme
from bot.campaigns.scheme_form import (
    NAMED,
    Chapter,
    SchemeField,
    changed_scheme,
    plain_scheme,
    scheme_chapters,
    segment,
)
from bot.campaigns.summaries import list_campaigns
from bot.campaigns.titles import printed_title
from bot.core import labels
from bot.core.labels import pick
from bot.web.admin.page import Visit, staff_page
from survey_flows.errors import BadInput
from survey_flows.messages import Message, render
from survey_flows.spoken_terms import speak

SHIPPED = "shipped"
"""In place of a campaign: the scheme that is shipped."""
FIELDS = {
    "code": Message("admin-item-code"),
    "title": Message("admin-rule-title"),
    "version": Message("admin-rule-version"),
    "sponsor": Message("admin-rule-sponsor"),
    "graded-by": Message("admin-rule-graded-by"),
    "weights": Message("admin-rule-weights"),
    "group-weights": Message("admin-rule-group-weights"),
    "public": Message("admin-rule-public"),
    "overall-share": Message("admin-rule-overall-share"),
    "dk-flag-pct": Message("admin-rule-dk-flag-pct"),
    "min-group": Message("admin-rule-min-group"),
    "min-unit": Message("admin-rule-min-unit"),
    "publish-cell": Message("admin-rule-publish-cell"),
    "places": Message("admin-rule-places"),
    "confidence-pct": Message("admin-rule-confidence-pct"),
    "points": Message("admin-rule-points"),
    "imagined": Message("admin-rule-imagined"),
    "loose-worth": Message("admin-rule-loose-worth"),
    "verified-worth": Message("admin-rule-verified-worth"),
    "family-pull": Message("admin-rule-family-pull"),
    "start": Message("admin-rule-start"),
    "declared-bias": Message("admin-rule-declared-bias"),
    "ranked-move": Message("admin-rule-ranked-move"),
    "provisional-move": Message("admin-rule-provisional-move"),
    "support": Message("admin-rule-support"),
    "first-year": Message("admin-rule-first-year"),
    "first": Message("admin-rule-first"),
    "second": Message("admin-rule-second"),
    "third": Message("admin-rule-third"),
    "ties": Message("admin-rule-ties"),
    "min-family": Message("admin-rule-min-family"),
    "small": Message("admin-rule-small"),
    "bonus-max": Message("admin-rule-bonus-max"),
    "deduct-max": Message("admin-rule-deduct-max"),
    "grade-first": Message("admin-rule-grade-first"),
    "grade-second": Message("admin-rule-grade-second"),
    "grade-third": Message("admin-rule-grade-third"),
    "grade-fourth": Message("admin-rule-grade-fourth"),
    "no-grade": Message("admin-rule-no-grade"),
    "not-appraised": Message("admin-rule-not-appraised"),
    "principal-unit": Message("admin-rule-principal-unit"),
    "principal-personal": Message("admin-rule-principal-personal"),
    "deputy-unit": Message("admin-rule-deputy-unit"),
    "deputy-personal": Message("admin-rule-deputy-personal"),
    "pct-first": Message("admin-rule-pct-first"),
    "pct-second": Message("admin-rule-pct-second"),
    "pct-third": Message("admin-rule-pct-third"),
    "pool": Message("admin-rule-pool"),
    "principal-may": Message("admin-rule-principal-may"),
    "league-first": Message("admin-rule-league-first"),
    "league-third": Message("admin-rule-league-third"),
    "personal-floor": Message("admin-rule-personal-floor"),
    "notice": Message("admin-rule-notice"),
    "review-request": Message("admin-rule-review-request"),
    "review-answer": Message("admin-rule-review-answer"),
    "second-appeal": Message("admin-rule-second-appeal"),
    "rectification": Message("admin-rule-rectification"),
    "late-cause": Message("admin-rule-late-cause"),
    "person-request": Message("admin-rule-person-request"),
    "person-second": Message("admin-rule-person-second"),
    "person-review": Message("admin-rule-person-review"),
    "person-appeal": Message("admin-rule-person-appeal"),
    "unit-days": Message("admin-rule-unit-days"),
    "post-days": Message("admin-rule-post-days"),
    "absent-days": Message("admin-rule-absent-days"),
    "answer-days": Message("admin-rule-answer-days"),
    "late": Message("admin-rule-late"),
    "quota": Message("admin-rule-quota"),
    "league": Message("admin-rule-league"),
    "better": Message("admin-rule-better"),
    "middle": Message("admin-rule-middle"),
    "apart": Message("admin-rule-apart"),
    "pooled": Message("admin-rule-pooled"),
    "no-third": Message("admin-rule-no-third"),
    "by-unit": Message("admin-rule-by-unit"),
    "by-grade": Message("admin-rule-by-grade"),
    "established": Message("admin-rule-established"),
    "amend": Message("admin-rule-amend"),
    "heads": Message("admin-rule-heads"),
    "groups": Message("admin-rule-groups"),
    "indicators": Message("admin-rule-indicators"),
    "leagues": Message("admin-rule-leagues"),
    "categories": Message("admin-rule-categories"),
    "floors": Message("admin-rule-floors"),
    "scales": Message("admin-rule-scales"),
    "evidence": Message("admin-rule-evidence"),
    "grades": Message("admin-rule-grades"),
    "leaders": Message("admin-rule-leaders"),
    "rules": Message("admin-rule-rules"),
    "days": Message("admin-rule-days"),
    "rule-criminal-offence": Message("admin-rule-rule-criminal-offence"),
    "rule-safety-accident": Message("admin-rule-rule-safety-accident"),
    "rule-third-grade-unit": Message("admin-rule-rule-third-grade-unit"),
    "rule-two-year-third": Message("admin-rule-rule-two-year-third"),
    "rule-unfitness": Message("admin-rule-rule-unfitness"),
    "rule-bottom-rank": Message("admin-rule-rule-bottom-rank"),
    "rule-low-personal-score": Message("admin-rule-rule-low-personal-score"),
    "rule-review-finding": Message("admin-rule-rule-review-finding"),
    "rule-manipulation": Message("admin-rule-rule-manipulation"),
    "rule-first-grade": Message("admin-rule-rule-first-grade"),
    "discretionary": Message("admin-rule-discretionary"),
    "also-provisional": Message("admin-rule-also-provisional"),
    "last-in-league": Message("admin-rule-last-in-league"),
    "last-in-category": Message("admin-rule-last-in-category"),
    "of-units": Message("admin-rule-of-units"),
    "promotion-file": Message("admin-rule-promotion-file"),
}
"""What the form calls its chapters and fields, and what may be chosen in them."""
CHOICES = {
    "league": {"graded-by": "league"},
    "quota": {"graded-by": "quota"},
    "better": {"ties": "better"},
    "middle": {"ties": "middle"},
    "apart": {"small": "apart"},
    "pool": {"small": "pooled"},
    "no_third": {"small": "no-third"},
    "unit": {"pool": "by-unit"},
    "unit_grade": {"pool": "by-grade"},
    "established": {"late": "established"},
    "amend": {"late": "amend"},
}
"""The key of a choice's words, by its value and the field it is of."""


@staff_page
async def show_scheme(visit: Visit) -> web.Response:
    """Shows a draft's scheme as a form; ``?like=`` fills it as elsewhere."""
    definition, seen = await _stored(visit)
    like = visit.query("like")
    scheme = await _like(visit, like) if like else definition.scheme
    return await _show(visit, definition, plain_scheme(scheme), seen)


@staff_page
async def take_scheme(visit: Visit) -> web.Response:
    """Stores the scheme in the draft; a refused form keeps what was typed."""
    campaign = visit.path_param("campaign")
    definition, seen = await _stored(visit)
    like = visit.text("like")
    base = await _like(visit, like) if like else definition.scheme
    data = changed_scheme(plain_scheme(base), visit.text)
    try:
        await change_scheme(visit.service.database, campaign, data, visit.text("seen"))
    except BadInput as error:
        stale = definition.scheme if visit.text("seen") != seen else None
        return await _show(visit, definition, data, seen, error, stale)
    return visit.redirect(visit.request.path, "drafted")


async def _stored(visit: Visit) -> tuple[FrozenDefinition, str]:
    row, seen = await read_draft(visit.service.database, visit.path_param("campaign"))
    return read_definition(row), seen


async def _like(visit: Visit, name: str) -> Scheme:
    if name == SHIPPED:
        return offered_scheme()
    return (await find_registered_campaign(visit.service.database, name)).scheme


async def _show(
    visit: Visit,
    definition: FrozenDefinition,
    data: Mapping[str, Any],
    seen: str,
    error: BadInput | None = None,
    stale: Scheme | None = None,
) -> web.Response:
    """Returns the form of plain data; ``stale`` is what the draft says meanwhile."""
    speak(definition.scheme.terms)
    chapters = scheme_chapters(data)
    called = _names(chapters, data, visit.lang)
    problems = [
        (_where(it.place.field, called), render(it.message, visit.lang), it.place.field)
        for it in (error.problems if error else ())
    ]
    campaign = visit.path_param("campaign")
    title = definition.title
    return visit.render(
        "scheme",
        status=422 if error else 200,
        campaign=campaign,
        called_campaign=pick((title["zh-Hans"], title.get("en", title["zh-Hans"])), visit.lang),
        seen=seen,
        like=visit.text("like") or visit.query("like"),
        chapters=[
            (chapter, render(FIELDS[chapter.called], visit.lang), _wrong(chapter, problems))
            for chapter in chapters
        ],
        called=called,
        codes=_codes(data, visit.lang),
        choices={
            value: {of: render(FIELDS[key], visit.lang) for of, key in words.items()}
            for value, words in CHOICES.items()
        },
        problems=problems,
        grades={str(grade): labels.name(grade, visit.lang) for grade in UNIT_GRADES},
        rows={name: [segment(code) for code in data.get(name) or ()] for name in NAMED},
        differs=_differences(stale, data, called) if stale else [],
        **await _before(visit, data, called),
    )


def _wrong(chapter: Chapter, problems: Sequence[tuple[str, str, str]]) -> bool:
    """Returns whether a problem is about a field of a chapter, or about what it is part of."""
    paths = [field.path for part in chapter.parts for field in part.fields]
    return any(
        where and any(path == where or path.startswith(f"{where}.") for path in paths)
        for _, _, where in problems
    )


def _names(chapters: Sequence[Chapter], data: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Returns what each path is called, and what each part and chapter is called."""
    codes = _codes(data, lang)
    found: dict[str, str] = {}
    found |= {"weights": _say("weights", lang), "group_weights": _say("group-weights", lang)}
    for chapter in chapters:
        found[chapter.called] = render(FIELDS[chapter.called], lang)
        for part in chapter.parts:
            for field in part.fields:
                found[field.path] = _called(field, codes, lang)
    for code in codes:
        found[f"categories.{code}"] = codes[code]
        for kind in ("weights", "group_weights"):
            found[f"categories.{code}.{kind}"] = f"{codes[code]} · {found[kind]}"
    return found


def _say(key: str, lang: str) -> str:
    return render(FIELDS[key], lang)


def _called(field: SchemeField, codes: Mapping[str, str], lang: str) -> str:
    key, _, code = field.called.partition(" ")
    name = codes.get(code, code) if code else render(FIELDS[key], lang)
    if not field.lang:
        return name
    tongue = Message("admin-in-chinese") if field.lang == "zh" else Message("admin-in-english")
    return f"{name} · {render(tongue, lang)}"


def _codes(data: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Returns the names of the scheme's own codes."""
    index = "zh" if lang.startswith("zh") else "en"
    found = {PUBLIC: _say("public", lang)}
    for table in ("groups", "indicators", "leagues", "categories"):
        for code, named in (data.get(table) or {}).items():
            found[code] = named.get(index) or named.get("zh") or code
    for name, scale in (data.get("scales") or {}).items():
        between = "、" if lang.startswith("zh") else ", "
        found[name] = between.join(option[index] for option in scale["options"])
        found |= {f"{name}.{option['code']}": option[index] for option in scale["options"]}
    return found


def _where(path: str, called: Mapping[str, str]) -> str:
    """Returns what a path is called, or the nearest part of it that has a name."""
    while path:
        if path in called:
            return called[path]
        path = path.rpartition(".")[0]
    return ""


def _differences(
    before: Scheme, data: Mapping[str, Any], called: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Returns fields of a form whose values differ from those of a scheme."""
    old = {
        field.path: field.value
        for chapter in scheme_chapters(plain_scheme(before))
        for part in chapter.parts
        for field in part.fields
    }
    return [
        (called[field.path], old.get(field.path, ""), field.value)
        for chapter in scheme_chapters(data)
        for part in chapter.parts
        for field in part.fields
        if old.get(field.path, "") != field.value
    ]


async def _before(
    visit: Visit, data: Mapping[str, Any], called: Mapping[str, str]
) -> dict[str, Any]:
    """Returns the schemes to take over, and what differs from the last counting one before."""
    this = visit.path_param("campaign")
    known = await list_campaigns(visit.service.database)
    year = next(it.year for it in known if it.id == this)
    patterns = [
        (it.id, f"{it.year} · {printed_title(it.title, it.aim.pilot).text(visit.lang)}")
        for it in reversed(known)
        if it.id != this
    ]
    patterns.append((SHIPPED, render(Message("admin-as-shipped"), visit.lang)))
    earlier = [it for it in known if it.year < year and not it.aim.pilot]
    changes: list[tuple[str, str, str]] | None = None
    if earlier:
        before = (await find_registered_campaign(visit.service.database, earlier[-1].id)).scheme
        changes = _changes(before, data, called)
    return {
        "patterns": patterns,
        "last_year": earlier[-1].year if earlier else 0,
        **await _tried(visit, data, earlier[-1].year if earlier else 0),
        "changes": changes,
    }


def _changes(
    before: Scheme, data: Mapping[str, Any], called: Mapping[str, str]
) -> list[tuple[str, str, str]] | None:
    """Returns in which fields of this form a scheme differs from an earlier one; None for none."""
    try:
        now = parse_scheme(data)
    except BadInput:
        return None
    return [
        (called[it.field], it.before or "–", it.after or "–")
        for it in scheme_differences(before, now)
        if it.field in called
    ]


async def _tried(visit: Visit, data: Mapping[str, Any], year: int) -> dict[str, Any]:
    """Returns an earlier year's grades under this scheme, where somebody asked who may see them.

    Nothing is stored, and the draft may still say otherwise.
    """
    may_try = bool(year) and visit.visitor.may("GET", f"/admin/years/{year}/ranking")
    nothing = {"may_try": may_try, "tried": None, "untried": ""}
    if not may_try or visit.query("try") != "yes":
        return nothing
    from bot.appraisal.sensitivity import simulate

    try:
        before = await visit.appraised(year)
        outcome = await asyncio.to_thread(simulate, before, parse_scheme(data))
    except BadInput as error:
        return nothing | {"untried": error.render(visit.lang)}
    names = {unit.unit: (unit.zh, unit.en) for unit in before.result.units}
    grades = [*UNIT_GRADES, None]
    return nothing | {
        "tried": {
            "before": [outcome.before.get(grade, 0) for grade in grades],
            "after": [outcome.after.get(grade, 0) for grade in grades],
            "moves": [
                (
                    pick(names[move.unit], visit.lang),
                    move.ranks,
                    [grade.value if grade in UNIT_GRADES else "" for grade in move.grades],
                )
                for move in outcome.moves
            ],
        }
    }
