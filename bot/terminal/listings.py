"""Tables that commands print: scores, appraisal, proposals, schemes and what-if results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from aggregation.appraisal.stability import RankChange, ResultShift
from aggregation.disclosure.disclosed import DisclosedScore, Share, ShareBound
from aggregation.model.facts import Grade
from aggregation.model.reason_lines import worded
from aggregation.model.results import (
    AppraisalResult,
    ConsequenceKind,
    Proposal,
    ProposalStatus,
    UnitResult,
)
from aggregation.scheme.diff import SchemeDifference
from aggregation.scheme.scheme import Scheme
from bot.appraisal.deciding import seen_of
from bot.appraisal.plain_reasons import Names, names_of, plain_texts
from bot.appraisal.sensitivity import Simulation
from bot.appraisal.year import AppraisedYear
from bot.core.labels import (
    HIDDEN,
    bound_text,
    disclosed_flags,
    flag,
    flags,
    name,
    pick,
    sentences,
)
from bot.results.scoring import ScoredCampaign, UnitRank, unit_ranks
from bot.terminal.tables import number, percent, print_table
from survey_flows.errors import BadInput, Message, Place
from survey_flows.messages import render

GRADES = tuple(Grade)


def _heads(lang: str, *messages: Message) -> list[str]:
    return [render(message, lang) for message in messages]


def print_scores(scored: ScoredCampaign, lang: str) -> None:
    """Prints the units of a campaign by category, best first; units without a rank stand last."""
    ranked, disclosed = unit_ranks(scored), scored.disclosed
    categories = scored.campaign.scheme.categories
    for category, called in categories.items():
        codes = [code for code, unit in scored.campaign.units.items() if unit.category == category]
        if codes:
            codes.sort(
                key=lambda code: (ranked[code].rank if code in ranked else len(codes) + 1, code)
            )
            rows = [_score(scored, disclosed[code], ranked.get(code), lang) for code in codes]
            heads = _heads(
                lang,
                Message("head-rank"),
                Message("head-unit"),
                Message("head-public-score"),
                Message("head-interval"),
                Message("head-rank-set"),
                Message("head-ballots"),
                Message("head-valid"),
                Message("head-dont-know"),
                Message("head-top-two-rate"),
                Message("head-flags"),
            )
            print_table(
                pick((called.zh, called.en), lang), heads, rows, right=[0, 2, 4, 5, 6, 7, 8]
            )


def _score(
    scored: ScoredCampaign, disclosed: DisclosedScore, place: UnitRank | None, lang: str
) -> list[str]:
    unit = scored.campaign.units[disclosed.unit]
    return [
        str(place.rank) if place else "—",
        f"{unit.name[lang]} {disclosed.unit}",
        number(disclosed.score) if disclosed.score is not None else "—",
        f"{number(disclosed.low)} – {number(disclosed.high)}" if disclosed.low is not None else "—",
        f"{place.low}–{place.high}" if place else "—",
        *(HIDDEN if count is None else str(count) for count in (disclosed.n, disclosed.n_valid)),
        *(_share(share) for share in (disclosed.dont_know, disclosed.top_two)),
        flags(disclosed_flags(disclosed), lang, scored.campaign.scheme.groups, brief=True),
    ]


def _share(share: Share) -> str:
    return bound_text(share) if isinstance(share, ShareBound) else percent(share)


def print_appraisal(result: AppraisalResult, scheme: Scheme, sealed: bool, lang: str) -> None:
    """Prints leagues, units by category, counts of grades, and counts of proposals."""
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


def print_left_units(year: AppraisedYear, lang: str) -> None:
    """Prints the units that are not appraised, and why."""
    for unit in year.not_appraised:
        reason = render(unit.reason, lang)
        called = f"{pick((unit.zh, unit.en), lang)} {unit.code}"
        print(render(Message("listing-left-unit", unit=called, reason=reason), lang))


def _print_units(title: str, units: Sequence[UnitResult], lang: str) -> None:
    heads = _heads(
        lang,
        Message("head-rank"),
        Message("head-unit"),
        Message("head-total"),
        Message("head-rank-set"),
        Message("head-grade"),
        Message("head-certainty"),
        Message("head-notes"),
    )
    print_table(title, heads, [_unit(unit, lang) for unit in units], right=[0, 2, 3])


def _unit(unit: UnitResult, lang: str) -> list[str]:
    notes = [*unit.barred, *([unit.decided_by] if unit.decided_by else [])]
    waits = [flag("insufficient", lang)] if unit.insufficient else []
    waits += [render(Message("listing-amended"), lang)] if unit.amended else []
    return [
        str(unit.rank) if unit.rank else "—",
        f"{pick((unit.zh, unit.en), lang)} {unit.unit}",
        number(unit.total),
        f"{unit.low}–{unit.high}" if unit.low else "—",
        name(unit.grade, lang) or "—",
        name(unit.certainty, lang) or "—",
        sentences([*waits, *notes], lang),
    ]


def _print_grades(result: AppraisalResult, lang: str) -> None:
    heads = [
        "",
        *(name(grade, lang) for grade in GRADES),
        *_heads(lang, Message("head-waiting"), Message("head-all")),
    ]
    departments, leaders = result.unit_grades(), result.leader_grades()
    rows = [
        [render(Message("listing-departments"), lang), *_counts(departments)],
        [render(Message("listing-leaders"), lang), *_counts(leaders)],
    ]
    print_table(render(Message("listing-grades"), lang), heads, rows, right=range(1, 7))


def _counts(grades: Counter[Grade | None]) -> list[str]:
    return [str(grades[grade]) for grade in (*GRADES, None)] + [str(sum(grades.values()))]


def _print_kinds(result: AppraisalResult, lang: str) -> None:
    """Prints how many subjects each kind of proposal concerns, by status."""
    heads = [
        render(Message("listing-proposals"), lang),
        *(name(status, lang) for status in ProposalStatus),
    ]
    rows = [
        [name(kind, lang), *(str(len(result.subjects(kind, status))) for status in ProposalStatus)]
        for kind in ConsequenceKind
        if any(p.kind is kind for p in result.proposals)
    ]
    print_table(
        render(Message("listing-proposals-by-subject"), lang),
        heads,
        rows,
        right=[1, 2, 3],
    )


def _state(result: AppraisalResult, sealed: bool, lang: str) -> str:
    version = f"{result.scheme_version} ({result.scheme_digest[:12]})"
    state = Message("listing-sealed") if sealed else Message("listing-not-sealed")
    lines = [Message("listing-scheme-state", version=version, state=state)]
    if result.unused:
        keys = tuple(decision.proposal for decision in result.unused)
        lines.append(Message("listing-unused-decisions", keys=keys))
    lines += [
        Message("listing-task", subject=task.subject, task=task.message) for task in result.tasks
    ]
    return "\n".join(render(line, lang) for line in lines)


def print_inside(year: AppraisedYear, unit: str, lang: str) -> None:
    """Prints the inner units of a unit and their people.

    Raises:
        BadInput: the unit has no inner units.
    """
    body = next((body for body in year.inside if body.unit == unit), None)
    if body is None:
        others = tuple(body.unit for body in year.inside)
        message = Message("inner-units-none")
        if others:
            message = Message("inner-units-elsewhere", units=others)
        raise BadInput(message, Place(subject=unit))
    title = pick((body.zh, body.en), lang)
    if body.result is None:
        print(
            render(
                Message("listing-waits-for-unit", title=title),
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
        Message("head-person"),
        Message("head-in"),
        Message("head-post"),
        Message("head-score"),
        Message("head-grade"),
        Message("head-certainty"),
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
        print_table(render(Message("listing-people"), lang), heads, rows, right=[3])


def print_proposals(year: AppraisedYear, lang: str, status: ProposalStatus | None) -> None:
    """Prints all proposals, or those of one status, with the keys by which they are decided."""
    shown = [p for result in year.bodies for p in result.proposals if status in (None, p.status)]
    names = names_of(year.bodies, year.inputs.scheme)
    heads = _heads(
        lang,
        Message("head-key"),
        Message("head-proposal"),
        Message("head-subject"),
        Message("head-status"),
        Message("head-grounds"),
        Message("head-seen"),
    )
    rows = [_proposal(p, names, lang) for p in shown]
    print_table(render(Message("listing-proposal-count", count=len(shown)), lang), heads, rows)


def _proposal(proposal: Proposal, names: Names, lang: str) -> list[str]:
    optional = render(Message("listing-discretionary"), lang) if proposal.discretionary else ""
    made = proposal.decision
    decided = f" {made.by}: {made.reason}" if made else ""
    grounds = sentences(plain_texts(proposal.grounds, names, lang), lang)
    return [
        proposal.key,
        name(proposal.kind, lang) + optional,
        worded(names[proposal.subject], lang),
        name(proposal.status, lang) + decided,
        grounds,
        seen_of(proposal),
    ]


def print_shifts(result: AppraisalResult, shifts: Sequence[ResultShift], lang: str) -> None:
    """Prints the shift under each other rule, then every unit whose grade would change."""
    heads = _heads(
        lang,
        Message("head-changed-rule"),
        Message("head-tau-b"),
        Message("head-ranks-moved"),
        Message("head-furthest"),
        Message("head-unit"),
        Message("head-grades-changed"),
    )
    rows = [
        [
            *(worded(s.label, lang), "—" if s.tau is None else f"{s.tau:.3f}", str(s.moved)),
            *(str(s.furthest), s.furthest_unit or "—", str(len(s.graded))),
        ]
        for s in shifts
    ]
    print_table(render(Message("listing-sensitivity"), lang), heads, rows, right=[1, 2, 3, 5])
    moves = [(worded(s.label, lang), m) for s in shifts for m in s.graded]
    if moves:
        _print_moves(render(Message("listing-grades-changed"), lang), result, moves, lang)


def _print_moves(
    title: str, result: AppraisalResult, moves: Sequence[tuple[str, RankChange]], lang: str
) -> None:
    names = {u.unit: (u.zh, u.en) for u in result.units}
    heads = _heads(
        lang,
        Message("head-rule"),
        Message("head-unit"),
        Message("head-rank"),
        Message("head-grade"),
    )
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
    """Prints a scheme's digest, grade quota and weights."""
    print(f"{pick((scheme.title.zh, scheme.title.en), lang)} {scheme.version}")
    print(render(Message("listing-digest"), lang) + f" {scheme.digest}")
    quota = scheme.unit_quota
    units = f"{quota.first}/{quota.second}/{quota.third}"
    print(render(Message("listing-grade-quota", units=units), lang))
    heads = _heads(
        lang, Message("head-category"), Message("head-weights"), Message("head-weights-groups")
    )
    rows = [
        [pick((c.zh, c.en), lang), *(_weights(part) for part in (c.weights, c.group_weights))]
        for c in scheme.categories.values()
    ]
    print_table(render(Message("listing-categories"), lang), heads, rows)


def _weights(weights: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{part} {weight}" for part, weight in weights.items())


def print_differences(found: Sequence[SchemeDifference], lang: str) -> None:
    """Prints the fields in which two schemes differ."""
    if not found:
        print(render(Message("listing-no-difference"), lang))
        return
    heads = _heads(lang, Message("head-field"), Message("head-before"), Message("head-after"))
    none = render(Message("listing-none"), lang)
    rows = [
        [d.field, none if d.before is None else d.before, none if d.after is None else d.after]
        for d in found
    ]
    print_table(render(Message("listing-fields-differ", count=len(found)), lang), heads, rows)


def print_simulation(result: AppraisalResult, outcome: Simulation, lang: str) -> None:
    """Prints a year's grades under another scheme, and every unit that would move."""
    grades = [*GRADES[:3], None]
    heads = [
        "",
        *(name(grade, lang) for grade in GRADES[:3]),
        *_heads(lang, Message("head-waiting")),
    ]
    rows = [
        [
            render(Message("listing-before"), lang),
            *(str(outcome.before.get(grade, 0)) for grade in grades),
        ],
        [
            render(Message("listing-after"), lang),
            *(str(outcome.after.get(grade, 0)) for grade in grades),
        ],
    ]
    print_table(render(Message("listing-grades-departments"), lang), heads, rows, right=range(1, 5))
    print_shifts(result, [replace(outcome.shift, graded=())], lang)
    label = worded(outcome.shift.label, lang)
    moves = [(label, m) for m in outcome.moves]
    if moves:
        _print_moves(render(Message("listing-units-moved"), lang), result, moves, lang)
    print(render(Message("listing-nothing-stored"), lang))
