"""What `minping score` and `minping appraise` print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from aggregation.appraisal.stability import RankChange, ResultShift
from aggregation.disclosure.suppression import DisclosedScore, Share, ShareBound
from aggregation.model.facts import Grade
from aggregation.model.results import (
    AppraisalResult,
    ConsequenceKind,
    Proposal,
    ProposalStatus,
    UnitResult,
)
from aggregation.scheme.diff import SchemeDifference
from aggregation.scheme.scheme import Scheme
from bot.appraisal.sensitivity import Simulation
from bot.appraisal.year import AppraisedYear
from bot.core.labels import HIDDEN, bound_text, disclosed_flags, flag, flags, name, pick
from bot.results.scoring import ScoredCampaign, UnitRank, unit_ranks
from bot.terminal.tables import number, percent, print_table
from survey_flows.errors import BadInput

GRADES = tuple(Grade)


def _heads(lang: str, *pairs: tuple[str, str]) -> list[str]:
    return [pick(pair, lang) for pair in pairs]


def print_scores(scored: ScoredCampaign, lang: str) -> None:
    """The units of a campaign by category, best first; who is not ranked stands last."""
    ranked, told = unit_ranks(scored), scored.disclosed
    categories = scored.campaign.scheme.categories
    for category, called in categories.items():
        codes = [code for code, unit in scored.campaign.units.items() if unit.category == category]
        if codes:
            codes.sort(
                key=lambda code: (ranked[code].rank if code in ranked else len(codes) + 1, code)
            )
            rows = [_score(scored, told[code], ranked.get(code), lang) for code in codes]
            heads = _heads(
                lang,
                *(
                    ("名次", "rank"),
                    ("单位", "unit"),
                    ("民评得分", "public score"),
                    ("95%区间", "95 % interval"),
                ),
                *(
                    ("名次区间", "rank set"),
                    ("评价票", "ballots"),
                    ("有效票", "valid"),
                    ("不了解", "don't know"),
                ),
                *(("满意率", "top-two rate"), ("标记", "flags")),
            )
            print_table(
                pick((called.zh, called.en), lang), heads, rows, right=[0, 2, 4, 5, 6, 7, 8]
            )


def _score(
    scored: ScoredCampaign, told: DisclosedScore, place: UnitRank | None, lang: str
) -> list[str]:
    unit = scored.campaign.units[told.unit]
    return [
        str(place.rank) if place else "—",
        f"{unit.name[lang]} {told.unit}",
        number(told.score) if told.score is not None else "—",
        f"{number(told.low)} – {number(told.high)}" if told.low is not None else "—",
        f"{place.low}–{place.high}" if place else "—",
        *(HIDDEN if count is None else str(count) for count in (told.n, told.n_valid)),
        *(_share(share) for share in (told.dont_know, told.top_two)),
        flags(disclosed_flags(told), lang, scored.campaign.scheme.groups, brief=True),
    ]


def _share(share: Share) -> str:
    return bound_text(share) if isinstance(share, ShareBound) else percent(share)


def print_appraisal(result: AppraisalResult, scheme: Scheme, sealed: bool, lang: str) -> None:
    """Leagues, departments by category, counts of grades, and what is proposed."""
    units = {unit.unit: unit for unit in result.units}
    for league, ranked in result.leagues.items():
        called = scheme.leagues[league]
        _print_units(pick((called.zh, called.en), lang), [units[code] for code in ranked], lang)
    for category, kind in scheme.categories.items():
        members = [
            unit for unit in result.units if unit.category == category and unit.league is None
        ]
        if members:
            members.sort(key=lambda unit: (unit.rank is None, unit.rank or 0, unit.unit))
            _print_units(pick((kind.zh, kind.en), lang), members, lang)
    _print_grades(result, lang)
    _print_kinds(result, lang)
    print(_state(result, sealed, lang))


def _print_units(title: str, units: Sequence[UnitResult], lang: str) -> None:
    heads = _heads(
        lang,
        *(
            ("名次", "rank"),
            ("单位", "unit"),
            ("总分", "total"),
            ("名次区间", "rank set"),
            ("等次", "grade"),
        ),
        *(("是否确定", "certainty"), ("说明", "notes")),
    )
    print_table(title, heads, [_unit(unit, lang) for unit in units], right=[0, 2, 3])


def _unit(unit: UnitResult, lang: str) -> list[str]:
    notes = [*unit.barred, *([unit.decided_by] if unit.decided_by else [])]
    waits = [flag("insufficient", lang)] if unit.insufficient else []
    return [
        str(unit.rank) if unit.rank else "—",
        f"{pick((unit.zh, unit.en), lang)} {unit.unit}",
        number(unit.total),
        f"{unit.low}–{unit.high}" if unit.low else "—",
        name(unit.grade, lang) or "—",
        name(unit.certainty, lang) or "—",
        "; ".join([*waits, *notes]),
    ]


def _print_grades(result: AppraisalResult, lang: str) -> None:
    heads = [
        "",
        *(name(grade, lang) for grade in GRADES),
        *_heads(lang, ("待定", "waiting"), ("合计", "all")),
    ]
    departments, leaders = result.unit_grades(), result.leader_grades()
    rows = [
        [pick(("市直部门", "departments"), lang), *_counts(departments)],
        [pick(("领导干部", "leaders"), lang), *_counts(leaders)],
    ]
    print_table(pick(("等次", "grades"), lang), heads, rows, right=range(1, 7))


def _counts(grades: Counter[Grade | None]) -> list[str]:
    return [str(grades[grade]) for grade in (*GRADES, None)] + [str(sum(grades.values()))]


def _print_kinds(result: AppraisalResult, lang: str) -> None:
    """How many subjects each kind of proposal concerns, by what was decided."""
    heads = [pick(("建议", "proposals"), lang), *(name(status, lang) for status in ProposalStatus)]
    rows = [
        [name(kind, lang), *(str(len(result.subjects(kind, status))) for status in ProposalStatus)]
        for kind in ConsequenceKind
        if any(p.kind is kind for p in result.proposals)
    ]
    print_table(
        pick(("建议（按对象数）", "proposals, by whom they concern"), lang),
        heads,
        rows,
        right=[1, 2, 3],
    )


def _state(result: AppraisalResult, sealed: bool, lang: str) -> str:
    version = f"{result.scheme_version} ({result.scheme_digest[:12]})"
    zh = f"办法 {version}；{'已归档' if sealed else '未归档'}"
    text = pick((zh, f"scheme {version}; {'sealed' if sealed else 'not sealed'}"), lang)
    if result.unused:
        keys = ", ".join(decision.proposal for decision in result.unused)
        text += pick(
            (f"\n无对应建议的决定：{keys}", f"\ndecisions that meet no proposal: {keys}"), lang
        )
    return text


def print_inside(year: AppraisedYear, unit: str, lang: str) -> None:
    """The parts of a unit and the people in them.

    Raises:
        BadInput: the unit has no parts.
    """
    body = next((body for body in year.inside if body.unit == unit), None)
    if body is None:
        having = ", ".join(body.unit for body in year.inside) or "none has"
        raise BadInput(f"no parts inside it are stored; units that have parts: {having}", unit)
    title = pick((body.zh, body.en), lang)
    if body.result is None:
        print(
            pick(
                (f"{title}：待单位本身定等次后评定", f"{title}: waits for the unit's own grade"),
                lang,
            )
        )
        return
    units = sorted(
        body.result.units,
        key=lambda part: (part.category, part.rank is None, part.rank or 0, part.unit),
    )
    _print_units(title, units, lang)
    heads = _heads(
        lang,
        *(
            ("人员", "person"),
            ("所在", "in"),
            ("职务", "post"),
            ("得分", "score"),
            ("等次", "grade"),
        ),
        ("是否确定", "certainty"),
    )
    rows = [
        [
            *(
                f"{pick((x.zh, x.en), lang)} {x.leader}",
                x.unit,
                x.post or name(x.role, lang),
                number(x.score),
            ),
            *(name(x.grade, lang) or "—", name(x.certainty, lang) or "—"),
        ]
        for x in body.result.leaders
    ]
    if rows:
        print_table(pick(("人员", "people"), lang), heads, rows, right=[3])


def print_proposals(
    results: Sequence[AppraisalResult], lang: str, status: ProposalStatus | None
) -> None:
    """The proposals one by one, with the keys by which they are decided; all, or those of one status."""
    shown = [p for result in results for p in result.proposals if status in (None, p.status)]
    names = {u.unit: (u.zh, u.en) for result in results for u in result.units}
    names |= {x.leader: (x.zh, x.en) for result in results for x in result.leaders}
    heads = _heads(
        lang,
        ("建议编号", "key"),
        ("建议", "proposal"),
        ("对象", "whom"),
        ("状态", "status"),
        ("依据", "grounds"),
    )
    rows = [_proposal(p, pick(names[p.subject], lang), lang) for p in shown]
    print_table(pick((f"建议 {len(shown)} 条", f"{len(shown)} proposals"), lang), heads, rows)


def _proposal(proposal: Proposal, called: str, lang: str) -> list[str]:
    may = pick(("（酌定）", " (discretionary)"), lang) if proposal.discretionary else ""
    made = proposal.decision
    who = f" {made.by}: {made.reason}" if made else ""
    grounds = "; ".join(line.text(lang) for line in proposal.grounds)
    return [
        proposal.key,
        name(proposal.kind, lang) + may,
        called,
        name(proposal.status, lang) + who,
        grounds,
    ]


def print_shifts(result: AppraisalResult, shifts: Sequence[ResultShift], lang: str) -> None:
    """What other rules would have done: a line each, then every unit whose grade would be another."""
    heads = _heads(
        lang,
        *(("改变的规则", "what is changed"), ("tau-b", "tau-b"), ("名次改变", "ranks that move")),
        *(("最大移动", "furthest"), ("单位", "unit"), ("等次改变", "grades that change")),
    )
    rows = [
        [
            *(pick((s.zh, s.en), lang), "—" if s.tau is None else f"{s.tau:.3f}", str(s.moved)),
            *(str(s.furthest), s.furthest_unit or "—", str(len(s.graded))),
        ]
        for s in shifts
    ]
    print_table(pick(("敏感性", "sensitivity"), lang), heads, rows, right=[1, 2, 3, 5])
    moves = [(pick((s.zh, s.en), lang), m) for s in shifts for m in s.graded]
    if moves:
        _print_moves(
            pick(("等次改变的单位", "units whose grade changes"), lang), result, moves, lang
        )


def _print_moves(
    title: str, result: AppraisalResult, moves: Sequence[tuple[str, RankChange]], lang: str
) -> None:
    names = {u.unit: (u.zh, u.en) for u in result.units}
    heads = _heads(lang, ("规则", "rule"), ("单位", "unit"), ("名次", "rank"), ("等次", "grade"))
    rows = [
        [
            *(rule, f"{pick(names[m.unit], lang)} {m.unit}"),
            " → ".join(str(rank) if rank else "—" for rank in m.ranks),
            " → ".join(name(grade, lang) or "—" for grade in m.grades),
        ]
        for rule, m in moves
    ]
    print_table(title, heads, rows)


def print_scheme(scheme: Scheme, lang: str) -> None:
    """A scheme in a few figures."""
    print(f"{pick((scheme.title.zh, scheme.title.en), lang)} {scheme.version}")
    print(pick(("校验码", "digest"), lang) + f" {scheme.digest}")
    quota = scheme.unit_quota
    units = f"{quota.first}/{quota.second}/{quota.third}"
    print(pick((f"名额 一/二/三等 {units}", f"places first/second/third {units}"), lang))
    heads = _heads(
        lang, ("类别", "category"), ("权重", "weights"), ("主体权重", "weights of groups")
    )
    rows = [
        [pick((c.zh, c.en), lang), *(_weights(part) for part in (c.weights, c.group_weights))]
        for c in scheme.categories.values()
    ]
    print_table(pick(("类别", "categories"), lang), heads, rows)


def _weights(weights: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{part} {weight}" for part, weight in weights.items())


def print_differences(found: Sequence[SchemeDifference], lang: str) -> None:
    """The fields in which two schemes differ."""
    if not found:
        print(pick(("两个办法没有差别", "the two schemes say the same"), lang))
        return
    heads = _heads(lang, ("条款", "field"), ("原", "before"), ("现", "after"))
    none = pick(("（无）", "(none)"), lang)
    rows = [
        [d.field, none if d.before is None else d.before, none if d.after is None else d.after]
        for d in found
    ]
    print_table(pick((f"{len(found)} 处不同", f"{len(found)} fields differ"), lang), heads, rows)


def print_simulation(result: AppraisalResult, outcome: Simulation, lang: str) -> None:
    """How a year would have come out: grades by count, and every unit that would move."""
    grades = [*GRADES[:3], None]
    heads = ["", *(name(grade, lang) for grade in GRADES[:3]), *_heads(lang, ("待定", "waiting"))]
    rows = [
        [pick(("原", "before"), lang), *(str(outcome.before.get(grade, 0)) for grade in grades)],
        [pick(("现", "after"), lang), *(str(outcome.after.get(grade, 0)) for grade in grades)],
    ]
    print_table(
        pick(("市直部门等次", "grades of departments"), lang), heads, rows, right=range(1, 5)
    )
    print_shifts(result, [replace(outcome.shift, graded=())], lang)
    label = outcome.shift.zh if lang.startswith("zh") else outcome.shift.en
    moves = [(label, m) for m in outcome.moves]
    if moves:
        _print_moves(pick(("变动的单位", "units that move"), lang), result, moves, lang)
    print(pick(("以上仅为推演，未存储任何内容", "a trial only: nothing was stored"), lang))
