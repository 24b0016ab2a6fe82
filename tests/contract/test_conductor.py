"""The road from an update to a durable ballot, on the real databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.event import listen
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.accounts.approvals import Approvals
from bot.accounts.officers import officer_decisions
from bot.accounts.roster import Roster
from bot.ballots.gate import Gate
from bot.ballots.mixer import Mixer
from bot.ballots.settlement import SETTLE, settle_decision
from bot.campaigns.lifecycle import CampaignDraft, close_campaign, create_campaign
from bot.campaigns.links import create_link
from bot.campaigns.live_campaigns import LiveCampaigns, Trust
from bot.campaigns.opening_decision import OPENING, opening_decision
from bot.campaigns.registered import counts_already
from bot.campaigns.scheme_files import shipped_scheme
from bot.campaigns.summaries import show_campaign
from bot.conversations.conductor import Conductor, Unavailable
from bot.conversations.contract import Incoming, Reply
from bot.conversations.store import delete_expired, keep_dead_letter
from bot.core.shipped_files import shipped_questionnaires
from bot.crypto.gate_keys import GateKeys, make_gate_keys
from bot.crypto.keyrings import Keyring
from bot.storage.database import open_database, reading, writing
from bot.storage.migrate import migrate
from bot.storage.schema import all as tables
from bot.verification.result_decision import RESULT, result_check, result_decision
from survey_flows.campaign_definition import Link, Unit
from survey_flows.events import Event, Pressed, Returned, Started, TopicRequested, Typed
from survey_flows.load import dump_questionnaire
from tests.desk import DESK, keep_desk, roster_of
from tests.openings import open_campaign
from tests.ready import Beginning, begin, keep

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SCHEME = shipped_scheme().model_dump_json()


class Frozen:
    """A clock that a test moves, and chance that counts."""

    def __init__(self) -> None:
        self.time = NOW
        self.drawn = 0

    def now(self) -> datetime:
        return self.time

    def token(self) -> str:
        self.drawn += 1
        return f"{self.drawn:<16d}".translate(str.maketrans("0123456789 ", "BCDEFGHIJKA"))


@dataclass
class Road:
    database: AsyncEngine
    live_campaigns: LiveCampaigns
    conductor: Conductor
    clock: Frozen
    link: Link
    keys: GateKeys
    mixer: Mixer
    sent: int = 0
    screens: dict[str, Reply] = field(default_factory=dict)

    @property
    def roster(self) -> Roster:
        return roster_of(self.database)

    @property
    def approvals(self) -> Approvals:
        """Return what two people decide, in the profile solo."""
        decisions = {
            **officer_decisions(DESK), SETTLE: settle_decision(), RESULT: result_decision(DESK),
            OPENING: opening_decision(self.keys, DESK),
        }  # fmt: skip
        return Approvals(self.roster, decisions, counts_already, self.clock)

    async def send(self, user: str, event: Event, key: str = "") -> Reply:
        self.sent += 1
        reply = await self.conductor.handle(
            Incoming(key or f"test:{self.sent}", "test", user, event)
        )
        if reply.screen:
            self.screens[user] = reply
        return reply

    def button(self, user: str, label: str) -> Pressed:
        screen = self.screens[user].screen
        assert screen is not None
        found = [button for row in screen.rows for button in row if label in button.label]
        assert found, f"no button «{label}» on: {screen}"
        return Pressed(found[0].data)

    async def press(self, user: str, *labels: str) -> Reply:
        for label in labels:
            reply = await self.send(user, self.button(user, label))
        return reply

    async def rate(self, user: str, unit: str = "TAX", overall: str = "Satisfied") -> Reply:
        await self.answer_all(user, unit, overall)
        return await self.press(user, "Submit")

    async def answer_all(self, user: str, unit: str = "TAX", overall: str = "Satisfied") -> None:
        await self.send(user, Started(link=self.link.token, unit=unit, lang="en"))
        await self.press(user, "Used a service", overall, *["Very satisfied"] * 3, "Skip")

    async def ballots(self) -> list[tuple[str, str, str]]:
        await self.mix()
        query = select(tables.ballots.c.unit, tables.ballots.c.grp, tables.ballots.c.ratings)
        async with reading(self.database) as connection:
            return sorted(tuple(row) for row in await connection.execute(query))

    async def mix(self) -> None:
        """Let the mixer write all cast ballots, however few."""
        async with reading(self.database) as connection:
            campaigns = set((await connection.execute(select(tables.campaigns.c.id))).scalars())
        while await self.mixer.mix(campaigns):
            pass

    async def open(self, campaign: str) -> None:
        await open_campaign(self.database, campaign, self.keys, DESK)
        await self.mixer.turn()

    async def close(self, campaign: str) -> None:
        await close_campaign(self.database, campaign, DESK, self.clock, "for a test")
        await self.mixer.turn()

    async def count(self, table: str) -> int:
        async with reading(self.database) as connection:
            return int(
                (
                    await connection.execute(select(func.count()).select_from(text(table)))
                ).scalar_one()
            )


def draft(name: str = "year", closes: timedelta = timedelta(days=14)) -> CampaignDraft:
    questionnaires = {name: dump_questionnaire(q) for name, q in shipped_questionnaires().items()}
    units = [
        Unit("TAX", {"zh-Hans": "市税务局", "en": "Tax Bureau"}, "window", "B_econ"),
        Unit("EDU", {"zh-Hans": "市教育局", "en": "Education Bureau"}, "livelihood", "C_social"),
    ]
    title = {"zh-Hans": "民评", "en": "Public evaluation"}
    return CampaignDraft(
        name, 2026, title, NOW - timedelta(days=1), NOW + closes, units, questionnaires, SCHEME
    )


@asynccontextmanager
async def make_road(
    url: str,
    folder: Path,
    scheme: str = SCHEME,
    halves: tuple[str, ...] = (),
    begun: Beginning | None = None,
) -> AsyncIterator[Road]:
    """Open the road to an open campaign; the usual one begins as a copy (`tests.ready`).

    ``begun`` is a copy that more was made of.
    """
    if (scheme, halves) == (SCHEME, ()):
        begun = begun or begin("road", url, folder)
    database, clock = open_database(url), Frozen()
    made = replace(draft(), scheme=scheme, halves=halves)
    if begun:
        clock.drawn = begun.drawn
        (link,) = (await show_campaign(database, made.id)).links
    else:
        await migrate(database)
        link = await create_campaign(database, made, clock)
        keep_desk(folder)
    keys = make_gate_keys(folder / "keys")
    if not begun:
        await open_campaign(database, made.id, keys, DESK)
    mixer = Mixer(
        database, Keyring(folder / "mixer"), keys.public(), DESK.key.public, "minping", clock
    )
    mixer.result_check = result_check(database, mixer.log.guard)
    await mixer.start()
    gate = Gate(keys, mixer.key)
    mixer.gate_work = partial(gate.end_campaigns, database)
    await mixer.turn()
    live_campaigns = LiveCampaigns(database, "Asia/Shanghai", Trust(mixer.key, DESK))
    await live_campaigns.refresh()
    conductor = Conductor(database, keys, live_campaigns, clock, gate)
    running = asyncio.create_task(conductor.run())
    yield Road(database, live_campaigns, conductor, clock, link, keys, mixer)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.dispose()


async def keep_road(url: str, folder: Path, into: Path) -> None:
    """Make the usual road in an empty database, and keep it for the tests of this process."""
    async with make_road(url, folder) as road:
        keep("road", url, folder, road.clock.drawn, into)


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


FLOOD = 400


async def test_a_rating_becomes_one_ballot_without_the_citizens_id(road: Road) -> None:
    reply = await road.rate("4711471147")
    assert reply.screen is not None
    assert reply.screen.step == "receipt"
    assert await road.ballots() == [("TAX", "service_user", "S VS VS VS")]
    async with reading(road.database) as connection:
        for table in tables.metadata.sorted_tables:
            for row in await connection.execute(select(table)):
                assert "4711471147" not in repr(tuple(row))


async def test_a_later_ballot_replaces_the_earlier_one(road: Road) -> None:
    await road.rate("ann", overall="Satisfied")
    await road.rate("ann", overall="Dissatisfied")
    await road.rate("ben", overall="Fairly")
    assert await road.ballots() == [
        ("TAX", "service_user", "B VS VS VS"),
        ("TAX", "service_user", "D VS VS VS"),
    ]


async def test_one_person_may_rate_several_units(road: Road) -> None:
    await road.rate("ann")
    await road.rate("ann", unit="EDU")
    assert [unit for unit, _, _ in await road.ballots()] == ["EDU", "TAX"]


async def test_replaying_any_update_any_number_of_times_changes_nothing(road: Road) -> None:
    events: list[tuple[str, Event]] = [("k0", Started(link=road.link.token, unit="TAX", lang="en"))]
    await road.send("ann", events[0][1], "k0")
    for number, label in enumerate(
        ["Used", "Satisfied", "Very", "Very", "Very", "Skip", "Submit"], 1
    ):
        events.append((f"k{number}", road.button("ann", label)))
        await road.send("ann", events[-1][1], events[-1][0])
    before = await road.ballots()
    shown = road.screens["ann"].screen
    async with reading(road.database) as connection:
        bodies = (await connection.execute(select(tables.sessions))).all()
    for key, event in events * 3:
        replayed = await road.send("ann", event, key)
        assert replayed.replayed
        assert replayed.screen == shown
    async with reading(road.database) as connection:
        assert (await connection.execute(select(tables.sessions))).all() == bodies
    assert await road.ballots() == before


async def test_a_crowd_at_once_is_settled_whole(road: Road) -> None:
    crowd = [f"citizen {number}" for number in range(150)]
    await asyncio.gather(*(road.rate(user) for user in crowd))
    assert await road.ballots() == [("TAX", "service_user", "S VS VS VS")] * 150


async def test_a_crowd_takes_as_many_statements_as_two_people(road: Road) -> None:
    """A statement that is run for each row is counted for each; SQLite's costs no trip."""
    counts: list[int] = []

    def note(*given: Any) -> None:
        rows, is_sqlite = given[3], road.database.dialect.name == "sqlite"
        counts[-1] += len(rows) if isinstance(rows, list) and not is_sqlite else 1

    async def step_all(people: Sequence[str], label: str) -> None:
        counts.append(0)
        event = Started(link=road.link.token, unit="TAX", lang="en")
        sent = [road.button(one, label) if label else event for one in people]
        done = [road.send(one, event) for one, event in zip(people, sent, strict=True)]
        await asyncio.gather(*done)

    listen(road.database.sync_engine, "before_cursor_execute", note)
    steps = ("", "Used", *["Very"] * 4, "Skip", "Submit")
    for size in (1, 2, 40):
        people = [f"{size}-{number}" for number in range(size)]
        for label in steps:
            await step_all(people, label)
    # The very first ballot begins the gate's stream.
    two, forty = counts[len(steps) : -len(steps)], counts[-len(steps) :]
    assert two == forty


async def test_the_steps_of_one_person_stay_in_order(road: Road) -> None:
    await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
    typed = ["1", "2", "3", "1", "1"]
    replies = await asyncio.gather(*(road.send("ann", Typed(number)) for number in typed))
    assert [reply.screen.step for reply in replies if reply.screen] == [
        "q:overall", "q:ease", "q:speed", "q:attitude", "q:comment",
    ]  # fmt: skip


async def test_two_processes_do_not_lose_each_others_steps(store_url: str, tmp_path: Path) -> None:
    async with make_road(store_url, tmp_path) as road:
        other = Conductor(
            road.database,
            road.keys,
            road.live_campaigns,
            road.clock,
            Gate(road.keys, road.mixer.key),
        )
        running = asyncio.create_task(other.run())
        await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
        incoming = [Incoming(f"x:{n}", "test", "ann", Typed("1")) for n in range(5)]
        replies = await asyncio.gather(
            *(
                (road.conductor if n % 2 else other).handle(update)
                for n, update in enumerate(incoming)
            )
        )
        steps = {reply.screen.step for reply in replies if reply.screen}
        assert steps == {"q:overall", "q:ease", "q:speed", "q:attitude", "q:comment"}
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_conversation_survives_a_restart(store_url: str, tmp_path: Path) -> None:
    async with make_road(store_url, tmp_path) as road:
        await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
        await road.press("ann", "Used a service", "Satisfied")
        again = Conductor(
            road.database,
            road.keys,
            road.live_campaigns,
            road.clock,
            Gate(road.keys, road.mixer.key),
        )
        running = asyncio.create_task(again.run())
        reply = await again.handle(Incoming("later", "test", "ann", Returned()))
        assert reply.screen is not None
        assert reply.screen.step == "q:ease"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_closing_stops_ballots_at_once_even_before_definitions_are_read_again(
    road: Road,
) -> None:
    await road.answer_all("ann")
    await road.close("year")
    reply = await road.press("ann", "Submit")
    assert await road.ballots() == []
    assert reply.screen is None or reply.screen.step != "receipt"


async def test_no_ballot_after_the_window(road: Road) -> None:
    await road.answer_all("ann")
    road.clock.time = NOW + timedelta(days=14)
    await road.press("ann", "Submit")
    assert await road.ballots() == []


async def test_delete_erases_the_ballots_and_the_conversation(road: Road) -> None:
    await road.rate("ann")
    await road.rate("ann", unit="EDU")
    await road.rate("ben")
    await road.send("ann", TopicRequested("delete"))
    await road.press("ann", "Delete them all")
    assert await road.ballots() == [("TAX", "service_user", "S VS VS VS")]
    assert await road.count("sessions") == 1


async def test_an_invitation_vouches_for_the_group(road: Road) -> None:
    link = await create_link(road.database, "year", "deputy", "430102", DESK, road.clock)
    other = await create_campaign(road.database, draft("other"), road.clock)
    await road.open("other")
    await road.live_campaigns.refresh()
    assert other.token != link.token
    road.link = link
    await road.rate("ann")
    assert await road.ballots() == [("TAX", "deputy", "S VS VS VS")]


async def test_a_link_of_another_campaign_takes_the_citizen_there(road: Road) -> None:
    await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
    road.link = await create_campaign(road.database, draft("other"), road.clock)
    await road.open("other")
    await road.live_campaigns.refresh()
    await road.rate("ann")
    await road.mix()
    async with reading(road.database) as connection:
        campaigns = (await connection.execute(select(tables.ballots.c.campaign))).scalars().all()
    assert campaigns == ["other"]


async def test_text_that_no_database_keeps_is_cleaned(road: Road) -> None:
    await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
    await road.press("ann", "Used a service", *["Satisfied"] * 4)
    await road.send("ann", Typed("a\x00b\ud800c"))
    await road.press("ann", "Count them by theme", "Submit")
    await road.close("year")
    async with reading(road.database) as connection:
        assert (await connection.execute(select(tables.comments.c.text))).scalar() == "ab?c"


async def test_one_poisoned_update_is_kept_aside_and_the_others_pass(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    import bot.conversations.steps

    honest = bot.conversations.steps.step

    def step(definition, session, event, now):  # type: ignore[no-untyped-def]
        if isinstance(event, Typed) and event.text == "poison":
            raise ZeroDivisionError
        return honest(definition, session, event, now)

    monkeypatch.setattr(bot.conversations.steps, "step", step)
    replies = await asyncio.gather(
        road.send("ann", Started(unit="TAX")),
        road.send("bad", Typed("poison"), "p1"),
        road.send("ben", Started()),
    )
    assert [reply.screen.step if reply.screen else None for reply in replies] == [
        "q:contact",
        None,
        "unit",
    ]
    async with reading(road.database) as connection:
        (letter,) = (await connection.execute(select(tables.dead_letters))).all()
    assert (letter.key, letter.error) == ("p1", "ZeroDivisionError")
    assert b"poison" not in letter.body


async def test_without_the_database_nothing_is_acknowledged(road: Road) -> None:
    async with writing(road.database) as connection:
        await connection.execute(text("ALTER TABLE sessions RENAME TO hidden"))
    with pytest.MonkeyPatch.context() as patch:

        async def refuse(*_: object) -> None:
            raise ConnectionRefusedError

        patch.setattr("bot.conversations.conductor.take_updates", refuse)
        with pytest.raises(Unavailable):
            await road.send("ann", Started(), "first")
    async with writing(road.database) as connection:
        await connection.execute(text("ALTER TABLE hidden RENAME TO sessions"))
    assert (await road.send("ann", Started(), "first")).replayed is False


async def test_without_any_campaign_there_is_a_kind_word(store_url: str, tmp_path: Path) -> None:
    async with make_road(store_url, tmp_path) as road:
        async with writing(road.database) as connection:
            await connection.execute(
                text(
                    "DROP TRIGGER campaigns_kept"
                    + (" ON campaigns" if "postgres" in store_url else "")
                )
            )
            await connection.execute(tables.campaigns.delete())
        await road.live_campaigns.refresh()
        reply = await road.send("ann", Started())
        assert reply.screen is None
        assert "目前没有正在进行的评价活动" in reply.notices[0]
        assert "no survey at present" in reply.notices[0]


async def test_old_updates_and_conversations_are_forgotten(road: Road) -> None:
    await road.send("ann", Started(unit="TAX"))
    assert (await road.count("updates"), await road.count("sessions")) == (1, 1)
    async with writing(road.database) as connection:
        await delete_expired(connection, NOW + timedelta(days=8))
    assert (await road.count("updates"), await road.count("sessions")) == (0, 1)
    async with writing(road.database) as connection:
        await delete_expired(connection, NOW + timedelta(days=14 + 31))
    assert await road.count("sessions") == 0


async def test_a_link_made_while_the_campaign_is_open_is_noticed_by_every_process(
    road: Road,
) -> None:
    road.link = await create_link(road.database, "year", "deputy", "430102", DESK, road.clock)
    await road.live_campaigns.refresh()
    await road.rate("ann")
    assert await road.ballots() == [("TAX", "deputy", "S VS VS VS")]


async def test_the_link_of_a_campaign_that_is_over_takes_no_answer_away(road: Road) -> None:
    old = await create_campaign(
        road.database, draft("past", closes=timedelta(hours=-1)), road.clock
    )
    await road.open("past")
    await road.close("past")
    await road.live_campaigns.refresh()
    await road.answer_all("ann")
    reply = await road.send("ann", Started(link=old.token, lang="en"))
    assert reply.screen is not None
    assert reply.screen.step == "closed"
    back = await road.send("ann", Returned())
    assert back.screen is not None
    assert back.screen.step == "review"
    await road.press("ann", "Submit")
    assert await road.ballots() == [("TAX", "service_user", "S VS VS VS")]


async def test_a_campaign_that_opens_later_does_not_stand_before_the_one_that_is_open(
    road: Road,
) -> None:
    later = replace(draft("later"), opens_at=NOW + timedelta(days=3))
    await create_campaign(road.database, later, road.clock)
    await road.open("later")
    await road.live_campaigns.refresh()
    await road.answer_all("ann")
    reply = await road.send("ann", Started(lang="en"))
    assert reply.screen is not None
    assert reply.screen.step == "review"


async def test_who_goes_to_another_campaign_is_told_that_unfinished_answers_are_gone(
    road: Road,
) -> None:
    await road.answer_all("ann")
    other = await create_campaign(road.database, draft("other"), road.clock)
    await road.open("other")
    await road.live_campaigns.refresh()
    asked = await road.send("ann", Started(link=other.token, lang="en"))
    assert asked.notices == ()
    reply = await road.press("ann", "Clear them")
    assert "Your earlier unsubmitted answers were cleared." in reply.notices


async def test_a_pool_without_a_free_connection_is_no_poison(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait_in_vain(*_: object) -> None:
        raise PoolTimeout

    with monkeypatch.context() as patch:
        patch.setattr("bot.conversations.conductor.take_updates", wait_in_vain)
        with pytest.raises(Unavailable):
            await road.send("ann", Started(), "first")
    assert await road.count("dead_letters") == 0
    assert (await road.send("ann", Started(), "first")).replayed is False


async def test_dead_letters_are_forgotten_like_conversations(road: Road) -> None:
    async with writing(road.database) as connection:
        await keep_dead_letter(connection, "k", b"sealed", "ZeroDivisionError", NOW)
        await delete_expired(connection, NOW + timedelta(days=29))
    assert await road.count("dead_letters") == 1
    async with writing(road.database) as connection:
        await delete_expired(connection, NOW + timedelta(days=31))
    assert await road.count("dead_letters") == 0


async def test_a_receipt_is_checked_in_the_chat_and_nothing_is_said_of_the_answers(
    road: Road,
) -> None:
    reply = await road.rate("ann", overall="Dissatisfied")
    assert reply.screen is not None
    code = reply.screen.text.split("\n")[2]
    for user in ("ann", "ben"):
        asked = await road.send(user, Typed(code))
        words = road.live_campaigns
        assert asked.notices == (
            words.sentence("en", "receipt-not-yet")
            if user == "ann"
            else words.sentence_in_each_language("receipt-not-yet"),
        )
    await road.mix()
    for words in (code, code.replace("-", ""), f"/receipt {code.lower()}", f" {code} "):
        asked = await road.send("ann", Typed(words))
        assert asked.notices == (road.live_campaigns.sentence("en", "receipt-in"),)
        assert asked.screen == reply.screen
    assert (await road.send("ann", TopicRequested("receipt"))).notices == (
        road.live_campaigns.sentence("en", "receipt-how"),
    )
    await road.close("year")
    await road.live_campaigns.refresh()
    # The conversation went with the close, and her language with it.
    closed = await road.send("ann", Typed(code))
    assert closed.notices == (road.live_campaigns.sentence_in_each_language("receipt-in"),)
    assert (await road.send("ann", TopicRequested("receipt"))).notices == (
        road.live_campaigns.sentence("zh-Hans", "receipt-how"),
    )


async def test_a_code_where_words_are_asked_for_is_a_comment_unless_the_command_says_otherwise(
    road: Road,
) -> None:
    await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
    await road.press("ann", "Used a service", "Satisfied", *["Very satisfied"] * 3)
    code = "ABCD-EFGH-IJKL-MNOP"
    asked = await road.send("ann", Typed(f"/receipt {code}"))
    assert asked.notices == (road.live_campaigns.sentence("en", "receipt-not-yet"),)
    assert asked.screen is not None
    assert asked.screen.step == "q:comment"
    reviewed = (await road.send("ann", Typed(code))).screen
    assert reviewed is not None
    assert code in reviewed.text


async def test_a_citizen_who_was_told_how_to_rate_can_say_so_and_the_screen_shows_nothing_of_it(
    road: Road,
) -> None:
    shown = (await road.rate("ann")).screen
    pressed = await road.press("ann", "I was told how to rate")
    assert pressed.screen == shown
    assert pressed.notices == (road.live_campaigns.sentence("en", "pressured-noted"),)
    assert (await road.send("ann", Returned())).screen == shown
    await road.press("ann", "I was told how to rate")
    assert await road.ballots() == [("TAX", "service_user", "S VS VS VS")]
    waiting = (await road.mixer._pool.read()).words()["year"]
    assert [unit for unit, _ in waiting.presses] == ["TAX"]
    await road.rate("ann", overall="Dissatisfied")
    assert await road.ballots() == [("TAX", "service_user", "D VS VS VS")]


async def test_while_one_chat_is_flooded_all_others_are_answered_within_two_seconds(
    road: Road,
) -> None:
    """One person sends hundreds of messages at once; ten others rate a unit meanwhile."""
    await road.send("ann", Started(link=road.link.token, unit="TAX", lang="en"))
    flood = [
        asyncio.create_task(
            road.conductor.handle(Incoming(f"flood:{number}", "test", "ann", Typed("hello")))
        )
        for number in range(FLOOD)
    ]
    await asyncio.sleep(0)
    slowest = 0.0

    async def rate(user: str) -> None:
        nonlocal slowest
        for label in ("", "Used a service", *["Very satisfied"] * 4, "Skip", "Submit"):
            began = asyncio.get_running_loop().time()
            if label:
                await road.press(user, label)
            else:
                await road.send(user, Started(link=road.link.token, unit="TAX", lang="en"))
            slowest = max(slowest, asyncio.get_running_loop().time() - began)

    await asyncio.gather(*(rate(f"u{number}") for number in range(10)))
    behind = [task for task in flood if not task.done()]
    assert slowest < 2.0
    assert behind, "the flood was over before the others were: it proves nothing"
    for task in flood:
        task.cancel()
    await asyncio.gather(*flood, return_exceptions=True)
    assert len(await road.ballots()) == 10


async def test_an_account_that_rates_a_unit_again_is_told_that_it_replaces_and_asked_nothing(
    road: Road,
) -> None:
    await road.rate("ann")
    start = Started(link=road.link.token, unit="TAX", lang="en")
    again = await road.send("ann", start)
    assert again.screen is not None
    assert again.screen.step == "q:contact"
    assert again.notices[-1].startswith("Please answer again. Once submitted, the new rating")
    assert (await road.press("ann", "Stop")).notices == (
        "Stopped. The rating that you submitted before stays as it is.",
    )
    await road.send("ann", TopicRequested("delete"))
    await road.press("ann", "Delete")
    fresh = await road.send("ann", start)
    assert not any("Please answer again" in notice for notice in fresh.notices)


async def test_a_browser_is_asked_until_its_ratings_are_deleted_and_for_that_unit_only(
    road: Road,
) -> None:
    async def web(event: Event) -> Reply:
        road.sent += 1
        reply = await road.conductor.handle(Incoming(f"web:{road.sent}", "web", "tab", event))
        if reply.screen:
            road.screens["tab"] = reply
        return reply

    async def pressed(*labels: str) -> Reply:
        for label in labels:
            reply = await web(road.button("tab", label))
        return reply

    def step(reply: Reply) -> str:
        return reply.screen.step if reply.screen else ""

    start = Started(link=road.link.token, unit="TAX", lang="en")
    await web(start)
    await pressed("Used a service", "Satisfied", *["Very satisfied"] * 3, "Skip", "Submit")
    assert step(await web(start)) == "whose"
    assert step(await web(replace(start, unit="EDU"))) == "q:contact"
    assert step(await web(start)) == "whose"
    assert step(await pressed("Change my rating")) == "q:contact"
    await pressed("Used a service", "Dissatisfied", *["Very satisfied"] * 3, "Skip", "Submit")
    assert await road.ballots() == [("TAX", "service_user", "D VS VS VS")]
    await web(TopicRequested("delete"))
    await pressed("Delete")
    assert step(await web(start)) == "q:contact"
