"""A draft's questionnaire is changed in the console by the rules of a file, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from bot.accounts.staff import add_staff
from bot.campaigns.draft_changes import change_questionnaire, read_draft
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.questionnaire_form import (
    TypedOption,
    TypedQuestion,
    TypedQuestionnaire,
    built,
    read_form,
    rearranged,
    typed_questionnaire,
)
from bot.campaigns.questionnaire_preview import preview
from bot.campaigns.registered import find_registered_campaign
from bot.core.shipped_files import offered_questionnaires, shipped_questionnaires, shipped_scales
from survey_flows.conditions import parse_condition
from survey_flows.consistency import find_flaws
from survey_flows.errors import BadInput
from survey_flows.questionnaire import Question, QuestionKind, Questionnaire
from tests.console import PASSWORD, Console, make_data, opened_copy, texts
from tests.web_city import make_draft

SCALES = shipped_scales()
PAGE = "/admin/campaigns/plan/questionnaires/econ"
EVERY = [it for version in ("1", "2") for it in shipped_questionnaires(version).values()]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    folder = tmp_path_factory.mktemp("city")
    make_data(folder, valkey_server)
    return folder


@pytest.fixture
async def console(filled: Path, tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    async with opened_copy(filled, tmp_path / "data", valkey_url) as console:
        service = console.service
        await add_staff(service.roster, "wang", PASSWORD, "staff")
        await create_campaign(service.database, replace(make_draft(), id="plan"), service.clock)
        yield console


def fields(page: str) -> dict[str, str]:
    """Return what a browser would send of the editor's form as it stands."""
    form = re.findall(r'<form class="editor".*?</form>', page, re.S)[0]
    found = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name = re.findall(r' name="([^"]*)"', tag)
        off = 'type="checkbox"' in tag and " checked" not in tag
        if name and not off:
            found[name[0]] = unescape("".join(re.findall(r' value="([^"]*)"', tag)))
    for name, text in re.findall(r'<textarea name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = unescape(text)
    for name, inside in re.findall(r'<select name="([^"]*)">(.*?)</select>', form, re.S):
        options = re.findall(r'<option value="([^"]*)"( selected)?>', inside)
        chosen = [value for value, mark in options if mark] or [options[0][0]]
        found[name] = unescape(chosen[0])
    return found


def typed_in(form: dict[str, str], id_: str) -> TypedQuestionnaire:
    return read_form(lambda name: form.get(name, ""), id_, ("zh-Hans", "en"))


async def stored(console: Console) -> Questionnaire:
    return (await find_registered_campaign(console.service.database, "plan")).questionnaires["econ"]


@pytest.mark.parametrize("questionnaire", EVERY, ids=lambda it: f"{it.id}-{it.version}")
def test_a_form_that_nobody_changed_says_the_questionnaire_it_was_filled_from(
    questionnaire: Questionnaire,
) -> None:
    typed = rearranged(typed_questionnaire(questionnaire), "", SCALES)
    assert built(typed, SCALES) == (questionnaire, [])


async def test_the_page_of_a_stored_questionnaire_sends_back_what_is_stored(
    console: Console,
) -> None:
    await console.sign_in("wang")
    before = await stored(console)
    form = fields(await console.open(PAGE))
    assert built(typed_in(form, "econ"), SCALES) == (before, [])
    await console.post(PAGE, form)
    assert (console.status, await stored(console)) == (200, before)
    assert "The draft is stored" in texts(console.page)


async def test_staff_change_words_weights_groups_and_conditions_without_a_file(
    console: Console,
) -> None:
    await console.sign_in("wang")
    form = fields(await console.open(PAGE))
    before = await stored(console)
    at = [question.id for question in before.questions].index("overall")
    rated = [n for n, question in enumerate(before.questions) if question.weight]
    other = next(n for n in rated if n != at)
    weight = before.questions[at].weight
    form |= {
        f"q{at}-weight": str(weight + 5),
        f"q{other}-weight": str(before.questions[other].weight - 5),
        f"q{other}-label-zh-Hans": "它办事快吗？",
        f"q{other}-label-en": "Is it quick?",
        f"q{other}-c0-question": "contact",
        f"q{other}-c0-op": "=",
        f"q{other}-c0-value": "办过事",
        "q0-o0-group": "enterprise",
        "version": "2-own",
    }
    await console.post(PAGE, form)
    assert console.status == 200, texts(console.page)
    after = await stored(console)
    assert after.version == "2-own"
    assert (after.questions[at].weight, after.by_id["overall"].overall) == (weight + 5, True)
    changed = after.questions[other]
    assert dict(changed.label) == {"zh-Hans": "它办事快吗？", "en": "Is it quick?"}
    assert changed.show_if == parse_condition(f"contact = {before.questions[0].options[0].code}")
    assert after.questions[0].options[0].group == "enterprise"


async def test_a_refused_form_names_every_flaw_and_keeps_what_was_typed(console: Console) -> None:
    await console.sign_in("wang")
    form = fields(await console.open(PAGE))
    before = await stored(console)
    form |= {"q1-weight": "十", "q2-label-en": "", "q0-label-zh-Hans": "一个<问题>"}
    await console.post(PAGE, form)
    page, said = console.page, texts(console.page)
    assert (console.status, await stored(console)) == (422, before)
    assert "Item 2 · Weight: Weight must be a whole number, not «十»" in said
    assert "Item 3 · Question: the Question in English is missing" in said, said
    assert {name: fields(page)[name] for name in form} == form
    assert "There is a preview once this is put right" in said


async def test_a_form_older_than_the_draft_overwrites_nothing_and_shows_both(
    console: Console,
) -> None:
    await console.sign_in("wang")
    first = fields(await console.open(PAGE))
    await console.post(PAGE, first | {"q0-label-en": "Theirs?"})
    await console.post(PAGE, first | {"q0-label-en": "Mine?"})
    said = texts(console.page)
    assert console.status == 422
    assert "Theirs?" in said
    assert (await stored(console)).questions[0].label["en"] == "Theirs?"
    await console.post(PAGE, fields(console.page))
    assert (await stored(console)).questions[0].label["en"] == "Mine?"


async def test_buttons_that_move_items_store_nothing(console: Console) -> None:
    await console.sign_in("wang")
    form = fields(await console.open(PAGE))
    before = await stored(console)
    names = [question.id for question in before.questions]
    for move, expected in (
        ("down-0", [names[1], names[0], *names[2:]]),
        ("up-0", names),
        ("drop-1", [names[0], *names[2:]]),
        ("copy-0", [names[0], "item_1", *names[1:]]),
        ("add", [*names, "item_1"]),
        ("drop-99", names),
        ("up-x", names),
    ):
        await console.post(f"{PAGE}/preview", form | {"move": move})
        found = [it.id for it in typed_in(fields(console.page), "econ").questions]
        assert (console.status, found) == (200, expected), move
    assert await stored(console) == before


async def test_who_may_not_draft_changes_no_questionnaire(console: Console) -> None:
    await console.sign_in("li")
    await console.open("/admin/password")
    await console.post(PAGE, {"csrf": console.csrf, "count": "0"})
    assert console.status == 403
    assert len((await stored(console)).questions) > 5


async def test_a_questionnaire_that_contradicts_itself_is_refused_whoever_sends_it(
    console: Console,
) -> None:
    database, before = console.service.database, await stored(console)
    broken = replace(before, questions=before.questions[:-2])
    _, seen = await read_draft(database, "plan")
    with pytest.raises(BadInput, match="weights"):
        await change_questionnaire(database, "plan", broken, seen)
    with pytest.raises(BadInput, match="no questionnaire"):
        await change_questionnaire(database, "plan", replace(before, id="other"), seen)
    with pytest.raises(BadInput, match="changed this draft"):
        await change_questionnaire(database, "plan", before, "0" * 16)
    assert await stored(console) == before


def test_an_item_takes_the_options_of_its_kind_and_a_new_option_gets_a_code() -> None:
    blank = TypedQuestionnaire("x", "1", {}, (), ("zh-Hans", "en"))
    rated = TypedQuestion("a", "rating", scale="three_dk")
    chosen = TypedQuestion(
        "b",
        "choice",
        lists="choice",
        options=(TypedOption("o1", {"en": "One"}), TypedOption("", {"en": "Two"})),
    )
    became_text = TypedQuestion("c", "text", lists="choice", options=chosen.options)
    typed = rearranged(replace(blank, questions=(rated, chosen, became_text)), "", SCALES)
    assert [[it.code for it in one.options] for one in typed.questions] == [
        ["S", "B", "D", "DK"],
        ["o1", "o2"],
        [],
    ]


def test_what_another_kind_left_in_the_form_is_no_part_of_the_item() -> None:
    general = typed_questionnaire(offered_questionnaires()["general"])
    comment = general.questions[-1]
    left = replace(comment, weight="7", overall=True, minimum="x")
    typed = replace(general, questions=(*general.questions[:-1], left))
    assert built(typed, SCALES) == (offered_questionnaires()["general"], [])


@pytest.mark.parametrize("questionnaire", EVERY, ids=lambda it: f"{it.id}-{it.version}")
def test_the_preview_shows_each_item_in_the_words_of_the_conversation(
    questionnaire: Questionnaire,
) -> None:
    screens = [it.screen for it in preview(questionnaire, {"zh-Hans": "市财政局"}, "zh-Hans")]
    assert all(screens)
    for question, screen in zip(questionnaire.questions, screens, strict=True):
        assert screen is not None
        assert screen.text.startswith(question.label["zh-Hans"].replace("{unit}", "市财政局"))
        shown = [button.label for row in screen.rows for button in row]
        options = [option.label["zh-Hans"] for option in question.options]
        assert shown[: len(options)] == options


def test_the_preview_says_of_an_item_that_nobody_will_see_it() -> None:
    general = offered_questionnaires()["general"]
    never = Question(
        "never",
        QuestionKind.NOTE,
        {"zh-Hans": "x", "en": "x"},
        show_if=parse_condition("contact = dk and contact = used"),
    )
    typed = replace(general, questions=(*general.questions, never))
    assert list(find_flaws(typed)) == []
    found = preview(typed, {"zh-Hans": "局"}, "zh-Hans")
    assert [it.screen is None for it in found] == [False] * len(general.questions) + [True]
    assert [it.always for it in found][:2] == [True, False]


async def test_staff_start_a_further_questionnaire_like_another(console: Console) -> None:
    await console.sign_in("wang")
    await console.open("/admin/campaigns/plan")
    new, before = "/admin/campaigns/plan/questionnaires", await stored(console)
    for id_, like in (("econ", "econ"), ("Hall 1", "econ"), ("hall", "nothing"), ("", "econ")):
        await console.post(new, {"csrf": console.csrf, "id": id_, "like": like})
        assert console.status == 422, id_
    page = await console.post(new, {"csrf": console.csrf, "id": "hall", "like": "econ"})
    assert console.status == 200
    begun = typed_in(fields(page), "hall").questions
    assert [it.label for it in begun] == [dict(it.label) for it in before.questions]
    found = await find_registered_campaign(console.service.database, "plan")
    assert found.questionnaires["hall"] == replace(before, id="hall")
    assert {unit.questionnaire for unit in found.units.values()} == {
        unit.questionnaire for unit in make_draft().units
    }
    page = await console.open("/admin/campaigns/plan")
    assert f'<a href="{new}/hall">' in page.partition("Asked by no unit yet")[2]
