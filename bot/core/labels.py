"""Names of codes in print, in Chinese and English (messages ``label-…``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from aggregation.model.facts import Grade, Role, Verdict
from aggregation.model.names import (
    CERTAINTIES,
    CONSEQUENCES,
    FLAGS,
    GRADES,
    PROPOSAL_STATUSES,
    ROLES,
    STATES,
    VERDICTS,
    flag_label,
    flags_by_code,
)
from aggregation.model.reason_lines import worded
from aggregation.model.results import Certainty, ConsequenceKind, ProposalStatus
from aggregation.model.standings import AppraisalState
from aggregation.quality.changes import ChangeVerdict
from survey_flows.messages import ENGLISH, Message, Named, render
from survey_flows.wording import DEFAULT

if TYPE_CHECKING:
    from aggregation.disclosure.disclosed import DisclosedScore, ShareBound

Pair = tuple[str, str]

HIDDEN = "*"
"""Stands for a suppressed count, be the suppression primary or secondary."""

NAMES: Mapping[type[StrEnum], Mapping[Any, Message]] = {
    Grade: GRADES,
    Role: ROLES,
    AppraisalState: STATES,
    Certainty: CERTAINTIES,
    ProposalStatus: PROPOSAL_STATUSES,
    ChangeVerdict: {
        ChangeVerdict.BETTER: Message("label-change-better"),
        ChangeVerdict.WORSE: Message("label-change-worse"),
        ChangeVerdict.OPEN: Message("label-change-open"),
        ChangeVerdict.OTHER: Message("label-change-other"),
    },
    Verdict: VERDICTS,
    ConsequenceKind: CONSEQUENCES,
}


def name(code: StrEnum | None, lang: str = "zh-Hans") -> str:
    """Return the name of a code; empty for None."""
    return label(NAMES[type(code)][code], lang) if code is not None else ""


def label(message: Message, lang: str) -> str:
    """Return a message in Chinese or English; any language but Chinese gets English."""
    return render(message, DEFAULT if lang.startswith("zh") else ENGLISH)


def both(message: Message) -> Pair:
    """Return a message in Chinese and in English."""
    return label(message, DEFAULT), label(message, ENGLISH)


def flags(
    found: Iterable[str], lang: str, groups: Mapping[str, Mapping[str, str]], brief: bool = False
) -> str:
    """Return a score's flags in words.

    A flag of several groups (``group_below_floor:resident``) stands once, with the groups' names.
    When ``brief``, groups are counted and not named.
    """
    by_code = flags_by_code(found, groups)
    return sentences((_flag(code, names, lang, brief) for code, names in by_code.items()), lang)


def _flag(code: str, names: tuple[Named, ...], lang: str, brief: bool) -> str:
    if brief and names:
        return f"{flag(code, lang)} ×{len(names)}"
    return worded(flag_label(code, names), lang)


def sentences(parts: Iterable[str], lang: str) -> str:
    """Join findings as the language joins sentences in one line."""
    return label(Message("joint-sentences"), lang).join(parts)


def flag(code: str, lang: str = "zh-Hans") -> str:
    """Return a flag without a group, in words; a code that has no name stays."""
    return label(FLAGS[code], lang) if code in FLAGS else code


def disclosed_flags(score: DisclosedScore) -> tuple[str, ...]:
    """Return a unit's disclosed flags."""
    return (*score.flags, *(["corrected"] if score.corrected else []))


def bound_text(bound: ShareBound) -> str:
    """Return the bound of a share that is disclosed no closer."""
    return f"{'>' if bound.more else '<'}{bound.percent}%"


def pick(pair: Pair, lang: str) -> str:
    """Return the Chinese or the English text; any language but Chinese gets English."""
    return pair[0 if lang.startswith("zh") else 1]
