"""The day from which a proposal can stand, by what its rule reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregation.appraisal import proposals
from aggregation.appraisal.appraise import appraise
from aggregation.appraisal.ground_days import GroundDays, finding_days
from aggregation.model.facts import Finding, FindingKind
from aggregation.model.results import ConsequenceKind, Proposal
from aggregation.model.situation import ProposalDraft, Rule, Situation
from aggregation.rules import registry
from tests.cities import founding_inputs

CLOSED, SEALED = date(2010, 12, 14), date(2011, 1, 20)
DAYS = GroundDays(CLOSED, {"F1": date(2010, 5, 11)}, {"L3": SEALED, "L4": date(2010, 2, 1)})


def proposed(rule: str, subject: str, fact: str = "") -> Proposal:
    kind = ConsequenceKind.DISMISSAL
    return Proposal(f"2010/{rule}/{kind}/{subject}", rule, kind, subject, False, (), fact)


def test_row_decided_each_ground_has_its_day() -> None:
    assert DAYS.since(proposed("unfitness", "L3", "F1")) == date(2010, 5, 11)
    assert DAYS.since(proposed("third_grade_unit", "L3")) == CLOSED
    assert DAYS.since(proposed("bottom_rank", "U3")) == CLOSED
    assert DAYS.since(proposed("two_year_third", "L3")) == SEALED, "the later one"
    assert DAYS.since(proposed("two_year_third", "L4")) == CLOSED, "the later one"
    assert DAYS.since(proposed("two_year_third", "L9")) == CLOSED, "an imported line has no day"


def test_a_finding_stands_from_the_day_on_which_it_was_established() -> None:
    kind = FindingKind.UNFITNESS
    known = (
        Finding("F1", kind, "L1", "2010-05-01", "s"),
        Finding("F2", kind, "L2", "2010-05-01", "s"),
    )
    later = replace(known[0], established="2010-05-11")
    assert finding_days((later, known[1])) == {"F1": date(2010, 5, 11), "F2": date(2010, 5, 1)}
    assert finding_days((later, known[0])) == {"F1": date(2010, 5, 11)}, "one number, two findings"


def test_a_rule_says_that_it_reads_the_year_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rule runs with the past watched, so that none that reads it keeps silent about it."""
    readers: set[str] = set()

    class Watched(dict[Any, Any]):
        rule = ""

        def get(self, *key: Any) -> Any:
            readers.add(self.rule)
            return super().get(*key)

        def __getitem__(self, key: Any) -> Any:
            readers.add(self.rule)
            return super().__getitem__(key)

    def watched(rule: Rule) -> Rule:
        def propose(now: Situation, params: Any) -> Iterable[ProposalDraft]:
            past = Watched(now.past)
            past.rule = rule.name
            return list(rule.propose(replace(now, past=past), params))

        return replace(rule, propose=propose)

    rules: Mapping[str, Rule] = {name: watched(rule) for name, rule in registry().items()}
    table: Callable[[], Mapping[str, Rule]] = lambda: rules  # noqa: E731
    monkeypatch.setattr(proposals, "registry", table)
    appraise(founding_inputs())
    assert readers == {name for name, rule in registry().items() if rule.reads_past}
    assert readers == {"two_year_third"}
