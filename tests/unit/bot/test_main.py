"""The command line: help for every command, wrong use, wrong input, exit codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.__main__ import main, make_parser

COMMANDS = (
    "appeals",
    "appraise",
    "archive",
    "audit",
    "bundle",
    "calendar",
    "campaign",
    "cases",
    "contacts",
    "demo",
    "export",
    "import",
    "invitations",
    "letters",
    "mixer",
    "openapi",
    "posters",
    "publish",
    "push",
    "questionnaire",
    "quotas",
    "release",
    "report",
    "responses",
    "sample",
    "scheme",
    "score",
    "sensitivity",
    "serve",
    "staff",
    "table",
    "token",
    "verify",
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
            "none: there is no such campaign; look for its name in the list of campaigns",
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
            "none: there is no such campaign; look for its name in the list of campaigns",
        ),
        (
            ["sample", "draw", "none", "--out", "x"],
            "none: there is no such campaign; look for its name in the list of campaigns",
        ),
        (["sample", "verify", "none.json"], "none.json: the file cannot be read"),
        (
            ["invitations", "make", "none"],
            "none: there is no such campaign; look for its name in the list of campaigns",
        ),
        (
            ["invitations", "count", "none"],
            "none: there is no such campaign; look for its name in the list of campaigns",
        ),
        (["import", "units", "none.csv"], "none.csv: the file cannot be read"),
        (["demo", "--year", "2999"], "2999: the city's year lies between 1990 and"),
        (["demo", "--ballots", "10"], "10: the city needs at least"),
        (
            ["cases", "scan", "none"],
            "none: there is no such campaign; look for its name in the list of campaigns",
        ),
        (["cases", "show", "none"], "none: there is no such case; see `minping cases list`"),
        (
            ["cases", "effect", "none"],
            "none: there is no such campaign; look for its name in the list of campaigns",
        ),
        (
            ["publish", "none"],
            "none: there is no such campaign; look for its name in the list of campaigns",
        ),
        (["publish", "none", "--withdraw"], "none: the results of this campaign are not public"),
        (
            ["token", "add", "A b", "--scope", "results:read"],
            "A b: a token's name has 1 to 32 characters",
        ),
        (
            ["token", "add", "x", "--scope", "results:read", "--days", "0"],
            "0: a token is good for 1 to 366 days",
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


def test_the_parser_knows_the_commands_and_no_other() -> None:
    listed = re.findall(r"^ {4}(\w+)", make_parser().format_help(), re.MULTILINE)
    assert tuple(listed) == COMMANDS
