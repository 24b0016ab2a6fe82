"""Pages of the year's appraisal; the pages about persons are internal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.model.facts import UNIT_GRADES, Grade
from aggregation.model.names import rule_name
from aggregation.model.reason_lines import Label, worded
from aggregation.model.results import GradeCut, LeaderResult, Proposal, UnitResult
from aggregation.scheme.scheme import PUBLIC
from bot.appraisal.plain_reasons import (
    Names,
    names_of,
    plain_line,
    plain_source,
    plain_texts,
)
from bot.appraisal.year import AppraisedYear
from bot.core.labels import Pair, both, disclosed_flags, name
from bot.publication.exports.book import (
    EXACT,
    POINTS,
    SHARE,
    Column,
    Page,
    Value,
    joined_text,
    joined_words,
)
from bot.publication.exports.method_page import PUBLIC_NAME
from bot.publication.exports.score_pages import (
    FLAGS,
    SCORE,
    UNIT,
    distribution_cells,
    distribution_columns,
    flag_cells,
    score_cells,
)
from survey_flows.messages import ENGLISH
from survey_flows.wording import DEFAULT

GRADE = (
    Column("grade", "column-grade"),
    Column("grade_zh", "column-grade-name"),
    Column("grade_en", "column-grade-en"),
    Column("certainty", "column-certainty"),
    Column("certainty_zh", "column-certainty-name"),
    Column("certainty_en", "column-certainty-en"),
    Column("amended", "column-amended"),
)
TENTHS = 1
OUTLOOK = (
    Column("own_rank_low", "column-own-rank-low"),
    Column("own_rank_high", "column-own-rank-high"),
    Column("p_first", "column-p-first", SHARE),
    Column("p_second", "column-p-second", SHARE),
    Column("p_third", "column-p-third", SHARE),
    Column("up_gap", "column-up-gap", POINTS),
    Column("up_safe", "column-up-safe", TENTHS),
    Column("up_apart", "column-up-apart", TENTHS),
    Column("up_ballots", "column-up-ballots"),
    Column("down_gap", "column-down-gap", POINTS),
    Column("down_safe", "column-down-safe", TENTHS),
    Column("down_apart", "column-down-apart", TENTHS),
    Column("down_ballots", "column-down-ballots"),
)


def units_page(year: AppraisedYear) -> Page:
    """Return every unit with its total and the parts of it, rank, grade and public score."""
    scheme = year.inputs.scheme
    parts = [*scheme.indicators, PUBLIC]
    labels = {PUBLIC: both(PUBLIC_NAME)[0]}
    labels |= {id_: called.zh for id_, called in scheme.indicators.items()}
    columns = (
        *UNIT,
        Column("category", "column-category"),
        Column("category_zh", "column-category-name"),
        Column("category_en", "column-category-en"),
        Column("league", "column-league"),
        Column("league_zh", "column-league-name"),
        Column("league_en", "column-league-en"),
        Column("total", "column-total", scheme.places),
        Column("rank", "column-rank"),
        Column("of", "column-of"),
        Column("rank_low", "column-rank-low"),
        Column("rank_high", "column-rank-high"),
        *GRADE,
        *OUTLOOK,
        Column("barred", "column-barred"),
        Column("decided_by", "column-decided-by"),
        *(column for part in parts for column in _part_columns(part, (labels[part], part))),
        Column("adjustment", "column-adjustment", POINTS),
        *SCORE,
        *distribution_columns(scheme),
        *FLAGS,
    )
    disclosed = year.inputs.disclosed
    rows = tuple(_unit(year, unit, disclosed.get(unit.unit), parts) for unit in year.result.units)
    return Page("units", "page-units", columns, rows)


def _part_columns(part: str, label: Pair) -> Iterable[Column]:
    yield Column(f"{part}_points", "column-part-points", EXACT, label)
    yield Column(f"{part}_weight", "column-part-weight", POINTS, label)
    yield Column(f"{part}_contribution", "column-part-contribution", EXACT, label)


def _unit(
    year: AppraisedYear, unit: UnitResult, score: DisclosedScore | None, parts: Iterable[str]
) -> tuple[Value, ...]:
    scheme = year.inputs.scheme
    components = {c.id: (c.points, c.weight, c.contribution) for c in unit.components}
    if score is None or score.score is None:
        components.pop(PUBLIC, None)
    kind, league = (
        scheme.categories[unit.category],
        scheme.leagues[unit.league] if unit.league else None,
    )
    return (
        *(unit.unit, unit.zh, unit.en, unit.category, kind.zh, kind.en),
        *((unit.league, league.zh, league.en) if league else ("", "", "")),
        *(unit.total, unit.rank, unit.of, unit.low, unit.high),
        *grade_cells(unit),
        *_outlook(unit),
        *(joined_text(unit.barred), unit.decided_by),
        *(value for part in parts for value in components.get(part, (None, None, None))),
        unit.adjustment,
        *score_cells(score),
        *distribution_cells(score, scheme),
        *flag_cells(disclosed_flags(score) if score else ("insufficient",), scheme),
    )


def grade_cells(unit: UnitResult) -> tuple[Value, ...]:
    """Return the cells of `GRADE`."""
    sure = (unit.certainty or "", *names_in_both(unit.certainty))
    return (unit.grade or "", *names_in_both(unit.grade), *sure, amended_text(unit.amended))


def names_in_both(code: StrEnum | None) -> Pair:
    """Return the name of a code in Chinese and English; empty for None."""
    return name(code), name(code, "en")


def amended_text(numbers: Sequence[int]) -> str:
    """Return the numbers of the amendments that a result comes from."""
    return " ".join(map(str, numbers))


def _outlook(unit: UnitResult) -> tuple[Value, ...]:
    if unit.outlook is None or unit.grade is None:
        return (None,) * len(OUTLOOK)
    outlook, ways = unit.outlook, {cut.up: cut for cut in unit.outlook.cuts}
    cells = [_way(ways.get(up)) for up in (True, False)]
    return (
        outlook.low,
        outlook.high,
        *(outlook.odds[g] for g in UNIT_GRADES),
        *cells[0],
        *cells[1],
    )


def _way(cut: GradeCut | None) -> tuple[Value, ...]:
    if cut is None:
        return (None, None, None, None)
    return (cut.gap, cut.safe, cut.apart, "never" if cut.never else cut.ballots)


def leagues_page(year: AppraisedYear) -> Page:
    """Return the districts and the counties, each ranked among themselves (R3)."""
    columns = (
        Column("league", "column-league"),
        Column("league_zh", "column-league-name"),
        Column("league_en", "column-league-en"),
        Column("rank", "column-rank"),
        *UNIT,
        Column("total", "column-total", year.inputs.scheme.places),
        Column("rank_low", "column-rank-low"),
        Column("rank_high", "column-rank-high"),
    )
    units = {unit.unit: unit for unit in year.result.units}
    rows = []
    for league, ranked in year.result.leagues.items():
        called = year.inputs.scheme.leagues[league]
        for unit in (units[code] for code in ranked):
            head = (league, called.zh, called.en, unit.rank, unit.unit, unit.zh, unit.en)
            rows.append((*head, unit.total, unit.low, unit.high))
    return Page("leagues", "page-leagues", columns, tuple(rows))


def quotas_page(year: AppraisedYear) -> Page:
    """Return the places locked at the start of the year, and the grades that were given (R4)."""
    grades = (Grade.FIRST, Grade.SECOND, Grade.THIRD)
    words = {grade: names_in_both(grade) for grade in grades}
    called = names_of(year.bodies, year.inputs.scheme)
    columns = (
        Column("category", "column-category"),
        Column("category_zh", "column-category-name"),
        Column("category_en", "column-category-en"),
        Column("units", "column-units"),
        *(Column(f"places_{g}", "column-grade-places", about=words[g]) for g in grades),
        *(Column(f"given_{g}", "column-grade-given", about=words[g]) for g in grades),
        Column("waiting", "column-waiting"),
        Column("notes_zh", "column-notes-name"),
        Column("notes_en", "column-notes-en"),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            *(use.category, *pair(called.get(use.category, "")), use.size),
            *(use.places.get(grade, 0) for grade in grades),
            *(use.given.get(grade, 0) for grade in grades),
            use.waiting,
            *(
                joined_words([*plain_texts(use.notes, called, lang)], lang)
                for lang in ("zh-Hans", "en")
            ),
        )
        for use in year.result.quotas
    )
    return Page("quotas", "page-quotas", columns, rows)


def leaders_page(year: AppraisedYear) -> Page:
    """Return every leader's year; internal."""
    called = names_of(year.bodies, year.inputs.scheme)
    rows = tuple(leader_cells(x, called) for x in year.result.leaders)
    return Page("leaders", "page-leaders", leader_columns(year.inputs.scheme.places), rows)


def leader_columns(places: int) -> tuple[Column, ...]:
    """Return the columns of a page of persons, whose scores have ``places`` decimals."""
    return (
        Column("id", "column-id"),
        Column("name_zh", "column-person-name"),
        Column("name_en", "column-person-name-en"),
        Column("unit", "column-unit-code"),
        Column("unit_zh", "column-unit-name"),
        Column("unit_en", "column-unit-name-en"),
        Column("role", "column-role"),
        Column("role_zh", "column-role-name"),
        Column("role_en", "column-role-en"),
        Column("post", "column-post"),
        Column("unit_total", "column-unit-total", places),
        Column("personal", "column-personal", places),
        Column("score", "column-composite-score", places),
        Column("base", "column-base"),
        Column("base_zh", "column-base-name"),
        Column("base_en", "column-base-en"),
        Column("grade", "column-final-grade"),
        Column("grade_zh", "column-final-grade-name"),
        Column("grade_en", "column-final-grade-en"),
        Column("certainty", "column-certainty"),
        Column("certainty_zh", "column-certainty-name"),
        Column("certainty_en", "column-certainty-en"),
        Column("lowered_by", "column-lowered-by"),
        Column("lowered_by_zh", "column-lowered-by-name"),
        Column("lowered_by_en", "column-lowered-by-en"),
        Column("amended", "column-amended"),
    )


def leader_cells(leader: LeaderResult, called: Names) -> tuple[Value, ...]:
    """Return a person's row; ``called`` are the names of the year."""
    why = [plain_source(key, called) for key in leader.lowered_by]
    return (
        *(leader.leader, leader.zh, leader.en),
        *(leader.unit, *pair(called.get(leader.unit, ""))),
        *(leader.role, *names_in_both(leader.role), leader.post),
        *(leader.unit_total, leader.personal, leader.score),
        *(leader.base or "", *names_in_both(leader.base)),
        *(leader.grade or "", *names_in_both(leader.grade)),
        *(leader.certainty or "", *names_in_both(leader.certainty)),
        joined_text(leader.lowered_by),
        *(joined_words([worded(it, lang) for it in why], lang) for lang in (DEFAULT, ENGLISH)),
        amended_text(leader.amended),
    )


def pair(words: Label) -> Pair:
    """Return words in Chinese and English."""
    return worded(words, DEFAULT), worded(words, ENGLISH)


def proposals_page(year: AppraisedYear) -> Page:
    """Return the proposals of rules with their grounds and the decisions on them; internal."""
    columns = (
        Column("key", "column-proposal-key"),
        Column("rule", "column-rule"),
        Column("rule_zh", "column-rule-called"),
        Column("rule_en", "column-rule-called-en"),
        Column("kind", "column-proposal-kind"),
        Column("kind_zh", "column-kind-name"),
        Column("kind_en", "column-kind-en"),
        Column("subject", "column-subject"),
        Column("subject_zh", "column-subject-name"),
        Column("subject_en", "column-subject-en"),
        Column("discretionary", "column-discretionary"),
        Column("status", "column-status"),
        Column("status_zh", "column-status-name"),
        Column("status_en", "column-status-en"),
        Column("by", "column-by"),
        Column("at", "column-at"),
        Column("reason", "column-decision-reason"),
        Column("organ", "column-paper-organ"),
        Column("document", "column-paper-document"),
        Column("decided_on", "column-paper-day"),
        Column("released_by", "column-paper-released"),
        Column("grounds_zh", "column-grounds-name"),
        Column("grounds_en", "column-grounds-en"),
    )
    called = names_of(year.bodies, year.inputs.scheme)
    rows = tuple(_proposal(p, called) for result in year.bodies for p in result.proposals)
    return Page("proposals", "page-proposals", columns, rows)


def _proposal(proposal: Proposal, called: Names) -> tuple[Value, ...]:
    made = proposal.decision
    paper = made.paper if made else None
    return (
        *(
            proposal.key,
            proposal.rule,
            *pair(rule_name(proposal.rule)),
            proposal.kind,
            *names_in_both(proposal.kind),
        ),
        *(proposal.subject, *pair(called.get(proposal.subject, ""))),
        *(proposal.discretionary, proposal.status, *names_in_both(proposal.status)),
        *((made.by, made.at, made.reason) if made else ("", "", "")),
        *(
            (paper.organ, paper.document, paper.decided_on, paper.released_by)
            if paper
            else ("", "", "", "")
        ),
        *(
            joined_words([*plain_texts(proposal.grounds, called, lang)], lang)
            for lang in ("zh-Hans", "en")
        ),
    )


def reasons_page(year: AppraisedYear) -> Page:
    """Return the reason trail of every unit, inner unit and person; internal."""
    columns = (
        Column("subject", "column-subject"),
        Column("subject_zh", "column-subject-name"),
        Column("subject_en", "column-subject-en"),
        Column("position", "column-position"),
        Column("reason_zh", "column-trail-reason"),
        Column("reason_en", "column-trail-reason-en"),
    )
    called = names_of(year.bodies, year.inputs.scheme)
    rows = tuple(
        (subject, *pair(called.get(subject, "")), position, line.text("zh-Hans"), line.text("en"))
        for result in year.bodies
        for subject, lines in result.trail.items()
        for position, line in enumerate((plain_line(it, called) for it in lines), 1)
    )
    return Page("reasons", "page-reasons", columns, rows)
