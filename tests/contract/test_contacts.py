"""Contacts on both databases: imported whole or not at all, sealed, opted out for good."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.identity import Address
from bot.crypto.contact_keys import ContactKeys, load_contact_keys
from bot.crypto.gate_keys import make_gate_keys
from bot.crypto.keyrings import Keyring
from bot.fieldwork.audience.contact_file import blank_list, import_contacts, import_opt_outs
from bot.fieldwork.audience.contact_store import ContactImportCounts
from bot.fieldwork.audience.contacts import count_contacts, select_persons, set_unreachable
from bot.storage.database import open_database, reading, writing
from bot.storage.migrate import migrate
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput, BadSession

TODAY = date(2026, 11, 24)
HEAD = "channel,address,language,group,area,size,consent,list\n"
ANN, BEN, CAT = "880017310901", "880017310902", "880017310903"
LIST = HEAD + (
    f"telegram,{ANN},zh-Hans,resident,430102,,2026-01-02,hall\n"
    f"telegram,{BEN},English,enterprise,430103,large,2026-01-03,hall\n"
    f"telegram,{CAT},中文,resident,430102,,,hall\n"
)
KEYS = ContactKeys(bytes(range(32)))


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_database(store_url)
    await migrate(engine)
    yield engine
    await engine.dispose()


async def bring(database: AsyncEngine, text: str, **more: Any) -> ContactImportCounts:
    return await import_contacts(database, KEYS, "list.csv", text.encode(), TODAY, **more)


async def leave(database: AsyncEngine, *addresses: str) -> tuple[int, int]:
    text = "渠道,联系方式\n" + "".join(f"telegram,{address}\n" for address in addresses)
    return await import_opt_outs(database, KEYS, "out.csv", text.encode(), TODAY)


async def stored(database: AsyncEngine) -> dict[bytes, dict[str, Any]]:
    async with reading(database) as connection:
        people = {
            bytes(row.lookup): dict(row._mapping)
            for row in await connection.execute(select_persons())
        }
        for row in await connection.execute(select(tables.addresses)):
            if bytes(row.person) == bytes(row.lookup):
                people[bytes(row.person)]["sealed"] = row.sealed
    return people


async def counted(
    database: AsyncEngine, fatigue_days: int = 180
) -> tuple[dict[str, int], dict[str, int]]:
    async with reading(database) as connection:
        found = await count_contacts(connection, TODAY, fatigue_days)
    return dict(found.groups), {
        reason: number for reason, number in found.left_out.items() if number
    }


def who(address: str) -> bytes:
    return KEYS.lookup(Address("telegram", address))


async def test_a_list_is_stored_and_the_same_again_changes_nothing(database: AsyncEngine) -> None:
    assert await bring(database, LIST) == ContactImportCounts(3, 0, 0, 0)
    before = await stored(database)
    assert await bring(database, LIST) == ContactImportCounts(0, 0, 3, 0)
    assert await stored(database) == before
    assert before.keys() == {who(ANN), who(BEN), who(CAT)}
    ben = before[who(BEN)]
    assert KEYS.unseal(who(BEN), ben["sealed"]) == Address("telegram", BEN)
    kept = {name: ben[name] for name in ("lang", "group_code", "area", "size", "consent", "source")}
    assert kept == {
        "lang": "en",
        "group_code": "enterprise",
        "area": "430103",
        "size": "large",
        "consent": "2026-01-03",
        "source": "hall",
    }


async def test_of_who_did_not_consent_no_address_is_kept_until_they_do(
    database: AsyncEngine,
) -> None:
    await bring(database, LIST)
    assert (await stored(database))[who(CAT)]["sealed"] is None
    assert await counted(database) == ({"enterprise": 1, "resident": 1}, {"no_consent": 1})
    assert await bring(
        database, HEAD + f"telegram,{CAT},zh-Hans,resident,430102,,2026-11-24,hall\n"
    ) == ContactImportCounts(0, 1, 0, 0)
    assert KEYS.unseal(who(CAT), (await stored(database))[who(CAT)]["sealed"]) == Address(
        "telegram", CAT
    )
    assert await bring(database, LIST) == ContactImportCounts(0, 0, 3, 0), (
        "a list that knows of no consent takes none away"
    )
    assert await counted(database) == ({"enterprise": 1, "resident": 2}, {})


async def test_an_opt_out_deletes_the_address_and_outlasts_every_import(
    database: AsyncEngine,
) -> None:
    await bring(database, LIST)
    stranger = "880017310904"
    assert await leave(database, ANN, stranger, ANN) == (3, 2)
    assert await leave(database, ANN) == (1, 0)
    later = (
        LIST.replace("2026-01-02", "2026-11-24")
        + f"telegram,{stranger},en,resident,,,2026-11-24,\n"
    )
    assert await bring(database, later) == ContactImportCounts(0, 0, 2, 2)
    found = await stored(database)
    for address in (ANN, stranger):
        row = found[who(address)]
        assert {name: value for name, value in row.items() if value} == {
            "lookup": who(address),
            "opted_out": "2026-11-24",
        }
    assert await counted(database) == ({"enterprise": 1}, {"opted_out": 2, "no_consent": 1})


async def test_each_reason_is_counted_once_in_its_order(database: AsyncEngine) -> None:
    rows = "".join(f"telegram,{n},en,resident,,,2026-01-02,\n" for n in range(1, 7))
    await bring(database, HEAD + rows + "telegram,7,en,resident,,,,\n")
    columns = tables.persons.c
    async with writing(database) as connection:
        for number, day in (
            (1, "2026-11-23"),
            (2, "2026-05-29"),
            (3, "2026-05-28"),
            (4, "2026-11-23"),
        ):
            change = tables.persons.update().where(columns.lookup == who(str(number)))
            await connection.execute(change.values(invited=day))
        await set_unreachable(connection, [who("4"), who("5"), who("7")], TODAY)
    await leave(database, "5")
    # 180 days before the 24th of November is the 28th of May
    others = {"opted_out": 1, "no_consent": 1, "unreachable": 1}
    assert await counted(database) == ({"resident": 2}, others | {"fatigue": 2})
    assert await counted(database, 0) == ({"resident": 4}, others)


async def test_a_consent_of_a_later_day_makes_reachable_again(database: AsyncEngine) -> None:
    await bring(database, LIST)
    async with writing(database) as connection:
        await set_unreachable(connection, [who(ANN), who(BEN)], date(2026, 2, 1))
    await bring(database, LIST)
    assert await counted(database) == ({}, {"no_consent": 1, "unreachable": 2})
    await bring(database, LIST.replace("2026-01-03", "2026-02-02"))
    assert await counted(database) == ({"enterprise": 1}, {"no_consent": 1, "unreachable": 1})


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (
            "telegram,@ann,en,resident,,,,",
            "row 3, column address: this is not a chat id of Telegram, 1 to 16 digits",
        ),
        (
            "telegram,-100123,en,resident,,,,",
            "row 3, column address: this is not a chat id of Telegram",
        ),
        ("telegram,,en,resident,,,,", "row 3, column address: the cell is empty"),
        (
            f"telegram,{ANN},en,resident,,,,",
            "row 3, column address: this contact stands in row 2 already",
        ),
        (
            "880017310999,5,en,resident,,,,",
            "row 3, column channel: there is no such channel; there are telegram",
        ),
        (
            "telegram,5,fr,resident,,,,",
            "row 3, column language: there is no language «fr»; there are zh-Hans, en",
        ),
        ("telegram,5,en,martian,,,,", "row 3, column group: there is no evaluator group «martian»"),
        (
            "telegram,5,en,resident,a/b,,,",
            "row 3, column area: «a/b» is not a name of at most 20 letters, digits",
        ),
        (
            "telegram,٣٤٥,en,resident,,,,",
            "row 3, column address: this is not a chat id of Telegram",
        ),
        ("telegram,5,en,resident,ﷺﷺ,,,", "row 3, column area: «صلى الله عليه وسلم"),
        (
            "telegram,5,en,resident,,very_very_large,,",
            "row 3, column size: the text is longer than 11 characters",
        ),
        (
            "telegram,5,en,resident,,,yes,",
            "row 3, column consent: «yes» is not a date; write it like 2026-11-24",
        ),
        (
            "telegram,5,en,resident,,,2026-11-25,",
            "row 3, column consent: 2026-11-25 is later than today",
        ),
    ],
)
async def test_a_wrong_row_is_told_by_its_place_and_nothing_is_stored(
    database: AsyncEngine, row: str, complaint: str
) -> None:
    good = f"telegram,{ANN},en,resident,,,2026-01-02,\n"
    with pytest.raises(BadInput) as refused:
        await bring(database, HEAD + good + row + "\n")
    assert str(refused.value).startswith(f"list.csv, {complaint}")
    assert "\n" not in str(refused.value)
    assert "880017310999" not in str(refused.value)
    assert await stored(database) == {}


async def test_a_dry_run_tells_what_would_be_stored(database: AsyncEngine) -> None:
    assert await bring(database, LIST, dry_run=True) == ContactImportCounts(3, 0, 0, 0)
    assert await stored(database) == {}


async def test_an_empty_list_is_refused(database: AsyncEngine) -> None:
    with pytest.raises(BadInput, match="a header and no rows"):
        await bring(database, HEAD)
    with pytest.raises(BadInput, match="the column «address» is missing"):
        await import_opt_outs(database, KEYS, "out.csv", b"channel\ntelegram\n", TODAY)


def read_all(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("minping.sqlite3*"))


async def test_no_address_is_written_in_clear(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_database(sqlite_url)
    await migrate(engine)
    await bring(engine, LIST)
    await leave(engine, BEN)
    written = read_all(tmp_path)
    await engine.dispose()
    assert who(ANN) in written, "what is looked into is what was written"
    for address in (ANN, BEN, CAT):
        assert address.encode() not in written
        assert int(address).to_bytes(8, "big") not in written


def test_a_contacts_pseudonym_is_no_other_and_belongs_to_its_key(tmp_path: Path) -> None:
    Keyring(tmp_path).find_or_create("contacts")
    keys, contacts = make_gate_keys(tmp_path), load_contact_keys(tmp_path)
    keys.voters.find_or_create("year")
    assert contacts == load_contact_keys(tmp_path)
    ann = Address("telegram", ANN)
    others = {keys.person("telegram", ANN), keys.voter("year", "telegram", ANN), KEYS.lookup(ann)}
    assert contacts.lookup(ann) not in others
    assert contacts.lookup(ann) != contacts.lookup(Address("telegram1", ANN[1:]))
    sealed = contacts.seal(ann)
    assert contacts.unseal(contacts.lookup(ann), sealed) == ann
    with pytest.raises(BadSession, match=r"restore contacts\.key"):
        contacts.unseal(contacts.lookup(Address("telegram", BEN)), sealed)
    with pytest.raises(BadSession):
        KEYS.unseal(KEYS.lookup(ann), sealed)


@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
async def test_an_empty_list_shows_nobody_and_every_code_in_it_is_taken(
    database: AsyncEngine, lang: str
) -> None:
    await bring(database, LIST)
    book = load_workbook(io.BytesIO(await blank_list(database, "import", lang)))
    sheet, codes = book.worksheets
    assert (sheet.max_row, sheet.max_column) == (1, 9)
    columns = [[cell.value for cell in column[1:] if cell.value] for column in codes.iter_cols()]
    channels, languages, groups = columns[0], columns[2], columns[4]
    members = ["wechat", "wecom", "dingtalk", "feishu"]
    assert channels == ["telegram", "sms", "email", *members, "letter", "outside"]
    assert (len(languages), len(groups)) == (2, 6)
    for number, (language, group) in enumerate(product(languages, groups)):
        address = ["telegram", f"{2000 + number}", language, group, None, None, "2026-11-01"]
        sheet.append([None, *address])
    buffer = io.BytesIO()
    book.save(buffer)
    done = await import_contacts(database, KEYS, "list.xlsx", buffer.getvalue(), TODAY)
    assert done.new == 12
