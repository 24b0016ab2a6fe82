"""``minping report``: the year's circular, and the evidence pages of its units, as PDF and HTML."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core.settings import Settings
from bot.service.composition import open_store
from bot.terminal.auditing import READS_ONLY
from bot.terminal.files import write_file
from bot.terminal.second_person import office_here
from survey_flows.errors import Message

if TYPE_CHECKING:
    from bot.publication.reports import Document

ALL = "all"
LANGUAGES = ("zh-Hans", "en")


def register(commands: Any) -> None:
    """Add the command."""
    text = Message("help-report")
    parser = commands.add_parser("report", help=text, description=text)
    parser.add_argument(
        "kind", choices=["circular", "evidence"], metavar="KIND", help=Message("help-report-kind")
    )
    parser.add_argument("year", type=int, metavar="YEAR")
    parser.add_argument(
        "--unit", nargs="+", default=[], metavar="CODE", help=Message("help-report-unit")
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help=Message("help-folder")
    )
    parser.add_argument(
        "--format", choices=["pdf", "html", ALL], default=ALL, help=Message("help-default-all")
    )
    parser.add_argument(
        "--lang", choices=[*LANGUAGES, ALL], default=ALL, help=Message("help-default-all")
    )
    parser.add_argument(
        "--audience",
        choices=["public", "internal"],
        default="public",
        help=Message("help-report-audience"),
    )
    parser.set_defaults(run=run, audit=READS_ONLY)


async def run(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write the files and print their names; files of the same name are replaced."""
    from bot.publication.reports.material import read_material

    async with open_store(settings) as database:
        material = await read_material(database, chosen.year, office_here(settings).today)
    for path in await asyncio.to_thread(lambda: list(_write(chosen, material, settings.timezone))):
        print(path)
    return 0


def _write(chosen: argparse.Namespace, material: Any, timezone: str) -> Iterator[Path]:
    from tqdm import tqdm

    documents = list(_documents(chosen, material, timezone))
    for name, make in tqdm(documents, unit="report", disable=None):
        document: Document = make()
        for form, draw in _forms(chosen.format).items():
            yield write_file(chosen.out / f"{name}.{form}", draw(document), make_folder=True)


def _documents(
    chosen: argparse.Namespace, material: Any, timezone: str
) -> Iterator[tuple[str, Any]]:
    from bot.publication.exports import Audience
    from bot.publication.reports.circular import circular_document
    from bot.publication.reports.evidence import evidence_page

    audience = Audience(chosen.audience)
    end = "-internal" if audience is Audience.INTERNAL else ""
    units = chosen.unit or [unit.unit for unit in material.year.result.units]
    for lang in LANGUAGES if chosen.lang == ALL else (chosen.lang,):
        tail = f"{lang[:2]}{end}"
        if chosen.kind == "circular":
            yield (
                f"circular-{chosen.year}-{tail}",
                lambda lang=lang: circular_document(material, audience, lang, timezone),
            )
        else:
            for unit in units:
                page = f"evidence-{chosen.year}-{unit}-{tail}"
                yield (
                    page,
                    lambda unit=unit, lang=lang: evidence_page(
                        material, unit, audience, lang, timezone
                    ),
                )


def _forms(form: str) -> dict[str, Any]:
    from bot.publication.reports import to_html, to_pdf

    known = {"pdf": to_pdf, "html": to_html}
    return known if form == ALL else {form: known[form]}
