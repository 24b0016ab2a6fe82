"""Who took part: the circular's part on invitations, answers, groups and ballots left out (R12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aggregation.disclosure.rounding import part_at_least, round_down
from bot.core.labels import label
from bot.publication.exclusions import REASONS, disclosed_exclusions
from bot.publication.reports.document_model import Block, Heading, Paragraph, ReportTable
from bot.publication.reports.material import ReportMaterial
from bot.publication.reports.wording import DASH, ReportSpeaker


def participation_part(material: ReportMaterial, say: ReportSpeaker) -> Iterator[Block]:
    """Yield the part: responses, the groups of those counted, and ballots left out by reason."""
    yield Heading(say("part-who"), page=True)
    yield Paragraph(say("who-lead"))
    yield Paragraph(_responses(material, say))
    yield _groups(material, say)
    yield Heading(say("part-not"))
    yield Paragraph(say("not-lead"))
    for part in material.year.campaigns:
        counts = disclosed_exclusions(part)
        rows = tuple(
            (label(reason, say.lang), say.count(counts[code])) for code, reason in REASONS.items()
        )
        heads = (say("head-reason"), say("head-ballots"))
        yield ReportTable(
            say.pick(part.campaign.title["zh-Hans"], part.campaign.title["en"]),
            heads,
            rows,
            (1,),
        )


def response_rate(material: ReportMaterial, say: ReportSpeaker) -> str:
    """Return the share of the invited who answered, in percent; empty where too few did."""
    invited, answered = _told(material)
    return f"{say.number(100 * answered / invited, 1)}%" if invited and answered else ""


def _invited(material: ReportMaterial) -> tuple[int, int]:
    """Return the people invited personally and those who answered, in all campaigns."""
    found = [response for part in material.responses.values() for response in part]
    return sum(response.invited for response in found), sum(response.answered for response in found)


def _told(material: ReportMaterial) -> tuple[int | None, int | None]:
    """Return both, rounded down; None: some, below the smallest cell."""
    floor = material.year.inputs.scheme.min_n.publish_cell
    invited, answered = _invited(material)
    return round_down(invited, floor), part_at_least(answered, invited, floor)


def _responses(material: ReportMaterial, say: ReportSpeaker) -> str:
    if not _invited(material)[0]:
        return say("response-none")
    few = say("response-few")
    shown = [few if count is None else str(count) for count in _told(material)]
    return say(
        "response-line",
        invited=shown[0],
        answered=shown[1],
        rate=response_rate(material, say) or few,
    )


def _groups(material: ReportMaterial, say: ReportSpeaker) -> ReportTable:
    """Return the groups' valid ballots over all units that disclose them.

    A count that is suppressed in one unit is left out of the sum, which is then a bound.
    It is one too where counts are rounded down.
    """
    valid, by_link = Counter[str](), Counter[str]()
    gone: set[str] = set()
    for score in material.year.inputs.disclosed.values():
        for group in score.groups:
            valid[group.group] += group.n_valid or 0
            by_link[group.group] += group.n_open or 0
            if group.hidden or score.coarse:
                gone.add(group.group)
    whole = valid.total()
    rows = tuple(
        (
            say.pick(called["zh"], called["en"]),
            f"≥ {valid[group]}" if group in gone else str(valid[group]),
            f"≥ {by_link[group]}",
            f"{say.number(100 * valid[group] / whole, 1)}%" if whole else DASH,
        )
        for group, called in material.year.inputs.scheme.groups.items()
    )
    heads = ("head-group", "head-n", "head-open", "head-share")
    return ReportTable("", tuple(say(head) for head in heads), rows, (1, 2, 3))
