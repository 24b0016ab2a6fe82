"""The reason trail: each figure and finding with its inputs and its line of the scheme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.leaders import LeaderPool
from aggregation.appraisal.outlook_lines import GRADES, outlook_lines
from aggregation.appraisal.totals import UnitTotal
from aggregation.model.facts import Grade, PastGrade
from aggregation.model.results import (
    Certainty,
    LeaderResult,
    Proposal,
    ProposalStatus,
    QuotaUse,
    ReasonLine,
    TotalComponent,
    UnitResult,
)
from aggregation.numbers import half_up
from aggregation.scheme.inner_units import PARENT
from aggregation.scheme.scheme import PUBLIC

CERTAIN = {
    Certainty.SETTLED: ("已定", "confirmed"),
    Certainty.PROVISIONAL: ("暂定", "provisional"),
}
STATUS = {
    ProposalStatus.PROPOSED: ("拟议，待人工决定", "proposed, waits for a person"),
    ProposalStatus.CONFIRMED: ("已确认", "confirmed"),
    ProposalStatus.DECLINED: ("未采纳", "declined"),
}


@dataclass(frozen=True, slots=True)
class TrailInputs:
    """Everything that the reasons cite."""

    given: AppraisalInputs
    totals: dict[str, UnitTotal]
    units: tuple[UnitResult, ...]
    quotas: tuple[QuotaUse, ...]
    leaders: tuple[LeaderResult, ...]
    pools: tuple[LeaderPool, ...]
    proposals: tuple[Proposal, ...]
    past: Mapping[tuple[str, int], PastGrade]


def trails(found: TrailInputs) -> dict[str, tuple[ReasonLine, ...]]:
    """The reasons by unit code and leader id."""
    consequences: dict[str, list[ReasonLine]] = {}
    for proposal in found.proposals:
        consequences.setdefault(proposal.subject, []).extend(_proposal(proposal))
    uses = {use.category: use for use in found.quotas}
    places = {member: pool for pool in found.pools for member in pool.members}
    reasons: dict[str, tuple[ReasonLine, ...]] = {}
    for unit in found.units:
        lines = [
            *_within(found),
            *_total(found, unit),
            *_standing(found, unit, uses.get(unit.family)),
        ]
        reasons[unit.unit] = (*lines, *consequences.get(unit.unit, ()))
    units = {u.unit: u for u in found.units}
    for leader in found.leaders:
        lines = [
            *_score(leader, units[leader.unit]),
            *_grade(found, leader, places.get(leader.leader)),
        ]
        reasons[leader.leader] = (*lines, *consequences.get(leader.leader, ()))
    return reasons


_NOT_INDICATORS = {
    PUBLIC: ("民评", "Public evaluation"),
    PARENT: ("所在单位得分", "Total of the unit above"),
}


def _number(value: Fraction | None) -> str:
    return "—" if value is None else str(half_up(value, 4).normalize().__format__("f"))


def _within(found: TrailInputs) -> Iterator[ReasonLine]:
    """The reasons for the places of a unit's parts."""
    parent = found.given.parent
    if parent is not None:
        sure = Certainty.SETTLED if parent.confirmed else Certainty.PROVISIONAL
        where = (f"units.{parent.code}: {parent.zh}",)
        yield _graded(
            "上级单位等次", "grade of the unit above", parent.standing, sure, where, "unit_quota"
        )


def _total(found: TrailInputs, unit: UnitResult) -> Iterator[ReasonLine]:
    total = found.totals[unit.unit]
    for part in unit.components:
        yield _component(found, unit, part)
    for item in total.adjustments:
        yield ReasonLine(
            item.reason, item.reason, f"{item.points:+f}", (item.source,), "adjustments"
        )
    if total.adjustments:
        limits = found.given.scheme.adjustments
        value = f"{unit.adjustment:+f} (≤ +{limits.bonus_max}, ≥ -{limits.deduct_max})"
        yield ReasonLine(
            "加扣分合计",
            "adjustments, limited",
            value,
            (),
            "adjustments.bonus_max, adjustments.deduct_max",
        )
    if unit.total is not None:
        parts = " + ".join(_number(c.contribution) for c in unit.components)
        value = f"{parts} {unit.adjustment:+f} = {_number(unit.exact)} → {unit.total}"
        yield ReasonLine("总分（四舍五入）", "total (rounded half up)", value, (), "places")


def _component(found: TrailInputs, unit: UnitResult, part: TotalComponent) -> ReasonLine:
    name = found.given.scheme.indicators.get(part.id)
    zh, en = (name.zh, name.en) if name else _NOT_INDICATORS[part.id]
    value = f"{_number(part.points)} × {part.weight}% = {_number(part.contribution)}"
    field = f"categories.{unit.category}.weights.{part.id}"
    return ReasonLine(zh, en, value, _sources(found, unit, part.id), field)


def _sources(found: TrailInputs, unit: UnitResult, part: str) -> tuple[str, ...]:
    if part == PARENT and found.given.parent is not None:
        return (f"units.{found.given.parent.code}.total",)
    if part != PUBLIC:
        return (f"indicators.{unit.unit}.{part}",)
    score = found.given.public.get(unit.unit)
    if score is None:
        return (f"public.{unit.unit}: 0",)
    disclosed = found.given.disclosed.get(unit.unit)
    if disclosed is None:
        return (f"public.{unit.unit}", *score.flags)
    few = f"<{found.given.scheme.min_n.publish_cell}*"
    interval = (
        ""
        if disclosed.low is None or disclosed.high is None
        else f", 95% {disclosed.low:.2f}–{disclosed.high:.2f}"
    )
    if found.given.scheme.graded_score != "direct" and disclosed.score is not None:
        interval += f", direct {_number(disclosed.score)}"
    return (
        f"public.{unit.unit}: "
        f"n_valid={few if disclosed.n_valid is None else disclosed.n_valid}{interval}",
        *disclosed.flags,
    )


def _standing(found: TrailInputs, unit: UnitResult, use: QuotaUse | None) -> Iterator[ReasonLine]:
    league = "leagues" if unit.league else "categories"
    for why in unit.barred:
        yield ReasonLine(
            "不得评为一等", "barred from the first grade", why, (), "rules.manipulation, veto"
        )
    if unit.rank is not None:
        yield ReasonLine(
            "名次",
            "rank",
            f"{unit.rank}/{unit.of}",
            (f"{league}.{unit.family}",),
            _tie_field(found),
        )
    if unit.rank is not None and unit.low is not None:
        value = f"{unit.low}–{unit.high}"
        yield ReasonLine(
            "可能名次",
            "simultaneous rank set",
            value,
            (f"variance={unit.variance:.4f}",),
            "confidence_pct",
        )
    if unit.outlook is not None:
        yield from outlook_lines(unit.outlook)
    if unit.insufficient:
        zh, en = (unit.decided_by or word for word in GRADES[None])
        yield ReasonLine(
            "有效评价不足，不参加排名",
            "too few valid answers, not ranked",
            zh,
            (),
            "min_n.unit",
            en,
        )
    yield from _quota(unit, use) if use else _ceiling_standing(unit)


def _tie_field(found: TrailInputs) -> str:
    return "tie_breaks: total, " + ", ".join(found.given.scheme.tie_breaks)


def _quota(unit: UnitResult, use: QuotaUse) -> Iterator[ReasonLine]:
    places = "/".join(str(n) for n in use.places.values())
    given = "/".join(str(n) for n in use.given.values())
    value = f"{places} → {given} (n={use.size})"
    yield ReasonLine(
        "本类名额一/二/三等（核定→实评）",
        "places first/second/third, locked → given",
        value,
        (),
        "unit_quota",
    )
    yield from use.notes
    yield _graded("等次", "grade", unit.grade, unit.certainty, (), "unit_quota")


def _ceiling_standing(unit: UnitResult) -> Iterator[ReasonLine]:
    if unit.standing is not None:
        name = ("用于领导干部名额的档次", "standing for its leaders' ceilings")
        field = "leaders.league_first, leaders.league_third"
        yield _graded(*name, unit.standing, unit.certainty, (), field)


def _graded(
    zh: str,
    en: str,
    grade: Grade | None,
    certainty: Certainty | None,
    inputs: tuple[str, ...],
    field: str,
) -> ReasonLine:
    words = GRADES[grade]
    if certainty is not None:
        words = f"{words[0]}（{CERTAIN[certainty][0]}）", f"{words[1]} ({CERTAIN[certainty][1]})"
    return ReasonLine(zh, en, words[0], inputs, field, words[1])


def _score(leader: LeaderResult, unit: UnitResult) -> Iterator[ReasonLine]:
    total = "—" if unit.total is None else str(unit.total)
    field = f"leaders.shares.{leader.role}"
    yield ReasonLine(
        "单位得分", "unit total", total, (f"units.{leader.unit}.total",), f"{field}.unit"
    )
    yield ReasonLine(
        "个人得分",
        "personal score",
        str(leader.personal),
        (f"personal.{leader.leader}",),
        f"{field}.personal",
    )
    if leader.score is not None:
        yield ReasonLine(
            "领导干部得分", "leader's score", str(leader.score), (), f"{field}, places"
        )


def _grade(
    found: TrailInputs, leader: LeaderResult, pool: LeaderPool | None
) -> Iterator[ReasonLine]:
    if pool is not None:
        yield ReasonLine(
            pool.line.zh,
            pool.line.en,
            pool.line.value,
            (f"pool {pool.name}",),
            "leaders.first_pct, leaders.pool",
        )
    if leader.base is not None:
        yield _graded(
            "按得分和名额的等次",
            "grade by score and ceiling",
            leader.base,
            None,
            (),
            "leaders.first_pct",
        )
    for key in leader.lowered_by:
        yield ReasonLine("已确认的降等依据", "confirmed ground of lowering", key, (), "rules")
    yield _graded("等次", "grade", leader.grade, leader.certainty, (f"units.{leader.unit}",), "")
    yield from _last_year(found, leader)


def _last_year(found: TrailInputs, leader: LeaderResult) -> Iterator[ReasonLine]:
    past = found.past.get((leader.leader, found.given.year - 1))
    if past is not None:
        source = (f"history.{past.subject}.{past.year}: {past.unit} {past.post}".strip(),)
        if past.grade is None:
            yield ReasonLine("上年等次", "grade last year", "未考核", source, "", "not appraised")
        else:
            sure = Certainty.SETTLED if past.confirmed else Certainty.PROVISIONAL
            yield _graded("上年等次", "grade last year", past.grade, sure, source, "")


def _proposal(proposal: Proposal) -> Iterable[ReasonLine]:
    kind = KINDS[proposal.kind.value]
    may = ("（可酌情）", " (discretionary)") if proposal.discretionary else ("", "")
    zh, en = (word + extra for word, extra in zip(STATUS[proposal.status], may, strict=True))
    yield ReasonLine(
        f"拟处理·{kind[0]}",
        f"proposal of {kind[1]}",
        zh,
        (proposal.key,),
        f"rules.{proposal.rule}",
        en,
    )
    yield from (
        replace(ground, zh=f"　事由·{ground.zh}", en=f"  ground, {ground.en}")
        for ground in proposal.grounds
    )
    if proposal.decision is not None:
        made = proposal.decision
        yield ReasonLine(
            "　决定人、理由、时间",
            "  decided by, why, when",
            f"{made.by}; {made.reason}; {made.at}",
        )


KINDS = {
    "grade_four": ("确定为四等", "grade four"),
    "removal_from_posts": ("撤销党政职务", "removal from Party and government posts"),
    "dismissal": ("免职", "dismissal"),
    "downgrade": ("降等", "one grade down"),
    "admonition_talk": ("诫勉谈话", "admonition talk"),
    "verification_review": ("甄别考察", "verification review"),
    "bar_first": ("取消一等资格", "barred from the first grade"),
    "void_answers": ("相关评价作废", "answers void"),
    "discipline_referral": ("移送纪律审查", "referral for discipline"),
    "commendation": ("表彰", "commendation"),
    "promotion_file": ("列入提拔使用档案", "promotion file"),
}
