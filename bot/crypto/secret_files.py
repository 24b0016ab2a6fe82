"""Files of one secret each, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from survey_flows.errors import BadSession, Message, Place

SIZE = 32


def load_secret(path: Path) -> bytes:
    """Returns the 32 random bytes kept in ``path``; processes that make them at once agree.

    Raises:
        BadSession: the file does not hold 32 bytes.
    """
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    secret = path.read_bytes()
    if len(secret) != SIZE:
        raise BadSession(Message("crypto-key-file-damaged", bytes=SIZE), Place(file=str(path)))
    return secret
