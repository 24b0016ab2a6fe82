"""An attacker who holds everything published of a campaign and solves for the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import OPEN, PatternCount, tally
from bot.campaigns.registered import RegisteredCampaign
from bot.campaigns.scheme_files import shipped_scheme
from bot.core.shipped_files import shipped_questionnaires
from bot.publication.exports.score_pages import exclusions_page, groups_page, scores_page
from bot.publication.exports.writers import page_records
from bot.results.blocks import unit_blocks
from bot.results.releases import Release
from bot.results.scoring import ScoredCampaign, score_release
from bot.verification.public_totals import public_totals
from survey_flows.ballot import STAFF
from survey_flows.campaign_definition import Unit

FORM = shipped_questionnaires()["econ"]
RATED = len(FORM.rated)
POINTS = ("VS", "S", "B", "D", "VD")
SILENT = ("DK", "-")
GROUPS = ("service_user", "resident", "enterprise", "deputy", "grassroots", "supervisor")
LINKS = {"open": True, "vouched": False}
SCHEME = shipped_scheme()
FLOOR = SCHEME.min_n.publish_cell

Ballots = tuple[str, str, bool, int, str, int]
"""Unit, group, open link or not, weight in quarters, the code of every answer, number."""


def make_campaign(units: Sequence[str], category: str = "B_econ") -> RegisteredCampaign:
    named = {
        code: Unit(code, {"zh-Hans": f"局{code}", "en": code}, "econ", category) for code in units
    }
    return RegisteredCampaign(
        "c", 2026, {"zh-Hans": "民评", "en": "Poll"}, "closed", 0, 1, named, {"econ": FORM}, SCHEME
    )


def rows(ballots: Sequence[Ballots]) -> list[PatternCount]:
    return [
        PatternCount(
            unit,
            "econ",
            group,
            "",
            OPEN if link else "invited",
            weight,
            " ".join([code] * RATED),
            count,
        )
        for unit, group, link, weight, code, count in ballots
        if count
    ]


def make_scored(registered: RegisteredCampaign, ballots: Sequence[Ballots]) -> ScoredCampaign:
    return score_release(
        registered,
        Release(
            registered.id,
            1,
            0,
            unit_blocks(rows(ballots), PatternReader(registered.questionnaires, registered.scheme)),
        ),
    )


def published_totals(scored: ScoredCampaign) -> dict[str, Any]:
    registered = scored.campaign
    counted = tally(scored.counts, PatternReader(registered.questionnaires, registered.scheme))
    return public_totals(registered.id, counted, scored.scores, registered.scheme, scored.disclosed)


@dataclass
class Attacker:
    """A linear system in counts of people: the published figures as equations and inequalities."""

    names: dict[str, int] = field(default_factory=dict)
    equal: list[tuple[dict[str, float], float]] = field(default_factory=list)
    most: list[tuple[dict[str, float], float]] = field(default_factory=list)

    def says(self, parts: Mapping[str, float], value: float) -> None:
        self.equal.append((self._known(parts), value))

    def bounds(self, parts: Mapping[str, float], most: float) -> None:
        self.most.append((self._known(parts), most))

    def _known(self, parts: Mapping[str, float]) -> dict[str, float]:
        for name in parts:
            self.names.setdefault(name, len(self.names))
        return dict(parts)

    def _matrix(self, lines: list[tuple[dict[str, float], float]]) -> tuple[Any, Any]:
        matrix = np.zeros((len(lines), len(self.names)))
        for row, (parts, _) in enumerate(lines):
            for name, factor in parts.items():
                matrix[row, self.names[name]] += factor
        return matrix, np.array([value for _, value in lines])

    def interval(self, parts: Mapping[str, float]) -> tuple[float, float]:
        """Return the bounds of a sum of counts."""
        (a_eq, b_eq), (a_ub, b_ub) = self._matrix(self.equal), self._matrix(self.most)
        aim = np.zeros(len(self.names))
        for name, factor in parts.items():
            aim[self.names[name]] += factor
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * aim, A_ub=a_ub, b_ub=b_ub, A_eq=a_eq, b_eq=b_eq, bounds=(0, 100_000)
            )
            assert found.status == 0, f"what is published contradicts itself: {found.message}"
            ends.append(sign * float(found.fun))
        return ends[0], ends[1]


def read_all(scored: ScoredCampaign) -> Attacker:
    """Add what follows from units' pages, groups, exclusions, totals and the closing entry."""
    spy = Attacker()
    units = {str(row["code"]): row for row in page_records(scores_page(scored))}
    for unit, row in units.items():
        _unit(spy, unit, row)
    for row in page_records(groups_page([scored])):
        _group(spy, row)
    for unit in published_totals(scored)["units"]:
        _totals(spy, unit)
    names = list(units)
    spy.says({STAFF: 1, **{f"{u} n": 1 for u in names}}, sum(row.count for row in scored.counts))
    fates = {str(row["reason"]): row["ballots"] for row in page_records(exclusions_page([scored]))}
    told = {
        "counted": [f"{u} {g} {link}" for u in names for g in GROUPS for link in LINKS],
        "excluded": [f"{u} excluded" for u in names],
        "dont_know": [f"{u} {code}" for u in names for code in SILENT],
        STAFF: [STAFF],
    }
    for reason, parts in told.items():
        if not isinstance(fates[reason], str):
            spy.says(dict.fromkeys(parts, 1.0), float(fates[reason] or 0))
    return spy


def _unit(spy: Attacker, unit: str, row: Mapping[str, Any]) -> None:
    codes = {code: f"{unit} {code}" for code in (*POINTS, *SILENT)}
    spy.says({**dict.fromkeys(codes.values(), 1.0), f"{unit} excluded": 1, f"{unit} n": -1}, 0)
    weighed = {f"{unit} {group} {link}": 1.0 for group in GROUPS for link in LINKS}
    # Every answer with points counts here, since each group has weight and nobody skips an item.
    spy.says({**weighed, **{codes[code]: -1.0 for code in POINTS}}, 0)
    excluded = {f"{unit} {group} {link} out": 1.0 for group in GROUPS for link in LINKS}
    spy.bounds({**excluded, f"{unit} excluded": -1}, 0)
    for column, parts in {
        "n": {f"{unit} n": 1.0},
        "n_valid": weighed,
        "excluded": {f"{unit} excluded": 1.0},
        **{f"n_{'none' if code == '-' else code}": {name: 1.0} for code, name in codes.items()},
    }.items():
        if not isinstance(row[column], str):
            spy.says(parts, row[column])
    _share(spy, row["top_two_rate"], [codes[c] for c in POINTS[:2]], [codes[c] for c in POINTS])
    _share(spy, row["dont_know_rate"], [codes[c] for c in SILENT], list(codes.values()))


def _share(spy: Attacker, share: Any, part: list[str], whole: list[str]) -> None:
    if share is None:
        return
    bound = isinstance(share, str)
    rate = float(share[1:-1]) / 100 if bound else share
    line = {name: (name in part) - rate for name in whole}
    if not bound:
        # Rounded to four decimals; an attacker who rounds back to whole people
        # gets the exact share.
        people = sum(1 for _ in part)
        spy.bounds(line, 0.00005 * 1e3 * people)
        spy.bounds({name: -factor for name, factor in line.items()}, 0.00005 * 1e3 * people)
    elif share[0] == "<":
        spy.bounds(line, 0)
    else:
        spy.bounds({name: -factor for name, factor in line.items()}, 0)


def _group(spy: Attacker, row: Mapping[str, Any]) -> None:
    unit, group = row["code"], row["group"]
    parts = {link: f"{unit} {group} {link}" for link in LINKS}
    whole = dict.fromkeys(parts.values(), 1.0)
    spy.bounds(
        {**whole, **{f"{name} out": 1.0 for name in parts.values()}, f"{unit} {group} n": -1}, 0
    )
    if row is not None and group == GROUPS[0]:
        spy.says({**{f"{unit} {g} n": 1.0 for g in GROUPS}, f"{unit} n": -1}, 0)
    for column, what in {
        "n": {f"{unit} {group} n": 1.0},
        "n_valid": whole,
        "n_open": {parts["open"]: 1.0},
    }.items():
        if not isinstance(row[column], str):
            spy.says(what, row[column])
    # Whether it counted shows in its weight.
    if row["weight_used"] and not isinstance(row["n_valid"], str):
        spy.bounds(dict.fromkeys(whole, -1.0), -1)


def _totals(spy: Attacker, unit: Mapping[str, Any]) -> None:
    for group in unit.get("groups", ()):
        names = {link: f"{unit['unit']} {group['group']} {link}" for link in LINKS}
        if group["counted"]:
            spy.bounds(dict.fromkeys(names.values(), -1.0), -SCHEME.min_n.group)
        elif group["cells"] is None:
            spy.bounds(dict.fromkeys(names.values(), 1.0), SCHEME.min_n.group - 1)
        if group["cells"] is None:
            continue
        told = {cell["link"]: cell for cell in group["cells"]}
        for link, name in names.items():
            cell = told.get(link, {"n": 0, "all_n": 0})
            spy.says({name: 1}, cell["n"])
            if "all_n" in cell:
                spy.says({f"{name} out": 1}, cell["all_n"] - cell["n"])


def truth(ballots: Sequence[Ballots]) -> dict[str, int]:
    """The counts by the attacker's names."""
    found: dict[str, int] = {}

    def add(name: str, count: int) -> None:
        found[name] = found.get(name, 0) + count

    for unit, group, link, weight, code, count in ballots:
        if group == STAFF:
            add(STAFF, count)
            continue
        add(f"{unit} n", count)
        add(f"{unit} {group} n", count)
        place = f"{unit} {group} {'open' if link else 'vouched'}"
        if not weight:
            add(f"{unit} excluded", count)
            if code in POINTS:
                add(f"{place} out", count)
            continue
        add(f"{unit} {code}", count)
        if code in POINTS:
            add(place, count)
            add(f"{unit} {group}", count)
    return found
