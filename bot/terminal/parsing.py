"""A parser whose texts are messages, worded only when somebody asks for help or errs.

The service starts as a command too, and must not load the words of all commands for that.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.core.settings import LANGUAGES, read_language
from survey_flows.characters import forbidden_character
from survey_flows.messages import Message, render

HELP = {
    "positional arguments": Message("help-arguments"),
    "options": Message("help-options"),
    "show this help message and exit": Message("help-help"),
}
"""The headings of argparse's own, which it words in English."""
ERRORS = {
    "argument %(argument_name)s: %(message)s": Message(
        "arguments-of", argument="%(argument_name)s", problem="%(message)s"
    ),
    "unrecognized arguments: %s": Message("arguments-unknown", arguments="%s"),
    "not allowed with argument %s": Message("arguments-conflict", other="%s"),
    "ignored explicit argument %r": Message("arguments-needless-value", value="%s"),
    "the following arguments are required: %s": Message("arguments-missing", arguments="%s"),
    "one of the arguments %s is required": Message("arguments-one-of", arguments="%s"),
    "expected one argument": Message("arguments-one-value"),
    "expected at most one argument": Message("arguments-one-value-at-most"),
    "expected at least one argument": Message("arguments-one-value-at-least"),
    "expected %s argument": Message("arguments-values", count="%s"),
    "expected %s arguments": Message("arguments-values", count="%s"),
    "ambiguous option: %(option)s could match %(matches)s": Message(
        "arguments-ambiguous", option="%(option)s", options="%(matches)s"
    ),
    "invalid %(type)s value: %(value)r": Message("arguments-no-number", value="%(value)s"),
    "%(prog)s: error: %(message)s\n": Message(
        "arguments-error", program="%(prog)s", problem="%(message)s"
    ),
}
"""The texts of argparse's errors by the ids under which it asks gettext for them.

Their values are the places that argparse fills afterwards.
"""


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

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        # argparse writes Python's quotes around each choice.
        if action.choices is not None and value not in action.choices:
            choices = tuple(map(str, action.choices))
            said = render(
                Message("arguments-choice", value=str(value), choices=choices), read_language()
            )
            raise argparse.ArgumentError(action, said)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parses; errors are in the terminal's language.

        Bytes that are no UTF-8 reach Python as halves of surrogate pairs, which nothing can store.
        """
        with _worded_errors():
            bad = [text for text in args or () if not _is_text(text)]
            if bad:
                shown = bad[0].encode("utf-8", "backslashreplace").decode()
                self.error(render(Message("arguments-no-text", value=shown), read_language()))
            for text in args or ():
                if sign := forbidden_character(text):
                    message = Message("arguments-forbidden-character", value=text, character=sign)
                    self.error(render(message, read_language()))
            return super().parse_args(args, namespace)


def _is_text(argument: str) -> bool:
    """Returns whether an argument can be written in UTF-8."""
    return not any("\ud800" <= char <= "\udfff" for char in argument)


@contextmanager
def _worded_errors() -> Iterator[None]:
    """Gives argparse our words: it has no hook for them but the gettext that it imports."""
    before = {name: vars(argparse)[name] for name in ("_", "ngettext")}
    vars(argparse).update({"_": _error, "ngettext": _counted_error})
    try:
        yield
    finally:
        vars(argparse).update(before)


def _error(text: Any) -> Any:
    found = ERRORS.get(text)
    if found is None:
        return text
    # Fluent leaves a line's end out, which only argparse's whole complaint has.
    return render(found, read_language()) + ("\n" if text.endswith("\n") else "")


def _counted_error(one: str, more: str, count: int) -> Any:
    return _error(one if count == 1 else more)


def _text(text: Any) -> str | None:
    found = HELP.get(text, text)
    return render(found, read_language()) if isinstance(found, Message) else found


def add_language(parser: argparse.ArgumentParser) -> None:
    """Adds ``--lang``; without it a command speaks the terminal's language."""
    help_text: Any = Message("help-lang")
    parser.add_argument("--lang", choices=LANGUAGES, default=read_language(), help=help_text)
