"""Files with invitations: letters as PDF, a table for mail merge, and one that a key opens.

What is in a file is made here from the campaign's key, and the service keeps no copy of it.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.resources import files
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.live_campaigns import load_definition
from bot.campaigns.registered import read_campaign_row
from bot.campaigns.titles import marked_title
from bot.core.clock import Clock
from bot.core.printed_signs import data_as_printed
from bot.core.shipped_files import shipped_words
from bot.crypto.age_files import seal_file
from bot.crypto.contact_keys import ContactKeys
from bot.crypto.gate_keys import GateKeys
from bot.fieldwork.outreach.handouts import (
    LETTERS,
    SEALED,
    HandoutRow,
    read_rows,
    record_made,
)
from bot.publication.reports.pdf import bundled_fonts
from bot.publication.reports.qr_codes import qr_code
from bot.storage.database import reading
from bot.transparency.desk import Desk
from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.errors import BadInput, Message
from survey_flows.localized_names import in_language, show_end
from survey_flows.organiser import organiser_line
from survey_flows.wording import DEFAULT

HALF = 5
COLUMNS = (
    ("收件地址", "address"),
    ("语言", "language"),
    ("编码", "code"),
    ("网址", "link"),
    ("输入网址", "typed"),
    ("参考号", "reference"),
    ("活动", "campaign"),
    ("截止", "until"),
    ("主办", "organiser"),
    ("电话", "phone"),
)
"""Columns of the tables, which are the places of a mail merge: Chinese and English."""
EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001  (a workbook's times have no zone)


@dataclass(frozen=True, slots=True)
class HandoutFile:
    """A file that was made, and the number of people in it."""

    name: str
    content_type: str
    data: bytes
    people: int


@dataclass(frozen=True, slots=True)
class HandoutMaker:
    """What files are made with; ``site`` is the public address of the service."""

    database: AsyncEngine
    keys: GateKeys
    contact_keys: ContactKeys
    desk: Desk
    clock: Clock
    site: str
    timezone: str

    async def make(self, campaign: str, step: int, by: str) -> HandoutFile:
        """Make an allowed file, settle its people, and order the act that tells of it.

        Made again it has the same codes, without the people who have opted out since.

        Raises:
            BadInput: the service has no public address, nobody is left in the file, or as
                `bot.fieldwork.outreach.handouts.read_rows`.
        """
        if not self.site:
            raise BadInput(Message("handout-no-address"))
        given = (self.keys, self.contact_keys, campaign, step, by)
        one, rows = await read_rows(self.database, *given)
        if not rows:
            raise BadInput(Message("handout-nobody"))
        async with reading(self.database) as connection:
            row = await read_campaign_row(connection, campaign)
        definition = load_definition(row, [], shipped_words(), ZoneInfo(self.timezone))
        draw = letters_pdf if one.form == LETTERS else merge_table
        data = await asyncio.to_thread(draw, definition, rows, self.site)
        name, kind = f"invitations-{campaign}-{step}.xlsx", XLSX
        if one.form == LETTERS:
            name, kind = f"invitations-{campaign}-{step}.pdf", "application/pdf"
        if one.form == SEALED:
            data = await asyncio.to_thread(seal_file, data, one.recipient)
            name, kind = f"{name}.age", "application/octet-stream"
        digest, now = sha256(data).hexdigest(), int(self.clock.now().timestamp())
        people = [it.person for it in rows]
        await record_made(self.database, self.desk, one, people, digest, now)
        return HandoutFile(name, kind, data, len(rows))


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def split_code(code: str) -> str:
    """Return a code in two halves, as it is read and typed best."""
    return f"{code[:HALF]}-{code[HALF:]}"


def merge_table(definition: CampaignDefinition, rows: Sequence[HandoutRow], site: str) -> bytes:
    """Return the table as XLSX: every cell is text, so that no address runs as a formula."""
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": EPOCH})
        sheet = book.add_worksheet("invitations")
        for place, (zh, en) in enumerate(COLUMNS):
            sheet.write_string(0, place, f"{zh} {en}")
        for number, row in enumerate(rows, 1):
            for place, text in enumerate(_cells(definition, row, site)):
                sheet.write_string(number, place, text)
    return buffer.getvalue()


def _cells(definition: CampaignDefinition, row: HandoutRow, site: str) -> tuple[str, ...]:
    lang, base = _language(definition, row), site.rstrip("/")
    organiser = definition.organiser
    name = organiser.name.get(lang, "") if organiser else ""
    phone = organiser.phone if organiser else ""
    return (
        row.address,
        lang,
        split_code(row.code),
        f"{base}/{row.code}",
        f"{_bare(base)}/k",
        row.reference,
        _title(definition, lang),
        show_end(definition, lang),
        name,
        phone,
    )


def letters_pdf(definition: CampaignDefinition, rows: Sequence[HandoutRow], site: str) -> bytes:
    """Return one PDF with a page for each letter (A4, address for a window envelope; PDF/UA-1)."""
    [drawn] = draw_letters(definition, rows, site)
    return drawn


def draw_letters(
    definition: CampaignDefinition,
    rows: Sequence[HandoutRow],
    site: str,
    form: Literal["pdf", "png"] = "pdf",
    ppi: float = 144,
) -> list[bytes]:
    """Return the letters as one PDF, or as a picture of each page with ``ppi`` pixels by inch."""
    import typst

    pages = [_page(definition, row, site.rstrip("/")) for row in rows]
    template = files("bot.publication.reports").joinpath("letter.typ").read_bytes()
    shown = data_as_printed({"title": _title(definition, DEFAULT), "pages": pages})
    data = json.dumps(shown, ensure_ascii=False)
    drawn: Any = typst.compile(
        template,
        format=form,
        ppi=ppi,
        sys_inputs={"data": data},
        font_paths=bundled_fonts(),
        pdf_standards="ua-1" if form == "pdf" else None,
    )
    return drawn if isinstance(drawn, list) else [bytes(drawn)]


def _page(definition: CampaignDefinition, row: HandoutRow, site: str) -> dict[str, object]:
    words, lang = definition.wording, _language(definition, row)
    phone = definition.organiser.phone if definition.organiser else ""
    title = _title(definition, lang)
    link = f"{site}/{row.code}"
    return {
        "lang": lang[:2],
        "address": row.address,
        "organiser": organiser_line(definition.organiser, lang, words),
        "head": title,
        "lead": words.say(lang, "letter-invitation-lead", title=title),
        "private": words.say(lang, "poster-private"),
        "free": words.say(lang, "poster-free"),
        "how": words.say(lang, "letter-invitation-how"),
        "typed": [words.say(lang, "letter-invitation-address"), f"{_bare(site)}/k"],
        "code": [words.say(lang, "letter-invitation-code"), split_code(row.code)],
        "until": words.say(lang, "poster-until", date=show_end(definition, lang)),
        "stop": words.say(
            lang, "letter-invitation-stop", phone=phone or "12345", reference=row.reference
        ),
        "link": link,
        "qr": qr_code(link),
    }


def _language(definition: CampaignDefinition, row: HandoutRow) -> str:
    return row.lang if row.lang in definition.wording.languages else DEFAULT


def _title(definition: CampaignDefinition, lang: str) -> str:
    return in_language(marked_title(definition.title, definition.aim.pilot), lang, definition)


def _bare(site: str) -> str:
    return site.removeprefix("https://").removeprefix("http://")
