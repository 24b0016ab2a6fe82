"""The migrations make the tables of the schema, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.estimation.method2.kept_sums import dump_kept, gathered_again, load_kept
from bot.appraisal.standing_years import corrections_of
from bot.records.amendments import read_amendments
from bot.records.notices import read_notices
from bot.storage.database import open_database
from bot.storage.migrate import FOLDER, HEAD, migrate
from bot.storage.schema.all import metadata
from bot.transparency.log_entry import entry_of_row
from survey_flows.log_entries import canonical


async def test_migrating_an_empty_database_gives_the_tables(bare_store_url: str) -> None:
    database = open_database(bare_store_url)

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    try:
        await migrate(database)
        await migrate(database)
        async with database.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await database.dispose()


def test_the_service_knows_the_newest_migration() -> None:
    assert ScriptDirectory(str(FOLDER)).get_current_head() == HEAD


async def upgraded(
    database: AsyncEngine, revision: str, statements: Iterable[str | TextClause]
) -> None:
    """Bring a database to an older revision and fill it with rows."""

    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with database.begin() as connection:
        await connection.run_sync(upgrade)
        for statement in statements:
            found = text(statement) if isinstance(statement, str) else statement
            await connection.execute(found)


async def test_reviewers_become_checkers_with_their_votes(bare_store_url: str) -> None:
    database = open_database(bare_store_url)

    try:
        statements = (
            "INSERT INTO staff (login, password, role) VALUES ('li', 'x', 'reviewer')",
            "INSERT INTO staff (login, password, role) VALUES ('zhou', 'x', 'observer')",
            "INSERT INTO choices (name, value) VALUES ('second_factor', '[\"reviewer\"]')",
            "INSERT INTO case_votes (case_id, round, reviewer, verdict, act, reason, note, at)"
            " VALUES ('c', 1, 'li', 'uphold', 'vote', 'same-wording', '', 1)",
        )
        await upgraded(database, "0018", statements)
        await migrate(database)
        async with database.connect() as connection:
            roles = (
                await connection.execute(text("SELECT login, role FROM staff ORDER BY 1"))
            ).all()
            chosen = (await connection.execute(text("SELECT value FROM preferences"))).scalar_one()
            votes = (await connection.execute(text("SELECT id, checker FROM case_votes"))).all()
        assert [tuple(row) for row in roles] == [("li", "checker"), ("zhou", "observer")]
        assert json.loads(chosen) == ["checker"]
        assert [tuple(row) for row in votes] == [(1, "li")]
    finally:
        await database.dispose()


async def test_amendments_from_before_seals_stay_with_what_they_put_right(
    bare_store_url: str,
) -> None:
    database = open_database(bare_store_url)
    row = "(1, 2, 2026, 'TAX', 'grade', '', 'third', 'second', 'chen', 'appeal 1: so', 5)"
    notice = "(2026, 1, '2026-12-01', '2026-12-08', '2026-12-11', 'zhou', 3)"
    try:
        statements = (
            f"INSERT INTO amendments VALUES {row}",
            'INSERT INTO public_notices (year, number, begins, ends, until, "by", at)'
            f" VALUES {notice}",
        )
        await upgraded(database, "0030", statements)
        await migrate(database)
        async with database.connect() as connection:
            (made,) = await read_amendments(connection, 2026)
            (given,) = await read_notices(connection, 2026)
        (correction,) = corrections_of(made)
        assert (made.number, made.seal, made.appeal, made.round, made.after) == (1, 0, 1, 2, "")
        assert (correction.kind, correction.before, correction.after) == (
            "grade",
            "third",
            "second",
        )
        assert (given.amendment, given.tells("TAX"), given.until.isoformat()) == (
            0,
            True,
            "2026-12-11",
        )
        for statement in ("DELETE FROM amendments", "UPDATE public_notices SET amendment = 1"):
            with pytest.raises(DBAPIError, match="only grows"):
                async with database.begin() as connection:
                    await connection.execute(text(statement))
    finally:
        await database.dispose()


BEFORE_NAMES = (
    "INSERT INTO campaigns (id, year, state, opens_at, closes_at, paper, scheme, registered)"
    " VALUES ('c', 2026, 'open', 0, 1, '{}', '{}', 7)",
    "INSERT INTO links (token, campaign, grp, source, stratum, most)"
    " VALUES ('t', 'c', 'deputy', 'invited', '', 30)",
    "INSERT INTO quota_cells (campaign, unit, grp, stratum, source, taken)"
    " VALUES ('c', 'TAX', 'deputy', '', '', 4)",
    "INSERT INTO places (mark, campaign) VALUES ('m', 'c')",
    "INSERT INTO courses (campaign, source, grp, stratum, course, people)"
    " VALUES ('c', 'open', 'deputy', '', 'started', 5)",
    "INSERT INTO arrivals (campaign, hour, course, people) VALUES ('c', 9, 'started', 5)",
    "INSERT INTO stops (campaign, questionnaire, question, people) VALUES ('c', 'w', 'q', 2)",
    "INSERT INTO outbox (campaign, step, lookup, state, place, due, tries)"
    " VALUES ('c', 0, 'l', 'queued', 8, 0, 0)",
    "INSERT INTO shortcomings (id, campaign, unit, lookup, lang, day)"
    " VALUES ('R', 'c', 'TAX', 'l', 'en', '2026-11-23')",
    'INSERT INTO shortcoming_words (shortcoming, "by", text, "on", shared, state, due)'
    " VALUES ('R', 'ofa', 'We look', '2026-11-24', FALSE, 'sent', 0)",
    'INSERT INTO shortcoming_steps (shortcoming, step, act, "by", "to", value, text, "on")'
    " VALUES ('R', 0, 'assigned', 'ofa', 'Li', 'speed', '', '2026-11-24')",
    "INSERT INTO follow_stops (mark, at) VALUES ('m', 3)",
)
AFTER_NAMES = {
    "SELECT definition, registered FROM campaigns": ("{}", 7),
    "SELECT group_code, max_people FROM links": ("deputy", 30),
    "SELECT group_code, taken FROM quota_cells": ("deputy", 4),
    "SELECT campaign FROM quota_places": ("c",),
    "SELECT group_code, progress, people FROM progress_counts": ("deputy", "started", 5),
    "SELECT progress, people FROM arrivals": ("started", 5),
    "SELECT question, people FROM break_offs": ("q", 2),
    "SELECT send_order FROM outbox": (8,),
    "SELECT id, unit, day FROM requests": ("R", "TAX", "2026-11-23"),
    "SELECT id, request, sender, sent_on FROM request_messages": (1, "R", "ofa", "2026-11-24"),
    "SELECT request, taken_by, responsible, taken_on FROM request_steps": (
        "R",
        "ofa",
        "Li",
        "2026-11-24",
    ),
    "SELECT at FROM request_stops": (3,),
}
REFUSED = {
    "UPDATE campaigns SET definition = 'x'": "registered",
    "UPDATE links SET max_people = 99": "is not changed",
    "UPDATE request_steps SET text = 'x'": "only grows",
    "DELETE FROM request_steps": "only grows",
}


async def test_renamed_tables_keep_their_rows_and_guards(bare_store_url: str) -> None:
    database = open_database(bare_store_url)
    try:
        await upgraded(database, "0019", BEFORE_NAMES)
        await migrate(database)
        async with database.connect() as connection:
            for query, row in AFTER_NAMES.items():
                assert [tuple(found) for found in await connection.execute(text(query))] == [row]
        for statement, why in REFUSED.items():
            with pytest.raises(DBAPIError, match=why):
                async with database.begin() as connection:
                    await connection.execute(text(statement))
        async with database.begin() as connection:
            again = text(
                "INSERT INTO request_messages (request, sender, text, sent_on, shared, state, due)"
                " VALUES ('R', '', 'Thanks', '2026-11-25', FALSE, '', 0) RETURNING id"
            )
            assert (await connection.execute(again)).scalar_one() == 2
    finally:
        await database.dispose()


async def test_conversations_of_an_older_version_lose_the_moment_of_their_last_tap(
    bare_store_url: str,
) -> None:
    database = open_database(bare_store_url)
    blob = "decode('{0}', 'hex')" if database.dialect.name == "postgresql" else "x'{0}'"
    later, earlier = blob.format("0b"), blob.format("0a")
    insert = "INSERT INTO sessions (person, body, hour, touched) VALUES"
    statements = (
        f"{insert} ({later}, {later}, 7, 1000)",
        f"{insert} ({earlier}, {later}, 9, 2000)",
        f"INSERT INTO unreachable (person, at) VALUES ({later}, 1795420800)",
    )
    try:
        await upgraded(database, "0020", statements)
        await migrate(database)
        async with database.connect() as connection:
            query = text("SELECT person, campaign, hour, until FROM sessions ORDER BY person")
            rows = [tuple(row) for row in await connection.execute(query)]
            marks = (await connection.execute(text("SELECT at FROM unreachable"))).scalars().all()
        assert [(bytes(row[0]), *row[1:3]) for row in rows] == [(b"\x0a", "", 0), (b"\x0b", "", 0)]
        assert rows[0][3] == rows[1][3]
        assert marks == [1795420800 // 2592000 * 2592000]
    finally:
        await database.dispose()


REFUSED_BEFORE = text("INSERT INTO refused (box, sealed, at) VALUES (:box, :sealed, :at)")
BEFORE_STREAMS = (
    "INSERT INTO boxes (id, public, signature, made) VALUES ('known', 'p', 's', 1)",
    REFUSED_BEFORE.bindparams(box="known", sealed=b"one", at=900),
    REFUSED_BEFORE.bindparams(box="gone", sealed=b"two", at=1800),
    "INSERT INTO outbox (campaign, step, lookup, state, send_order, due, tries)"
    " VALUES ('c', 0, 'l', 'queued', 8, 0, 0)",
)


async def test_refused_envelopes_get_reason_and_digest_and_messages_their_form(
    bare_store_url: str,
) -> None:
    database = open_database(bare_store_url)
    try:
        await upgraded(database, "0020", BEFORE_STREAMS)
        await migrate(database)
        async with database.connect() as connection:
            query = "SELECT box, sealed, at, reason, digest, source, due FROM refused ORDER BY id"
            kept = [tuple(row) for row in await connection.execute(text(query))]
            forms = (await connection.execute(text("SELECT form FROM outbox"))).scalars().all()
        assert kept == [
            ("known", b"one", 900, "broken", sha256(b"one").digest(), "staging", None),
            ("gone", b"two", 1800, "unknown_key", sha256(b"two").digest(), "staging", None),
        ]
        assert forms == [1]
    finally:
        await database.dispose()


async def test_checkpoints_and_campaigns_from_before_the_guard_are_kept(
    bare_store_url: str,
) -> None:
    database = open_database(bare_store_url)
    try:
        statements = (
            "INSERT INTO campaigns (id, year, state, opens_at, closes_at, definition, scheme)"
            " VALUES ('year', 2026, 'open', 1, 2, '{}', '{}')",
            "INSERT INTO checkpoints (size, note, frontier, at) VALUES (1, 'n', '', 5)",
        )
        await upgraded(database, "0020", statements)
        await migrate(database)
        async with database.connect() as connection:
            shown = (await connection.execute(text("SELECT size, shown FROM checkpoints"))).all()
            keys = (await connection.execute(text("SELECT * FROM campaign_keys"))).all()
            states = (await connection.execute(text("SELECT id, state FROM campaigns"))).all()
        assert [tuple(row) for row in shown] == [(1, None)], "an older checkpoint is served"
        assert keys == [], "the first start takes the keys over"
        assert [tuple(row) for row in states] == [("year", "open")]
    finally:
        await database.dispose()


async def test_entries_from_before_lines_are_of_form_1_and_stay_guarded(
    bare_store_url: str,
) -> None:
    database = open_database(bare_store_url)
    blob = "decode('{0}', 'hex')" if database.dialect.name == "postgresql" else "x'{0}'"
    label, commitment = blob.format("0a" * 32), blob.format("0b" * 32)
    insert = "INSERT INTO log_entries (position, label, commitment, kind, campaign, body) VALUES"
    statements = (
        f"{insert} (0, {label}, {commitment}, 'registration', 'year', '{{}}')",
        f"{insert} (1, {label}, {commitment}, 'ballot', 'year', NULL)",
    )
    try:
        await upgraded(database, "0023", statements)
        await migrate(database)
        async with database.connect() as connection:
            query = text("SELECT * FROM log_entries ORDER BY position")
            rows = [entry_of_row(row._mapping) for row in await connection.execute(query)]
        assert [(one.form, one.kind, one.body, one.signatures) for one in rows] == [
            (1, "registration", "{}", ()),
            (1, "ballot", None, ()),
        ]
        assert {one.line for one in rows} == {bytes([10]) * 32 + bytes([11]) * 32}
        for statement in ("UPDATE log_entries SET form = 2", "DELETE FROM log_entries"):
            with pytest.raises(DBAPIError, match="only grows"):
                async with database.begin() as connection:
                    await connection.execute(text(statement))
    finally:
        await database.dispose()


async def test_older_campaigns_get_the_purpose_of_their_definition_and_it_is_frozen(
    bare_store_url: str,
) -> None:
    database = open_database(bare_store_url)
    insert = (
        "INSERT INTO campaigns (id, year, state, opens_at, closes_at, definition, scheme,"
        " registered) VALUES"
    )
    pilot = '{"title": {}, "trial": true}'
    statements = [
        text(f"{insert} (:id, 2026, 'closed', 1, 2, :definition, '{{}}', :registered)").bindparams(
            id=name, definition=definition, registered=registered
        )
        for name, definition, registered in (
            ("count", "{}", 1),
            ("draft", pilot, None),
            ("pilot", pilot, 2),
        )
    ]
    try:
        await upgraded(database, "0051", statements)
        await migrate(database)
        async with database.connect() as connection:
            query = "SELECT id, purpose, about, asks FROM campaigns ORDER BY id"
            found = (await connection.execute(text(query))).all()
        assert [tuple(row) for row in found] == [
            ("count", "counting", "units", "public"),
            ("draft", "pilot", "units", "public"),
            ("pilot", "pilot", "units", "public"),
        ]
        for name, value in (("purpose", "pilot"), ("about", "leaders"), ("asks", "staff")):
            change = f"UPDATE campaigns SET {name} = '{value}' WHERE id"
            with pytest.raises(DBAPIError, match="registered in the log"):
                async with database.begin() as connection:
                    await connection.execute(text(f"{change} = 'count'"))
            async with database.begin() as connection:
                await connection.execute(text(f"{change} = 'draft'"))
    finally:
        await database.dispose()


async def test_sums_of_few_answers_join_others_where_no_result_was_signed(
    bare_store_url: str,
) -> None:
    database = open_database(bare_store_url)
    kept = {
        "TAX": {
            "scale": 1,
            "clusters": [["resident", "", 0, 1, 4, 1, 1], ["resident", "", 3, 12, 48, 5, 5]],
            "reminders": [[0, 30, 120, 70, 70], [1, 2, 8, 1, 1], [2, 1, 4, 0, 0]],
        },
        "EDU": {"scale": 1, "clusters": [], "reminders": [[0, 4, 16, 2, 2], [2, 1, 4, 1, 1]]},
    }
    body = canonical({"units": {}, "corrections": {}, "kept": kept})
    insert = "INSERT INTO releases (campaign, number, at, digest, body) VALUES"
    statements = [
        text(f"{insert} (:campaign, 1, 0, :digest, :body)").bindparams(
            campaign=campaign, digest=sha256(body.encode()).hexdigest(), body=body
        )
        for campaign in ("open", "signed", "ordered")
    ]
    entry = "INSERT INTO log_entries (position, kind, campaign, body, form) VALUES"
    notice = "INSERT INTO notices (kind, name, campaign, body, signatures) VALUES"
    more = (
        f"{entry} (0, 'result', 'signed', 'x', 2)",
        f"{notice} ('result', 'ordered', 'ordered', 'x', '[]')",
    )
    try:
        await upgraded(database, "0050", [*statements, *more])
        await migrate(database)
        async with database.connect() as connection:
            rows = (await connection.execute(text("SELECT * FROM releases"))).all()
        found = {row.campaign: row for row in rows}
        assert all(sha256(row.body.encode()).hexdigest() == row.digest for row in rows)
        assert {name for name, row in found.items() if row.body == body} == {"signed", "ordered"}
        joined = json.loads(found["open"].body)["kept"]
        for unit, sums in kept.items():
            assert joined[unit] == dump_kept(gathered_again(load_kept(sums)))
        assert joined["TAX"]["reminders"] == [[0, 33, 132, 71, 71]]
        assert joined["TAX"]["clusters"] == [["resident", "", 3, 13, 52, 6, 6]]
        assert joined["EDU"]["reminders"] == []
    finally:
        await database.dispose()
