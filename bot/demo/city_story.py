"""Events of the synthetic city's year, decisions on them, and the grades of earlier years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from aggregation.model.facts import (
    Adjustment,
    Decision,
    Finding,
    FindingKind,
    Grade,
    Leader,
    Paper,
    PastGrade,
    Role,
    Verdict,
)
from survey_flows.campaign_definition import Organiser

if TYPE_CHECKING:
    from bot.demo.city_unit import CityUnit

ORGANISER = Organiser(
    {"zh-Hans": "清水市绩效考核办公室", "en": "Qingshui Appraisal Office"},
    "0731-12345678",
    "0731-12345679",
    "CN",
    "湘ICP备12345678号",
    "湘公网安备43010202000123号",
)
SCHEME = "earlier"
HEARD = ("grade_four", "downgrade", "dismissal", "removal_from_posts")
"""Before these are confirmed the person is heard."""
ON_PAPER = ("dismissal", "removal_from_posts")
"""These are confirmed by a document of the organ."""
HEARD_BEFORE = 3
"""So many days before."""
DECIDERS = ("领导小组 周正平", "领导小组 何建民", "领导小组 谭永清")
MERITS = ("获得省级表彰", "重点项目提前完成", "改革经验在全省推广")
FAULTS = ("督查事项逾期", "信访积案未按期化解", "数据报送差错")


@dataclass(frozen=True, slots=True)
class YearEvents:
    """Events of the year and their consequences; ``marked`` leaders have low personal scores."""

    adjustments: tuple[Adjustment, ...]
    facts: tuple[Finding, ...]
    decisions: tuple[Decision, ...]
    history: tuple[PastGrade, ...]
    marked: frozenset[str]


def draw_story(
    rng: Random, year: int, units: tuple[CityUnit, ...], leaders: tuple[Leader, ...]
) -> YearEvents:
    """Draws offences, accidents, findings, a veto, decisions on them, and two earlier years."""
    teller = _Teller(rng, year, units, leaders)
    teller.offences()
    teller.accidents()
    teller.weak_units()
    teller.findings()
    teller.veto()
    return YearEvents(
        adjustments=tuple(teller.adjustments()),
        facts=tuple(teller.facts),
        decisions=tuple(teller.decisions),
        history=tuple(teller.history()),
        marked=frozenset(teller.marked),
    )


class _Teller:
    """Draws one event after the other and remembers who has had a part already."""

    def __init__(
        self, rng: Random, year: int, units: tuple[CityUnit, ...], leaders: tuple[Leader, ...]
    ) -> None:
        self.rng, self.year, self.units, self.leaders = rng, year, units, leaders
        self.facts: list[Finding] = []
        self.decisions: list[Decision] = []
        self.marked: set[str] = set()
        self.hit: list[CityUnit] = []
        self.repeated = self.doubtful = self.absent = ""

    def offences(self) -> None:
        """Three deputies of steady departments are convicted."""
        for leader in self._some(3, self._of("steady", Role.DEPUTY)):
            fact = self._fact(
                FindingKind.CRIMINAL_OFFENCE,
                leader.id,
                "市中级人民法院刑事判决书",
                "受贿罪 bribery",
            )
            for kind in ("grade_four", "removal_from_posts"):
                self._decide("criminal_offence", kind, leader.id, "判决已生效", fact)
            self.marked.add(leader.id)

    def accidents(self) -> None:
        """Serious accidents hit five steady departments, a weak one, and a district or county."""
        departments = [x for x in self.units if not x.unit.memberships]
        areas = [x for x in self.units if x.profile == "steady" and x.unit.memberships]
        steady = [x for x in departments if x.profile == "steady"]
        weak = [x for x in departments if x.profile == "weak"]
        self.hit = [
            *self.rng.sample(steady, 5),
            *self.rng.sample(weak, 1),
            *self.rng.sample(areas, 1),
        ]
        for x in self.hit:
            fact = self._fact(
                FindingKind.SAFETY_ACCIDENT,
                x.unit.code,
                "市政府事故调查报告",
                "较大生产安全责任事故",
            )
            for principal in self._principals(x):
                self._confirm_both("safety_accident", principal, "负主要领导责任", fact)

    def weak_units(self) -> None:
        """Of the other five weak departments' principals, three are lowered and admonished."""
        weak = [x for x in self.units if x.profile == "weak" and not x.unit.memberships]
        rest = [x for x in weak if x not in self.hit]
        spared = self.rng.sample(rest, 2)
        for x in weak:
            for principal in self._principals(x):
                if x in spared:
                    for kind in ("downgrade", "admonition_talk"):
                        self._decide(
                            "third_grade_unit", kind, principal.id, "到任不足半年", declined=True
                        )
                else:
                    self._confirm_both("third_grade_unit", principal, "班子工作不力")
        lowered = [x for x in rest if x not in spared]
        self.repeated = self._principals(lowered[0])[0].id
        self.doubtful = self._principals(lowered[1])[0].id
        self.absent = self._principals(self.hit[0])[0].id

    def findings(self) -> None:
        """Verifications find seventeen deputies unfit; two talks are declined."""
        deputies = self._some(17, self._of("weak", Role.DEPUTY))
        for number, leader in enumerate(deputies):
            fact = self._fact(
                FindingKind.REVIEW_FINDING, leader.id, "甄别考察报告", "分管工作排名靠后"
            )
            reason = "已作书面检查，整改到位" if number >= 15 else "考察认定履职不力"
            self._decide(
                "review_finding", "admonition_talk", leader.id, reason, fact, declined=number >= 15
            )
            self.marked.add(leader.id)
        for leader in self._some(1, self._of("steady", Role.DEPUTY)):
            fact = self._fact(
                FindingKind.UNFITNESS, leader.id, "市委组织部考察报告", "民主测评和考察均认定不胜任"
            )
            self._decide("unfitness", "dismissal", leader.id, "市委常委会研究决定", fact)
            self.marked.add(leader.id)
        self._decide("two_year_third", "dismissal", self.repeated, "市委常委会研究决定")

    def veto(self) -> None:
        """The strong department with the largest team missed a binding target."""
        strong = [x for x in self.units if x.profile == "strong" and not x.unit.memberships]
        chosen = max(strong, key=lambda x: x.leaders)
        self._fact(FindingKind.VETO, chosen.unit.code, "市节能减排领导小组通报", "约束性指标未完成")

    def adjustments(self) -> Iterator[Adjustment]:
        """A dozen bonuses, a few deductions, and one for each accident."""
        for x in self.rng.sample(self.units, 12):
            points = Decimal(self.rng.randint(2, 6)) / 4
            yield Adjustment(
                x.unit.code,
                points,
                self.rng.choice(MERITS),
                f"考核办〔{self.year}〕{x.unit.code}号",
            )
        for x in self.rng.sample(self.units, 6):
            points = Decimal(-self.rng.randint(1, 4)) / 4
            yield Adjustment(
                x.unit.code,
                points,
                self.rng.choice(FAULTS),
                f"督查室〔{self.year}〕{x.unit.code}号",
            )
        for x in self.hit:
            yield Adjustment(x.unit.code, Decimal(-1), "发生较大安全责任事故", "市政府事故调查报告")

    def history(self) -> Iterator[PastGrade]:
        """Yields last year's grades of all leaders, and some of the year before.

        One lowered leader was third last year, in another unit. Another was third too, but
        provisionally. One was third two years ago and was not appraised last year.
        """
        given = {self.repeated: Grade.THIRD, self.doubtful: Grade.THIRD, self.absent: None}
        others = [x.id for x in self.leaders if x.id not in self.marked | set(given)]
        thirds = set(self.rng.sample(others, 9))
        for leader in self.leaders:
            grade = (
                given[leader.id]
                if leader.id in given
                else Grade.THIRD
                if leader.id in thirds
                else self._past_grade()
            )
            sure = grade is not None and leader.id != self.doubtful
            unit = self.units[0].unit.code if leader.id == self.repeated else leader.unit
            yield PastGrade(self.year - 1, leader.id, grade, sure, unit, leader.post, SCHEME)
        before = next(x for x in self.leaders if x.id == self.absent)
        yield PastGrade(
            self.year - 2, before.id, Grade.THIRD, True, before.unit, before.post, SCHEME
        )
        yield from self._unit_history()

    def _unit_history(self) -> Iterator[PastGrade]:
        departments = [x.unit.code for x in self.units if not x.unit.memberships]
        order = self.rng.sample(departments, len(departments))
        for place, code in enumerate(order):
            grade = Grade.FIRST if place < 18 else Grade.SECOND if place < 93 else Grade.THIRD
            yield PastGrade(self.year - 1, code, grade, True, code, "", SCHEME)

    def _past_grade(self) -> Grade:
        return Grade.FIRST if self.rng.random() < 0.2 else Grade.SECOND

    def _of(self, profile: str, role: Role) -> Iterator[Leader]:
        wanted = {x.unit.code for x in self.units if x.profile == profile}
        return (
            x
            for x in self.leaders
            if x.unit in wanted and x.role is role and x.id not in self.marked
        )

    def _some(self, number: int, leaders: Iterable[Leader]) -> list[Leader]:
        pool = list(leaders)
        return self.rng.sample(pool, min(number, len(pool)))

    def _principals(self, x: CityUnit) -> list[Leader]:
        return [
            leader
            for leader in self.leaders
            if leader.unit == x.unit.code and leader.role is Role.PRINCIPAL
        ]

    def _fact(self, kind: FindingKind, subject: str, source: str, note: str) -> str:
        name = f"E{len(self.facts) + 1:03}"
        day = f"{self.year}-{self.rng.randint(1, 12):02}-{self.rng.randint(1, 28):02}"
        self.facts.append(
            Finding(
                name, kind, subject, day, f"{source}〔{self.year}〕{len(self.facts) + 1}号", note
            )
        )
        return name

    def _confirm_both(self, rule: str, principal: Leader, reason: str, fact: str = "") -> None:
        for kind in ("downgrade", "admonition_talk"):
            self._decide(rule, kind, principal.id, reason, fact)
        self.marked.add(principal.id)

    def _decide(
        self,
        rule: str,
        kind: str,
        subject: str,
        reason: str,
        fact: str = "",
        *,
        declined: bool = False,
    ) -> None:
        key = "/".join(part for part in (str(self.year), rule, kind, subject, fact) if part)
        verdict = Verdict.DECLINED if declined else Verdict.CONFIRMED
        day, hour = self.rng.randint(10, 24), self.rng.randint(9, 17)
        at = f"{self.year + 1}-02-{day:02}T{hour:02}:00:00+08:00"
        heard = verdict is Verdict.CONFIRMED and kind in HEARD
        heard_on = f"{self.year + 1}-02-{day - HEARD_BEFORE:02}" if heard else ""
        by = self.rng.choice(DECIDERS)
        rests = verdict is Verdict.CONFIRMED and kind in ON_PAPER
        document = f"组任〔{self.year + 1}〕{day}号"
        paper = Paper("市委组织部", document, at[:10], by) if rests else None
        self.decisions.append(
            Decision(key, verdict, by, reason, at, heard_on=heard_on, paper=paper)
        )
