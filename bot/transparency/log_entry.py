"""An entry of the log with what is stored of it, in either form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import RowMapping

from survey_flows.canonical_json import read_canonical_object
from survey_flows.errors import Misuse, Place
from survey_flows.log_entries import (
    FORM,
    OLDER_FORM,
    RECEIPT,
    SEALED,
    SEEN,
    Line,
    act_commitment,
    act_label,
    act_line,
    canonical,
    is_act_kind,
    older_line,
    read_signatures,
    receipt_line,
    sealed_line,
    write_signatures,
)
from survey_flows.signed_notes import Signature


@dataclass(frozen=True, slots=True)
class LogEntry:
    """The parts of one entry.

    A receipt has a label, a sealed entry a commitment, an act both, its text and its signatures.
    Of an entry of form 1 the campaign and the kind are in no leaf; ``kind`` says what is sealed.
    """

    campaign: str
    kind: str
    label: bytes | None = None
    commitment: bytes | None = None
    body: str | None = None
    signatures: tuple[Signature, ...] = ()
    form: int = FORM

    @property
    def is_sealed(self) -> bool:
        """Whether the entry commits to a text that only an opening shows."""
        return self.body is None and self.kind != RECEIPT

    @property
    def line(self) -> bytes:
        """The bytes whose hash is the leaf."""
        return entry_line(self.form, self.campaign, self.kind, self.label, self.commitment)

    def row(self, position: int) -> dict[str, Any]:
        """Returns the entry's row."""
        signed = canonical_signatures(self.signatures) if self.signatures else None
        return {
            "position": position,
            "label": self.label,
            "commitment": self.commitment,
            "kind": self.kind,
            "campaign": self.campaign,
            "body": self.body,
            "form": self.form,
            "signatures": signed,
        }


def entry_line(
    form: int, campaign: str, kind: str, label: bytes | None, commitment: bytes | None
) -> bytes:
    """Returns the bytes whose hash is the leaf, from the columns of a row.

    A row without a part gives another leaf than any entry has, so that it is found.
    """
    first, second = label or b"", commitment or b""
    if form == OLDER_FORM:
        return older_line(first, second)
    if kind == RECEIPT:
        return receipt_line(campaign, first)
    if kind == SEALED:
        return sealed_line(campaign, second)
    return act_line(campaign, kind, first, second)


def is_committed(entry: LogEntry) -> bool:
    """Returns whether an act's commitment is that of its text and of who signed it."""
    if entry.body is None:
        return True
    if entry.form == OLDER_FORM:
        return entry.commitment == sha256(entry.body.encode()).digest()
    return entry.commitment == act_commitment(entry.body, entry.signatures)


def entry_of_row(row: RowMapping) -> LogEntry:
    """Returns the entry of a row."""
    place = Place(subject=f"log_entries {row['position']}")
    signed = read_signatures(json.loads(row["signatures"]), place) if row["signatures"] else ()
    parts = (row["campaign"], row["kind"], row["label"], row["commitment"], row["body"])
    return LogEntry(*parts, signed, row["form"])


def canonical_signatures(signatures: Sequence[Signature]) -> str:
    """Returns signatures as a row keeps them."""
    return json.dumps(write_signatures(signatures), separators=(",", ":"))


def receipt_entry(campaign: str, label: bytes) -> LogEntry:
    """Returns the entry of an accepted ballot's receipt (`survey_flows.log_entries`)."""
    return LogEntry(campaign, RECEIPT, label=label)


def sealed_entry(campaign: str, commitment: bytes) -> LogEntry:
    """Returns the entry of a ballot, a comment or a withdrawal; nothing tells which it is."""
    return LogEntry(campaign, SEALED, commitment=commitment)


def act_entry(
    kind: str, campaign: str, name: str, body: str, signatures: Sequence[Signature]
) -> LogEntry:
    """Returns the entry of a public act.

    Args:
        kind: of the act, as in its body.
        campaign: its id, or `survey_flows.log_entries.LOG_ITSELF`; as in the body.
        name: as in the body; no act of a kind and campaign has another's name.
        body: a canonical object.
        signatures: by key name, ascending.

    Raises:
        Misuse: kind, campaign or name are not those of the body.
        BadInput: the body is not canonical.
    """
    said = read_canonical_object(body, Place(field="body"))
    if not is_act_kind(kind) or (kind, campaign, name) != tuple(
        said.get(part) for part in ("kind", "campaign", "name")
    ):
        raise Misuse(f"the body of the act {kind} {campaign} {name} names another one")
    signed = tuple(sorted(signatures, key=lambda signature: signature.name))
    commitment = act_commitment(body, signed)
    return LogEntry(campaign, kind, act_label(kind, campaign, name), commitment, body, signed)


def named_body(body: str, name: str) -> str:
    """Returns the text of an act with its name, which texts of form 1 do not have."""
    return canonical({**json.loads(body), "name": name})


def unnamed_body(body: str) -> dict[str, Any]:
    """Returns what an act says without its name and `SEEN`, to compare it with another one."""
    found: dict[str, Any] = json.loads(body)
    return {key: value for key, value in found.items() if key not in ("name", SEEN)}


def read_entry(line: Line, body: str | None, signatures: Sequence[Signature]) -> LogEntry:
    """Returns an entry from its line and, of an act, its text and who signed."""
    parts = (line.campaign, line.kind, line.label, line.commitment)
    return LogEntry(*parts, body, tuple(signatures), line.form)
