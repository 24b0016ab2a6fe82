"""A description of an HTTP gateway: one YAML file a provider, and no code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from bot.core.file_errors import unreadable
from bot.fieldwork.audience.addresses import KINDS
from bot.fieldwork.outreach.messenger import DeliveryOutcome
from bot.messengers.contract import Verdict
from survey_flows.errors import Message, gathered
from survey_flows.yaml_tree import Branch, parse_yaml

BODIES = ("json", "form", "base64-json")
NUMBERS = ("e164", "digits", "national")
"""How a telephone is written: +8613800138000, 8613800138000, or 13800138000 at home."""
MACS = ("none", "md5", "hmac-sha256")
OF_TEMPLATES = ("template", "params")
"""Places that an approved template fills: the provider's id, and a JSON array of its variables."""
OURS = ("to", "text", "link", "code", *OF_TEMPLATES)
"""Places that every message fills; all others are secrets or settings of the account."""
PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Description:
    """A gateway's interface.

    Attributes:
        kind: kind of the addresses.
        longest: characters of the longest text.
        body: one of `BODIES`.
        number: one of `NUMBERS`.
        fields: the body's fields with places such as ``{to}``.
        headers: of the request, with places too.
        mac: one of `MACS`; it is stored in the field ``mac_to`` and made of the fields
            ``mac_over``, joined as they stand; ``mac_key`` names the secret of an HMAC.
        accepted: path and value that say that a message was taken.
        reference: path of the message's reference, or empty.
        code: path of the code of a refusal.
        codes: what the codes mean.
        receipts: path of the list of receipts; its items have the fields ``receipt_reference`` and
            ``receipt_code``, whose meanings are ``receipt_codes``.
        receipt_answer: the body that the provider expects.
        words: path of the list of messages that people sent back, with ``word_from`` and
            ``word_text``; empty where none come.
    """

    kind: str
    longest: int
    body: str
    number: str
    fields: dict[str, str]
    headers: dict[str, str]
    mac: str
    mac_to: str
    mac_over: tuple[str, ...]
    mac_key: str
    accepted: tuple[str, str]
    reference: str
    code: str
    codes: dict[str, Verdict]
    receipts: str
    receipt_reference: str
    receipt_code: str
    receipt_codes: dict[str, Verdict]
    receipt_answer: str
    words: str
    word_from: str
    word_text: str

    @property
    def places(self) -> set[str]:
        """The places that the account has to fill."""
        return (self._named | ({self.mac_key} if self.mac_key else set())) - {*OURS, "mac"}

    @property
    def sends_templates(self) -> bool:
        """Whether the provider takes approved templates alone."""
        return not self._named.isdisjoint(OF_TEMPLATES)

    @property
    def _named(self) -> set[str]:
        texts = (*self.fields.values(), *self.headers.values())
        return {name for text in texts for name in PLACE.findall(text)}


def shipped_descriptions() -> list[str]:
    """Return the names of the descriptions that the product has."""
    folder = files("bot.messengers") / "descriptions"
    return sorted(one.name.removesuffix(".yaml") for one in folder.iterdir() if one.is_file())


def load_description(name: str, data: Path) -> Description:
    """Return a shipped description by its name, or one of the operator's in the data folder.

    Raises:
        BadInput: there is none, or it is not as `Description` says.
    """
    if name in shipped_descriptions():
        text = (files("bot.messengers") / "descriptions" / f"{name}.yaml").read_text("utf-8")
        return read_description(text, f"{name}.yaml")
    path = data / "messengers" / "descriptions" / f"{Path(name).name}.yaml"
    try:
        return read_description(path.read_text("utf-8"), path.name)
    except OSError as error:
        raise unreadable(error, path) from None


def read_description(text: str, file: str) -> Description:
    """Return the description in a file's text.

    Raises:
        BadInput: the problems by line.
    """
    branch = parse_yaml(text, file)
    choices = {
        "kind": tuple(KINDS),
        "body": BODIES,
        "number": NUMBERS,
        "mac": MACS,
    }
    found = Description(
        kind=branch.text("kind"),
        longest=branch.number("longest", 500) or 500,
        body=branch.text("body"),
        number=branch.text("number", "e164"),
        fields=branch.texts("fields"),
        headers=branch.texts("headers", needed=False),
        mac=branch.text("mac", "none"),
        mac_to=branch.text("mac_to", ""),
        mac_over=branch.words("mac_over", ()),
        mac_key=branch.text("mac_key", ""),
        accepted=(branch.text("accepted"), branch.text("accepted_value")),
        reference=branch.text("reference", ""),
        code=branch.text("code"),
        codes=_verdicts(branch, "codes"),
        receipts=branch.text("receipts", ""),
        receipt_reference=branch.text("receipt_reference", ""),
        receipt_code=branch.text("receipt_code", ""),
        receipt_codes=_verdicts(branch, "receipt_codes"),
        receipt_answer=branch.text("receipt_answer", ""),
        words=branch.text("words", ""),
        word_from=branch.text("word_from", ""),
        word_text=branch.text("word_text", ""),
    )
    for name, allowed in choices.items():
        value = getattr(found, name)
        if value not in allowed:
            message = Message("messengers-choice", value=value, choices=allowed)
            branch.complain(message, branch.lines.get(name))
    missing = [one for one in found.mac_over if one not in found.fields]
    if missing or (found.mac != "none" and not found.mac_to):
        branch.complain(Message("messengers-mac"), branch.lines.get("mac"))
    branch.finish()
    if branch.problems:
        raise gathered(branch.problems, file)
    return found


def _verdicts(branch: Branch, name: str) -> dict[str, Verdict]:
    """Return the meanings of codes, such as ``silence 3600``."""
    found = {}
    for code, text in branch.texts(name, needed=False).items():
        word, _, seconds = text.partition(" ")
        known = word in {one.value for one in DeliveryOutcome}
        if not known or (seconds and not seconds.isdigit()):
            message = Message(
                "messengers-choice", value=text, choices=tuple(one.value for one in DeliveryOutcome)
            )
            branch.complain(message, branch.lines.get(name))
            continue
        found[code] = Verdict(DeliveryOutcome(word), float(seconds or 0))
    return found
