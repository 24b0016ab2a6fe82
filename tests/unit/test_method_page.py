"""The unit that docs/scoring.md works out by hand, worked out again from the page's own tables."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from aggregation.estimation.method2.evidence import AnswerSums, GroupEvidence
from aggregation.estimation.method2.own_score import GroupContrast, OwnScore, own_score
from aggregation.estimation.method2.trial import worst_move
from bot.campaigns.scheme_files import offered_scheme

PAGE = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text()
HAND = PAGE[PAGE.index("## One unit worked out by hand") : PAGE.index("## The variance")]

PUBLISHED = PAGE[PAGE.index("### One unit from the published files") :]


def tables() -> list[list[list[str]]]:
    """The tables of the section, without their heads."""
    blocks = re.findall(r"(?:^\|.*\n)+", HAND, re.MULTILINE)
    return [
        [[cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()[2:]]
        for block in blocks
    ]


def unit() -> tuple[dict[str, GroupEvidence], dict[str, GroupContrast]]:
    given, contrasts, _ = tables()
    groups: dict[str, GroupEvidence] = {}
    for name, share, channel, *numbers in given:
        sums = AnswerSums(*map(Fraction, numbers))
        known = groups.get(name, GroupEvidence(Fraction(share) / 100))
        cells = ((Fraction(1), sums),) if channel == "vouched" else known.cells
        loose = known.loose if channel == "vouched" else (*known.loose, (channel, sums))
        groups[name] = GroupEvidence(known.share, cells, loose=loose)
    return groups, {
        name: GroupContrast(*(Fraction(int(number), 10**6) for number in numbers))
        for name, *numbers in contrasts
    }


def worked_out() -> OwnScore:
    rules = offered_scheme().evidence
    assert rules is not None
    found = own_score(*unit(), rules)
    assert found is not None
    return found


def test_every_figure_of_the_table_follows_from_the_sums() -> None:
    own = worked_out()
    pull = sum(t.pull for t in own.terms.values())
    for name, *printed in tables()[2]:
        t = own.terms[name]
        assert t.mean is not None
        assert t.common is not None
        figures = (t.worth, t.vouched + t.worth, t.mean, t.common, t.weight, 100 * t.pull)
        figures = (*figures, own.expected(name), own.mean(name), 100 * t.pull / pull)
        for value, text in zip(figures, printed, strict=True):
            places = len(text.partition(".")[2])
            assert abs(float(value) - float(text)) <= 0.51 * 10**-places, (name, text)


def test_the_sentences_say_what_the_sums_give() -> None:
    own, (groups, _) = worked_out(), unit()
    rules = offered_scheme().evidence
    assert rules is not None
    move = worst_move(groups, own, ("open", "invited"), rules)
    text = " ".join(HAND.split())
    assert f"= {float(own.level):.2f};" in text
    assert f"= {float(own.score):.2f}, printed as **{float(own.score):.1f}**" in text
    assert f"fill {100 * float(own.imagined):.1f} %" in text
    assert f"at most {float(move):.2f}." in text


def test_the_published_unit_comes_out_by_its_real_weights_alone() -> None:
    lines = re.findall(r"^\| [a-z_]+ \| \d.*$", PUBLISHED[: PUBLISHED.index("\n## ")], re.MULTILINE)
    rows = [[Decimal(cell) for cell in line.strip("|").split("|")[1:]] for line in lines]
    by_rules, real = (sum(row[at] * row[1] for row in rows) / 100 for at in (2, 3))
    assert sum(row[2] for row in rows) == sum(row[3] for row in rows) == 100
    assert f"= {real:.1f}, and 69.4 is published" in PUBLISHED
    assert f"it would be {by_rules:.1f}." in PUBLISHED
