"""What codes are called in print, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from aggregation.model.facts import Grade, Role, Verdict
from aggregation.model.results import Certainty, ConsequenceKind, ProposalStatus
from aggregation.quality.changes import ChangeVerdict

if TYPE_CHECKING:
    from aggregation.disclosure.suppression import DisclosedScore, ShareBound

Pair = tuple[str, str]

HIDDEN = "*"
"""Stands for a count that is not told, be it small or hidden to protect another that is."""

NAMES: Mapping[type[StrEnum], Mapping[str, Pair]] = {
    Grade: {
        Grade.FIRST: ("一等", "first grade"),
        Grade.SECOND: ("二等", "second grade"),
        Grade.THIRD: ("三等", "third grade"),
        Grade.FOURTH: ("四等", "fourth grade"),
    },
    Role: {
        Role.PRINCIPAL: ("正职", "principal"),
        Role.DEPUTY: ("副职", "deputy"),
        Role.OFFICER: ("工作人员", "officer"),
    },
    Certainty: {
        Certainty.SETTLED: ("确定", "settled by the answers"),
        Certainty.PROVISIONAL: ("暂定", "not settled by the answers"),
    },
    ProposalStatus: {
        ProposalStatus.PROPOSED: ("待决定", "proposed"),
        ProposalStatus.CONFIRMED: ("已确认", "confirmed"),
        ProposalStatus.DECLINED: ("未采纳", "declined"),
    },
    ChangeVerdict: {
        ChangeVerdict.BETTER: ("显著上升", "surely better"),
        ChangeVerdict.WORSE: ("显著下降", "surely worse"),
        ChangeVerdict.OPEN: ("未见显著变化", "not shown to have changed"),
        ChangeVerdict.OTHER: ("两年量法不同，不作检验", "measured otherwise: not tested"),
    },
    Verdict: {
        Verdict.CONFIRMED: ("确认", "confirmed"),
        Verdict.DECLINED: ("不采纳", "declined"),
    },
    ConsequenceKind: {
        ConsequenceKind.GRADE_FOUR: ("确定为四等", "grade four"),
        ConsequenceKind.REMOVAL_FROM_POSTS: (
            "撤销党政职务",
            "removal from Party and government posts",
        ),
        ConsequenceKind.DISMISSAL: ("免职", "dismissal"),
        ConsequenceKind.DOWNGRADE: ("降等", "one grade down"),
        ConsequenceKind.ADMONITION_TALK: ("诫勉谈话", "admonition talk"),
        ConsequenceKind.VERIFICATION_REVIEW: ("甄别考察", "verification review"),
        ConsequenceKind.BAR_FIRST: ("不得评为一等", "barred from the first grade"),
        ConsequenceKind.VOID_ANSWERS: ("评价作废", "answers void"),
        ConsequenceKind.DISCIPLINE_REFERRAL: ("移送纪检", "referral for discipline"),
        ConsequenceKind.COMMENDATION: ("表彰", "commendation"),
        ConsequenceKind.PROMOTION_FILE: ("提拔使用参考", "file for promotion"),
    },
}
FLAGS: Mapping[str, Pair] = {
    "insufficient": ("有效票不足，由人工决定", "too few valid answers: a person decides"),
    "pooled": (
        "各主体均不足，合并计算，仅供参考",
        "no group reached the floor: pooled, for information",
    ),
    "dont_know_high": ("不了解比例高", "many know nothing of it"),
    "open_link_only": ("仅有公开链接答卷", "answers by open link only"),
    "open_link_capped": ("公开链接权重已封顶", "weight of open-link answers capped"),
    "verified_below_floor": ("核实答卷不足下限", "vouched answers below the floor"),
    "group_below_floor": (
        "主体不足下限，权重转移",
        "group below the floor, weight given to others",
    ),
    "corrected": ("得分公布后更正", "score corrected after it was published"),
    "below_floor": ("不足下限", "below the floor"),
}


def name(code: StrEnum | None, lang: str = "zh-Hans") -> str:
    """What a code is called; nothing for None."""
    return pick(NAMES[type(code)][code], lang) if code is not None else ""


def flags(
    found: Iterable[str], lang: str, groups: Mapping[str, Mapping[str, str]], brief: bool = False
) -> str:
    """A score's flags in words; those of groups (``group_below_floor:resident``) once, with the groups' names.

    When ``brief``, groups are counted and not named.
    """
    told: dict[str, list[str]] = {}
    for text in found:
        code, _, group = text.partition(":")
        called = groups.get(group, {}).get("zh" if lang.startswith("zh") else "en", group)
        told.setdefault(code, []).extend([called] if group else [])
    return "; ".join(flag(code, lang) + _named(names, brief) for code, names in told.items())


def _named(names: Sequence[str], brief: bool) -> str:
    if not names:
        return ""
    return f" ×{len(names)}" if brief else f" [{', '.join(names)}]"


def flag(code: str, lang: str = "zh-Hans") -> str:
    """A flag without a group, in words."""
    return pick(FLAGS.get(code, (code, code)), lang)


def disclosed_flags(told: DisclosedScore) -> tuple[str, ...]:
    """A unit's flags as they are told."""
    return (*told.flags, *(["corrected"] if told.corrected else []))


def bound_text(bound: ShareBound) -> str:
    """A share of which only a bound is told."""
    return f"{'>' if bound.more else '<'}{bound.percent}%"


def pick(pair: Pair, lang: str) -> str:
    """The one of the two that ``lang`` asks for; anything but Chinese is English."""
    return pair[0 if lang.startswith("zh") else 1]
