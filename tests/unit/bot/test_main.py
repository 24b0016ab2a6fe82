"""The command line: help for every command, wrong use, wrong input, exit codes."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main, make_list, make_parser
from survey_flows.messages import PACKAGES

ROOT = Path(__file__).parents[3]

COMMANDS = (
    "amend",
    "appeals",
    "appraise",
    "approvals",
    "archive",
    "audit",
    "backup",
    "bundle",
    "bundle-year",
    "calendar",
    "campaign",
    "cases",
    "contacts",
    "demo",
    "export",
    "handout",
    "held",
    "import",
    "invitations",
    "letters",
    "log",
    "material",
    "messengers",
    "migrate",
    "mixer",
    "notice",
    "openapi",
    "orders",
    "organiser",
    "posters",
    "publish",
    "push",
    "questionnaire",
    "quotas",
    "recusal",
    "release",
    "report",
    "responses",
    "restore",
    "sample",
    "scheme",
    "score",
    "seal",
    "sensitivity",
    "serve",
    "staff",
    "staging",
    "table",
    "token",
    "verify",
    "verify-year",
    "witness",
)
TABLES = (
    *(
        "units",
        "leaders",
        "inner",
        "people",
        "indicators",
        "adjustments",
        "findings",
        "decisions",
        "history",
        "ballots",
    ),
)

NO_CAMPAIGN = (
    "none: there is no such campaign; "
    "look for its name in the list of campaigns (`minping campaign show`)"
)


@pytest.fixture(autouse=True)
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.mark.parametrize(
    "words", [(), *((name,) for name in COMMANDS), *(("import", table) for table in TABLES)]
)
def test_every_command_has_help(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*words, "--help"])
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {' '.join(('minping', *words))} ")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["unknown"],
        ["appraise"],
        ["appraise", "x"],
        ["score"],
        ["export", "--out", "x"],
        ["export", "--campaign", "a", "b", "--out", "x"],
        ["import", "leaders", "x.csv"],
        ["import", "ballots", "x.csv"],
        ["appraise", "2026", "--seal", "--open"],
        ["sample", "plan", "2026", "--allocation", "random"],
    ],
)
def test_wrong_use_leaves_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("usage: minping")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (
            ["score", "none"],
            NO_CAMPAIGN,
        ),
        (
            ["appraise", "2026"],
            "2026: no closed campaign of that year rates a stored unit; close one first",
        ),
        (
            ["export", "--year", "2026", "--out", "x"],
            "2026: no closed campaign of that year rates a stored unit",
        ),
        (["export", "--campaign", "none", "--out", "x"], "none: there is no such campaign"),
        (
            ["appraise", "2026", "--decide", "key", "perhaps"],
            "perhaps: the verdict is confirm or decline",
        ),
        (
            ["appraise", "2026", "--grade", "FIN", "best"],
            "best: the grade is first, second or third",
        ),
        (["contacts", "import", "none.csv"], "none.csv: the file cannot be read"),
        (["contacts", "opt-out", "none.csv"], "none.csv: the file cannot be read"),
        (
            ["sample", "plan", "none", "--size", "9"],
            NO_CAMPAIGN,
        ),
        (
            ["sample", "draw", "none", "--out", "x"],
            NO_CAMPAIGN,
        ),
        (["sample", "verify", "none.json"], "none.json: the file cannot be read"),
        (
            ["invitations", "make", "none"],
            NO_CAMPAIGN,
        ),
        (
            ["invitations", "count", "none"],
            NO_CAMPAIGN,
        ),
        (["import", "units", "none.csv"], "none.csv: the file cannot be read"),
        (["demo", "--year", "2999"], "2999: the city's year lies between 1990 and"),
        (["demo", "--ballots", "10"], "10: the city needs at least"),
        (
            ["cases", "scan", "none"],
            NO_CAMPAIGN,
        ),
        (["cases", "show", "none"], "none: there is no such case; see `minping cases list`"),
        (
            ["cases", "effect", "none"],
            NO_CAMPAIGN,
        ),
        (
            ["publish", "none"],
            NO_CAMPAIGN,
        ),
        (["push", "show", "none"], NO_CAMPAIGN),
        (["push", "pause", "none"], NO_CAMPAIGN),
        (["publish", "none", "--withdraw"], "none: the results of this campaign are not public"),
        (
            ["token", "add", "A b", "--scope", "results:read"],
            "name: a token's name has 1 to 32 characters",
        ),
        (
            ["token", "add", "x", "--scope", "results:read", "--days", "0"],
            "days of validity: a token is good for 1 to 366 days",
        ),
        (["token", "revoke", "none"], "none: there is no such token, or it was revoked before"),
        (["questionnaire", "check", "none.yaml"], "none.yaml: the file cannot be read"),
    ],
)
def test_wrong_input_leaves_with_1_and_one_sentence(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"minping: {complaint}")
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "chinese", "english"),
    [
        (
            ["report"],
            "缺少参数：KIND, YEAR, --out",
            "these arguments are required: KIND, YEAR, --out",
        ),
        (
            ["none"],
            "参数 COMMAND：不能选“none”",
            "argument COMMAND: «none» is not one of the choices",
        ),
        (
            ["import", "leaders", "f", "--year", "x"],
            "“x”不是这里可用的数",
            "«x» is not a whole number",
        ),
        (["responses", "x", "y"], "没有这样的参数：y", "unknown arguments: y"),
        (["scheme", "check", "f", "--zz"], "没有这样的参数：--zz", "unknown arguments: --zz"),
        (["release", "--correct"], "后面至少要有一个取值", "at least one value is missing"),
        (["report", "--out"], "后面缺少取值", "a value is missing after it"),
        (["publish", "x", "--withdraw=3"], "不带取值，却给了“3”", "it takes no value"),
        (["campaign", "create", "x", "--grades", "1"], "取值须有 3 个", "this number of values: 3"),
    ],
)
def test_wrong_use_is_said_in_the_terminals_language(
    words: list[str],
    chinese: str,
    english: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for lang, said in (("zh-Hans", chinese), ("en", english)):
        monkeypatch.setenv("MINPING_LANGUAGE", lang)
        with pytest.raises(SystemExit, match="2"):
            main(words)
        printed = capsys.readouterr().err
        assert said in printed
        if lang == "zh-Hans":
            last = printed.splitlines()[-1].partition("：")[2]
            assert not re.search(r"(?:[a-z]{2,} ){2}[a-z]{2,}", last)


def named_commands() -> set[str]:
    found = {
        command
        for package in PACKAGES
        for path in (ROOT / package).rglob("messages.*.ftl")
        for command in re.findall(r"`minping ([^`]*)`", path.read_text("utf-8"))
    }
    assert len(found) > 25
    return found


@pytest.mark.parametrize("command", sorted(named_commands()))
def test_a_command_that_a_message_names_exists(command: str) -> None:
    parser = make_parser()
    for word in command.split():
        if word.startswith("--"):
            assert word in parser._option_string_actions, command
        parts = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        if parts and word[0] not in "-{":
            assert word in parts[0].choices, command
            parser = parts[0].choices[word]


def test_the_parser_knows_the_commands_and_no_other() -> None:
    listed = re.findall(r"^ {4}([\w-]+)", make_parser().format_help(), re.MULTILINE)
    assert tuple(listed) == COMMANDS


def test_the_list_says_what_the_commands_say_of_themselves() -> None:
    assert make_list().format_help() == make_parser().format_help()


def test_help_loads_no_command_and_nothing_heavy() -> None:
    code = """
import sys
from bot.__main__ import main
try:
    main(["--help"])
finally:
    heavy = ("sqlalchemy", "aiohttp", "redis", "pydantic", "bot.commands.")
    print([name for name in sys.modules if name.startswith(heavy)], file=sys.stderr)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "[]\n")
    assert "appraise" in ran.stdout


@pytest.mark.parametrize("words", [["--", "calendar", "9999"], ["--bogus"], [], ["bogus"]])
def test_what_is_no_command_ends_as_a_wrong_use(words: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(words)


def test_a_questionnaire_nested_too_deep_leaves_with_1_and_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "deep.yaml"
    path.write_text("a: " + "[" * 3000)
    assert main(["questionnaire", "check", str(path)]) == 1
    assert capsys.readouterr().err == (
        "minping: deep.yaml, line 1: lists and fields lie more than 32 levels deep inside each "
        "other; make the file flatter\n"
    )


@pytest.mark.parametrize("words", [["log", "replace-gate", "--by", "a", "--reason"], [], ["score"]])
def test_bytes_that_are_no_text_are_a_sentence(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "\udcff"])
    told = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert told[-1].endswith("«\\udcff» is no text: its bytes are no UTF-8")


def test_an_argument_with_a_hidden_character_is_a_sentence_that_shows_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["log", "replace-gate", "--by", "a", "--reason", "so \u202eit is"])
    told = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert told[-1].endswith("«so U+202Eit is» holds the hidden character U+202E; leave it out")
