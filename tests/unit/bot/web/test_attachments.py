"""The name that a header gives a file."""

from __future__ import annotations

import pytest

from bot.web.shared.attachments import attachment


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("minping-2026.xlsx", 'attachment; filename="minping-2026.xlsx"'),
        (
            "市局.pdf",
            "attachment; filename=\"_.pdf\"; filename*=UTF-8''%E5%B8%82%E5%B1%80.pdf",
        ),
        (
            'a";x=y.csv',
            "attachment; filename=\"a__x_y.csv\"; filename*=UTF-8''a_%3Bx%3Dy.csv",
        ),
        ("a\r\nSet-Cookie: x.csv", "attachment; filename=\"a_Set-Cookie__x.csv\"; "
         "filename*=UTF-8''a_Set-Cookie_%20x.csv"),
        ("\ud800.csv", 'attachment; filename="_.csv"'),
    ],
)  # fmt: skip
def test_a_header_holds_any_name_and_no_more_than_a_name(name: str, header: str) -> None:
    assert attachment(name) == {"Content-Disposition": header}
