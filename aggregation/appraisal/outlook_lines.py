"""The lines of a reason trail that say how sure a standing is."""

from __future__ import annotations

from collections.abc import Iterator

from aggregation.model.facts import UNIT_GRADES, Grade
from aggregation.model.results import GradeCut, RankOutlook, ReasonLine

GRADES = {
    Grade.FIRST: ("一等", "first"),
    Grade.SECOND: ("二等", "second"),
    Grade.THIRD: ("三等", "third"),
    Grade.FOURTH: ("四等", "fourth"),
    None: ("待人工决定", "waits for a person"),
}


def odds_text(probability: float) -> str:
    """A probability in whole percent; never as certain, for it is simulated."""
    if probability < 0.01:
        return "<1%"
    return ">99%" if probability > 0.99 else f"{probability:.0%}"


def outlook_lines(outlook: RankOutlook) -> Iterator[ReasonLine]:
    """The reason lines of an outlook: its rank set, the odds of grades, the distance to cuts."""
    own = f"{outlook.low}–{outlook.high}"
    yield ReasonLine(
        "单看本单位的名次范围", "rank set of this unit alone", own, (), "confidence_pct"
    )
    texts = [(GRADES[grade], odds_text(outlook.odds[grade])) for grade in UNIT_GRADES]
    zh, en = ("，".join(f"{words[place]} {share}" for words, share in texts) for place in (0, 1))
    yield ReasonLine(
        "各等次的概率", "probability of each grade", zh, (), "unit_quota", en.replace("，", ", ")
    )
    yield from (_cut(cut) for cut in outlook.cuts)


def _cut(cut: GradeCut) -> ReasonLine:
    zh, en = GRADES[cut.grade]
    away = f"{cut.gap}"
    pairs = [
        (
            f"总分{'差' if cut.up else '高'} {away} 分",
            f"{away} points {'below' if cut.up else 'above'}",
        )
    ]
    if cut.points is not None:
        pairs.append(
            (f"合民评 {cut.points:.1f} 分", f"{cut.points:.1f} points of the public score")
        )
    pairs += [_ballots(cut)] if cut.ballots is not None or cut.never else []
    texts = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    return ReasonLine(
        f"距{zh}",
        f"from the {en} grade",
        "；".join(texts[0]),
        (),
        "unit_quota",
        "; ".join(texts[1]),
    )


def _ballots(cut: GradeCut) -> tuple[str, str]:
    best = ("满分", "100") if cut.up else ("零分", "0")
    if cut.never:
        return f"再多{best[0]}票也不够", f"no number of ballots at {best[1]} would do"
    return f"至少需 {cut.ballots} 张{best[0]}票", f"at least {cut.ballots} ballots at {best[1]}"
