"""Every citizen-facing sentence, by language: one Fluent file each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax.ast import Junk, Message

from survey_flows.base_errors import Misuse

DEFAULT = "zh-Hans"


class Wording:
    """Citizens' sentences from Fluent texts; implements `CitizenWording`.

    Text that citizens type never goes through `say`, whose results are kept in memory.

    Args:
        sources: Fluent text by language tag; `DEFAULT` must be among them.

    Raises:
        Misuse: a text that is not Fluent, an id that stands twice, or no default language.
    """

    def __init__(self, sources: Mapping[str, str]) -> None:
        if DEFAULT not in sources:
            raise Misuse(f"there is no wording in {DEFAULT}, which other languages fall back to")
        tags = sorted(sources, key=lambda tag: (tag != DEFAULT, tag))
        self._bundles = {tag: _bundle(tag, sources[tag]) for tag in tags}
        self._cached = lru_cache(maxsize=8192)(self._say)

    @property
    def languages(self) -> tuple[str, ...]:
        """Language tags that can be spoken, the default first."""
        return tuple(self._bundles)

    def say(self, lang: str, key: str, /, **args: str | int) -> str:
        """The sentence ``key`` in ``lang``, or in the default language if ``lang`` lacks it.

        Raises:
            Misuse: no such sentence, or a placeholder without a value.
        """
        return self._cached(lang, key, tuple(args.items()))

    def format(self, lang: str, key: str, values: Mapping[str, object]) -> str:
        """As `say`, for values that anybody may have typed: nothing is kept in memory.

        Raises:
            Misuse: no such sentence, or a placeholder without a value.
        """
        bundle = self._bundles.get(lang)
        if bundle is None or not bundle.has_message(key):
            bundle = self._bundles[DEFAULT]
        pattern = bundle.get_message(key).value if bundle.has_message(key) else None
        if pattern is None:
            raise Misuse(f"there is no sentence «{key}»")
        text, errors = bundle.format_pattern(pattern, dict(values))
        if errors:
            raise Misuse(f"sentence «{key}» in {lang}: {errors[0]}")
        return str(text)

    def _say(self, lang: str, key: str, args: tuple[tuple[str, str | int], ...]) -> str:
        return self.format(lang, key, dict(args))


def _bundle(tag: str, source: str) -> FluentBundle:
    resource = FluentResource(source)
    junk = [entry for entry in resource.body if isinstance(entry, Junk)]
    if junk:
        raise Misuse(f"{tag}.ftl: this is not Fluent: {str(junk[0].content).splitlines()[0]}")
    ids = Counter(entry.id.name for entry in resource.body if isinstance(entry, Message))
    if twice := sorted(name for name, times in ids.items() if times > 1):
        raise Misuse(f"{tag}.ftl: «{twice[0]}» stands twice")
    bundle = FluentBundle([tag], use_isolating=False)
    bundle.add_resource(resource)
    return bundle
