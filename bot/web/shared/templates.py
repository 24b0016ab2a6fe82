"""Templates of the pages: words, language and static files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.core.labels import HIDDEN
from survey_flows.wording import Wording

_HERE = files("bot.web")
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
FOREVER = "public, max-age=31536000, immutable"


@cache
def page_words() -> Wording:
    """Returns the sentences of the pages in every language."""
    found = [file for file in _HERE.joinpath("wording").iterdir() if file.name.endswith(".ftl")]
    return Wording({file.name.removesuffix(".ftl"): file.read_text("utf-8") for file in found})


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file that browsers may keep for good: its address changes with its bytes."""

    body: bytes
    kind: str
    mark: str


@cache
def assets() -> Mapping[str, Asset]:
    """Returns the static files by name."""
    found = {}
    for file in _HERE.joinpath("static").iterdir():
        body, suffix = file.read_bytes(), "." + file.name.rpartition(".")[2]
        if suffix in _TYPES:
            found[file.name] = Asset(body, _TYPES[suffix], hashlib.sha256(body).hexdigest()[:12])
    return found


def asset_path(name: str) -> str:
    """Returns the address of a static file."""
    return f"/static/{name}?v={assets()[name].mark}"


async def serve_asset(request: web.Request) -> web.Response:
    """Sends one static file."""
    asset = assets().get(request.match_info["name"])
    if asset is None:
        raise web.HTTPNotFound
    response = web.Response(body=asset.body, content_type=asset.kind, charset="utf-8")
    response.headers["Cache-Control"] = FOREVER
    response.enable_compression()
    return response


def prepare_templates(app: web.Application) -> None:
    """Sets up the templates of ``app``, so that its handlers can use `render`."""
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FunctionLoader(
            lambda name: _HERE.joinpath("templates", name).read_text("utf-8")
        ),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals["asset"] = asset_path
    environment.globals["hidden"] = HIDDEN


def accepted_language(request: web.Request) -> str:
    """Returns the language of ``?lang=``, else the browser's, else Chinese."""
    spoken = page_words().languages
    wanted = [request.query.get("lang", "")]
    wanted += [
        part.split(";")[0].strip()
        for part in request.headers.get("Accept-Language", "").split(",")[:8]
    ]
    for tag_wanted in wanted:
        base = tag_wanted.split("-")[0].lower()
        for tag in spoken:
            if tag_wanted == tag or (base and tag.split("-")[0].lower() == base):
                return tag
    return spoken[0]


def render(
    request: web.Request, template: str, lang: str = "", /, status: int = 200, **context: object
) -> web.Response:
    """Returns a page in ``lang``, else the visitor's; templates use ``t(key, name=value)``."""
    return aiohttp_jinja2.render_template(
        template, request, _context(request, lang, context), status=status
    )


def render_text(request: web.Request, template: str, lang: str = "", /, **context: object) -> str:
    """Returns a part of a page as text, as `render` makes pages."""
    return aiohttp_jinja2.render_string(template, request, _context(request, lang, context))


def _context(request: web.Request, lang: str, context: Mapping[str, object]) -> dict[str, object]:
    words = page_words()
    lang = lang if lang in words.languages else accepted_language(request)

    def t(key: str, **args: str | int) -> str:
        return words.say(lang, key, **args)

    return {**context, "t": t, "lang": lang, "languages": words.languages, "say": words.say}
