"""Posters for service counters: one A4 page each, with the QR code of the unit's link."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any, Literal

from bot.campaigns.titles import marked_title
from bot.core.printed_signs import data_as_printed
from bot.core.shipped_files import shipped_words
from bot.publication.reports.pdf import bundled_fonts
from bot.publication.reports.qr_codes import qr_code
from survey_flows.campaign_definition import CampaignDefinition
from survey_flows.localized_names import in_language, show_end
from survey_flows.organiser import organiser_line
from survey_flows.questionnaire import Text

Form = Literal["pdf", "png"]
MAX_COUNTERS = 1_000
"""Pages of one file."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A poster's counter: the unit's code and the counter's name, such as «3号窗口»."""

    unit: str
    name: Text


def render_posters(
    definition: CampaignDefinition,
    counters: Sequence[Counter],
    addresses: Mapping[str, str],
    form: Form = "pdf",
    ppi: float = 144,
) -> list[bytes]:
    """Draw a page for each counter; the same bytes for the same posters, on every machine.

    It takes a second or so: call it in a thread.

    Args:
        definition: the campaign, which has every counter's unit.
        counters: in the order of the pages.
        addresses: the address in each unit's code.
        form: ``pdf`` for one file with all pages (PDF/UA-1), ``png`` for one file each.
        ppi: pixels of a PNG by inch.
    """
    import typst

    texts = data_as_printed(_texts(definition, counters, addresses))
    data = {"data": json.dumps(texts, ensure_ascii=False)}
    drawn: Any = typst.compile(
        _template(),
        format=form,
        ppi=ppi,
        sys_inputs=data,
        font_paths=bundled_fonts(),
        pdf_standards="ua-1" if form == "pdf" else None,
    )
    return drawn if isinstance(drawn, list) else [bytes(drawn)]


def _template() -> bytes:
    return files("bot.publication.reports").joinpath("poster.typ").read_bytes()


def _texts(
    definition: CampaignDefinition, counters: Sequence[Counter], addresses: Mapping[str, str]
) -> dict[str, object]:
    """Return all texts of the pages: each sentence in every language, the default first."""
    words = shipped_words()

    def say(key: str) -> list[str]:
        return [words.say(lang, key) for lang in words.languages]

    until = [
        words.say(lang, "poster-until", date=show_end(definition, lang)) for lang in words.languages
    ]
    title = marked_title(definition.title, definition.aim.pilot)
    return {
        "title": " · ".join(_names(definition, title)),
        "once": say("poster-once"),
        "ask": say("poster-ask"),
        "type": say("poster-type"),
        "steps": [say("poster-scan"), say("poster-answer"), say("poster-submit")],
        "private": say("poster-private"),
        "free": say("poster-free"),
        "until": until,
        "organiser": _organiser(definition),
        "pages": [
            {
                "unit": _names(definition, definition.units[counter.unit].name),
                "counter": _names(definition, counter.name),
                "address": addresses[counter.unit],
                "typed": addresses[counter.unit].removeprefix("https://"),
                "code": qr_code(addresses[counter.unit]),
            }
            for counter in counters
        ],
    }


def _organiser(definition: CampaignDefinition) -> list[str]:
    """Return who asks, in every language; the filing numbers stand once."""
    first, *others = definition.wording.languages
    one = definition.organiser
    bare = replace(one, icp="", police="") if one else None
    return [
        organiser_line(one, first, definition.wording),
        *(organiser_line(bare, lang, definition.wording) for lang in others),
    ]


def _names(definition: CampaignDefinition, text: Text) -> list[str]:
    """Return the text in every language, each wording once."""
    return list(
        dict.fromkeys(in_language(text, lang, definition) for lang in definition.wording.languages)
    )
