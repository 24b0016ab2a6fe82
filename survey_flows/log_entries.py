"""The lines of the log, byte by byte: labels to find them by and commitments to texts.

A leaf of the log is the hash of a line, and the line is what a verifier reads:

- ``2 <campaign> receipt <label>`` for each accepted ballot,
- ``2 <campaign> sealed <commitment>`` for a ballot, a comment or a withdrawal,
- ``2 <campaign> <kind> <label> <commitment>`` for a public act.

Whose an entry is stands in its line and nowhere else. An entry from before (form 1) is 64 raw
bytes, a label and a commitment; in files it is 128 hexadecimal digits. None stands after a line.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from survey_flows.canonical_json import canonical as canonical
from survey_flows.errors import BadInput, Message, Misuse, Place
from survey_flows.signed_notes import ID, Signature, good_name

CODE = re.compile(r"[A-Z2-7]{16}")
OLDER_PROOF, PROOF = "minping-inclusion/1", "minping-inclusion/2"

OLDER_FORM, FORM = 1, 2
RECEIPT, SEALED = "receipt", "sealed"
SEEN = "seen"
"""What an act of the desk calls the number of entries that the log had when it was ordered."""
LOG_ITSELF = "-"
"""The campaign in lines about the log itself; no campaign can have this name."""
HASH = 32
OLDER_DATA = 64
"""Bytes of an entry of form 1; a line has never as few."""
SIGNATURE = 64
FIRST_ACT_NAMES = 2
"""The number in the name of an act that is the second of its kind."""

_LEAD = "2 "
_CAMPAIGN = re.compile(r"[a-z0-9-]{1,32}")
_KIND = re.compile(r"[a-z][a-z-]{0,15}")
_HASH = re.compile(r"[0-9a-f]{64}")
_OLDER = re.compile(r"[0-9a-f]{128}")
_LINE = re.compile(
    r"2 (?P<campaign>[a-z0-9-]{1,32})"
    r" (?:receipt (?P<receipt>[0-9a-f]{64})|sealed (?P<sealed>[0-9a-f]{64})"
    r"|(?P<kind>(?!(?:receipt|sealed) )[a-z][a-z-]{0,15})"
    r" (?P<label>[0-9a-f]{64}) (?P<commitment>[0-9a-f]{64}))"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it is read: its bytes, and their parts.

    An entry of form 1 has neither campaign nor kind; ``label`` and ``commitment`` are 32 bytes
    where the line has them.
    """

    data: bytes
    form: int = FORM
    campaign: str = ""
    kind: str = ""
    label: bytes | None = None
    commitment: bytes | None = None

    @property
    def text(self) -> str:
        """The line as it stands in a file, without the newline."""
        return self.data.hex() if self.form == OLDER_FORM else self.data.decode("ascii")


def receipt_line(campaign: str, label: bytes) -> bytes:
    """Returns the line of an accepted ballot's receipt."""
    return f"2 {campaign} {RECEIPT} {label.hex()}".encode()


def sealed_line(campaign: str, commitment: bytes) -> bytes:
    """Returns the line of a ballot, a comment or a withdrawal."""
    return f"2 {campaign} {SEALED} {commitment.hex()}".encode()


def act_line(campaign: str, kind: str, label: bytes, commitment: bytes) -> bytes:
    """Returns the line of a public act."""
    return f"2 {campaign} {kind} {label.hex()} {commitment.hex()}".encode()


def older_line(label: bytes, commitment: bytes) -> bytes:
    """Returns the bytes of an entry of form 1."""
    return label + commitment


def is_campaign(name: str) -> bool:
    """Returns whether a campaign can have this name."""
    return bool(_CAMPAIGN.fullmatch(name)) and name != LOG_ITSELF


def is_act_kind(kind: str) -> bool:
    """Returns whether a public act can be of this kind."""
    return bool(_KIND.fullmatch(kind)) and kind not in (RECEIPT, SEALED)


def read_line(text: str, place: Place, late: bool = False) -> Line:
    """Returns the entry of one line of ``log.txt``, without its newline.

    Args:
        text: the line.
        place: where it stands.
        late: a line of form 2 stands before it.

    Raises:
        BadInput: it is no entry, and the message says in what.
    """
    found = _LINE.fullmatch(text)
    if found:
        campaign, receipt, sealed, kind, label, commitment = found.groups()
        data = text.encode("ascii")
        if campaign == LOG_ITSELF and (receipt or sealed):
            raise BadInput(Message("log-line-campaign"), place)
        if receipt:
            return Line(data, FORM, campaign, RECEIPT, label=bytes.fromhex(receipt))
        if sealed:
            return Line(data, FORM, campaign, SEALED, commitment=bytes.fromhex(sealed))
        return Line(data, FORM, campaign, kind, bytes.fromhex(label), bytes.fromhex(commitment))
    if _OLDER.fullmatch(text):
        if late:
            raise BadInput(Message("log-line-older-late"), place)
        raw = bytes.fromhex(text)
        return Line(raw, OLDER_FORM, label=raw[:HASH], commitment=raw[HASH:])
    raise BadInput(Message(_fault(text)), place)


def _fault(text: str) -> str:
    """Returns the message that says why a text is no line."""
    if not text.isascii() or any(char < " " for char in text):
        return "log-line-characters"
    if text != text.strip() or "  " in text:
        return "log-line-spaces"
    if not text.startswith(_LEAD):
        return "log-line-form"
    _, campaign, *rest = text.split(" ")
    if not _CAMPAIGN.fullmatch(campaign):
        return "log-line-campaign"
    if not rest or not _KIND.fullmatch(rest[0]):
        return "log-line-kind"
    parts = 1 if rest[0] in (RECEIPT, SEALED) else 2
    return "log-line-hashes" if len(rest) == 1 + parts else "log-line-parts"


def commit(salt: bytes, body: str) -> bytes:
    """Returns the commitment of a sealed entry: SHA-256 of the salt and the body.

    Without the salt it reveals nothing of the body, and no other body fits it.
    """
    return sha256(salt + body.encode()).digest()


def receipt_label(campaign: str, code: str) -> bytes:
    """Returns the label of a receipt's line; ``code`` as `read_code` gives it."""
    return sha256(f"minping/receipt/{campaign}/{code}".encode()).digest()


def older_receipt_label(code: str) -> bytes:
    """Returns the label of a ballot's entry of form 1."""
    return sha256(code.encode()).digest()


def act_label(kind: str, campaign: str, name: str) -> bytes:
    """Returns the label of an act."""
    return sha256(f"minping/{kind}/{campaign}/{name}".encode()).digest()


def older_act_label(kind: str, name: str) -> bytes:
    """Returns the label of a public entry of form 1."""
    return sha256(f"minping/{kind}/{name}".encode()).digest()


def positions_digest(positions: Iterable[int]) -> list[object]:
    """Returns the number of ascending positions and their digest, as the act ``format`` has it."""
    written = [str(position) for position in positions]
    return [len(written), sha256(",".join(written).encode()).hexdigest()]


def numbered_name(name: str, number: int) -> str:
    """Returns the name of an act that is the ``number``-th of its kind, from 1."""
    return name if number < FIRST_ACT_NAMES else f"{name}/{number}"


def signed_act_text(origin: str, body: str) -> str:
    """Returns the text that is signed of an act; the log's name stops its use in another log."""
    return f"minping-act/2\n{origin}\n{body}"


def act_text(body: str, signatures: Sequence[Signature]) -> str:
    """Returns the text that an act's commitment is the hash of: its body, and who signed.

    Raises:
        Misuse: the signatures are not ascending by name, or one key signs twice.
    """
    names = [signature.name for signature in signatures]
    if names != sorted(set(names)):
        raise Misuse("an act's signatures are ascending by the key's name, one a key")
    return canonical({"body": body, "signatures": [_written(one) for one in signatures]})


def act_commitment(body: str, signatures: Sequence[Signature]) -> bytes:
    """Returns the commitment of an act, which needs no salt: everybody may read it."""
    return sha256(act_text(body, signatures).encode()).digest()


def write_signatures(signatures: Iterable[Signature]) -> list[dict[str, str]]:
    """Returns an act's signatures as they stand in files."""
    return [_written(one) for one in signatures]


def read_signatures(values: object, place: Place) -> tuple[Signature, ...]:
    """Returns the signatures that `write_signatures` wrote.

    Raises:
        BadInput: they are not ascending by name, one a key, each with 68 bytes of base64.
    """
    try:
        found = [_read_signature(value) for value in _listed(values)]
    except (KeyError, TypeError, ValueError, Base64Error) as error:
        raise BadInput(Message("log-signature-form"), place) from error
    names = [signature.name for signature in found]
    if names != sorted(set(names)):
        raise BadInput(Message("log-signatures-order"), place)
    return tuple(found)


def _listed(values: object) -> list[Any]:
    if not isinstance(values, list):
        raise TypeError(values)
    return values


def _written(signature: Signature) -> dict[str, str]:
    return {
        "key": signature.name,
        "raw": b64encode(signature.key_id + signature.raw).decode("ascii"),
    }


def _read_signature(value: Mapping[str, str]) -> Signature:
    raw = b64decode(value["raw"], validate=True)
    # Stray bits at the end of base64 would give one signature several spellings.
    whole = len(raw) == ID + SIGNATURE and b64encode(raw).decode("ascii") == value["raw"]
    name = value["key"]
    if len(value) != 2 or not whole or not (isinstance(name, str) and good_name(name)):
        raise ValueError(value)
    return Signature(value["key"], raw[:ID], raw[ID:])


def inclusion_file(position: int, line: Line, proof: Sequence[bytes], note: str) -> bytes:
    """Returns a file with the proof that an entry is in the tree of a signed checkpoint."""
    if line.form == OLDER_FORM:
        said = {"label": line.data[:HASH].hex(), "commitment": line.data[HASH:].hex()}
    else:
        said = {"line": line.text}
    found = {
        "format": OLDER_PROOF if line.form == OLDER_FORM else PROOF,
        "position": position,
        **said,
        "proof": [hash_.hex() for hash_ in proof],
        "checkpoint": note,
    }
    return json.dumps(found, ensure_ascii=False, indent=1).encode() + b"\n"


_SHOWN = re.compile(
    r"(/receipt(?:@\w+)?\s+)?(\w{4}[-–—‐ ]\w{4}[-–—‐ ]\w{4}[-–—‐ ]\w{4}|[A-Z2-7]{16})", re.ASCII
)


def find_code(text: str) -> tuple[str, bool]:
    """Returns the receipt's code in a text, or nothing; and whether a command announces it."""
    found = _SHOWN.fullmatch(text.strip())
    code = re.sub(r"[^A-Z2-7]", "", found[2].upper()) if found else ""
    return (code, bool(found and found[1])) if CODE.fullmatch(code) else ("", False)


def read_code(text: str) -> str:
    """Returns a receipt's code as it was copied, in capitals and without spaces and hyphens.

    Raises:
        BadInput: not 16 characters of A–Z and 2–7.
    """
    code = re.sub(r"[\s\-–—‐]+", "", text).upper()
    if not CODE.fullmatch(code):
        raise BadInput(Message("receipt-characters"), Place(field="receipt"))
    return code
