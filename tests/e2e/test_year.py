"""The whole year by its commands: demonstration, scores, appraisal, workbook; on both databases."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from bot.__main__ import main
from bot.core.labels import HIDDEN

Run = Callable[..., tuple[int, str, str]]
LEADERS = {"first": 163, "second": 658, "third": 11, "fourth": 3}


@pytest.fixture
def run(
    store_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command against the database; gives exit code, output and errors."""
    monkeypatch.setenv("DATABASE_URL", store_url)
    monkeypatch.setenv("MINPING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MINPING_PUBLIC_URL", "https://mp.example")

    def running(*words: str) -> tuple[int, str, str]:
        code = main(words)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return running


def sheets(path: Path) -> dict[str, list[dict[str, object]]]:
    """The rows of a workbook's sheets by the names in their second rows."""
    found = {}
    with closing(load_workbook(path, read_only=True)) as book:
        for page in book.worksheets:
            rows = list(page.iter_rows(values_only=True))
            found[page.title.split(" ")[1]] = [
                dict(zip(map(str, rows[1]), row, strict=True)) for row in rows[2:]
            ]
    return found


def test_a_city_is_drawn_scored_appraised_sealed_and_published(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("demo")
    assert code == 0
    assert out.startswith("108 units, 835 leaders, 30000 ballots of 2010 in campaign city-2010\n")
    assert run("demo")[::2] == (
        1,
        "minping: the demonstration needs an empty database, and table units holds data; "
        "choose another MINPING_DATA\n",
    )

    code, out, _ = run("score", "city-2010", "--json")
    scores = {unit["code"]: unit for unit in json.loads(out)}
    assert (code, len(scores)) == (0, 108)
    received = [unit["n"] for unit in scores.values()]
    told = [n for n in received if n != HIDDEN]
    assert all(
        n >= unit["n_valid"]
        for n, unit in zip(received, scores.values(), strict=True)
        if n != HIDDEN
    )
    assert 0 < sum(told) < sum(unit["n_valid"] for unit in scores.values()) < 30_000, (
        "few know nothing of most units"
    )
    assert all(0 <= u["low"] <= u["public_score"] <= u["high"] <= 100 for u in scores.values())

    code, out, _ = run("appraise", "2010", "--lang", "en")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert code == 0
    assert "departments 18 75 6 0 0 99" in lines
    assert "leaders 163 658 11 3 0 835" in lines
    assert "removal from Party and government posts 0 3 0" in lines
    assert "dismissal 0 2 0" in lines
    assert "admonition talk 0 26 4" in lines

    code, out, _ = run("appraise", "2010", "--explain", "430102", "--lang", "zh-Hans")
    assert code == 0
    assert "民评：" in out
    assert "区县（市）中民评的权重" in out

    code, out, _ = run("seal", "2010", "--lang", "en")
    seen = out.rsplit("--seen ", 1)[1].split(" ", 1)[0]
    assert (code, len(seen)) == (0, 64)
    confirmed = ("--organ", "市委常委会", "--document", "纪要", "--decided-on", "2011-03-01")
    order = ("seal", "2010", "--seen", seen, *confirmed, "--typed", "2010")
    assert run(*order)[:2] == (0, "2010 is sealed\n")
    assert run(*order)[2] == (
        "minping: 2010: the year is sealed: only amendments change it, "
        "or its seal is lifted before the public notice\n"
    )
    out = run("appraise", "2010", "--lang", "en")[1]
    assert [" ".join(line.split()) for line in out.splitlines()][:-1] == lines[:-1]
    assert lines[-1].replace("not sealed", "sealed") == out.splitlines()[-1]

    code, out, _ = run(
        "export", "--year", "2010", "--audience", "internal", "--out", str(tmp_path / "out")
    )
    assert code == 0
    check_workbook(tmp_path / "out" / "minping-2010-internal.xlsx", scores)
    check_csv(tmp_path / "out" / "minping-2010-internal")

    code, out, _ = run(
        "export", "--year", "2010", "--out", str(tmp_path / "open"), "--format", "xlsx"
    )
    assert (code, out) == (0, f"{tmp_path / 'open' / 'minping-2010.xlsx'}\n")
    with closing(load_workbook(tmp_path / "open" / "minping-2010.xlsx", read_only=True)) as book:
        names = book.sheetnames
    assert [name.split(" ")[1] for name in names] == [
        *("about", "method", "units", "leagues", "quotas", "questions", "exclusions", "groups"),
        *("reliability", "covariances", "columns"),
    ]

    tell_people(run, tmp_path)


def tell_people(run: Run, tmp_path: Path) -> None:
    """Give public notice, and print a unit's letters and enter a receipt, by commands alone."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    known = "".join(f"{today.year + more}-01-01,off\n" for more in range(2))
    days, letters = tmp_path / "days.csv", tmp_path / "letters.pdf"
    days.write_text(f"day,kind\n{known}")
    assert run("calendar", "import", str(days))[0] == 0
    assert "no public notice" in run("notice", "order", "2010", "TAX")[2]
    code, out, _ = run("notice", "give", "2010")
    assert (code, f"a notice of 2010 from today: {today} to " in out) == (0, True)
    order = out.splitlines()[-1].split("`")[1].split()[1:]
    assert run(*order[:-1], "0123456789abcdef")[2] == (
        "minping: 2010: the list has changed since you saw it; look at it again\n"
    )
    code, out, _ = run(*order)
    assert (code, f"2010 is in public notice from {today} to " in out) == (0, True)
    assert run("notice", "order", "2010", "TAX")[0] == 0
    printing = ("notice", "print", "2010", "TAX", "--out", str(letters), "--lang", "zh-Hans")
    assert run(*printing)[:2] == (
        0,
        f"the letters are in {letters}; print them and delete the file\n",
    )
    assert letters.read_bytes().startswith(b"%PDF")
    assert letters.stat().st_mode & 0o077 == 0, "whoever reads it sees every code"
    assert run(*printing)[0] == 1, "the file is there, and the letters are printed"
    (row,) = [it for it in run("notice", "show", "2010")[1].splitlines() if it.startswith("TAX ")]
    people = int(row.split()[1])
    assert row.split() == ["TAX", str(people), str(people), "0"]
    assert run("notice", "deliver", "2010", "TAX-P01", "--on", str(today))[0] == 0
    assert " ".join(run("notice", "show", "2010")[1].split()).count(f"TAX {people} {people} 1") == 1
    assert run("notice", "deliver", "2010", "nobody", "--on", str(today))[0] == 1


def check_workbook(path: Path, scores: dict[str, dict[str, object]]) -> None:
    book = sheets(path)
    units = book["units"]
    assert Counter(row["grade"] for row in units) == {
        "first": 18,
        "second": 75,
        "third": 6,
        None: 9,
    }
    assert {row["code"]: row["public_score"] for row in units} == {
        c: s["public_score"] for c, s in scores.items()
    }
    for row in units:
        parts = [
            row[f"{part}_contribution"]
            for part in ("objective", "superior", "governance", "public")
        ]
        whole = sum(map(float, [*parts, row["adjustment"]]))  # type: ignore[arg-type]
        assert whole == pytest.approx(row["total"], abs=0.0053)
    assert Counter(row["league"] for row in book["leagues"]) == {"district": 5, "county": 4}
    assert Counter(row["grade"] for row in book["leaders"]) == LEADERS
    assert Counter(row["certainty"] for row in book["leaders"])["provisional"] == 4
    decided = [row for row in book["proposals"] if row["status"] == "confirmed"]
    concerned = {
        kind: {r["subject"] for r in decided if r["kind"] == kind}
        for kind in {r["kind"] for r in decided}
    }
    assert {kind: len(subjects) for kind, subjects in concerned.items()} == {
        **{
            "grade_four": 3,
            "removal_from_posts": 3,
            "dismissal": 2,
            "admonition_talk": 26,
            "downgrade": 11,
        }
    }
    assert all(row["by"] and row["reason"] and row["at"] and row["grounds_zh"] for row in decided)
    fates = [row["ballots"] for row in book["exclusions"]]
    assert HIDDEN in fates
    assert 25_000 < sum(n for n in fates if isinstance(n, int)) < 30_000
    assert {row["subject"] for row in book["reasons"]} >= {"430102", *concerned["dismissal"]}


def check_csv(folder: Path) -> None:
    files = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    assert set(files) == {
        *(
            "about.csv",
            "method.csv",
            "units.csv",
            "leagues.csv",
            "quotas.csv",
            "leaders.csv",
            "proposals.csv",
            "reasons.csv",
        ),
        *("parts.csv", "people.csv"),
        *(
            "questions.csv",
            "exclusions.csv",
            "groups.csv",
            "reliability.csv",
            "covariances.csv",
            "columns.csv",
        ),
    }
    rows = list(csv.DictReader(io.StringIO(files["groups.csv"].decode("utf-8-sig"), newline="")))
    assert len(rows) == 108 * 6
    assert not [row for row in rows if row["n"].isdigit() and 0 < int(row["n"]) < 10]
    text = files["units.csv"].decode("utf-8-sig")
    public = {row["code"]: row["public_score"] for row in csv.DictReader(io.StringIO(text))}
    check_by_hand(rows, {code: float(score) for code, score in public.items()})


def check_by_hand(rows: list[dict[str, str]], scores: dict[str, float]) -> None:
    """The groups' scores by their real weights give the unit's, as docs/scoring.md works it out."""
    groups: dict[str, list[tuple[float, float] | None]] = {}
    for row in rows:
        if float(row["weight"]):
            told = row["score"] and row["weight_used"]
            pair = (float(row["weight_used"]), float(row["score"])) if told else None
            groups.setdefault(row["code"], []).append(pair)
    whole = {code: [x for x in own if x] for code, own in groups.items() if None not in own}
    means = {code: sum(w * s for w, s in x) / sum(w for w, _ in x) for code, x in whole.items()}
    assert len(means) == 47
    assert max(abs(mean - scores[code]) for code, mean in means.items()) < 0.5
    assert (scores["430104"], round(means["430104"], 1)) == (69.4, 69.3)


def test_an_office_brings_its_tables_and_its_questionnaire(run: Run, tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    text = "单位代码,单位名称,英文名称,类别,问卷\nFIN,市财政局,Finance Bureau,B_econ,econ\n"
    units.write_bytes(text.encode("gb18030"))
    assert run("import", "units", str(units), "--dry-run")[:2] == (
        0,
        "units: 1 rows would be stored; nothing was\n  1 new, 0 changed, 0 as they were\n",
    )
    assert run("import", "units", str(units))[:2] == (
        0,
        "units: 1 rows stored\n  1 new, 0 changed, 0 as they were\n",
    )
    points = tmp_path / "points.csv"
    points.write_text("subject,indicator,value\nFIN,objective,87.5\nFIN,superior,101\n")
    assert run("import", "indicators", str(points), "--year", "2026") == (
        1,
        "",
        "minping: points.csv, row 3, column value: 101 is not between 0 and 100\n",
    )
    assert run("import", "units", str(tmp_path / "none.csv"))[::2] == (
        1,
        f"minping: {tmp_path / 'none.csv'}: the file cannot be read: there is no such file; "
        "check its name\n",
    )
    sheets = Path("survey_flows/catalog/window.yaml").resolve()
    code, out, _ = run("questionnaire", "check", str(sheets))
    assert (code, out.splitlines()[0]) == (
        0,
        "window (version 1): 6 questions, 4 rated; good to use",
    )
    points.rename(tmp_path / "points.yaml")
    assert run("questionnaire", "check", str(tmp_path / "points.yaml"))[0] == 1
