"""Lines of the method page on one campaign's fieldwork (AAPOR, Transparency Initiative)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from aggregation.counts.ratings import INVITED, OPEN
from aggregation.disclosure.halves import NOTABLE, told_difference
from aggregation.disclosure.precision import SCORE_FROM
from aggregation.disclosure.rounding import ROUNDING_BASE, round_down
from aggregation.fieldwork.dispositions import CountRange
from aggregation.quality.stayed_away import (
    CORRELATION,
    good_as,
    manski_bounds,
    reminder_trend,
    representativity,
    typical_spread,
)
from bot.core.labels import HIDDEN
from bot.publication.exclusions import REASONS, disclosed_exclusions
from bot.results.field_facts import typical_unit
from bot.results.scoring import ScoredCampaign
from survey_flows.ballot import STAFF
from survey_flows.halves import ITEMS, SCALE
from survey_flows.identity_kinds import OPENID, PHONE, VERIFIED
from survey_flows.messages import Message, Named

EXAMPLE = 80
"""The score by which the widest bounds are shown."""
LEVELS = {
    0: Message("publication-field-no-reminder"),
    1: Message("publication-field-one-reminder"),
    2: Message("publication-field-more-reminders"),
}
SPLIT_BY = {
    ITEMS: Message("publication-field-halves-items"),
    SCALE: Message("publication-field-halves-scale"),
}
"""What was asked of one half and of the other, by half."""
FieldLine = tuple[str, Message, Message]
"""Key, label and text."""
EARLY = 3600
"""Seconds before the planned end from which a close was early."""
MESSENGERS: Mapping[str, Message | str] = {
    "web": Message("publication-field-web"),
    "telegram": "Telegram",
    "wechat": Message("publication-field-wechat"),
    "wecom": Message("publication-field-wecom"),
}
FILES = {
    "letters": Message("publication-field-letters"),
    "merge": Message("publication-field-merge"),
    "sealed": Message("publication-field-sealed"),
}
"""Forms of files with invitations."""
WAYS = {
    OPEN: Message("publication-field-open"),
    INVITED: Message("publication-field-group-codes"),
    VERIFIED: Message("publication-field-verified"),
}
IDENTITIES = {
    PHONE: Message("publication-field-identity-phone"),
    OPENID: Message("publication-field-identity-openid"),
}
"""What the method page tells of identities, by kind."""


def field_lines(scored: ScoredCampaign, moment: Callable[[int], str]) -> Iterator[FieldLine]:
    """Yield the lines of a campaign.

    Args:
        scored: the campaign with its facts.
        moment: prints epoch seconds.
    """
    scheme, campaign = scored.campaign.scheme, scored.campaign
    given = scheme.sponsor
    named = Message("publication-field-sponsor-unnamed")
    if given:
        named = Message("publication-field-sponsor-name", name=Named(given.zh, given.en))
    yield "sponsor", Message("publication-field-sponsor"), named
    if scored.in_field[1] <= campaign.closes_at - EARLY:
        planned = Message("publication-field-closed-early", planned=moment(campaign.closes_at))
        yield "closed_early", Message("publication-field-early"), planned
    yield "frame", Message("publication-field-frame"), _frame(scored)
    if scored.facts.files:
        yield "files", Message("publication-field-files"), _files(scored)
    yield "modes", Message("publication-field-modes"), _modes(scored)
    yield "ways", Message("publication-field-ways"), _ways(scored)
    for kind in campaign.identity:
        yield f"identity_{kind}", Message("publication-field-identity"), IDENTITIES[kind]
    yield "rates", Message("publication-field-rates"), _rates(scored)
    yield "weighting", Message("publication-field-weighting"), _weighting(scored)
    yield "design_effect", Message("publication-field-effect"), _typical(scored)
    yield "left_out", Message("publication-field-left-out"), _left_out(scored)
    if campaign.halves:
        yield "halves", Message("publication-field-halves"), _halves(scored)
    if scheme.evidence is not None:
        yield "clusters", Message("publication-field-clusters"), _clusters(scored)
        yield "stayed_away", Message("publication-field-stayed-away"), _stayed_away(scored)
        yield "reminders", Message("publication-field-reminders"), _reminders(scored)


def _frame(scored: ScoredCampaign) -> Message:
    facts = scored.facts
    if not facts.listed:
        return Message("publication-field-no-frame")
    counts = {"listed": facts.listed, "drawn": facts.drawn, "invited": facts.invited}
    return Message("publication-field-frame-text", **counts)


def _files(scored: ScoredCampaign) -> Message:
    files = scored.facts.files
    listed = tuple(
        Message("publication-field-count", name=FILES[form], count=count)
        for form, count in files.items()
    )
    return Message("publication-field-files-text", listed=listed)


def _count(name: Message | str, count: int | None) -> Message:
    if count is None:
        return Message("publication-field-few", name=name, floor=ROUNDING_BASE)
    return Message("publication-field-count", name=name, count=count)


def _modes(scored: ScoredCampaign) -> Message:
    found = scored.facts.messengers
    if not found:
        return Message("publication-field-modes-unknown")
    counts = tuple(_count(MESSENGERS.get(name, name), count) for name, count in found.items())
    return Message("publication-field-list", listed=counts)


def _ways(scored: ScoredCampaign) -> Message:
    floor = scored.campaign.scheme.min_n.publish_cell
    counts: Counter[str] = Counter()
    for row in scored.counts:
        if row.grp != STAFF:
            counts[row.source] += row.count
    other = Message("publication-field-vouched")
    listed = tuple(
        _count(WAYS.get(name, other), round_down(count, floor))
        for name, count in sorted(counts.items())
    )
    return Message("publication-field-list", listed=listed) if listed else _nothing()


def _nothing() -> Message:
    return Message("publication-field-none")


def _rates(scored: ScoredCampaign) -> Message:
    first, second = scored.facts.rates
    if first is None or second is None:
        return Message("publication-field-no-rates")
    return Message("publication-field-rates-text", rr1=_percent(first), rr2=_percent(second))


def _percent(span: CountRange) -> str:
    return f"{span[0]}–{span[1]}"


def _weighting(scored: ScoredCampaign) -> Message:
    scheme = scored.campaign.scheme
    if scheme.population is not None:
        return Message("publication-field-weighted")
    return Message("publication-field-groups-only")


def _typical(scored: ScoredCampaign) -> Message:
    found = typical_unit(scored.scores)
    if found is None:
        return Message("publication-field-effect-unknown")
    return Message(
        "publication-field-effect-text",
        units=found.units,
        effect=found.effect,
        effective=found.effective,
    )


def _left_out(scored: ScoredCampaign) -> Message:
    counts = disclosed_exclusions(scored)
    listed = tuple(
        Message(
            "publication-field-count",
            name=reason,
            count=HIDDEN if counts[code] is None else str(counts[code]),
        )
        for code, reason in REASONS.items()
        if code != "counted" and counts[code] != 0
    )
    return Message("publication-field-list", listed=listed) if listed else _nothing()


def _clusters(scored: ScoredCampaign) -> Message:
    kept = scored.release.kept if scored.release else {}
    keys = {key for sums in kept.values() for _, _, key in sums.clusters}
    if not keys:
        return Message("publication-field-clusters-unknown")
    known = len(keys - {0})
    if not known:
        return Message("publication-field-clusters-none")
    return Message("publication-field-clusters-text", keys=known)


def _halves(scored: ScoredCampaign) -> Message:
    """What the order of questions and levels did, of the campaign as a whole and of nothing less.

    The orders are crossed with no unit and no group: the halves of a unit would be small cells.
    """
    found = {one.half: one for one in (scored.release.halves if scored.release else ())}
    said: list[Message] = []
    for half in scored.campaign.halves:
        said.append(SPLIT_BY[half])
        told = told_difference(found[half]) if half in found else None
        if told is None:
            said.append(Message("publication-field-halves-few", floor=SCORE_FROM))
            continue
        said.append(
            Message(
                "publication-field-halves-text",
                written=told.ballots[0],
                turned=told.ballots[1],
                points=f"{told.difference:+.1f}",
                low=f"{told.low:+.1f}",
                high=f"{told.high:+.1f}",
            )
        )
        if told.notable:
            said.append(Message("publication-field-halves-notable", points=NOTABLE))
    return Message("publication-field-sentences", listed=tuple(said))


def _stayed_away(scored: ScoredCampaign) -> Message:
    """What nothing rules out about the people who were invited and did not answer."""
    facts = scored.facts
    answered, invited = sum(it for _, it in facts.strata), sum(it for it, _ in facts.strata)
    if not answered or not invited:
        return Message("publication-field-stayed-unknown")
    rate = min(answered / invited, 1.0)
    low, high = manski_bounds(EXAMPLE, rate)
    spread = typical_spread((it.squares, it.degrees) for it in scored.scores.values())
    known = representativity(facts.strata, spread)
    parts = [
        Message(
            "publication-field-manski",
            rate=f"{100 * rate:.0f}",
            score=EXAMPLE,
            low=f"{low:.0f}",
            high=f"{high:.0f}",
        ),
        Message("publication-field-meng", size=good_as(rate), correlation=str(CORRELATION)),
    ]
    if known is not None:
        bias = f"{known.bias:.1f}"
        parts.append(
            Message("publication-field-indicator", indicator=f"{known.indicator:.2f}", bias=bias)
        )
    return Message("publication-field-sentences", listed=tuple(parts))


def _reminders(scored: ScoredCampaign) -> Message:
    found = reminder_trend(scored.release.kept) if scored.release else None
    if found is None:
        return Message("publication-field-reminders-unknown")
    levels = tuple(
        Message("publication-field-level", reminders=LEVELS[had], points=f"{points:+.0f}")
        for had, points in sorted(found.levels.items())
    )
    trend = Message(
        "publication-field-slope", slope=f"{found.slope:+.1f}", error=f"{found.error:.1f}"
    )
    listed = Message("publication-field-list", listed=levels)
    return Message("publication-field-sentences", listed=(listed, trend))
