"""Files sealed to somebody's key by age (age-encryption.org/v1), which only its holder can open."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from survey_flows.errors import BadInput, Message, Place

FINGERPRINT = 16
"""Hexadecimal digits by which a key is compared."""
_HEADING = b"age-encryption.org/v1\n"

T = TypeVar("T")


class Source(Protocol):
    """What is read piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes; none at the end."""


class Target(Protocol):
    """What is written piece by piece."""

    def write(self, data: bytes, /) -> object:
        """Take some bytes."""

    def flush(self) -> object:
        """Hand on what was taken."""


class NotOpened(BadInput):
    """A sealed file cannot be opened: the key is another one, or the file is not as it was."""


def read_recipient(text: str) -> str:
    """Return a recipient's key, such as ``age1…``.

    Raises:
        BadInput: it is none.
    """
    plain = text.strip()
    _recipient(plain)
    return plain


def fingerprint(recipient: str) -> str:
    """Return the first digits of the SHA-256 of a recipient's key."""
    return sha256(recipient.encode()).hexdigest()[:FINGERPRINT]


def make_identity() -> tuple[str, str]:
    """Return a new secret key (``AGE-SECRET-KEY-1…``) and its public key (``age1…``)."""
    from pyrage import x25519

    made = x25519.Identity.generate()
    return str(made), str(made.to_public())


def read_identity(text: str) -> str:
    """Return the secret key in the text of a key file, whose comments begin with «#».

    Raises:
        BadInput: there is none, or several.
    """
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    if len(found) != 1:
        raise BadInput(Message("crypto-no-age-secret"))
    _identity(found[0])
    return found[0]


def recipient_of(secret: str) -> str:
    """Return the public key of a secret key; raises as `read_identity`."""
    return str(_identity(secret).to_public())


def seal_file(data: bytes, recipient: str) -> bytes:
    """Return a file that only the holder of the key can open; raises as `read_recipient`."""
    import pyrage

    return bytes(pyrage.encrypt(data, [_recipient(recipient)]))


def seal_stream(source: Source, target: Target, recipient: str) -> None:
    """Seal what ``source`` has; what it or ``target`` raises ends the work.

    Raises:
        BadInput: as `read_recipient`.
    """
    import pyrage

    ends = (_Remembering(source), _Remembering(target))
    _streamed(pyrage.encrypt_io, *ends, _recipient(recipient))


def open_stream(source: Source, target: Target, secret: str) -> None:
    """Write what a sealed file holds; each piece is proven before it is handed on.

    What ``source`` or ``target`` raises ends the work.

    Raises:
        NotOpened: it was not sealed to this key, or is cut off or changed.
    """
    import pyrage

    ends = (_Remembering(source), _Remembering(target))
    try:
        _streamed(pyrage.decrypt_io, *ends, _identity(secret))
    except pyrage.DecryptError as error:
        other = "No matching keys" in str(error)
        said = "crypto-age-other-key" if other else "crypto-age-damaged"
        raise NotOpened(Message(said)) from error
    except OSError as error:
        if any(end.error for end in ends):
            raise
        raise NotOpened(Message("crypto-age-damaged")) from error


def seal_nested(data: bytes, recipients: Sequence[str]) -> bytes:
    """Return a file that opens only where the holders of all these keys come together."""
    for recipient in recipients:
        data = seal_file(data, recipient)
    return data


def open_nested(data: bytes, secrets: Sequence[str]) -> bytes | None:
    """Return what `seal_nested` sealed, with keys in any order; None where one is missing."""
    while data.startswith(_HEADING):
        opened = None
        for secret in secrets:
            target = io.BytesIO()
            with suppress(NotOpened):
                open_stream(io.BytesIO(data), target, secret)
                opened = target.getvalue()
                break
        if opened is None:
            return None
        data = opened
    return data


class _Remembering:
    """A source or target that keeps the error which the library words in its own way."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.error: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        return self._kept(lambda: bytes(self._inner.read(size)))

    def write(self, data: bytes) -> int:
        self._kept(lambda: self._inner.write(data))
        return len(data)

    def flush(self) -> None:
        self._kept(self._inner.flush)

    def _kept(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except BaseException as error:
            self.error = error
            raise


def _streamed(
    work: Callable[..., None], source: _Remembering, target: _Remembering, key: object
) -> None:
    try:
        work(source, target, [key])
    except Exception:
        for end in (source, target):
            if end.error is not None:
                raise end.error from None
        raise


def _identity(text: str) -> Any:
    from pyrage import IdentityError, x25519

    try:
        return x25519.Identity.from_str(text)
    except IdentityError:
        raise BadInput(Message("crypto-no-age-secret")) from None


def _recipient(text: str) -> Any:
    from pyrage import RecipientError, x25519

    try:
        return x25519.Recipient.from_str(text)
    except RecipientError:
        raise BadInput(Message("crypto-no-age-key"), Place(field="recipient")) from None
