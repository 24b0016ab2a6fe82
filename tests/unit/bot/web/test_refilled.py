"""Whatever form of the console is refused, what was typed stands in it again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer
from multidict import MultiDict, MultiDictProxy

from bot.core.settings import Settings
from bot.service.composition import build
from bot.web.admin.refilled import refilled
from bot.web.server import make_web
from tests.console import Console
from tests.every_page import addresses, fill_pages
from tests.web_city import Clock

BELL = "\x07"
"""A character that no text may hold, so that every form that reads the field refuses it."""
KEEPS_NOTHING = {"/admin/sign-in", "/admin/first", "/admin/password"}
"""Forms of secrets alone; the name beside a password is the page's own."""
WITHOUT_FORMS = re.compile(r"\.|/live|/ranking|/sensitivity|/scores|/leaders$|/inner-units")
"""Files, streams and pages of results, which take most of the time and have no fields."""
PAGE = """<!DOCTYPE html><main class="a"><details><summary>x</summary>
<form method="post" action="/a?x=1"><input type="hidden" name="act" value="one">
<input name="name" value="old" required><textarea name="why">&lt;old&gt;</textarea></form></details>
<form method="post" action="/a"><input type="hidden" name="act" value="two">
<input type="hidden" name="seen" value="new"><input name="name" value="">
<input type="password" name="p">
<input name="code" autocomplete="one-time-code"><select name="of"><option value="1">&#49;</option>
<option value="2" selected>2</option></select><input type="checkbox" name="t" value="yes" checked>
<textarea name="why" rows="2">old &amp; <!-- so --></textarea>
<button name="b" value="c">B</button></form>
<p>&copy; 1 < 2</p></main>"""


@dataclass
class Found:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    upload: bool = False


class Forms(HTMLParser):
    """The forms of a page that are sent, with what their fields say."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Found] = []
        self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Found(said.get("action", "") if said.get("method") == "post" else ""))
        if tag not in ("input", "textarea", "button") or not self.found or not said.get("name"):
            return
        one, kind = self.found[-1], said.get("type", "text")
        one.upload |= kind == "file"
        if tag == "textarea":
            self.area = said["name"]
            one.typed[said["name"]] = ""
        elif tag == "button" or kind == "hidden":
            one.fields.setdefault(said["name"], said.get("value", ""))
        elif kind in ("text", "number") and "one-time" not in said.get("autocomplete", ""):
            one.typed[said["name"]] = said.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[-1].typed[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""


def forms_of(page: str) -> list[Found]:
    reader = Forms()
    reader.feed(page)
    return [one for one in reader.found if one.action]


def test_the_form_that_was_sent_is_filled_and_nothing_else_changes() -> None:
    typed = MultiDictProxy(
        MultiDict[str | bytes | bytearray](
            {"act": "two", "seen": "old", "name": '"<new>', "p": "s3", "code": "123", "of": "1"}
        )
    )
    assert refilled(PAGE, "/other", typed, "!") is None  # type: ignore[arg-type]
    made = refilled(PAGE, "/a", typed, "<b>!</b>")  # type: ignore[arg-type]
    assert made == (
        PAGE.replace('<main class="a">', '<main class="a"><b>!</b>')
        .replace('<form method="post" action="/a">', '<span id="refused-form"></span>\\g<0>')
        .replace("\\g<0>", '<form method="post" action="/a">')
        .replace('name="name" value="">', 'name="name" value="&quot;&lt;new&gt;">')
        .replace('<option value="1">', '<option value="1" selected>')
        .replace('<option value="2" selected>', '<option value="2">')
        .replace('value="yes" checked>', 'value="yes">')
    )
    first = MultiDictProxy(MultiDict[str | bytes | bytearray](act="one", why="<&>\n2", name="n"))
    made = refilled(PAGE, "/a", first, "")  # type: ignore[arg-type]
    assert made is not None
    assert '<details open><summary>x</summary>\n<span id="refused-form"></span>' in made
    assert '<input name="name" required value="n">' in made
    assert '<textarea name="why">\n&lt;&amp;&gt;\n2</textarea>' in made
    assert made.endswith(PAGE[PAGE.index('<form method="post" action="/a">') :])


async def test_every_form_that_is_refused_shows_again_what_was_typed(
    tmp_path: Path, valkey_url: str
) -> None:
    lost, tried = [], set()
    async with (
        build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        link = await fill_pages(service)
        console = Console(client, service)
        await console.sign_in("zhou")
        pages = [
            it
            for it in addresses(make_web(service), link)
            if it.startswith("/admin") and not WITHOUT_FORMS.search(it)
        ]
        for address in pages:
            async with client.get(address, allow_redirects=False) as answer:
                if answer.status != 200 or answer.content_type != "text/html":
                    continue
                page = await answer.text()
            for form in forms_of(page):
                key = (re.sub(r"\d+", "0", form.action), form.fields.get("act"), *form.typed)
                if not form.typed or key in tried or form.action in KEEPS_NOTHING:
                    continue
                tried.add(key)
                typed = {name: f"{BELL}typed {name}" for name in form.typed}
                referer = str(client.make_url(address))
                async with client.post(
                    form.action,
                    data=form.fields | typed,
                    headers={"Referer": referer, "Origin": str(client.make_url("/"))[:-1]},
                    allow_redirects=False,
                ) as answer:
                    shown = await answer.text()
                    again = [
                        {name: one.typed.get(name, "").strip("\n") for name in typed}
                        for one in forms_of(shown)
                    ]
                    if answer.status != 422 or typed not in again:
                        lost.append((address, form.action, sorted(typed), answer.status))
    assert lost == []
    assert len(tried) > 24
