"""The check sign of identity numbers: the example of the standard, and what is none."""

from __future__ import annotations

import pytest

from survey_flows.identity_numbers import is_identity_number


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("11010519491231002X", True),
        ("11010519491231002x", True),
        *((f"11010519491231002{sign}", False) for sign in "0123456789"),
        ("11010519491213002X", False),  # two digits changed places
        ("1101051949123100X", False),
        ("11010519491231002X0", False),
        ("11010519491231002X\n", False),
        ("１１０１０５１９４９１２３１００２X", False),
        ("", False),
    ],
)
def test_one_sign_alone_ends_a_number(text: str, right: bool) -> None:
    assert is_identity_number(text) is right
