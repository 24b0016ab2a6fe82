"""The part of HTTP/1.1 that a load generator needs.

It handles whole messages with a Content-Length on connections that are kept alive.
"""

from __future__ import annotations

import re

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


def take(buffer: bytearray) -> tuple[bytes, bytes] | None:
    """Take one message off the front of ``buffer``: (head, body), or None while it is not whole.

    Raises:
        ValueError: the body is chunked, which this reader does not speak.
    """
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(buffer[:end])
    if _CHUNKED.search(head):
        raise ValueError("a chunked body; the benchmark reads Content-Length only")
    found = _LENGTH.search(head)
    whole = end + 4 + (int(found[1]) if found else 0)
    if len(buffer) < whole:
        return None
    body = bytes(buffer[end + 4 : whole])
    del buffer[:whole]
    return head, body
