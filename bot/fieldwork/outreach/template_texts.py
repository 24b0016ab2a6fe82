"""Texts of templates: the places in them, what fills these, and how a card of fields is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from bot.fieldwork.audience.addresses import WECHAT
from bot.fieldwork.outreach.short_texts import CODE, SAMPLE_CODE
from survey_flows.errors import BadInput, Message, Place

MOST_PARTS = 4
MOST_TEXT = 500
VARIABLE = re.compile(r"\$?\{(\w{1,32})\}")
"""A variable as clouds write it: ``${code}`` or ``{1}``."""
FIELD = re.compile(r"([a-z_]+)[0-9]{1,3}")
LENGTHS: Mapping[str, int] = {
    "thing": 20,
    "character_string": 32,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "phone_number": 17,
    "car_number": 8,
    "name": 10,
    "phrase": 5,
    "time": 32,
    "date": 32,
    "amount": 32,
    "const": 20,
}
"""Characters of a value by the kind of its field (WeChat's page of subscription notices)."""
COLONS = "：:"


def variables_of(text: str) -> tuple[str, ...]:
    """Return the names of the variables in their order, each once."""
    return tuple(dict.fromkeys(VARIABLE.findall(text)))


def code_parts(text: str, code: str) -> dict[str, str]:
    """Return the code in as many parts as a text has variables, the first ones longer."""
    names = variables_of(text)
    if not names:
        return {}
    size, more = divmod(len(code), len(names))
    ends = [0]
    for place in range(len(names)):
        ends.append(ends[-1] + size + (place < more))
    return dict(zip(names, (code[begin:end] for begin, end in pairwise(ends)), strict=True))


def fill_template(kind: str, text: str, code: str) -> str:
    """Return a text as one person gets it.

    Args:
        kind: of the addresses; a card of WeChat has its code at ``{code}``.
        text: of the template.
        code: of the person.
    """
    if kind == WECHAT:
        return text.replace(CODE, code)
    parts = code_parts(text, code)
    return VARIABLE.sub(lambda found: parts[found[1]], text)


def read_fields(text: str) -> dict[str, str]:
    """Return the fields of a card by name, from lines such as ``thing1: 请您评价``."""
    found = {}
    for line in text.splitlines():
        head = re.split(f"[{COLONS}]", line, maxsplit=1)
        if line.strip():
            found[head[0].strip()] = head[1].strip() if len(head) > 1 else ""
    return found


def check_template_text(kind: str, text: str) -> None:
    """Refuse a text that no message of this kind could be made of.

    Raises:
        BadInput: it is empty or too long; it has no variable for the code, or more than
            `MOST_PARTS`; a field of a card is none, empty, or longer than its kind may be.
    """
    if not text.strip() or len(text) > MOST_TEXT:
        raise BadInput(Message("fieldwork-template-text", max=MOST_TEXT), Place(field="text"))
    if kind == WECHAT:
        _check_fields(text)
    elif not 1 <= len(variables_of(text)) <= MOST_PARTS:
        raise BadInput(
            Message("fieldwork-template-variables", most=MOST_PARTS), Place(field="text")
        )


def _check_fields(text: str) -> None:
    for name, value in read_fields(text).items():
        known = FIELD.fullmatch(name)
        most = LENGTHS.get(known[1]) if known else None
        if most is None:
            message = Message("fieldwork-template-field", text=name[:40])
            raise BadInput(message, Place(field="text"))
        if not value or len(value.replace(CODE, SAMPLE_CODE)) > most:
            message = Message("fieldwork-template-value", name=name, max=most)
            raise BadInput(message, Place(field="text"))
