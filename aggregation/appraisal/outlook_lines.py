"""The lines of a reason trail that say how sure a standing is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from aggregation.model.facts import UNIT_GRADES, Grade
from aggregation.model.reason_lines import ReasonLine
from aggregation.model.results import GradeCut, RankOutlook
from survey_flows.messages import Message


def odds_text(probability: float, coarse: bool = False) -> str:
    """A probability in whole percent; never as certain, for it is simulated.

    ``coarse`` ones are tenths already, and at most 90 %.
    """
    if coarse:
        return f"{probability:.0%}" if probability else "<10%"
    if probability < 0.01:
        return "<1%"
    return ">99%" if probability > 0.99 else f"{probability:.0%}"


def outlook_lines(outlook: RankOutlook) -> Iterator[ReasonLine]:
    """The reason lines of an outlook: its rank set, the odds of grades, the distance to cuts."""
    own = f"{outlook.low}–{outlook.high}"
    yield ReasonLine(Message("appraisal-rank-set-alone"), own, scheme="confidence_pct")
    first, second, third = (odds_text(outlook.odds[grade], outlook.coarse) for grade in UNIT_GRADES)
    odds = Message("appraisal-odds", first=first, second=second, third=third)
    yield ReasonLine(Message("appraisal-odds-label"), odds, scheme="unit_quota")
    yield from (_cut(cut, outlook.coarse) for cut in outlook.cuts)


CUTS = {
    Grade.FIRST: Message("appraisal-cut-first"),
    Grade.SECOND: Message("appraisal-cut-second"),
    Grade.THIRD: Message("appraisal-cut-third"),
}


def _cut(cut: GradeCut, by_method_2: bool) -> ReasonLine:
    gap = str(cut.gap)
    distance = (
        Message("appraisal-cut-below", gap=gap)
        if cut.up
        else Message("appraisal-cut-above", gap=gap)
    )
    parts = [distance]
    if cut.points is not None:
        parts.append(Message("appraisal-cut-score", points=f"{cut.points:.1f}"))
    if by_method_2:
        parts += _bounded_ballots(cut)
    elif cut.ballots is not None or cut.never:
        parts.append(_ballots(cut))
    value = reduce(lambda left, right: Message("appraisal-cut-and", left=left, right=right), parts)
    return ReasonLine(CUTS[cut.grade], value, scheme="unit_quota")


def _ballots(cut: GradeCut) -> Message:
    if cut.never:
        return Message("appraisal-cut-never-best" if cut.up else "appraisal-cut-never-worst")
    ballots = cut.ballots or 0
    if cut.up:
        return Message("appraisal-cut-ballots-best", ballots=ballots)
    return Message("appraisal-cut-ballots-worst", ballots=ballots)


def _bounded_ballots(cut: GradeCut) -> list[Message]:
    """What would move a grade by method 2: errors of scores, vouched ballots, loose ballots."""
    parts = []
    if cut.safe is not None:
        parts.append(Message("appraisal-cut-safe", points=f"{cut.safe:.1f}"))
    if cut.apart is not None:
        parts.append(_stayed_away(cut.apart, cut.up))
    if cut.never:
        parts.append(_ballots(cut))
    elif cut.ballots is not None:
        parts.append(_vouched(cut.ballots, cut.up))
    if cut.never_loose and not cut.never:
        parts.append(Message("appraisal-cut-never-loose"))
    elif cut.loose is not None:
        parts.append(_loose(cut.loose, cut.up))
    return parts


def _stayed_away(points: float, up: bool) -> Message:
    if up:
        return Message("appraisal-cut-apart-more", points=f"{points:.1f}")
    return Message("appraisal-cut-apart-less", points=f"{points:.1f}")


def _vouched(ballots: int, up: bool) -> Message:
    if up:
        return Message("appraisal-cut-vouched-best", ballots=ballots)
    return Message("appraisal-cut-vouched-worst", ballots=ballots)


def _loose(ballots: int, up: bool) -> Message:
    if up:
        return Message("appraisal-cut-loose-best", ballots=ballots)
    return Message("appraisal-cut-loose-worst", ballots=ballots)
