"""Why nobody is known by a provider's word. Pages say ``sentence``; logs get ``reason`` alone."""

from __future__ import annotations


class OpenIdRefused(Exception):
    """The provider's word was not taken.

    Args:
        reason: for the log, without anything that a person or the provider sent.
        sentence: the key of what the page says.
    """

    sentence = "openid-untrue"

    def __init__(self, reason: str, sentence: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.sentence = sentence or self.sentence


class ProviderAway(OpenIdRefused):
    """The provider does not answer, or not as the standard says."""

    sentence = "openid-away"


class KeyUnknown(OpenIdRefused):
    """A token names a key that the provider's set, as we know it, does not have."""
