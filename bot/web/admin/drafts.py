"""A new campaign in the console: what it is put together from, and why it cannot be."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from aggregation.model.facts import UNIT_GRADES
from bot.campaigns.lifecycle import CampaignDraft, create_campaign, discard_draft
from bot.campaigns.scheme_files import shipped_scheme, shipped_text
from bot.core.labels import pick
from bot.core.shipped_files import questionnaire_text, shipped_questionnaires
from bot.web.admin.page import Visit, staff_page
from bot.web.shared.downloads import download
from bot.web.shared.error_translation import Said, told
from survey_flows.errors import BadInput, with_renamed_files

FIELDS = ("id", "year", "title_zh", "title_en", "opens", "closes", "units", "trial", *UNIT_GRADES)
SCHEME = "scheme"
FILES = ("scheme", "population", "questionnaires")
MOST_FILES = 20
YEARS = range(1990, 3000)


@dataclass(frozen=True, slots=True)
class DraftTexts:
    """What a draft is made of, as `bot.campaigns.Draft` keeps it."""

    scheme: str
    questionnaires: Mapping[str, str]


@staff_page
async def show_draft(visit: Visit) -> web.Response:
    """The form for a new campaign."""
    return _show(visit)


@staff_page
async def send_model(visit: Visit) -> web.Response:
    """The shipped scheme, or a shipped questionnaire by its id: what one's own begins with."""
    name = visit.path_param("model")
    if name != SCHEME and name not in shipped_questionnaires():
        raise web.HTTPNotFound
    text = shipped_text() if name == SCHEME else questionnaire_text(name)
    return download(text.encode(), "application/yaml", f"minping-{name}.yaml")


@staff_page
async def take_draft(visit: Visit) -> web.Response:
    """Store a draft, whole or not at all; what was typed stays in the form."""
    try:
        draft = await _draft(visit)
        await create_campaign(visit.service.database, draft, visit.service.clock)
    except BadInput as error:
        return _show(visit, 422, told(error, visit.lang))
    return visit.redirect(f"/admin/campaigns/{draft.id}", "drafted")


@staff_page
async def take_discard(visit: Visit) -> web.Response:
    """Forget a draft: the form asks for its name, so that no slip does it."""
    campaign = visit.path_param("campaign")
    if visit.text("name") != campaign:
        raise BadInput("that is not the campaign's name; nothing was done", campaign)
    await discard_draft(visit.service.database, campaign)
    return visit.redirect("/admin", "discarded")


def _show(visit: Visit, status: int = 200, problem: Said | None = None) -> web.Response:
    typed = {name: visit.text(name) for name in FIELDS}
    typed["year"] = typed["year"] or str(visit.today.year)
    shipped = shipped_scheme().unit_quota
    models = [
        (name, _titled(form.title, visit.lang)) for name, form in shipped_questionnaires().items()
    ]
    return visit.render(
        "draft",
        models=models,
        shipped=shipped,
        status=status,
        problem=problem,
        typed=typed,
        this_year=visit.today.year,
    )


def _titled(title: Mapping[str, str], lang: str) -> str:
    return pick((title["zh-Hans"], title["en"]), lang)


async def _draft(visit: Visit) -> CampaignDraft:
    from bot.campaigns.drafting import parse_moment, stored_units

    year, zone = _year(visit.text("year")), visit.service.settings.timezone
    for name in ("title_zh", "title_en"):
        if not visit.text(name):
            raise BadInput("a campaign has a title in Chinese and one in English", name)
    made = await _read_files(visit, _grades(visit))
    return CampaignDraft(
        id=visit.text("id"),
        year=year,
        title={"zh-Hans": visit.text("title_zh"), "en": visit.text("title_en")},
        opens_at=parse_moment(visit.text("opens"), zone),
        closes_at=parse_moment(visit.text("closes"), zone),
        units=await stored_units(visit.service.database, visit.text("units").split(), year),
        questionnaires=made.questionnaires,
        scheme=made.scheme,
        pilot=visit.text("trial") == "yes",
    )


def _grades(visit: Visit) -> list[int] | None:
    """How many departments get each grade; None when the form leaves that to the scheme."""
    texts = [visit.text(grade) for grade in UNIT_GRADES]
    if not any(texts):
        return None
    if not all(text.isascii() and text.isdigit() for text in texts):
        raise BadInput(
            "write how many departments get each grade, or leave all three empty",
            ", ".join(texts)[:40],
        )
    return [int(text[:7]) for text in texts]


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) in YEARS):
        raise BadInput("write a year, such as 2026", text[:20])
    return int(text)


async def _read_files(visit: Visit, grades: Sequence[int] | None) -> DraftTexts:
    """What was uploaded, read as the command line reads files; without any, what the product comes with."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return await asyncio.to_thread(
                _texts, {name: _saved(visit, name, Path(folder)) for name in FILES}, grades
            )
        except BadInput as error:
            upload = re.compile(rf"{re.escape(folder)}/[^/]*/")
            raise with_renamed_files(error, lambda name: upload.sub("", name)) from None


def _saved(visit: Visit, name: str, folder: Path) -> list[Path]:
    """The files of a field, each under its own name in a folder of its own."""
    found = visit.form.getall(name, []) if visit.form is not None else []
    files = [file for file in found if isinstance(file, web.FileField) and file.filename]
    if len(files) > MOST_FILES:
        raise BadInput(f"these are more than {MOST_FILES} files", name)
    saved: list[Path] = []
    for file in files:
        path = folder / f"{name}-{len(saved)}" / (_plain(file.filename) or name)
        path.parent.mkdir()
        path.write_bytes(file.file.read())
        saved.append(path)
    return saved


def _plain(name: str) -> str:
    """A file's own name, fit for any file system (255 bytes; no dots in front)."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(sign for sign in last if sign.isprintable()).lstrip(".")[-60:]


def _texts(files: Mapping[str, Sequence[Path]], grades: Sequence[int] | None) -> DraftTexts:
    from bot.campaigns.drafting import chosen_questionnaires, chosen_scheme

    scheme, population = (next(iter(files[name]), None) for name in ("scheme", "population"))
    return DraftTexts(
        chosen_scheme(scheme, population, grades), chosen_questionnaires(files["questionnaires"])
    )
