"""Releases of a campaign of method 2: what they keep, and what every page makes of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import sha256
from types import SimpleNamespace

from aggregation.counts.scan import PatternCount, tally
from aggregation.estimation.scores import score_contrasts
from bot.campaigns.registered import RegisteredCampaign
from bot.campaigns.scheme_files import offered_scheme
from bot.publication.exports import campaign_book
from bot.results.blocks import unit_blocks
from bot.results.field_facts import typical_unit
from bot.results.releases import Release, _reader, next_release, read_release
from bot.results.scoring import ScoredCampaign, score_release, unit_ranks
from tests.disclosure.linear import GROUPS, RATED, make_campaign

UNITS = "ABCDE"
LIKES = {"A": (60, 25, 10, 3, 2), "B": (50, 30, 12, 5, 3), "C": (40, 30, 20, 6, 4)}
SOURCES = {"personal": 60, "open": 40, "invited": 30}


def registered() -> RegisteredCampaign:
    return replace(make_campaign(list(UNITS)), scheme=offered_scheme())


def rows() -> list[PatternCount]:
    """Five units with answers by three sources; D and E are only heard by loose ones."""
    return [
        PatternCount(unit, "econ", group, "", source, 4, " ".join([code] * RATED), count)
        for unit in UNITS
        for group in GROUPS
        for source, people in SOURCES.items()
        if source != "personal" or unit in LIKES
        for code, share in zip(
            ("VS", "S", "B", "D", "VD"), LIKES.get(unit, (35, 30, 20, 9, 6)), strict=True
        )
        if (count := people * share // 100)
    ]


def first(campaign: RegisteredCampaign) -> Release:
    categories = {code: unit.category for code, unit in campaign.units.items()}
    contrasts = score_contrasts(tally(rows(), _reader(campaign)), categories, campaign.scheme)
    blocks = unit_blocks(rows(), _reader(campaign))
    return Release(campaign.id, 1, 0, blocks, covariances={}, contrasts=contrasts)


def scored() -> ScoredCampaign:
    campaign = registered()
    return score_release(campaign, first(campaign))


def test_a_release_is_read_as_it_was_stored_with_channels_and_contrasts() -> None:
    release = first(registered())
    body = release.body()
    row = SimpleNamespace(
        campaign="c", number=1, at=0, body=body, digest=sha256(body.encode()).hexdigest()
    )
    again = read_release(row)  # type: ignore[arg-type]
    assert again == release
    assert {pattern[2] for pattern in again.blocks["A"]} == {"", "open", "invited"}
    assert score_release(registered(), again).scores == scored().scores


def test_a_release_of_method_1_keeps_its_bytes() -> None:
    old = make_campaign(list(UNITS))
    release = Release("c", 1, 0, unit_blocks(rows(), _reader(old)))
    assert "contrasts" not in release.body()
    assert {pattern[2] for pattern in release.blocks["A"]} == {False, True}


def test_ballots_struck_out_of_one_unit_leave_the_others_as_they_were() -> None:
    campaign = registered()
    release = first(campaign)
    now = {unit: Counter(block) for unit, block in release.blocks.items()}
    for pattern in [p for p in now["A"] if p[1] == "resident" and p[4].startswith("VS")]:
        moved = now["A"].pop(pattern)
        now["A"][(*pattern[:3], 0, *pattern[4:])] = moved
    later, withheld = next_release(campaign, [release], now, {}, 1)
    assert not withheld
    before, after = (score_release(campaign, it).scores for it in (release, later))
    assert before["A"].score != after["A"].score
    assert all(before[unit].score == after[unit].score for unit in UNITS if unit != "A")


def test_units_without_vouched_answers_are_ranked_and_said_to_be_provisional() -> None:
    made = scored()
    assert set(unit_ranks(made)) == set(UNITS)
    flags = {unit: "rank_provisional" in it.flags for unit, it in made.scores.items()}
    assert flags == {"A": False, "B": False, "C": False, "D": True, "E": True}
    assert made.covariances is not None
    assert made.covariances["A", "D"] > 0


def test_the_book_of_a_campaign_says_by_which_method_it_was_scored() -> None:
    book = campaign_book(scored(), "Asia/Shanghai")
    pages = {page.name: page for page in book.pages}
    method = {row[0]: row[4] for row in pages["method"].rows}
    assert method["evidence.imagined"] == "30"
    assert method["evidence.vouched"] == "personal"
    assert "imagined answers" in str(method["public_score"])
    assert "min_n.group" not in method
    assert "open_link_cap_pct" not in method


def test_typical_figures_are_those_of_five_units_or_nobody_s() -> None:
    scores = scored().scores
    ratios = sorted(it.n_valid / float(it.effective or 1) for it in scores.values())
    found = typical_unit(scores)
    assert found is not None
    assert found.units == 5
    assert found.effect == f"{ratios[2]:.1f}"
    assert found.effective % 10 == 0
    assert 0 <= sorted(float(it.effective or 0) for it in scores.values())[2] - found.effective < 10
    assert typical_unit({unit: it for unit, it in scores.items() if unit != "A"}) is None
    assert min(it.n_valid for it in scores.values()) >= 100
