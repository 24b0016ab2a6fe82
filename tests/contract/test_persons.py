"""One person over several addresses, on both databases: tied together, opted out, written to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.lifecycle import create_campaign
from bot.core.identity import Address
from bot.fieldwork.audience.addresses import KINDS, list_number, lookup_of, phone_number
from bot.fieldwork.audience.contact_file import import_contacts, import_opt_outs
from bot.fieldwork.audience.contact_store import ContactImportCounts
from bot.fieldwork.audience.contacts import count_contacts, set_unreachable
from bot.fieldwork.audience.opt_outs import opt_in, opt_out
from bot.fieldwork.audience.sampling import draw_campaign_sample
from bot.fieldwork.outreach.messenger import DeliveryOutcome
from bot.fieldwork.outreach.sender import TRIES
from bot.storage.database import open_database, reading, writing
from bot.storage.migrate import migrate
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.test_conductor import draft, make_road
from tests.contract.test_contacts import KEYS, TODAY, read_all
from tests.contract.test_invitations import make
from tests.contract.test_migrations import upgraded
from tests.contract.test_push import Office, Post
from tests.contract.test_sampling import plan

HEAD = "person,channel,address,language,group,area,size,consent,list\n"
PHONE, OTHER = "13812345678", "13912345678"
ANN = (
    f"17,telegram,880017310901,en,resident,430102,,2026-01-02,hall\n"
    f"17,sms,{PHONE},en,resident,430102,,2026-01-02,hall\n"
    f"17,email,Ann@Example.cn,en,resident,430102,,2026-01-02,hall\n"
)


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_database(store_url)
    await migrate(engine)
    yield engine
    await engine.dispose()


async def bring(database: AsyncEngine, rows: str) -> tuple[int, int, int, int]:
    done = await import_contacts(database, KEYS, "list.csv", (HEAD + rows).encode(), TODAY)
    assert isinstance(done, ContactImportCounts)
    return done.new, done.changed, done.unchanged, done.opted_out


async def kept(database: AsyncEngine) -> tuple[list[Any], list[Any]]:
    async with reading(database) as connection:
        people = (await connection.execute(select(tables.persons))).all()
        addresses = (
            await connection.execute(select(tables.addresses).order_by(tables.addresses.c.position))
        ).all()
    return list(people), list(addresses)


async def written_to(database: AsyncEngine) -> dict[str, list[str]]:
    """Every address that could be written to, by its kind."""
    found: dict[str, list[str]] = {}
    for row in (await kept(database))[1]:
        if row.sealed is not None:
            address = KEYS.unseal(bytes(row.lookup), bytes(row.sealed))
            found.setdefault(row.kind, []).append(address.address)
    return found


async def counted(database: AsyncEngine) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    async with reading(database) as connection:
        found = await count_contacts(connection, TODAY)
    out = {reason: number for reason, number in found.left_out.items() if number}
    return dict(found.groups), out, dict(found.kinds)


async def test_rows_with_one_number_are_one_person(database: AsyncEngine) -> None:
    assert await bring(database, ANN) == (1, 0, 0, 0)
    before = await kept(database)
    assert await bring(database, ANN) == (0, 0, 1, 0)
    assert await kept(database) == before
    assert await counted(database) == ({"resident": 1}, {}, {"telegram": 1, "sms": 1, "email": 1})
    assert await written_to(database) == {
        "telegram": ["880017310901"],
        "sms": ["+86" + PHONE],
        "email": ["ann@example.cn"],
        "number": ["hall/17"],
    }


async def test_rows_with_one_telephone_are_one_person_over_two_lists(
    database: AsyncEngine,
) -> None:
    assert await bring(database, f",sms,{PHONE},en,resident,,,2026-01-02,hall\n") == (1, 0, 0, 0)
    again = f"+86 {PHONE[:3]}-{PHONE[3:]},telegram,42,en,resident,,,2026-01-03,town\n"
    assert await bring(database, again) == (0, 1, 0, 0)
    assert await counted(database) == ({"resident": 1}, {}, {"telegram": 1, "sms": 1})


async def test_a_telephone_that_only_ties_rows_together_is_not_written_to(
    database: AsyncEngine,
) -> None:
    await bring(database, f"{PHONE},telegram,42,en,resident,,,2026-01-02,\n")
    assert await written_to(database) == {"telegram": ["42"]}
    await bring(database, f",sms,{PHONE},en,resident,,,2026-01-02,\n")
    assert await written_to(database) == {"telegram": ["42"], "sms": ["+86" + PHONE]}
    assert (await counted(database))[0] == {"resident": 1}


async def test_numbers_of_two_lists_are_of_two_people(database: AsyncEngine) -> None:
    rows = (
        "17,telegram,41,en,resident,,,2026-01-02,hall\n"
        "17,telegram,42,en,resident,,,2026-01-02,town\n"
    )
    assert await bring(database, rows) == (2, 0, 0, 0)


async def test_two_stored_people_whom_a_list_ties_become_one(database: AsyncEngine) -> None:
    rows = (
        f",sms,{PHONE},en,resident,,,2026-01-02,\n,telegram,42,en,resident,,,2026-01-02,\n"
        ",telegram,43,en,resident,,,2026-01-02,\n"
    )
    assert await bring(database, rows) == (3, 0, 0, 0)
    async with writing(database) as connection:
        phone = KEYS.lookup(Address("sms", "+86" + PHONE))
        one = update(tables.persons).where(tables.persons.c.lookup == phone)
        await connection.execute(one.values(invited="2026-11-01"))
    tied = "".join(
        f"9,{address},en,resident,,,2026-01-02,hall\n"
        for address in (f"sms,{PHONE}", "telegram,42")
    )
    assert await bring(database, tied) == (0, 1, 0, 0)
    people, addresses = await kept(database)
    assert sorted(row.invited for row in people) == ["", "2026-11-01"]
    assert {bytes(row.person) for row in addresses} == {bytes(row.lookup) for row in people}
    assert (await counted(database))[:2] == ({"resident": 1}, {"fatigue": 1})


async def test_several_people_live_at_one_postal_address(database: AsyncEngine) -> None:
    street = "解放路 1 号 410000"
    rows = "".join(f"{n},letter,{street},中文,resident,,,2026-01-02,hall\n" for n in (1, 2))
    assert await bring(database, rows) == (2, 0, 0, 0)
    await import_opt_outs(
        database, KEYS, "out.csv", b"channel,address,list\noutside,1,hall\n", TODAY
    )
    assert await written_to(database) == {"letter": [street], "number": ["hall/2"]}
    assert (await counted(database))[:2] == ({"resident": 1}, {"opted_out": 1})


async def test_of_people_whose_addresses_the_keeper_holds_we_hold_a_number(
    database: AsyncEngine,
) -> None:
    assert await bring(database, ",outside,17,en,resident,430102,,2026-01-02,hall\n") == (
        1,
        0,
        0,
        0,
    )
    assert await written_to(database) == {"outside": ["hall/17"]}
    assert await counted(database) == ({"resident": 1}, {}, {"outside": 1})


WAYS = {
    "the first address": Address("telegram", "880017310901"),
    "another address": Address("sms", "+86" + PHONE),
    "the number in the list": list_number("hall", "17"),
}


@pytest.mark.parametrize("way", WAYS)
async def test_an_opt_out_by_any_address_is_one_from_all_for_good(
    database: AsyncEngine, way: str
) -> None:
    await bring(database, ANN)
    async with writing(database) as connection:
        assert await opt_out(connection, KEYS, [WAYS[way]], TODAY) == 1
        assert await opt_out(connection, KEYS, list(WAYS.values()), TODAY) == 0
    assert await written_to(database) == {}
    later = ANN.replace("2026-01-02", "2026-11-24")
    assert await bring(database, later) == (0, 0, 0, 1)
    # A list that knows but the telephone, and one that has a further address of the number.
    assert await bring(database, f",sms,{PHONE},en,resident,,,2026-11-24,new\n") == (0, 0, 0, 1)
    assert await bring(database, f"17,sms,{OTHER},en,resident,,,2026-11-24,hall\n") == (0, 0, 0, 1)
    assert await bring(database, f",sms,{OTHER},en,resident,,,2026-11-24,new\n") == (0, 0, 0, 1)
    assert await written_to(database) == {}
    assert await counted(database) == ({}, {"opted_out": 1}, {})
    people, addresses = await kept(database)
    told = {
        name: value
        for row in (*people, *addresses)
        for name, value in row._mapping.items()
        if value and name not in ("lookup", "person")
    }
    assert told == {"opted_out": "2026-11-24"}


async def test_who_is_tied_to_somebody_who_opted_out_has_opted_out(database: AsyncEngine) -> None:
    rows = ",telegram,42,en,resident,,,2026-01-02,\n,telegram,43,en,resident,,,2026-01-02,\n"
    await bring(database, rows)
    async with writing(database) as connection:
        await opt_out(connection, KEYS, [Address("telegram", "42")], TODAY)
    tied = "".join(f"9,telegram,{n},en,resident,,,2026-11-24,hall\n" for n in (42, 43))
    assert await bring(database, tied) == (0, 0, 0, 1)
    assert await written_to(database) == {}
    assert await counted(database) == ({}, {"opted_out": 1}, {})


async def test_the_way_back_is_from_the_address_that_left_and_to_it_alone(
    database: AsyncEngine,
) -> None:
    await bring(database, ANN)
    phone = Address("sms", "+86" + PHONE)
    async with writing(database) as connection:
        await opt_out(connection, KEYS, [phone], TODAY)
        assert await opt_in(connection, KEYS, [Address("telegram", "880017310901")], TODAY) == 0
        assert await opt_in(connection, KEYS, [phone], TODAY) == 1
    assert await written_to(database) == {"sms": [phone.address]}
    assert await bring(database, ANN) == (0, 1, 0, 0)
    assert await counted(database) == ({"resident": 1}, {}, {"telegram": 1, "sms": 1, "email": 1})


async def test_a_person_is_unreachable_once_every_address_is(database: AsyncEngine) -> None:
    await bring(database, ANN)
    lookups = [
        KEYS.lookup(Address(*one))
        for one in (
            ("telegram", "880017310901"),
            ("sms", "+86" + PHONE),
            ("email", "ann@example.cn"),
        )
    ]
    async with writing(database) as connection:
        await set_unreachable(connection, lookups[:2], TODAY)
    assert await counted(database) == ({"resident": 1}, {}, {"email": 1})
    async with writing(database) as connection:
        await set_unreachable(connection, lookups, TODAY)
    assert await counted(database) == ({}, {"unreachable": 1}, {})


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (
            f"17,sms,{PHONE},en,resident,,,,hall\n18,sms,{PHONE},en,resident,,,,hall\n",
            "row 3, column address: this contact stands in row 2 already",
        ),
        (
            "17,telegram,1,en,resident,,,,hall\n17,telegram,2,en,deputy,,,,hall\n",
            "row 3, column person: row 2 says another language, group, area, size or list",
        ),
        (
            f"17,telegram,1,en,resident,,,,hall\n{PHONE},telegram,2,en,resident,,,,hall\n"
            f"17,sms,{PHONE},en,resident,,,,hall\n18,outside,18,en,resident,,,,hall\n"
            f"{PHONE},outside,19,en,resident,,,,hall\n",
            "row 6, column address: this address or number belongs to another number",
        ),
        ("a b,telegram,1,en,resident,,,,\n", "row 2, column person: this is neither a telephone"),
        ("4,outside,5,en,resident,,,,\n", "row 2, column person: the address of somebody"),
        (",sms,12345,en,resident,,,,\n", "row 2, column address: this is not a mobile telephone"),
        (",email,a@b,en,resident,,,,\n", "row 2, column address: this is not an e-mail address"),
        (",letter,abc,en,resident,,,,\n", "row 2, column address: this is not a postal address"),
        (",outside,a/b,en,resident,,,,\n", "row 2, column address: this is not a number in a list"),
    ],
)
async def test_what_contradicts_is_told_by_its_row_and_nothing_is_stored(
    database: AsyncEngine, rows: str, complaint: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await bring(database, rows)
    assert str(refused.value).startswith(f"list.csv, {complaint}")
    assert PHONE not in str(refused.value)
    assert await kept(database) == ([], [])


async def test_a_stored_telephone_is_not_given_to_another_number_of_its_list(
    database: AsyncEngine,
) -> None:
    await bring(database, ANN)
    before = await kept(database)
    with pytest.raises(BadInput, match="row 2, column address: this address or number belongs"):
        await bring(database, f"18,sms,{PHONE},en,resident,430102,,2026-01-02,hall\n")
    assert await kept(database) == before


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13812345678", "+8613812345678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("0086-138-1234-5678", "+8613812345678"),
        ("+852 9123 4567", "+85291234567"),
        ("8613812345678", None),
        ("010-12345678", None),
        ("+86 10 1234 5678", None),
        ("12812345678", None),
        ("+0123456789", None),
    ],
)
def test_a_telephone_has_one_form(written: str, number: str | None) -> None:
    assert phone_number(written) == number


def test_a_letter_is_known_by_its_person_and_no_two_kinds_share_a_pseudonym() -> None:
    street = Address("letter", "解放路 1 号")
    seen = {lookup_of(KEYS, street, list_number("hall", number)) for number in ("1", "2")}
    seen |= {lookup_of(KEYS, Address(kind, street.address)) for kind in KINDS}
    assert len(seen) == 2 + len(KINDS)


async def test_no_address_of_any_kind_is_written_in_clear(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_database(sqlite_url)
    await migrate(engine)
    street = "解放路 1 号 410000"
    rows = ANN + f"17,letter,{street},en,resident,430102,,2026-01-02,hall\n"
    rows += ",outside,Outside-4711,en,resident,,,2026-01-02,hall\n"
    await bring(engine, rows)
    written = read_all(tmp_path)
    await engine.dispose()
    assert KEYS.lookup(Address("sms", "+86" + PHONE)) in written, "what is read was written"
    for secret in (PHONE, "880017310901", "ann@example.cn", street, "Outside-4711", "hall/17"):
        assert secret.encode() not in written


CAMPAIGN = "next"


@pytest.fixture
async def office(backend: Any, tmp_path: Path) -> AsyncIterator[Office]:
    """Ten deputies with a chat and a second chat, and ten residents with a telephone alone."""
    redis = Redis.from_url(backend.redis_url)
    rows = "".join(
        f"{n},telegram,{1000 + n},en,deputy,,,2026-01-02,l\n"
        f"{n},telegram,{2000 + n},en,deputy,,,2026-01-02,l\n"
        for n in range(10)
    ) + "".join(f",sms,{13800000000 + n},en,resident,,,2026-01-02,l\n" for n in range(10))
    async with make_road(backend.database_url, tmp_path) as road:
        await create_campaign(road.database, draft(CAMPAIGN), road.clock)
        await import_contacts(road.database, KEYS, "l.csv", (HEAD + rows).encode(), TODAY)
        planned = await plan(road, size=20)
        assert dict(planned.people) == {"deputy": 10, "resident": 10}
        await road.open(CAMPAIGN)
        await draw_campaign_sample(road.database, CAMPAIGN)
        made = await make(road)
        assert (made.invitations, made.people) == (20, 20)
        await road.live_campaigns.refresh()
        yield Office(road, redis, Post(), {})
    await redis.aclose()


async def test_a_sample_counts_people_and_each_gets_one_message(office: Office) -> None:
    await office.begin()
    await office.send()
    assert office.post.times() == {str(1000 + n): 1 for n in range(10)}
    assert await office.counts() == {"sent": 10}, "people with a telephone alone wait for letters"


async def test_the_next_address_is_written_to_only_where_the_first_cannot_be_reached(
    office: Office,
) -> None:
    office.post.fates = {
        "1000": [DeliveryOutcome.UNREACHABLE],
        "1001": [DeliveryOutcome.LATER] * TRIES,
        "1002": [DeliveryOutcome.UNREACHABLE],
        "2002": [DeliveryOutcome.UNREACHABLE],
    }
    await office.begin()
    for _ in range(TRIES):
        await office.send()
        office.road.clock.time += timedelta(hours=8)
    second = {address for address in office.post.times() if address.startswith("2")}
    assert second == {"2000", "2002"}
    assert office.post.times()["1001"] == TRIES
    assert office.post.times()["2001"] == 0, "a day of silence is not followed"
    assert await office.counts() == {"sent": 8, "failed": 1, "unreachable": 1}


async def test_people_whom_a_running_campaign_has_sampled_are_not_made_one(office: Office) -> None:
    tied = "".join(
        f"{n},sms,13800000000,en,resident,,,2026-01-02,m\n"
        if n == 1
        else "1,sms,13800000001,en,resident,,,2026-01-02,m\n"
        for n in (1, 2)
    )
    with pytest.raises(BadInput, match="the campaign next has both in its frame"):
        await bring(office.road.database, tied)


BEFORE = (
    "INSERT INTO contacts (lookup, sealed, lang, group_code, area, size, source, consent,"
    " opted_out, unreachable, invited) VALUES"
    " (:lookup, :sealed, :lang, :group, '430102', '', 'hall', :consent, :out, :unreachable,"
    " :invited)"
)


async def test_contacts_of_before_become_persons_with_their_address(bare_store_url: str) -> None:
    database = open_database(bare_store_url)
    ann, ben, cat = (Address("telegram", number) for number in ("41", "42", "43"))
    values = (
        (ann, KEYS.seal(ann), "en", "resident", "2026-01-02", "", "2026-02-01", "2026-01-09"),
        (ben, None, "", "", "", "2026-03-01", "", "2026-01-09"),
        (cat, None, "en", "deputy", "", "", "", ""),
    )
    names = ("lookup", "sealed", "lang", "group", "consent", "out", "unreachable", "invited")
    statements = [
        text(BEFORE).bindparams(**dict(zip(names, (KEYS.lookup(one), *rest), strict=True)))
        for one, *rest in values
    ]
    try:
        await upgraded(database, "0045", statements)
        await migrate(database)
        people, addresses = await kept(database)
        by_person = {bytes(row.lookup): row for row in people}
        assert set(by_person) == {KEYS.lookup(one) for one in (ann, ben, cat)}
        assert {bytes(row.lookup): bytes(row.person) for row in addresses} == {
            lookup: lookup for lookup in by_person
        }
        assert await written_to(database) == {"telegram": ["41"]}
        assert await counted(database) == (
            {},
            {"opted_out": 1, "no_consent": 1, "unreachable": 1},
            {},
        )
        assert by_person[KEYS.lookup(ann)].invited == "2026-01-09"
        # The opt-out outlasts a list, its owner may come back, and Ann is known by her number.
        rows = (
            ",telegram,42,en,resident,430102,,2026-11-24,hall\n"
            "7,telegram,41,en,resident,430102,,2026-11-24,hall\n"
        )
        assert await bring(database, rows) == (0, 1, 0, 1)
        async with writing(database) as connection:
            assert await opt_in(connection, KEYS, [ben], TODAY) == 1
    finally:
        await database.dispose()
