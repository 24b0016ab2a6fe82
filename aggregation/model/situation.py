"""The situation that rules read, and the drafts that they return."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from aggregation.model.facts import AppraisedUnit, Finding, FindingKind, Leader, PastGrade
from aggregation.model.names import FINDINGS
from aggregation.model.reason_lines import Label, ReasonLine
from aggregation.model.results import ConsequenceKind, LeaderResult, UnitResult
from aggregation.model.standings import Answerable
from survey_flows.messages import Message, Named


class Stage(StrEnum):
    """The step in which a rule runs.

    ``barring`` rules look at facts only, before units are graded. ``lowering`` rules see the units'
    grades and run before ``settled`` ones, which see the grades after confirmed lowerings
    (otherwise «lowered to third this year, third last year» would yield no dismissal).
    ``rewarding`` rules come last and see against whom something is open or confirmed.
    """

    BARRING = "barring"
    LOWERING = "lowering"
    SETTLED = "settled"
    REWARDING = "rewarding"


@dataclass(frozen=True, slots=True)
class ProposalDraft:
    """A consequence before a decision. ``fact`` is the id of the event that it follows from."""

    kind: ConsequenceKind
    subject: str
    grounds: tuple[ReasonLine, ...]
    discretionary: bool = False
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """The settled part of the year.

    ``results`` is empty while units are barred, ``leaders`` until grades settle. ``past`` maps
    (subject, year) to the history. ``disciplined`` has why a unit or leader gets no reward; it is
    empty until the rewarding rules run. ``floor`` is the scheme's least personal score.
    ``answers`` are the principals who answer, by finding, ``year_answers`` those by unit. People in
    ``gone`` have left the service: nothing is proposed about them. ``families`` has the names of
    the leagues and categories in which units are ranked.
    """

    year: int
    facts: tuple[Finding, ...]
    team: Mapping[str, Leader]
    units: Mapping[str, AppraisedUnit]
    past: Mapping[tuple[str, int], PastGrade]
    results: Mapping[str, UnitResult]
    leaders: Mapping[str, LeaderResult]
    disciplined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Mapping[str, tuple[Answerable, ...]] = field(default_factory=dict)
    year_answers: Mapping[str, tuple[Answerable, ...]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    floor: Decimal = Decimal(0)
    families: Mapping[str, Named] = field(default_factory=dict)

    def of_kind(self, kind: FindingKind) -> Iterable[Finding]:
        """The year's facts of one kind."""
        return (f for f in self.facts if f.kind is kind)

    def answering(self, fact: Finding) -> Iterable[Answerable]:
        """The principals who answer for a finding about a unit and are still in the service."""
        return (who for who in self.answers.get(fact.id, ()) if self._serves(who))

    def answering_for_year(self, unit: str) -> Iterable[Answerable]:
        """The principals who answer for the year of a unit and are still in the service."""
        return (who for who in self.year_answers.get(unit, ()) if self._serves(who))

    def _serves(self, who: Answerable) -> bool:
        return who.gone is None and who.person in self.team


class RuleParams(BaseModel):
    """Base of a rule's parameters; they stand under ``rules.<name>`` in the scheme."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the scheme: its trigger and the proposals that follow.

    ``reads_past`` says that they rest on the grade of the year before too.
    """

    name: str
    stage: Stage
    params: type[RuleParams]
    propose: Callable[[Situation, Any], Iterable[ProposalDraft]]
    reads_past: bool = False


def finding_line(fact: Finding) -> ReasonLine:
    """The ground that ``fact`` is, with its source and date."""
    source = f"{fact.id}: {fact.source}, {fact.date}"
    inputs: tuple[Label, ...] = (source,)
    if fact.established:
        inputs = (source, Message("reason-established", on=fact.established))
    return ReasonLine(FINDINGS[fact.kind], fact.note or fact.subject, inputs)
