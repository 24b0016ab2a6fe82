"""The evidence page of a unit: its figures, their uncertainty and their parts (R15, R21)."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from aggregation.appraisal.outlook_lines import outlook_lines
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.model.facts import Grade
from aggregation.model.results import UnitResult
from aggregation.scheme.scheme import PUBLIC
from bot.core.labels import disclosed_flags, flags, label, name, sentences
from bot.publication.charts.answer_chart import Bar, answer_shares, scored_options, share_picture
from bot.publication.charts.trend_chart import Point, trend_picture
from bot.publication.exports import Audience
from bot.publication.exports.method_page import PUBLIC_NAME
from bot.publication.reports.document_model import (
    Block,
    Document,
    Heading,
    KeyFigures,
    Paragraph,
    ReportImage,
    ReportTable,
)
from bot.publication.reports.material import ReportMaterial, shipped_themes
from bot.publication.reports.wording import (
    DASH,
    ReportSpeaker,
    change_text,
    changed_words,
    grade_words,
)
from survey_flows.errors import BadInput, Message, Place


def evidence_page(
    material: ReportMaterial, unit: str, audience: Audience, lang: str, timezone: str
) -> Document:
    """Return a unit's page in one language; the public one has no themes of comments.

    Call it in a thread.

    Raises:
        BadInput: no such unit in that year.
    """
    found = {result.unit: result for result in material.year.result.units}
    if unit not in found:
        raise BadInput(Message("publication-no-such-unit"), Place(subject=unit))
    return _Evidence(material, found[unit], lang, timezone).document(audience)


class _Evidence:
    def __init__(
        self, material: ReportMaterial, unit: UnitResult, lang: str, timezone: str
    ) -> None:
        self.material, self.unit = material, unit
        self.year = material.year
        self.scheme = self.year.inputs.scheme
        self.say = ReportSpeaker(lang, timezone, self.scheme.places)
        self.score: DisclosedScore | None = self.year.inputs.disclosed.get(unit.unit)

    def document(self, audience: Audience) -> Document:
        say, internal = self.say, audience is Audience.INTERNAL
        called = say.pick(self.unit.zh, self.unit.en)
        parts = [self._figures(), self._made_of(), self._sure(), self._answers(), self._groups()]
        parts += [self._themes()] if internal else []
        parts += [self._trend(), self._notes()]
        return Document(
            lang=say.lang,
            title=say("evidence-title", unit=called),
            subtitle=say("evidence-subtitle", year=self.year.year, family=self._family()),
            mark=say("mark-internal" if internal else "mark-public"),
            foot=say("foot-evidence", year=self.year.year, unit=called, scheme=self.scheme.version),
            blocks=tuple(block for part in parts for block in part),
            compact=True,
        )

    def _family(self) -> str:
        called = self.scheme.family_name(self.unit.family)
        return self.say.pick(called.zh, called.en)

    def _figures(self) -> Iterator[Block]:
        say, unit, score = self.say, self.unit, self.score
        grade = grade_words(unit, self.year.amended, say)
        pairs = [
            (say("fact-total"), say.number(unit.total)),
            (say("fact-rank", of=unit.of), str(unit.rank) if unit.rank else DASH),
            (say("fact-set"), f"{unit.low}–{unit.high}" if unit.low else DASH),
            *([(say("fact-grade"), grade)] if unit.league is None else []),
        ]
        if score is not None and not score.withheld:
            pairs += [
                (say("fact-public"), say.number(score.score)),
                (say("fact-interval"), say.span(score.low, score.high)),
                (say("fact-valid"), say.count(score.n_valid)),
                (say("fact-unweighted"), say.number(score.unweighted)),
            ]
        yield KeyFigures(tuple(pairs))
        yield from self._amended()
        if score is None or score.withheld:
            yield Paragraph(say("withheld", floor=self.scheme.min_n.publish_cell))

    def _amended(self) -> Iterator[Block]:
        """Yield what was amended of this unit's result, and why."""
        for made in self.year.amended:
            for change in made.changes:
                if change.subject == self.unit.unit:
                    own = made.subject == self.unit.unit
                    why = self.say("amended-for", reason=made.reason) if own else ""
                    words = changed_words(change, self.say)
                    said = self.say("amended-line", number=made.number, change=words)
                    yield Paragraph(said + why)

    def _made_of(self) -> Iterator[Block]:
        say = self.say
        labels = {PUBLIC: label(PUBLIC_NAME, say.lang)}
        labels |= {
            code: say.pick(called.zh, called.en) for code, called in self.scheme.indicators.items()
        }
        silent = self.score is None or self.score.score is None
        rows = [
            (
                labels[part.id],
                DASH if silent and part.id == PUBLIC else say.number(part.points),
                f"{say.number(part.weight, 0)}%",
                DASH if silent and part.id == PUBLIC else say.number(part.contribution),
            )
            for part in self.unit.components
        ]
        rows.append(
            (
                say("part-adjustment"),
                "",
                "",
                f"{self.unit.adjustment:+}" if self.unit.adjustment else "0",
            )
        )
        rows.append((say("fact-total"), "", "", say.number(self.unit.total)))
        heads = ("head-part", "head-points", "head-weight", "head-contribution")
        yield Heading(say("section-total"))
        yield ReportTable("", tuple(say(head) for head in heads), tuple(rows), (1, 2, 3))

    def _sure(self) -> Iterator[Block]:
        say, unit = self.say, self.unit
        yield Heading(say("section-sure"))
        if unit.league is not None:
            yield Paragraph(say("sure-league"))
        if unit.barred and unit.grade is not Grade.FIRST:
            reason = sentences(unit.barred, say.lang)
            barred = Message("publication-sure-barred", reason=reason)
            yield Paragraph(label(barred, say.lang))
        lines = outlook_lines(unit.outlook) if unit.outlook else ()
        pairs = (line.pair(say.lang) for line in lines)
        texts = [say("colon", name=name_, value=value) for name_, value in pairs]
        yield Paragraph(sentences(texts, say.lang) or DASH)

    def _answers(self) -> Iterator[Block]:
        say, score = self.say, self.score
        if score is None or score.withheld:
            return
        yield Heading(say("section-answers"))
        parts = answer_shares(score, self.scheme)
        if parts:
            bar = Bar(say.pick(self.unit.zh, self.unit.en), parts)
            yield ReportImage(
                share_picture((("", (bar,)),), scored_options(self.scheme), say.lang),
                say("answers-alt"),
            )
        shown = (
            say.count(score.n),
            say.count(score.n_valid),
            say.count(score.excluded),
            say.share(score.dont_know),
        )
        names = ("n", "valid", "excluded", "unknown")
        yield Paragraph(say("fate-line", **dict(zip(names, shown, strict=True))), quiet=True)

    def _groups(self) -> Iterator[Block]:
        say, score = self.say, self.score
        if score is None or score.withheld:
            return
        heads = ("head-group", "head-valid", "head-points", "head-weight", "head-used")
        rows = tuple(
            (
                say.pick(called["zh"], called["en"]),
                say.count(group.n_valid),
                say.number(group.score),
                f"{say.number(group.weight, 0)}%",
                DASH if group.weight_used is None else f"{say.number(group.weight_used, 1)}%",
            )
            for group in score.groups
            for called in [
                self.scheme.groups.get(group.group, {"zh": group.group, "en": group.group})
            ]
        )
        yield Heading(say("section-groups"))
        yield ReportTable("", tuple(say(head) for head in heads), rows, (1, 2, 3, 4))

    def _themes(self) -> Iterator[Block]:
        say, floor = self.say, self.scheme.min_n.publish_cell
        counts = self.material.themes.get(self.unit.unit, {})
        called = {theme.id: say.pick(theme.zh, theme.en) for theme in shipped_themes()}
        yield Heading(say("section-themes"))
        if not counts:
            yield Paragraph(say("themes-none", floor=floor))
            return
        listed = "  ·  ".join(f"{called[theme]} {count}" for theme, count in counts.items())
        yield Paragraph(listed)
        yield Paragraph(say("themes-lead", floor=floor), quiet=True)

    def _trend(self) -> Iterator[Block]:
        say, points = self.say, self._points()
        yield Heading(say("section-trend"))
        if len(points) < 2:
            yield Paragraph(say("trend-none"))
        else:
            yield ReportImage(trend_picture(points, say.lang), say("trend-alt"))
        if change := self.year.changes.get(self.unit.unit):
            yield Paragraph(change_text(change, say))
        past = [
            line
            for line in self.year.inputs.history
            if line.subject == self.unit.unit and line.grade
        ]
        if past:
            grades = "  ·  ".join(f"{line.year} {name(line.grade, say.lang)}" for line in past)
            yield Paragraph(say("colon", name=say("section-past"), value=grades))

    def _points(self) -> list[Point]:
        """Return the years with a disclosed score and interval, with the median of all units."""
        years = {**self.material.earlier, self.year.year: self.year.inputs.disclosed}
        points = []
        for year, scores in sorted(years.items()):
            mine = scores.get(self.unit.unit)
            if mine is None or mine.score is None or mine.low is None or mine.high is None:
                continue
            middle = median(float(it.score) for it in scores.values() if it.score is not None)
            points.append(Point(year, float(mine.score), mine.low, mine.high, middle))
        return points

    def _notes(self) -> Iterator[Block]:
        if self.score is None or not disclosed_flags(self.score):
            return
        said = flags(disclosed_flags(self.score), self.say.lang, self.scheme.groups)
        yield Paragraph(self.say("colon", name=self.say("section-flags"), value=said), quiet=True)
