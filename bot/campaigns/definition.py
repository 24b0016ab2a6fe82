"""The frozen definition of a campaign: the one reader and writer of its stored texts.

A campaign stores two JSON texts. Its definition holds the title, units, questionnaires and fraud
rules, and, where it has them, quotas, a sampling plan, the limits of its links, its aim,
the door, what split halves differ in, identities, the organiser and the seed. Its scheme holds the
year's rules. The registration in the public log commits to both texts byte for byte, so the keys
never change, and a part that a campaign does not have is absent.

This module touches no database, so that a verifier reads registered definitions by it too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Protocol

from aggregation.scheme.parts import Floors
from aggregation.scheme.scheme import Scheme, parse_scheme
from bot.campaigns.fraud_rules import DEFAULT_RULES, FraudRules, read_rules
from bot.campaigns.quota_terms import read_capacities
from survey_flows.campaign_aim import COUNTING, PILOT, USUAL, Aim
from survey_flows.campaign_definition import EVERYONE, Organiser, Unit
from survey_flows.halves import Split
from survey_flows.load import load_frozen
from survey_flows.questionnaire import Questionnaire, Text
from survey_flows.quota import QuotaCell

HALVES_KEY = "halves"
IDENTITY_KEY = "identity"
AIM_KEYS = ("about", "asks")
"""The logged keys of what a campaign is about and whom it asks, where that is said."""
PILOT_KEY = "trial"
"""The logged key that marks a pilot; it is older than the word."""


class CampaignRow(Protocol):
    """A row of the table of campaigns."""

    id: Any
    year: Any
    state: Any
    opens_at: Any
    closes_at: Any
    definition: Any
    scheme: Any


class FrozenDefinition:
    """A campaign's definition and scheme; each part is read when it is first needed.

    Args:
        definition: the JSON text, or what was read from it.
        scheme: likewise.
        name: names the campaign in refusals of its scheme.
    """

    def __init__(
        self,
        definition: str | Mapping[str, Any],
        scheme: str | Mapping[str, Any] = "{}",
        name: str = "",
    ) -> None:
        self._parts: dict[str, Any] = dict(_plain(definition))
        self._scheme = scheme
        self._name = name

    @property
    def title(self) -> Text:
        """The title by language."""
        title: Text = self._parts["title"]
        return title

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The units by code, in the order in which citizens see them."""
        return {unit["code"]: Unit(**unit) for unit in self._parts["units"]}

    @property
    def units_listed(self) -> int:
        """How many units are listed; more than `units` where a code stands twice."""
        return len(self._parts["units"])

    @cached_property
    def questionnaires(self) -> dict[str, Questionnaire]:
        """The questionnaires by id."""
        return {
            name: load_frozen(text, name) for name, text in self._parts["questionnaires"].items()
        }

    @property
    def questionnaire_texts(self) -> dict[str, str]:
        """The texts of the questionnaires by id, as they are stored."""
        return dict(self._parts["questionnaires"])

    @property
    def fraud_rules(self) -> FraudRules:
        """The registered rules; the shipped ones for an imported campaign, which has none."""
        return read_rules(self._parts.get("fraud"))

    @property
    def capacities(self) -> dict[QuotaCell, int]:
        """The people that each quota cell has room for; empty for a campaign without quotas."""
        return read_capacities(self._parts.get("quotas", ()))

    @property
    def sampling(self) -> Mapping[str, Any] | None:
        """The sampling plan; None where no sample was planned."""
        return self._parts.get("sampling")

    @property
    def seed(self) -> str | None:
        """The seed of samples, 64 hexadecimal digits; None before the registration."""
        return self._parts.get("seed")

    @property
    def aim(self) -> Aim:
        """What the campaign is for; it counts, is about units and asks the public if unsaid."""
        purpose = PILOT if self._parts.get(PILOT_KEY) else COUNTING
        others = {name: str(self._parts[name]) for name in AIM_KEYS if name in self._parts}
        return Aim(purpose, **others)

    @property
    def door(self) -> str:
        """Who comes in without a link (`DOORS`); everybody where no door was registered."""
        return str(self._parts.get("door", EVERYONE))

    @property
    def said_door(self) -> str:
        """The door that was chosen; empty where that was left open."""
        return str(self._parts.get("door", ""))

    @property
    def halves(self) -> tuple[str, ...]:
        """What the campaign's halves differ in (`survey_flows.halves`); empty without a split."""
        return tuple(self._parts.get(HALVES_KEY, ()))

    @property
    def identity(self) -> tuple[str, ...]:
        """The kinds of identity that the campaign takes (`survey_flows.identity_kinds`)."""
        return tuple(self._parts.get(IDENTITY_KEY, ()))

    @property
    def split(self) -> Split:
        """How questions are asked in other orders, as the conversation takes it.

        The service does not load the scheme for it, which takes memory.
        """
        if not self.halves:
            return Split()
        scales: Mapping[str, Any] = _plain(self._scheme).get("scales", {})
        missing = {
            name: frozenset(one["code"] for one in scale["options"] if one.get("points") is None)
            for name, scale in scales.items()
        }
        default = missing.get(_plain(self._scheme).get("default_scale", ""), frozenset())
        return Split(frozenset(self.halves), {"": default, **missing})

    @property
    def organiser(self) -> Organiser | None:
        """Who asks; None for a draft, and for what was registered before that was told."""
        found = self._parts.get("organiser")
        return Organiser(**found) if found else None

    @property
    def sampled_without_door(self) -> bool:
        """Whether a sample is planned and nothing says who else may come."""
        return self.sampling is not None and "door" not in self._parts

    @cached_property
    def scheme(self) -> Scheme:
        """The scheme. Raises `BadInput` when the stored text is none."""
        if isinstance(self._scheme, str):
            return _read_scheme(self._scheme, self._name)
        return parse_scheme(self._scheme, self._name)

    @property
    def disclosure_floor(self) -> int:
        """The fewest people whose figure is disclosed.

        A campaign whose scheme was damaged must still be listed, so only this figure is read.
        """
        return Floors.model_validate(_plain(self._scheme).get("min_n", {})).publish_cell

    def text_with(self, **parts: Any) -> str:
        """The definition's text with these parts in place of its own."""
        return json.dumps(self._parts | parts, ensure_ascii=False)


def read_definition(row: CampaignRow) -> FrozenDefinition:
    """Returns the frozen definition in a campaign's row."""
    return FrozenDefinition(row.definition, row.scheme, f"campaign {row.id}")


def registered_definition(body: Mapping[str, Any], name: str) -> FrozenDefinition:
    """Returns the frozen definition in the body of a registration entry of the log."""
    return FrozenDefinition(body["paper"], body["scheme"], name)


def write_definition(
    title: Mapping[str, str],
    units: Iterable[Unit],
    questionnaires: Mapping[str, str],
    aim: Aim = USUAL,
    door: str = "",
    halves: Sequence[str] = (),
    identity: Sequence[str] = (),
) -> str:
    """Returns the JSON text that a draft stores.

    Args:
        title: by language.
        units: in the order in which citizens see them.
        questionnaires: the texts that they were loaded from, by id.
        aim: what the campaign is for; what is not said is as in `USUAL`.
        door: one of `DOORS`; empty leaves it unsaid.
        halves: what halves differ in (`survey_flows.halves`); empty for no split.
        identity: the kinds of identity that are taken; empty for none.
    """
    listed = [
        {
            "code": unit.code,
            "name": dict(unit.name),
            "questionnaire": unit.questionnaire,
            "category": unit.category,
            "search": unit.search,
        }
        for unit in units
    ]
    parts = {
        "title": dict(title),
        "units": listed,
        "questionnaires": dict(questionnaires),
        "fraud": DEFAULT_RULES.dump(),
    }
    marks: dict[str, Any] = _aim_marks(aim) | ({"door": door} if door else {})
    marks |= {HALVES_KEY: list(halves)} if halves else {}
    marks |= {IDENTITY_KEY: list(identity)} if identity else {}
    return json.dumps(parts | marks, ensure_ascii=False)


def _aim_marks(aim: Aim) -> dict[str, Any]:
    """Returns what the log holds of an aim: what differs from a campaign that says nothing."""
    said = {name: getattr(aim, name) for name in AIM_KEYS}
    others = {name: word for name, word in said.items() if word != getattr(USUAL, name)}
    return ({PILOT_KEY: True} if aim.pilot else {}) | others


@lru_cache(maxsize=64)
def _read_scheme(text: str, name: str) -> Scheme:
    """Return the same object for the same text, so that it is known again."""
    return parse_scheme(_plain(text), name)


def _plain(text: str | Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(text) if isinstance(text, str) else text
    return found
