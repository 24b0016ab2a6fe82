"""The city and scheme that a year's table is checked against, and the result of its import."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from aggregation.model.facts import AppraisedUnit, Leader
from aggregation.procedure.decision_days import DecisionLimits
from aggregation.scheme.inner_units import PARENT, InnerCategory
from aggregation.scheme.parts import Category, Name
from aggregation.scheme.scheme import PUBLIC, Scheme, scheme_levels
from bot.records.filings import FilingChange
from bot.records.store import ListedUnit
from survey_flows.messages import Message

NAMED = 8


@dataclass(frozen=True, slots=True)
class OpenProposal:
    """A proposal that stands, as a table of decisions is checked against it.

    Args:
        subject: whom it is about.
        grounds: the digest of its grounds.
        number: that of the last decision on it; 0: there is none.
        limits: what the days of a decision on it are checked against.
        heard: whether it is confirmed only after a hearing.
        on_paper: whether it is confirmed only on a document of an organ.
    """

    subject: str
    grounds: str
    number: int
    limits: DecisionLimits
    heard: bool
    on_paper: bool


@dataclass(frozen=True)
class YearContext:
    """The city as it is stored.

    Args:
        year: the year of the table; 0 for units, which stand in every year.
        scheme: the rules of the year.
        city: the city's units by code.
        leaders: leaders and people inside units, by id.
        inner: inner units by code.
        proposals: those that stand, by key, for a table of decisions.
        login: the account that brings the table.
        listed: every unit that is stored, also those that do not exist in the year.
        gone: people who held posts and are in the year's lists no more.
    """

    year: int
    scheme: Scheme
    city: Mapping[str, ListedUnit]
    leaders: Mapping[str, Leader]
    inner: Mapping[str, AppraisedUnit] = field(default_factory=dict)
    proposals: Mapping[str, OpenProposal] = field(default_factory=dict)
    login: str = ""
    gone: Collection[str] = ()
    listed: Mapping[str, ListedUnit] = field(default_factory=dict)

    @cached_property
    def units(self) -> Mapping[str, AppraisedUnit]:
        """All units, the city's first."""
        return {**{code: listed.unit for code, listed in self.city.items()}, **self.inner}

    @cached_property
    def subjects(self) -> Collection[str]:
        """Codes of units, then ids of leaders."""
        return dict.fromkeys([*self.units, *self.leaders])

    def name_of(self, subject: str) -> str:
        """Return the Chinese name of a unit or a leader."""
        return (self.units[subject] if subject in self.units else self.leaders[subject]).zh

    @cached_property
    def indicators(self) -> Mapping[str, Name]:
        """The scheme's indicators of every level."""
        return {
            **self.scheme.indicators,
            **{k: v for level in scheme_levels(self.scheme) for k, v in level.indicators.items()},
        }

    def used(self, unit: str) -> set[str]:
        """Return the indicators that make up the total of a unit."""
        category = self.units[unit].category
        kinds: list[Mapping[str, Category | InnerCategory]] = [self.scheme.categories]
        kinds += [level.categories for level in scheme_levels(self.scheme)]
        found = next((kind[category] for kind in kinds if category in kind), None)
        return set(found.weights) - {PUBLIC, PARENT} if found else set()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How many rows a table had, notes for the person who brought it, and what it changed."""

    rows: int
    notes: tuple[Message, ...] = ()
    changes: tuple[FilingChange, ...] = ()


def first_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the first `NAMED` names for a note, with «…» for the rest."""
    return (*names[:NAMED], *(["…"] if len(names) > NAMED else []))
