"""The year's circular (通报): results, uncertainty, method and verification (R1, R12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from aggregation.appraisal.trail import paper_words
from aggregation.disclosure.disclosed import DisclosedScore, below_floor
from aggregation.model.facts import Grade, PastGrade
from aggregation.model.results import Certainty, LeaderResult, ProposalStatus, UnitResult
from aggregation.quality.changes import ChangeVerdict
from bot.appraisal.year import AppraisedYear
from bot.core.labels import HIDDEN, label, name
from bot.publication.as_of import open_words
from bot.publication.charts.answer_chart import (
    Bar,
    Panels,
    answer_shares,
    scored_options,
    share_picture,
)
from bot.publication.charts.rank_chart import rank_picture
from bot.publication.charts.ranking import Mark, Ranking, year_ranking
from bot.publication.exclusions import disclosed_exclusions
from bot.publication.exports import Audience
from bot.publication.exports.method_page import method_page
from bot.publication.reports.document_model import (
    Block,
    Document,
    Heading,
    KeyFigures,
    Paragraph,
    ReportImage,
    ReportTable,
)
from bot.publication.reports.material import ReportMaterial
from bot.publication.reports.participation import participation_part, response_rate
from bot.publication.reports.wording import (
    DASH,
    ReportSpeaker,
    amended_words,
    change_text,
    changed_words,
    grade_words,
)
from survey_flows.messages import Message

GRADES = (Grade.FIRST, Grade.SECOND, Grade.THIRD)
METHOD_LEFT_OUT = ("response_rate", "scheme_digest")
"""Lines of the method that the circular gives elsewhere, or that only programs need."""


def circular_document(
    material: ReportMaterial, audience: Audience, lang: str, timezone: str
) -> Document:
    """Return the circular of a year in one language; the public one names no leader.

    The charts take seconds: call it in a thread.
    """
    return _Circular(material, lang, timezone).document(audience)


class _Circular:
    def __init__(self, material: ReportMaterial, lang: str, timezone: str) -> None:
        self.material, self.year = material, material.year
        self.scheme = self.year.inputs.scheme
        self.say = ReportSpeaker(lang, timezone, self.scheme.places)
        self.scores = self.year.inputs.disclosed

    def document(self, audience: Audience) -> Document:
        say, internal = self.say, audience is Audience.INTERNAL
        release = ", ".join(
            f"{part.campaign.id} №{part.release.number if part.release else 0}"
            for part in self.year.campaigns
        )
        parts = [
            self._glance(),
            self._leagues(),
            self._units(),
            self._charts(),
            self._changes(),
            self._moved_scores(),
            self._amended(internal),
        ]
        parts += [self._leaders(), self._proposals()] if internal else []
        parts += [participation_part(self.material, self.say), self._method(), self._verify()]
        return Document(
            lang=say.lang,
            title=say("circular-title", year=self.year.year),
            subtitle=say("circular-subtitle"),
            mark=say("mark-internal" if internal else "mark-public"),
            foot=say(
                "foot-circular", year=self.year.year, scheme=self.scheme.version, release=release
            ),
            blocks=tuple(block for part in parts for block in part),
        )

    def _glance(self) -> Iterator[Block]:
        say, result = self.say, self.year.result
        days = say.listed(
            " – ".join(say.day(seconds) for seconds in part.in_field)
            for part in self.year.campaigns
        )
        settled = Counter(unit.certainty for unit in result.units if unit.grade)
        yield Heading(say("part-glance"))
        yield KeyFigures(
            (
                (say("fact-units"), str(len(result.units))),
                (say("fact-leaders"), str(len(result.leaders))),
                (say("fact-ballots"), self._received()),
                (say("fact-counted"), self._counted()),
                (say("fact-confirmed"), f"{settled[Certainty.SETTLED]} / {settled.total()}"),
                (say("fact-response"), response_rate(self.material, say) or DASH),
                (say("fact-window"), days),
            )
        )
        if self.year.open is not None:
            yield Paragraph(label(open_words(self.year.open), say.lang))
        yield Paragraph(say("glance-lead"))
        if result.quotas:
            yield Paragraph(self._places())

    def _received(self) -> str:
        received = sum(row.count for part in self.year.campaigns for row in part.counts)
        return HIDDEN if below_floor(received, self.scheme.min_n.publish_cell) else str(received)

    def _counted(self) -> str:
        counts = [disclosed_exclusions(part)["counted"] for part in self.year.campaigns]
        return HIDDEN if None in counts else str(sum(count or 0 for count in counts))

    def _places(self) -> str:
        quotas = self.year.result.quotas
        locked = {str(grade): sum(use.places.get(grade, 0) for use in quotas) for grade in GRADES}
        given = {
            f"given_{grade}": sum(use.given.get(grade, 0) for use in quotas) for grade in GRADES
        }
        waiting = sum(use.waiting for use in quotas)
        figures = {key: str(n) for key, n in {**locked, **given, "waiting": waiting}.items()}
        return label(Message("publication-glance-grades", **figures), self.say.lang)

    def _leagues(self) -> Iterator[Block]:
        say, result = self.say, self.year.result
        if not any(result.leagues.values()):
            return
        yield Heading(say("part-leagues"))
        yield Paragraph(say("leagues-lead"))
        for league, ranked in result.leagues.items():
            called = self.scheme.leagues[league]
            yield self._table(
                say.pick(called.zh, called.en), [result.unit(code) for code in ranked], graded=False
            )

    def _units(self) -> Iterator[Block]:
        say = self.say
        yield Heading(say("part-units"), page=True)
        yield Paragraph(label(Message("publication-units-lead"), say.lang))
        for use in self.year.result.quotas:
            called = self.scheme.family_name(use.category)
            units = [unit for unit in self.year.result.units if unit.family == use.category]
            places = ", ".join(
                f"{name(grade, say.lang)} {use.places.get(grade, 0)}" for grade in GRADES
            )
            title = f"{say.pick(called.zh, called.en)} · {say('head-places')}: {places}"
            yield self._table(title, sorted(units, key=_by_rank), graded=True)

    def _table(self, title: str, units: Sequence[UnitResult], graded: bool) -> ReportTable:
        say = self.say
        heads = ["head-rank", "head-unit", "head-total", *(["head-grade"] if graded else [])]
        heads += ["head-set", "head-public", "head-valid"]
        right = (0, 2, 6) if graded else (0, 2, 5)
        note = say("table-note", floor=self.scheme.min_n.publish_cell)
        rows = tuple(self._row(unit, graded) for unit in units)
        return ReportTable(title, tuple(say(head) for head in heads), rows, right, (1,), note)

    def _row(self, unit: UnitResult, graded: bool) -> tuple[str, ...]:
        say, score = self.say, self.scores.get(unit.unit)
        rank = str(unit.rank) if unit.rank else DASH
        grade = [self._grade(unit)] if graded else []
        spot = f"{unit.low}–{unit.high}" if unit.low else DASH
        head = (rank, say.pick(unit.zh, unit.en), say.number(unit.total))
        valid = say.count(score.n_valid) if score else "0"
        return (*head, *grade, spot, self._public(score), valid)

    def _public(self, score: DisclosedScore | None) -> str:
        if score is None or score.score is None:
            return DASH
        return f"{self.say.number(score.score)} ({self.say.span(score.low, score.high)})"

    def _grade(self, unit: UnitResult) -> str:
        return grade_words(unit, self.year.amended, self.say)

    def _charts(self) -> Iterator[Block]:
        say = self.say
        ranking = year_ranking(self.year, say.lang)
        yield Heading(say("part-ranks"), page=True)
        yield Paragraph(say("ranks-lead"))
        for part in _leaves(ranking):
            yield ReportImage(rank_picture(part, say.lang), say("ranks-alt"))
        yield Heading(say("part-answers"), page=True)
        yield Paragraph(say("answers-lead"))
        for panels in _bars(ranking, self.year):
            yield ReportImage(
                share_picture(panels, scored_options(self.scheme), say.lang), say("answers-alt")
            )

    def _changes(self) -> Iterator[Block]:
        """Yield the units whose grade differs from the year before (R22)."""
        say, last = self.say, self.year.year - 1
        before = {line.subject: line for line in self.year.inputs.history if line.year == last}
        graded = [unit for unit in self.year.result.units if unit.grade]
        yield Heading(say("part-change"), page=True)
        if not any(unit.unit in before for unit in graded):
            yield Paragraph(say("change-unknown"))
            return
        moved = [unit for unit in graded if _other(before.get(unit.unit), unit)]
        yield Paragraph(say("change-lead" if moved else "change-none"))
        if moved:
            heads = tuple(
                say(head) for head in ("head-unit", "head-before", "head-now", "head-set")
            )
            rows = tuple(
                (
                    say.pick(unit.zh, unit.en),
                    name(before[unit.unit].grade, say.lang),
                    self._grade(unit),
                    f"{unit.low}–{unit.high}" if unit.low else DASH,
                )
                for unit in moved
            )
            yield ReportTable("", heads, rows)

    def _moved_scores(self) -> Iterator[Block]:
        """Yield the units whose public score changed significantly; nothing without any."""
        say = self.say
        found = [
            c
            for c in self.year.changes.values()
            if c.verdict in (ChangeVerdict.BETTER, ChangeVerdict.WORSE)
        ]
        if not found:
            return
        units = {unit.unit: say.pick(unit.zh, unit.en) for unit in self.year.result.units}
        rows = tuple((units[c.unit], change_text(c, say)) for c in found if c.unit in units)
        yield Paragraph(say("change-scores"))
        yield ReportTable("", (say("head-unit"), say("head-change")), rows, wide=(1,))

    def _leaders(self) -> Iterator[Block]:
        say, leaders = self.say, self.year.result.leaders
        counts = self.year.result.leader_grades()
        yield Heading(say("part-leaders"), page=True)
        figures = {str(grade or "waiting"): str(counts[grade]) for grade in (*Grade, None)}
        yield Paragraph(label(Message("publication-leaders-lead", **figures), say.lang))
        heads = ("head-name", "head-unit", "head-post", "head-score", "head-base", "head-final")
        units = {unit.unit: say.pick(unit.zh, unit.en) for unit in self.year.result.units}
        rows = tuple(self._leader(leader, units) for leader in leaders if _worth_naming(leader))
        yield ReportTable("", tuple(say(head) for head in heads), rows, (3,), (1, 2))

    def _leader(self, leader: LeaderResult, units: dict[str, str]) -> tuple[str, ...]:
        say = self.say
        called = (
            say.pick(leader.zh, leader.en),
            units.get(leader.unit, leader.unit),
            leader.post or name(leader.role, say.lang),
        )
        base, grade = (
            name(one, say.lang) or say("no-grade") for one in (leader.base, leader.grade)
        )
        grade = amended_words(grade, leader.amended, self.year.amended, say)
        return (*called, say.number(leader.score), base, grade)

    def _amended(self, internal: bool) -> Iterator[Block]:
        """Yield what was amended after reviews; persons are named inside the office alone."""
        say = self.say
        units = {unit.unit: say.pick(unit.zh, unit.en) for unit in self.year.result.units}
        people = {x.leader: say.pick(x.zh, x.en) for x in self.year.result.leaders}
        named = units | people if internal else units
        rows = tuple(
            (
                str(made.number),
                named[change.subject],
                changed_words(change, say),
                made.reason if made.subject in named else DASH,
            )
            for made in self.year.amended
            for change in made.changes
            if change.subject in named
        )
        if rows:
            yield Heading(say("part-amended"))
            yield Paragraph(say("amended-lead"))
            heads = ("head-number", "head-whom", "head-amended", "head-why")
            yield ReportTable("", tuple(say(head) for head in heads), rows, (0,), (1, 3))

    def _proposals(self) -> Iterator[Block]:
        say, proposals = self.say, self.year.result.proposals
        counts = Counter((proposal.kind, proposal.status) for proposal in proposals)
        kinds = list(dict.fromkeys(proposal.kind for proposal in proposals))
        yield Heading(say("part-proposals"))
        yield Paragraph(say("proposals-lead"))
        heads = ("head-kind", "head-count", "head-waiting", "head-confirmed", "head-declined")
        rows = tuple(
            (
                name(kind, say.lang),
                str(sum(counts[kind, status] for status in ProposalStatus)),
                *(
                    str(counts[kind, status])
                    for status in (
                        ProposalStatus.PROPOSED,
                        ProposalStatus.CONFIRMED,
                        ProposalStatus.DECLINED,
                    )
                ),
            )
            for kind in kinds
        )
        yield ReportTable("", tuple(say(head) for head in heads), rows, (1, 2, 3, 4))
        yield from self._papers()

    def _papers(self) -> Iterator[Block]:
        """Yield the decisions that rest on a paper, and the paper of each."""
        say, year = self.say, self.year
        names = {it.unit: say.pick(it.zh, it.en) for it in year.result.units}
        names |= {it.leader: say.pick(it.zh, it.en) for it in year.result.leaders}
        rows = tuple(
            (
                name(proposal.kind, say.lang),
                names.get(proposal.subject, proposal.subject),
                name(proposal.status, say.lang),
                label(paper_words(made.paper), say.lang),
            )
            for proposal in year.result.proposals
            if (made := proposal.decision) is not None and made.paper is not None
        )
        if rows:
            heads = ("head-kind", "head-name", "head-status", "head-paper")
            yield ReportTable("", tuple(say(head) for head in heads), rows, wide=(3,))

    def _method(self) -> Iterator[Block]:
        say = self.say
        yield Heading(say("part-method"), page=True)
        yield Paragraph(say("method-lead"))
        page = method_page(self.year.campaigns, say.day, self.year.result)
        chosen = 1 if say.lang.startswith("zh") else 2
        rows = tuple(
            (str(row[chosen]), str(row[chosen + 2]))
            for row in page.rows
            if str(row[0]) not in METHOD_LEFT_OUT
        )
        yield ReportTable("", (say("head-part"), say("part-method")), rows, wide=(1,))

    def _verify(self) -> Iterator[Block]:
        yield Heading(self.say("part-verify"))
        yield Paragraph(self.say("verify-lead"))


def _by_rank(unit: UnitResult) -> tuple[bool, int, str]:
    return (unit.rank is None, unit.rank or 0, unit.unit)


def _other(before: PastGrade | None, unit: UnitResult) -> bool:
    return before is not None and before.grade is not None and before.grade != unit.grade


def _worth_naming(leader: LeaderResult) -> bool:
    return leader.grade in (Grade.THIRD, Grade.FOURTH) or bool(leader.lowered_by)


ROWS = 42
"""Rows of a chart that fill a page."""


def _leaves(ranking: Ranking) -> list[Ranking]:
    """Split a ranking into parts that fit on a page each."""
    leaves: list[list[int]] = [[]]
    rows = 0
    for at, panel in enumerate(ranking.panels):
        if leaves[-1] and rows + len(panel.marks) > ROWS:
            leaves.append([])
            rows = 0
        leaves[-1].append(at)
        rows += len(panel.marks)
    return [
        Ranking(tuple(ranking.panels[at] for at in leaf), ranking.least, ranking.most, ranking.cell)
        for leaf in leaves
    ]


def _bars(ranking: Ranking, year: AppraisedYear) -> Iterator[Panels]:
    """Yield for each leaf the units' bars in the order of their ranks."""
    scores, scheme = year.inputs.disclosed, year.inputs.scheme

    def bar(mark: Mark) -> Bar:
        score = scores.get(mark.code)
        return Bar(mark.name, answer_shares(score, scheme) if score else ())

    for leaf in _leaves(ranking):
        yield tuple((panel.name, tuple(bar(mark) for mark in panel.marks)) for panel in leaf.panels)
