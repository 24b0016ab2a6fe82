"""The console's editor of a draft's questionnaires, with what a citizen will see on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.campaigns.definition import FrozenDefinition, read_definition
from bot.campaigns.draft_changes import add_questionnaire, change_questionnaire, read_draft
from bot.campaigns.questionnaire_form import (
    OPERATORS,
    YES_NO,
    TypedQuestion,
    TypedQuestionnaire,
    built,
    read_form,
    rearranged,
    told_value,
    typed_differences,
    typed_questionnaire,
)
from bot.campaigns.questionnaire_preview import preview
from bot.campaigns.registered import find_registered_campaign
from bot.campaigns.summaries import list_campaigns
from bot.campaigns.titles import printed_title
from bot.core.labels import pick
from bot.core.shipped_files import offered_questionnaires, shipped_scales
from bot.web.admin.page import Visit, staff_page
from survey_flows.ballot import STAFF
from survey_flows.consistency import Flaw
from survey_flows.errors import BadInput, Message
from survey_flows.messages import render
from survey_flows.questionnaire import QuestionKind, Questionnaire

SHIPPED = "shipped"
"""In place of a campaign: the questionnaire that is shipped under this id."""
KINDS = {
    QuestionKind.RATING: Message("admin-kind-rating"),
    QuestionKind.CHOICE: Message("admin-kind-choice"),
    QuestionKind.YES_NO: Message("admin-kind-yes-no"),
    QuestionKind.TEXT: Message("admin-kind-text"),
    QuestionKind.INTEGER: Message("admin-kind-integer"),
    QuestionKind.NOTE: Message("admin-kind-note"),
}
FIELDS = {
    "id": Message("admin-item-id"),
    "version": Message("admin-item-version"),
    "title": Message("admin-item-title"),
    "kind": Message("admin-item-kind"),
    "label": Message("admin-item-label"),
    "short": Message("admin-item-short"),
    "scale": Message("admin-item-scale"),
    "weight": Message("admin-item-weight"),
    "overall": Message("admin-item-overall"),
    "optional": Message("admin-item-optional"),
    "options": Message("admin-item-options"),
    "code": Message("admin-item-code"),
    "group": Message("admin-item-group"),
    "show_if": Message("admin-item-condition"),
    "any_of": Message("admin-item-condition"),
    "comparisons": Message("admin-item-condition"),
    "max_length": Message("admin-item-length"),
    "minimum": Message("admin-item-minimum"),
    "maximum": Message("admin-item-maximum"),
    "questions": Message("admin-item-weights"),
}
"""What the form calls each field, also in what it says of a flaw."""
LANGUAGES = {"zh-Hans": Message("admin-in-chinese"), "en": Message("admin-in-english")}
HARMLESS = {"questions", "weight", "version"}
"""Fields whose flaws no citizen would see, so that the preview is shown all the same."""


@staff_page
async def show_questionnaire(visit: Visit) -> web.Response:
    """Shows a draft's questionnaire as a form; ``?like=`` fills it as elsewhere."""
    _, stored, seen = await _stored(visit)
    like = visit.query("like")
    typed = typed_questionnaire(await _like(visit, like) if like else stored)
    return await _show(visit, typed, seen=seen)


@staff_page
async def take_new(visit: Visit) -> web.Response:
    """Starts a further questionnaire of a draft, and opens its editor."""
    campaign, name = visit.path_param("campaign"), visit.text("id")
    await add_questionnaire(visit.service.database, campaign, name, visit.text("like"))
    return visit.redirect(f"/admin/campaigns/{campaign}/questionnaires/{name}", "drafted")


@staff_page
async def take_preview(visit: Visit) -> web.Response:
    """Shows what the form says after a button that stores nothing: a move, or the preview."""
    _, stored, _ = await _stored(visit)
    typed = _typed(visit, stored)
    moved = rearranged(typed, visit.text("move"), shipped_scales())
    return await _show(visit, moved, seen=visit.text("seen"), looks=True)


@staff_page
async def take_questionnaire(visit: Visit) -> web.Response:
    """Stores the questionnaire in the draft; a refused form keeps what was typed."""
    campaign = visit.path_param("campaign")
    _, stored, seen = await _stored(visit)
    typed = _typed(visit, stored)
    questionnaire, flaws = built(typed, shipped_scales())
    if flaws:
        return await _show(visit, typed, seen=visit.text("seen"), status=422)
    try:
        await change_questionnaire(
            visit.service.database, campaign, questionnaire, visit.text("seen")
        )
    except BadInput as error:
        now = typed_questionnaire(stored) if visit.text("seen") != seen else None
        said = error.render(visit.lang)
        return await _show(visit, typed, seen=seen, status=422, problem=said, now=now)
    return visit.redirect(visit.request.path, "drafted")


async def _stored(visit: Visit) -> tuple[FrozenDefinition, Questionnaire, str]:
    """Returns the draft, its questionnaire of the address, and the draft's mark."""
    row, seen = await read_draft(visit.service.database, visit.path_param("campaign"))
    definition = read_definition(row)
    found = definition.questionnaires.get(visit.path_param("questionnaire"))
    if found is None:
        raise web.HTTPNotFound
    return definition, found, seen


async def _like(visit: Visit, name: str) -> Questionnaire:
    id_ = visit.path_param("questionnaire")
    if name == SHIPPED:
        found = offered_questionnaires().get(id_)
    else:
        campaign = await find_registered_campaign(visit.service.database, name)
        found = campaign.questionnaires.get(id_)
    if found is None:
        raise web.HTTPNotFound
    return found


def _typed(visit: Visit, stored: Questionnaire) -> TypedQuestionnaire:
    return read_form(visit.text, stored.id, stored.languages)


async def _show(
    visit: Visit,
    typed: TypedQuestionnaire,
    *,
    seen: str,
    status: int = 200,
    problem: str = "",
    looks: bool = False,
    now: TypedQuestionnaire | None = None,
) -> web.Response:
    """Returns the form; ``now`` is what the draft says meanwhile, where it says something else."""
    definition, stored, _ = await _stored(visit)
    typed = rearranged(typed, "", shipped_scales())
    questionnaire, flaws = built(typed, shipped_scales())
    units = [it for it in definition.units.values() if it.questionnaire == typed.id]
    shown_in = visit.text("shown") if visit.text("shown") in typed.languages else visit.lang
    before = typed_questionnaire(stored)
    return visit.render(
        "questionnaire",
        status=status,
        campaign=visit.path_param("campaign"),
        address=f"/admin/campaigns/{visit.path_param('campaign')}/questionnaires/{typed.id}",
        called=_called(definition.title, visit.lang),
        typed=typed,
        seen=seen,
        problem=problem,
        units=len(units),
        total=sum(question.weight for question in questionnaire.rated),
        flaws=[_told(flaw, visit.lang) for flaw in flaws],
        flawed={flaw.question for flaw in flaws},
        differs=_differences(before if now is None else now, typed, visit) if now else [],
        unsaved=len(list(typed_differences(before, typed))) if looks or status == 422 else 0,
        screens=_screens(questionnaire, flaws, units[0].name if units else {}, shown_in),
        shown_in=shown_in,
        patterns=await _patterns(visit),
        **_words(visit, definition, typed),
    )


def _words(visit: Visit, definition: FrozenDefinition, typed: TypedQuestionnaire) -> dict[str, Any]:
    """Returns what the form calls its fields, and what may be chosen in them."""
    lang, index = visit.lang, "zh" if visit.lang.startswith("zh") else "en"
    scheme, scales = definition.scheme, shipped_scales()
    groups = {name: called[index] for name, called in scheme.groups.items()}
    return {
        "fields": {name: render(said, lang) for name, said in FIELDS.items()},
        "kinds": {kind.value: render(said, lang) for kind, said in KINDS.items()},
        "languages_of": {tag: _language(tag, lang) for tag in typed.languages},
        "scales": {
            name: "、".join(pick((it.label["zh-Hans"], it.label["en"]), lang) for it in options)
            if lang.startswith("zh")
            else ", ".join(it.label["en"] for it in options)
            for name, options in scales.items()
            if name in scheme.scales and name != YES_NO
        },
        "groups": groups | {STAFF: render(Message("admin-own-staff"), lang)},
        "operators": OPERATORS,
        "named": [_named(question, lang) for question in typed.questions],
        "values": [
            [told_value(_by_id(typed, of), value, lang) for of, _, value in question.comparisons]
            for question in typed.questions
        ],
        "known_values": _known_values(typed, lang),
    }


def _by_id(typed: TypedQuestionnaire, name: str) -> TypedQuestion | None:
    return next((it for it in typed.questions if it.id == name), None)


def _known_values(typed: TypedQuestionnaire, lang: str) -> list[str]:
    """Returns the words of all options, once each, to choose from in conditions."""
    found = (
        option.label.get(lang) or option.code
        for question in typed.questions
        if question.closed
        for option in question.options
    )
    return list(dict.fromkeys(found))


def _named(question: TypedQuestion, lang: str) -> str:
    for words in (question.short, question.label):
        if words:
            return words.get(lang) or next(iter(words.values()))
    return question.id


def _language(tag: str, lang: str) -> str:
    return render(LANGUAGES[tag], lang) if tag in LANGUAGES else tag


def _told(flaw: Flaw, lang: str) -> tuple[int | None, str, str]:
    """Returns the index of a flaw's item, the field, and the sentence, in the form's words."""
    said: dict[str, Any] = dict(flaw.message.values)
    if said.get("field") in FIELDS:
        said["field"] = FIELDS[said["field"]]
    if said.get("lang") in LANGUAGES:
        said["lang"] = LANGUAGES[said["lang"]]
    if said.get("kind") in list(QuestionKind):
        said["kind"] = KINDS[QuestionKind(said["kind"])]
    name = render(FIELDS[flaw.field], lang) if flaw.field in FIELDS else flaw.field
    return flaw.question, name, render(Message(flaw.message.id, **said), lang)


def _differences(
    before: TypedQuestionnaire, after: TypedQuestionnaire, visit: Visit
) -> list[tuple[str, str, str]]:
    """Returns the fields on which two forms differ, with both values."""
    found = []
    for at, name, old, new in typed_differences(before, after):
        field = render(FIELDS[name], visit.lang)
        label = field if at is None else render(Message("admin-item-at", n=at + 1), visit.lang)
        called = field if at is None else f"{label} · {field}"
        found.append((called, _plain(old, visit.lang), _plain(new, visit.lang)))
    return found


def _plain(value: object, lang: str) -> str:
    if isinstance(value, Mapping):
        return " / ".join(str(words) for words in value.values())
    if isinstance(value, bool):
        return render(Message("admin-yes" if value else "admin-no"), lang)
    if isinstance(value, tuple):
        return "; ".join(" ".join(_parts(part)) for part in value)
    return str(value)


def _parts(part: object) -> Iterator[str]:
    if isinstance(part, tuple):
        yield from map(str, part)
    else:
        yield from (part.code, *part.label.values(), part.group)  # type: ignore[attr-defined]


def _screens(
    questionnaire: Questionnaire, flaws: Sequence[Flaw], unit: Mapping[str, str], lang: str
) -> list[dict[str, Any]] | None:
    """Returns the items as screens; None while a flaw keeps them from being shown."""
    if any(flaw.field not in HARMLESS for flaw in flaws):
        return None
    name = unit or {tag: render(Message("admin-some-unit"), tag) for tag in LANGUAGES}
    found = []
    for item in preview(questionnaire, name, lang):
        screen = item.screen
        lines = screen.text.split("\n") if screen else []
        found.append(
            {
                "progress": screen.progress if screen else None,
                "unit": screen.unit if screen else "",
                "heading": lines[0] if lines else "",
                "lines": lines[1:],
                "rows": [[button.label for button in row] for row in screen.rows] if screen else [],
                "writes": bool(screen and screen.input.value != "none"),
                "always": item.always,
            }
        )
    return found


async def _patterns(visit: Visit) -> list[tuple[str, str]]:
    """Returns where a questionnaire may be taken from: this product, and other campaigns."""
    this = visit.path_param("campaign")
    found = [
        (it.id, f"{it.year} · {printed_title(it.title, it.aim.pilot).text(visit.lang)}")
        for it in reversed(await list_campaigns(visit.service.database))
        if it.id != this
    ]
    if visit.path_param("questionnaire") in offered_questionnaires():
        found.append((SHIPPED, render(Message("admin-as-shipped"), visit.lang)))
    return found


def _called(title: Mapping[str, str], lang: str) -> str:
    return pick((title["zh-Hans"], title.get("en", title["zh-Hans"])), lang)
