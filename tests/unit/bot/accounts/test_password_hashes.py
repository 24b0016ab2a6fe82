"""Passwords are hashed as OWASP's password storage cheat sheet asks."""

from __future__ import annotations

from tests import quicker


def test_passwords_are_hashed_as_owasp_asks() -> None:
    made = quicker.DEAR.hash("correct horse battery staple")
    # 9 MiB and four passes are one of the settings that the sheet holds equally strong.
    assert made.startswith("$argon2id$v=19$m=9216,t=4,p=1$")
    assert quicker.DEAR.hash("correct horse battery staple") != made
    assert quicker.DEAR.verify(made, "correct horse battery staple")
