"""Checkpoints and signed notes, after c2sp.org/tlog-checkpoint, /signed-note, /tlog-cosignature.

A signed note is a text, an empty line, and one line for each signature. A checkpoint is such a text
of three lines: the log's origin, its size, and its root. `bot.crypto.note_signatures` signs them.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

from survey_flows.errors import BadInput, Message, Place

ED25519 = 1
"""Type of a log's own signature."""
COSIGNATURE = 4
"""Type of a witness's signature, which says when it was made (``cosignature/v1``)."""

DASH = "— "
HASH = 32
KEY = 32
ID = 4
MOST_SIGNATURES = 64
MOST_TEXT = 65_536
"""More characters than a note with the most signatures can have."""
LARGEST = 2**63 - 1
KEY_PLACE, NOTE_PLACE = Place(field="key"), Place(field="note")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log at one size."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note.

    ``key_id`` is a hint of 4 bytes and ``raw`` the rest: for Ed25519 the 64 bytes, for a
    cosignature 8 bytes of time and those.
    """

    name: str
    key_id: bytes
    raw: bytes

    def line(self) -> str:
        """The line in the note, with its newline."""
        return f"{DASH}{self.name} {b64encode(self.key_id + self.raw).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text with its signatures, valid or not. ``text`` ends in a newline."""

    text: str
    signatures: tuple[Signature, ...]

    def write(self) -> str:
        """The whole note."""
        return f"{self.text}\n{''.join(signature.line() for signature in self.signatures)}"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its owner's name and its type: `ED25519` or `COSIGNATURE`."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The first bytes of SHA256(name ‖ 0x0A ‖ type ‖ key)."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:ID]

    def write(self) -> str:
        """``name+id+key``, as it is given to others."""
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"


def read_key(text: str) -> VerifierKey:
    """The key that `VerifierKey.write` wrote.

    Raises:
        BadInput: not ``name+id+key``, of another type, or the id is not that of the key.
    """
    name, _, rest = text.strip().partition("+")
    id_, _, key = rest.partition("+")
    raw = _unbase64(key, KEY_PLACE)
    if not good_name(name) or len(raw) != KEY + 1 or raw[0] not in (ED25519, COSIGNATURE):
        raise BadInput(Message("note-no-key"), KEY_PLACE)
    found = VerifierKey(name, raw[0], raw[1:])
    if found.id.hex() != id_:
        message = Message("note-key-mistyped", name=name, id=found.id.hex())
        raise BadInput(message, KEY_PLACE)
    return found


def read_note(text: str) -> Note:
    """Read a signed note strictly; its signatures are not checked.

    Raises:
        BadInput: not as the format has it, with the line.
    """
    if len(text) > MOST_TEXT:
        raise BadInput(Message("note-too-long", most=MOST_TEXT), NOTE_PLACE)
    if any(char < " " and char != "\n" for char in text):
        raise BadInput(Message("note-control-characters"), NOTE_PLACE)
    above, found, below = text.rpartition("\n\n")
    if not found or not below.endswith("\n") or not above:
        raise BadInput(Message("note-unsigned"), NOTE_PLACE)
    body = above + "\n"
    lines = below[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise BadInput(Message("note-signatures", most=MOST_SIGNATURES), NOTE_PLACE)
    first = body.count("\n") + 2
    return Note(
        body, tuple(read_signature(line, Place(line=first + at)) for at, line in enumerate(lines))
    )


def read_signature(line: str, place: Place = NOTE_PLACE) -> Signature:
    """One line of signature, without its newline.

    Raises:
        BadInput: not an em dash, a name and base64 of more than a key's id.
    """
    name, _, base64 = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not good_name(name):
        raise BadInput(Message("note-signature-format"), place)
    raw = _unbase64(base64, place)
    if len(raw) <= ID:
        raise BadInput(Message("note-signature-short"), place)
    return Signature(name, raw[:ID], raw[ID:])


def read_checkpoint(text: str) -> Checkpoint:
    """The text of a note as a checkpoint.

    Raises:
        BadInput: not three lines with an origin, a size and a root of 32 bytes.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise BadInput(Message("note-checkpoint-lines"), NOTE_PLACE)
    origin, size, root, _ = lines
    if not good_name(origin):
        raise BadInput(Message("note-origin"), Place(line=1))
    if (
        not (size.isascii() and size.isdigit())
        or str(int(size[:20])) != size
        or int(size) > LARGEST
    ):
        raise BadInput(Message("note-size"), Place(line=2))
    raw = _unbase64(root, Place(line=3))
    if len(raw) != HASH:
        raise BadInput(Message("note-root", length=HASH), Place(line=3))
    return Checkpoint(origin, int(size), raw)


def good_name(name: str) -> bool:
    """Whether a name can stand in a note: not empty, no white space, plus or control characters."""
    return (
        bool(name)
        and name.isprintable()
        and not any(char.isspace() or char == "+" for char in name)
    )


def cosigned_text(checkpoint: Checkpoint, at: int) -> bytes:
    """The text that a witness signs at ``at``, in seconds since 1970 (tlog-cosignature)."""
    return f"cosignature/v1\ntime {at}\n{checkpoint.text()}".encode()


def _unbase64(text: str, place: Place) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    # Base64 with stray bits at its end would give one signature several spellings.
    if not raw or b64encode(raw).decode() != text:
        raise BadInput(Message("note-base64"), place)
    return raw
