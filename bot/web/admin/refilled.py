"""A refused form shown again on its own page, with all that was typed but secrets and files.

The page is made anew, as the browser would fetch it, so that rights, names and the state that a
form carries are those of now. Then the fields of the refused form get what was typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from bot.web.shared.middleware import Form

KEPT = ("csrf", "seen")
"""Hidden fields whose value is that of the new page."""
SECRET = ("one-time-code", "current-password", "new-password")
PLACE = "refused-form"
Attributes = list[tuple[str, str | None]]


@dataclass(slots=True)
class _Form:
    """A form of a page: its address, what its hidden fields and buttons say, and its details."""

    action: str
    fixed: dict[str, set[str]] = field(default_factory=dict)
    details: tuple[int, ...] = ()


def refilled(page: str, path: str, typed: Form, alert: str) -> str | None:
    """Return a page with the fields of the form that was sent as they were typed.

    Args:
        page: the HTML of the page on which the form stands.
        path: the address to which the form was sent.
        typed: its fields.
        alert: HTML that says what was wrong; it comes first in the page's main part.

    Returns:
        None where the page has no such form.
    """
    reader = _Reader()
    reader.feed(page)
    chosen = _chosen(reader.forms, path, typed)
    if chosen is None:
        return None
    writer = _Writer(chosen, reader.forms[chosen].details, typed, alert)
    writer.feed(page)
    writer.close()
    return "".join(writer.parts)


def _chosen(forms: Sequence[_Form], path: str, typed: Form) -> int | None:
    """Return the place of the form of this address whose fixed fields say most of what was sent."""
    found = [(at, one) for at, one in enumerate(forms) if one.action == path]
    if not found:
        return None

    def agrees(one: _Form) -> int:
        return sum(
            1 if str(typed.get(name, "")) in values else -1
            for name, values in one.fixed.items()
            if name not in KEPT
        )

    return max(found, key=lambda pair: (agrees(pair[1]), -pair[0]))[0]


class _Reader(HTMLParser):
    """Finds the forms of a page that are sent, with the details around each."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.forms: list[_Form] = []
        self.inside = False
        self.details: list[int] = []
        self.seen = 0

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        said = dict(attrs)
        if tag == "details":
            self.details.append(self.seen)
            self.seen += 1
        elif tag == "form" and (said.get("method") or "").lower() == "post":
            action = urlsplit(said.get("action") or "").path
            self.forms.append(_Form(action, details=tuple(self.details)))
            self.inside = True
        elif (
            self.inside
            and said.get("name")
            and (tag == "button" or (tag == "input" and said.get("type") == "hidden"))
        ):
            values = self.forms[-1].fixed.setdefault(str(said["name"]), set())
            values.add(said.get("value") or "")

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self.details:
            self.details.pop()
        elif tag == "form":
            self.inside = False


class _Writer(HTMLParser):
    """Copies a page, and fills one of its forms."""

    def __init__(self, chosen: int, details: Sequence[int], typed: Form, alert: str) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.chosen, self.open_details, self.typed, self.alert = chosen, set(details), typed, alert
        self.form = self.detail = -1
        self.inside = False
        self.selected: list[str] | None = None
        self.dropping = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        said = dict(attrs)
        text = self.get_starttag_text() or ""
        if tag == "details":
            self.detail += 1
            if (self.inside or self.detail in self.open_details) and "open" not in said:
                text = _with(attrs, tag, open=None)
        elif tag == "form" and (said.get("method") or "").lower() == "post":
            self.form += 1
            self.inside = self.form == self.chosen
            if self.inside:
                text = f'<span id="{PLACE}"></span>{text}'
        elif self.inside:
            text = self._field(tag, attrs, said) or text
        self.parts.append(text)
        if tag == "main":
            self.parts.append(self.alert)
        if self.inside and tag == "textarea":
            values = self._values(said)
            if values is not None:
                self.parts.append(f"\n{escape(values[0])}")
                self.dropping = True

    def _field(self, tag: str, attrs: Attributes, said: dict[str, str | None]) -> str:
        """Return a field's tag as it was typed; empty where nothing changes."""
        kind = said.get("type") or "text"
        if tag == "select":
            self.selected = self._values(said)
        elif tag == "option" and self.selected is not None:
            rest = [pair for pair in attrs if pair[0] != "selected"]
            chosen = said.get("value") in self.selected
            return _with(rest, tag, **({"selected": None} if chosen else {}))
        elif tag == "input" and kind in ("checkbox", "radio") and said.get("name"):
            rest = [pair for pair in attrs if pair[0] != "checked"]
            ticked = (said.get("value") or "on") in self._all(str(said["name"]))
            return _with(rest, tag, **({"checked": None} if ticked else {}))
        elif tag == "input" and kind not in ("hidden", "password", "file", "submit"):
            values = self._values(said)
            if values is not None:
                rest = [pair for pair in attrs if pair[0] != "value"]
                return _with(rest, tag, value=values[0])
        return ""

    def _values(self, said: dict[str, str | None]) -> list[str] | None:
        """Return what was typed into a field; None for a secret, or where nothing was sent."""
        if (said.get("autocomplete") or "") in SECRET:
            return None
        return self._all(str(said.get("name") or "")) or None

    def _all(self, name: str) -> list[str]:
        return [str(value) for value in self.typed.getall(name, []) if isinstance(value, str)]

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.dropping = False
        elif tag == "select":
            self.selected = None
        elif tag == "form":
            self.inside = False
        self.parts.append(f"</{tag}>")

    def _copy(self, text: str) -> None:
        if not self.dropping:
            self.parts.append(text)

    def handle_data(self, data: str) -> None:
        self._copy(data)

    def handle_entityref(self, name: str) -> None:
        self._copy(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._copy(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._copy(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._copy(f"<!{decl}>")


def _with(attrs: Attributes, tag: str, **more: str | None) -> str:
    """Return a start tag with further attributes; None stands for one without a value."""
    said = "".join(
        f" {name}" if value is None else f' {name}="{escape(value)}"'
        for name, value in (*attrs, *more.items())
    )
    return f"<{tag}{said}>"
