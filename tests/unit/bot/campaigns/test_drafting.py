"""Drafting on the command line.

A scheme locks some values, and the check names what would bar an appraisal.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.__main__ import main
from bot.campaigns.drafting import chosen_scheme
from survey_flows.errors import BadInput
from tests.openings import command_to_open, name_organiser

UNITS = """code,name_zh,name_en,category,questionnaire,league
FIN,市财政局,Finance Bureau,B_econ,econ,
TAX,市税务局,Tax Bureau,B_econ,econ,
X1,一区,District 1,A_district,district,district
"""
CREATE = ("campaign", "create", "y", "--year", "2026", "--title-zh", "试评", "--title-en", "Trial")
WINDOW = ("--opens", "2026-11-01", "--closes", "2027-01-31")
OPEN = ("campaign", "open", "y")
LACKING = (
    "unit_quota: 18 first + 75 second + 6 third = 99, but 2 units are graded by quota; "
    "make the counts sum to 2; the same ratio, rounded down, offers 0/2/0"
)


@pytest.fixture(autouse=True)
def city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "units.csv").write_text(UNITS)
    assert main(["import", "units", str(tmp_path / "units.csv")]) == 0
    name_organiser()
    capsys.readouterr()


def test_counts_that_do_not_fit_the_city_stop_the_opening(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*CREATE, *WINDOW, "--grades", "18", "75", "6"]) == 0
    told = f"  2026 cannot be appraised like this: {LACKING}"
    assert told in capsys.readouterr().out.splitlines()
    assert main([*OPEN]) == 0
    said = capsys.readouterr().out
    assert f"  Stops the opening: {LACKING}" in said.splitlines()
    assert "--list" not in said
    assert main([*OPEN, "--name", "y", "--list", "0" * 16]) == 1
    assert LACKING in capsys.readouterr().err
    assert main(["campaign", "show", "y"]) == 0
    assert "  draft, " in capsys.readouterr().out


def test_split_halves_are_drafted_and_confirmed_at_the_opening(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main([*CREATE, *WINDOW, "--halves", "sex"])
    assert main([*CREATE, *WINDOW, "--halves", "items", "items"]) == 1
    assert "each at most once" in capsys.readouterr().err
    assert main([*CREATE, *WINDOW, "--halves", "items", "scale"]) == 0
    assert main([*OPEN]) == 0
    said = capsys.readouterr().out
    assert "a random half of the people answers the overall question last" in said
    assert "a random half of the people sees the levels from dissatisfied to satisfied" in said
    digest = said.split("--list ")[1].strip()
    assert main([*OPEN, "--name", "y", "--list", digest]) == 0


def test_identities_are_drafted_by_the_command_and_stay_at_a_change(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main([*CREATE, *WINDOW, "--identity", "face"])
    assert main([*CREATE, *WINDOW, "--identity", "phone", "phone"]) == 1
    assert "identities of phone, openid, each at most once" in capsys.readouterr().err
    assert main([*CREATE, *WINDOW, "--identity", "phone", "openid"]) == 0
    assert main(["campaign", "change", "y", "--title-en", "Other"]) == 0
    capsys.readouterr()
    assert main([*OPEN]) == 0
    said = capsys.readouterr().out
    assert "Stops the opening: " in said
    assert "write verified_worth under evidence" in said
    assert "no account sends codes" in said
    assert "no identity provider is set up for citizens" in said


def test_row_open_without_counts_the_draft_offers_those_that_fit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*CREATE, *WINDOW]) == 0
    assert "cannot be appraised" not in capsys.readouterr().out
    assert main([*OPEN]) == 0
    said = capsys.readouterr().out
    assert "Pooled" not in said
    assert "Economy: 2 units; 0 first, 2 second, 0 third are locked" in said
    digest = said.split("--list ")[1].strip()
    for wrong in (
        ["--list", digest],
        ["--name", "x", "--list", digest],
        ["--name", "y", "--list", "0" * 16],
    ):
        assert main([*OPEN, *wrong]) == 1
    assert main([*OPEN, "--name", "y", "--list", digest]) == 0
    assert "  open, " in capsys.readouterr().out


def test_row_open_a_list_that_changed_meanwhile_is_looked_at_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*CREATE, *WINDOW]) == 0
    confirmed = command_to_open("y")
    (tmp_path / "more.csv").write_text(UNITS + "EDU,市教育局,Education Bureau,B_econ,econ,\n")
    assert main(["import", "units", str(tmp_path / "more.csv")]) == 0
    capsys.readouterr()
    assert main(confirmed) == 1
    assert "but 3 units are graded by quota" in capsys.readouterr().err


def test_row_open_another_counting_campaign_on_a_unit_stops_and_a_pilot_opens(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*CREATE, *WINDOW]) == 0
    assert main(command_to_open("y")) == 0
    again = [word if word != "y" else "z" for word in CREATE]
    assert main([*again, *WINDOW]) == 0
    capsys.readouterr()
    assert main(["campaign", "open", "z"]) == 0
    assert "y: this counting campaign rates FIN too (3 units in all)" in capsys.readouterr().out
    assert main([*again[:2], "p", *again[3:], *WINDOW, "--purpose", "pilot"]) == 0
    assert main(["campaign", "open", "p"]) == 0
    assert "a pilot, open" in capsys.readouterr().out


def test_counts_that_fit_are_locked_with_the_draft(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CREATE, *WINDOW, "--grades", "1", "1", "0"]) == 0
    assert "cannot be appraised" not in capsys.readouterr().out


def test_a_league_and_a_category_that_the_scheme_lacks_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        Path("aggregation/schemes/default-2.yaml").read_text().replace("B_econ", "B_money")
    )
    assert main([*CREATE, *WINDOW, "--scheme", str(own), "--grades", "0", "0", "0"]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if "cannot be appraised" in line]
    assert said == [
        f"  2026 cannot be appraised like this: unit {code}: "
        "the category 'B_econ' is not in the scheme; "
        "correct one of them"
        for code in ("FIN", "TAX")
    ]


@pytest.mark.parametrize("counts", [("1", "2"), ("1", "1", "-1"), ("1", "1", "x")])
def test_counts_are_three_whole_numbers(counts: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*CREATE, *WINDOW, "--grades", *counts])
    assert left.value.code == 2


def test_the_shipped_scheme_and_questionnaires_are_shown_and_can_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command, words in (
        ("scheme", ()),
        *(("questionnaire", (name,)) for name in ("window", "econ")),
    ):
        assert main([command, "show", *words]) == 0
        file = tmp_path / "own.yaml"
        file.write_text(capsys.readouterr().out)
        assert main([command, "check", str(file)]) == 0
        capsys.readouterr()


def test_a_pilot_is_registered_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CREATE, *WINDOW, "--purpose", "pilot"]) == 0
    assert main(["campaign", "open", "y"]) == 0
    assert main(["campaign", "close", "y", "--reason", "for a test"]) == 0
    assert main(["bundle", "y", str(tmp_path / "y.zip")]) == 0
    said = capsys.readouterr().out
    assert "a pilot, closed" in said
    assert "cannot be appraised" not in said
    main(["verify", str(tmp_path / "y.zip"), "--key", said.split("--key ")[1].split()[0]])
    assert (
        "before the campaign's 0 entries; it is a pilot and counts in no appraisal"
        in capsys.readouterr().out
    )


def test_method_1_is_for_years_that_are_over() -> None:
    assert '"method":2' in chosen_scheme(None)
    with pytest.raises(BadInput, match="method 1 is kept for years that are over"):
        chosen_scheme(Path("aggregation/schemes/default-1.yaml"))


def test_row_close_an_early_close_needs_a_reason_and_shows_both_ends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*CREATE, *WINDOW, "--purpose", "pilot"]) == 0
    assert main(["campaign", "open", "y"]) == 0
    assert main(["campaign", "close", "y"]) == 1
    assert "the planned end is not reached" in capsys.readouterr().err
    assert main(["campaign", "show", "y"]) == 0
    assert "a pilot, open" in capsys.readouterr().out
    assert main(["campaign", "close", "y", "--reason", "台风"]) == 0
    said = capsys.readouterr().out
    assert "(planned 2027-01-31T00:00+08:00)" in said
    assert "  Closed early: 台风" in said.splitlines()


def test_a_later_campaign_of_the_year_keeps_the_places_that_the_first_one_locked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*CREATE, *WINDOW, "--units", "FIN"]) == 0
    assert main(command_to_open("y")) == 0
    (tmp_path / "more.csv").write_text(UNITS + "EDU,市教育局,Education Bureau,B_econ,econ,\n")
    assert main(["import", "units", str(tmp_path / "more.csv")]) == 0
    second = [word if word != "y" else "z" for word in CREATE]
    assert main([*second, *WINDOW, "--units", "TAX"]) == 0
    assert "cannot be appraised" not in capsys.readouterr().out
    assert main(["campaign", "open", "z"]) == 0
    said = capsys.readouterr().out
    assert "Economy: 3 units; 0 first, 3 second, 0 third are locked" in said
    assert main(said.split("minping ")[-1].split()) == 0
    assert "  open, " in capsys.readouterr().out
