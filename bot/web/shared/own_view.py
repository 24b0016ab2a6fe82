"""What the pages of a unit's and of a person's own result show, in the words of one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregation.appraisal.trail import paper_words
from aggregation.model.facts import Grade
from aggregation.model.results import Proposal
from bot.appraisal.own_results import OwnResult
from bot.core.labels import label, name, pick
from survey_flows.spoken_terms import speak


@dataclass(frozen=True, slots=True)
class OwnView:
    """A unit's or person's own result in words.

    ``lines`` are the reasons: what, how much, and where that comes from; empty for nowhere.
    ``state`` says whether a person is appraised, and ``reason`` why not; empty for a unit.
    """

    own: OwnResult
    called: str
    grade: str
    sure: str
    unit: str
    unit_grade: str
    first_grade: str
    firsts: tuple[str, ...]
    lines: Sequence[tuple[str, str, str]]
    about: Sequence[tuple[str, str, str, Proposal]]
    state: str
    reason: str


def own_view(own: OwnResult, lang: str) -> OwnView:
    """Returns what a page shows of an own result, whose year may call the grades as no other."""
    speak(own.terms)
    person = own.person
    return OwnView(
        own,
        pick((own.result.zh, own.result.en), lang),
        name(own.result.grade, lang),
        name(own.result.certainty, lang),
        pick((own.unit.zh, own.unit.en), lang),
        name(own.unit.grade, lang),
        name(Grade.FIRST, lang),
        tuple(pick((it.zh, it.en), lang) for it in own.firsts),
        [(*line.pair(lang), line.inputs_text(lang)) for line in own.lines],
        [
            (name(it.kind, lang), name(it.status, lang), _paper(it, lang), it)
            for it in own.proposals
        ],
        name(person.state.state, lang) if person is not None else "",
        label(person.state.reason, lang) if person is not None and person.state.reason else "",
    )


def _paper(proposal: Proposal, lang: str) -> str:
    """Returns the paper that a decision rests on, in words; empty for none."""
    made = proposal.decision
    return label(paper_words(made.paper), lang) if made and made.paper else ""
