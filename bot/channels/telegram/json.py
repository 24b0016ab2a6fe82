"""JSON as the Bot API sends it. Pure."""

from __future__ import annotations

import json
from typing import Any

import orjson


def read_json(body: bytes) -> Any:
    """Returns the value in ``body``; half of a surrogate pair is read as «?».

    Raises:
        ValueError: the body is not JSON, or nested too deeply.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        if b"\\u" not in body:
            raise
    try:
        whole = json.dumps(json.loads(body), ensure_ascii=False)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return orjson.loads(whole.encode("utf-8", "replace"))
