"""Letters of a unit about results, as one PDF: a receipt list, then a page for each.

A letter has the code of the own page, and beside it the page's address as a QR code, which does not
hold the code. The code is made here, goes into the letter alone, and is kept as a keyed digest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.appraisal.standing import Standing
from aggregation.appraisal.trail import paper_words
from aggregation.model.results import Certainty, LeaderResult, Proposal
from aggregation.model.standings import AppraisalState
from bot.appraisal.letters import Addressee, ordered_letters, record_letters
from bot.appraisal.own_results import OwnResult
from bot.campaigns.organiser import read_organiser
from bot.core.identity import Office
from bot.core.labels import label, name, sentences
from bot.publication.reports.document_model import (
    Block,
    Document,
    Heading,
    KeyFigures,
    Paragraph,
    ReportTable,
)
from bot.publication.reports.pdf import to_pdf
from bot.publication.reports.qr_codes import qr_code
from bot.publication.reports.wording import DASH, ReportSpeaker
from bot.records.tellings import make_code
from survey_flows.campaign_definition import Organiser
from survey_flows.errors import BadInput, Message

HALF = 5
PLACES = 2
UNGRADED = {
    AppraisalState.APPRAISED: "letter-waits",
    AppraisalState.WAITING: "letter-waiting",
}
"""What a letter says of a person whose grade is still to come, by why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says: the result, its notice, and the code; ``code`` is in no message."""

    own: OwnResult
    told: Addressee
    code: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the organiser, if it is known, and the address of the own page."""

    organiser: Organiser | None
    address: str


async def print_letters(
    database: AsyncEngine,
    digest: Callable[[str], str],
    year: int,
    unit: str,
    office: Office,
    site: str,
    lang: str,
) -> bytes:
    """Return the letters of a unit that are ordered, as one PDF; they cannot be printed twice.

    Args:
        database: where the year is.
        digest: makes the keyed digest of a code.
        year: the year.
        unit: where the letters are handed over.
        office: who ordered them and prints them.
        site: the public address of the service.
        lang: the language of the letters.

    Raises:
        BadInput: none are ordered by this office, they are printed already, or the service has no
            public address.
    """
    if not site:
        raise BadInput(Message("appraisal-no-address"))
    sender = Sender(await read_organiser(database), f"{site.rstrip('/')}/result")
    found = await ordered_letters(database, year, unit, office)
    letters = [Letter(own, told, make_code()) for own, told in found]
    document = letters_document(letters, sender, lang, office.timezone)
    made = await asyncio.to_thread(to_pdf, document)
    codes = {it.own.subject: digest(it.code) for it in letters}
    await record_letters(database, year, unit, codes, office)
    return made


def letters_document(
    letters: Sequence[Letter], sender: Sender, lang: str, timezone: str
) -> Document:
    """Return the receipt list and a page for each letter."""
    say = ReportSpeaker(lang, timezone, PLACES)
    year = letters[0].own.year
    blocks = [*_receipts(letters, say)]
    for letter in letters:
        blocks += _letter(letter, sender, say)
    return Document(
        lang=say.lang,
        title=say("letter-title", year=year),
        subtitle=say("letter-subtitle", n=len(letters)),
        mark=say("letter-mark"),
        foot=say("letter-foot", year=year),
        blocks=tuple(blocks),
        compact=True,
    )


def _receipts(letters: Sequence[Letter], say: ReportSpeaker) -> Iterator[Block]:
    heads = ("letter-name", "letter-unit", "letter-post", "letter-day", "letter-signature")
    rows = tuple((*_who(it.told.result, it.own, say), "", "") for it in letters)
    title, note = say("letter-receipts"), say("letter-receipts-how")
    yield ReportTable(title, tuple(map(say, heads)), rows, wide=(0, 1, 4), note=note)


def _who(it: Standing, own: OwnResult, say: ReportSpeaker) -> tuple[str, str, str]:
    unit = say.pick(own.unit.zh, own.unit.en)
    post = it.post or name(it.role, say.lang) if isinstance(it, LeaderResult) else DASH
    return say.pick(it.zh, it.en), unit, post


def _letter(letter: Letter, sender: Sender, say: ReportSpeaker) -> Iterator[Block]:
    own, it = letter.own, letter.told.result
    called, unit, post = _who(it, own, say)
    yield Heading(say("letter-head", year=own.year, name=called), page=True)
    if isinstance(it, LeaderResult):
        yield Paragraph(say("letter-to", name=called, unit=unit, post=post, year=own.year))
    else:
        yield Paragraph(say("letter-to-unit", name=called, year=own.year))
    yield KeyFigures(_figures(it, own, say))
    yield from _decisions(own, say)
    lines = tuple(line.pair(say.lang) for line in own.lines)
    yield ReportTable(
        say("letter-reasons"), (say("letter-what"), say("letter-is")), lines, wide=(0, 1)
    )
    yield Heading(say("letter-contest"), level=2)
    asks = _asks(sender, say)
    until = own.until.isoformat()
    contest = "letter-until" if isinstance(it, LeaderResult) else "letter-until-unit"
    yield Paragraph(say(contest, until=until, days=own.days, office=asks["office"]))
    yield Heading(say("letter-page"), level=2)
    yield KeyFigures(
        (
            (say("letter-address"), sender.address),
            (say("letter-code"), f"{letter.code[:HALF]}-{letter.code[HALF:]}"),
        ),
        code=qr_code(sender.address),
        alt=sender.address,
    )
    yield Paragraph(say("letter-code-how"), quiet=True)
    if asks["phone"]:
        yield Paragraph(say("letter-ask", **asks), quiet=True)


def _figures(it: Standing, own: OwnResult, say: ReportSpeaker) -> tuple[tuple[str, str], ...]:
    if isinstance(it, LeaderResult):
        return (
            (say("letter-grade"), _grade(it, own, say)),
            (say("letter-score"), say.number(it.score)),
            (say("letter-unit-grade"), name(own.unit.grade, say.lang) or DASH),
            (say("letter-unit-total"), say.number(own.unit.total)),
        )
    rank = f"{it.rank} / {it.of}" if it.rank else DASH
    return (
        (say("letter-grade-of-unit"), _grade(it, own, say)),
        (say("letter-rank"), rank),
        (say("letter-total"), say.number(it.total)),
        (say("letter-public"), DASH if own.score is None else say.number(own.score)),
    )


def _grade(it: Standing, own: OwnResult, say: ReportSpeaker) -> str:
    if it.grade is None:
        if not isinstance(it, LeaderResult):
            return DASH
        state = it.state.state
        return say(UNGRADED[state]) if state in UNGRADED else name(state, say.lang)
    grade = name(it.grade, say.lang)
    if it.certainty is Certainty.PROVISIONAL:
        grade = say("provisional", grade=grade)
    if not it.amended:
        return grade
    return say("amended" if own.reviewed else "amended-other", grade=grade)


def _decisions(own: OwnResult, say: ReportSpeaker) -> Iterator[Block]:
    heads = ("letter-proposal", "letter-status", "letter-reason")
    rows = tuple(
        (
            name(it.kind, say.lang),
            name(it.status, say.lang),
            _decided(it, say),
        )
        for it in own.proposals
    )
    if rows:
        yield ReportTable(say("letter-proposals"), tuple(map(say, heads)), rows, wide=(2,))


def _decided(proposal: Proposal, say: ReportSpeaker) -> str:
    """Return why something was decided, and the paper that it rests on."""
    made = proposal.decision
    if made is None:
        return ""
    parts = [made.reason, *([label(paper_words(made.paper), say.lang)] if made.paper else [])]
    return sentences(parts, say.lang)


def _asks(sender: Sender, say: ReportSpeaker) -> Mapping[str, str]:
    """Return whom to ask, and where."""
    it = sender.organiser
    if it is None:
        return {"office": say("letter-office"), "phone": ""}
    return {"office": it.name.get(say.lang) or it.name["zh-Hans"], "phone": it.phone}
