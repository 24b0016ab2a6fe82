"""A year's grades worked out anew from the text of its seal, without a line of the product.

It is written from `docs/grades.md` and reads what `minping seal` wrote: canonical JSON in which
decimals, fractions and days are text and a mapping is a list of pairs. It works out totals, ranks,
grades, leaders' scores and grades, and proposals with their decisions.

What it takes as told: how sure the rank of a unit is (the grades that are possible for it, and the
error of its total), which follows from thousands of draws that other tests make again, and the
digests of the grounds that decisions name.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from statistics import NormalDist
from typing import Any

Plain = dict[str, Any]

SURE = "confirmed"
"""How a seal spells that a grade is settled."""
STEP = {"first": "second", "second": "third"}
ANSWERED_FOR = ("safety_accident", "manipulation")
GRAVE = (
    "grade_four",
    "removal_from_posts",
    "dismissal",
    "discipline_referral",
    "void_answers",
    "bar_first",
)
MONTHS = {"warning": 6, "demerit": 12, "major_demerit": 18, "demotion": 24, "removal": 24}


def rounded(value: Fraction, places: int) -> Decimal:
    """Half up, and away from zero below it, as everybody learns it at school."""
    digits = Decimal((2 * abs(value) * 10**places + 1) // 2).scaleb(-places)
    return digits if value >= 0 else -digits


class Year:
    """One year of a city from its seal."""

    def __init__(self, text: str) -> None:
        said = json.loads(text)
        self.year: int = said["year"]
        self.rules: Plain = said["rules"]
        self.told: Plain = said["result"]
        given = said["inputs"]
        self.units: list[Plain] = sorted(given["units"], key=lambda u: u["code"])
        self.leaders: list[Plain] = sorted(given["leaders"], key=lambda x: x["id"])
        self.indicators = {tuple(key): Fraction(value) for key, value in given["indicators"]}
        self.personal = {key: Decimal(value) for key, value in given["personal"]}
        self.public: Plain = dict(given["public"])
        self.adjustments: list[Plain] = given["adjustments"]
        self.facts: list[Plain] = sorted(given["facts"], key=lambda f: f["id"])
        self.decisions: Plain = {it["proposal"]: it for it in given["decisions"]}
        self.given_grades: list[Plain] = given["unit_decisions"]
        self.past = {(it["subject"], it["year"]): it for it in given["history"]}
        self.pinned: Plain = dict(given["pinned"])
        self.absences: list[Plain] = given["absences"]
        self.endings: Plain = {it["person"]: it for it in given["endings"]}
        self.discipline: list[Plain] = given["discipline"]
        self.dated = bool(given["posts"])
        self.posts: list[Plain] = given["posts"] or [self._all_year(x) for x in self.leaders]
        self.digests = {it["key"]: it["digest"] for it in self.told["proposals"]}
        self.units_told = {it["unit"]: it for it in self.told["units"]}
        self.last = date(self.year, 12, 31)
        self.proposals: Plain = {}
        self.days_in_units: dict[str, list[tuple[str, int]]] = {}
        self.first_of: dict[tuple[str, str], list[set[str]]] = {}

    def _all_year(self, leader: Plain) -> Plain:
        period = {"begins": f"{self.year}-01-01", "until": f"{self.year}-12-31"}
        same = {"unit": leader["unit"], "role": leader["role"], "period": period}
        return {"person": leader["id"], "held": "held", "main": True} | same

    # Days

    def holds(self, period: Plain, day: date) -> bool:
        begins, until = date.fromisoformat(period["begins"]), period["until"]
        return begins <= day and (until is None or day <= date.fromisoformat(until))

    def days(self, periods: list[Plain]) -> int:
        """The days of the year on which one of the periods holds."""
        first, last = date(self.year, 1, 1).toordinal(), self.last.toordinal()
        found: set[int] = set()
        for it in periods:
            begins = date.fromisoformat(it["begins"]).toordinal()
            until = date.fromisoformat(it["until"]).toordinal() if it["until"] else last
            found |= {*range(max(first, begins), min(last, until) + 1)}
        return len(found)

    # Units

    def work_out(self) -> Plain:
        """Return units, leaders and proposals by their names."""
        self.about_manipulation()
        self.grade_units()
        self.answer_for_units()
        self.grade_leaders()
        self.settle()
        self.reward()
        return {"units": self.made_units, "leaders": self.made_leaders, "proposals": self.proposals}

    def total(self, unit: Plain) -> Fraction | None:
        code, whole = unit["code"], Fraction(0)
        for name, weight in self.rules["categories"][unit["category"]]["weights"].items():
            points: Fraction | None
            if name == "public":
                points = self.public_score(code)
                if points is None and not Fraction(weight):
                    points = Fraction(0)
            else:
                points = self.indicators[code, name]
            if points is None:
                return None
            whole += points * Fraction(weight) / 100
        return whole + self.net_adjustment(code)

    def public_score(self, code: str) -> Fraction | None:
        score = self.public.get(code)
        if score is None or "insufficient" in score["flags"] or score["score"] is None:
            return None
        return Fraction(score["score"])

    def net_adjustment(self, code: str) -> Fraction:
        points = [Fraction(it["points"]) for it in self.adjustments if it["unit"] == code]
        limits = self.rules["adjustments"]
        more = min(sum(p for p in points if p > 0), Fraction(limits["bonus_max"]))
        less = min(sum(-p for p in points if p < 0), Fraction(limits["deduct_max"]))
        return Fraction(more - less)

    def key(self, unit: Plain, total: Fraction) -> tuple[Decimal, ...]:
        places = self.rules["places"]
        weights = self.rules["categories"][unit["category"]]["weights"]
        found = [rounded(total, places)]
        for name in self.rules["tie_breaks"]:
            points = self.public_score(unit["code"]) if name == "public" else None
            if name != "public" and name in weights:
                points = self.indicators[unit["code"], name]
            found.append(rounded(points or Fraction(0), places))
        return tuple(found)

    def families(self) -> list[tuple[str, str | None, list[Plain], int, int]]:
        """Return name, league, members and the places of first and third of each family."""
        categories = self.rules["categories"]
        league: dict[str, list[Plain]] = {}
        by_category: dict[str, list[Plain]] = {}
        for unit in self.units:
            if categories[unit["category"]]["graded_by"] == "league":
                league.setdefault(self.league_of(unit), []).append(unit)
            else:
                by_category.setdefault(unit["category"], []).append(unit)
        found: list[tuple[str, str | None, list[Plain], int, int]] = []
        leaders = self.rules["leaders"]
        for name in sorted(league):
            first = min(leaders["league_first"], len(league[name]))
            third = min(leaders["league_third"], len(league[name]) - first)
            found.append((name, name, league[name], first, third))
        return [*found, *self.departments(by_category)]

    def league_of(self, unit: Plain) -> str:
        for it in unit["memberships"]:
            since, until = it["since"] or 0, it["until"] or 9999
            if since <= self.year <= until:
                return str(it["league"])
        raise AssertionError(unit)

    def departments(self, members: dict[str, list[Plain]]) -> list[Any]:
        quota = self.rules["unit_quota"]
        least, policy, locked = quota["min_family"], quota["small"], quota["families"]
        small = [name for name, units in members.items() if len(units) < least]
        pooled: dict[str, list[Plain]] = {}
        for name, units in members.items():
            if locked:
                family = "pooled" if name not in locked and "pooled" in locked else name
            else:
                family = "pooled" if policy == "pool" and len(small) > 1 and name in small else name
            pooled.setdefault(family, []).extend(units)
        sizes = {name: len(pooled[name]) for name in sorted(pooled)}
        if locked:
            none = {"first": 0, "third": 0}
            places = {name: self.fit(locked.get(name, none), sizes[name]) for name in sizes}
        else:
            too_small = {n for n in sizes if policy != "apart" and sizes[n] < least}
            places = self.share_out(self.fit(quota, sum(sizes.values())), sizes, too_small)
        return [(name, None, pooled[name], *places[name]) for name in sizes]

    def fit(self, wanted: Plain, units: int) -> tuple[int, int]:
        """Second takes the difference when units come or go, then third."""
        first = min(wanted["first"], units)
        return first, min(wanted["third"], units - first)

    def share_out(
        self, places: tuple[int, int], sizes: dict[str, int], no_third: set[str]
    ) -> dict[str, tuple[int, int]]:
        first = self.remainders(places[0], sizes, sizes)
        room = {name: 0 if name in no_third else sizes[name] - first[name] for name in sizes}
        third = self.remainders(places[1], sizes, room)
        return {name: (first[name], third[name]) for name in sizes}

    def remainders(
        self, places: int, sizes: dict[str, int], room: dict[str, int]
    ) -> dict[str, int]:
        """Largest remainders, one place a round, and nobody above the room that there is."""
        whole = sum(sizes.values())
        share = {name: Fraction(places * size, whole) for name, size in sizes.items()}
        made = {name: min(int(share[name]), room[name]) for name in sizes}

        def turn(name: str) -> tuple[Any, ...]:
            behind = int(share[name]) - share[name]
            if self.rules["unit_quota"]["small"] == "apart":
                return behind, -sizes[name], name
            lot = f"{self.told['scheme_digest']}/{self.year}/{name}/places"
            return behind, sha256(lot.encode()).hexdigest()

        order = sorted(sizes, key=turn)
        while sum(made.values()) < places:
            open_ = [name for name in order if made[name] < room[name]]
            if not open_:
                break
            for name in open_[: places - sum(made.values())]:
                made[name] += 1
        return made

    def grade_units(self) -> None:
        self.made_units: Plain = {}
        for name, league, units, first, third in self.families():
            self.grade_family(name, league, units, first, third)

    def grade_family(
        self, name: str, league: str | None, units: list[Plain], first: int, third: int
    ) -> None:
        exact = {unit["code"]: self.total(unit) for unit in units}
        keys = {
            unit["code"]: self.key(unit, whole)
            for unit in units
            if (whole := exact[unit["code"]]) is not None
        }
        barred = self.barred()
        given = self.stand(units, keys, first, third, barred)
        taken = Counter(given.values())
        first, third = first - taken["first"], third - taken["third"]
        for unit in units:
            code = unit["code"]
            if code in keys:
                rank: int | None = 1 + sum(key > keys[code] for key in keys.values())
                grade: str | None = self.grade_of(code, keys, first, third, barred)
            else:
                rank, grade = None, given.get(code)
            grade = self.pinned.get(code, grade)
            self.made_units[code] = {
                "total": None if code not in keys else keys[code][0],
                "rank": rank,
                "family": name,
                "grade": None if league is not None and code not in self.pinned else grade,
                "standing": grade,
                "barred": code in barred,
            }

    def grade_of(
        self, code: str, keys: Plain, first: int, third: int, barred: set[str]
    ) -> str | None:
        mine = keys[code]
        if sum(key <= mine for key in keys.values()) <= third:
            grade = "third"
        else:
            rivals = [key for unit, key in keys.items() if unit not in barred]
            ahead = sum(key > mine for key in rivals)
            level = sum(key == mine for key in rivals)
            better = self.rules["unit_quota"]["ties"] == "better"
            inside = ahead < first if better else ahead + level <= first
            grade = "first" if inside and code not in barred else "second"
        if "rank_provisional" in self.public[code]["flags"] and grade != "second":
            sure = self.units_told[code]["certainty"] == SURE
            return "first" if sure and grade == "first" else "second"
        return grade

    def stand(
        self, units: list[Plain], keys: Plain, first: int, third: int, barred: set[str]
    ) -> dict[str, str]:
        """Grades that a person gave for want of answers: by time, while there is a place."""
        waiting = {unit["code"] for unit in units} - set(keys)
        left, found = {"first": first, "third": third}, {}
        for it in sorted(self.given_grades, key=lambda it: (it["at"], it["unit"])):
            code, grade = it["unit"], it["grade"]
            refused = code not in waiting or (grade == "first" and code in barred)
            if not refused and left.get(grade, 1) > 0:
                found[code] = grade
                if grade in left:
                    left[grade] -= 1
        return found

    def barred(self) -> set[str]:
        veto = {f["subject"] for f in self.facts if f["kind"] == "veto"}
        proven = {
            key.split("/")[3]
            for key, status in self.proposals.items()
            if "/bar_first/" in key and status == "confirmed"
        }
        return veto | proven

    # Proposals

    def propose(self, rule: str, kind: str, subject: str, fact: str = "") -> None:
        if rule not in self.rules["rules"] or subject in self.gone():
            return
        key = "/".join([str(self.year), rule, kind, subject, *([fact] if fact else [])])
        made = self.decisions.get(key)
        holds = made is not None and made["grounds"] in ("", self.digests.get(key))
        self.proposals[key] = made["verdict"] if made is not None and holds else "proposed"

    def gone(self) -> set[str]:
        ended = {p for p, it in self.endings.items() if date.fromisoformat(it["on"]) <= self.last}
        if not self.dated:
            return ended
        return ended | ({it["person"] for it in self.posts} - {x["id"] for x in self.leaders})

    def of_kind(self, kind: str) -> list[Plain]:
        return [fact for fact in self.facts if fact["kind"] == kind]

    def principals(self, unit: str) -> list[Plain]:
        return [
            it
            for it in self.posts
            if it["unit"] == unit and it["role"] == "principal" and it["held"] != "seconded"
        ]

    def serves(self, person: str) -> bool:
        return person not in self.endings and person in {x["id"] for x in self.leaders}

    def who_answers(self, fact: Plain) -> list[str]:
        day = date.fromisoformat(fact["date"]) if self.dated else self.last
        here = {
            p["person"] for p in self.principals(fact["subject"]) if self.holds(p["period"], day)
        }
        return sorted(person for person in here if self.serves(person))

    def who_answers_for_year(self, unit: str) -> list[str]:
        held: dict[str, list[Plain]] = {}
        for post in self.principals(unit):
            held.setdefault(post["person"], []).append(post["period"])
        least = self.rules["presence"]["answer_days"]
        return sorted(p for p, it in held.items() if self.days(it) >= least and self.serves(p))

    def about_manipulation(self) -> None:
        for fact in self.of_kind("manipulation"):
            for kind in ("void_answers", "bar_first"):
                self.propose("manipulation", kind, fact["subject"], fact["id"])
            for person in self.who_answers(fact):
                self.propose("manipulation", "discipline_referral", person, fact["id"])

    def answer_for_units(self) -> None:
        for fact in self.of_kind("criminal_offence"):
            for kind in ("grade_four", "removal_from_posts"):
                self.propose("criminal_offence", kind, fact["subject"], fact["id"])
        for fact in self.of_kind("safety_accident"):
            for person in self.who_answers(fact):
                for kind in ("downgrade", "admonition_talk"):
                    self.propose("safety_accident", kind, person, fact["id"])
        also = self.rules["rules"].get("third_grade_unit", {}).get("also_provisional", True)
        for code, unit in self.made_units.items():
            settled = self.units_told[code]["certainty"] == SURE
            if unit["grade"] == "third" and (also or settled):
                for person in self.who_answers_for_year(code):
                    for kind in ("downgrade", "admonition_talk"):
                        self.propose("third_grade_unit", kind, person)
        for fact in self.of_kind("unfitness"):
            self.propose("unfitness", "dismissal", fact["subject"], fact["id"])

    # Leaders

    def state(self, person: str) -> str:
        mine = [it for it in self.posts if it["person"] == person]
        ending = self.endings.get(person)
        if ending is not None and date.fromisoformat(ending["on"]) <= self.last:
            return "not_appraised"
        if not any(it["main"] and self.holds(it["period"], self.last) for it in mine):
            return "not_appraised"
        presence = self.rules["presence"]
        away = [it for it in self.absences if it["person"] == person]
        leave = [it["period"] for it in away if it["kind"] != "probation"]
        too_late = self.days([it["period"] for it in mine]) < presence["post_days"]
        if too_late or self.days(leave) > presence["absent_days"]:
            return "not_appraised"
        trial = any(
            it["kind"] == "probation" and self.holds(it["period"], self.last) for it in away
        )
        if trial or any(self.runs(it) for it in self.discipline if it["person"] == person):
            return "no_grade"
        return "appraised" if person in self.personal else "waiting"

    def runs(self, case: Plain) -> bool:
        """Whether an investigation or a sanction holds on the last day of the year."""
        begins = date.fromisoformat(case["begins"])
        if begins > self.last or (case["ended"] and date.fromisoformat(case["ended"]) <= self.last):
            return False
        if case["level"] is None:
            return True
        month = begins.year * 12 + begins.month - 1 + MONTHS[case["level"]]
        # Whoever was sanctioned on the 31st is free on the last day of a shorter month.
        year, month = divmod(month, 12)
        after = date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(1)
        return date(year, month + 1, min(begins.day, after.day)) > self.last

    def unit_days(self, person: str) -> list[tuple[str, int]]:
        if person not in self.days_in_units:
            self.days_in_units[person] = self.counted_days(person)
        return self.days_in_units[person]

    def counted_days(self, person: str) -> list[tuple[str, int]]:
        found: dict[str, list[Plain]] = {}
        for it in self.posts:
            if it["person"] == person and it["main"]:
                found.setdefault(it["unit"], []).append(it["period"])
        counted = {unit: sum(self.days([it]) for it in periods) for unit, periods in found.items()}
        return sorted((unit, days) for unit, days in counted.items() if days)

    def mean_total(self, person: str, totals: dict[str, Decimal | None]) -> Decimal | None:
        known = [
            (n, it) for code, n in self.unit_days(person) if (it := totals.get(code)) is not None
        ]
        if len(known) < 2:
            return known[0][1] if known else None
        mean = sum((n * Fraction(it) for n, it in known), Fraction(0)) / sum(n for n, _ in known)
        return rounded(mean, self.rules["places"])

    def score(self, leader: Plain, totals: dict[str, Decimal | None]) -> Decimal:
        personal = Fraction(self.personal.get(leader["id"], Decimal(0)))
        total = self.mean_total(leader["id"], totals)
        if total is not None:
            share = self.rules["leaders"]["shares"][leader["role"]]
            personal = Fraction(share["unit"]) / 100 * Fraction(total) + (
                Fraction(share["personal"]) / 100 * personal
            )
        return rounded(personal, self.rules["places"])

    def grade_leaders(self) -> None:
        totals = {code: unit["total"] for code, unit in self.made_units.items()}
        self.states = {x["id"]: self.state(x["id"]) for x in self.leaders}
        self.held_back = {
            key.split("/")[3]
            for key, status in self.proposals.items()
            if key.split("/")[2] in ("grade_four", "dismissal") and status == "confirmed"
        }
        self.made_leaders: Plain = {}
        pools = self.pools(totals)
        for leader in self.leaders:
            self.made_leaders[leader["id"]] = self.leader_grade(leader, pools, totals)

    def pools(self, totals: dict[str, Decimal | None]) -> set[str]:
        by_unit = self.rules["leaders"]["pool"] == "unit"
        groups: dict[str, list[Plain]] = {}
        for leader in self.leaders:
            standing = self.standing(leader["unit"])
            if standing is not None and self.states[leader["id"]] in ("appraised", "waiting"):
                groups.setdefault(leader["unit"] if by_unit else standing, []).append(leader)
        found: set[str] = set()
        for members in groups.values():
            found |= self.admitted(members, str(self.standing(members[0]["unit"])), totals)
        return found

    def standing(self, unit: str) -> str | None:
        made = self.made_units.get(unit)
        return None if made is None else made["standing"]

    def admitted(
        self, members: list[Plain], grade: str, totals: dict[str, Decimal | None]
    ) -> set[str]:
        rules = self.rules["leaders"]
        ceiling = int(len(members) * Fraction(rules["first_pct"][grade]) / 100)
        keys = {}
        for leader in members:
            person, closed = leader["id"], grade == "third" and leader["role"] == "principal"
            personal = self.personal.get(person, Decimal(0))
            open_ = self.states[person] == "appraised" and person not in self.held_back
            may = not closed or rules["third_unit_principal_may_be_first"]
            if open_ and may and personal >= Decimal(rules["personal_floor"]):
                keys[person] = (self.score(leader, totals), personal)
        return {p for p in keys if sum(key >= keys[p] for key in keys.values()) <= ceiling}

    def lowered(self, person: str, of_unit: str | None = None) -> bool:
        """Whether a confirmed lowering holds; one by the unit's grade only while that is third."""
        for key, status in self.proposals.items():
            parts = key.split("/")
            mine = parts[2] == "downgrade" and parts[3] == person and status == "confirmed"
            if mine and (of_unit in (None, "third") or len(parts) == 5):
                return True
        return False

    def leader_grade(
        self, leader: Plain, first: set[str], totals: dict[str, Decimal | None]
    ) -> Plain:
        person, standing = leader["id"], self.standing(leader["unit"])
        graded = standing is not None and self.states[person] == "appraised"
        four = any(
            key.split("/")[2:4] == ["grade_four", person] and status == "confirmed"
            for key, status in self.proposals.items()
        )
        score = self.score(leader, totals) if graded else None
        possible: set[str] = set()
        grade: str | None = None
        base: str | None = None
        if four:
            base = None if standing is None else "second"
            grade, possible = "fourth", {"fourth"}
        elif graded:
            base = "first" if person in first else "second"
            grade = STEP[base] if self.lowered(person) else base
            possible = self.possible(leader, totals)
        if person in self.pinned:
            grade = self.pinned[person]
            possible = {str(grade)}
        sure = None if grade is None else SURE if len(possible) == 1 else "provisional"
        made = {"score": score, "base": base, "grade": grade, "certainty": sure}
        return {"state": self.states[person], "unit": leader["unit"], **made}

    def possible(self, leader: Plain, totals: dict[str, Decimal | None]) -> set[str]:
        code, found = leader["unit"], set()
        for grade in self.units_told[code]["possible"]:
            for first in self.first_under(code, grade, totals):
                base = "first" if leader["id"] in first else "second"
                found.add(STEP[base] if self.lowered(leader["id"], grade) else base)
        return found

    def first_under(
        self, code: str, grade: str, totals: dict[str, Decimal | None]
    ) -> list[set[str]]:
        """Who would be first under a grade of the unit, at its total and at both its ends."""
        if (code, grade) not in self.first_of:
            team = [
                x
                for x in self.leaders
                if self.states[x["id"]] in ("appraised", "waiting")
                and (x["unit"] == code or self.shares_pool(x, grade))
            ]
            ends = self.ends(code)
            found = [self.admitted(team, grade, totals | {code: total}) for total in ends]
            self.first_of[code, grade] = found
        return self.first_of[code, grade]

    def shares_pool(self, leader: Plain, grade: str) -> bool:
        whole_grade = self.rules["leaders"]["pool"] != "unit"
        return whole_grade and self.standing(leader["unit"]) == grade

    def ends(self, code: str) -> list[Decimal | None]:
        unit, total = self.units_told[code], self.made_units[code]["total"]
        if total is None:
            return [None]
        inside = 0.5 + float(Fraction(self.rules["confidence_pct"])) / 200
        reach = Fraction(NormalDist().inv_cdf(inside) * float(unit["error"]))
        exact = self.total(next(u for u in self.units if u["code"] == code))
        assert exact is not None
        return [total, *(rounded(exact + it, self.rules["places"]) for it in (-reach, reach))]

    # What follows from settled grades

    def settle(self) -> None:
        rules = self.rules["rules"].get("bottom_rank", {})
        for code, unit in self.made_units.items():
            league = self.units_told[code]["league"] is not None
            last = rules.get("league" if league else "category", 1)
            tentative = "rank_provisional" in (self.public.get(code) or {"flags": []})["flags"]
            rank = unit["rank"]
            behind = sum(
                other["family"] == unit["family"] and (other["rank"] or 0) > (rank or 0)
                for other in self.made_units.values()
                if other["rank"] is not None
            )
            if not tentative and rank is not None and rank > 1 and behind < last:
                self.propose("bottom_rank", "verification_review", code)
        floor = Decimal(self.rules["leaders"]["personal_floor"])
        for leader in self.leaders:
            if self.personal.get(leader["id"], floor) < floor:
                self.propose("low_personal_score", "verification_review", leader["id"])
        for fact in self.of_kind("review_finding"):
            self.propose("review_finding", "admonition_talk", fact["subject"], fact["id"])
        for person, made in self.made_leaders.items():
            before = self.past.get((person, self.year - 1))
            low = made["grade"] in ("third", "fourth") and made["certainty"] == SURE
            was = before is not None and before["grade"] in ("third", "fourth")
            if low and was and before is not None and before["confirmed"]:
                self.propose("two_year_third", "dismissal", person)

    def reward(self) -> None:
        out = {
            key.split("/")[3]
            for key, status in self.proposals.items()
            if key.split("/")[2] in GRAVE and status != "declined"
        }
        out |= {it["person"] for it in self.discipline if self.runs(it)}
        rules = self.rules["rules"].get("first_grade", {})
        for code, unit in self.made_units.items():
            clean = unit["grade"] == "first" and not self.tentative(code) and code not in out
            if clean and rules.get("units", True):
                self.propose("first_grade", "commendation", code)
        for leader in self.leaders:
            person = leader["id"]
            first = self.made_leaders[person]["grade"] == "first"
            if first and person not in out and not self.tentative(leader["unit"]):
                self.propose("first_grade", "commendation", person)
                if rules.get("promotion_file", True):
                    self.propose("first_grade", "promotion_file", person)

    def tentative(self, code: str) -> bool:
        score = self.public.get(code)
        return score is not None and "rank_provisional" in score["flags"]


def recompute(text: str) -> Plain:
    """Work out a sealed year anew. ``text`` is the seal's canonical JSON."""
    return Year(text).work_out()


# Amendments

GRADES = ("first", "second", "third", "fourth", None)
GOOD = ("commendation", "promotion_file")


def amend(sealed: str, corrected: str) -> dict[str, tuple[str | None, bool]]:
    """The grade that stands after a correction for whom it touches, and whether it was kept.

    Nobody fares worse by it: by the grade, by a low grade that becomes sure, or by something that
    is newly proposed. Whose unit keeps what it has keeps it too.
    """
    before, after = Year(sealed), Year(corrected)
    was, now = before.work_out(), after.work_out()
    found: dict[str, tuple[str | None, bool]] = {}
    for kind in ("units", "leaders"):
        for subject in now[kind]:
            old, new = (facts(*it, kind, subject) for it in ((before, was), (after, now)))
            if old != new:
                above = found.get(now[kind][subject].get("unit", ""), (None, False))
                kept = above[1] or fares_worse(old, new)
                found[subject] = (old["grade"] if kept else new["grade"], kept)
    return found


def facts(year: Year, made: Plain, kind: str, subject: str) -> Plain:
    """What a subject is told of its result."""
    about = {key: it for key, it in made["proposals"].items() if key.split("/")[3] == subject}
    sure = year.units_told[subject]["certainty"] if kind == "units" else None
    return {"certainty": sure, **made[kind][subject], "proposals": about}


def fares_worse(old: Plain, new: Plain) -> bool:
    if old["grade"] is not None and new["grade"] != old["grade"]:
        return GRADES.index(new["grade"]) > GRADES.index(old["grade"])
    low = new["grade"] in ("third", "fourth")
    surer = new["certainty"] == SURE != old["certainty"]
    return (low and surer) or bool(burdens(new) - burdens(old))


def burdens(it: Plain) -> set[str]:
    return {
        key
        for key, status in it["proposals"].items()
        if key.split("/")[2] not in GOOD and status != "declined"
    }
