"""Lists of people who may be invited, and of people who no longer want to be."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.registered import year_scheme
from bot.core.identity import Address
from bot.core.shipped_files import shipped_words
from bot.crypto.contact_keys import ContactKeys
from bot.fieldwork.audience.contacts import Contact, ContactImportCounts, opt_out, store_contacts
from bot.spreadsheets.columns import Field, InputCell, cell_reader, match_columns
from bot.spreadsheets.reader import Problems, Row, Sheet, normalise_width, read_sheet
from bot.spreadsheets.template_workbook import workbook
from bot.storage.database import writing
from survey_flows.errors import BadInput, Message

AREA, SIZE = 20, 11
"""Characters: area, a stroke and size are a ballot's stratum, which has room for 32."""
WHO = (Field("channel", ("渠道",)), Field("address", ("联系方式", "chat_id"), longest=64))
FIELDS = (
    *WHO,
    Field("language", ("语言",)),
    Field("group", ("评价主体", "主体")),
    Field("area", ("区域", "区县"), optional=True, longest=AREA),
    Field("size", ("规模",), optional=True, longest=SIZE),
    Field("consent", ("同意日期",), optional=True),
    Field("list", ("名单", "来源"), optional=True, longest=64),
)
KINDS = {"import": FIELDS, "opt-out": WHO}
"""The two lists: whom to invite, whom never to invite again."""
ADDRESSES = {"telegram": (re.compile(r"[1-9][0-9]{0,15}"), "a chat id of Telegram, 1 to 16 digits")}
"""By channel: what an address is like, and how that is told."""
LANGUAGES = {
    "zh-Hans": ("zh", "zh-cn", "zh-hans", "中文", "汉语", "简体中文"),
    "en": ("en", "english", "英文", "英语"),
}
PLACE = re.compile(r"[\w.-]*")


@dataclass(frozen=True, slots=True)
class _Known:
    groups: Collection[str]
    today: date


async def import_contacts(
    database: AsyncEngine,
    keys: ContactKeys,
    file: str,
    data: bytes,
    today: date,
    dry_run: bool = False,
) -> ContactImportCounts:
    """Read, check and store a list of contacts, all of it or nothing.

    Args:
        file: its name, for the format and for complaints.
        data: its bytes.
        today: in the city's time zone; no consent can be of a later day.
        dry_run: check all and store nothing.

    Raises:
        BadInput: the first problems by row and column; what stands in a cell of channel or address is not repeated.
    """
    sheet = await _sheet(file, data)
    known = _Known((await year_scheme(database, None)).groups, today)
    listed = await asyncio.to_thread(read_contacts, sheet, known.groups, known.today)
    async with writing(database) as connection:
        stored = await store_contacts(connection, keys, listed)
        if dry_run:
            await connection.rollback()
    return stored


async def blank_list(database: AsyncEngine, kind: str, lang: str) -> bytes:
    """An empty list to fill in, as XLSX, with the codes to choose from. Who is known already is shown to nobody.

    Args:
        kind: one of `KINDS`.
        lang: the language of headings and names.
    """
    groups = (await year_scheme(database, None)).groups
    codes = {
        "channel": {channel: (channel.title(), channel.title()) for channel in ADDRESSES},
        "language": {code: (called[-1], called[1]) for code, called in LANGUAGES.items()},
        "group": {group: (called["zh"], called["en"]) for group, called in groups.items()},
    }
    return await asyncio.to_thread(workbook, kind, KINDS[kind], [], codes, lang)


async def import_opt_outs(
    database: AsyncEngine, keys: ContactKeys, file: str, data: bytes, today: date
) -> tuple[int, int]:
    """Opt out everybody on a list of channels and addresses; returns how many rows and how many of them are new.

    Raises:
        BadInput: the first problems by row and column.
    """
    sheet = await _sheet(file, data)
    problems = Problems(file)
    rows = match_columns(sheet, WHO, problems)
    addresses = [_address(row, problems) for row in rows]
    problems.settle()
    async with writing(database) as connection:
        return len(rows), await opt_out(connection, keys, addresses, today)


def read_contacts(sheet: Sheet, groups: Collection[str], today: date) -> list[Contact]:
    """The contacts of a table. Nobody may stand in it twice.

    Raises:
        BadInput: by row and column.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    contacts = [_contact(row, groups, today, problems) for row in rows]
    _refuse_twins(rows, contacts, problems)
    problems.settle()
    return contacts


def _contact(row: Row, groups: Collection[str], today: date, problems: Problems) -> Contact:
    cell = cell_reader(problems, row)
    return Contact(
        address=_address(row, problems),
        lang=_language(cell("language")),
        group=cell("group").one_of(groups, Message("spreadsheets-kind-group")),
        area=_place(cell("area"), AREA),
        size=_place(cell("size"), SIZE),
        consent=_consent(cell("consent"), today),
        source=cell("list").text,
    )


def _address(row: Row, problems: Problems) -> Address:
    cell = cell_reader(problems, row)
    channel = normalise_width(cell("channel").text).lower()
    address = normalise_width(cell("address").text)
    if channel not in ADDRESSES:
        cell("channel").complain(f"there is no such channel; there are {', '.join(ADDRESSES)}")
        return Address(channel, address)
    form, told = ADDRESSES[channel]
    if not form.fullmatch(address):
        # The text stays out, as it does above: a complaint may be passed on, and it may be somebody's number.
        cell("address").complain(f"this is not {told}")
    return Address(channel, address)


def _language(cell: InputCell) -> str:
    text = normalise_width(cell.text).lower()
    for tag in shipped_words().languages:
        if text == tag.lower() or text in LANGUAGES.get(tag, ()):
            return tag
    cell.complain(
        f"there is no language «{cell.text}»; there are {', '.join(shipped_words().languages)}"
    )
    return ""


def _place(cell: InputCell, longest: int) -> str:
    text = normalise_width(cell.text)
    if not PLACE.fullmatch(text) or len(cell.text) <= longest < len(
        text
    ):  # plain text may be longer than written
        cell.complain(
            f"«{text}» is not a name of at most {longest} letters, digits, «_», «.» or «-»"
        )
    return text


def _consent(cell: InputCell, today: date) -> str:
    found = cell.day() if cell.text else ""
    if found > today.isoformat():
        cell.complain(f"{found} is later than today; give the day on which the person consented")
    return found


def _refuse_twins(rows: list[Row], contacts: list[Contact], problems: Problems) -> None:
    seen: dict[Address, int] = {}
    for row, contact in zip(rows, contacts, strict=True):
        first = seen.setdefault(contact.address, row.number)
        if first != row.number and row.cells["address"]:
            problems.add(
                f"this contact stands in row {first} already; delete one of the rows",
                row.number,
                "address",
            )


async def _sheet(file: str, data: bytes) -> Sheet:
    sheet = await asyncio.to_thread(read_sheet, file, data)
    if not sheet.rows:
        raise BadInput("the table has a header and no rows; nothing was stored", file)
    return sheet
