"""Accounts on the command line."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from bot.__main__ import main
from bot.storage.database import open_database, reading
from bot.storage.schema import all as tables


def hashes(folder: Path) -> dict[str, str]:
    async def read() -> dict[str, str]:
        database = open_database(f"sqlite:///{folder / 'minping.sqlite3'}")
        async with reading(database) as connection:
            rows = await connection.execute(select(tables.staff.c.login, tables.staff.c.password))
            found = {row.login: row.password for row in rows}
        await database.dispose()
        return found

    return asyncio.run(read())


def shown_password(text: str) -> str:
    found = re.search(r"shown only now\): (\S+)", text)
    assert found
    return found[1]


@pytest.fixture(autouse=True)
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_a_person_is_added_listed_and_given_a_new_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["staff", "add", "li.hua", "--role", "observer"]) == 0
    first = shown_password(capsys.readouterr().out)
    assert PasswordHasher().verify(hashes(tmp_path)["li.hua"], first)
    assert main(["staff", "password", "li.hua"]) == 0
    second = shown_password(capsys.readouterr().out)
    assert second != first
    assert PasswordHasher().verify(hashes(tmp_path)["li.hua"], second)
    assert main(["staff", "show"]) == 0
    assert capsys.readouterr().out == "li.hua  observer\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["add", "Li Hua", "--role", "staff"], "a login has"),
        (["password", "nobody"], "there is no such login; see `minping staff show`"),
        (["change", "nobody"], "there is no such login; see `minping staff show`"),
    ],
)
def test_a_wrong_login_is_one_sentence(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["staff", *words]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert told in said.err


def test_a_login_is_given_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert [main(["staff", "add", "zhou", "--role", "staff"]) for _ in range(2)] == [0, 1]
    assert "this login is taken" in capsys.readouterr().err


def test_a_slip_in_a_units_code_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staff", "add", "chen", "--role", "checker", "--unit", "FNI"]) == 1
    assert capsys.readouterr().err.startswith("minping: unit: there is no unit «FNI»")
    assert main(["staff", "show"]) == 0
    assert "chen" not in capsys.readouterr().out
