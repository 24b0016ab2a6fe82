"""Nothing is logged because a row asks for it: the desk signs, and the database does not."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from bot.__main__ import make_parser
from bot.ballots.desk_orders import count_refused_acts, list_refused_acts, mark_seen
from bot.ballots.mixer import Mixer
from bot.campaigns.lifecycle import close_campaign, create_campaign, pause_campaign, resume_campaign
from bot.campaigns.ordered_states import states_without_order
from bot.core.settings import Settings
from bot.crypto.keyrings import KeyMissing, Keyring
from bot.service.health_checks import orders_check
from bot.service.installation_keys import open_keys
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.transparency.desk import Desk, desk_name
from bot.transparency.known_desk import DeskChanged
from bot.transparency.log_entry import canonical_signatures
from survey_flows.errors import BadInput
from survey_flows.log_entries import canonical
from tests.contract.test_conductor import NOW, Road, draft, make_road
from tests.desk import DESK
from tests.openings import open_campaign

FORGERIES = {
    "decision": {"case": "c1", "number": 2, "rules": [], "verdict": "uphold", "reasons": []},
    "result": {"totals": "00" * 32},
    "pause": {"state": "paused", "at": 1},
    "link": {"group": "deputy", "stratum": "", "most": 5},
    "early-close": {"planned": 2, "at": 1},
    "registration": {"year": 2026, "opens_at": 1, "closes_at": 2, "scheme": "{}", "paper": "{}"},
}


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


def act(kind: str, facts: dict[str, Any], name: str = "year", campaign: str = "year") -> str:
    seen = {"seen": 999}
    return canonical({**seen, **facts, "kind": kind, "campaign": campaign, "name": name})


def row_of(body: str, *desks: Desk) -> dict[str, Any]:
    said = json.loads(body)
    row = {name: said[name] for name in ("kind", "campaign", "name")}
    return row | {"body": body, "signatures": canonical_signatures([d.sign(body) for d in desks])}


async def slip_in(road: Road, *rows: dict[str, Any]) -> None:
    async with writing(road.database) as connection:
        await connection.execute(insert(tables.notices), list(rows))


async def logged(road: Road) -> list[str]:
    """Return the kinds of the acts in the log, without that about its keys."""
    columns = tables.log_entries.c
    acts = (columns.body.is_not(None), columns.kind != "keys")
    query = select(columns.kind).where(*acts).order_by(columns.position)
    async with reading(road.database) as connection:
        return list((await connection.execute(query)).scalars())


async def reasons(road: Road) -> list[str]:
    async with reading(road.database) as connection:
        return [row.reason for row in await list_refused_acts(connection)]


async def state(road: Road, campaign: str = "year") -> str:
    query = select(tables.campaigns.c.state).where(tables.campaigns.c.id == campaign)
    async with reading(road.database) as connection:
        return str((await connection.execute(query)).scalar_one())


async def set_campaign(road: Road, campaign: str = "year", **values: object) -> None:
    async with writing(road.database) as connection:
        own = tables.campaigns.c.id == campaign
        await connection.execute(update(tables.campaigns).where(own).values(**values))


@pytest.mark.parametrize("kind", FORGERIES)
async def test_a_row_that_the_desk_did_not_sign_is_kept_aside_aloud(
    road: Road, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = act(kind, FORGERIES[kind], name="year/forged")
    stranger = Desk(bytes(32), "minping")
    with caplog.at_level(logging.ERROR):
        await slip_in(road, row_of(body), row_of(body, stranger), row_of(body) | {"signatures": ""})
        await pause_campaign(road.database, "year", DESK, road.clock)
        await road.mixer.turn()
    assert await logged(road) == ["registration", "pause"]
    assert await reasons(road) == ["unsigned"] * 3
    assert "3 acts were refused and kept aside, unlogged: unsigned" in caplog.text
    assert "forged" not in caplog.text
    async with writing(road.database) as connection:
        assert await count_refused_acts(connection) == {"unsigned": 3}
        assert await mark_seen(connection) == 3
        assert await count_refused_acts(connection) == {}


async def test_a_signed_act_is_no_good_a_second_time_nor_elsewhere(road: Road) -> None:
    await pause_campaign(road.database, "year", DESK, road.clock)
    async with reading(road.database) as connection:
        signed = dict((await connection.execute(select(tables.notices))).one()._mapping)
    del signed["id"]
    await road.mixer.turn()
    await resume_campaign(road.database, "year", DESK, road.clock)
    await slip_in(
        road,
        signed,
        signed | {"name": "year/again"},
        signed | {"campaign": "other"},
        signed | {"kind": "result"},
        signed | {"body": signed["body"].replace("paused", "open")},
        row_of(signed["body"], Desk(bytes(range(32)), "another-city")),
    )
    await road.mixer.turn()
    assert await logged(road) == ["registration", "pause", "pause"]
    assert sorted(await reasons(road)) == [*["misfit"] * 3, "repeated", *["unsigned"] * 2]


async def test_an_act_that_was_kept_back_is_not_put_in_later(road: Road) -> None:
    """The owner of the database takes an order out and puts it in when it suits them."""
    await create_campaign(road.database, draft("next"), road.clock)
    await road.open("next")
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    async with writing(road.database) as connection:
        (kept,) = (await connection.execute(select(tables.notices))).all()
        await connection.execute(delete(tables.notices))
    await set_campaign(road, state="open")
    for step in (pause_campaign, resume_campaign):
        await step(road.database, "next", DESK, road.clock)
        await road.mixer.turn()
    row = {name: kept._mapping[name] for name in ("kind", "name", "campaign", "body", "signatures")}
    await slip_in(road, row)
    await road.mixer.turn()
    assert await reasons(road) == ["late"]
    assert await logged(road) == ["registration", "registration", "pause", "pause"]
    assert await state(road) == "open"
    assert json.loads(kept.body)["seen"] == 3


async def test_an_older_act_is_known_though_its_row_in_the_log_was_rewritten(road: Road) -> None:
    await pause_campaign(road.database, "year", DESK, road.clock)
    async with reading(road.database) as connection:
        signed = dict((await connection.execute(select(tables.notices))).one()._mapping)
    await road.mixer.turn()
    async with writing(road.database) as connection:
        if connection.dialect.name == "postgresql":
            await connection.exec_driver_sql("DROP TRIGGER log_entries_frozen ON log_entries")
        else:
            await connection.exec_driver_sql("DROP TRIGGER log_entries_frozen")
        renamed = update(tables.log_entries).where(tables.log_entries.c.kind == "pause")
        await connection.execute(renamed.values(label=bytes(32), kind="x"))
    await slip_in(road, {name: value for name, value in signed.items() if name != "id"})
    await road.mixer.turn()
    assert await reasons(road) == ["repeated"]


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("closing", {"counted": 1, "superseded": 0, "withdrawn": 0, "voters": 1}),
        ("loss", {"positions": [0], "reason": "none"}),
        ("sealed", {}),
        ("receipt", {}),
        ("keys", {"desk": "x", "gate": "y"}),
    ],
)
async def test_the_desk_signs_for_nobody_else(road: Road, kind: str, facts: dict[str, Any]) -> None:
    await slip_in(road, row_of(act(kind, facts), DESK))
    await road.mixer.turn()
    assert (await logged(road), await reasons(road)) == (["registration"], ["misfit"])


async def test_a_body_that_is_not_canonical_is_refused(road: Road) -> None:
    body = act("pause", {"state": "paused", "at": 1})
    loose = body.replace(":", ": ")
    await slip_in(
        road, row_of(body, DESK) | row_of(loose, DESK), row_of(body, DESK) | {"name": "y"}
    )
    await road.mixer.turn()
    assert (await logged(road), await reasons(road)) == (["registration"], ["misfit"] * 2)


async def test_two_acts_of_one_name_are_written_once(road: Road) -> None:
    row = row_of(act("pause", {"state": "paused", "at": 1}, "year/1"), DESK)
    await slip_in(road, row, row)
    await road.mixer.turn()
    assert (await logged(road), await reasons(road)) == (["registration", "pause"], ["repeated"])


async def test_a_campaign_set_to_open_by_hand_is_not_registered(road: Road) -> None:
    await create_campaign(road.database, draft("next"), road.clock)
    await set_campaign(road, "next", state="opening")
    await road.mixer.turn()
    assert (await logged(road), await state(road, "next")) == (["registration"], "opening")
    assert "campaign-next" not in Keyring(road.mixer.log.guard.folder.parent).names()
    await open_campaign(road.database, "next", road.keys, DESK)
    await road.mixer.turn()
    assert (await logged(road), await state(road, "next")) == (["registration"] * 2, "open")


async def test_a_definition_edited_after_the_order_is_not_registered(road: Road) -> None:
    await create_campaign(road.database, draft("next"), road.clock)
    await open_campaign(road.database, "next", road.keys, DESK)
    await set_campaign(road, "next", closes_at=int((NOW + timedelta(days=90)).timestamp()))
    await road.mixer.turn()
    assert (await logged(road), await reasons(road)) == (["registration"], ["differs"])
    assert await state(road, "next") == "opening"
    # Whoever opens it again orders what stands there now.
    await open_campaign(road.database, "next", road.keys, DESK)
    with pytest.raises(BadInput, match="the campaign's state is opening"):
        await open_campaign(road.database, "next", road.keys, DESK)
    await road.mixer.turn()
    assert (await logged(road), await state(road, "next")) == (["registration"] * 2, "open")


async def test_a_campaign_set_to_closing_by_hand_is_neither_mixed_nor_closed(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    await road.rate("ann")
    for by_hand in ("closing", "held"):
        await set_campaign(road, state=by_hand)
        await road.mixer.turn()
        await road.mixer.turn()
        assert (await logged(road), await state(road)) == (["registration"], by_hand)
        async with reading(road.database) as connection:
            assert (await connection.execute(select(tables.staging.c.id))).first()
            assert (await connection.execute(select(tables.ballots.c.id))).first() is None
    assert caplog.text.count("campaign year stands as closing, which nobody ordered") == 1
    await set_campaign(road, state="open")
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    await road.mixer.turn()
    assert await logged(road) == ["registration", "early-close", "intake", "closing"]
    assert await state(road) == "closed"


async def test_closing_at_the_planned_end_needs_no_order(road: Road) -> None:
    road.clock.time = NOW + timedelta(days=15)
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    await road.mixer.turn()
    assert await logged(road) == ["registration", "intake", "closing"]


async def test_an_end_moved_by_hand_does_not_close(road: Road) -> None:
    async with writing(road.database) as connection:
        on = " ON campaigns" if connection.dialect.name == "postgresql" else ""
        await connection.exec_driver_sql("DROP TRIGGER campaigns_frozen" + on)
    await set_campaign(road, closes_at=int(NOW.timestamp()) - 1, state="closing")
    await road.mixer.turn()
    assert await logged(road) == ["registration"]


async def test_another_desk_is_not_taken_in_silence(road: Road, tmp_path: Path) -> None:
    other = Desk(bytes(32), "minping")
    ring = Keyring(tmp_path / "mixer")
    mixer = Mixer(road.database, ring, road.keys.public(), other.key.public, "minping", road.clock)
    with pytest.raises(DeskChanged, match=r"guard/desk"):
        await mixer.start()
    assert other.key.name == desk_name("minping") == "minping/desk"


async def test_states_that_nobody_ordered_are_named(road: Road) -> None:
    async def found() -> dict[str, str]:
        async with reading(road.database) as connection:
            return await states_without_order(connection, int(NOW.timestamp()))

    assert await found() == {}
    for by_hand in ("paused", "closing", "held", "opening"):
        await set_campaign(road, state=by_hand)
        assert await found() == ({} if by_hand == "opening" else {"year": by_hand})
    await set_campaign(road, state="open")
    await pause_campaign(road.database, "year", DESK, road.clock)
    assert await found() == {}
    await road.mixer.turn()
    assert await found() == {}
    await set_campaign(road, state="open")
    assert await found() == {"year": "open"}
    await close_campaign(road.database, "year", DESK, road.clock, "for a test")
    assert await found() == {}
    await road.mixer.turn()
    assert await found() == {}


async def test_refused_acts_degrade_readiness_until_somebody_has_looked(
    road: Road, store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check = orders_check(road.database, road.clock)
    assert await check()
    settings = Settings(database_url=store_url, data=tmp_path, log_origin="minping")

    async def said(*words: str) -> tuple[int, str]:
        chosen = make_parser(words[0]).parse_args(words)
        code = int(await chosen.run(settings, chosen))
        return code, capsys.readouterr().out

    assert await said("orders", "show") == (0, "no act was refused, and every state was ordered\n")
    await slip_in(road, row_of(act("result", {"totals": "00"}, "year\x1b[2J")))
    await road.mixer.turn()
    await set_campaign(road, state="paused")
    assert not await check()
    code, shown = await said("orders", "show")
    assert code == 1
    assert "year\\x1b[2J  refused: the desk did not sign it" in shown
    assert "year stands as «paused», and nobody ordered that" in shown
    await set_campaign(road, state="open")
    assert await said("orders", "seen") == (0, "1 marked as seen\n")
    assert (await said("orders", "show"))[0] == 0
    assert await check()


async def test_the_desks_key_is_made_once_and_demanded_ever_after(
    road: Road, store_url: str, tmp_path: Path
) -> None:
    """An installation from before the desk: what was ordered then is signed once."""
    settings = Settings(database_url=store_url, data=tmp_path, log_origin="minping")
    key, known = tmp_path / "keys" / "desk" / "desk.key", tmp_path / "mixer" / "guard" / "desk"
    key.unlink()
    known.unlink()
    async with writing(road.database) as connection:  # the log told of no keys then
        on = " ON log_entries" if connection.dialect.name == "postgresql" else ""
        await connection.exec_driver_sql("DROP TRIGGER log_entries_frozen" + on)
        await connection.exec_driver_sql("UPDATE log_entries SET kind = 'x' WHERE kind = 'keys'")
    await create_campaign(road.database, draft("next"), road.clock)
    await set_campaign(road, "next", state="opening")
    await set_campaign(road, state="closing")
    await slip_in(road, row_of(act("pause", {"state": "paused", "at": 1}, "year/1")))
    desk = (await open_keys(settings, road.database, road.clock)).desk
    async with writing(road.database) as connection:
        await connection.exec_driver_sql("UPDATE log_entries SET kind = 'keys' WHERE kind = 'x'")
    assert key.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in key.parent.iterdir()) == ["desk.key", "links"]
    ring = Keyring(tmp_path / "mixer")
    mixer = Mixer(road.database, ring, road.keys.public(), desk.key.public, "minping", road.clock)
    mixer.gate_work = road.mixer.gate_work
    await mixer.turn()
    assert await reasons(road) == []
    assert await logged(road) == [
        "registration", "pause", "registration", "early-close", "intake", "closing",
    ]  # fmt: skip
    assert (await state(road, "next"), await state(road)) == ("open", "closed")
    assert (await open_keys(settings, road.database, road.clock)).desk.key == desk.key
    key.unlink()
    (tmp_path / "mixer").rename(tmp_path / "keys" / "mixer")
    with pytest.raises(KeyMissing, match=r"desk/desk\.key"):
        await open_keys(settings, road.database, road.clock)
