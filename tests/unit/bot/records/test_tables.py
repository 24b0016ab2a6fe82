"""Tables of a year: accepted in the forms that offices use, refused by row and column."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from aggregation.model.facts import (
    Adjustment,
    AppraisedUnit,
    Decision,
    Finding,
    FindingKind,
    Grade,
    Leader,
    Membership,
    PastGrade,
    Role,
    Verdict,
)
from aggregation.procedure.decision_days import DecisionLimits
from bot.campaigns.scheme_files import shipped_scheme
from bot.records import adjustments, decisions, findings, indicators, leaders, units
from bot.records import grade_history as history
from bot.records.context import OpenProposal, YearContext
from bot.records.store import ListedUnit
from bot.spreadsheets.reader import Sheet, read_sheet
from survey_flows.errors import BadInput

FIN = ListedUnit(AppraisedUnit("FIN", "市财政局", "Finance Bureau", "B_econ"), "econ")
EDU = ListedUnit(AppraisedUnit("EDU", "市教育局", "Education Bureau", "C_social"), "livelihood")
WANG = Leader("L1", "王芳", "Wang Fang", "FIN", Role.PRINCIPAL, "局长")
ACCIDENT = "2026/safety_accident/downgrade/L1/F1"
LIMITS = DecisionLimits(date(2026, 3, 9), "2026-12-10", "2026-12-31T09:00:00+08:00")
KNOWN = YearContext(
    2026,
    shipped_scheme(),
    {"FIN": FIN, "EDU": EDU},
    {"L1": WANG},
    proposals={ACCIDENT: OpenProposal("L1", "abc", 1, LIMITS, True, False)},
    login="zhou",
)


def sheet(text: str) -> Sheet:
    return read_sheet("t.csv", text.encode())


def refusal(read: object, text: str, known: YearContext = KNOWN) -> str:
    with pytest.raises(BadInput) as caught:
        read(sheet(text), known)  # type: ignore[operator]
    return str(caught.value)


def test_long_and_wide_tables_give_the_same_points() -> None:
    long = "subject,indicator,value\nFIN,objective,90.5\nFIN,superior,80\n"
    long += "FIN,governance,70\nL1,personal,88\n"
    wide = "代码,考事（目标任务）,官评,治理与作风,个人得分\nFIN,９０.５, 80 ,70,\nL1,,,,88\n"
    expected = {
        ("FIN", "objective"): Decimal("90.5"),
        ("FIN", "superior"): Decimal(80),
        ("FIN", "governance"): Decimal(70),
        ("L1", "personal"): Decimal(88),
    }
    assert indicators.read_values(sheet(long), KNOWN) == expected
    assert indicators.read_values(sheet(wide), KNOWN) == expected


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("FIN,objective,100.01", "row 2, column value: 100.01 is not between 0 and 100"),
        ("FIN,objective,-1", "row 2, column value: -1 is not between 0 and 100"),
        ("FIN,objective,8 5", "row 2, column value: «8 5» is not a number; write it like 87.5"),
        ("FIN,objective,85%", "row 2, column value: «85%» is not a number; write it like 87.5"),
        ("FIN,objective,NaN", "row 2, column value: «NaN» is not a number; write it like 87.5"),
        ("FIN,objective,1e2", "row 2, column value: «1e2» is not a number; write it like 87.5"),
        ("FIN,objective,", "row 2, column value: the cell is empty"),
        (",objective,5", "row 2, column subject: the cell is empty"),
        (
            "XXX,objective,5",
            "row 2, column subject: there is no unit or leader «XXX»; there are FIN, EDU, L1",
        ),
        ("FIN,public,5", "row 2, column indicator: there is no indicator «public»"),
        (
            "FIN,personal,5",
            "row 2, column indicator: FIN has no points for «personal» in this scheme; "
            "remove the row",
        ),
        (
            "L1,objective,5",
            "row 2, column indicator: L1 has no points for «objective» in this scheme; "
            "remove the row",
        ),
        (
            "FIN,objective,5\nFIN,objective,6",
            "row 3, column subject: «FIN objective» stands in row 2 already",
        ),
    ],
)
def test_a_wrong_row_is_refused_by_row_and_column(row: str, complaint: str) -> None:
    assert refusal(indicators.read_values, f"subject,indicator,value\n{row}\n").startswith(
        f"t.csv, {complaint}"
    )


def test_an_empty_cell_of_a_wide_table_leaves_the_points_as_they_are() -> None:
    text = "subject,objective,superior\nFIN,90,\nEDU,,\n"
    assert indicators.read_values(sheet(text), KNOWN) == {("FIN", "objective"): Decimal(90)}
    assert "row 3, column superior: «x» is not a number" in refusal(
        indicators.read_values, text.replace("EDU,,", "EDU,,x")
    )


def test_an_unknown_column_and_a_missing_one_are_told() -> None:
    assert "the column «obejctive» is not known" in refusal(
        indicators.read_values, "subject,obejctive\nFIN,90\n"
    )
    assert (
        refusal(indicators.read_values, "indicator,value\nobjective,90\n")
        == "t.csv, row 1: the column «subject» is missing"
    )


def test_the_first_twenty_problems_are_told_at_once() -> None:
    text = "subject,indicator,value\n" + "".join(f"X{n},objective,5\n" for n in range(30))
    lines = refusal(indicators.read_values, text).split("\n  ")
    assert lines[0] == "t.csv: 30 problems, nothing was stored"
    assert [line.split(",")[0] for line in lines[1:21]] == [f"row {n}" for n in range(2, 22)]
    assert lines[21:] == ["and 10 more"]


def test_units_are_read_with_their_leagues() -> None:
    text = (
        "code,name_zh,name_en,category,questionnaire,league,since\n"
        "430122,望城县,Wangcheng,A_district,district,county,\nTAX,市税务局,Tax,B_econ,econ,,\n"
    )
    county = AppraisedUnit("430122", "望城县", "Wangcheng", "A_district", (Membership("county"),))
    tax = AppraisedUnit("TAX", "市税务局", "Tax", "B_econ")
    listed = units.read_units(sheet(text), KNOWN)
    assert listed == [ListedUnit(county, "district"), ListedUnit(tax, "econ")]
    later = replace(KNOWN, city={"430122": listed[0]})
    moved = "code,name_zh,name_en,category,questionnaire,league,since\n"
    moved += "430122,望城区,W,A_district,district,district,2011\n"
    assert units.read_units(sheet(moved), later)[0].unit.memberships == (
        Membership("county", None, 2010),
        Membership("district", 2011),
    )


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("A B,甲,A,B_econ,econ,", "row 2, column code: «A B» is not a code"),
        ("L1,甲,A,B_econ,econ,", "row 2, column code: «L1» is the id of a leader"),
        (
            "A,甲,A,Z,econ,",
            "row 2, column category: there is no category «Z»; there are A_district",
        ),
        (
            "A,甲,A,A_district,district,",
            "row 2, column league: a unit of this category needs its league",
        ),
        (
            "A,甲,A,A_district,district,x",
            "row 2, column league: there is no league «x»; there are district, county",
        ),
        (
            "A,甲,A,B_econ,econ,district",
            "row 2, column league: units of this category are graded by quota",
        ),
        (
            "A," + "甲" * 81 + ",A,B_econ,econ,",
            "row 2, column name_zh: the text is longer than 80 characters",
        ),
        (
            "A,甲,A,B_econ,econ,\nA,乙,B,B_econ,econ,",
            "row 3, column code: «A» stands in row 2 already",
        ),
    ],
)
def test_a_wrong_unit_is_refused(row: str, complaint: str) -> None:
    text = f"code,name_zh,name_en,category,questionnaire,league\n{row}\n"
    assert refusal(units.read_units, text).startswith(f"t.csv, {complaint}")


def test_leaders_findings_adjustments_decisions_and_history_are_read() -> None:
    assert leaders.read_leaders(
        sheet("编号,姓名,单位,正副职,职务\nL2,李强,EDU,副职,副局长\n"), KNOWN
    ) == [Leader("L2", "李强", "李强", "EDU", Role.DEPUTY, "副局长")]
    assert adjustments.read_adjustments(
        sheet("unit,points,reason,source\nFIN,\u22121.5,逾期,督查通报\n"), KNOWN
    ) == [Adjustment("FIN", Decimal("-1.5"), "逾期", "督查通报")]
    found = "id,kind,subject,date,source\nF1,安全事故,FIN,2026年3月9日,事故调查报告\n"
    assert findings.read_findings_table(sheet(found), KNOWN) == [
        Finding("F1", FindingKind.SAFETY_ACCIDENT, "FIN", "2026-03-09", "事故调查报告")
    ]
    made = "proposal,verdict,by,reason,at,heard_on\n"
    made += f"{ACCIDENT},确认,周正平,负领导责任,2026-12-20,2026-12-18\n"
    assert decisions.read_decisions(sheet(made), KNOWN) == [
        Decision(
            ACCIDENT,
            Verdict.CONFIRMED,
            "周正平",
            "负领导责任",
            "2026-12-20",
            "zhou",
            "abc",
            2,
            "2026-12-18",
        )
    ]
    past = "year,subject,grade,confirmed,unit\n2025,L1,三等,yes,FIN\n2025,EDU,未考核,是,\n"
    assert history.read_grade_lines(sheet(past), KNOWN) == [
        PastGrade(2025, "L1", Grade.THIRD, True, "FIN"),
        PastGrade(2025, "EDU", None, True, "EDU"),
    ]


@pytest.mark.parametrize(
    ("read", "text", "complaint"),
    [
        (
            leaders.read_leaders,
            "id,name_zh,unit,role\nL2,李强,XXX,deputy\n",
            "there is no unit «XXX»",
        ),
        (
            leaders.read_leaders,
            "id,name_zh,unit,role\nFIN,李强,FIN,deputy\n",
            "«FIN» is the code of a unit",
        ),
        (
            leaders.read_leaders,
            "id,name_zh,unit,role\nL2,李强,FIN,boss\n",
            "«boss» is not one of principal, deputy",
        ),
        (
            adjustments.read_adjustments,
            "unit,points,reason,source\nFIN,0,a,b\n",
            "nothing is added and nothing deducted",
        ),
        (
            adjustments.read_adjustments,
            "unit,points,reason,source\nFIN,1,,b\n",
            "column reason: the cell is empty",
        ),
        (
            findings.read_findings_table,
            "id,kind,subject,date,source\nF1,veto,L1,2026-01-01,x\n",
            "a finding of this kind concerns a unit",
        ),
        (
            findings.read_findings_table,
            "id,kind,subject,date,source\nF1,unfitness,FIN,2026-01-01,x\n",
            "a finding of this kind concerns a leader",
        ),
        (
            findings.read_findings_table,
            "id,kind,subject,date,source\nF1,veto,FIN,2025-01-01,x\n",
            "2025-01-01 is not in 2026",
        ),
        (
            findings.read_findings_table,
            "id,kind,subject,date,source\nF1,veto,FIN,2026-02-30,x\n",
            "is not a date",
        ),
        (
            decisions.read_decisions,
            "proposal,verdict,by,reason,at\n2025/a/b/c,confirmed,x,y,2026-01-01\n",
            "not a proposal",
        ),
        *(
            (
                decisions.read_decisions,
                f"proposal,verdict,by,reason,at,heard_on\n{ACCIDENT},confirmed,x,y,{made},{heard}\n",
                complaint,
            )
            for made, heard, complaint in (
                (
                    "1999-01-20",
                    "1999-01-10",
                    "at: the decision is of a day before 2026-03-09",
                ),
                ("2026-12-09", "2026-12-08", "column at: a decision of 2026-12-10 stands"),
                ("2026-12-31T09:00:01", "2026-12-20", "column at: this day has not come yet"),
                (
                    "2026-12-20",
                    "2026-03-08",
                    "heard_on: the hearing lies between 2026-03-09",
                ),
                (
                    "2026-12-20",
                    "2026-12-21",
                    "and 2026-12-20, the day of the decision",
                ),
                ("2026-12-20", "", "column heard_on: say on which day the person was heard"),
                ("2026-12-20", "soon", "column heard_on: «soon» is not a date"),
            )
        ),
        (
            history.read_grade_lines,
            "year,subject,grade,confirmed\n2026,L1,third,yes\n",
            "2026 is not before 2026",
        ),
        (
            history.read_grade_lines,
            "year,subject,grade,confirmed\n2025,FIN,fourth,yes\n",
            "a unit's grade is first, second",
        ),
        (
            history.read_grade_lines,
            "year,subject,grade,confirmed\n2025,L1,third,maybe\n",
            "«maybe» is neither yes nor no",
        ),
    ],
)
def test_what_contradicts_the_city_is_refused(read: object, text: str, complaint: str) -> None:
    assert complaint in refusal(read, text)


def test_a_unit_is_found_by_pinyin_initials_and_code() -> None:
    assert units.unit_search("市财政局", "FIN") == "shicaizhengju sczj fin"
    assert units.unit_search("区县（市）", "430102") == "quxianshi qxs 430102"
