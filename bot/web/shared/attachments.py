"""How a browser is told the name of a file that it stores (RFC 6266, RFC 8187)."""

from __future__ import annotations

import re
from urllib.parse import quote

_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff"*/:<>?\\|]+')
"""Signs that no name of a file can hold on Windows, or that would end a header."""
_PLAIN = re.compile(r"[^\w.-]+", re.ASCII)


def attachment(name: str) -> dict[str, str]:
    """Return the headers of a file that is stored and not shown.

    Names may hold any character, such as those of a unit: signs that file systems refuse become
    «_», and browsers that read only ASCII are given a name without the others.
    """
    fit = _UNFIT.sub("_", name)
    plain = _PLAIN.sub("_", fit)
    told = f'attachment; filename="{plain}"'
    if plain != fit:
        told += f"; filename*=UTF-8''{quote(fit, safe='')}"
    return {"Content-Disposition": told}
