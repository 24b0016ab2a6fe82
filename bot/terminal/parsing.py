"""A parser whose help texts are messages, worded only when somebody asks for help.

The service starts as a command too, and must not load the words of all commands for that.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from bot.core.settings import LANGUAGES, read_language
from survey_flows.messages import Message, render

ARGPARSE = {
    "positional arguments": Message("help-arguments"),
    "options": Message("help-options"),
    "show this help message and exit": Message("help-help"),
}
"""The texts of argparse's own, which it words in English."""


class MessageFormatter(argparse.HelpFormatter):
    """Words the messages that stand for help texts, headings and descriptions."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """Begins with the word for «usage»."""
        prefix = _text(Message("help-usage")) if prefix is None else prefix
        super().add_usage(usage, actions, groups, prefix)

    def add_text(self, text: Any) -> None:
        """Adds a description."""
        super().add_text(_text(text))

    def start_section(self, heading: Any) -> None:
        """Begins a group of arguments."""
        super().start_section(_text(heading))

    def _format_action(self, action: argparse.Action) -> str:
        action.help = _text(action.help)
        return super()._format_action(action)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        # argparse expands %; a message has its values already.
        return action.help.replace("%", "%%") if action.help else action.help


class MessageParser(argparse.ArgumentParser):
    """An argument parser with `MessageFormatter`; its subparsers are of the same kind."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, formatter_class=MessageFormatter)


def _text(text: Any) -> str | None:
    found = ARGPARSE.get(text, text)
    return render(found, read_language()) if isinstance(found, Message) else found


def add_language(parser: argparse.ArgumentParser) -> None:
    """Adds ``--lang``; without it a command speaks the terminal's language."""
    help_text: Any = Message("help-lang")
    parser.add_argument("--lang", choices=LANGUAGES, default=read_language(), help=help_text)
