"""QR codes (ISO/IEC 18004) of addresses, as SVG."""

from __future__ import annotations

import io


def qr_code(address: str) -> str:
    """Return the address as a QR code in SVG.

    At level Q it can still be read when a quarter of it is soiled.
    """
    import segno

    out = io.BytesIO()
    segno.make(address, error="q", micro=False).save(out, kind="svg", border=4, light="white")
    return out.getvalue().decode()
