"""The audit log holds every form, every sign-in and every changing command, and nothing typed."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.__main__ import main, make_parser
from bot.accounts.acts import ACTS, describe_act
from bot.accounts.audit_log import DONE, AuditRecord, read_records
from bot.accounts.staff import add_staff
from bot.terminal.auditing import READS_ONLY, Audit, AuditByOption, chosen_audit, printable
from bot.web.admin.routes import console_routes
from bot.web.api.operation_table import OPERATIONS
from bot.web.server import make_web
from tests.console import PASSWORD, Console
from tests.web_city import city


@pytest.fixture
async def console(tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    async with (
        city(tmp_path, valkey_url) as made,
        TestClient(TestServer(make_web(made.service))) as client,
    ):
        for login, role in (("zhou", "administrator"), ("li", "observer")):
            await add_staff(made.service.roster, login, PASSWORD, role)
        yield Console(client, made.service)


async def told(console: Console) -> list[tuple[str, str, str, str]]:
    acts = await read_records(console.service.database)
    return [(act.who, act.act, act.what, act.outcome) for act in reversed(acts)]


async def test_every_form_is_noted_with_its_outcome_and_without_what_was_typed(
    console: Console,
) -> None:
    await console.sign_in("zhou", "a password in vain")
    await console.sign_in("my-password-in-the-wrong-field", "x")
    await console.sign_in()
    await console.open("/admin/campaigns/2026")
    csrf = console.csrf
    await console.post("/admin/campaigns/2026/pause", {"csrf": csrf, "act": "pause"})
    await console.post("/admin/campaigns/2026/pause", {"csrf": csrf, "act": "pause"})
    await console.post(
        "/admin/campaigns/2026/close", {"csrf": csrf, "name": "secret words", "act": "NO BUTTON!"}
    )
    await console.post("/admin/campaigns/2026/links", {"csrf": "forged", "group": "deputy"})
    year = "/admin/years/2026"
    decision = {"csrf": csrf, "proposal": "2026/deduction/lower/TAX", "reason": "typed words"}
    await console.post(f"{year}/decisions", decision)
    await console.post(f"{year}/grades", {"csrf": csrf, "unit": "typed words", "grade": "first"})
    await console.sign_in("li")
    await console.open("/admin/campaigns/2026")
    await console.post("/admin/campaigns/2026/links", {"csrf": console.csrf, "group": "deputy"})
    assert await told(console) == [
        ("zhou", "/admin/sign-in", "", "refused"),
        ("", "/admin/sign-in", "", "refused"),
        ("zhou", "/admin/sign-in", "", "done"),
        ("zhou", "/admin/campaigns/{campaign}/pause pause", "2026", "done"),
        ("zhou", "/admin/campaigns/{campaign}/pause pause", "2026", "refused"),
        ("zhou", "/admin/campaigns/{campaign}/close", "2026", "refused"),
        ("zhou", "/admin/campaigns/{campaign}/links", "2026", "refused"),
        ("zhou", "/admin/years/{year}/decisions", "2026/deduction/lower/TAX", "refused"),
        ("zhou", "/admin/years/{year}/grades", "2026", "refused"),
        ("li", "/admin/sign-in", "", "done"),
        ("li", "/admin/campaigns/{campaign}/links", "2026", "refused"),
    ]
    page = await console.open("/admin/audit?login=li")
    assert "makes a link into campaign 2026" in page
    assert "zhou" not in page
    assert "secret words" not in str(await told(console))


def declared(parser: argparse.ArgumentParser) -> Iterator[tuple[str, Audit | None]]:
    """Return (command, its record) of every command of the parser, by option where it has some."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        name, audit = parser.prog.removeprefix("minping "), parser.get_default("audit")
        if isinstance(audit, AuditByOption):
            yield from ((f"{name} {option}", one) for option, one in audit.audits.items())
        else:
            yield name, audit
    for action in inner:
        for child in action.choices.values():
            yield from declared(child)


def test_every_command_declares_what_it_audits_in_words() -> None:
    found = dict(declared(make_parser()))
    assert [name for name, audit in found.items() if not isinstance(audit, Audit)] == []
    changing = {name: audit for name, audit in found.items() if audit and audit.act}
    assert {name for name, audit in changing.items() if audit.act != name} == set()
    assert {name for name in changing if name not in ACTS} == set()


def test_every_form_and_every_request_that_changes_something_has_words() -> None:
    forms = {path for method, path in routes() if method == "POST" and path.startswith("/admin")}
    assert {path for path in forms if path not in ACTS} == set()
    requests = {
        f"{operation.method} {operation.full_path}"
        for operation in OPERATIONS
        if operation.method != "GET"
    }
    assert {request for request in requests if request not in ACTS} == set()


def routes() -> Iterator[tuple[str, str]]:
    application = web.Application()
    application.add_routes(console_routes())
    for route in application.router.routes():
        assert route.resource
        yield route.method, route.resource.canonical


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_every_act_has_words(lang: str) -> None:
    for act in ACTS:
        words = describe_act(AuditRecord("zhou", "", act, "2026", DONE), lang)
        assert words
        assert act not in words or "/" not in act


def test_an_act_is_said_with_its_object_and_an_unknown_code_as_it_stands() -> None:
    record = AuditRecord("cli:root", "", "staff add", "zhou", DONE)
    assert describe_act(record, "en") == "adds the account zhou"
    assert describe_act(record, "zh-Hans") == "新增账号 zhou"
    vote = AuditRecord("li", "checker", "/admin/review/{case} uphold", "k1", DONE)
    assert describe_act(vote, "zh-Hans") == "对案件 k1 投票"
    assert describe_act(AuditRecord("", "", "an old act", "x", DONE), "en") == "an old act x"


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        (["staff", "add", "--role", "observer", "zhou"], "zhou"),
        (["release", "--reason", "typed words", "spring"], "spring"),
        (["campaign", "open", "2026"], "2026"),
        (["import", "units", "lists/units.csv"], "units.csv"),
        (["import", "leaders", "--year", "2026", "leaders.csv"], "2026"),
        (["contacts", "import", "lists/people.csv"], "people.csv"),
        (["contacts", "opt-out", "people.csv"], "people.csv"),
        (["calendar", "import", "days.csv"], "days.csv"),
        (["letters", "replay", "99", "k1"], "99, k1"),
        (["letters", "replay", "--all"], "*"),
        (["import", "ballots", "b.csv", "--map", "m.yaml"], "b.csv"),
        (["import", "ballots", "b.csv", "--map", "m.yaml", "--campaign", "2026"], "2026"),
        (["letters", "drop", "k1", "--reason", "typed words"], "k1"),
        (["staging", "retry"], ""),
        (["staging", "refuse", "--reason", "broken"], "broken"),
        (
            [
                "held",
                "settle",
                "c",
                "--missing",
                "1",
                "--reason",
                "typed",
            ],
            "c",
        ),
        (["appraise", "2026", "--decide", "key", "confirm", "--reason", "typed"], "key"),
        (["appraise", "2026", "--grade", "FIN", "first", "--reason", "typed"], "FIN"),
        (["seal", "2026", "--seen", "abc", "--organ", "typed"], "2026"),
        (["seal", "2026", "--lift", "--reason", "typed"], "2026"),
    ],
)
def test_the_subject_is_a_name_and_never_typed_words(words: list[str], subject: str) -> None:
    chosen = make_parser(words[0]).parse_args(words)
    assert chosen_audit(chosen).subject(chosen) == subject


@pytest.mark.parametrize(
    "option", [[], ["--explain", "FIN"], ["--inside", "FIN"], ["--proposals"], ["--open"]]
)
def test_a_look_at_the_year_is_not_audited(option: list[str]) -> None:
    chosen = make_parser("appraise").parse_args(["appraise", "2026", *option])
    assert chosen_audit(chosen) is READS_ONLY


def test_the_acts_of_a_year_are_told_apart() -> None:
    told = [
        describe_act(AuditRecord("cli:root", "", f"appraise{option}", what, DONE), "en")
        for option, what in (("", "2026"), (" decide", "k"), (" grade", "FIN"), (" seal", "2026"))
    ]
    assert told == [
        "appraises the year 2026",
        "decides proposal k",
        "grades unit FIN by decision",
        "seals the year 2026",
    ]


@pytest.mark.parametrize(
    ("act", "what", "en", "zh"),
    [
        ("import units", "u.csv", "imports units: u.csv", "导入单位：u.csv"),
        ("import units", "", "imports units", "导入单位"),
        (
            "/admin/years/{year}/import units",
            "2026",
            "imports units for the year 2026",
            "导入 2026 年度的单位",
        ),
        ("import leaders", "2010", "imports leaders for the year 2010", "导入 2010 年度的领导干部"),
        ("letters replay", "99", "takes dead letters again: 99", "重新处理死信：99"),
        ("letters replay", "", "takes dead letters again", "重新处理死信"),
    ],
)
def test_imports_and_dead_letters_are_said_with_their_object(
    act: str, what: str, en: str, zh: str
) -> None:
    record = AuditRecord("cli:root", "", act, what, DONE)
    assert [describe_act(record, lang) for lang in ("en", "zh-Hans")] == [en, zh]


def test_a_subject_is_stored_in_one_printable_line() -> None:
    assert printable("单位 1.csv") == "单位 1.csv"
    assert printable("a\nb\udcff.csv") == "a?b?.csv"


def test_commands_are_noted_done_and_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["staff", "add", "zhou", "--role", "administrator"]) == 0
    assert main(["staff", "add", "zhou", "--role", "administrator"]) == 1
    capsys.readouterr()
    assert main(["audit", "show"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("  adds the account zhou  refused")
    assert lines[1].endswith("  adds the account zhou  done")
    monkeypatch.setenv("MINPING_LANGUAGE", "zh-Hans")
    assert main(["audit", "show"]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith("  新增账号 zhou  完成")
    monkeypatch.setenv("MINPING_LANGUAGE", "en")
    assert main(["audit", "verify"]) == 0
    assert (
        capsys.readouterr().out
        == "ok    2 rows, each rests on the one before\nthe public log commits to no row yet\n"
    )
    assert main(["audit", "show", "--since", "tomorrow"]) == 1
