"""Lists of contacts to invite and of opt-outs, as tables."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.registered import year_scheme
from bot.core.identity import Address
from bot.core.shipped_files import shipped_words
from bot.crypto.contact_keys import ContactKeys
from bot.fieldwork.audience.addresses import (
    KINDS as ADDRESS_KINDS,
)
from bot.fieldwork.audience.addresses import (
    LETTER,
    LONGEST,
    OUTSIDE,
    SMS,
    kind_called,
    list_number,
    phone_number,
)
from bot.fieldwork.audience.contact_store import ContactImportCounts, StoreProgress, store_contacts
from bot.fieldwork.audience.contacts import Contact
from bot.fieldwork.audience.opt_outs import opt_out
from bot.spreadsheets.columns import Field, InputCell, match_columns
from bot.spreadsheets.reader import (
    MOST_KNOWN,
    Problems,
    ReadProgress,
    Row,
    Sheet,
    normalise_width,
    read_sheet,
)
from bot.spreadsheets.template_workbook import workbook
from bot.storage.database import writing
from survey_flows.errors import BadInput, Message, Place

AREA, SIZE = 20, 11
"""Longest names in characters: area, a stroke and size form a stratum of at most 32."""
CHANNEL = Field("channel", ("渠道",))
ADDRESS = Field("address", ("联系方式", "chat_id"), longest=LONGEST)
LIST = Field("list", ("名单", "来源"), optional=True, longest=64)
WHO = (CHANNEL, ADDRESS, LIST)
FIELDS = (
    Field("person", ("人员编号", "编号"), optional=True, longest=32),
    CHANNEL,
    ADDRESS,
    Field("language", ("语言",)),
    Field("group", ("评价主体", "主体")),
    Field("area", ("区域", "区县"), optional=True, longest=AREA),
    Field("size", ("规模",), optional=True, longest=SIZE),
    Field("consent", ("同意日期",), optional=True),
    LIST,
)
KINDS = {"import": FIELDS, "opt-out": WHO}
"""Columns of the two lists: contacts to invite, and contacts never to invite again."""
LANGUAGES = {
    "zh-Hans": ("zh", "zh-cn", "zh-hans", "中文", "汉语", "简体中文"),
    "en": ("en", "english", "英文", "英语"),
}
STRATUM_NAME = re.compile(r"[\w.-]*")


async def import_contacts(
    database: AsyncEngine,
    keys: ContactKeys,
    file: str,
    data: bytes,
    today: date,
    dry_run: bool = False,
    progress: StoreProgress = lambda _done, _total: None,
    reading: ReadProgress = lambda _rows: None,
) -> ContactImportCounts:
    """Read, check and store a list of contacts, all of it or nothing.

    Args:
        database: where the contacts are stored.
        keys: for pseudonyms and sealed addresses.
        file: the file's name, which gives the format and the place of problems.
        data: the file's bytes.
        today: the day in the city's time zone; no consent can be of a later day.
        dry_run: check all and store nothing.
        progress: takes how many persons are stored, and of how many.
        reading: takes how many rows were read.

    Raises:
        BadInput: the problems by row and column; the text of a channel or an address is not quoted.
    """
    groups = (await year_scheme(database, None)).groups
    # The sheet is let go of before its contacts are stored: both take a hundred megabytes.
    listed = await asyncio.to_thread(
        read_contacts, await _sheet(file, data, reading), groups, today
    )
    async with writing(database) as connection:
        stored = await store_contacts(connection, keys, listed, Problems(file), progress)
        if dry_run:
            await connection.rollback()
    return stored


async def blank_list(database: AsyncEngine, kind: str, lang: str) -> bytes:
    """Return an empty list to fill in, as XLSX, with the codes to choose from.

    Stored contacts are shown to nobody.

    Args:
        database: where the scheme with the evaluator groups is.
        kind: one of `KINDS`.
        lang: the language of headings and names.
    """
    groups = (await year_scheme(database, None)).groups
    codes = {
        "channel": {code: (kind.zh, kind.en) for code, kind in ADDRESS_KINDS.items()},
        "language": {code: (called[-1], called[1]) for code, called in LANGUAGES.items()},
        "group": {group: (called["zh"], called["en"]) for group, called in groups.items()},
    }
    return await asyncio.to_thread(workbook, kind, KINDS[kind], [], codes, lang)


async def import_opt_outs(
    database: AsyncEngine, keys: ContactKeys, file: str, data: bytes, today: date
) -> tuple[int, int]:
    """Opt out everybody on a list; returns the number of rows and how many persons are new.

    Raises:
        BadInput: the problems by row and column.
    """
    sheet = await _sheet(file, data)
    problems = Problems(file)
    rows = match_columns(sheet, WHO, problems)
    addresses = [_address(row, problems) for row in rows]
    problems.settle()
    async with writing(database) as connection:
        return len(rows), await opt_out(connection, keys, addresses, today)


def read_contacts(sheet: Sheet, groups: Collection[str], today: date) -> list[Contact]:
    """Read the contacts of a table; no address may stand in it twice, a person may.

    Raises:
        BadInput: the problems by row and column.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    contacts = _contacts(rows, groups, today, problems)
    _refuse_duplicates(rows, contacts, problems)
    problems.settle()
    return contacts


class _Column:
    """What the cells of a column mean, by text: those of most columns hold one of few texts."""

    __slots__ = ("_known", "_name", "_problems", "_read")

    def __init__(self, problems: Problems, name: str, read: Callable[[InputCell], str]) -> None:
        self._problems, self._name, self._read = problems, name, read
        self._known: dict[str, str] = {}

    def of(self, row: Row) -> str:
        """Return what a cell means; one that was complained of is read again in each row."""
        text = row.cells[self._name]
        found = self._known.get(text)
        if found is None:
            before = len(self._problems.found)
            found = self._read(InputCell(self._problems, row, self._name))
            if len(self._problems.found) == before and len(self._known) < MOST_KNOWN:
                self._known[text] = found
        return found


def _contacts(
    rows: Sequence[Row], groups: Collection[str], today: date, problems: Problems
) -> list[Contact]:
    """Return the contacts of rows, with their complaints by row."""
    kind = Message("spreadsheets-kind-group")
    readers: dict[str, Callable[[InputCell], str]] = {
        "language": _language,
        "group": lambda cell: cell.one_of(groups, kind),
        "area": lambda cell: _stratum_name(cell, AREA),
        "size": lambda cell: _stratum_name(cell, SIZE),
        "consent": lambda cell: _consent(cell, today),
    }
    means = [_Column(problems, name, read).of for name, read in readers.items()]
    found = []
    for row in rows:
        address, source = _address(row, problems), row.cells["list"]
        lang, group, area, size, consent = [of(row) for of in means]
        number = row.cells["person"]
        person = number and _person(InputCell(problems, row, "person"), address, source)
        found.append(
            Contact(address, lang, group, area, size, consent, source, person or None, row.number)
        )
    return found


def _address(row: Row, problems: Problems) -> Address:
    channel = kind_called(row.cells["channel"])
    address = normalise_width(row.cells["address"])
    if not channel:
        message = Message("fieldwork-unknown-channel", channels=tuple(ADDRESS_KINDS))
        InputCell(problems, row, "channel").complain(message)
        return Address(channel, address)
    kind = ADDRESS_KINDS[channel]
    found = kind.read(address)
    if found is None:
        # Neither text is quoted: a complaint may be passed on, and it may be somebody's number.
        InputCell(problems, row, "address").complain(kind.refusal)
        return Address(channel, address)
    return list_number(row.cells["list"], found) if channel == OUTSIDE else Address(channel, found)


def _person(cell: InputCell, address: Address, source: str) -> Address | None:
    """Return the telephone or the number in the list that ties a person's rows together."""
    text = normalise_width(cell.text)
    if not text:
        return None
    phone = phone_number(text)
    number = ADDRESS_KINDS[OUTSIDE].read(text)
    if phone is not None:
        found = Address(SMS, phone)
    elif number is not None:
        found = list_number(source, number)
    else:
        cell.complain(Message("fieldwork-no-person-number"))
        return None
    if address.channel == OUTSIDE and found.channel == OUTSIDE and found != address:
        cell.complain(Message("fieldwork-two-numbers"))
    return None if found == address else found


def _language(cell: InputCell) -> str:
    text = normalise_width(cell.text).lower()
    languages = shipped_words().languages
    for tag in languages:
        if text == tag.lower() or text in LANGUAGES.get(tag, ()):
            return tag
    cell.complain(Message("fieldwork-unknown-language", text=cell.text, languages=languages))
    return ""


def _stratum_name(cell: InputCell, longest: int) -> str:
    text = normalise_width(cell.text)
    # Normalised text may be longer than the text in the cell, whose length was checked already.
    grown = len(cell.text) <= longest < len(text)
    if grown or not STRATUM_NAME.fullmatch(text):
        cell.complain(Message("fieldwork-no-stratum-name", text=text, max=longest))
    return text


def _consent(cell: InputCell, today: date) -> str:
    found = cell.day() if cell.text else ""
    if found > today.isoformat():
        cell.complain(Message("fieldwork-consent-in-future", day=found))
    return found


def _refuse_duplicates(rows: list[Row], contacts: list[Contact], problems: Problems) -> None:
    """Refuse an address in two rows; a postal one may be of two persons whom numbers tell apart."""
    seen: dict[tuple[Address, Address | None], int] = {}
    for row, contact in zip(rows, contacts, strict=True):
        person = contact.person if contact.address.channel == LETTER else None
        first = seen.setdefault((contact.address, person), row.number)
        if first != row.number and row.cells["address"]:
            problems.add(Message("fieldwork-contact-twice", row=first), row.number, "address")


async def _sheet(file: str, data: bytes, reading: ReadProgress = lambda _rows: None) -> Sheet:
    sheet = await asyncio.to_thread(partial(read_sheet, file, data, progress=reading))
    if not sheet.rows:
        raise BadInput(Message("fieldwork-table-empty"), Place(file=file))
    return sheet
