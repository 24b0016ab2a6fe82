"""The console's pages of a year: ranking and grades, leaders, proposals, reasons, files."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from aggregation.appraisal.outlook_lines import odds_text
from aggregation.appraisal.trail import paper_words
from aggregation.disclosure.disclosed import Count
from aggregation.model.facts import UNIT_GRADES, Grade, Verdict
from aggregation.model.reason_lines import ReasonLine
from aggregation.model.results import (
    HEARD,
    ON_PAPER,
    GradeCut,
    LeaderResult,
    Proposal,
    ProposalStatus,
    UnitResult,
)
from bot.accounts.roles import ADMINISTRATOR
from bot.appraisal.deciding import (
    is_single,
    last_given,
    paper_said,
    record_decision,
    record_decisions,
    record_unit_decision,
    seen_of,
    standing_proposals,
)
from bot.appraisal.past_units import PastUnit, past_mark, read_past_units
from bot.appraisal.plain_reasons import names_of, plain_line, plain_texts
from bot.appraisal.year import BINDING, AppraisedYear
from bot.appraisal.year_tasks import YearTask, list_year_tasks
from bot.core.labels import disclosed_flags, flags, label, name, pick
from bot.publication.as_of import open_words
from bot.publication.charts.ranking import year_ranking
from bot.records.recusals import read_officers, read_standings
from bot.records.store import PAPER, read_leaders
from bot.storage.database import reading
from bot.web.admin.appeals import amendment_rows
from bot.web.admin.page import Visit, staff_page, year_of
from bot.web.admin.ranking_view import shown_panels, sort_links, wanted
from bot.web.shared.downloads import book_file, picture_file
from bot.web.shared.improvement import named_gaps, peer_strip
from bot.web.shared.paging import page_of
from bot.web.shared.result_cache import RESULT_CACHE
from bot.web.shared.trend import make_trend
from survey_flows.errors import BadInput, Message, Place
from survey_flows.messages import render
from survey_flows.spoken_terms import speak, spoken

PAGE = 25
REVIEW, TOGETHER = "review", "together"
"""The buttons that list ticked proposals, and that decide on those of the list."""
T = TypeVar("T")


@staff_page
async def show_ranking(visit: Visit) -> web.Response:
    """Shows the ranked units with intervals and grades, and the places of each grade."""
    year = await visit.year()
    ranking = await asyncio.to_thread(year_ranking, year, visit.lang)
    quotas = [(_category(year, use.category, visit.lang), use) for use in year.result.quotas]
    waiting = [unit for unit in year.result.units if unit.insufficient]
    asked = wanted(visit.request.query)
    marks = [mark for panel in ranking.panels for mark in panel.marks if mark.grade]
    provisional = sum(mark.provisional for mark in marks)
    counts = {"settled": len(marks) - provisional, "provisional": provisional}
    amended = await amendment_rows(visit, year.year)
    tasks = [(it.subject, it.message) for it in year.result.tasks]
    tasks += [(it.subject, it.message) for it in await _year_tasks(visit, year)]
    return _show(
        visit,
        year,
        "ranking",
        ranking=ranking,
        panels=shown_panels(ranking, asked),
        asked=asked,
        links=sort_links(asked),
        counts=counts | {"waiting": len(waiting)},
        quotas=quotas,
        grades=UNIT_GRADES,
        waiting=waiting,
        not_appraised=[
            (pick((it.zh, it.en), visit.lang), render(it.reason, visit.lang))
            for it in year.not_appraised
        ],
        last_given=lambda unit: last_given(year, unit),
        amended=amended,
        left_out=[render(note, visit.lang) for note in year.left_out],
        tasks=[(subject, render(message, visit.lang)) for subject, message in tasks],
    )


async def _year_tasks(visit: Visit, year: AppraisedYear) -> list[YearTask]:
    """Returns what a sealed year still asks for."""
    async with reading(visit.service.database) as connection:
        return await list_year_tasks(connection, year.year)


def _show(visit: Visit, year: AppraisedYear | None, template: str, **context: Any) -> web.Response:
    return visit.render(
        template,
        year=year_of(visit),
        result=year.result if year else None,
        sealed=year.seal if year else None,
        name=_namer(visit),
        **context,
    )


def _namer(visit: Visit) -> Any:
    return lambda code: name(code, visit.lang)


def _category(year: AppraisedYear, category: str, lang: str) -> str:
    called = year.inputs.scheme.family_name(category)
    return pick((called.zh, called.en), lang)


@staff_page
async def send_picture(visit: Visit) -> web.Response:
    """Sends the ranking as a picture, which tells what is still open on its day."""
    year = await visit.year_as_of()
    ranking = await asyncio.to_thread(year_ranking, year, visit.lang)
    title = label(Message("admin-ranking-title", year=year.year), visit.lang)
    note = label(open_words(year.open), visit.lang) if year.open else ""
    given = (title, visit.lang, visit.path_param("form"), f"minping-{year.year}-ranking", note)
    return await picture_file(ranking, *given)


@staff_page
async def send_book(visit: Visit) -> web.Response:
    """Sends the year as a workbook or as files; ``?audience=public`` leaves out persons."""
    from bot.publication.exports import Audience, year_book

    audience = Audience.PUBLIC if visit.query("audience") == "public" else Audience.INTERNAL
    settings = visit.service.settings
    book = await asyncio.to_thread(
        year_book, await visit.year_as_of(), audience, settings.timezone, settings.city
    )
    return await book_file(book, visit.path_param("form"), f"minping-{year_of(visit)}-{audience}")


@staff_page
async def show_leaders(visit: Visit) -> web.Response:
    """Shows leaders with score and grade; internal."""
    year = await visit.year()
    units = {unit.unit: pick((unit.zh, unit.en), visit.lang) for unit in year.result.units}
    grade, words = visit.query("grade"), visit.query("q")
    found = [
        (leader, pick((leader.zh, leader.en), visit.lang), units.get(leader.unit, ""))
        for leader in sorted(year.result.leaders, key=_by_grade)
        if grade in ("", leader.grade)
        and _has(
            words, leader.leader, leader.zh, leader.en, leader.post, units.get(leader.unit, "")
        )
    ]
    counts = year.result.leader_grades()
    shown, pages = _page(visit, found)
    return _show(
        visit,
        year,
        "leaders",
        leaders=shown,
        pages=pages,
        counts=counts,
        grades=tuple(Grade),
        grade=grade,
        q=words,
    )


def _by_grade(leader: LeaderResult) -> tuple[int, str]:
    order = list(Grade)
    return (-order.index(leader.grade) if leader.grade else 0, leader.leader)


def _has(words: str, *texts: str) -> bool:
    return words.casefold() in " ".join(texts).casefold()


def _page(visit: Visit, rows: Sequence[T]) -> tuple[Sequence[T], dict[str, object]]:
    return page_of(rows, visit.request.query, PAGE)


@staff_page
async def show_proposals(visit: Visit) -> web.Response:
    """Shows proposals, each with its grounds and the form for a decision."""
    year = await visit.year()
    status, kind, words = (
        visit.query("status") or ProposalStatus.PROPOSED,
        visit.query("kind"),
        visit.query("q"),
    )
    names = _subjects(year, visit.lang)
    proposals = [p for result in year.bodies for p in result.proposals]
    matching = [
        p
        for p in proposals
        if status in (p.status, "all") and _has(words, p.subject, names[p.subject])
    ]
    weight = visit.query("weight")
    matching = [p for p in matching if weight in ("", "binding" if p.kind in BINDING else "other")]
    found = [p for p in matching if kind in ("", p.kind)]
    shown, pages = _page(visit, sorted(found, key=_binding_first))
    async with reading(visit.service.database) as connection:
        subjects = {p.subject for p in shown}
        given = (year.year, subjects, visit.visitor.login, (ADMINISTRATOR,))
        standings = await read_standings(connection, *given)
    lost = {key for task in await _year_tasks(visit, year) for key in task.lost}
    plain_names = names_of(year.bodies, year.inputs.scheme)
    return _show(
        visit,
        year,
        "proposals",
        lost=lost,
        nobody={subject for subject, it in standings.items() if it.nobody},
        recused={
            subject: render(it.message, visit.lang)
            for subject, it in standings.items()
            if it.message is not None
        },
        proposals=shown,
        grounds={p.key: [*plain_texts(p.grounds, plain_names, visit.lang)] for p in shown},
        pages=pages,
        names=names,
        kinds=sorted(Counter(p.kind for p in matching).items()),
        statuses=Counter(p.status for p in proposals),
        chosen=status,
        kind=kind,
        q=words,
        back=visit.request.path_qs,
        binding=BINDING,
        heard=HEARD,
        seen_of=seen_of,
        single=is_single,
        all_ticked=visit.query("tick") == "all",
        tick=urlencode({**visit.request.query, "tick": "all"}),
        on_paper=ON_PAPER,
        paper_words=lambda paper: label(paper_words(paper), visit.lang),
    )


def _binding_first(proposal: Proposal) -> tuple[bool, bool, str]:
    return (proposal.kind not in BINDING, proposal.rule == "first_grade", proposal.key)


def _subjects(year: AppraisedYear, lang: str) -> Mapping[str, str]:
    """Returns the names of units, inner units and leaders; the latter two with their unit."""
    units = {unit.unit: pick((unit.zh, unit.en), lang) for unit in year.result.units}
    for body in year.inside:
        above = units.get(body.unit, pick((body.zh, body.en), lang))
        units |= {
            part.code: f"{above} · {pick((part.zh, part.en), lang)}" for part in body.inputs.units
        }
    people = (x for result in year.bodies for x in result.leaders)
    return units | {
        x.leader: f"{pick((x.zh, x.en), lang)} · {units.get(x.unit, x.unit)} {x.post}"
        for x in people
    }


@staff_page
async def take_decision(visit: Visit) -> web.Response:
    """Records a decision on a proposal; or lists many before they are decided, or decides them."""
    verdict = visit.text("verdict")
    if verdict not in tuple(Verdict):
        raise BadInput(Message("admin-choose-verdict"), Place(field="verdict"))
    act, name = visit.text("act"), await signature(visit)
    if act == REVIEW:
        return await _review(visit, Verdict(verdict), name)
    database, year = visit.service.database, year_of(visit)
    if act == TOGETHER:
        given = (_picked(visit), Verdict(verdict), name, visit.text("reason"), visit.office)
        await record_decisions(database, year, *given)
        return visit.redirect(_back(visit), "decided")
    await record_decision(
        database,
        year,
        visit.text("proposal"),
        Verdict(verdict),
        name,
        visit.text("reason"),
        visit.office,
        visit.text("seen"),
        visit.text("heard_on"),
        paper=paper_said(*(visit.text(name) for name in PAPER)),
    )
    return visit.redirect(_back(visit), "decided")


def _picked(visit: Visit) -> dict[str, str]:
    """Returns by the keys of ticked proposals what their page had seen of them."""
    ticked = visit.form.getall("pick", []) if visit.form is not None else []
    pairs = (text.partition(" ") for text in ticked if isinstance(text, str))
    return {key[:200]: seen[:40] for key, _, seen in pairs}


async def _review(visit: Visit, verdict: Verdict, signed: str) -> web.Response:
    """Shows what would be decided together, and by name what the visitor must leave to others."""
    year, picked = await visit.year(), _picked(visit)
    if not picked:
        raise BadInput(Message("admin-nothing-ticked"), Place(field="pick"))
    known, names = standing_proposals(year), _subjects(year, visit.lang)
    found = [known[key] for key in picked if key in known]
    barred = await _barred(visit, year, {p.subject for p in found})
    taken = [p for p in found if p.subject not in barred and not is_single(p)]
    return _show(
        visit,
        year,
        "bulk",
        taken=taken,
        left=[(names[p.subject], barred.get(p.subject, "")) for p in found if p not in taken],
        names=names,
        verdict=verdict,
        signed=signed,
        reason=visit.text("reason"),
        seen_of=lambda proposal: picked[proposal.key],
        back=_back(visit),
    )


async def _barred(visit: Visit, year: AppraisedYear, subjects: set[str]) -> dict[str, str]:
    """Returns by subject why the visitor must stand aside from it."""
    async with reading(visit.service.database) as connection:
        given = (year.year, subjects, visit.visitor.login, (ADMINISTRATOR,))
        standings = await read_standings(connection, *given)
    return {
        subject: render(it.message, visit.lang)
        for subject, it in standings.items()
        if it.message is not None
    }


@staff_page
async def take_grade(visit: Visit) -> web.Response:
    """Records the grade that a person gives a unit with too few valid ballots."""
    if visit.text("grade") not in UNIT_GRADES:
        raise BadInput(Message("admin-choose-grade"), Place(field="grade"))
    await record_unit_decision(
        visit.service.database,
        year_of(visit),
        visit.text("unit"),
        Grade(visit.text("grade")),
        await signature(visit),
        visit.text("reason"),
        visit.office,
        visit.text("seen"),
    )
    return visit.redirect(f"/admin/years/{year_of(visit)}/ranking", "graded")


async def signature(visit: Visit) -> str:
    """Returns who decides: the login, with the name of the person that the account belongs to."""
    login, year = visit.visitor.login, year_of(visit)
    async with reading(visit.service.database) as connection:
        (officer,) = await read_officers(connection, year, login)
        people = {it.id: it for it in await read_leaders(connection, year)}
    named = [pick((it.zh, it.en), "zh-Hans") for key in officer.persons if (it := people.get(key))]
    return f"{named[0]} ({login})" if named else login


def _back(visit: Visit) -> str:
    """Returns the page of proposals that the form was on, never another site."""
    here = f"/admin/years/{year_of(visit)}/proposals"
    back = visit.text("back")
    return back.replace("done=decided", "").rstrip("?&") if back.split("?")[0] == here else here


def _plain(year: AppraisedYear, lines: Sequence[ReasonLine]) -> list[ReasonLine]:
    names = names_of(year.bodies, year.inputs.scheme)
    return [plain_line(line, names) for line in lines]


async def _over_years(visit: Visit, year: AppraisedYear, unit: UnitResult) -> list[PastUnit]:
    """Returns what a unit got in earlier years and this one, the oldest first."""
    async with reading(visit.service.database) as connection:
        mark = await past_mark(connection)

    async def read() -> dict[str, list[PastUnit]]:
        terms = spoken()
        async with reading(visit.service.database) as connection:
            found = await read_past_units(connection, year.year)
        speak(terms)
        return found

    cache = visit.request.app[RESULT_CACHE]
    past = await cache.cached(("past-units", str(year.year), mark), read)
    now = PastUnit(year.year, unit.total, unit.rank, unit.of, unit.grade)
    return [*past.get(unit.unit, ()), now]


@staff_page
async def show_reasons(visit: Visit) -> web.Response:
    """Shows the reason trail of a unit or leader."""
    year, subject = await visit.year(), visit.path_param("subject")
    result = year.about(subject)
    if result is None:
        raise BadInput(Message("admin-no-such-subject"), Place(subject=subject))
    unit = next((u for u in result.units if u.unit == subject), None)
    leader = next((x for x in result.leaders if x.leader == subject), None)
    change = year.changes.get(subject)
    years = await _over_years(visit, year, unit) if unit and result is year.result else []
    return _show(
        visit,
        year,
        "explain",
        subject=subject,
        names=_subjects(year, visit.lang),
        unit=unit,
        leader=leader,
        team=[x for x in result.leaders if unit and x.unit == subject],
        evidence=result is year.result,
        lines=[(*line.pair(visit.lang), line) for line in _plain(year, result.trail[subject])],
        about=result.about(subject),
        answers=_answers(year, subject, visit.lang),
        flags=_flags(year, subject, visit.lang),
        cell=year.inputs.scheme.min_n.publish_cell,
        outlook=_outlook(unit),
        change=change,
        changed=name(change.verdict, visit.lang) if change else "",
        gaps=named_gaps(unit, result.units, year.inputs.scheme, visit.lang) if unit else [],
        place=peer_strip(unit, result.units) if unit else None,
        years=years if len(years) > 1 else [],
        trend=make_trend(years),
    )


def _outlook(unit: UnitResult | None) -> list[tuple[Grade, str, GradeCut | None]]:
    """Returns each grade with its probability and its cut."""
    if unit is None or unit.outlook is None:
        return []
    ways = {cut.grade: cut for cut in unit.outlook.cuts}
    return [
        (grade, odds_text(unit.outlook.odds[grade], unit.outlook.coarse), ways.get(grade))
        for grade in UNIT_GRADES
    ]


def _answers(year: AppraisedYear, unit: str, lang: str) -> list[tuple[str, Count]]:
    """Returns the count of each answer to the overall question; None where it is suppressed."""
    disclosed, scheme = year.inputs.disclosed.get(unit), year.inputs.scheme
    if disclosed is None or disclosed.withheld:
        return []
    labels = {
        o.code: pick((o.zh, o.en), lang)
        for scale in reversed(scheme.scales.values())
        for o in scale.options
    }
    none = label(Message("admin-no-answer"), lang)
    return [(labels.get(code, none), count) for code, count in disclosed.distribution.items()]


def _flags(year: AppraisedYear, unit: str, lang: str) -> str:
    disclosed = year.inputs.disclosed.get(unit)
    groups = year.inputs.scheme.groups
    return flags(disclosed_flags(disclosed), lang, groups) if disclosed else ""
