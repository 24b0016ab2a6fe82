from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.counts.ratings import PatternReader
from bot.campaigns.scheme_files import offered_scheme
from bot.core.shipped_files import offered_questionnaires, shipped_questionnaires, shipped_scales
from survey_flows.ballot import STAFF
from survey_flows.errors import BadQuestionnaire
from survey_flows.load import dump_questionnaire, load_questionnaire
from survey_flows.questionnaire import AnswerComparison, Condition, Option, QuestionKind
from tests.conversations import MIXED

CATALOGUE = Path(__file__).parents[3] / "survey_flows" / "catalog"

GOOD = """\
id: small
version: "1"
title: {zh-Hans: 小, en: Small}
questions:
  - id: seen
    kind: choice
    label: {zh-Hans: 见过吗, en: Seen}
    options:
      - {code: used, label: {zh-Hans: 用过, en: Used}, group: service_user}
      - {code: dk, label: {zh-Hans: 不了解, en: No idea}}
  - id: overall
    kind: rating
    label: {zh-Hans: 满意吗, en: Satisfied}
    scale: three_dk
    weight: 60
    overall: true
    show_if: seen != dk
  - id: speed
    kind: rating
    label: {zh-Hans: 快吗, en: Fast}
    scale: three_dk
    weight: 40
"""


def complaint(text: str) -> str:
    with pytest.raises(BadQuestionnaire) as caught:
        load_questionnaire(text, "small.yaml", shipped_scales())
    return str(caught.value)


def test_a_good_file_becomes_a_questionnaire() -> None:
    form = load_questionnaire(GOOD, "small.yaml", shipped_scales())
    seen, overall, speed = form.questions
    assert (form.id, form.version, form.title, form.languages) == (
        "small",
        "1",
        {"zh-Hans": "小", "en": "Small"},
        ("zh-Hans", "en"),
    )
    assert seen.options == (
        Option("used", {"zh-Hans": "用过", "en": "Used"}, "service_user"),
        Option("dk", {"zh-Hans": "不了解", "en": "No idea"}),
    )
    assert [o.code for o in overall.options] == ["S", "B", "D", "DK"]
    assert (overall.kind, overall.scale, overall.weight, overall.overall) == (
        QuestionKind.RATING,
        "three_dk",
        60,
        True,
    )
    assert overall.show_if == Condition((AnswerComparison("seen", "!=", "dk"),))
    assert form.rated == (overall, speed)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("three_dk\n    weight: 40", "three\n    weight: 40",
         "line 21: the scale «three» is not known"),
        ("weight: 40", "weight: 30", "line 4: the weights of the ratings add up to 90, not 100"),
        ("weight: 40", "weight: many", "line 22: weight must be a whole number, not «many»"),
        ("    overall: true\n", "",
         "line 4: exactly one rating must be the overall one; here none"),
        ("id: speed", "id: overall", "line 18: the id overall is used twice"),
        ("id: speed", "id: Speed!", "line 18: the id «Speed!» must be 1 to 24 of a–z, 0–9 and _"),
        ("id: small", "id: " + "x" * 25, "line 1: the id «xxxxxxxxxxxxxxxxxxxxxxxxx» must be"),
        ("code: dk,", "code: used,", "line 9: the option used is there 2 times"),
        ("code: dk,", "code: morethan12chars,",
         "line 10: the code «morethan12chars» must be 1 to 12"),
        ("seen != dk", "seen != nope", "line 17: seen has no option nope"),
        ("seen != dk", "speed = S", "line 17: the condition names speed, which is not"),
        ("seen != dk", "seen > dk",
         "line 17: the options of seen can only be compared by = and !="),
        ("seen != dk", "seen is dk", "line 17: «seen is dk» is not a comparison"),
        ("seen != dk", "seen = dk and seen = used or seen = dk",
         "line 17: «seen = dk and seen = used or"),
        ("{zh-Hans: 快吗, en: Fast}", "{zh-Hans: 快吗}", "line 20: the label in en is missing"),
        ("{zh-Hans: 快吗, en: Fast}", "{zh-Hans: 快吗, en: Fast, fr: Vite}",
         "line 20: the label has fr, which is not"),
        ("{zh-Hans: 快吗, en: Fast}", '{zh-Hans: "{who}快吗", en: Fast}',
         "line 20: the label has {who}; only {unit}"),
        ("{zh-Hans: 快吗, en: Fast}", "快吗", "line 20: label must give a text for each language"),
        ("kind: choice", "kind: many", "line 6: the kind «many» is not one of rating, choice"),
        ("    weight: 40", "    weight: 40\n    wieght: 4",
         "line 23: the field wieght is not known here"),
        ("    weight: 40", "    weight: 40\n    weight: 4",
         "line 23: the field weight is there twice"),
        ("    weight: 40", "    weight: 40\n    optional: perhaps",
         "line 23: optional must be true or false, not"),
        ("    kind: choice", "    kind: choice\n    weight: 5",
         "line 7: only a rating can have a weight"),
        ("    kind: choice", "    kind: choice\n    minimum: 5",
         "line 7: only an integer has a minimum"),
        ('version: "1"\n', "", "line 1: the field version is missing"),
        ("questions:\n", "questions: [\n", "line 5: this is not YAML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    text = complaint(GOOD.replace(old, new))
    assert text.startswith("small.yaml")
    assert expected in text


@pytest.mark.parametrize("text", ["", "- a\n- b", "just words", "[" * 3000, "a: \x00"])
def test_what_is_no_questionnaire_at_all_is_refused(text: str) -> None:
    assert complaint(text).startswith("small.yaml")


def test_all_problems_are_told_together() -> None:
    text = GOOD.replace("weight: 40", "wait: 40").replace("kind: choice", "kind: chose")
    assert complaint(text).splitlines() == [
        "small.yaml: 2 problems, nothing was stored",
        "  line 6: the kind «chose» is not one of rating, choice, yes_no, text, integer, note",
        "  line 22: the field wait is not known here",
    ]


def test_a_rating_without_dont_know_is_refused() -> None:
    scales = {"three_dk": shipped_scales()["three_dk"][:-1]}
    with pytest.raises(BadQuestionnaire, match="line 11: a rating needs the option DK"):
        load_questionnaire(GOOD, "small.yaml", scales)


def test_a_dumped_questionnaire_loads_to_an_equal_value_without_the_scales() -> None:
    forms = [
        *shipped_questionnaires().values(),
        load_questionnaire(MIXED, "mixed.yaml", shipped_scales()),
    ]
    for form in forms:
        assert load_questionnaire(dump_questionnaire(form), form.id) == form


def test_the_shipped_questionnaires_are_six_and_named_after_their_files() -> None:
    assert sorted(shipped_questionnaires()) == [
        "district",
        "econ",
        "enforce",
        "general",
        "livelihood",
        "window",
    ]
    assert sorted(p.stem for p in CATALOGUE.glob("*.yaml")) == sorted(
        [*shipped_questionnaires(), "scales"]
    )


def test_shipped_ratings_can_all_be_answered_with_dont_know_and_hide_from_strangers() -> None:
    for form in shipped_questionnaires().values():
        assert all("DK" in question.choices and not question.optional for question in form.rated)
        hidden = (
            Condition((AnswerComparison("contact", "!=", "dk"),))
            if "contact" in form.by_id
            else None
        )
        assert {question.show_if for question in form.rated} == {hidden}
        assert form.questions[-1].optional


def test_version_2_asks_one_thing_an_item_and_tells_not_met_from_cannot_say() -> None:
    offered = offered_questionnaires()
    assert sorted(offered) == sorted(shipped_questionnaires())
    for name, form in offered.items():
        first, overall, *items = form.questions[:-1]
        box = form.questions[-1]
        assert (form.version, first.id) == ("2", "tie" if name == "district" else "contact")
        assert (overall.weight, overall.overall, overall.scale) == (40, True, "five_dk")
        assert sum(item.weight for item in items) == 60
        assert len({item.weight for item in items}) == 1
        assert {"DK", "NE"} <= set.intersection(*(set(item.choices) for item in items))
        assert all(len(item.short[lang]) <= 16 for item in form.questions for lang in item.short)
        assert (box.id, box.optional, box.max_length) == ("comment", True, 300)
        assert 4 <= len(items) <= 6
        assert first.choices["own"].group == STAFF
        for question in form.questions:
            assert len({option.label["zh-Hans"] for option in question.options}) == len(
                question.options
            )


def test_neither_cannot_say_nor_did_not_come_up_is_imputed() -> None:
    reader = PatternReader(offered_questionnaires(), offered_scheme())
    assert (
        reader.read("window", "S VS NE DK VS VS").score
        == reader.read("window", "S VS DK NE VS VS").score
    )
    assert reader.read("window", "S VS NE NE VS VS").score == 92
    assert reader.read("window", "DK NE NE NE NE NE").score is None
    assert reader.values("window", "S NE DK B D VD")[1:3] == [None, None]


def test_contact_makes_a_service_user_and_own_staff() -> None:
    forms = [form for form in shipped_questionnaires().values() if "contact" in form.by_id]
    assert len(forms) == 5
    for form in forms:
        groups = {option.code: option.group for option in form.by_id["contact"].options}
        assert groups == {
            "used": "service_user",
            "met": "service_user",
            "none": None,
            "own": STAFF,
            "dk": None,
        }


def test_a_dump_is_plain_json() -> None:
    data = json.loads(dump_questionnaire(shipped_questionnaires()["district"]))
    assert (data["id"], [q["id"] for q in data["questions"]][:2]) == (
        "district",
        ["overall", "livelihood"],
    )


damage = st.text(max_size=12) | st.sampled_from(["*a", "&a ", "{", "[", ": ", "- "])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, 30), damage)
def test_a_damaged_file_is_a_questionnaire_or_a_complaint_that_names_the_file(
    at: int, cut: int, new: str
) -> None:
    where = "small.yaml"
    try:
        form = load_questionnaire(GOOD[:at] + new + GOOD[at + cut :], where, shipped_scales())
    except BadQuestionnaire as error:
        where = str(error)
    else:
        assert load_questionnaire(dump_questionnaire(form), where) == form
    assert where.startswith("small.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "&a {id: *a}",
        "questions: &a [*a]",
        "a: *b",
        "!!python/object:os.system {id: x}",
        "? [a]\n: b",
    ],
)
def test_tricks_of_yaml_are_refused(text: str) -> None:
    assert complaint(text).startswith("small.yaml")


def test_every_scale_has_the_codes_and_words_of_the_shipped_scheme() -> None:
    scheme = {
        name: [(option.code, {"zh-Hans": option.zh, "en": option.en}) for option in scale.options]
        for name, scale in offered_scheme().scales.items()
    }
    ours = {
        name: [(o.code, o.label) for o in scale]
        for name, scale in shipped_scales().items()
        if name != "yes_no"
    }
    assert ours == scheme
