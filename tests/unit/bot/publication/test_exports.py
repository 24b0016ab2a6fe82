"""Books as files: harmless in a spreadsheet, the same bytes each time, no small cells."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pyarrow import parquet

from aggregation.counts.scan import PatternCount
from aggregation.estimation.scores import score_units
from bot.campaigns.registered import RegisteredCampaign
from bot.campaigns.scheme_files import shipped_scheme
from bot.core.labels import NAMES, flags, name
from bot.core.shipped_files import shipped_questionnaires
from bot.publication.exclusions import REASONS
from bot.publication.exports import Book, csv_archive, csv_files, workbook
from bot.publication.exports.about_page import units_alone
from bot.publication.exports.book import Column, Page, printed_value
from bot.publication.exports.dictionary import add_dictionary
from bot.publication.exports.score_pages import exclusions_page, groups_page, scores_page
from bot.publication.exports.statistical_files import statistical_files
from bot.publication.exports.writers import escape_formula, page_records
from bot.results.scoring import ScoredCampaign, unit_ranks
from survey_flows.campaign_definition import Unit

EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0")


def book(*rows: tuple[object, ...]) -> Book:
    columns = (
        Column("code", "column-code"),
        Column("total", "column-total", 2),
        Column("n", "column-n"),
    )
    return add_dictionary(
        Book("2026", date(2026, 12, 31), (Page("units", "page-units", columns, rows),))
    )  # type: ignore[arg-type]


WHOLE = book(
    ("FIN", Decimal("87.005"), 12), ("", Fraction(1, 3), 0), *((text, None, None) for text in EVIL)
)


def test_a_workbook_reads_back_as_it_was_written() -> None:
    read = load_workbook(io.BytesIO(workbook(WHOLE)))
    assert read.sheetnames == ["单位 units", "列说明 columns"]
    sheet = read["单位 units"]
    assert [list(row) for row in sheet.iter_rows(values_only=True, max_row=4)] == [
        ["代码", "总分", "收到评价票"],
        ["code", "total", "n"],
        ["FIN", 87.01, 12],
        [None, 0.33, 0],
    ]
    cells = [cell for row in sheet.iter_rows(min_row=5) for cell in row if cell.value is not None]
    assert [cell.data_type for cell in cells] == ["s"] * len(EVIL)
    assert (sheet.freeze_panes, sheet["B3"].number_format, sheet["C3"].number_format) == (
        "B3",
        "0.00",
        "0",
    )


def test_csv_has_a_mark_every_column_and_no_formula() -> None:
    files = csv_files(WHOLE)
    assert list(files) == ["units.csv", "columns.csv"]
    assert files["units.csv"].startswith(b"\xef\xbb\xbfcode,total,n\r\n")
    lines = list(csv.reader(io.StringIO(files["units.csv"].decode("utf-8-sig"), newline="")))
    assert lines == [
        ["code", "total", "n"],
        ["FIN", "87.01", "12"],
        ["", "0.33", "0"],
        *([f"'{t}", "", ""] for t in EVIL),
    ]
    assert csv_files(book())["units.csv"] == b"\xef\xbb\xbfcode,total,n\r\n"


@given(st.text(max_size=20))
@example("＝1+1")
@example("\n=1+1")
def test_no_text_is_taken_for_a_formula(text: str) -> None:
    assert not escape_formula(text).startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert escape_formula(text).removeprefix("'") == text.removeprefix("'")


def test_the_same_book_gives_the_same_bytes() -> None:
    assert workbook(WHOLE) == workbook(WHOLE)
    assert csv_archive(WHOLE) == csv_archive(WHOLE)
    with zipfile.ZipFile(io.BytesIO(csv_archive(WHOLE))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == csv_files(WHOLE)


def test_numbers_are_rounded_half_up_from_their_exact_value() -> None:
    two = Column("x", "column-total", 2)
    assert [
        str(printed_value(v, two)) for v in (Fraction(1, 200), Decimal("-0.005"), 0.1 + 0.2, 7)
    ] == [
        "0.01",
        "-0.01",
        "0.30",
        "7.00",
    ]


def scored(*rows: tuple[str, str, int, str, int]) -> ScoredCampaign:
    """A campaign with ballots (unit, group, weight, ratings, count)."""
    questionnaires = {"econ": shipped_questionnaires()["econ"]}
    units = {
        code: Unit(code, {"zh-Hans": f"局{code}", "en": code}, "econ", "B_econ")
        for code in ("A", "B")
    }
    counts = tuple(
        PatternCount(u, "econ", g, "", "invite", w, ratings, n) for u, g, w, ratings, n in rows
    )
    registered = RegisteredCampaign(
        "c",
        2026,
        {"zh-Hans": "民评", "en": "Poll"},
        "closed",
        0,
        1,
        units,
        questionnaires,
        shipped_scheme(),
    )
    scores = score_units(counts, dict.fromkeys(units, "B_econ"), questionnaires, registered.scheme)
    return ScoredCampaign(registered, counts, scores)


RATED = len(shipped_questionnaires()["econ"].rated)
ALL_S, NONE, FEW = (
    " ".join(["S"] * RATED),
    " ".join(["-"] * RATED),
    " ".join(["DK"] * (RATED - 1) + ["S"]),
)


def test_every_ballot_is_accounted_for() -> None:
    given = scored(
        ("A", "resident", 4, ALL_S, 120),
        ("A", "resident", 0, ALL_S, 17),
        ("A", "resident", 4, NONE, 25),
        ("A", "passer_by", 4, ALL_S, 12),
        ("B", "resident", 4, FEW, 13),
        ("B", "resident", 4, ALL_S, 30),
        ("B", "staff", 4, ALL_S, 14),
        ("B", "staff", 0, ALL_S, 1),
    )
    counts = {str(row[1]): row[4] for row in exclusions_page([given]).rows}
    assert list(counts) == list(REASONS)
    expected = {
        "counted": 150,
        "excluded": 17,
        "dont_know": 38,
        "too_few_items": 0,
        "group_without_weight": 12,
    }
    assert counts == {**expected, "staff": 15}
    assert sum(score.n for score in given.scores.values()) == sum(expected.values())


def test_a_unit_below_the_floor_is_scored_and_not_ranked() -> None:
    given = scored(("A", "resident", 4, ALL_S, 120), ("B", "resident", 4, ALL_S, 99))
    first, second = page_records(scores_page(given))
    assert (first["rank"], first["of"], first["public_score"], first["n_S"]) == (1, 1, 80.0, 120)
    assert (second["rank"], second["public_score"], second["flags"]) == (
        None,
        80.0,
        second["flags"],
    )
    assert str(second["flags"]).startswith("insufficient")
    assert list(unit_ranks(given)) == ["A"]


def test_no_figure_of_nine_answers_is_published() -> None:
    given = scored(("A", "resident", 4, ALL_S, 9), ("B", "resident", 4, ALL_S, 10))
    few, enough = page_records(scores_page(given))
    told = (
        "public_score",
        "low",
        "high",
        "unweighted_score",
        "n",
        "n_valid",
        "dont_know_rate",
        "top_two_rate",
        "n_S",
    )
    assert [few[name] for name in told] == [None, None, None, None, "*", "*", None, None, "*"]
    assert [enough[name] for name in told[4:]] == ["*", "*", None, None, "*"], (
        "19 were received in all"
    )
    assert enough["public_score"] == 80.0
    groups = [
        row
        for row in page_records(groups_page([given]))
        if row["code"] == "A" and row["group"] == "resident"
    ]
    assert [(row["n"], row["score"]) for row in groups] == [("*", None)]


def test_few_answers_of_a_group_are_not_published() -> None:
    given = scored(
        ("A", "resident", 4, ALL_S, 120),
        ("A", "deputy", 4, ALL_S, 40),
        ("A", "enterprise", 4, ALL_S, 9),
    )
    shown = {
        row["group"]: (row["n"], row["score"])
        for row in page_records(groups_page([given]))
        if row["code"] == "A"
    }
    assert shown == {
        "service_user": (0, None),
        "resident": (120, 80.0),
        "enterprise": ("*", None),
        "deputy": ("*", None),
        "grassroots": (0, None),
        "supervisor": (0, None),
    }


def test_every_code_has_a_name_in_both_languages() -> None:
    for kind, names in NAMES.items():
        assert set(names) == set(kind)
        assert all(name(code, "zh-Hans") and name(code, "en") for code in kind)


@pytest.mark.parametrize(
    ("lang", "brief", "text"),
    [
        (
            "zh-Hans",
            False,
            "有效票不足，由人工决定；评价主体不足最低票数，权重转给其他主体（市民群众、企业）",
        ),
        (
            "en",
            True,
            "too few valid ballots: a person decides; group below the floor, "
            "its weight goes to others ×2",
        ),
    ],
)
def test_flags_are_told_in_words(lang: str, brief: bool, text: str) -> None:
    found = ("insufficient", "group_below_floor:resident", "group_below_floor:enterprise")
    assert flags(found, lang, shipped_scheme().groups, brief) == text


def test_a_mean_of_one_item_does_not_give_two_hidden_codes_away() -> None:
    given = scored(("A", "resident", 4, ALL_S, 120))
    sheet = given.campaign.questionnaires["econ"]
    single = replace(sheet, questions=tuple(q for q in sheet.questions if q.overall))
    registered = replace(given.campaign, questionnaires={"econ": single})
    rows = [("VS", 60), ("S", 60), ("B", 30), ("D", 4), ("VD", 8)]
    counts = tuple(
        PatternCount("A", "econ", "resident", "", "invite", 4, code, n) for code, n in rows
    )
    scores = score_units(
        counts,
        dict.fromkeys(registered.units, "B_econ"),
        registered.questionnaires,
        registered.scheme,
    )
    told = ScoredCampaign(registered, counts, scores).disclosed["A"]
    assert [told.distribution[code] for code, _ in rows] == [None] * 5
    assert (told.top_two, told.n_valid) == (None, 160)
    # Four decimals of mean and interval, with the exact number, would give sum and squares.
    assert (told.score, told.low, told.high) == (Fraction("78.5"), 74.0, 82.0)


def test_every_kind_of_file_names_sponsor_city_and_issuer() -> None:
    named = {"issuer": "考核办 & 公室", "city": "长沙市"}
    sponsored = replace(WHOLE, sponsor="长沙市 & 委 Changsha", title="T" * 300, **named)
    written = workbook(sponsored)
    with zipfile.ZipFile(io.BytesIO(written)) as parts:
        assert (
            "<Company>长沙市 &amp; 委 Changsha</Company>" in parts.read("docProps/app.xml").decode()
        )
    read = load_workbook(io.BytesIO(written))
    for sheet in read.worksheets:
        assert sheet.oddHeader.left.text == "长沙市 && 委 Changsha"
        assert sheet.oddFooter.left.text == "2026-12-31 长沙市; 考核办 && 公室"
    assert read.properties.creator == "长沙市; 考核办 & 公室"
    assert workbook(sponsored) == workbook(sponsored)
    table = statistical_files(sponsored, "parquet")["units.parquet"]
    schema = parquet.read_schema(io.BytesIO(table))
    assert schema.metadata[b"sponsor"].decode() == "长沙市 & 委 Changsha"
    assert schema.metadata[b"issuer"].decode() == named["issuer"]
    assert schema.metadata[b"city"].decode() == named["city"]
    notes = statistical_files(sponsored, "sav")["units.en.sav"]
    assert "长沙市 & 委 Changsha".encode() in notes
    assert "长沙市; 考核办 & 公室".encode() in notes
    assert workbook(replace(sponsored, sponsor="", issuer="", city=""))


def test_the_units_alone_say_city_sponsor_and_issuer_on_each_row() -> None:
    columns = (Column("code", "column-item-code"), Column("score", "column-item", 2))
    pages = (Page("about", "page-about", columns, ()), Page("units", "page-units", columns, ()))
    rows = (("FIN", Decimal("81.5")), ("EDU", None))
    pages = (pages[0], replace(pages[1], rows=rows))
    book = Book("民评", date(2026, 11, 1), pages, sponsor="=市委", city="长沙市")
    assert csv_files(units_alone(book)) == {
        "units.csv": (
            "\ufeffcode,score,city,sponsor,issuer\r\n"
            "FIN,81.50,长沙市,'=市委,\r\nEDU,,长沙市,'=市委,\r\n"
        ).encode()
    }
    labels = [(column.zh, column.en) for column in units_alone(book).pages[0].columns[-3:]]
    assert labels == [("城市", "city"), ("主办单位", "sponsor"), ("发布单位", "issued by")]
